"""One job taken out of its bucket, so that what changes for it alone can be seen in the plan."""

from dataclasses import fields, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gridtide.decide.buckets import Buckets, on_horizon
from gridtide.decide.layout import Facts
from gridtide.decide.reservations import Reservations
from gridtide.decide.situation import Situation

Real = NDArray[np.float64]
NOTHING_H = 1e-9
"""Accelerator-hours that are left over by rounding when a bucket held one job only."""


def set_apart(facts: Facts, situation: Situation, held: Reservations, job: int) -> Facts:
    """Facts in which the job is the last bucket, free to the horizon's end; its old bucket keeps the rest.

    job: row of the situation's jobs. Raises ValueError for a job the plan takes as given. Whoever writes the
    program closes the steps behind the job's deadline; so its deadline can change and the columns stay.
    """
    old = facts.buckets
    bucket = int(old.of_job[job])
    if bucket < 0:
        raise ValueError(f"the plan takes {situation.jobs.name[job]} as given")
    rest = _without(old, situation, held, job)
    first, _ = on_horizon(held, situation.horizon)
    work_h = job_work_h(held, job)
    own: dict[str, object] = {
        "first": first[job],
        "last": len(situation.horizon),
        "work_h": work_h,
        "later_h": min(beyond_h(situation, held, job, held_deadline_s(held, job)), work_h),
        "rate": float(held.gang[job]),
        "move_cost_per_h": held.offer[job] / max(work_h, NOTHING_H),
    }
    columns: dict[str, Any] = {
        field.name: _with_one_more(getattr(rest, field.name), own.get(field.name), bucket)
        for field in fields(Buckets)
        if field.name != "of_job"
    }
    of_job = old.of_job.copy()
    of_job[job] = len(old)
    later = facts.later_cost_per_h
    return replace(
        facts,
        buckets=Buckets(of_job=of_job, **columns),
        later_cost_per_h=np.append(later, later[bucket]),
    )


def job_work_h(held: Reservations, job: int) -> float:
    """Accelerator-hours a job is expected to need still."""
    return float(held.gang[job] * held.left[job, 1] / 3600.0)


def held_deadline_s(held: Reservations, job: int) -> int:
    """The last second of the grid in which a job may run."""
    return int(held.grid.edges_s[held.last[job]])


def beyond_h(situation: Situation, held: Reservations, job: int, deadline_s: int) -> float:
    """Accelerator-hours a job could run between the end of the horizon and a deadline."""
    return float(held.gang[job] * max(deadline_s - int(situation.horizon.edges_s[-1]), 0) / 3600.0)


def _without(old: Buckets, situation: Situation, held: Reservations, job: int) -> Buckets:
    """The buckets with the job's share taken out of its own."""
    bucket = int(old.of_job[job])
    work_h = job_work_h(held, job)
    later_h = min(beyond_h(situation, held, job, held_deadline_s(held, job)), work_h)
    left_h = old.work_h[bucket] - work_h
    alone = left_h <= NOTHING_H * max(work_h, 1.0)
    moves: Real = old.move_cost_per_h.copy()
    if not alone:
        moves[bucket] = (moves[bucket] * old.work_h[bucket] - held.offer[job]) / left_h
    return replace(
        old,
        work_h=_changed(old.work_h, bucket, 0.0 if alone else left_h),
        later_h=_changed(
            old.later_h, bucket, 0.0 if alone else max(old.later_h[bucket] - later_h, 0.0)
        ),
        rate=_changed(old.rate, bucket, 0.0 if alone else old.rate[bucket] - held.gang[job]),
        move_cost_per_h=moves,
    )


def _changed(column: Real, bucket: int, value: float) -> Real:
    other = column.copy()
    other[bucket] = value
    return other


def _with_one_more(column: NDArray[Any], own: object, bucket: int) -> NDArray[Any]:
    """A column of buckets with one more at its end; like `bucket` where the job has nothing of its own."""
    last = column[bucket] if own is None else np.asarray(own, dtype=column.dtype)
    return np.concatenate([column, last[None]])
