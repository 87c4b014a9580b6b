"""The common pass of policies that give every candidate start a score and take the best."""

import numpy as np

from gridtide.decide.slots import (
    Capacity,
    SlotJobs,
    SlotPlan,
    SlotSignal,
    Whole,
    back_in_place,
    free_units,
    in_order_of_arrival,
    unbroken,
)


def best_starts(
    jobs: SlotJobs,
    signal: SlotSignal,
    *,
    seen: Whole,
    last_start: Whole,
    stride: int,
    by_rate: bool,
    capacity: Capacity,
) -> SlotPlan:
    """Jobs at their best start in [arrival, last_start], judged over `seen` slots, every `stride` slots.

    by_rate: largest saving per slot until completion instead of the least sum. Jobs are taken in order
    of arrival; with a capacity, a job without room in its window starts as soon as it fits.
    """
    slots = len(signal.values)
    inside = np.clip(jobs.arrival, 0, slots - 1)
    latest = np.maximum(last_start, inside)
    if capacity is None and signal.holds.are_long and not (by_rate and stride == 1):
        from gridtide.kernels import held_choice

        held, looked_at = signal.holds.columns, 0 if stride == 1 else stride
        start = held_choice.best_starts(held, inside, seen, latest, looked_at, by_rate)
        start = np.where(jobs.arrival < slots, start, jobs.arrival)
        return unbroken(start, jobs.length, slots, jobs.arrival)
    from gridtide.kernels import slot_choice

    order = in_order_of_arrival(jobs)
    free, limited = free_units(capacity, slots)
    start = slot_choice.scored_starts(
        np.concatenate([[0.0], np.cumsum(signal.values)]),
        inside[order],
        jobs.length[order],
        seen[order],
        latest[order],
        stride,
        jobs.units[order],
        free,
        limited,
        by_rate,
    )
    placed = back_in_place(order, np.asarray(start))
    start = np.where(jobs.arrival < slots, placed, jobs.arrival)
    return unbroken(start, jobs.length, slots, jobs.arrival)
