"""Move a scheduled one-slot job to the lowest slot around its time, earlier or later."""

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
    """width: slots the job may move to either side. capacity: units there are, None for endless ones."""

    width: int = 0
    capacity: Capacity = None


def bidirectional(jobs: SlotJobs, signal: SlotSignal, settings: Settings) -> SlotPlan:
    """The lowest slot in [arrival - width, arrival + width], both ends included.

    Only for work of one slot; raises ValueError for longer jobs.
    """
    from gridtide.kernels import slot_choice

    if (jobs.length != 1).any():
        raise ValueError("bidirectional shifting is defined for jobs of one slot")
    slots = len(signal.values)
    order = in_order_of_arrival(jobs)
    free, limited = free_units(settings.capacity, slots)
    runs = slot_choice.cheapest_runs(
        signal.values,
        np.maximum(jobs.arrival - settings.width, 0)[order],
        jobs.length[order],
        (jobs.arrival + settings.width + 1)[order],
        jobs.units[order],
        free,
        limited,
        False,
    )
    return split(order, runs, jobs, slots, limited)
