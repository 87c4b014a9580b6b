"""One cap for every accelerator, as high as the budget allows; tiers are not asked."""

import numpy as np

from gridtide.decide.response.call import Call
from gridtide.fleet.capped_job import CappedCluster
from gridtide.testing.conductor import Course, all_running, headroom_of
from gridtide.units import kw_of_w

HALVINGS = 60


def uniform_cap(cluster: CappedCluster, call: Call) -> Course:
    """The cap by halving, minute by minute; no cap lies below the lowest that was measured."""
    room = headroom_of(cluster, call)
    lowest = np.array([float(job.power_w[0]) for job in cluster.jobs])
    low = np.zeros(len(room.budget_kw))
    high = np.full(len(room.budget_kw), float(room.full_w.max()))
    for _ in range(HALVINGS):
        middle = 0.5 * (low + high)
        power_w = np.clip(middle[:, None], lowest, room.full_w)
        fits = kw_of_w(1.0) * (power_w @ room.size) <= room.budget_kw
        low, high = np.where(fits, middle, low), np.where(fits, high, middle)
    cap = np.where(room.short, low, room.full_w.max())
    return all_running(room, np.clip(cap[:, None], lowest, room.full_w))
