"""Caps, fair: every job gives up the same fraction of its headroom down to its least speed."""

import numpy as np

from gridtide.decide.response.call import Call
from gridtide.fleet.capped_job import CappedCluster
from gridtide.testing.conductor import (
    Course,
    all_running,
    fairly,
    headroom_of,
    least_speed,
    power_at_least,
)


def fair_caps(cluster: CappedCluster, call: Call) -> Course:
    """Full power first; in minutes over budget the same fraction of every headroom, never below the least."""
    room = headroom_of(cluster, call)
    slow = np.full(len(cluster.jobs), float(room.short.sum()))
    least = power_at_least(
        cluster, least_speed(cluster, len(room.short), slow, np.zeros_like(slow))
    )
    nobody = np.zeros((len(room.short), len(slow)), dtype=bool)
    return all_running(room, fairly(room, least, nobody))
