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
    every_slot = stride == 1 and not by_rate
    if capacity is None and (every_slot or (stride > 1 and signal.holds.are_long)):
        looked_at = 0 if every_slot else stride
        start = _starts_of_endless(signal, inside, seen, latest, looked_at, by_rate)
        start = np.where(jobs.arrival < slots, start, jobs.arrival)
        return unbroken(start, jobs.length, slots, jobs.arrival)
    from gridtide.kernels import slot_choice

    order = in_order_of_arrival(jobs)
    free, limited = free_units(capacity, slots)
    start = slot_choice.scored_starts(
        signal.running,
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


def _starts_of_endless(
    signal: SlotSignal, first: Whole, seen: Whole, latest: Whole, stride: int, by_rate: bool
) -> Whole:
    """Best starts where machines are endless, so that jobs do not meet, (n,). stride 0: every slot, by sum."""
    from gridtide.kernels import held_choice, window_choice

    start: Whole
    if signal.holds.are_long:
        held = signal.holds.columns
        start = held_choice.best_starts(held, first, seen, latest, stride, by_rate)
    else:
        start = window_choice.least_starts(signal.running, first, seen, latest)
    return start
