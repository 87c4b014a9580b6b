"""Caps of single accelerators that together draw what their jobs were given."""

import numpy as np
from numpy.typing import NDArray

from gridtide.decide.response.merit import corners
from gridtide.decide.response.orders import Orders
from gridtide.fleet.capped_job import CappedCluster, CappedJob, Pausing, speed_under
from gridtide.units import kw_of_w

Real = NDArray[np.float64]
Whole = NDArray[np.int64]


def caps_for(
    cluster: CappedCluster, power_kw: Real, stopped: NDArray[np.bool_], speed_now: Real
) -> Orders:
    """Caps of all jobs that together draw the power that is shared out among them, no more.

    power_kw: of each job; speed_now: the speed there is work for, (jobs,). stopped: gangs that stand still.
    """
    told = [
        (0, job.idle_w, job.idle_w)
        if rests
        else _caps(job, kw / (kw_of_w(1.0) * job.accelerators), most)
        for job, kw, rests, most in zip(
            cluster.jobs, power_kw.tolist(), stopped.tolist(), speed_now.tolist(), strict=True
        )
    ]
    upper = np.array([one[0] for one in told], dtype=np.int64)
    lower_w = np.array([one[2] for one in told])
    upper_w = np.array([one[1] for one in told])
    size = np.array([job.accelerators for job in cluster.jobs])
    drawn_w = upper * upper_w + (size - upper) * lower_w
    left_w = float(power_kw.sum() / kw_of_w(1.0) - drawn_w.sum())
    more_w = _taken_up(cluster, upper, upper_w, speed_now, left_w)
    return Orders(
        upper=upper,
        upper_w=upper_w + more_w,
        lower_w=np.where(upper_w == lower_w, lower_w + more_w, lower_w),
    )


def _taken_up(
    cluster: CappedCluster, upper: Whole, upper_w: Real, speed_now: Real, left_w: float
) -> Real:
    """What each running accelerator of each job is told more [W], (jobs,): what was too little for one accelerator of
    another job goes to the first that may run faster, so that power falls no further than it should."""
    more_w = np.zeros(len(upper))
    for number, job in enumerate(cluster.jobs):
        if left_w <= 0.0 or upper[number] == 0:
            continue
        most_w = float(corners(job, False, float(speed_now[number]))[0][-1])
        room_w = max(most_w - upper_w[number], 0.0) * upper[number]
        more_w[number] = min(room_w, left_w) / upper[number]
        left_w -= min(room_w, left_w)
    return more_w


def _caps(job: CappedJob, each_w: float, speed_most: float) -> tuple[int, float, float]:
    """One cap for all; two where accelerators work each by itself and what lies between two corners is worth less."""
    hull_w, _ = corners(job, False, speed_most)
    if each_w <= job.idle_w:
        return 0, job.idle_w, job.idle_w
    after = int(np.searchsorted(hull_w, each_w))
    if job.pausing is not Pausing.SOME or not 0 < after < len(hull_w):
        return job.accelerators, each_w, each_w
    low, high = float(hull_w[after - 1]), float(hull_w[after])
    is_measured = low > job.idle_w and not ((job.power_w > low) & (job.power_w < high)).any()
    if is_measured:
        return job.accelerators, each_w, each_w
    return _spread(job, job.accelerators * each_w, (low, high), float(hull_w[-1]))


def _spread(
    job: CappedJob, all_w: float, between_w: tuple[float, float], most_w: float
) -> tuple[int, float, float]:
    """How many accelerators run at which cap beside others at the lower corner, so that all that is given is drawn:
    what a whole number at the higher corner leaves goes to those that run, or to one more, whichever does more work."""
    low, high = between_w
    whole = int((all_w - job.accelerators * low) / (high - low) + 1e-9)
    count = np.array([one for one in (whole, whole + 1) if 0 < one <= job.accelerators])
    cap_w = (all_w - (job.accelerators - count) * low) / count
    runs = (cap_w >= job.power_w[0]) & (cap_w <= most_w)
    if not runs.any():
        return whole, high, low
    works = count * speed_under(job, cap_w) + (job.accelerators - count) * speed_under(
        job, np.full(len(count), low)
    )
    best = int(np.argmax(np.where(runs, works, -np.inf)))
    return int(count[best]), float(cap_w[best]), low
