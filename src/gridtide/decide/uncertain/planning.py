"""Which planner meets the uncertainty asked for."""

from typing import Protocol

from gridtide.decide.objective import Objective
from gridtide.decide.plan import Plan
from gridtide.decide.planners.coordinated import Coordinated
from gridtide.decide.readings import Readings
from gridtide.decide.reservations import Reservations
from gridtide.decide.risk import Risk, Uncertainty
from gridtide.decide.situation import Situation
from gridtide.decide.telescoped import Telescoped
from gridtide.decide.uncertain.chance import Chance
from gridtide.decide.uncertain.cvar import Cvar
from gridtide.decide.uncertain.telescoped_chance import TelescopedChance
from gridtide.decide.uncertain.telescoped_cvar import TelescopedCvar
from gridtide.timeline import Spans


class PlansAround(Protocol):
    """A planner that can also plan around jobs that have their slots."""

    def plan(self, situation: Situation) -> Plan:
        """Raises Infeasible when promises and limits cannot hold together, saying which."""
        ...

    def around(self, situation: Situation, held: Reservations) -> Plan:
        """The cheapest storage, routing and prices with every job in the slots `held` tells it."""
        ...


def planner_for(
    objective: Objective,
    risk: Risk,
    told_h: float,
    telescope: Spans = (),
    readings: Readings | None = None,
) -> PlansAround:
    """The planner of a way to meet uncertainty.

    told_h: hours until the next plan. telescope: steps of its horizon. readings: kept from one plan to the next.
    """
    if risk.uncertainty is Uncertainty.CVAR:
        if not telescope:
            return Cvar(objective=objective, risk=risk, told_h=told_h)
        return TelescopedCvar(
            objective=objective, risk=risk, told_h=told_h, telescope=telescope, readings=readings
        )
    if risk.uncertainty is Uncertainty.CHANCE:
        if not telescope:
            return Chance(objective=objective, risk=risk)
        return TelescopedChance(
            objective=objective, risk=risk, telescope=telescope, readings=readings
        )
    if telescope:
        return Telescoped(objective=objective, telescope=telescope, readings=readings)
    return Coordinated(objective=objective, readings=readings)
