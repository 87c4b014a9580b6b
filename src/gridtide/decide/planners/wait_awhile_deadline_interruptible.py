"""Run in the cheapest slots before a deadline, pausing in between."""

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
    from gridtide.kernels import slot_choice

    slots = len(signal.values)
    order = in_order_of_arrival(jobs)
    free, limited = free_units(settings.capacity, slots)
    given = jobs.deadline >= 0
    end = np.where(
        given, jobs.deadline + settings.inclusive, jobs.arrival + jobs.length + jobs.waiting
    )
    end = np.maximum(end, jobs.arrival + jobs.length)
    runs = slot_choice.cheapest_runs(
        signal.values,
        jobs.arrival[order],
        jobs.length[order],
        end[order],
        jobs.units[order],
        free,
        limited,
        settings.all_ties,
    )
    return split(order, runs, jobs, slots, limited)
