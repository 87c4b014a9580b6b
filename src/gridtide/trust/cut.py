"""Which promises still hold when a limit was cut or work fell behind: what runs keeps running, then by deadline."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from gridtide.decide.reservations import Reservations, Told, free_of, told_accelerators
from gridtide.decide.situation import Situation
from gridtide.decide.state import Status
from gridtide.trust.behind import fallen_behind


@dataclass(frozen=True, kw_only=True, eq=False)
class Cut:
    """Reservations inside the room there is now. promised: promises that still may hold, (n,).

    stopped: running jobs without checkpoints that must stop; they have no slots and ask again when they
    stand still. homeless: other jobs whose slots are gone and that look for new ones. behind: those of them whose slots
    had become too few; late: running work that cannot pause and now ends beyond its deadline. All (n,).
    """

    held: Reservations
    promised: NDArray[np.bool_]
    stopped: NDArray[np.bool_]
    homeless: NDArray[np.bool_]
    behind: NDArray[np.bool_]
    late: NDArray[np.bool_]


def within_room(situation: Situation, held: Reservations) -> Cut:
    """The reservations as they were told, or what of them fits when room is less than it was or work fell behind.

    Grid limits come before promises. Room goes first to running jobs that would lose their work, then to
    protected ones, then to promised ones by deadline, then to the rest; each keeps its very slots or none.
    """
    slow = fallen_behind(situation, held)
    held, promised = slow.held, situation.state.promised & ~slow.homeless & ~slow.late
    if (free_of(held, held.told) >= 0).all():
        none = np.zeros(len(held.gang), dtype=np.bool_)
        return Cut(
            held=held,
            promised=promised,
            stopped=none,
            homeless=slow.homeless,
            behind=slow.homeless,
            late=slow.late,
        )
    fits = _fitting(situation, held, promised)
    lost = (held.told.place >= 0) & ~fits
    running = situation.state.status == Status.RUNNING
    stopped = lost & running & ~situation.jobs.interruptible
    told = Told(
        place=np.where(lost, -1, held.told.place),
        point=np.where(lost, 0, held.told.point),
        offsets=held.told.offsets,
        count=np.where(lost, 0, held.told.count),
        slots=held.told.slots.copy(),
    )
    return Cut(
        held=replace(held, told=told, settled=(held.settled & ~lost) | stopped),
        promised=promised & ~lost,
        stopped=stopped,
        homeless=(lost & ~stopped) | slow.homeless,
        behind=slow.homeless,
        late=slow.late & ~stopped,
    )


def _fitting(
    situation: Situation, held: Reservations, promised: NDArray[np.bool_]
) -> NDArray[np.bool_]:
    """Jobs that keep their slots, (n,)."""
    would_lose = (situation.state.status == Status.RUNNING) & ~situation.jobs.interruptible
    rank = np.select([would_lose, ~situation.jobs.movable, promised], [0, 1, 2], default=3)
    taken = told_accelerators(held, held.told)
    order = np.lexsort((np.arange(len(rank)), -taken, held.last, ~promised, rank))
    free = held.room.copy()
    fits = np.zeros(len(rank), dtype=np.bool_)
    for job in order[held.told.place[order] >= 0]:
        begin = held.told.offsets[job]
        slots = held.told.slots[begin : begin + held.told.count[job]]
        here = free[held.told.place[job]]
        fits[job] = bool((here[slots] >= taken[job]).all())
        if fits[job]:
            here[slots] -= taken[job]
    return fits
