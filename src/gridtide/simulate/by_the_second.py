"""A course of minutes by the second: what was told takes time to reach a device, and a device takes time to follow."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gridtide.decide.response.merit import merit_of
from gridtide.fleet.capped_job import CappedCluster
from gridtide.simulate.response import Response

Real = NDArray[np.float64]

MINUTE_S = 60


@dataclass(frozen=True, kw_only=True)
class Lags:
    """told_s: from the call to the device; cap_s: until a new cap is reached, straight; park_s: until accelerators
    have stopped or started again. All at most a minute together [assumed; grid.md gives 2-4 s for caps]."""

    told_s: float = 2.0
    cap_s: float = 4.0
    park_s: float = 30.0


def by_the_second(
    cluster: CappedCluster, lived: Response, lags: Lags, error: float = 0.0, seed: int = 0
) -> Real:
    """What the meter shows in each second, (60 x minutes,) kW.

    The first minute begins with every job at its usual work. error: standard deviation of each job's power from
    second to second, as a share, seeded.
    """
    told = lived.power_kw
    usual = np.array([job.usual for job in cluster.jobs])
    before = np.concatenate([merit_of(cluster.jobs, usual, False, False).most_kw[None], told[:-1]])
    size = np.array([[float(job.accelerators) for job in cluster.jobs]])
    parked = np.diff(lived.running, axis=0, prepend=size) != 0.0
    lag_s = np.where(parked, lags.park_s, lags.cap_s)
    second = np.arange(1, MINUTE_S + 1)[None, :, None]
    part = np.clip((second - lags.told_s) / lag_s[:, None, :], 0.0, 1.0)
    power = (before[:, None, :] + part * (told - before)[:, None, :]).reshape(-1, told.shape[1])
    if error > 0.0:
        power = power * (1.0 + np.random.default_rng(seed).normal(0.0, error, power.shape))
    return np.asarray(power.sum(axis=1) + cluster.other_kw)


def seconds_until(meter_kw: Real, limit_kw: float) -> int:
    """Seconds until the meter is at or below a limit for the first time; all there are where it never is."""
    below = np.flatnonzero(meter_kw <= limit_kw)
    return int(below[0]) + 1 if len(below) else len(meter_kw)
