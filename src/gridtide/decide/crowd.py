"""Where room is short, and which work could make room there by not waiting."""

import numpy as np
from numpy.typing import NDArray

from gridtide.decide.reservations import Reservations
from gridtide.decide.situation import Situation
from gridtide.decide.state import Status
from gridtide.timeline import epoch_s

JUDGED_FROM_S = 4 * 3600
"""Nearer than this a single job can fill any place, and says nothing about those to come."""

AS_MUCH_AGAIN = 2.0
HURRIED = 2.0
"""Accelerator-hours that hurry for each that is lacking: what passes unused meanwhile is lacking as well."""

ROOMY = 4.0
MUCH_MORE = 0.3
"""Slower work holds machines longer, and a job that then finds no room loses more than many slow ones save."""


def left_waiting(situation: Situation, held: Reservations) -> NDArray[np.bool_]:
    """Jobs that have come and wait without a promise though an empty fleet could still keep them, (n,)."""
    need = -(-held.left[:, 0] // held.left[:, 3])
    here = situation.jobs.release_s <= epoch_s(situation.as_of)
    waits = here & (situation.state.status == Status.WAITING) & ~situation.state.promised
    room = held.last - held.first.min(axis=1, initial=len(held.grid)) >= need
    return np.asarray(waits & room & _fits(situation, held).any(axis=1), dtype=np.bool_)


def crowded(situation: Situation, held: Reservations) -> NDArray[np.bool_]:
    """Work that may change its slots where a promise wants for room, and, of work whose every place is filling, as much
    as what is lacking there asks for, (n,).

    There time is what is short, not money: every accelerator-hour that waits for a better price is one less
    for those left waiting and for those who still come. Work that cannot run there is in nobody's way.
    """
    fits = _fits(situation, held)
    full = fits[left_waiting(situation, held)].any(axis=0)
    hurries = ~held.settled & (situation.jobs.allowed & full).any(axis=1)
    nowhere_else = ~held.settled & ~(fits & ~filling(held)).any(axis=1)
    return np.asarray(hurries | due_first(held, nowhere_else), dtype=np.bool_)


def roomy(held: Reservations) -> NDArray[np.bool_]:
    """Operating points that may be chosen where more work may come, (M,): all at which work takes no more machine time
    than on whole gangs at full speed, so parts of gangs too, and others of places where `room_asked` times the work
    that was told to them would fit at their work per accelerator."""
    pace = held.menu.pace
    narrow = {
        float(one): filling(held, float(one), room_asked(float(one)))
        for one in np.unique(pace[pace < 1.0])
    }
    full = [
        float(one) in narrow and bool(narrow[float(one)][place])
        for one, place in zip(pace, held.menu.place, strict=True)
    ]
    return ~np.asarray(full, dtype=np.bool_)


def room_asked(pace: float) -> float:
    """How many times the work told to a place must fit there for a point at which an accelerator does `pace` of what it
    does at full speed: from AS_MUCH_AGAIN, below which work hurries, in proportion to the machine time it takes
    more, up to ROOMY where that is MUCH_MORE of what it takes at full speed."""
    more = (1.0 / pace - 1.0) / MUCH_MORE
    return AS_MUCH_AGAIN + (ROOMY - AS_MUCH_AGAIN) * min(max(more, 0.0), 1.0)


def filling(
    held: Reservations, speed: float = 1.0, times: float = AS_MUCH_AGAIN
) -> NDArray[np.bool_]:
    """Places where `times` the work that was told to them would not fit before the same deadlines, (P,).

    Work counts with the length it is expected to have, due at its deadline. speed: work per accelerator.
    """
    return np.asarray((lacking(held, speed, times) > 0.0).any(axis=1), dtype=np.bool_)


def due_first(held: Reservations, waits: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Of work that waits, (n,), what must not where much would be asked for: what is due first, HURRIED times what is
    lacking. An accelerator-hour used now is one that is neither asked for nor there any more."""
    hurries = waits & (held.told.place < 0)
    missing = lacking(held)
    for place in np.flatnonzero((missing > 0.0).any(axis=1)):
        here = np.flatnonzero(waits & (held.told.place == place))
        here = here[np.lexsort((here, held.last[here]))]
        used = np.cumsum(_expected_work(held, here))
        due = np.searchsorted(held.last[here], np.arange(1, held.room.shape[1] + 1), side="right")
        most = np.concatenate([[0.0], used])[due]
        needed = np.minimum(HURRIED * missing[place], most).max(initial=0.0)
        hurries[here[: int(np.searchsorted(used, needed)) + 1]] |= needed > 0.0
    return hurries


def lacking(
    held: Reservations, speed: float = 1.0, times: float = AS_MUCH_AGAIN
) -> NDArray[np.float64]:
    """Accelerators times slots that `times` the work told to a place lacks before each slot ends, (P, T), or 0."""
    places, steps = held.room.shape
    told = np.flatnonzero(held.told.place >= 0)
    due = np.clip(held.last[told], 1, steps) - 1
    cell = held.told.place[told] * steps + due
    work = _expected_work(held, told)
    asked = np.bincount(cell, weights=work, minlength=places * steps).reshape(places, steps)
    asked, room = np.cumsum(asked, axis=1), np.cumsum(held.room, axis=1)
    judged = held.grid.edges_s[1:] - held.grid.edges_s[0] >= JUDGED_FROM_S
    return np.where(judged, np.maximum(times * asked - room * speed, 0.0), 0.0)


def _expected_work(held: Reservations, jobs: NDArray[np.int64]) -> NDArray[np.float64]:
    """Accelerators times slots that jobs are expected to take."""
    return np.asarray(-(-held.left[jobs, 1] // held.left[jobs, 3]) * held.gang[jobs], dtype=float)


def _fits(situation: Situation, held: Reservations) -> NDArray[np.bool_]:
    """Places that are large enough for each job and allowed to it, (n, P)."""
    fits = (held.gang[:, None] <= held.room.max(axis=1)) & situation.jobs.allowed
    return np.asarray(fits, dtype=np.bool_)
