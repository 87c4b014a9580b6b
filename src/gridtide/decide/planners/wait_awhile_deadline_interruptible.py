"""Run in the cheapest slots before a deadline, pausing in between."""

from dataclasses import dataclass

import numpy as np

from gridtide.decide.cheapest import cheapest_slots
from gridtide.decide.slots import Capacity, SlotJobs, SlotPlan, SlotSignal


@dataclass(frozen=True, kw_only=True)
class Settings:
    """inclusive: the slot that starts at the deadline counts too; all_ties: every slot at the threshold
    is run, possibly more than the job needs; both as in the published code.

    capacity: units there are, None for endless ones.
    """

    inclusive: bool = False
    all_ties: bool = False
    capacity: Capacity = None


def wait_awhile_deadline_interruptible(
    jobs: SlotJobs, signal: SlotSignal, settings: Settings
) -> SlotPlan:
    """The `length` smallest slots of [arrival, deadline) in the order (value, time) (Let's Wait Awhile).

    Without a deadline the window is length plus waiting. Fewer slots than the job needs: run at once.
    """
    given = jobs.deadline >= 0
    end = np.where(
        given, jobs.deadline + settings.inclusive, jobs.arrival + jobs.length + jobs.waiting
    )
    end = np.maximum(end, jobs.arrival + jobs.length)
    return cheapest_slots(
        jobs,
        signal,
        first=jobs.arrival,
        last=end,
        all_ties=settings.all_ties,
        capacity=settings.capacity,
    )
