"""A course with some of its promises left out, loosened or standing alone: never read from its jobs again.

Buckets of work are changed as they stand, so that a difference shows the change and not another rounding.
"""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from gridtide.decide.buckets import Buckets, bucketed
from gridtide.decide.layout import Facts
from gridtide.decide.relaxed import Course, waits_before_release

Whole = NDArray[np.int64]
Real = NDArray[np.float64]
Chosen = NDArray[np.bool_]
HOUR_S = 3600
CELLS_MAX = 200_000
"""Of buckets, places and steps: a program of more is taken together where buckets are alike."""


def scaled(course: Course, chosen: Chosen, times: float) -> Course:
    """The work of the chosen buckets (K,) so many times over: 0 leaves it out, 2 doubles it."""
    buckets = course.facts.buckets
    factor = np.where(chosen, times, 1.0)
    changed = replace(
        buckets,
        work_h=buckets.work_h * factor,
        later_h=buckets.later_h * factor,
        rate=buckets.rate * factor,
    )
    return replace(
        course, facts=replace(course.facts, buckets=changed), ahead=course.ahead * factor
    )


def without_requests(course: Course, service: int) -> Course:
    """Nobody asks this service for anything."""
    asked = course.facts.requests_per_s.copy()
    asked[service] = 0.0
    return replace(course, facts=replace(course.facts, requests_per_s=asked))


def an_hour_later(course: Course, chosen: Chosen) -> Course:
    """The chosen buckets (K,) due an hour later, a step later where steps are longer, never after the end."""
    edges_s = course.situation.horizon.edges_s
    last = course.facts.buckets.last
    steps = len(course.situation.horizon)
    until = np.searchsorted(edges_s, edges_s[np.minimum(last, steps)] + HOUR_S, side="right") - 1
    return _due(course, chosen, np.minimum(np.maximum(until, last + 1), steps))


def due_at_the_end(course: Course, chosen: Chosen) -> Course:
    """The chosen buckets (K,) due when the course ends. Where that makes too many cells, those of them that may
    begin alike are taken together, which can only lower the cost."""
    steps = len(course.situation.horizon)
    later = _due(course, chosen, np.full(len(course.facts.buckets), steps))
    spans = np.maximum(later.facts.buckets.last[:, None] - later.facts.buckets.first, 0)
    return later if spans.sum() <= CELLS_MAX else _together(later, chosen)


def due_inside(course: Course) -> Chosen:
    """Buckets whose work is due before the course ends, (K,)."""
    return course.facts.buckets.last < len(course.situation.horizon)


def standing_alone(course: Course, jobs: Whole) -> Course:
    """Each of these jobs in a bucket of its own, with its own window, at the end; taken out of what it was in."""
    before = waits_before_release(course.situation)
    pooled, ahead = course.facts.buckets, course.ahead.copy()
    own = []
    for job in jobs:
        settled = np.ones_like(course.held.settled)
        settled[job] = False
        single = bucketed(course.situation, replace(course.held, settled=settled), outward=True)
        group = pooled.of_job[job]
        pooled = _taken_out(pooled, int(group), single)
        ahead[group] -= before[job]
        own.append(single)
    joined = _joined(pooled, own, jobs)
    facts = replace(
        course.facts, buckets=joined, later_cost_per_h=np.zeros(len(joined), dtype=np.float64)
    )
    return replace(course, facts=facts, ahead=np.concatenate([ahead, before[jobs]]))


def _due(course: Course, chosen: Chosen, last: Whole) -> Course:
    buckets = course.facts.buckets
    changed = replace(buckets, last=np.where(chosen, np.maximum(last, buckets.last), buckets.last))
    facts: Facts = replace(course.facts, buckets=changed)
    return replace(course, facts=facts)


def _together(course: Course, chosen: Chosen) -> Course:
    """Chosen buckets of one class, with the same first steps and end, as one; the cheapest move stands for all."""
    buckets = course.facts.buckets
    own = np.where(chosen, -1, np.arange(len(buckets)))
    alike = (own, buckets.work_class, buckets.last, buckets.first, buckets.elastic)
    key = np.column_stack(alike)
    _, sample, group = np.unique(key, axis=0, return_index=True, return_inverse=True)
    group, count = group.ravel(), len(sample)

    def total(values: Real) -> Real:
        return np.bincount(group, values, minlength=count).astype(np.float64)

    moves = np.full((count, buckets.first.shape[1]), np.inf)
    np.minimum.at(moves, group, buckets.move_cost_per_h)
    of_job = np.where(buckets.of_job >= 0, group[buckets.of_job], -1)
    joined = Buckets(
        of_job=of_job,
        first=buckets.first[sample],
        last=buckets.last[sample],
        work_h=total(buckets.work_h),
        later_h=total(buckets.later_h),
        rate=total(buckets.rate),
        work_class=buckets.work_class[sample],
        elastic=buckets.elastic[sample],
        move_cost_per_h=moves,
        delay_cost_per_h=buckets.delay_cost_per_h[sample],
        value_per_h=buckets.value_per_h[sample],
    )
    later = np.zeros(count, dtype=np.float64)
    facts = replace(course.facts, buckets=joined, later_cost_per_h=later)
    return replace(course, facts=facts, ahead=total(course.ahead))


def _taken_out(pooled: Buckets, group: int, single: Buckets) -> Buckets:
    def less(total: Real, part: Real) -> Real:
        rest = total.copy()
        rest[group] = max(rest[group] - part[0], 0.0)
        return rest

    return replace(
        pooled,
        work_h=less(pooled.work_h, single.work_h),
        later_h=less(pooled.later_h, single.later_h),
        rate=less(pooled.rate, single.rate),
    )


def _joined(pooled: Buckets, own: list[Buckets], jobs: Whole) -> Buckets:
    of_job = pooled.of_job.copy()
    of_job[jobs] = len(pooled) + np.arange(len(jobs))
    columns = {
        name: np.concatenate([getattr(part, name) for part in [pooled, *own]])
        for name in pooled.__dataclass_fields__
        if name != "of_job"
    }
    return Buckets(of_job=of_job, **columns)
