"""Start every job when it arrives: the reference all savings are measured against."""

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
    """capacity: units there are, None for the literature's endless ones."""

    capacity: Capacity = None


def run_at_once(jobs: SlotJobs, signal: SlotSignal, settings: Settings) -> SlotPlan:
    """Start = arrival; with a capacity, the first start from there on that has room (NoWait)."""
    slots = len(signal.values)
    if settings.capacity is None:
        return unbroken(jobs, jobs.arrival, slots, jobs.arrival)
    from gridtide.kernels import slot_choice

    order = in_order_of_arrival(jobs)
    free, _ = free_units(settings.capacity, slots)
    start = slot_choice.earliest_starts(
        jobs.arrival[order], jobs.length[order], jobs.units[order], free
    )
    return unbroken(jobs, back_in_place(order, np.asarray(start)), slots, jobs.arrival)
