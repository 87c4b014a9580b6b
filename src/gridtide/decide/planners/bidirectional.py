"""Move a scheduled one-slot job to the lowest slot around its time, earlier or later."""

from dataclasses import dataclass

import numpy as np

from gridtide.decide.cheapest import cheapest_slots
from gridtide.decide.slots import Capacity, SlotJobs, SlotPlan, SlotSignal


@dataclass(frozen=True, kw_only=True)
class Settings:
    """width: slots the job may move to either side. capacity: units there are, None for endless ones."""

    width: int = 0
    capacity: Capacity = None


def bidirectional(jobs: SlotJobs, signal: SlotSignal, settings: Settings) -> SlotPlan:
    """The lowest slot in [arrival - width, arrival + width], both ends included.

    Only for work of one slot; raises ValueError for longer jobs.
    """
    if (jobs.length != 1).any():
        raise ValueError("bidirectional shifting is defined for jobs of one slot")
    return cheapest_slots(
        jobs,
        signal,
        first=np.maximum(jobs.arrival - settings.width, 0),
        last=jobs.arrival + settings.width + 1,
        all_ties=False,
        capacity=settings.capacity,
    )
