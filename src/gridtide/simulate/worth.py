"""What would one more hour, kilowatt or machine be worth to somebody who knows everything, and what do promises cost?

The best course is solved again with one thing changed; the difference is its worth. A difference holds for the
whole step, a price only at its beginning; where prices are told, the differences to both sides stand beside them.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gridtide.decide.bound import Best, best_of
from gridtide.decide.course_changes import (
    an_hour_later,
    due_inside,
    scaled,
    standing_alone,
)
from gridtide.decide.program import Solution
from gridtide.decide.promise_prices import (
    costs_at_most,
    costs_by_price,
    work_h_of_jobs,
    work_prices,
)
from gridtide.decide.relaxed import Course, Relaxed, program_of, relaxed_course
from gridtide.decide.solving import solution_of
from gridtide.decide.vertex import Vertex, vertex_of
from gridtide.simulate.bound import known_course
from gridtide.simulate.changes import Change, Kind, changes_of
from gridtide.simulate.study import Study
from gridtide.simulate.truth import Truth

Real = NDArray[np.float64]
Whole = NDArray[np.int64]
Told = Callable[[str], None]


@dataclass(frozen=True, kw_only=True)
class Saving:
    """What a change saves in money, between least and most; negative where it costs. None: no course holds."""

    least: float | None
    most: float | None


@dataclass(frozen=True, kw_only=True)
class Worth:
    """What a change saves: one of `kind` made to `subject`, `step` of its unit."""

    what: str
    kind: Kind
    subject: str
    step: float
    unit: str
    saving: Saving


@dataclass(frozen=True, kw_only=True)
class Differences:
    """Saved by leaving a job out; by one more just like it, negative where it costs; by an hour more until its
    deadline, None where it has none before the end."""

    without: Saving
    again: Saving
    hour: Saving | None


@dataclass(frozen=True, kw_only=True)
class PromiseCost:
    """What one job's promise costs.

    price_per_accelerator_h: of one more accelerator-hour of it, by the row prices of the best course. by_price: what
    all of it costs at such prices. at_most: proved without solving again, what leaving it out can save.
    differences: found by solving again, None where the program is too large for that.
    """

    name: str
    work_class: str
    accelerator_h: float
    price_per_accelerator_h: float
    by_price: float
    at_most: float
    differences: Differences | None


@dataclass(frozen=True, kw_only=True)
class Promises:
    """The dearest promises, dearest first, of how many; no other one costs more than others_at_most (None: there
    is no other)."""

    dearest: tuple[PromiseCost, ...]
    of: int
    others_at_most: float | None


@dataclass(frozen=True, kw_only=True)
class Worths:
    """The best course with limits as they are (None: none holds), and what changes and promises are worth to it."""

    best: Best | None
    changes: tuple[Worth, ...]
    promises: Promises


@dataclass(frozen=True, kw_only=True, eq=False)
class _Solved:
    """A course, its program and where it is best."""

    course: Course
    relaxed: Relaxed
    solution: Solution
    vertex: Vertex | None
    best: Best


NO_PROMISES = Promises(dearest=(), of=0, others_at_most=None)


def worths_of(study: Study, truth: Truth, told: Told, top: int = 5) -> Worths:
    """Solves the course as it is, once for each change, and thrice for each of the `top` dearest promises.

    told: hears each before it is solved.
    """
    course = relaxed_course(known_course(study, truth), study.objective)
    told("the course as it is")
    base = _solved(course)
    if base is None:
        return Worths(best=None, changes=(), promises=NO_PROMISES)
    found, changes = [], tuple(changes_of(course))
    for number, change in enumerate(changes, start=1):
        told(f"{change.what} ({number} of {len(changes)})")
        found.append(_worth(base, change))
    return Worths(best=base.best, changes=tuple(found), promises=_promises(base, top, told))


def _solved(course: Course, near: Vertex | None = None) -> _Solved | None:
    relaxed = program_of(course)
    solution, vertex = vertex_of(relaxed.matrix, relaxed.names, near)
    best = best_of(relaxed, solution)
    if best is None:
        return None
    return _Solved(course=course, relaxed=relaxed, solution=solution, vertex=vertex, best=best)


def _worth(base: _Solved, change: Change) -> Worth:
    return Worth(
        what=change.what,
        kind=change.kind,
        subject=change.subject,
        step=change.step,
        unit=change.unit,
        saving=_saving(base, change.changed()),
    )


def _saving(base: _Solved, course: Course) -> Saving:
    relaxed = program_of(course)
    other = best_of(relaxed, _again(relaxed, base.vertex))
    if other is None:
        return Saving(least=None, most=None)
    best = base.best
    return Saving(least=best.lower_bound - other.cost, most=best.cost - other.lower_bound)


def _again(relaxed: Relaxed, near: Vertex | None) -> Solution:
    """Without a vertex to start from, a program is solved by its shape."""
    if near is None:
        return solution_of(relaxed.matrix)
    return vertex_of(relaxed.matrix, relaxed.names, near)[0]


def _promises(pooled: _Solved, top: int, told: Told) -> Promises:
    """The dearest by their proved limits; from a vertex each in a bucket of its own, without it and with two."""
    limits = costs_at_most(pooled.course, pooled.relaxed, pooled.solution, pooled.best)
    asked = np.flatnonzero(~np.isnan(limits))
    chosen = asked[np.argsort(-limits[asked], kind="stable")][:top]
    stands = pooled
    if len(chosen) and pooled.vertex is not None:
        told(f"the {len(chosen):,} dearest of {len(asked):,} promises, each standing alone")
        stands = _solved(standing_alone(pooled.course, chosen), pooled.vertex) or pooled
    costs = []
    for job in chosen:
        told(f"the promise of {stands.course.situation.jobs.name[job]}")
        costs.append(_promise(stands, int(job), alone=stands is not pooled))
    costs.sort(key=lambda cost: -_dearness(cost))
    others = np.setdiff1d(asked, chosen)
    at_most = costs_at_most(stands.course, stands.relaxed, stands.solution, stands.best)
    return Promises(
        dearest=tuple(costs),
        of=len(asked),
        others_at_most=float(at_most[others].max()) if len(others) else None,
    )


def _dearness(cost: PromiseCost) -> float:
    most = cost.differences.without.most if cost.differences else None
    return cost.at_most if most is None else most


def _promise(stands: _Solved, job: int, alone: bool) -> PromiseCost:
    course, jobs = stands.course, stands.course.situation.jobs
    read = (course, stands.relaxed, stands.solution)
    return PromiseCost(
        name=str(jobs.name[job]),
        work_class=jobs.classes[jobs.work_class[job]].name,
        accelerator_h=float(work_h_of_jobs(course)[job]),
        price_per_accelerator_h=float(work_prices(*read)[job]),
        by_price=float(costs_by_price(*read)[job]),
        at_most=float(costs_at_most(*read, stands.best)[job]),
        differences=_differences(stands, job) if alone else None,
    )


def _differences(alone: _Solved, job: int) -> Differences:
    course, buckets = alone.course, alone.course.facts.buckets
    own = np.arange(len(buckets)) == buckets.of_job[job]
    dated = bool((own & due_inside(course)).any())
    return Differences(
        without=_saving(alone, scaled(course, own, 0.0)),
        again=_saving(alone, scaled(course, own, 2.0)),
        hour=_saving(alone, an_hour_later(course, own)) if dated else None,
    )
