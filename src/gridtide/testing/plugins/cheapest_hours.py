"""A plugin: every job that may wait takes the cheapest hours of its own window at home, newcomers after older ones.

It stands for itself, as the code of a stranger would: NumPy and the nouns it is asked with.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gridtide.decide.reservations import Reservations, Told
from gridtide.decide.situation import Situation
from gridtide.signals.signal import Kind, is_point, on

Real = NDArray[np.float64]
Whole = NDArray[np.int64]
Answer = dict[str, NDArray[Any]]


def decide(situation: Situation, held: Reservations, due: bool) -> Answer:
    """Slots of jobs at home, none beyond the machines that promises may use; the rest is left as it is."""
    price = prices(situation, len(held.grid))
    home = situation.jobs.home
    return chosen(situation, held, lambda job: price[situation.fleet.site_of_place[home[job]]])


def prices(situation: Situation, slots: int) -> Real:
    """What is known or expected of each site's price in each slot, (S, slots); the last one where nothing is."""
    found = np.full((len(situation.fleet.sites), slots), np.nan)
    for site, one in enumerate(situation.fleet.sites):
        for signal in situation.signals:
            if signal.kind is Kind.PRICE and signal.zone == one.zone and is_point(signal):
                values = on(signal, situation.horizon)[:slots]
                own = found[site, : len(values)]
                found[site, : len(values)] = np.where(np.isnan(own), values, own)
    return np.where(np.isnan(found), np.nanmean(found, axis=1, keepdims=True), found)


def chosen(situation: Situation, held: Reservations, cost_of: Callable[[int], Real]) -> Answer:
    """The told slots of jobs that are on their way, and the cheapest free ones of all others."""
    told, slot_s = held.told, int(held.left[0, 3]) if len(held.left) else 3600
    room = held.room.astype(np.int64).copy()
    place, point = told.place.copy(), told.point.copy()
    slots = [own_slots(told, job) for job in range(len(place))]
    free = [
        job
        for job in range(len(place))
        if situation.jobs.movable[job] and not held.rule[job, 1] and place[job] >= 0
    ]
    for job in set(range(len(place))) - set(free):
        if place[job] >= 0:
            room[place[job], slots[job]] -= held.gang[job]
    for job in sorted(free, key=lambda one: (held.last[one], one)):
        home = int(situation.jobs.home[job])
        first, last = int(held.first[job, home]), int(held.last[job])
        need = -(-int(held.left[job, 0]) // slot_s)
        best = cheapest(cost_of(job)[first:last], room[home, first:last] >= held.gang[job], need)
        if best is not None:
            place[job], point[job], slots[job] = home, 0, first + best
        room[place[job], slots[job]] -= held.gang[job]
    return {
        "place": place,
        "point": point,
        "offsets": np.concatenate([[0], np.cumsum([len(own) for own in slots])]),
        "slots": np.concatenate([*slots, np.zeros(0, dtype=np.int64)]),
    }


def own_slots(told: Told, job: int) -> Whole:
    """The slots that a job was told."""
    begin = int(told.offsets[job])
    return told.slots[begin : begin + int(told.count[job])].copy()


def cheapest(cost: Real, free: NDArray[np.bool_], need: int) -> Whole | None:
    """The cheapest run of `need` free slots, earliest of equal ones; None where there is none."""
    if need < 1 or need > len(cost):
        return None
    whole = np.lib.stride_tricks.sliding_window_view(free, need).all(axis=1)
    if not whole.any():
        return None
    sums = np.convolve(cost, np.ones(need), "valid")
    start = int(np.argmin(np.where(whole, sums, np.inf)))
    return np.arange(start, start + need)
