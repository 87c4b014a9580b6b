"""The coordinated plan, finely near and coarsely far: the farther an hour, the longer the step it is planned in."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from gridtide.decide.buckets import bucketed
from gridtide.decide.coarsening import coarsened, kept_where_too_coarse
from gridtide.decide.facts import facts_of, held_of
from gridtide.decide.layout import Facts
from gridtide.decide.objective import Objective
from gridtide.decide.plan import Certificate, Plan
from gridtide.decide.planners.coordinated import planned
from gridtide.decide.reservations import Reservations
from gridtide.decide.situation import Situation
from gridtide.decide.unfolding import unfolded
from gridtide.timeline import Spans, Timeline, coarser

Real = NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class Telescoped:
    """One sparse linear program over fewer, longer steps, told in the steps of the loop.

    telescope: how many steps of how many seconds, the finest first. The steps are made of whole steps of
    the situation's horizon; where none is longer, the plan is the coordinated one to the byte.
    """

    objective: Objective
    telescope: Spans

    def plan(self, situation: Situation) -> Plan:
        """The cheapest plan of the coarse steps, in fine ones. Raises Infeasible naming site, step and kW."""
        return self._planned(situation, held_of(situation, self.objective))

    def around(self, situation: Situation, held: Reservations) -> Plan:
        """The same with every job in the slots `held` tells it."""
        fixed = np.ones_like(held.settled)
        return self._planned(situation, replace(held, settled=fixed))

    def _planned(self, situation: Situation, held: Reservations) -> Plan:
        horizon = coarser(situation.horizon, self.telescope)
        if len(horizon) == len(situation.horizon):
            return planned(
                situation, facts_of(situation, self.objective, held), self.objective, held
            )
        seen, coarse, fine = seen_coarsely(situation, held, self.objective, horizon)
        rough = planned(seen, coarse, self.objective, None)
        plan = unfolded(rough, situation, fine, coarse)
        return replace(plan, certificate=self._certificate(rough, plan, situation, (coarse, fine)))

    def _certificate(
        self, rough: Plan, plan: Plan, situation: Situation, facts: tuple[Facts, Facts]
    ) -> Certificate:
        """What the plan costs in fine steps; its bound holds for plans in the coarse ones."""
        coarse, fine = facts
        told = rough.certificate
        cost = told.cost - self._paid(rough, situation, coarse) + self._paid(plan, situation, fine)
        return Certificate(
            cost=cost,
            lower_bound=min(told.lower_bound, cost),
            run_at_once_cost=told.run_at_once_cost,
            method=f"{told.method}, in {len(rough.horizon)} steps",
        )

    def _paid(self, plan: Plan, situation: Situation, facts: Facts) -> float:
        """Energy, carbon, wear and demand charge of a plan, in money."""
        sites = situation.fleet.sites
        earned = np.asarray([site.contract.export_price_share for site in sites])[:, None]
        wear = [site.battery.wear_cost_per_kwh if site.battery else 0.0 for site in sites]
        flow = (facts.price_per_kwh + facts.carbon_cost_per_kwh) * plan.import_kw
        flow = flow - facts.price_per_kwh * earned * plan.export_kw
        flow = flow + np.asarray(wear)[:, None] * plan.discharge_kw
        peaks = facts.months.charge(plan.import_kw + facts.swing_kw)
        return float((flow * facts.hours).sum()) + peaks


def seen_coarsely(
    situation: Situation, held: Reservations, objective: Objective, horizon: Timeline
) -> tuple[Situation, Facts, Facts]:
    """The situation over a coarse horizon, its facts there, and its facts in its own steps."""
    seen = replace(situation, horizon=horizon)
    held = kept_where_too_coarse(held, horizon)
    fine = facts_of(situation, objective, held)
    return seen, coarsened(fine, situation, horizon, bucketed(seen, held)), fine
