"""Run once, in the window with the lowest mean before a deadline."""

from dataclasses import dataclass

import numpy as np

from gridtide.decide.scored import best_starts
from gridtide.decide.slots import Capacity, SlotJobs, SlotPlan, SlotSignal


@dataclass(frozen=True, kw_only=True)
class Settings:
    """inclusive: the slot that starts at the deadline counts too, as in the published code.

    capacity: units there are, None for endless ones.
    """

    inclusive: bool = False
    capacity: Capacity = None


def wait_awhile(jobs: SlotJobs, signal: SlotSignal, settings: Settings) -> SlotPlan:
    """Start with the least sum over the job's length inside [arrival, deadline) (Let's Wait Awhile).

    Without a deadline the window is length plus waiting. Fewer slots than the job needs: run at once.
    """
    given = jobs.deadline >= 0
    end = np.where(
        given, jobs.deadline + settings.inclusive, jobs.arrival + jobs.length + jobs.waiting
    )
    last_start = np.minimum(end, len(signal.values)) - jobs.length
    return best_starts(
        jobs,
        signal,
        seen=jobs.length,
        last_start=last_start,
        stride=1,
        by_rate=False,
        capacity=settings.capacity,
    )
