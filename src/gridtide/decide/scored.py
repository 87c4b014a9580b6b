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
    slots, inside = len(signal.values), jobs.arrival
    if len(jobs) and (inside.min() < 0 or inside.max() >= slots):
        inside = np.clip(jobs.arrival, 0, slots - 1)
    if capacity is None:
        start = _starts_of_endless(signal, inside, seen, last_start, stride, by_rate)
        if inside is not jobs.arrival:
            start = np.where(jobs.arrival < slots, start, jobs.arrival)
        return unbroken(jobs, start, slots, jobs.arrival)
    from gridtide.kernels import slot_choice

    order = in_order_of_arrival(jobs)
    free, limited = free_units(capacity, slots)
    start = slot_choice.scored_starts(
        signal.running,
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
    return unbroken(jobs, start, slots, jobs.arrival)


def _starts_of_endless(
    signal: SlotSignal, first: Whole, seen: Whole, latest: Whole, stride: int, by_rate: bool
) -> Whole:
    """Best starts where machines are endless, so that jobs do not meet, (n,)."""
    from gridtide.kernels import held_choice, window_choice

    every_slot = stride == 1 and not by_rate
    if signal.holds.are_long and (every_slot or stride > 1):
        held, stride = signal.holds.columns, 0 if every_slot else stride
        found: Whole = held_choice.best_starts(held, first, seen, latest, stride, by_rate)
        return found
    start = np.empty(len(first), dtype=np.int64)
    window_choice.best_starts(signal.running, first, seen, latest, stride, by_rate, start)
    return start
