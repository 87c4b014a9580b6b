"""Accelerators that stand still in one job and work for another while the grid calls."""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from gridtide.decide.response.orders import Orders
from gridtide.fleet.capped_job import CappedJob, power_for, speed_under

Real = NDArray[np.float64]
Whole = NDArray[np.int64]

FASTER = 1e-9
"""A gain of speed below this is none."""

READY_MIN = 3
"""Minutes an accelerator stands still before it works for another job: it loads what runs there [assumed]."""


def with_lending(
    jobs: tuple[CappedJob, ...], orders: Orders, speed_most: Real, warm: Whole
) -> Orders:
    """The same orders with accelerators that stand still assigned to jobs that may grow; power in all never more.

    Who weighs most comes first, and gets no more than makes it faster: its power and the idle power of what it borrows
    are spread over all of them, each at a lower cap. Only those work that are warm. speed_most: the speed there is work
    for; warm: accelerators each job has been assigned for so long that they are ready, (jobs,).
    """
    if not any(job.growth for job in jobs):
        return orders
    free = _standing_still(jobs, orders)
    assigned, borrowed, lent = np.zeros((3, len(jobs)), dtype=np.int64)
    caps_w = orders.upper_w.copy()
    for number in sorted(range(len(jobs)), key=lambda one: (-jobs[one].weight, one)):
        job, own_w = jobs[number], float(orders.upper_w[number])
        if int(orders.upper[number]) < job.accelerators or own_w <= job.idle_w or not job.growth:
            continue
        there = np.where(np.arange(len(jobs)) == number, 0, free)
        idle_w = np.repeat([one.idle_w for one in jobs], there)
        idle_w = idle_w[: job.grows_to - job.accelerators]
        assigned[number] = _best(job, own_w, idle_w, speed_most[number])[0]
        ready = min(int(assigned[number]), int(warm[number]))
        borrowed[number], caps_w[number] = _best(job, own_w, idle_w[:ready], speed_most[number])
        free = free - _taken(there, int(assigned[number]))
        lent += _taken(there, int(borrowed[number]))
    grows = borrowed > 0
    return replace(
        orders,
        upper_w=caps_w,
        lower_w=np.where(grows, caps_w, orders.lower_w),
        assigned=assigned,
        borrowed=borrowed,
        lent=lent,
    )


def _standing_still(jobs: tuple[CappedJob, ...], orders: Orders) -> Whole:
    """Accelerators that each job leaves without work and may give away, (jobs,)."""
    idle_w = np.array([job.idle_w for job in jobs])
    size = np.array([job.accelerators for job in jobs])
    gives = np.array([job.gives for job in jobs])
    parked = np.where(orders.lower_w <= idle_w, size - orders.upper, 0)
    return np.asarray(np.where(gives, parked, 0), dtype=np.int64)


def _best(job: CappedJob, own_w: float, idle_w: Real, speed_most: float) -> tuple[int, float]:
    """How many accelerators make a job fastest, the fewest of equal ones, and the cap of all of them [W].

    own_w: of each of its own alone; idle_w: of each that may be had, in order.
    """
    counts = np.arange(len(idle_w) + 1)
    spread_w = own_w * job.accelerators + np.concatenate([[0.0], np.cumsum(idle_w)])
    each_w = spread_w / (job.accelerators + counts)
    works = 1.0 + job.borrowed_worth * counts / job.accelerators
    speed = np.minimum(speed_under(job, each_w) * works, speed_most)
    speed = np.where(each_w >= job.power_w[0], speed, -np.inf)
    best = int(np.argmax(speed > speed.max() - FASTER))
    if best == 0:
        return 0, own_w
    enough_w = float(power_for(job, np.array(speed_most / works[best])))
    return best, min(float(each_w[best]), enough_w)


def _taken(there: Whole, count: int) -> Whole:
    """How many of each giver are taken, givers in order."""
    before = np.cumsum(there) - there
    return np.asarray(np.clip(count - before, 0, there), dtype=np.int64)
