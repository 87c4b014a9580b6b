"""Which work did less than the slots it was told would have let it do, as a late start or a slow node makes it."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from gridtide.decide.reservations import Reservations, copied, told_entries, told_slots
from gridtide.decide.situation import Situation
from gridtide.decide.state import Status
from gridtide.fleet.menu import at_speed_s


@dataclass(frozen=True, kw_only=True, eq=False)
class Behind:
    """Reservations after what fell behind was looked at. homeless: work whose slots no longer hold what it needs and
    that looks for others; late: work that cannot pause and goes on beyond its deadline. Both (n,).
    """

    held: Reservations
    homeless: NDArray[np.bool_]
    late: NDArray[np.bool_]


def fallen_behind(situation: Situation, held: Reservations) -> Behind:
    """The reservations with slots for all that is left of every job that was told some.

    Work that runs and cannot pause goes on in the slots that follow, as long as it needs, whoever was told them:
    what that costs others is a matter of the room there is (`cut.within_room`). Any other work gives back slots that
    are too few for it. In a world where every slot is used as told nothing changes.
    """
    too_few = _too_few(held)
    if not too_few.any():
        return Behind(held=held, homeless=too_few, late=too_few)
    cannot_pause = (situation.state.status == Status.RUNNING) & held.settled
    told = copied(held.told)
    homeless = too_few & ~cannot_pause
    told.place[homeless], told.point[homeless], told.count[homeless] = -1, 0, 0
    needed = _slots_of_work(held)
    for job in np.flatnonzero(too_few & cannot_pause):
        begin, most = int(told.offsets[job]), int(told.offsets[job + 1] - told.offsets[job])
        count = min(int(needed[job]), most, len(held.grid))
        told.slots[begin : begin + count] = np.arange(count)
        told.count[job] = count
    late = too_few & cannot_pause & (told.count > held.last)
    return Behind(held=replace(held, told=told), homeless=homeless, late=late)


def _too_few(held: Reservations) -> NDArray[np.bool_]:
    """Jobs whose slots hold less than their work and the restarts between their slots need, (n,)."""
    told, (left_s, _, restart_s, slot_s) = held.told, held.left.T
    job, slots = told_slots(told)
    broken = (np.diff(slots) > 1) & (np.diff(job) == 0)
    breaks = np.bincount(job[1:][broken], minlength=len(held.gang))
    needs_s = at_speed_s(left_s, held.menu.speed[told_entries(held, told)]) + breaks * restart_s
    return np.asarray((told.place >= 0) & (told.count * slot_s < needs_s), dtype=np.bool_)


def _slots_of_work(held: Reservations) -> NDArray[np.int64]:
    """How many slots without a break the rest of each job takes as it was told to run, (n,)."""
    needs_s = at_speed_s(held.left[:, 0], held.menu.speed[told_entries(held, held.told)])
    return np.asarray(-(-needs_s // held.left[:, 3]), dtype=np.int64)
