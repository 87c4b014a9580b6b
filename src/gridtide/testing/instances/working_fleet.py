"""A fleet whose IT power comes from jobs that were told their slots: seeded, for `gridtide bench twin --workload jobs`.

Sites, weather, sun and stores are those of `metered_fleet`, sized by the most machines the jobs of a site hold at once.
Shapes are round figures, nothing is measured. A change makes a new version.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gridtide.digest import freeze
from gridtide.testing.instances.metered_fleet import MeteredFleet, metered_fleet

Real = NDArray[np.float64]
Whole = NDArray[np.int64]
VERSION = "working-fleet 1"
STEP_S = 900
CLASSES = 2
FULL_KW, PARKED_KW = 1.2, 0.3
"""Of an accelerator that runs and of one that nothing uses."""

LONGEST_S = 172_800
PAUSED_SHARE, PAUSE_STEPS = 0.3, 8
"""Of the jobs, how many are told to pause once, and for how long at most."""


@dataclass(frozen=True, kw_only=True, eq=False)
class ToldJobs:
    """n jobs. Job j was told the steps slots[offsets[j]:offsets[j+1]] of its site.

    gang: accelerators. true_s, declared_s: run time and its limit. restart_s: lost at the start of a step after a
    pause. available_s: second from which it can run. work_class: 0 to CLASSES - 1.
    """

    offsets: Whole
    slots: Whole
    site: Whole
    gang: Whole
    true_s: Whole
    declared_s: Whole
    restart_s: Whole
    available_s: Whole
    work_class: Whole

    def __post_init__(self) -> None:
        freeze(self, **dict.fromkeys(self.__dataclass_fields__, np.int64))

    def __len__(self) -> int:
        return len(self.gang)


@dataclass(frozen=True, kw_only=True, eq=False)
class WorkingFleet:
    """Sites, of whose IT power nothing is known beforehand; their accelerators, (S,); and what they were told."""

    sites: MeteredFleet
    accelerators: Whole
    jobs: ToldJobs


def working_fleet(sites: int, steps: int, jobs: int, seed: int = 0) -> WorkingFleet:
    """Jobs arrive evenly over the steps; some are told too few slots to end, some pause, some arrive late."""
    told = _told_jobs(sites, steps, jobs, np.random.default_rng([seed, 1]))
    accelerators = np.maximum(_most_held(told, sites, steps), 8)
    capacity_kw = FULL_KW * accelerators
    return WorkingFleet(
        sites=metered_fleet(sites, steps, seed, capacity_kw=capacity_kw),
        accelerators=accelerators,
        jobs=told,
    )


def it_power_kw(busy: Real, accelerators: Whole) -> Real:
    """IT power of each site and step, kW, (S, T). busy: accelerators in use of each class, (CLASSES, S, T)."""
    used = busy.sum(axis=0)
    return np.asarray(FULL_KW * used + PARKED_KW * (accelerators[:, None] - used))


def _told_jobs(sites: int, steps: int, count: int, rng: np.random.Generator) -> ToldJobs:
    declared_s = np.clip(rng.lognormal(9.0, 1.0, count), STEP_S, LONGEST_S).astype(np.int64)
    true_s = np.maximum(1, (declared_s * rng.uniform(0.4, 1.1, count)).astype(np.int64))
    needed = -(-declared_s // STEP_S) + rng.integers(-1, 2, count)
    told = np.clip(needed, 1, steps)
    offsets = np.concatenate([[0], np.cumsum(told)])
    job = np.repeat(np.arange(count), told)
    within = np.arange(offsets[-1]) - offsets[job]
    pause = np.where(rng.random(count) < PAUSED_SHARE, rng.integers(1, PAUSE_STEPS + 1, count), 0)
    start = rng.integers(0, steps, count)
    slots = start[job] + within + np.where(within >= told[job] // 2, pause[job], 0)
    kept = slots < steps
    late = rng.random(count) < 0.1
    return ToldJobs(
        offsets=np.concatenate([[0], np.cumsum(np.bincount(job[kept], minlength=count))]),
        slots=slots[kept],
        site=rng.integers(0, sites, count),
        gang=2 ** rng.integers(0, 7, count),
        true_s=true_s,
        declared_s=declared_s,
        restart_s=np.where(rng.random(count) < 0.5, 300, 0),
        available_s=np.where(late, start * STEP_S + rng.integers(0, 3_600, count), 0),
        work_class=rng.integers(0, CLASSES, count),
    )


def _most_held(jobs: ToldJobs, sites: int, steps: int) -> Whole:
    """The most accelerators that the jobs of each site were told at once, (S,)."""
    job = np.repeat(np.arange(len(jobs)), np.diff(jobs.offsets))
    held = np.bincount(
        jobs.site[job] * steps + jobs.slots, weights=jobs.gang[job], minlength=sites * steps
    )
    most: Whole = held.reshape(sites, steps).max(axis=1).astype(np.int64)
    return most
