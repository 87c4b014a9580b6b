"""A course with a little more work in it: some accelerator-hours an hour that may wait for so long, no longer."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from gridtide.decide.buckets import Buckets
from gridtide.decide.relaxed import Course

Real = NDArray[np.float64]
Whole = NDArray[np.int64]
HOUR_S = 3600


@dataclass(frozen=True, kw_only=True, eq=False)
class ExtraWork:
    """Work of one accelerator-hour each, for `accelerators` of them, given out at the start of each of the steps
    `release`, (R,). slack_h: how much later than at once it may end. work_class: whose places it may use and what it is
    worth where it is not done. places: where it may run, (P,)."""

    release: Whole
    slack_h: float
    accelerators: float
    work_class: int
    places: NDArray[np.bool_]


def releases_of(course: Course, slack_h: float) -> Whole:
    """The steps at whole hours from which an hour of work with so much slack still ends inside the course."""
    edges_s = course.situation.horizon.edges_s
    whole = (edges_s[:-1] - edges_s[0]) % HOUR_S == 0
    fits = edges_s[:-1] + round((1.0 + slack_h) * HOUR_S) <= edges_s[-1]
    return np.flatnonzero(whole & fits)


def places_of_class(course: Course, work_class: int) -> NDArray[np.bool_]:
    """Where some job of a class may run, (P,)."""
    jobs = course.situation.jobs
    return np.asarray(jobs.allowed[jobs.work_class == work_class].any(axis=0))


def with_extra_work(course: Course, extra: ExtraWork) -> Course:
    """The course with a bucket for each release, at the end of its buckets. Nothing is asked for the wait itself and
    nothing for a move: new work goes where it is best from the start."""
    pooled, more = course.facts.buckets, _buckets(course, extra)
    columns = {
        name: np.concatenate([getattr(pooled, name), getattr(more, name)])
        for name in pooled.__dataclass_fields__
        if name != "of_job"
    }
    none = np.zeros(len(more))
    facts = replace(
        course.facts,
        buckets=Buckets(of_job=pooled.of_job, **columns),
        later_cost_per_h=np.concatenate([course.facts.later_cost_per_h, none]),
    )
    return replace(course, facts=facts, ahead=np.concatenate([course.ahead, none]))


def _buckets(course: Course, extra: ExtraWork) -> Buckets:
    edges_s, steps = course.situation.horizon.edges_s, len(course.situation.horizon)
    count = len(extra.release)
    due_s = edges_s[extra.release] + round((1.0 + extra.slack_h) * HOUR_S)
    kind = course.situation.jobs.classes[extra.work_class]
    hours = np.full(count, extra.accelerators)
    return Buckets(
        of_job=np.zeros(0, dtype=np.int64),
        first=np.where(extra.places, extra.release[:, None], steps),
        last=np.searchsorted(edges_s, due_s, side="right") - 1,
        work_h=hours,
        later_h=np.zeros(count),
        rate=hours,
        work_class=np.full(count, extra.work_class),
        elastic=np.zeros(count, dtype=np.bool_),
        move_cost_per_h=np.zeros((count, len(extra.places))),
        delay_cost_per_h=np.zeros(count),
        value_per_h=np.full(count, kind.value_per_accelerator_h),
    )
