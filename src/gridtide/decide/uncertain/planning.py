"""Which planner meets the uncertainty asked for."""

from typing import Protocol

from gridtide.decide.objective import Objective
from gridtide.decide.plan import Plan
from gridtide.decide.planners.coordinated import Coordinated
from gridtide.decide.reservations import Reservations
from gridtide.decide.risk import Risk, Uncertainty
from gridtide.decide.situation import Situation
from gridtide.decide.uncertain.chance import Chance
from gridtide.decide.uncertain.cvar import Cvar


class PlansAround(Protocol):
    """A planner that can also plan around jobs that have their slots."""

    def plan(self, situation: Situation) -> Plan:
        """Raises Infeasible when promises and limits cannot hold together, saying which."""
        ...

    def around(self, situation: Situation, held: Reservations) -> Plan:
        """The cheapest storage, routing and prices with every job in the slots `held` tells it."""
        ...


def planner_for(objective: Objective, risk: Risk, told_h: float) -> PlansAround:
    """The planner of a way to meet uncertainty. told_h: hours until the next plan."""
    if risk.uncertainty is Uncertainty.CVAR:
        return Cvar(objective=objective, risk=risk, told_h=told_h)
    if risk.uncertainty is Uncertainty.CHANCE:
        return Chance(objective=objective, risk=risk)
    return Coordinated(objective=objective)
