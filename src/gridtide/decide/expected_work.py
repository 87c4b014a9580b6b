"""Work that nobody has told of yet: what came at the same time of earlier days is expected to come again."""

from dataclasses import dataclass, fields, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gridtide.decide.situation import Situation
from gridtide.decide.state import State, Status
from gridtide.fleet.jobs import NO_DEADLINE_S, Jobs, rows
from gridtide.timeline import epoch_s

Whole = NDArray[np.int64]
DAY_S = 86_400
DAYS = 7
"""Days before this one that are looked back on; what came on each counts alike."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Arrivals:
    """Jobs as they were told on arrival, in [since_s, until_s], seconds since 1970; older ones than DAYS are let go."""

    since_s: int
    until_s: int
    told: tuple[Jobs, ...] = ()


def arrivals_of(situation: Situation, before: Arrivals | None) -> Arrivals:
    """What has come by now. before: what had by the last turn; None at the first, which knows of no earlier ones."""
    now_s, released_s = epoch_s(situation.as_of), situation.jobs.release_s
    if before is None:
        fresh = released_s == now_s
        return Arrivals(since_s=now_s, until_s=now_s, told=_some(situation.jobs, fresh))
    fresh = (released_s > before.until_s) & (released_s <= now_s)
    oldest_s = now_s - DAYS * DAY_S
    told = before.told
    while told and int(told[0].release_s.max()) < oldest_s:
        told = told[1:]
    return Arrivals(
        since_s=max(before.since_s, oldest_s),
        until_s=now_s,
        told=(*told, *_some(situation.jobs, fresh)) if fresh.any() else told,
    )


def expected_jobs(arrivals: Arrivals, end_s: int) -> Jobs | None:
    """Jobs expected in (arrivals.until_s, end_s]; None where none are, as before a first day is over.

    Each comes at the time of day, and with all properties, of one that came before. Of days of which several are
    known as many jobs are taken, in order of the time, as keep the accelerator-hours expected by then at the mean
    of those days.
    """
    if not arrivals.told:
        return None
    known = _together(arrivals.told)
    row, day, at_s, weight = _again(known.release_s, arrivals, end_s)
    size = known.accelerators[row].astype(np.float64) * known.expected_s[row]
    taken, owed = np.zeros(len(row), dtype=np.bool_), 0.0
    for index in range(len(row)):
        owed += weight[index] * size[index]
        taken[index] = owed >= 0.5 * size[index]
        owed -= size[index] * taken[index]
    if not taken.any():
        return None
    row, day, at_s = row[taken], day[taken], at_s[taken]
    jobs = rows(known, row)
    dated = jobs.deadline_s < NO_DEADLINE_S
    deadline_s = np.where(dated, jobs.deadline_s + day * DAY_S * dated, NO_DEADLINE_S)
    name = [f"expected: {one}, {ago} d on" for one, ago in zip(jobs.name, day, strict=True)]
    return replace(jobs, name=np.asarray(name), release_s=at_s, deadline_s=deadline_s)


def accelerator_hours(jobs: Jobs) -> NDArray[np.float64]:
    """What each job is expected to take, (n,)."""
    return np.asarray(jobs.accelerators * (jobs.expected_s / 3600.0), dtype=np.float64)


def come_by_h(jobs: Jobs | None, since_s: int, at_s: Whole) -> NDArray[np.float64]:
    """Accelerator-hours of jobs that come after an instant and by each of others, shape of at_s; None for no jobs."""
    if jobs is None:
        return np.zeros(len(at_s))
    later = jobs.release_s > since_s
    released_s, hours = jobs.release_s[later], accelerator_hours(jobs)[later]
    order = np.argsort(released_s, kind="stable")
    sums = np.concatenate([[0.0], np.cumsum(hours[order])])
    return np.asarray(sums[np.searchsorted(released_s[order], at_s, side="right")])


def with_expected(situation: Situation, expected: Jobs) -> Situation:
    """The situation with jobs that are expected behind those that are known; they wait at home, told nothing."""
    state, none = situation.state, np.zeros(len(expected), dtype=np.int64)
    more = {
        "remaining_s": expected.declared_s,
        "expected_left_s": expected.expected_s,
        "place": expected.home,
        "moves": none,
        "status": none + int(Status.WAITING),
        "available_s": none,
        "told_place": none - 1,
        "told_point": none,
        "told_offsets": none + state.told_offsets[-1],
        "promised": none.astype(np.bool_),
    }
    columns: dict[str, Any] = {
        name: np.concatenate([getattr(state, name), own]) for name, own in more.items()
    }
    seen: State = replace(state, **columns)
    return replace(situation, jobs=_together((situation.jobs, expected)), state=seen)


def _again(
    released_s: Whole, arrivals: Arrivals, end_s: int
) -> tuple[Whole, Whole, Whole, NDArray[np.float64]]:
    """Which job comes again, how many days on, when, and how much it counts beside the same time of other days."""
    days = np.arange(1, DAYS + 1)
    row, day = (one.ravel() for one in np.meshgrid(np.arange(len(released_s)), days, indexing="ij"))
    at_s = released_s[row] + day * DAY_S
    inside = (at_s > arrivals.until_s) & (at_s <= end_s) & (released_s[row] >= arrivals.since_s)
    row, day, at_s = row[inside], day[inside], at_s[inside]
    before_s = at_s[:, None] - days[None, :] * DAY_S
    seen = (before_s >= arrivals.since_s) & (before_s <= arrivals.until_s)
    order = np.lexsort((row, day, at_s))
    return row[order], day[order], at_s[order], (1.0 / seen.sum(axis=1))[order]


def _some(jobs: Jobs, chosen: NDArray[np.bool_]) -> tuple[Jobs, ...]:
    return (rows(jobs, chosen),) if chosen.any() else ()


def _together(parts: tuple[Jobs, ...]) -> Jobs:
    names = [one.name for one in fields(Jobs) if one.name != "classes"]
    columns: dict[str, Any] = {
        name: np.concatenate([getattr(part, name) for part in parts]) for name in names
    }
    return replace(parts[0], **columns)
