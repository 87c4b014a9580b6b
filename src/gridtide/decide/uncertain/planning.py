"""Which planner meets the uncertainty asked for."""

from collections.abc import Iterator
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
from gridtide.finding import Finding
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
        return Cvar(objective=objective, risk=risk, told_h=told_h)
    if risk.uncertainty is Uncertainty.CHANCE:
        return Chance(objective=objective, risk=risk)
    if telescope:
        return Telescoped(objective=objective, telescope=telescope, readings=readings)
    return Coordinated(objective=objective, readings=readings)


def steps_faults(telescope: Spans, uncertainty: Uncertainty) -> Iterator[Finding]:
    """A telescope beside plans over courses or with margins, which are made in the steps of the loop."""
    if telescope and uncertainty is not Uncertainty.EXPECTED:
        yield Finding(
            subject="planning.telescope",
            value=f"beside plans of the kind {uncertainty.value!r}",
            limit="plans by the point forecast, the only ones that are made in steps of several lengths",
            mend="Leave planning.telescope out, or plan with uncertainty = 'expected'.",
        )
