"""The coordinated plan, finely near and coarsely far: the farther an hour, the longer the step it is planned in."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from gridtide.decide.buckets import bucketed
from gridtide.decide.coarsening import changes, coarsened, kept_where_too_coarse
from gridtide.decide.constraints.offers import not_held_cost_per_kw
from gridtide.decide.facts import facts_of, held_of
from gridtide.decide.layout import Facts
from gridtide.decide.lifted_bound import lifted_bound
from gridtide.decide.objective import Objective
from gridtide.decide.plan import Certificate, Plan
from gridtide.decide.planners.coordinated import Solved, solved
from gridtide.decide.program import Matrix, Solution, solve
from gridtide.decide.readings import Readings
from gridtide.decide.reservations import Reservations
from gridtide.decide.situation import Situation
from gridtide.decide.solving import solution_of
from gridtide.decide.told import work_cost
from gridtide.decide.unfolding import unfolded
from gridtide.finding import Infeasible
from gridtide.timeline import Spans, coarser

Real = NDArray[np.float64]
VERTEX_COLUMNS = 60_000


@dataclass(frozen=True, kw_only=True, eq=False)
class Views:
    """One situation seen twice: in coarse steps, and in its own.

    seen: the situation over the coarse steps. coarse, fine: facts of the two, in which jobs that the coarse steps
    cannot tell apart stay where they were told (held, of which `apart` says which). whole: facts in the situation's
    own steps with every job as free as it is.
    """

    seen: Situation
    coarse: Facts
    fine: Facts
    whole: Facts
    held: Reservations
    apart: NDArray[np.bool_]


@dataclass(frozen=True, kw_only=True)
class Telescoped:
    """One sparse linear program over fewer, longer steps, told in the steps of the loop.

    telescope: how many steps of how many seconds, the finest first. The steps are made of whole steps of
    the situation's horizon; where none is longer, the plan is the coordinated one to the byte. readings: as the
    coordinated planner keeps them.
    """

    objective: Objective
    telescope: Spans
    readings: Readings | None = field(default=None, compare=False, repr=False)

    def plan(self, situation: Situation) -> Plan:
        """The cheapest plan of the coarse steps, in fine ones. Raises Infeasible naming what cannot hold together."""
        return self._planned(situation, held_of(situation, self.objective))

    def around(self, situation: Situation, held: Reservations) -> Plan:
        """The same with every job in the slots `held` tells it."""
        fixed = np.ones_like(held.settled)
        return self._planned(situation, replace(held, settled=fixed))

    def _planned(self, situation: Situation, held: Reservations) -> Plan:
        views = views_of(situation, held, self.objective, self.telescope, self.readings)
        return planned_through(
            views,
            situation,
            lambda: solved(situation, views.whole, held).plan,
            lambda: solved(views.seen, views.coarse, None, at_a_vertex),
        )


def planned_through(
    views: Views,
    situation: Situation,
    in_fine_steps: Callable[[], Plan],
    in_coarse_steps: Callable[[], Solved],
) -> Plan:
    """The coarse plan told in fine steps; the fine one where no step is longer, or the coarse steps hold no plan."""
    if len(views.seen.horizon) == len(situation.horizon):
        return in_fine_steps()
    try:
        rough = in_coarse_steps()
    except Infeasible as lacking:
        plan = in_fine_steps()
        said = f"planned in the loop's own steps, as coarse ones hold no plan: {lacking}"
        return replace(plan, notes=(*plan.notes, said))
    plan = unfolded(rough.plan, situation, views.fine, views.coarse)
    return replace(plan, certificate=_certificate(rough, plan, situation, views))


def _certificate(rough: Solved, plan: Plan, situation: Situation, views: Views) -> Certificate:
    """What the plan costs in the situation's own steps, and a bound on any plan in them."""
    told = rough.plan.certificate
    cost = told.cost - paid(rough.plan, situation, views.coarse)
    cost += paid(plan, situation, views.fine) + cost_apart(views)
    bound = lifted_bound(rough, situation, views.coarse, views.whole)
    return Certificate(
        cost=cost,
        lower_bound=min(bound, cost),
        run_at_once_cost=told.run_at_once_cost,
        method=f"weak duality in {len(situation.horizon)} steps; plan of "
        f"{len(rough.plan.horizon)} steps by {rough.solution.solver}",
    )


def at_a_vertex(matrix: Matrix) -> Solution:
    """The optimum by simplex up to a size at which it was faster than the plan's shape on every fleet tried."""
    if len(matrix.cost) <= VERTEX_COLUMNS:
        return solve(matrix, "simplex")
    return solution_of(matrix)


def views_of(
    situation: Situation,
    held: Reservations,
    objective: Objective,
    telescope: Spans,
    readings: Readings | None = None,
) -> Views:
    """The situation through a telescope. Where a limit or a billing month changes, a step begins."""
    read = Readings() if readings is None else readings
    whole = facts_of(situation, objective, held, readings=read)
    horizon = coarser(situation.horizon, telescope, changes(whole))
    if len(horizon) == len(situation.horizon):
        none = np.zeros_like(held.settled)
        return Views(seen=situation, coarse=whole, fine=whole, whole=whole, held=held, apart=none)
    seen = replace(situation, horizon=horizon)
    kept = kept_where_too_coarse(held, horizon)
    apart = kept.settled & ~held.settled
    fine = facts_of(situation, objective, kept, readings=read) if apart.any() else whole
    coarse = coarsened(fine, situation, horizon, bucketed(seen, kept))
    return Views(seen=seen, coarse=coarse, fine=fine, whole=whole, held=kept, apart=apart)


def cost_apart(views: Views) -> float:
    """Money for waits and moves of the jobs that stay as told only because steps are coarse."""
    told = views.held.told
    place = np.where(views.apart, told.place, -1)
    return work_cost(replace(views.held, told=replace(told, place=place)))


def paid(plan: Plan, situation: Situation, facts: Facts) -> float:
    """Energy, carbon, wear, fuel of plants and demand charge of a plan less what its offers earn, in money.

    What stands and is not held counts as the plan counts it.
    """
    sites = situation.fleet.sites
    wear = [site.battery.wear_cost_per_kwh if site.battery else 0.0 for site in sites]
    flow = (facts.price_per_kwh + facts.carbon_cost_per_kwh) * plan.import_kw
    flow = flow - facts.sale_per_kwh * plan.export_kw
    flow = flow + np.asarray(wear)[:, None] * plan.discharge_kw
    terms = facts.offers
    earned_for = (terms.price_per_kw_h * plan.offered_kw * facts.hours).sum()
    lacking_kw = np.maximum(np.nan_to_num(terms.standing_kw) - plan.offered_kw, 0.0)
    lost = (not_held_cost_per_kw(facts) * lacking_kw).sum()
    charged = facts.months.charge(plan.import_kw + facts.swing_kw)
    if plan.made_kw.size:
        charged += float((facts.made.cost_per_kwh[:, None] * plan.made_kw * facts.hours).sum())
    return float((flow * facts.hours).sum()) + charged + float(lost - earned_for)
