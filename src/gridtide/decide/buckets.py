"""Jobs that a plan need not tell apart, as one bucket of work."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gridtide.decide.reservations import Reservations
from gridtide.decide.situation import Situation
from gridtide.timeline import Timeline

Whole = NDArray[np.int64]
Real = NDArray[np.float64]
Moves = Callable[[Real, Real, Whole, int], Real]
COARSENESS = (1, 2, 4, 8, 16, 32)
BUCKETS_MAX = 400


@dataclass(frozen=True, kw_only=True, eq=False)
class Buckets:
    """K buckets. of_job: bucket of each active job, -1 for jobs the plan takes as given, (n,).

    first (K, P), last (K,): steps of the horizon; first = T where the bucket may not run. work_h:
    expected accelerator-hours; later_h: how much of them may wait beyond the horizon. rate: accelerators
    that can run at once with whole gangs. work_class, gang-free. elastic: may run on parts and multiples of its
    gangs, (K,). move_cost_per_h: money per accelerator-hour at each
    place, (K, P). delay_cost_per_h (K,): money per accelerator-hour and hour of wait. value_per_h (K,).
    """

    of_job: Whole
    first: Whole
    last: Whole
    work_h: Real
    later_h: Real
    rate: Real
    work_class: Whole
    elastic: NDArray[np.bool_]
    move_cost_per_h: Real
    delay_cost_per_h: Real
    value_per_h: Real

    def __len__(self) -> int:
        return len(self.last)


def bucketed(
    situation: Situation, held: Reservations, outward: bool = False, kinds_max: int = BUCKETS_MAX
) -> Buckets:
    """Group free jobs by class, places and window, windows rounded inward until at most kinds_max are left.

    outward: round outward instead, and let the cheapest move of a bucket stand for all: for bounds.
    """
    horizon = situation.horizon
    free = np.flatnonzero(
        ~held.settled & (held.left[:, 1] > 0) & (held.first.min(axis=1) < len(held.grid))
    )
    first, last = on_horizon(held, horizon)
    for coarse in COARSENESS:
        if outward:
            early, late = _outward(first[free], last[free], coarse)
        else:
            early, late = _inward(first[free], last[free], coarse, horizon, need_s(held)[free])
        kinds = (situation.jobs.work_class[free], early, late, situation.jobs.elastic[free])
        key = np.column_stack(kinds)
        _, inverse = np.unique(key, axis=0, return_inverse=True)
        if len(free) == 0 or inverse.max() < kinds_max or coarse == COARSENESS[-1]:
            break
    moves = _cheapest_moves if outward else _mean_moves
    return _summed(situation, held, free, early, late, inverse.ravel(), moves)


def need_s(held: Reservations) -> Whole:
    """Time that each job's declared work takes in whole slots, (n,), s."""
    slot_s = held.left[:, 3]
    return np.asarray(-(-held.left[:, 0] // slot_s) * slot_s)


def on_horizon(held: Reservations, horizon: Timeline) -> tuple[Whole, Whole]:
    """Windows in steps of the horizon: releases rounded up, deadlines rounded down."""
    steps = len(horizon)
    edges_s = np.append(held.grid.edges_s, held.grid.edges_s[-1])
    first = horizon.steps_from(edges_s[np.minimum(held.first, len(held.grid))].ravel()).reshape(
        held.first.shape
    )
    first = np.where(held.first >= len(held.grid), steps, first)
    last = np.minimum(horizon.steps_until(edges_s[held.last]), steps)
    return np.minimum(first, steps), last


def _inward(
    first: Whole, last: Whole, coarse: int, horizon: Timeline, need_s: Whole
) -> tuple[Whole, Whole]:
    """Window rounded inward to multiples of `coarse`, unless the work then would not fit."""
    steps = int(last.max(initial=0))
    early = np.where(first < steps, -(-first // coarse) * coarse, first)
    late = (last // coarse) * coarse
    soonest = (
        early.min(axis=1, initial=steps) if early.size else np.zeros(len(last), dtype=np.int64)
    )
    tight = (horizon.edges_s[late] - horizon.edges_s[soonest] < need_s) & (last < steps)
    early = np.where(tight[:, None], first, early)
    late = np.where(tight | (last >= steps), last, late)
    return early, late


def _outward(first: Whole, last: Whole, coarse: int) -> tuple[Whole, Whole]:
    """Window rounded outward to multiples of `coarse`; a place that may not be used stays out."""
    steps = int(last.max(initial=0))
    return np.where(first < steps, (first // coarse) * coarse, first), -(-last // coarse) * coarse


def _mean_moves(offer: Real, work_h: Real, group: Whole, count: int) -> Real:
    """Money per accelerator-hour when a whole bucket moves, (count, P)."""
    total_h = np.bincount(group, weights=work_h, minlength=count)
    spent = [np.bincount(group, weights=column, minlength=count) for column in offer.T]
    return np.asarray(np.stack(spent, axis=1) / np.maximum(total_h, 1e-9)[:, None])


def _cheapest_moves(offer: Real, work_h: Real, group: Whole, count: int) -> Real:
    """Money per accelerator-hour of the job that moves cheapest in each bucket, (count, P)."""
    least = np.full((count, offer.shape[1]), np.inf)
    np.minimum.at(least, group, offer / np.maximum(work_h, 1e-9)[:, None])
    return np.where(np.isfinite(least), least, 0.0)


def _summed(
    situation: Situation,
    held: Reservations,
    free: Whole,
    early: Whole,
    late: Whole,
    group: Whole,
    moves: Moves,
) -> Buckets:
    count = int(group.max(initial=-1)) + 1
    sample = np.zeros(count, dtype=np.int64)
    sample[group] = np.arange(len(free))
    jobs = situation.jobs
    gang = held.gang[free].astype(np.float64)
    work_h = gang * held.left[free, 1] / 3600.0
    deadline_s = held.grid.edges_s[held.last[free]]
    beyond_h = gang * np.maximum(deadline_s - situation.horizon.edges_s[-1], 0) / 3600.0
    total_h = np.bincount(group, weights=work_h, minlength=count).astype(np.float64)
    later_h = np.bincount(group, weights=np.minimum(beyond_h, work_h), minlength=count)
    kinds = jobs.classes
    delay = np.asarray([kind.delay_cost_per_accelerator_h for kind in kinds] or [0.0])
    value = np.asarray([kind.value_per_accelerator_h for kind in kinds] or [0.0])
    work_class = jobs.work_class[free][sample]
    of_job = np.full(len(jobs), -1, dtype=np.int64)
    of_job[free] = group
    return Buckets(
        of_job=of_job,
        first=early[sample],
        last=late[sample],
        work_h=total_h,
        later_h=later_h.astype(np.float64),
        rate=np.bincount(group, weights=gang, minlength=count).astype(np.float64),
        work_class=work_class,
        elastic=jobs.elastic[free][sample],
        move_cost_per_h=moves(held.offer[free], work_h, group, count),
        delay_cost_per_h=delay[work_class],
        value_per_h=value[work_class],
    )
