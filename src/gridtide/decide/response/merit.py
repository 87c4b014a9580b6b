"""What a kilowatt is worth to each job: speed over power as straight pieces, steepest first."""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from gridtide.digest import freeze, sealed
from gridtide.fleet.capped_job import CappedJob, Pausing, power_for
from gridtide.units import kw_of_w

Real = NDArray[np.float64]

KEPT = 256
"""Curves and their pieces that are kept: the same jobs are asked about every minute."""

THIN_KW = 1e-6
"""Pieces no wider are left out."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Merit:
    """least_kw, least_speed: of each job where nothing more can be taken, (jobs,). width_kw, gain_per_kw: pieces above
    it, (jobs, pieces); gains never rise along a row, a piece that is not there has no width."""

    least_kw: Real
    least_speed: Real
    width_kw: Real
    gain_per_kw: Real

    def __post_init__(self) -> None:
        freeze(
            self,
            **dict.fromkeys(("least_kw", "least_speed", "width_kw", "gain_per_kw"), np.float64),
        )

    @property
    def most_kw(self) -> Real:
        """Power of each job with all its pieces, (jobs,)."""
        return np.asarray(self.least_kw + self.width_kw.sum(axis=1))


def merit_of(jobs: tuple[CappedJob, ...], speed_most: Real, called: bool, relaxed: bool) -> Merit:
    """The pieces of all jobs up to a speed each, (jobs,).

    called: what may be answered elsewhere is. relaxed: a gang counts as if any part of it could be paused, which
    alternating minutes come near to, and a job as if all it may borrow stood there; no course does better.
    """
    return _merit(jobs, tuple(speed_most.tolist()), called, relaxed)


@lru_cache(maxsize=KEPT)
def _merit(
    jobs: tuple[CappedJob, ...], speed_most: tuple[float, ...], called: bool, relaxed: bool
) -> Merit:
    rows = [
        _pieces(job, speed, called, relaxed) for job, speed in zip(jobs, speed_most, strict=True)
    ]
    count = max((len(width) for _, _, width, _ in rows), default=0)
    width_kw, gain = np.zeros((len(jobs), count)), np.zeros((len(jobs), count))
    for number, (_, _, width, slope) in enumerate(rows):
        width_kw[number, : len(width)] = width
        gain[number, : len(slope)] = slope
    return Merit(
        least_kw=np.array([row[0] for row in rows]),
        least_speed=np.array([row[1] for row in rows]),
        width_kw=width_kw,
        gain_per_kw=gain,
    )


def shared(merit: Merit, worth: Real, budget_kw: Real) -> Real:
    """Power of each job for each budget, (budgets, jobs): pieces of most worth per kW first, ties by order.

    worth: of a unit of speed of each job, (jobs,). A budget below the least of all jobs gives the least.
    """
    pieces = merit.width_kw.shape[1]
    order = np.argsort(-(worth[:, None] * merit.gain_per_kw).ravel(), kind="stable")
    width = merit.width_kw.ravel()[order]
    before = np.cumsum(width) - width
    left = np.asarray(budget_kw)[:, None] - merit.least_kw.sum()
    taken = np.zeros((len(left), len(order)))
    taken[:, order] = np.clip(left - before, 0.0, width)
    return np.asarray(merit.least_kw + taken.reshape(len(left), len(worth), pieces).sum(axis=2))


def most_kw(merit: Merit) -> float:
    """What all jobs together draw at most."""
    return float(merit.least_kw.sum() + merit.width_kw.sum())


def speed_of(merit: Merit, power_kw: Real) -> Real:
    """Speed of each job at its power, (rows, jobs) both; what is answered elsewhere counts by its value."""
    before = np.cumsum(merit.width_kw, axis=1) - merit.width_kw
    into = np.clip((power_kw - merit.least_kw)[:, :, None] - before, 0.0, merit.width_kw)
    return np.asarray(merit.least_speed + (into * merit.gain_per_kw).sum(axis=2))


@lru_cache(maxsize=KEPT)
def corners(job: CappedJob, relaxed: bool, speed_most: float = 1.0) -> tuple[Real, Real]:
    """Power of one accelerator [W] and speed of the job at the corners of its upper hull, pausing among them.

    A job that is wanted at less than full speed draws there what was measured, and not what a mixture would.
    """
    power_w, speed = job.power_w, job.speed
    if not relaxed and speed[0] < speed_most < speed[-1]:
        at_most = float(power_for(job, np.array(speed_most)))
        below = speed < speed_most
        power_w, speed = np.append(power_w[below], at_most), np.append(speed[below], speed_most)
    if relaxed and job.growth:
        power_w, speed = _grown(job)
    if job.pausing is Pausing.SOME or (relaxed and job.pausing is Pausing.WHOLE):
        power_w, speed = np.append(job.idle_w, power_w), np.append(0.0, speed)
    kept: list[int] = []
    for point in range(len(power_w)):
        while len(kept) > 1 and _below(power_w, speed, kept[-2], kept[-1], point):
            kept.pop()
        kept.append(point)
    return sealed(power_w[kept]), sealed(speed[kept])


def _grown(job: CappedJob) -> tuple[Real, Real]:
    """All the job has and may borrow at each measured cap, beside its own alone; rising, power over its own [W].

    What stands still draws its idle power in the job that lends it.
    """
    more_w = job.power_w + job.growth * (job.power_w - job.idle_w)
    power_w = np.concatenate([job.power_w, more_w])
    speed = np.concatenate([job.speed, job.speed * (1.0 + job.borrowed_worth * job.growth)])
    order = np.lexsort((-speed, power_w))
    highest = np.maximum.accumulate(speed[order])
    return power_w[order], highest


def _below(x: Real, y: Real, first: int, middle: int, last: int) -> bool:
    """Whether the middle point lies on or below the line from the first to the last."""
    across = (x[middle] - x[first]) * (y[last] - y[first])
    return bool((y[middle] - y[first]) * (x[last] - x[first]) <= across)


def _pieces(
    job: CappedJob, speed_most: float, called: bool, relaxed: bool
) -> tuple[float, float, Real, Real]:
    power_w, speed = corners(job, relaxed, speed_most)
    kw = kw_of_w(1.0) * job.accelerators * power_w
    if speed_most < speed[-1]:
        top = max(speed_most, float(speed[0]))
        end = float(np.interp(top, speed, kw))
        kw, speed = np.append(kw[speed < top], end), np.append(speed[speed < top], top)
    away = min(job.away_share, float(speed[-1])) if called else 0.0
    if away > 0.0:
        cut = float(speed[-1]) - away
        if speed[0] < cut:
            at = float(np.interp(cut, speed, kw))
            spot = int(np.searchsorted(speed, cut))
            kw, speed = np.insert(kw, spot, at), np.insert(speed, spot, cut)
        lost = float(speed[-1]) - speed
        speed = speed + job.away_value * np.minimum(lost, away)
    width = np.diff(kw)
    wide = width > THIN_KW
    gain = np.diff(speed)[wide] / width[wide]
    return float(kw[0]), float(speed[0]), width[wide], gain
