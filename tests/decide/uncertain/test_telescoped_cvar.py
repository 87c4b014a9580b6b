"""Plans over several courses through a telescope."""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gridtide.decide.objective import Objective
from gridtide.decide.risk import Risk, Uncertainty, weighed
from gridtide.decide.situation import Situation
from gridtide.decide.telescoped import Telescoped
from gridtide.decide.uncertain.cvar import Cvar
from gridtide.decide.uncertain.telescoped_cvar import TelescopedCvar, within_limits
from gridtide.digest import digest
from gridtide.testing.offering import capacity_product, offering
from gridtide.testing.planners import OBJECTIVE, PlannerPromises
from gridtide.testing.spread import known, with_courses
from gridtide.timeline import Spans

RISK = Risk(uncertainty=Uncertainty.CVAR, scenarios=4, cvar_weight=0.5, cvar_level=0.5)
FAR: Spans = ((24, 900), (6, 3600), (6, 4 * 3600))
TOLD_H = 6.0


def planner(telescope: Spans = FAR, risk: Risk = RISK) -> TelescopedCvar:
    """A planner that plans again after six hours."""
    return TelescopedCvar(objective=OBJECTIVE, risk=risk, told_h=TOLD_H, telescope=telescope)


def uncertain(count: int = 4) -> Iterator[Situation]:
    """Small situations with courses."""
    for situation in known():
        yield with_courses(situation, count, seed=7, size=1.0)


class TestTelescopedCvar(PlannerPromises):
    """What every planner promises, with courses in the situation or without."""

    def planner(self, objective: Objective) -> TelescopedCvar:
        """The planner under test."""
        return TelescopedCvar(objective=objective, risk=RISK, told_h=TOLD_H, telescope=FAR)


def test_where_no_step_is_longer_it_is_the_plan_over_courses_to_the_byte() -> None:
    """A telescope of the loop's steps."""
    for situation in uncertain():
        plain = Cvar(objective=OBJECTIVE, risk=RISK, told_h=TOLD_H).plan(situation)
        assert digest(planner(((1, 900),)).plan(situation)) == digest(plain)


def test_without_courses_it_costs_what_the_telescoped_plan_does() -> None:
    """The only course is the point forecast, and the bound is the one of its plan."""
    for situation in known():
        alone = Telescoped(objective=OBJECTIVE, telescope=FAR).plan(situation).certificate
        found = planner().plan(situation).certificate
        assert found.cost == pytest.approx(alone.cost, rel=1e-6)
        assert found.lower_bound == pytest.approx(alone.lower_bound, rel=1e-3)


@pytest.mark.parametrize("weight", [0.0, 0.5, 0.9])
def test_no_plan_over_courses_beats_the_bound_and_none_through_a_telescope_beats_the_fine(
    weight: float,
) -> None:
    """Cost and bound are those of the loop's steps, for the mean alone and with more and more of the tail."""
    risk = replace(RISK, cvar_weight=weight)
    for situation in uncertain():
        fine = Cvar(objective=OBJECTIVE, risk=risk, told_h=TOLD_H).plan(situation).certificate
        coarse = planner(risk=risk).plan(situation).certificate
        near = 1e-3 * abs(fine.run_at_once_cost)
        assert coarse.lower_bound <= fine.cost + near
        assert fine.lower_bound <= coarse.cost + near
        assert coarse.lower_bound >= 0.75 * fine.lower_bound


def test_a_plan_over_courses_holds_at_every_moment_of_the_forecast() -> None:
    """Energy balances and offers can be called, by the point forecast that is told."""
    for situation in uncertain():
        situation = replace(situation, fleet=offering(situation.fleet, capacity_product(60.0)))
        plan = planner().plan(situation)
        assert plan.import_kw.shape[1] == len(situation.horizon) == plan.offered_kw.shape[1]
        again = planner().plan(situation)
        assert digest(again) == digest(plan)
        for number, site in enumerate(situation.fleet.sites):
            if site.battery is None:
                continue
            given_kw = plan.discharge_kw[number] - plan.charge_kw[number]
            offered_kw = plan.offered_kw.sum(axis=0)
            assert (given_kw + offered_kw <= site.battery.discharge_max_kw + 1e-5).all()
            assert (offered_kw - given_kw <= site.battery.charge_max_kw + 1e-5).all()


@settings(max_examples=50, deadline=None)
@given(
    chances=st.lists(st.floats(-0.1, 1.2), min_size=1, max_size=8),
    weight=st.floats(0.0, 1.0),
    level=st.floats(0.0, 0.9),
)
def test_chances_lie_where_the_weighed_cost_is_the_worst_of_them(
    chances: list[float], weight: float, level: float
) -> None:
    """They add up to one, and no cost weighed with them exceeds the weighed cost."""
    risk = replace(RISK, cvar_weight=weight, cvar_level=level)
    found = within_limits(np.asarray(chances), risk)
    assert found.sum() == pytest.approx(1.0, abs=1e-9)
    costs = np.random.default_rng(len(chances)).normal(0.0, 10.0, len(chances))
    assert found @ costs <= weighed(costs, risk) + 1e-9
