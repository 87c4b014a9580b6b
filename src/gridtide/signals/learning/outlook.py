"""What the days before say of the hours ahead, and how far off the same was on earlier days.

Several rules and the latest day itself are heard; each weighs by how little it was off lately, day ahead by day
ahead.
"""

from dataclasses import dataclass

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from gridtide.signals.history import History
from gridtide.signals.learning.daily_fit import WEEK
from gridtide.signals.learning.panel import DAY, HOUR_S, phase_of, wall_hours
from gridtide.signals.learning.rules import (
    DAYS_AHEAD,
    OPINIONS,
    View,
    opinions,
    opinions_of_week,
    scale_in_force,
    view_of,
)
from gridtide.signals.learning.vintages import with_forecasts
from gridtide.signals.signal import Kind

Real = NDArray[np.float64]

WEIGHED_DAYS = 28
"""Days over which an opinion earns its weight."""
SHARPNESS = 4
"""An opinion that was off by half as much as another weighs 2 to this power as much."""
LEAST_ERROR = 1e-12


@dataclass(frozen=True, kw_only=True, eq=False)
class Asked:
    """A question: from which wall hour on, known at which second, so many days. lag_h: how many whole hours
    after the beginning of that hour it is asked, negative where values are published ahead."""

    view: View
    origin: int
    as_of_s: int
    lag_h: int
    days: int

    @property
    def hour(self) -> int:
        """Hour of the day at which the unknown begins."""
        return self.origin % DAY


def asked(history: History, kind: Kind, zone: str, as_of_s: int, until_s: int) -> Asked | None:
    """The question for everything after the last known hour and before a second; None without a series."""
    rows = history.of(kind, zone)
    if rows is None:
        return None
    phase_s = phase_of(rows, as_of_s)
    if phase_s is None:
        return None
    view = view_of(rows, history.clock_of(zone), phase_s, with_forecasts(history, zone))
    origin = _origin(view, as_of_s)
    if origin is None:
        return None
    last = int(wall_hours(view.clock, phase_s, np.asarray([until_s]))[0]) + 1
    return Asked(
        view=view,
        origin=origin,
        as_of_s=as_of_s,
        lag_h=(as_of_s - int(view.begins_s(np.asarray([origin]))[0])) // HOUR_S,
        days=min(max(-(-(last - origin) // DAY), 1), DAYS_AHEAD),
    )


def ahead(question: Asked) -> Real:
    """Values of the hours from the origin on, (24 x days,); NaN where the history is too short for a rule."""
    return _now(question)[0]


def moved(question: Asked, moves: Real) -> Real:
    """The hours ahead moved by errors in plain numbers (n, 24 x days), within the range of values seen."""
    scale = scale_in_force(question.view, question.hour, question.as_of_s)
    if scale is None:
        return np.full(moves.shape, np.nan)
    values, level = _now(question)
    return np.asarray(scale.back(scale.to(values / level) + moves) * level)


def errors(question: Asked, count: int) -> Real:
    """How far off what was said on the last `count` days at this hour was, in plain numbers, oldest first.

    (count, 24 x days), NaN where nothing was said or it had not come by as_of. Each day was answered by the rules
    and weights of its own time; the scale is the one in which the rule in force speaks.
    """
    scale = scale_in_force(question.view, question.hour, question.as_of_s)
    if scale is None:
        return np.full((count, DAY * question.days), np.nan)
    reach = count + WEIGHED_DAYS + DAYS_AHEAD
    voices, level = _earlier(question, reach)
    came = _came(question, reach)
    said = _joined(voices, _weights(voices, came))[-count:]
    return scale.to(came[-count:] / level[-count:]) - scale.to(said / level[-count:])


def _now(question: Asked) -> tuple[Real, Real]:
    """Values and level of the hours ahead."""
    origins, at_s = np.asarray([question.origin]), np.asarray([question.as_of_s])
    voices, level = opinions(question.view, origins, at_s, question.lag_h, question.days)
    reach = WEIGHED_DAYS + DAYS_AHEAD
    before, _ = _earlier(question, reach)
    came = np.concatenate([_came(question, reach), np.full((1, DAY * question.days), np.nan)])
    weights = _weights(np.concatenate([before, voices], axis=1), came)
    return np.asarray(_joined(voices, weights[:, -1:])[0]), np.asarray(level[0])


def _earlier(question: Asked, count: int) -> tuple[Real, Real]:
    """Opinions (OPINIONS, count, 24 x days) and levels (count, 1) of the last days at this hour, oldest first."""
    first = question.origin - DAY * count
    weeks = range(first // WEEK, (question.origin - 1) // WEEK + 1)
    parts = [
        opinions_of_week(question.view, week, question.hour, question.lag_h, question.days)
        for week in weeks
    ]
    at = (first - weeks[0] * WEEK - question.hour) // DAY
    voices = np.concatenate([voice for voice, _ in parts], axis=1)[:, at : at + count]
    return voices, np.concatenate([level for _, level in parts])[at : at + count]


def _came(question: Asked, count: int) -> Real:
    """What came after the origins of the last days, (count, 24 x days), NaN where it had not by as_of."""
    first, hours = question.origin - DAY * count, DAY * question.days
    panel = question.view.panel(question.as_of_s)
    span = panel.span(first, question.origin + hours, question.as_of_s)
    return np.asarray(span[DAY * np.arange(count)[:, None] + np.arange(hours)])


def _weights(voices: Real, came: Real) -> Real:
    """Weight of each opinion on each day for each day ahead, (OPINIONS, count, days), adding up to one.

    By the mean absolute error of WEIGHED_DAYS, as far as it was known when the day began; alike without any.
    """
    count, days = len(came), came.shape[1] // DAY
    off = np.abs(voices - came).reshape(OPINIONS, count, days, DAY).mean(axis=3)
    there = ~np.isnan(off).any(axis=0, keepdims=True)
    lately = _over_days_before(np.where(there, off, 0.0)) + LEAST_ERROR
    earned = (lately.min(axis=0) / lately) ** SHARPNESS
    judged = _over_days_before(there.astype(np.float64)) > 0.0
    return np.where(judged, earned / earned.sum(axis=0), 1.0 / OPINIONS)


def _over_days_before(daily: Real) -> Real:
    """Sums over the WEIGHED_DAYS before each day, axis 1; a day ahead later, known a day later, axis 2."""
    count = daily.shape[1]
    padded = np.zeros((daily.shape[0], count + WEIGHED_DAYS, daily.shape[2]))
    for late in range(daily.shape[2]):
        padded[:, WEIGHED_DAYS + late :, late] = daily[:, : count - late, late]
    return np.asarray(sliding_window_view(padded, WEIGHED_DAYS, axis=1)[:, :count].sum(axis=3))


def _joined(voices: Real, weights: Real) -> Real:
    """Opinions (OPINIONS, n, 24 x days) by their weights, (n, 24 x days); NaN where a rule is missing."""
    return np.asarray((voices * np.repeat(weights, DAY, axis=2)).sum(axis=0))


def _origin(view: View, as_of_s: int) -> int | None:
    """The first wall hour that is not known: after the last value, or after what is published without a gap."""
    panel = view.panel(as_of_s)
    end = panel.end(as_of_s)
    now = int(wall_hours(panel.clock, panel.phase_s, np.asarray([as_of_s]))[0])
    if end is None or end <= now:
        return end
    unknown = np.flatnonzero(np.isnan(panel.span(now, end, as_of_s)))
    return now + int(unknown[0]) if len(unknown) else end
