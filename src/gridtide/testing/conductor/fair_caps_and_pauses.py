"""Caps and pauses, fair: jobs of a set pause one after the other, the rest are capped fairly."""

from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from gridtide.decide.response.call import Call
from gridtide.fleet.capped_job import CappedCluster, Pausing
from gridtide.testing.conductor import (
    Course,
    Headroom,
    fairly,
    headroom_of,
    least_speed,
    minutes_over,
    power_at_least,
    total_kw,
)
from gridtide.testing.conductor.fair_caps import fair_caps

SET_LEAST = 2


def fair_caps_and_pauses(cluster: CappedCluster, call: Call) -> Course:
    """Of all sets of two or more jobs that may pause, the one with the least reduction that meets the budget.

    The minutes over budget are divided evenly over the set. Where no set meets the budget and every tier, nobody
    pauses.
    """
    room = headroom_of(cluster, call)
    may = [at for at, job in enumerate(cluster.jobs) if job.pausing is not Pausing.NEVER]
    best, most_kw = fair_caps(cluster, call), -1.0
    for size in range(SET_LEAST, len(may) + 1):
        for pausing in combinations(may, size):
            course = _staggered(cluster, room, pausing)
            if course is None or minutes_over(room, course):
                continue
            drawn = float(total_kw(room, course).sum())
            if drawn > most_kw + 1e-9:
                best, most_kw = course, drawn
    return best


def _staggered(cluster: CappedCluster, room: Headroom, pausing: tuple[int, ...]) -> Course | None:
    """None where a job's pause leaves it no speed that keeps its tier."""
    resting = _turns(room, pausing)
    paused = resting.sum(axis=0).astype(np.float64)
    slow = float(room.short.sum()) - paused
    speed = least_speed(cluster, len(room.short), slow, paused)
    usual = np.array([job.usual for job in cluster.jobs])
    if (speed > usual + 1e-9).any():
        return None
    power_w = fairly(room, power_at_least(cluster, speed), resting)
    return Course(running=np.where(resting, 0.0, room.size), power_w=power_w)


def _turns(room: Headroom, pausing: tuple[int, ...]) -> NDArray[np.bool_]:
    resting = np.zeros((len(room.short), len(room.size)), dtype=bool)
    for job, part in zip(
        pausing, np.array_split(np.flatnonzero(room.short), len(pausing)), strict=True
    ):
        resting[part, job] = True
    return resting
