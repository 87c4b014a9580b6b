"""Run in the cheapest slots of the waiting window, as many as the job needs, wherever they lie."""

from dataclasses import dataclass

import numpy as np

from gridtide.decide.slots import (
    Capacity,
    SlotJobs,
    SlotPlan,
    SlotSignal,
    free_units,
    in_order_of_arrival,
    split,
)


@dataclass(frozen=True, kw_only=True)
class Settings:
    """capacity: units there are, None for endless ones."""

    capacity: Capacity = None


def wait_awhile_interruptible(jobs: SlotJobs, signal: SlotSignal, settings: Settings) -> SlotPlan:
    """The `length` smallest slots of [arrival, arrival + length + waiting) in the order (value, time).

    With a given deadline the window ends there instead, behind no fewer slots than the job needs (Wait
    Awhile, suspend and resume).
    """
    from gridtide.kernels import slot_choice

    slots = len(signal.values)
    order = in_order_of_arrival(jobs)
    free, limited = free_units(settings.capacity, slots)
    last = np.where(jobs.deadline >= 0, jobs.deadline, jobs.arrival + jobs.length + jobs.waiting)
    last = np.maximum(last, jobs.arrival + jobs.length)
    runs = slot_choice.cheapest_runs(
        signal.values,
        jobs.arrival[order],
        jobs.length[order],
        last[order],
        jobs.units[order],
        free,
        limited,
        False,
    )
    return split(order, runs, jobs, slots, limited)
