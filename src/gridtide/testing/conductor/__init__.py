"""What would the published policies for demand response do? A shelf: one policy a file, from their description.

Each is one array function of a cluster and a call that knows every minute of the call beforehand, more than a
controller can know. Reference: ai-emerald/emerald-ai-demo-may-2025, pseudocode of the Conductor, in our words.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gridtide.decide.response.call import Call
from gridtide.fleet.capped_job import CappedCluster, power_for
from gridtide.units import kw_of_w

Real = NDArray[np.float64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True, kw_only=True, eq=False)
class Course:
    """running: accelerators of each job that are not paused; power_w: of each of them, (minutes, jobs) both."""

    running: Real
    power_w: Real


ReferencePolicy = Callable[[CappedCluster, Call], Course]


@dataclass(frozen=True, kw_only=True, eq=False)
class Headroom:
    """budget_kw: of all jobs together in each minute, (minutes,). full_w, idle_w: of an accelerator, (jobs,); size:
    accelerators, (jobs,). short: minutes in which full power is too much, (minutes,)."""

    budget_kw: Real
    full_w: Real
    idle_w: Real
    size: Real
    short: Flags


def headroom_of(cluster: CappedCluster, call: Call) -> Headroom:
    """What every policy starts from."""
    jobs = cluster.jobs
    full_w = np.array([float(power_for(job, np.array(job.usual))) for job in jobs])
    size = np.array([float(job.accelerators) for job in jobs])
    budget = np.minimum(call.limit_kw, cluster.baseline_kw) - cluster.other_kw
    short = budget < float(kw_of_w(full_w @ size)) * (1.0 - 1e-12)
    return Headroom(
        budget_kw=budget,
        full_w=full_w,
        idle_w=np.array([job.idle_w for job in jobs]),
        size=size,
        short=short,
    )


def least_speed(cluster: CappedCluster, minutes: int, slow: Real, paused: Real) -> Real:
    """Speed that keeps each job's average over all minutes when it runs slower in some and pauses in others, (jobs,).

    slow, paused: minutes of each, (jobs,). Above its usual speed where no speed keeps it.
    """
    usual = np.array([job.usual for job in cluster.jobs])
    floor = np.array([job.floor for job in cluster.jobs])
    due = floor * usual * minutes - usual * (minutes - slow - paused)
    return np.asarray(np.maximum(due, 0.0) / np.maximum(slow, 1e-12))


def power_at_least(cluster: CappedCluster, speed: Real) -> Real:
    """Power of an accelerator at a least speed of each job, within what caps reach, (jobs,)."""
    return np.array(
        [
            float(power_for(job, np.array(min(one, job.usual))))
            for job, one in zip(cluster.jobs, speed.tolist(), strict=True)
        ]
    )


def fairly(room: Headroom, least_w: Real, resting: Flags) -> Real:
    """Power of each accelerator after an equal fraction of every job's headroom was given up, (minutes, jobs).

    least_w: where a job's headroom ends; resting: jobs that stand idle meanwhile, (minutes, jobs).
    """
    least = np.where(resting, room.idle_w, least_w)
    full = np.where(resting, room.idle_w, room.full_w)
    total, head = full @ room.size, (full - least) @ room.size
    lacking = np.maximum(total - room.budget_kw / kw_of_w(1.0), 0.0)
    part = np.clip(lacking / np.maximum(head, 1e-12), 0.0, 1.0)
    return np.asarray(full - part[:, None] * (full - least))


def total_kw(room: Headroom, course: Course) -> Real:
    """What all jobs draw in each minute, (minutes,)."""
    idle = (room.size - course.running) * room.idle_w
    return np.asarray(kw_of_w(1.0) * (course.running * course.power_w + idle).sum(axis=1))


def minutes_over(room: Headroom, course: Course) -> int:
    """Minutes in which jobs draw more than they may."""
    return int((total_kw(room, course) > room.budget_kw * (1.0 + 1e-9) + 1e-9).sum())


def all_running(room: Headroom, power_w: Real) -> Course:
    """Every accelerator at a power, (minutes, jobs)."""
    return Course(running=np.broadcast_to(room.size, power_w.shape).copy(), power_w=power_w)
