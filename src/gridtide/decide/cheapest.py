"""The common pass of policies that run a job in the lowest slots of a window, wherever they lie."""

from functools import partial

from gridtide.decide.slots import (
    Capacity,
    SlotJobs,
    SlotPlan,
    SlotSignal,
    Whole,
    free_units,
    in_order_of_arrival,
    in_rows,
    runs_written,
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
    if capacity is None:
        runs = _lowest_of_endless(jobs, signal, first, last, all_ties)
        return in_rows(runs, jobs, slots, False)
    from gridtide.kernels import slot_choice

    order = in_order_of_arrival(jobs)
    free, _ = free_units(capacity, slots)
    runs = slot_choice.cheapest_runs(
        signal.values,
        first[order],
        jobs.length[order],
        last[order],
        jobs.units[order],
        free,
        all_ties,
    )
    return split(order, runs, jobs, slots, True)


def _lowest_of_endless(
    jobs: SlotJobs, signal: SlotSignal, first: Whole, last: Whole, all_ties: bool
) -> tuple[Whole, Whole, Whole]:
    """Runs in the lowest slots where machines are endless, so that jobs do not meet: (offsets, starts, ends)."""
    from gridtide.kernels import held_choice, ranked_slots

    runs: tuple[Whole, Whole, Whole]
    if signal.holds.are_long:
        runs = held_choice.cheapest_runs(signal.holds.columns, first, jobs.length, last, all_ties)
    else:
        slots = len(signal.values)
        asked = (signal.ranks, slots, (first, jobs.length, last), all_ties)
        runs = runs_written(len(jobs), partial(ranked_slots.lowest_runs, *asked))
    return runs
