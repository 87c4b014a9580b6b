"""The slots each job was told, as a placement: what stands when nothing is decided anew."""

import numpy as np
from numpy.typing import NDArray

from gridtide.decide.dispatch import Binding, Placement, Reason
from gridtide.decide.reservations import Reservations, Told, expected_counts, told_entries
from gridtide.decide.situation import Situation

Whole = NDArray[np.int64]


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
        point=np.where(count > 0, told.point, 0),
        offsets=np.concatenate([[0], np.cumsum(count)]).astype(np.int64),
        slots=slots,
        reason=np.where(count > 0, why, int(Reason.NOT_PLACED)),
        binding=np.full(n, int(Binding.NONE)),
        cost=unknown,
        cost_at_once=unknown,
        alternative_cost=unknown,
        alternative_place=np.full(n, -1),
    )


def told_of(placement: Placement, held: Reservations) -> Told:
    """A placement as told slots on the grid of `held`, whose rooms for slots it keeps."""
    count = np.diff(placement.offsets)
    slots = held.told.slots.copy()
    inside = np.arange(len(placement.slots)) - np.repeat(placement.offsets[:-1], count)
    slots[np.repeat(held.told.offsets[:-1], count) + inside] = placement.slots
    return Told(
        place=placement.place.copy(),
        point=placement.point.copy(),
        offsets=held.told.offsets,
        count=count.copy(),
        slots=slots,
    )


def work_cost(held: Reservations) -> float:
    """Money for the waits and moves of the slots told, which no program of stores and routes sees."""
    entry = told_entries(held, held.told)
    used = expected_counts(held, held.told.count, entry)
    count = np.where(held.told.place >= 0, used, 0)
    job = np.repeat(np.arange(len(count)), count)
    inside = np.arange(len(job)) - np.repeat(np.cumsum(count) - count, count)
    slot = held.told.slots[np.repeat(held.told.offsets[:-1], count) + inside]
    placed = np.flatnonzero(held.told.place >= 0)
    speed = held.menu.speed[entry[job]]
    waits = float((held.delay[job] * slot * held.gang[job] * speed).sum())
    return waits + float(held.offer[placed, held.told.place[placed]].sum())


def same_slots(one: Told, other: Told) -> bool:
    """Whether every job has the same slots at the same place and operating point."""
    mine, theirs = _used(one), _used(other)
    return all(np.array_equal(here, there) for here, there in zip(mine, theirs, strict=True))


def _used(told: Told) -> tuple[Whole, Whole, Whole, Whole]:
    """Place, point and number of slots of each job, -1, 0 and 0 where it has none, and the slots one after another."""
    count = np.where(told.place >= 0, told.count, 0)
    rooms = np.diff(told.offsets)
    inside = np.arange(len(told.slots)) - np.repeat(told.offsets[:-1], rooms)
    place, point = np.where(count > 0, told.place, -1), np.where(count > 0, told.point, 0)
    return place, point, count, told.slots[inside < np.repeat(count, rooms)]
