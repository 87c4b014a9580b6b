"""Leave every job in the slots it was told: the witness the guard keeps, and run-at-once by itself."""

from dataclasses import dataclass

import numpy as np

from gridtide.decide.dispatch import Binding, Dispatch, Placement, Reason
from gridtide.decide.reservations import Reservations
from gridtide.decide.situation import Situation


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


def told_placement(situation: Situation, held: Reservations, reason: Reason) -> Placement:
    """The slots each job was told, as a placement."""
    told, n = held.told, len(held.gang)
    count = np.where(told.place >= 0, told.count, 0)
    used = np.arange(len(told.slots)) - np.repeat(told.offsets[:-1], np.diff(told.offsets))
    slots = told.slots[used < np.repeat(count, np.diff(told.offsets))]
    why = np.where(situation.jobs.movable, int(reason), int(Reason.PROTECTED))
    unknown = np.full(n, np.nan)
    return Placement(
        horizon=held.grid,
        place=np.where(count > 0, told.place, -1),
        offsets=np.concatenate([[0], np.cumsum(count)]).astype(np.int64),
        slots=slots,
        reason=np.where(count > 0, why, int(Reason.NOT_PLACED)),
        binding=np.full(n, int(Binding.NONE)),
        cost=unknown,
        cost_at_once=unknown,
        alternative_cost=unknown,
        alternative_place=np.full(n, -1),
    )
