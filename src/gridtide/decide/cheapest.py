"""The common pass of policies that run a job in the lowest slots of a window, wherever they lie."""

import numpy as np

from gridtide.decide.slots import (
    Capacity,
    SlotJobs,
    SlotPlan,
    SlotSignal,
    Whole,
    free_units,
    in_order_of_arrival,
    split,
)


def cheapest_slots(
    jobs: SlotJobs,
    signal: SlotSignal,
    *,
    first: Whole,
    last: Whole,
    all_ties: bool,
    capacity: Capacity,
) -> SlotPlan:
    """Each job in the `length` lowest slots of [first, last) in the order (value, time), pausing in between.

    all_ties: in every slot not above the length-th lowest. Jobs are taken in order of arrival; with a capacity, a
    job whose window is too full takes the first slots with room.
    """
    slots = len(signal.values)
    if capacity is None and signal.holds.are_long:
        from gridtide.kernels import held_choice

        runs = held_choice.cheapest_runs(signal.holds.columns, first, jobs.length, last, all_ties)
        return split(np.arange(len(jobs)), runs, jobs, slots, False)
    from gridtide.kernels import slot_choice

    order = in_order_of_arrival(jobs)
    free, limited = free_units(capacity, slots)
    runs = slot_choice.cheapest_runs(
        signal.values,
        first[order],
        jobs.length[order],
        last[order],
        jobs.units[order],
        free,
        limited,
        all_ties,
    )
    return split(order, runs, jobs, slots, limited)
