"""Plans over several courses."""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from gridtide.decide.facts import facts_of, held_of
from gridtide.decide.objective import Objective
from gridtide.decide.plan import PARTS
from gridtide.decide.planners.coordinated import Coordinated, written
from gridtide.decide.program import Matrix, matrix_of
from gridtide.decide.risk import Risk, Uncertainty, tail_mean
from gridtide.decide.situation import Situation
from gridtide.decide.solving import solution_of
from gridtide.decide.uncertain.copies import Copy
from gridtide.decide.uncertain.cvar import Cvar, courses_of, written_for
from gridtide.decide.uncertainty import in_course
from gridtide.digest import digest
from gridtide.signals.signal import Kind
from gridtide.testing.offering import capacity_product, offering
from gridtide.testing.planners import OBJECTIVE, PlannerPromises
from gridtide.testing.spread import known, with_courses

RISK = Risk(uncertainty=Uncertainty.CVAR, scenarios=4, cvar_weight=0.5, cvar_level=0.5)
TOLD_H = 6.0
Real = NDArray[np.float64]
NEAR = 1e-6


def planner(risk: Risk = RISK) -> Cvar:
    """A planner that plans again after six hours."""
    return Cvar(objective=OBJECTIVE, risk=risk, told_h=TOLD_H)


def uncertain(count: int = 4, size: float = 1.0) -> Iterator[Situation]:
    """Small situations with courses."""
    for situation in known():
        yield with_courses(situation, count, seed=7, size=size)


class TestCvar(PlannerPromises):
    """What every planner promises, with courses in the situation or without."""

    def planner(self, objective: Objective) -> Cvar:
        """The planner under test."""
        return Cvar(objective=objective, risk=RISK, told_h=TOLD_H)


def test_without_courses_the_plan_costs_what_the_coordinated_one_does() -> None:
    """The only course is the point forecast."""
    for situation in known():
        expected = Coordinated(objective=OBJECTIVE).plan(situation).certificate.cost
        assert planner().plan(situation).certificate.cost == pytest.approx(expected, rel=NEAR)


def test_one_course_is_planned_as_if_it_were_the_forecast() -> None:
    """With a single course there is nothing to weigh."""
    for situation in uncertain(count=1):
        expected = Coordinated(objective=OBJECTIVE).plan(in_course(situation, 0))
        found = planner().plan(situation)
        later = found.certificate.cost - expected.certificate.cost
        assert abs(later) <= 1e-3 * abs(expected.certificate.cost)


def test_the_dearest_courses_never_cost_more_than_under_the_plan_of_the_point_forecast() -> None:
    """On the same courses, with the work where either plan puts it and everything else at its best."""
    risk = replace(RISK, cvar_weight=1.0)
    for situation in uncertain():
        point = work_by_point(situation)
        free = tail_of(situation, risk, None)
        fixed = tail_of(situation, risk, point)
        assert free <= fixed + NEAR * (1.0 + abs(fixed))


def test_the_weight_buys_a_cheaper_tail_with_a_dearer_mean() -> None:
    """From all for the mean to all for the tail, one only falls and the other only rises."""
    for situation in uncertain():
        ends = []
        for weight in (0.0, 0.5, 1.0 - 1e-6):
            costs = costs_by_course(situation, replace(RISK, cvar_weight=weight))
            ends.append((costs.mean(), tail_mean(costs, RISK.cvar_level)))
        near = 1e-4 * (1.0 + abs(ends[0][0]))
        assert ends[0][0] <= ends[1][0] + near <= ends[2][0] + 2 * near
        assert ends[0][1] >= ends[1][1] - near >= ends[2][1] - 2 * near


def test_what_is_told_before_more_is_known_is_the_same_in_every_course() -> None:
    """Work everywhere; stores until the next plan."""
    for situation in uncertain():
        _, copies, values = solved_courses(situation, RISK)
        told = int(TOLD_H * 4)
        for copy in copies[1:]:
            assert copy.columns.work is copies[0].columns.work
            for own, first in (
                (copy.columns.charge, copies[0].columns.charge),
                (copy.columns.discharge, copies[0].columns.discharge),
            ):
                assert np.allclose(values[own[:, :told]], values[first[:, :told]], atol=1e-5)


def test_no_course_answers_more_at_a_place_than_the_share_that_is_told() -> None:
    """A share is told, not a flow; shares of an origin add up to one at most."""
    told = int(TOLD_H * 4)
    for situation in uncertain():
        _, copies, values = solved_courses(situation, RISK)
        share = planner().plan(situation).shares[..., :told]
        assert (share.sum(axis=2) <= 1.0 + NEAR).all()
        for copy in copies:
            service, origin, place = copy.columns.pair.T
            asked = copy.facts.requests_per_s[service, origin, :told]
            most = share[service, origin, place] * asked
            assert (values[copy.columns.flow[:, :told]] <= most + 1e-5 * (1.0 + asked)).all()


def test_prices_split_into_their_causes_over_all_courses() -> None:
    """What a kilowatt-hour costs is the sum of its parts, its energy a mean of what it costs in the courses."""
    for situation in uncertain():
        plan = planner().plan(situation)
        assert np.allclose(plan.prices.parts.sum(axis=0), plan.prices.it_price_per_kwh)
        assert (plan.prices.accelerator_price_per_h >= -NEAR).all()
        facts = facts_of(situation, OBJECTIVE, held_of(situation, OBJECTIVE))
        prices = [one.price_per_kwh for one in courses_of(situation, facts, OBJECTIVE)]
        energy = plan.prices.parts[PARTS.index("energy")]
        assert (energy >= np.min(prices, axis=0) - NEAR).all()
        assert (energy <= np.max(prices, axis=0) + NEAR).all()


def test_the_cost_of_the_program_is_the_weighed_cost_of_its_courses() -> None:
    """The rows of the tail say what the plain sum over sorted costs says."""
    for situation in uncertain():
        matrix, _, values = solved_courses(situation, RISK)
        costs = costs_by_course(situation, RISK)
        mean, tail = costs.mean(), tail_mean(costs, RISK.cvar_level)
        found = float(matrix.cost @ values)
        assert found == pytest.approx(0.5 * mean + 0.5 * tail, rel=1e-6, abs=1e-3)


def test_courses_without_a_difference_change_no_cost() -> None:
    """Four times the same forecast is that forecast."""
    for situation in uncertain(size=0.0):
        expected = Coordinated(objective=OBJECTIVE).plan(in_course(situation, 0)).certificate.cost
        found = planner().plan(situation).certificate.cost
        assert abs(found - expected) <= 1e-3 * abs(expected)


def test_the_same_courses_give_the_same_bytes() -> None:
    """Nothing but the situation decides."""
    situation = next(uncertain())
    assert digest(planner().plan(situation)) == digest(planner().plan(situation))


def test_a_series_without_courses_is_said() -> None:
    """What is planned by its point forecast alone is named in the notes."""
    situation = with_courses(next(known()), 2)
    kept = tuple(one for one in situation.signals if one.scenario is None or one.kind is Kind.PRICE)
    found = planner().plan(replace(situation, signals=kept))
    assert any("no course is known of" in note and "wind_kw" in note for note in found.notes)


def solved_courses(situation: Situation, risk: Risk) -> tuple[Matrix, list[Copy], Real]:
    """The program over the courses and its best values."""
    facts = facts_of(situation, OBJECTIVE, held_of(situation, OBJECTIVE))
    courses = courses_of(situation, facts, OBJECTIVE)
    matrix, copies, _ = written_for(situation, courses, risk, TOLD_H)
    return matrix, copies, solution_of(matrix).values


def costs_by_course(situation: Situation, risk: Risk) -> Real:
    """What each course costs under the best values, its shared work included."""
    _, copies, values = solved_courses(situation, risk)
    first = copies[0].columns
    work = np.concatenate([first.work, first.undone, first.later])
    facts = [copy.facts for copy in copies]
    mean = replace(risk, cvar_weight=0.0)
    alone, _, _ = written_for(situation, facts, mean, TOLD_H)
    common = float(alone.cost[work] @ values[work])
    count = len(copies)
    return np.asarray(
        [common + count * float(alone.cost[copy.own] @ values[copy.own]) for copy in copies]
    )


def work_by_point(situation: Situation) -> Real:
    """The work of the plan that knows the point forecast alone, with what it leaves undone or for later."""
    facts = facts_of(situation, OBJECTIVE, held_of(situation, OBJECTIVE))
    program, columns, _ = written(situation, facts)
    values = solution_of(matrix_of(program)).values
    work: Real = values[np.concatenate([columns.work, columns.undone, columns.later])]
    return work


def tail_of(
    situation: Situation,
    risk: Risk,
    work: Real | None,
) -> float:
    """The least tail over the courses, with the work as given or free."""
    facts = facts_of(situation, OBJECTIVE, held_of(situation, OBJECTIVE))
    courses = courses_of(situation, facts, OBJECTIVE)
    matrix, copies, _ = written_for(situation, courses, risk, TOLD_H)
    if work is not None:
        first = copies[0].columns
        place = np.concatenate([first.work, first.undone, first.later])
        slack = 1e-7 * (1.0 + np.abs(work))
        matrix.lower[place] = np.maximum(matrix.lower[place], work - slack)
        matrix.upper[place] = np.minimum(matrix.upper[place], work + slack)
    return solution_of(matrix).objective


def test_capacity_that_is_offered_holds_in_every_course() -> None:
    """One number for all courses, and each course keeps the energy behind it."""
    situation = next(uncertain())
    product = capacity_product(60.0, hold_h=0.5)
    situation = replace(situation, fleet=offering(situation.fleet, product))
    facts = facts_of(situation, OBJECTIVE, held_of(situation, OBJECTIVE))
    courses = courses_of(situation, facts, OBJECTIVE)
    matrix, copies, _ = written_for(situation, courses, RISK, TOLD_H)
    values = solution_of(matrix).values
    offered_kw = [values[copy.columns.offered] for copy in copies]
    assert offered_kw[0].max() > 1.0
    battery = situation.fleet.sites[1].battery
    assert battery is not None
    for copy, kw in zip(copies, offered_kw, strict=True):
        np.testing.assert_allclose(kw, offered_kw[0], atol=1e-6)
        behind = values[copy.columns.store[1]] - battery.soc_min * battery.energy_kwh
        assert (behind * battery.discharge_efficiency >= 0.5 * kw[0] - 1e-6).all()
    plan = planner().plan(situation)
    assert plan.certificate.lower_bound <= plan.certificate.cost
    np.testing.assert_allclose(plan.offered_kw, offered_kw[0], atol=1e-4)
