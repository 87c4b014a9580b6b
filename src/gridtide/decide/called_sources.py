"""What draws in called hours, one source at a time, and where the prices of a course say it would draw less."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from gridtide.decide.layout import Whole, kw_per_request
from gridtide.decide.planners.coordinated import next_slope
from gridtide.decide.program import Solution, summed
from gridtide.decide.relaxed import Course, Relaxed

Real = NDArray[np.float64]
Chosen = NDArray[np.bool_]
RUNS = 1e-6
"""Accelerators, requests a second or accelerator-hours below this are none."""
NO_LESS_KWH = 1e-9
"""A difference between two ways to do one piece of work below this is none."""
KWH_PER_MWH = 1e3


class SourceKind(StrEnum):
    """What may draw less."""

    JOBS = "class of jobs"
    SERVICE = "service"
    STORE = "store"
    FLEET = "fleet"


@dataclass(frozen=True, kw_only=True, eq=False)
class Source:
    """name: of a class, a service, the site of a store, or all meters together; number: its place among those of its
    kind. drawn_kwh: at the meter in called hours by one of each column of the course's program, (columns,)."""

    name: str
    kind: SourceKind
    number: int
    drawn_kwh: Real


def sources_of(
    course: Course, relaxed: Relaxed, solution: Solution, called: Real
) -> Iterator[Source]:
    """Classes of jobs, services, stores, and all that is drawn from the grid. called: share of each step, (T,).

    Facility power is that of one more kW of IT at what the solution draws.
    """
    facts, columns = course.facts, relaxed.columns
    slope = next_slope(facts, solution.values[columns.segment], solution.blur)
    hours = facts.hours * called
    count = len(relaxed.matrix.cost)
    at = facts.site[columns.place]
    job_kwh = facts.menu.extra_kw[columns.entry] * slope[at, columns.step] * hours[columns.step]
    kinds = facts.buckets.work_class[columns.bucket]
    for number, kind in enumerate(course.situation.jobs.classes):
        own = kinds == number
        drawn_kwh = _placed(count, columns.work[own], job_kwh[own])
        yield Source(name=kind.name, kind=SourceKind.JOBS, number=number, drawn_kwh=drawn_kwh)
    slope_of_flow = slope[facts.site[columns.pair[:, 2]]]
    answer_kwh = kw_per_request(columns, facts)[:, None] * slope_of_flow * hours
    for number, service in enumerate(course.situation.services):
        own = columns.pair[:, 0] == number
        drawn_kwh = _placed(count, columns.flow[own], answer_kwh[own])
        yield Source(name=service.name, kind=SourceKind.SERVICE, number=number, drawn_kwh=drawn_kwh)
    for number, site in enumerate(course.situation.fleet.sites):
        if site.battery is not None:
            drawn_kwh = _placed(count, columns.charge[number], hours)
            drawn_kwh -= _placed(count, columns.discharge[number], hours)
            yield Source(name=site.name, kind=SourceKind.STORE, number=number, drawn_kwh=drawn_kwh)
    drawn_kwh = _placed(count, columns.draw, hours)
    yield Source(name="all meters", kind=SourceKind.FLEET, number=0, drawn_kwh=drawn_kwh)


def _placed(count: int, columns: Whole, kwh: Real) -> Real:
    drawn = np.zeros(count)
    drawn[columns] = kwh
    return drawn


def price_per_mwh(
    source: Source, course: Course, relaxed: Relaxed, solution: Solution
) -> float | None:
    """Money per MWh from which the source draws less, by the prices of one solution alone; None where they do not say.

    The cheapest exchange: one piece of work that is done in called hours is done elsewhere, later, otherwise or not at
    all. What a store does in one hour hangs on all others, so that no such price can be read for it, nor for a fleet.
    It is a floor: by weak duality no course draws less for less.
    """
    matrix = relaxed.matrix
    felt = summed(matrix.column, matrix.value * solution.row_dual[matrix.index], len(matrix.cost))
    spent = np.maximum(matrix.cost - felt, 0.0)
    if source.kind in (SourceKind.STORE, SourceKind.FLEET):
        return None
    reader = _of_jobs if source.kind is SourceKind.JOBS else _of_answers
    least = reader(source, course, relaxed, solution, spent)
    return KWH_PER_MWH * least if np.isfinite(least) else None


def _of_jobs(
    source: Source, course: Course, relaxed: Relaxed, solution: Solution, spent: Real
) -> float:
    facts, columns = course.facts, relaxed.columns
    done_h = facts.hours[columns.step] * facts.menu.pace[columns.entry]
    best = np.inf
    for bucket in np.flatnonzero(facts.buckets.work_class == source.number):
        own = np.flatnonzero(columns.bucket == bucket)
        cells = columns.work[own]
        others = np.asarray([columns.undone[bucket], columns.later[bucket]])
        room = solution.values < relaxed.matrix.upper - RUNS
        asked = np.concatenate([spent[cells] / done_h[own], spent[others]])
        free = room[np.concatenate([cells, others])]
        drawn = np.concatenate([source.drawn_kwh[cells] / done_h[own], np.zeros(2)])
        runs = np.append(solution.values[cells] > RUNS, [False, False])
        best = min(best, _cheapest_exchange(np.where(free, asked, np.inf), drawn, runs))
    return float(best)


def _of_answers(
    source: Source, course: Course, relaxed: Relaxed, solution: Solution, spent: Real
) -> float:
    columns, drawn_kwh = relaxed.columns, source.drawn_kwh
    best = np.inf
    for origin in range(columns.refused.shape[1]):
        own = (columns.pair[:, 0] == source.number) & (columns.pair[:, 1] == origin)
        refused = columns.refused[source.number, origin][None, :]
        ways = np.concatenate([columns.flow[own], refused])
        for one in ways[:, drawn_kwh[ways].any(axis=0)].T:
            runs = solution.values[one] > RUNS
            best = min(best, _cheapest_exchange(spent[one], drawn_kwh[one], runs))
    return float(best)


def _cheapest_exchange(spent: Real, drawn_kwh: Real, runs: Chosen) -> float:
    """Least money per kWh for doing in another way what runs in the way that draws most; both for the same work."""
    if not runs.any():
        return np.inf
    less_kwh = drawn_kwh[runs].max() - drawn_kwh
    draws_less = less_kwh > NO_LESS_KWH
    return float((spent[draws_less] / less_kwh[draws_less]).min(initial=np.inf))
