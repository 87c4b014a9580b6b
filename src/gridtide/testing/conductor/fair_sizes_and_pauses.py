"""Pauses and sizes, fair: one job pauses wholly, the others give up accelerators fairly."""

import numpy as np
from numpy.typing import NDArray

from gridtide.decide.response.call import Call
from gridtide.fleet.capped_job import CappedCluster, Pausing
from gridtide.testing.conductor import (
    Course,
    Headroom,
    headroom_of,
    least_speed,
    minutes_over,
    total_kw,
)
from gridtide.units import kw_of_w

NOBODY = -1


def fair_sizes_and_pauses(cluster: CappedCluster, call: Call) -> Course:
    """Of nobody pausing and of each job whose tier lets it pause throughout, the plan that draws most in budget.

    Where none is in budget, the one with the fewest minutes over it.
    """
    room = headroom_of(cluster, call)
    courses = [_sized(cluster, room, pausing) for pausing in (NOBODY, *_eligible(cluster, room))]
    ranked = [
        (minutes_over(room, course), -float(total_kw(room, course).sum())) for course in courses
    ]
    return courses[ranked.index(min(ranked))]


def _eligible(cluster: CappedCluster, room: Headroom) -> list[int]:
    share = float(room.short.mean())
    return [
        at
        for at, job in enumerate(cluster.jobs)
        if job.pausing is not Pausing.NEVER and share <= job.loss_most
    ]


def _sized(cluster: CappedCluster, room: Headroom, pausing: int) -> Course:
    """Whole accelerators, rounded to fewer, at full power; those left over stand idle."""
    slow = np.full(len(room.size), float(room.short.sum()))
    speed = least_speed(cluster, len(room.short), slow, np.zeros_like(slow))
    usual = np.array([job.usual for job in cluster.jobs])
    least = np.ceil(room.size * np.minimum(speed / usual, 1.0) - 1e-9)
    most = room.size.copy()
    if pausing != NOBODY:
        least[pausing] = most[pausing] = 0.0
    running = np.where(room.short[:, None], _fewer(room, least, most), room.size)
    return Course(running=running, power_w=np.broadcast_to(room.full_w, running.shape).copy())


def _fewer(room: Headroom, least: NDArray[np.float64], most: NDArray[np.float64]) -> NDArray[np.float64]:  # fmt: skip
    over_w = room.full_w - room.idle_w
    total_w = room.size @ room.idle_w + most @ over_w
    head_w = (most - least) @ over_w
    lacking = np.maximum(total_w - room.budget_kw / kw_of_w(1.0), 0.0)
    part = np.clip(lacking / max(head_w, 1e-12), 0.0, 1.0)
    return np.asarray(np.floor(most - part[:, None] * (most - least) + 1e-9))
