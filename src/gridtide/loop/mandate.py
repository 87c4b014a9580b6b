"""What a loop is asked to look after: the standing part of every situation."""

from dataclasses import dataclass
from typing import Protocol

from gridtide.decide.dispatch import Dispatch
from gridtide.decide.objective import Objective
from gridtide.decide.plan import Plan
from gridtide.decide.reservations import Reservations
from gridtide.decide.risk import CERTAIN, Risk
from gridtide.decide.situation import Event, Situation
from gridtide.fleet.fleet import Fleet
from gridtide.fleet.service import Service
from gridtide.signals.history import History
from gridtide.timeline import Timeline


@dataclass(frozen=True, kw_only=True, eq=False)
class Mandate:
    """Fleet, services and history a loop decides on, and how.

    steps: the dispatch steps of the whole course, all equal. plan_h: how far a plan looks.
    replan_h: longest time between plans. forecaster: extends what is published. owner: who answers.
    risk: what is wanted to be known of how far forecasts miss. seed: of the courses drawn. more_may_come: False where
    all work is known from the start, as only a bound may.
    """

    fleet: Fleet
    services: tuple[Service, ...]
    history: History
    objective: Objective
    events: tuple[Event, ...]
    steps: Timeline
    plan_h: float
    replan_h: float
    forecaster: str
    owner: str
    risk: Risk = CERTAIN
    seed: int = 0
    more_may_come: bool = True


class Policy(Protocol):
    """A way to run the fleet: what to do at a turn, and the plan it follows."""

    @property
    def name(self) -> str:
        """How results call it."""
        ...

    def decide(
        self, plan: Plan | None, situation: Situation, held: Reservations, due: bool
    ) -> tuple[Plan | None, Dispatch]:
        """The plan that holds from now on and what to do under it.

        plan: the one that held so far. held: the jobs with the witness of each promise. due: whether a
        new plan is to be made, and all waiting work decided anew.
        """
        ...
