"""Let every job wait as long as it may, whatever the signal says."""

from dataclasses import dataclass

import numpy as np

from gridtide.decide.slots import (
    Capacity,
    SlotJobs,
    SlotPlan,
    SlotSignal,
    back_in_place,
    free_units,
    in_order_of_arrival,
    unbroken,
)


@dataclass(frozen=True, kw_only=True)
class Settings:
    """capacity: units there are, None for endless ones."""

    capacity: Capacity = None


def all_wait(jobs: SlotJobs, signal: SlotSignal, settings: Settings) -> SlotPlan:
    """Start = arrival + waiting; with a capacity, the first start from there on that has room (AllWait)."""
    slots = len(signal.values)
    wanted = jobs.arrival + jobs.waiting
    if settings.capacity is None:
        return unbroken(jobs, wanted, slots, wanted)
    from gridtide.kernels import slot_choice

    order = in_order_of_arrival(jobs)
    free, _ = free_units(settings.capacity, slots)
    start = slot_choice.earliest_starts(wanted[order], jobs.length[order], jobs.units[order], free)
    return unbroken(jobs, back_in_place(order, np.asarray(start)), slots, wanted)
