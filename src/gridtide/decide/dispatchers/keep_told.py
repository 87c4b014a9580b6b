"""Leave every job in the slots it was told: the witness the guard keeps, and run-at-once by itself."""

from dataclasses import dataclass

import numpy as np

from gridtide.decide.dispatch import Dispatch, Reason
from gridtide.decide.reservations import Reservations
from gridtide.decide.situation import Situation
from gridtide.decide.told import told_placement


@dataclass(frozen=True, kw_only=True)
class KeepTold:
    """Nothing moves: jobs stay where admission put them, requests at home, batteries rest."""

    policy: str = "run-at-once"
    reason: Reason = Reason.AT_ONCE

    def dispatch(self, situation: Situation, held: Reservations) -> Dispatch:
        """The dispatch from as_of on. held: the situation's jobs on their grid, each with its witness."""
        steps, sites = len(held.grid), len(situation.fleet.sites)
        rest = np.zeros((sites, steps))
        homes = [service.home for service in situation.services]
        shape = (0, len(situation.fleet.network.origins), len(held.room))
        shares = np.stack(homes) if homes else np.zeros(shape)
        return Dispatch(
            made_at=situation.as_of,
            policy=self.policy,
            placement=told_placement(situation, held, self.reason),
            shares=np.repeat(shares[..., None], steps, axis=-1),
            charge_kw=rest,
            discharge_kw=rest,
            issue=situation.as_of,
        )
