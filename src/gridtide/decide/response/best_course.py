"""The best anyone could do with a call, all its minutes known: a bound, and the deepest call that keeps every tier."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gridtide.decide.response.call import Call, Flags
from gridtide.decide.response.merit import merit_of
from gridtide.decide.response.sharing import Shares, Spell, best_shares
from gridtide.fleet.capped_job import CappedCluster, CappedJob

Real = NDArray[np.float64]

DEPTH_STEP = 1e-4
"""Share of the baseline to which the deepest call is found."""


@dataclass(frozen=True, kw_only=True, eq=False)
class BestCourse:
    """weighted: work done over work wanted, weighted; no policy does better under the same limits. share: of its
    usual work that each job does, (jobs,). short: whether no course keeps every tier. over_kw: as in `Shares`."""

    weighted: float
    share: Real
    short: bool
    over_kw: float


def best_course(cluster: CappedCluster, call: Call) -> BestCourse:
    """The optimum by linear program over all minutes and jobs. Without limits on ramps, with work made up in any
    order and gangs paused in parts, so that nothing that could really be done lies above it."""
    limit = np.minimum(call.limit_kw, cluster.baseline_kw)
    found = _shares(cluster, limit, call.called, relaxed=True)
    share = found.done / wanted(cluster.jobs, len(limit))
    return BestCourse(
        weighted=float(worth_of(cluster.jobs) @ share),
        share=share,
        short=bool(found.shares.short.any()),
        over_kw=found.shares.over_kw,
    )


def deepest_kw(cluster: CappedCluster, call: Call, *, relaxed: bool = False) -> float:
    """The lowest flat limit over the window of a call under which every tier can hold; nan where none does.

    By the program, no gang paused for it: lower ones break a tier or need gangs to stand still. relaxed: with gangs
    paused in parts and all that may be borrowed, as `best_course` does: no course keeps every tier below.
    """
    least, most = 0.0, cluster.baseline_kw
    if not _holds(cluster, call, most, relaxed):
        return float("nan")
    while most - least > DEPTH_STEP * cluster.baseline_kw:
        middle = 0.5 * (least + most)
        least, most = (least, middle) if _holds(cluster, call, middle, relaxed) else (middle, most)
    return most


def worth_of(jobs: tuple[CappedJob, ...]) -> Real:
    """Weights of jobs, summing to one."""
    weight = np.array([job.weight for job in jobs])
    return np.asarray(weight / weight.sum())


def wanted(jobs: tuple[CappedJob, ...], minutes: int) -> Real:
    """Speed times minutes that each job is wanted for over a span, (jobs,)."""
    return minutes * np.array([job.usual for job in jobs])


def speed_most(jobs: tuple[CappedJob, ...]) -> Real:
    """The highest speed there is work for at some minute: the usual one, full where lost work is made up."""
    return np.array([1.0 if job.makes_up else job.usual for job in jobs])


@dataclass(frozen=True, kw_only=True, eq=False)
class _Found:
    shares: Shares
    done: Real


def _shares(cluster: CappedCluster, limit_kw: Real, called: Flags, *, relaxed: bool) -> _Found:
    jobs = cluster.jobs
    all_wanted = wanted(jobs, len(limit_kw))
    merits = {
        asked: merit_of(jobs, speed_most(jobs), asked, relaxed)
        for asked in sorted(set(called.tolist()))
    }
    kinds, counts = np.unique(np.stack([limit_kw, called]), axis=1, return_counts=True)
    spells = tuple(
        Spell(
            minutes=float(count),
            merit=merits[bool(asked)],
            power_kw=float(limit) - cluster.other_kw,
        )
        for limit, asked, count in zip(kinds[0], kinds[1], counts, strict=True)
    )
    worth = worth_of(jobs) / np.array([job.usual for job in jobs])
    due = all_wanted * np.array([job.floor for job in jobs])
    shares = best_shares(spells, worth, due, all_wanted)
    minutes = np.array([spell.minutes for spell in spells])
    return _Found(shares=shares, done=minutes @ shares.speed)


def _holds(cluster: CappedCluster, call: Call, limit_kw: float, relaxed: bool) -> bool:
    limit = np.minimum(call.limit_kw, cluster.baseline_kw)
    limit[call.start : call.end] = np.minimum(limit_kw, cluster.baseline_kw)
    found = _shares(cluster, limit, call.called, relaxed=relaxed)
    return not found.shares.short.any() and found.shares.over_kw <= DEPTH_STEP
