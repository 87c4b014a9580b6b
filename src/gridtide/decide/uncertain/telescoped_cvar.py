"""The plan over several courses, finely near and coarsely far; every course is seen through the same steps."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gridtide.decide.coarsening import coarsened
from gridtide.decide.facts import held_of
from gridtide.decide.layout import Facts
from gridtide.decide.lifted_bound import lifted_bound
from gridtide.decide.objective import Objective
from gridtide.decide.plan import Certificate, Plan
from gridtide.decide.planners.coordinated import Solved, quantities
from gridtide.decide.readings import Readings
from gridtide.decide.reservations import Reservations
from gridtide.decide.risk import Risk, weighed
from gridtide.decide.situation import Situation
from gridtide.decide.telescoped import Views, at_a_vertex, cost_apart, paid, views_of
from gridtide.decide.uncertain.copies import Copy
from gridtide.decide.uncertain.cvar import OverCourses, courses_of, solved_over
from gridtide.decide.unfolding import unfolded
from gridtide.finding import Infeasible
from gridtide.timeline import Spans

Real = NDArray[np.float64]
NEXT_TO_NOTHING = 1e-9


@dataclass(frozen=True, kw_only=True)
class TelescopedCvar:
    """The plan of `Cvar` over fewer, longer steps, told in the steps of the loop.

    What is the same in every course until the next plan is so in fine steps, as long as the finest span reaches there.
    telescope: how many steps of how many seconds, the finest first; where none is longer than the loop's, the plan is
    that of `Cvar`. told_h: hours until the next plan. readings: as the coordinated planner keeps them.
    """

    objective: Objective
    risk: Risk
    told_h: float
    telescope: Spans
    readings: Readings | None = field(default=None, compare=False, repr=False)

    def plan(self, situation: Situation) -> Plan:
        """The plan of least weighed cost in coarse steps, in fine ones. Raises Infeasible."""
        return self._planned(situation, held_of(situation, self.objective))

    def around(self, situation: Situation, held: Reservations) -> Plan:
        """The same with every job in the slots `held` tells it."""
        return self._planned(situation, replace(held, settled=np.ones_like(held.settled)))

    def _planned(self, situation: Situation, held: Reservations) -> Plan:
        views = views_of(situation, held, self.objective, self.telescope, self.readings)
        whole = courses_of(situation, views.whole, self.objective)
        if len(views.seen.horizon) == len(situation.horizon):
            return solved_over(situation, whole, held, self.risk, self.told_h).plan
        fine = courses_of(situation, views.fine, self.objective)
        coarse = [
            coarsened(facts, situation, views.seen.horizon, views.coarse.buckets) for facts in fine
        ]
        try:
            rough = solved_over(views.seen, coarse, None, self.risk, self.told_h, at_a_vertex)
        except Infeasible as lacking:
            plan = solved_over(situation, whole, held, self.risk, self.told_h).plan
            said = f"planned in the loop's own steps, as coarse ones hold no plan: {lacking}"
            return replace(plan, notes=(*plan.notes, said))
        plan = unfolded(rough.plan, situation, views.fine, views.coarse)
        certificate = _certificate(rough, situation, views, (fine, whole), self.risk)
        return replace(plan, certificate=certificate)


def _certificate(
    rough: OverCourses,
    situation: Situation,
    views: Views,
    courses: tuple[Sequence[Facts], Sequence[Facts]],
    risk: Risk,
) -> Certificate:
    """What the plan costs over the courses in the situation's own steps, and a bound on any plan over them.

    courses: facts of each course in those steps, with jobs that coarse steps cannot tell apart as told, and free. The
    weighed cost is that of the worst chances within limits, so bounds of single courses by any such chances bound it.
    """
    fine, whole = courses
    chances = within_limits(rough.chances, risk)
    shared = rough.solution.objective - weighed(rough.own_cost, risk)
    costs, bounds = [], []
    for number, copy in enumerate(rough.copies):
        own: dict[str, Any] = {**quantities(copy.facts, copy.columns, rough.solution)}
        course = replace(rough.plan, **own)
        told = unfolded(course, situation, fine[number], copy.facts)
        more = paid(told, situation, fine[number]) - paid(course, situation, copy.facts)
        costs.append(float(rough.own_cost[number]) + more)
        alone = _alone(rough, copy, course, float(chances[number]))
        bounds.append(lifted_bound(alone, situation, copy.facts, whole[number]))
    cost = shared + weighed(np.asarray(costs), risk) + cost_apart(views)
    return Certificate(
        cost=cost,
        lower_bound=min(float(chances @ np.asarray(bounds)), cost),
        run_at_once_cost=rough.plan.certificate.run_at_once_cost,
        method=f"weak duality in {len(situation.horizon)} steps, course by course over {len(costs)}; plan of "
        f"{len(rough.plan.horizon)} steps by {rough.solution.solver}",
    )


def _alone(rough: OverCourses, copy: Copy, course: Plan, chance: float) -> Solved:
    """One course as if it were the only one: its rows at their prices, for a unit of its own money."""
    told = rough.solution.row_dual
    dual = told / chance if chance > NEXT_TO_NOTHING else told.copy()
    first, rows = rough.copies[0].rows, copy.rows
    if not rows.machines.size:
        rows = replace(rows, machines=first.machines, kept_machines=first.kept_machines)
    if len(rough.copies) > 1 and not rough.copies[1].rows.machines.size:
        for shared in (first.machines, first.kept_machines):
            dual[shared] = told[shared]
    return Solved(plan=course, rows=rows, solution=replace(rough.solution, row_dual=dual))


def within_limits(chances: Real, risk: Risk) -> Real:
    """The nearest chances that the weighed cost is the worst of: none below its part of the mean, none above that and a
    whole part of the dearest, adding up to one."""
    count = len(chances)
    least = np.full(count, (1.0 - risk.cvar_weight) / count)
    most = least + risk.cvar_weight / (count * (1.0 - risk.cvar_level))
    most = np.minimum(most, 1.0)
    found = np.clip(chances, least, most)
    lacking = 1.0 - float(found.sum())
    room = most - found if lacking > 0 else found - least
    total = float(room.sum())
    return np.asarray(found + lacking * room / total) if total > 0 else found
