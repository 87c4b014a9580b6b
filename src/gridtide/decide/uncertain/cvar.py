"""Work decided for all courses at once, by their mean cost and the cost of the dearest of them."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from gridtide.decide.at_once import at_once_cost
from gridtide.decide.conflict.refusal import has_no_plan, refusal_of, refuse_where_power_lacks
from gridtide.decide.constraints.alike import add_alike
from gridtide.decide.constraints.ramp import response_price
from gridtide.decide.constraints.tail import add_tail
from gridtide.decide.facts import facts_of, held_of
from gridtide.decide.layout import Facts, Whole
from gridtide.decide.margins import kinds_spread
from gridtide.decide.objective import Objective
from gridtide.decide.plan import Certificate, Plan, Prices
from gridtide.decide.planners.coordinated import (
    Method,
    plan_program,
    prices_of,
    quantities,
)
from gridtide.decide.program import Matrix, Program, Solution, as_written, lower_bound, matrix_of
from gridtide.decide.reservations import Reservations
from gridtide.decide.risk import Risk, weighed
from gridtide.decide.situation import Situation
from gridtide.decide.solving import solution_of
from gridtide.decide.uncertain.copies import (
    Copy,
    facts_along,
    solved_over_copies,
    written_in_copies,
)
from gridtide.decide.uncertainty import courses_known, in_course, without_spread
from gridtide.finding import Infeasible

Real = NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class Cvar:
    """The coordinated plan over several courses: mean of all and mean of the dearest, by their weight.

    Where and when work runs is the same in every course; so is, until the next plan, what stores do and how
    requests are shared out. Draw, sale, peak and later steps answer to the course. told_h: hours until the
    next plan. Without courses in the situation this is the coordinated plan.
    """

    objective: Objective
    risk: Risk
    told_h: float

    def plan(self, situation: Situation) -> Plan:
        """The plan of least weighed cost. Raises Infeasible naming what cannot hold together."""
        return self._planned(situation, held_of(situation, self.objective))

    def around(self, situation: Situation, held: Reservations) -> Plan:
        """The same with every job in the slots `held` tells it."""
        return self._planned(situation, replace(held, settled=np.ones_like(held.settled)))

    def _planned(self, situation: Situation, held: Reservations) -> Plan:
        facts = facts_of(situation, self.objective, held)
        courses = courses_of(situation, facts, self.objective)
        return solved_over(situation, courses, held, self.risk, self.told_h).plan


@dataclass(frozen=True, kw_only=True, eq=False)
class OverCourses:
    """A plan over courses with the part of its program that stands for each, and its solution.

    chances: what a unit of money in each course counts, adding up to one. own_cost: what each course costs beside the
    work that is decided for all.
    """

    plan: Plan
    copies: Sequence[Copy]
    solution: Solution
    chances: Real
    own_cost: Real


def solved_over(
    situation: Situation,
    courses: Sequence[Facts],
    held: Reservations | None,
    risk: Risk,
    told_h: float,
    method: Method = solution_of,
) -> OverCourses:
    """The plan of least weighed cost over these courses. Raises Infeasible naming what cannot hold together.

    held: what promises are named by; without it a refusal says where power lacks.
    """
    matrix, copies, tail = written_for(situation, courses, risk, told_h)
    plain = as_written(matrix)
    solution = solved_over_copies(matrix, copies, method)
    if held is None:
        for copy in copies:
            refuse_where_power_lacks(situation, solution, copy.columns.shortfall)
    else:
        _refuse_without_plan(situation, held, matrix, copies, solution)
    at_once = [at_once_cost(situation, copy.facts) for copy in copies]
    chances = _chances(solution, tail, risk)
    plan = Plan(
        made_at=situation.as_of,
        policy="coordinated-cvar",
        horizon=situation.horizon,
        prices=_prices(copies, solution, chances),
        certificate=Certificate(
            cost=solution.objective,
            lower_bound=min(lower_bound(plain, solution.row_dual), solution.objective),
            run_at_once_cost=weighed(np.asarray(at_once), risk),
            method=f"weak duality on the chords of the power curve over {len(copies)} courses; "
            f"plan by {solution.solver}",
        ),
        notes=_notes(situation, copies, solution, risk),
        response_price=response_price(
            situation,
            [copy.rows.ramp for copy in copies],
            solution.row_dual,
            situation.horizon.hours,
        ),
        **_means(copies, solution, _told(situation, told_h)),
    )
    return OverCourses(
        plan=plan,
        copies=copies,
        solution=solution,
        chances=chances,
        own_cost=_own_cost(plain, copies, tail, solution),
    )


def _own_cost(plain: Matrix, copies: Sequence[Copy], tail: Whole, solution: Solution) -> Real:
    """What each course costs by the row of the tail that adds it up, (courses,)."""
    terms = plain.value * solution.values[plain.column]
    found = []
    for row, copy in zip(tail, copies, strict=True):
        entries = np.flatnonzero(plain.index == row)
        own = entries[np.isin(plain.column[entries], copy.own)]
        found.append(float(terms[own].sum()))
    return np.asarray(found)


def courses_of(situation: Situation, facts: Facts, objective: Objective) -> list[Facts]:
    """The facts along each course the situation knows; the point forecast alone where it knows none."""
    count = courses_known(situation)
    if not count:
        return [facts]
    return [facts_along(in_course(situation, one), facts, objective) for one in range(count)]


def written_for(
    situation: Situation, courses: Sequence[Facts], risk: Risk, told_h: float
) -> tuple[Matrix, list[Copy], Whole]:
    """The program over all courses, its copies, and the rows of the tail."""
    program = Program()
    copies = written_in_copies(program, situation, courses)
    if len(copies) > 1:
        pairs = [(copy.columns, copy.facts) for copy in copies]
        add_alike(program, pairs, _told(situation, told_h))
    own = [copy.own for copy in copies]
    cost = np.concatenate(program.cost)
    tail = add_tail(program, own, cost, risk.cvar_weight, risk.cvar_level)
    matrix = matrix_of(program)
    counted = matrix.cost.copy()
    counted[np.concatenate(own)] *= (1.0 - risk.cvar_weight) / len(copies)
    return replace(matrix, cost=counted), copies, tail


def _told(situation: Situation, told_h: float) -> int:
    """Steps that are told before the next plan, at least the first."""
    begun_h = np.cumsum(situation.horizon.hours) - situation.horizon.hours
    return max(1, int((begun_h < told_h).sum()))


def _refuse_without_plan(
    situation: Situation,
    held: Reservations,
    matrix: Matrix,
    copies: Sequence[Copy],
    solution: Solution,
) -> None:
    """Raises Infeasible naming what cannot hold together in some course, or in several with one act for all."""
    asked = [
        plan_program(
            situation,
            copy.facts,
            held,
            matrix,
            copy.columns,
            copy.rows,
            np.full(len(copy.facts.buckets), len(copy.facts.hours)),
        )
        for copy in copies
    ]
    if has_no_plan(asked, solution):
        raise Infeasible(refusal_of(asked, solution))


def _chances(solution: Solution, tail: Whole, risk: Risk) -> Real:
    """What a unit of money in each course counts: its part of the mean, and of the dearest, adding up to one."""
    return np.asarray((1.0 - risk.cvar_weight) / len(tail) - solution.row_dual[tail])


def _prices(copies: Sequence[Copy], solution: Solution, chances: Real) -> Prices:
    """Prices of work that runs in every course: sums over courses of what each makes of it."""
    found = [
        prices_of(_counted(copy, chance), copy.columns, copy.rows, solution)
        for copy, chance in zip(copies, chances, strict=True)
    ]
    parts = np.sum([one.parts for one in found], axis=0)
    machines = [one.accelerator_price_per_h for one in found if len(one.accelerator_price_per_h)]
    return Prices(
        it_price_per_kwh=parts.sum(axis=0),
        parts=parts,
        accelerator_price_per_h=np.sum(machines, axis=0),
        room_price_per_h=np.sum([one.room_price_per_h for one in found], axis=0),
        promise_price=found[0].promise_price,
    )


def _counted(copy: Copy, chance: float) -> Facts:
    """Facts of a course whose money counts by its chance, as the duals of its rows do already."""
    return replace(
        copy.facts,
        price_per_kwh=chance * copy.facts.price_per_kwh,
        sale_per_kwh=chance * copy.facts.sale_per_kwh,
        carbon_cost_per_kwh=chance * copy.facts.carbon_cost_per_kwh,
    )


def _means(copies: Sequence[Copy], solution: Solution, told: int) -> dict[str, Real]:
    """Quantities as means over the courses; shares that are told, as the course that answers most has them."""
    found = [quantities(copy.facts, copy.columns, solution) for copy in copies]
    means = {name: np.mean([one[name] for one in found], axis=0) for name in found[0]}
    most = np.max([one["shares"] for one in found], axis=0)
    means["shares"][..., :told] = most[..., :told]
    return means


def _notes(
    situation: Situation, copies: Sequence[Copy], solution: Solution, risk: Risk
) -> tuple[str, ...]:
    gap_kw = max(copy.facts.curve.gap_kw.max() for copy in copies)
    said = [
        f"power chords lie at most {gap_kw:.1f} kW above the model",
        solution.solver,
        f"{len(copies)} courses; the dearest {1.0 - risk.cvar_level:.0%} count {risk.cvar_weight:g} of the cost",
    ]
    points = without_spread(situation, kinds_spread(risk.uncertainty))
    if points:
        said.append("no course is known of " + ", ".join(points) + ": the point forecast stands")
    return tuple(said)
