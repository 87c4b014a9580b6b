"""Pauses, greedy: the most flexible job that has not paused yet pauses for exactly its allowance."""

import numpy as np

from gridtide.decide.response.call import Call
from gridtide.fleet.capped_job import CappedCluster, Pausing
from gridtide.testing.conductor import Course, headroom_of
from gridtide.units import kw_of_w

STEP_MIN = 15
"""Minutes in which allowances are counted [assumed: the published text names steps and not their length]."""


def greedy_pauses(cluster: CappedCluster, call: Call) -> Course:
    """Walks the minutes; whenever they are over budget the next job pauses, the most flexible first, ties by order."""
    room, minutes = headroom_of(cluster, call), len(call.limit_kw)
    allowed = [int(job.loss_most * minutes / STEP_MIN + 1e-9) * STEP_MIN for job in cluster.jobs]
    waiting = sorted(
        (
            at
            for at, job in enumerate(cluster.jobs)
            if job.pausing is not Pausing.NEVER and allowed[at]
        ),
        key=lambda at: -cluster.jobs[at].loss_most,
    )
    running = np.broadcast_to(room.size, (minutes, len(room.size))).copy()
    full_kw = kw_of_w(1.0) * room.size * room.full_w
    idle_kw = kw_of_w(1.0) * room.size * room.idle_w
    for minute in range(minutes):
        while (
            waiting
            and float(np.where(running[minute] > 0.0, full_kw, idle_kw).sum())
            > room.budget_kw[minute]
        ):
            job = waiting.pop(0)
            running[minute : minute + allowed[job], job] = 0.0
    return Course(running=running, power_w=np.where(running > 0.0, room.full_w, room.idle_w))
