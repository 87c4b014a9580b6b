"""Run in the cheapest slots of the waiting window, as many as the job needs, wherever they lie."""

from dataclasses import dataclass

import numpy as np

from gridtide.decide.cheapest import cheapest_slots
from gridtide.decide.slots import Capacity, SlotJobs, SlotPlan, SlotSignal


@dataclass(frozen=True, kw_only=True)
class Settings:
    """capacity: units there are, None for endless ones."""

    capacity: Capacity = None


def wait_awhile_interruptible(jobs: SlotJobs, signal: SlotSignal, settings: Settings) -> SlotPlan:
    """The `length` smallest slots of [arrival, arrival + length + waiting) in the order (value, time).

    With a given deadline the window ends there instead, behind no fewer slots than the job needs (Wait
    Awhile, suspend and resume).
    """
    last = np.where(jobs.deadline >= 0, jobs.deadline, jobs.arrival + jobs.length + jobs.waiting)
    last = np.maximum(last, jobs.arrival + jobs.length)
    return cheapest_slots(
        jobs,
        signal,
        first=jobs.arrival,
        last=last,
        all_ties=False,
        capacity=settings.capacity,
    )
