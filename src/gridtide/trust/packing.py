"""Give jobs slots that keep promises: a job alone in what is free, or everything anew by earliest deadline."""

import numpy as np
from numpy.typing import NDArray

from gridtide.decide.earliest import give_earliest
from gridtide.decide.reservations import (
    Reservations,
    Told,
    copied,
    free_of,
    told_accelerators,
)
from gridtide.decide.situation import Situation
from gridtide.decide.state import Status

ANYWHERE = 1e-3
"""Where no packing at home holds, a witness may lie at any site; the earliest slots decide."""


def fit(
    situation: Situation,
    held: Reservations,
    told: Told,
    order: NDArray[np.int64],
    last: NDArray[np.int64],
    elsewhere: float | None = None,
) -> bool:
    """Give each job of the order its earliest slots; whether all of them found room.

    elsewhere: slots a witness rather waits at home than lies at another site.
    """
    give_earliest(situation, held, told, order, last, elsewhere)
    return bool((told.place[order] >= 0).all())


def fitting(situation: Situation, held: Reservations, told: Told, order: NDArray[np.int64]) -> int:
    """Give jobs of the order their earliest slots before their deadline, up to the first without room.

    Returns how many have them; that one and those behind it have none.
    """
    if fit(situation, held, told, order, held.last):
        return len(order)
    first = int(np.argmax(told.place[order] < 0))
    told.place[order[first:]] = -1
    told.count[order[first:]] = 0
    return first


def packed(
    situation: Situation,
    held: Reservations,
    told: Told,
    promised: NDArray[np.bool_],
    newcomer: int,
    elsewhere: float | None = None,
    yielding: bool = False,
) -> Told | None:
    """All jobs that can stand in a newcomer's way packed by earliest deadline, when every promise then holds.

    These are the jobs whose own windows meet that of the newcomer; all others keep their slots. Work that stays
    where it runs runs at full speed from now on.
    yielding: running work without a promise and without checkpoints gives way too; what of it still fits
    where it runs keeps running, the rest has no slots.
    """
    fresh = sped_up(held, told)
    n = len(held.gang)
    start = held.first.min(axis=1)
    near = (start < held.last[newcomer]) & (np.maximum(held.last, _ends(told)) > start[newcomer])
    gives_way = yields(situation, held, told, promised) & yielding & near
    fixed = (held.settled | ~near) & (told.place >= 0) & ~gives_way
    movable = ~fixed & ~gives_way & (promised | (np.arange(n) == newcomer))
    risky = ~fixed & ~gives_way & ~movable & (told.place >= 0)
    for gone in (movable, risky, gives_way):
        fresh.place[gone] = -1
        fresh.count[gone] = 0
    by_deadline = np.flatnonzero(movable)
    by_deadline = by_deadline[
        np.lexsort((by_deadline, -held.gang[by_deadline], held.last[by_deadline]))
    ]
    if not fit(situation, held, fresh, by_deadline, held.last, elsewhere):
        return None
    _stay(held, told, fresh, np.flatnonzero(gives_way))
    beyond = np.full(n, len(held.grid))
    fit(situation, held, fresh, np.flatnonzero(risky), beyond, ANYWHERE)
    return fresh


def sped_up(held: Reservations, told: Told) -> Told:
    """What was told, with slowed work that keeps its slots and its gang at full speed in the first of them."""
    fresh = copied(told)
    slowed = (told.point > 0) & (told_accelerators(held, told) == held.gang)
    for job in np.flatnonzero(held.settled & (told.place >= 0) & slowed):
        need = max(1, -(-int(held.left[job, 0]) // int(held.left[job, 3])))
        slots = told.slots[told.offsets[job] : told.offsets[job] + told.count[job]]
        whole = len(slots) > 0 and slots[-1] - slots[0] == len(slots) - 1
        if whole and slots[0] == 0 and held.running_at[job] == told.place[job]:
            fresh.point[job], fresh.count[job] = 0, min(need, len(slots))
    return fresh


def _ends(told: Told) -> NDArray[np.int64]:
    """Exclusive last slot each job was told, 0 without any, (n,)."""
    index = np.maximum(told.offsets[:-1] + told.count - 1, 0)
    return np.where((told.place >= 0) & (told.count > 0), told.slots[index] + 1, 0)


def yields(
    situation: Situation, held: Reservations, told: Told, promised: NDArray[np.bool_]
) -> NDArray[np.bool_]:
    """Running work that was promised nothing and may be stopped, though it starts over then, (n,)."""
    running = situation.state.status == Status.RUNNING
    may = running & ~situation.jobs.interruptible & situation.jobs.movable
    return np.asarray(may & held.settled & ~promised & (told.place >= 0), dtype=np.bool_)


def _stay(held: Reservations, told: Told, fresh: Told, jobs: NDArray[np.int64]) -> None:
    """Give jobs the slots they had back where those are still free, in order."""
    free, taken = free_of(held, fresh), told_accelerators(held, told)
    for job in jobs:
        slots = told.slots[told.offsets[job] : told.offsets[job] + told.count[job]]
        here = free[told.place[job]]
        if (here[slots] >= taken[job]).all():
            here[slots] -= taken[job]
            fresh.place[job], fresh.count[job] = told.place[job], told.count[job]
