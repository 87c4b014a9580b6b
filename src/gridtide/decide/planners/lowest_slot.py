"""Start in the slot in which the signal is lowest; what comes after the start is not looked at."""

from dataclasses import dataclass

import numpy as np

from gridtide.decide.scored import best_starts
from gridtide.decide.slots import Capacity, SlotJobs, SlotPlan, SlotSignal


@dataclass(frozen=True, kw_only=True)
class Settings:
    """capacity: units there are, None for endless ones."""

    capacity: Capacity = None


def lowest_slot(jobs: SlotJobs, signal: SlotSignal, settings: Settings) -> SlotPlan:
    """Start = earliest minimum of the signal over [arrival, arrival + waiting] (Lowest-Slot)."""
    return best_starts(
        jobs,
        signal,
        seen=np.ones(1, dtype=np.int64),
        last_start=jobs.arrival + jobs.waiting,
        stride=1,
        by_rate=False,
        capacity=settings.capacity,
    )
