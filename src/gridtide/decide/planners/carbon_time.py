"""Start where the saving per hour until completion is largest, looking every hour from the arrival."""

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


def carbon_time(jobs: SlotJobs, signal: SlotSignal, settings: Settings) -> SlotPlan:
    """Start = argmax of (sum at once - sum at the candidate) / (wait + length) (Carbon-Time).

    Starting at once scores 0, so a job never waits for a negative saving.
    """
    return best_starts(
        jobs,
        signal,
        seen=jobs.length if settings.oracle else jobs.expected,
        last_start=jobs.arrival + jobs.waiting,
        stride=signal.hour,
        by_rate=True,
        capacity=settings.capacity,
    )
