"""The plan with margins, finely near and coarsely far; inside a coarse step the margin is the widest of any moment."""

from dataclasses import dataclass, field, replace

import numpy as np

from gridtide.decide.coarsening import Steps
from gridtide.decide.constraints.margin import more_requests
from gridtide.decide.facts import held_of
from gridtide.decide.layout import Facts
from gridtide.decide.objective import Objective
from gridtide.decide.plan import Plan
from gridtide.decide.readings import Readings
from gridtide.decide.reservations import Reservations
from gridtide.decide.risk import Risk
from gridtide.decide.situation import Situation
from gridtide.decide.telescoped import Views, at_a_vertex, planned_through, views_of
from gridtide.decide.uncertain.chance import hurting_facts, solved_with_margins
from gridtide.timeline import Spans


@dataclass(frozen=True, kw_only=True)
class TelescopedChance:
    """The plan of `Chance` over fewer, longer steps, told in the steps of the loop.

    telescope: how many steps of how many seconds, the finest first; where none is longer than the loop's, the plan is
    that of `Chance` to the byte. readings: as the coordinated planner keeps them. The bound is one on plans without
    margins, which cost no more than plans with them.
    """

    objective: Objective
    risk: Risk
    telescope: Spans
    readings: Readings | None = field(default=None, compare=False, repr=False)

    def plan(self, situation: Situation) -> Plan:
        """The cheapest plan of the coarse steps with its margins, in fine ones. Raises Infeasible."""
        return self._planned(situation, held_of(situation, self.objective))

    def around(self, situation: Situation, held: Reservations) -> Plan:
        """The same with every job in the slots `held` tells it."""
        return self._planned(situation, replace(held, settled=np.ones_like(held.settled)))

    def _planned(self, situation: Situation, held: Reservations) -> Plan:
        views = views_of(situation, held, self.objective, self.telescope, self.readings)
        confidence = self.risk.confidence
        whole = hurting_facts(situation, views.whole, self.objective, confidence)
        return planned_through(
            views,
            situation,
            lambda: solved_with_margins(situation, views.whole, whole, self.risk, held).plan,
            lambda: solved_with_margins(
                views.seen,
                views.coarse,
                hurting_most(views, whole, situation),
                self.risk,
                None,
                at_a_vertex,
            ),
        )


def hurting_most(views: Views, hurting: Facts, situation: Situation) -> Facts:
    """The coarse facts with less supply, more heat and more requests, by the most of any moment inside a step.

    hurting: the facts at their quantiles in the situation's own steps.
    """
    steps = Steps.of(situation.horizon, views.seen.horizon)
    fine, coarse = views.whole, views.coarse
    hotter_kw = steps.highest(np.maximum(hurting.curve.floor_kw - fine.curve.floor_kw, 0.0))
    steeper = np.maximum(hurting.curve.slope - fine.curve.slope, 0.0)
    slope = np.moveaxis(steps.highest(np.moveaxis(steeper, 1, -1)), -1, 1)
    lacking_kw = steps.highest(np.maximum(fine.supply_kw - hurting.supply_kw, 0.0))
    return replace(
        coarse,
        supply_kw=coarse.supply_kw - lacking_kw,
        requests_per_s=coarse.requests_per_s * (1.0 + steps.highest(more_requests(fine, hurting))),
        curve=replace(
            coarse.curve,
            floor_kw=coarse.curve.floor_kw + hotter_kw,
            slope=coarse.curve.slope + slope,
        ),
    )
