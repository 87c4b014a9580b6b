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
ROOMY = 4.0
"""Slower work holds machines longer, and a job that then finds no room loses more than many slow ones save."""


def left_waiting(situation: Situation, held: Reservations) -> NDArray[np.bool_]:
    """Jobs that have come and wait without a promise though an empty fleet could still keep them, (n,)."""
    need = -(-held.left[:, 0] // held.left[:, 3])
    here = situation.jobs.release_s <= epoch_s(situation.as_of)
    waits = here & (situation.state.status == Status.WAITING) & ~situation.state.promised
    room = held.last - held.first.min(axis=1, initial=len(held.grid)) >= need
    return np.asarray(waits & room & _fits(situation, held).any(axis=1), dtype=np.bool_)


def crowded(situation: Situation, held: Reservations) -> NDArray[np.bool_]:
    """Work that may change its slots where a promise wants for room, or that has nowhere else to go, (n,).

    There time is what is short, not money: every accelerator-hour that waits for a better price is one less
    for those left waiting and for those who still come. Work that cannot run there is in nobody's way.
    """
    fits = _fits(situation, held)
    full = fits[left_waiting(situation, held)].any(axis=0)
    hurries = (situation.jobs.allowed & full).any(axis=1) | ~(fits & ~filling(held)).any(axis=1)
    return np.asarray(~held.settled & hurries, dtype=np.bool_)


def roomy(held: Reservations) -> NDArray[np.bool_]:
    """Operating points that may be chosen where more work may come, (M,): all at which work takes no more machine time
    than on whole gangs at full speed, so parts of gangs too, and others of places where ROOMY times the work that was
    told to them would fit at their work per accelerator."""
    pace = held.menu.pace
    narrow = {float(one): filling(held, float(one), ROOMY) for one in np.unique(pace[pace < 1.0])}
    full = [
        float(one) in narrow and bool(narrow[float(one)][place])
        for one, place in zip(pace, held.menu.place, strict=True)
    ]
    return ~np.asarray(full, dtype=np.bool_)


def filling(
    held: Reservations, speed: float = 1.0, times: float = AS_MUCH_AGAIN
) -> NDArray[np.bool_]:
    """Places where `times` the work that was told to them would not fit before the same deadlines, (P,).

    Work counts with the length it is expected to have, due at its deadline. speed: work per accelerator.
    """
    places, steps = held.room.shape
    told = np.flatnonzero(held.told.place >= 0)
    work = -(-held.left[told, 1] // held.left[told, 3]) * held.gang[told]
    due = np.clip(held.last[told], 1, steps) - 1
    cell = held.told.place[told] * steps + due
    asked = np.bincount(cell, weights=work, minlength=places * steps).reshape(places, steps)
    asked, room = np.cumsum(asked, axis=1), np.cumsum(held.room, axis=1)
    judged = held.grid.edges_s[1:] - held.grid.edges_s[0] >= JUDGED_FROM_S
    over = times * asked > room * speed
    return np.asarray((judged & over).any(axis=1), dtype=np.bool_)


def _fits(situation: Situation, held: Reservations) -> NDArray[np.bool_]:
    """Places that are large enough for each job and allowed to it, (n, P)."""
    fits = (held.gang[:, None] <= held.room.max(axis=1)) & situation.jobs.allowed
    return np.asarray(fits, dtype=np.bool_)
