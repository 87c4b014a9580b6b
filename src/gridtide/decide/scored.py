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
    from gridtide.kernels import slot_choice

    slots = len(signal.values)
    order = in_order_of_arrival(jobs)
    inside = np.clip(jobs.arrival, 0, slots - 1)
    free, limited = free_units(capacity, slots)
    start = slot_choice.scored_starts(
        np.concatenate([[0.0], np.cumsum(signal.values)]),
        inside[order],
        jobs.length[order],
        seen[order],
        np.maximum(last_start, inside)[order],
        stride,
        jobs.units[order],
        free,
        limited,
        by_rate,
    )
    placed = back_in_place(order, np.asarray(start))
    start = np.where(jobs.arrival < slots, placed, jobs.arrival)
    return unbroken(start, jobs.length, slots, jobs.arrival)
