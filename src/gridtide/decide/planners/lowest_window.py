"""Start where the signal is lowest over the job's length, looking every hour from its arrival."""

from dataclasses import dataclass

from gridtide.decide.scored import best_starts
from gridtide.decide.slots import Capacity, SlotJobs, SlotPlan, SlotSignal


@dataclass(frozen=True, kw_only=True)
class Settings:
    """oracle: knows the true length; otherwise the mean length of the job's queue.

    capacity: units there are, None for endless ones.
    """

    oracle: bool = False
    capacity: Capacity = None


def lowest_window(jobs: SlotJobs, signal: SlotSignal, settings: Settings) -> SlotPlan:
    """Start = argmin of the sum over the length, candidates hourly from the arrival (Lowest-Window).

    Candidates are counted from the arrival, not from clock hours; those whose window leaves the data
    are dropped. The job then runs its true length.
    """
    return best_starts(
        jobs,
        signal,
        seen=jobs.length if settings.oracle else jobs.expected,
        last_start=jobs.arrival + jobs.waiting,
        stride=signal.hour,
        by_rate=False,
        capacity=settings.capacity,
    )
