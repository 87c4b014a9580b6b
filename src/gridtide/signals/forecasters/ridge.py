"""A ridge regression on the days before, the weekday and what is published, with quantiles that keep their word."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from gridtide.finding import Finding, refuse_if_any
from gridtide.signals.forecaster import repeated
from gridtide.signals.history import History, Series, happened
from gridtide.signals.learning import conformal
from gridtide.signals.learning.outlook import Asked, ahead, asked, errors, moved
from gridtide.signals.learning.panel import DAY, HOUR_S, wall_hours
from gridtide.signals.learning.rules import DAYS_AHEAD
from gridtide.signals.paths import Paths, drawn
from gridtide.signals.signal import PRICES, Kind, Nature, Signal, on
from gridtide.timeline import Timeline, epoch_s, instant, regular

Real = NDArray[np.float64]

EARLIER_DAYS = 2 * conformal.WINDOW_DAYS + DAYS_AHEAD
"""Days whose errors are looked at: a window to rank each error in, and a window of ranks to adapt to."""
DRAWN_LEVELS = np.asarray([0.005, 0.025, 0.05, *np.arange(0.1, 0.95, 0.1), 0.95, 0.975, 0.995])
"""Quantiles between which a scenario is read."""
TOO_SHORT = "as on the latest weekday or day, the history is too short for a ridge"
WEEK_S, DAY_S = 604_800, 86_400


@dataclass(frozen=True, kw_only=True)
class Ridge:
    """Says a value, quantiles of it, or whole scenarios. reads_back_h: hours before a course it learns from."""

    reads_back_h: int = 910 * DAY

    def __call__(
        self, history: History, kind: Kind, zone: str, timeline: Timeline, as_of: datetime
    ) -> Signal:
        """Values over a timeline from what was known at as_of: what is published as it is, else by the rule.

        Where the history is too short for a rule, the same hour of the latest weekday or day; `source` says so.
        """
        return _point(_frame(history, kind, zone, timeline, as_of))

    def quantiles(
        self, history: History, kind: Kind, zone: str, timeline: Timeline, as_of: datetime,
        levels: Sequence[float],
    ) -> tuple[Signal, ...]:  # fmt: skip
        """One signal a level, never crossing, the point forecast between those below and above one half.

        They are of hourly means, held or averaged over the steps asked; NaN where the history is too short.
        Raises BadInput for levels that do not increase or are not between 0 and 1.
        """
        refuse_if_any(_level_faults(levels))
        return _quantiles(_frame(history, kind, zone, timeline, as_of), np.asarray(levels))

    def paths(
        self, history: History, kind: Kind, zone: str, timeline: Timeline, as_of: datetime,
        count: int, rng: np.random.Generator,
    ) -> Paths:  # fmt: skip
        """So many equally likely courses, whose hours go together as earlier errors did; NaN as for quantiles."""
        return _paths(_frame(history, kind, zone, timeline, as_of), count, rng)


ridge = Ridge()


@dataclass(frozen=True, kw_only=True, eq=False)
class _Frame:
    """The steps asked and the hours they are made of.

    published: the answer as far as it is known, NaN elsewhere; rows, clock: what it is looked up in.
    lead: place of each hour among those of the question, -1 where it has none; known: hours as they are.
    """

    published: Signal
    rows: Series | None
    clock: str
    question: Asked | None
    hours: Timeline
    lead: NDArray[np.int64]
    known: Real
    as_of: datetime


def _frame(history: History, kind: Kind, zone: str, timeline: Timeline, as_of: datetime) -> _Frame:
    rows, as_of_s, clock = history.of(kind, zone), epoch_s(as_of), history.clock_of(zone)
    question = asked(history, kind, zone, as_of_s, int(timeline.edges_s[-1]))
    phase_s = question.view.phase_s if question else 0
    hours = _hours_over(timeline, phase_s)
    lead = np.full(len(hours), -1)
    known = np.full(len(hours), np.nan)
    if question is not None:
        wall = wall_hours(clock, phase_s, hours.starts_s)
        first, last = int(wall.min()), int(wall.max()) + 1
        lead = np.where(wall >= question.origin, (wall - question.origin) % (DAY * DAYS_AHEAD), -1)
        known = question.view.panel(as_of_s).span(first, last, as_of_s)[wall - first]
    return _Frame(
        published=Signal(
            kind=kind,
            zone=zone,
            timeline=timeline,
            values=np.full(len(timeline), np.nan)
            if rows is None
            else happened(rows, timeline, as_of_s),
            source="ridge forecast",
            currency=rows.currency if rows else ("" if kind in PRICES else None),
            issued_at=as_of,
            nature=Nature.FORECAST,
        ),
        rows=rows,
        clock=clock,
        question=question,
        hours=hours,
        lead=lead,
        known=known,
        as_of=as_of,
    )


def _hours_over(timeline: Timeline, phase_s: int) -> Timeline:
    start_s = (int(timeline.edges_s[0]) - phase_s) // HOUR_S * HOUR_S + phase_s
    count = -(-(int(timeline.edges_s[-1]) - start_s) // HOUR_S)
    return regular(instant(start_s), timedelta(hours=1), count)


def _point(frame: _Frame) -> Signal:
    values = frame.published.values
    if frame.question is not None:
        values = _over_steps(frame, ahead(frame.question))
    short = np.isnan(values)
    if not short.any():
        return replace(frame.published, values=values)
    none = (short | ~np.isnan(frame.published.values)).all()
    source = TOO_SHORT if none else f"{frame.published.source}; some hours {TOO_SHORT}"
    return replace(frame.published, values=np.where(short, _usual(frame), values), source=source)


def _usual(frame: _Frame) -> Real:
    """The same hour of the latest weekday, else of the latest day, (T,)."""
    timeline, as_of_s = frame.published.timeline, epoch_s(frame.as_of)
    weekday = repeated(frame.rows, timeline, as_of_s, WEEK_S, frame.clock)
    day = repeated(frame.rows, timeline, as_of_s, DAY_S, frame.clock)
    return np.where(np.isnan(weekday), day, weekday)


def _over_steps(frame: _Frame, ahead_by_hour: Real) -> Real:
    """Hours of the question as steps of the timeline; what is published stays as it is."""
    by_hour = np.where(frame.lead >= 0, ahead_by_hour[np.maximum(frame.lead, 0)], frame.known)
    by_hour_signal = replace(frame.published, timeline=frame.hours, values=by_hour)
    fixed = frame.published.values
    return np.where(np.isnan(fixed), on(by_hour_signal, frame.published.timeline), fixed)


def _quantiles(frame: _Frame, levels: Real) -> tuple[Signal, ...]:
    question = frame.question
    found = np.repeat(frame.published.values[None, :], len(levels), axis=0)
    if question is not None:
        seen = errors(question, EARLIER_DAYS)
        offsets = _offsets(seen, conformal.ranks(seen), levels)
        values = _around(ahead(question), moved(question, offsets), levels)
        found = np.stack([_over_steps(frame, row) for row in values])
    return tuple(
        replace(frame.published, values=row, quantile=float(level))
        for row, level in zip(found, levels, strict=True)
    )


def _around(point: Real, values: Real, levels: Real) -> Real:
    """Quantiles (L, hours) with the point as the middle one, and none of them across it."""
    level = levels[:, None]
    below = np.where(level < 0.5, np.minimum(values, point), values)
    kept = np.where(level > 0.5, np.maximum(values, point), below)
    middle = np.where((level == 0.5) & ~np.isnan(values), point, kept)
    return np.asarray(np.maximum.accumulate(middle, axis=0))


def _paths(frame: _Frame, count: int, rng: np.random.Generator) -> Paths:
    published, question = frame.published, frame.question
    found = np.repeat(published.values[None, :], count, axis=0)
    if question is not None:
        seen = errors(question, EARLIER_DAYS)
        ranks = conformal.ranks(seen)
        moves = drawn(ranks, DRAWN_LEVELS, _offsets(seen, ranks, DRAWN_LEVELS), count, rng)
        found = np.stack([_over_steps(frame, row) for row in moved(question, moves)])
    return Paths(
        kind=published.kind,
        zone=published.zone,
        timeline=published.timeline,
        values=found,
        source=f"{published.source}, {count} drawn courses",
        issued_at=frame.as_of,
        currency=published.currency,
    )


def _offsets(seen: Real, ranks_seen: Real, levels: Real) -> Real:
    return conformal.offsets(seen, conformal.adapted(ranks_seen[-conformal.WINDOW_DAYS :], levels))


def _level_faults(levels: Sequence[float]) -> list[Finding]:
    inside = all(0.0 < level < 1.0 for level in levels)
    if len(levels) and inside and all(low < high for low, high in pairwise(levels)):
        return []
    return [
        Finding(
            subject="levels",
            value=", ".join(f"{level:g}" for level in levels) or "none",
            limit="increasing, each between 0 and 1",
            mend="Give them in order, e.g. 0.05, 0.5, 0.95.",
        )
    ]
