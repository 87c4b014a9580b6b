"""Leave every job in the slots it was told: the witness the guard keeps, and run-at-once by itself."""

from dataclasses import dataclass

from gridtide.decide.dispatch import Dispatch, Reason
from gridtide.decide.reservations import Reservations
from gridtide.decide.rest import at_rest
from gridtide.decide.situation import Situation
from gridtide.decide.told import told_placement


@dataclass(frozen=True, kw_only=True)
class KeepTold:
    """Nothing moves: jobs stay where admission put them, requests at home, batteries rest."""

    policy: str = "run-at-once"
    reason: Reason = Reason.AT_ONCE

    def dispatch(self, situation: Situation, held: Reservations) -> Dispatch:
        """The dispatch from as_of on. held: the situation's jobs on their grid, each with its witness."""
        return at_rest(situation, told_placement(situation, held, self.reason), self.policy)
