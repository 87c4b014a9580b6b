"""What the days before say of the hours ahead, and how far the same rule was off on earlier days.

A rule is learned anew each week from what was known when the week began, once for every hour of the day at
which somebody asked, and kept: it is a function of the history up to that instant and of nothing else.
"""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from gridtide.signals.daily_fit import (
    LEAST_DAYS,
    PAST_H,
    WEEK,
    DayFit,
    Scale,
    filled,
    fitted,
    inputs_of,
    scale_of,
)
from gridtide.signals.history import History, Series
from gridtide.signals.panel import DAY, HOUR_S, Panel, panel_of, utc_s_of, wall_hours
from gridtide.signals.signal import Kind
from gridtide.signals.vintages import forecast_at, with_forecasts

Real = NDArray[np.float64]
Whole = NDArray[np.int64]

DAYS_AHEAD = 7
"""Days with a rule of their own; later ones repeat the last week of them."""
WINDOWS_DAYS = (84, 730)
"""Days that the rules learn from; what they say is averaged."""
WEEK_S = 7 * 86_400
RELATIVE = (Kind.SOLAR, Kind.IRRADIANCE)


@dataclass(frozen=True, kw_only=True, eq=False)
class View:
    """What a rule may look at: the panel of a series and the published forecasts of its zone.

    bent: spikes are tamed, as prices need it. relative: values count as shares of the mean of the four weeks
    before, as the sun needs it, whose days have one shape and many heights.
    """

    panel: Panel
    beside: tuple[Series, ...]
    bent: bool
    relative: bool


@dataclass(frozen=True, kw_only=True, eq=False)
class Asked:
    """A question: from which wall hour on, known at which second, so many days. lag_h: how many whole hours
    after the beginning of that hour it is asked, negative where values are published ahead."""

    view: View
    origin: int
    as_of_s: int
    lag_h: int
    days: int


def asked(history: History, kind: Kind, zone: str, as_of_s: int, until_s: int) -> Asked | None:
    """The question for everything after the last known hour and before a second; None without a series."""
    rows = history.of(kind, zone)
    if rows is None:
        return None
    panel = panel_of(rows, history.clock_of(zone), as_of_s)
    origin = None if panel is None else _origin(panel, as_of_s)
    if panel is None or origin is None:
        return None
    last = int(wall_hours(panel.clock, panel.phase_s, np.asarray([until_s]))[0]) + 1
    begins_s = int(utc_s_of(panel.clock, panel.phase_s, np.asarray([origin]))[0])
    return Asked(
        view=_view(panel, with_forecasts(history, zone), kind is Kind.PRICE, kind in RELATIVE),
        origin=origin,
        as_of_s=as_of_s,
        lag_h=(as_of_s - begins_s) // HOUR_S,
        days=min(max(-(-(last - origin) // DAY), 1), DAYS_AHEAD),
    )


def ahead(question: Asked) -> Real:
    """Values of the hours from the origin on, (24 x days,); NaN where the history is too short for a rule."""
    return _now(question)[0]


def moved(question: Asked, moves: Real) -> Real:
    """The hours ahead moved by errors in plain numbers (n, 24 x days), within the range of values seen."""
    scale = _scale(question)
    if scale is None:
        return np.full(moves.shape, np.nan)
    values, level = _now(question)
    return np.asarray(scale.back(scale.to(values / level) + moves) * level)


def errors(question: Asked, count: int) -> Real:
    """How far off what was said on the last `count` days at this hour was, in plain numbers, oldest first.

    (count, 24 x days), NaN where nothing was said or it had not come by as_of. Each day was answered by the rule
    of its own week; the scale is the one in which the rule in force speaks.
    """
    scale, hours = _scale(question), DAY * question.days
    if scale is None:
        return np.full((count, hours), np.nan)
    first = question.origin - DAY * count
    weeks = range(first // WEEK, (question.origin - 1) // WEEK + 1)
    hour = question.origin % DAY
    parts = [_week_said(question.view, week, hour, question.lag_h, question.days) for week in weeks]
    at = (first - weeks[0] * WEEK - hour) // DAY
    said = np.concatenate([values for values, _ in parts])[at : at + count]
    level = np.concatenate([levels for _, levels in parts])[at : at + count]
    span = question.view.panel.span(first, question.origin + hours, question.as_of_s)
    came = span[DAY * np.arange(count)[:, None] + np.arange(hours)]
    return scale.to(came / level) - scale.to(said / level)


def _now(question: Asked) -> tuple[Real, Real]:
    """Values and level of the hours ahead."""
    origins, at_s = np.asarray([question.origin]), np.asarray([question.as_of_s])
    values, level = _said(question.view, origins, at_s, question.lag_h, question.days)
    return np.asarray(values[0]), np.asarray(level[0])


def _scale(question: Asked) -> Scale | None:
    block = question.as_of_s // WEEK_S
    ground = _ground(question.view, question.origin % DAY, block, WINDOWS_DAYS[-1])
    return ground.scale if ground else None


def _origin(panel: Panel, as_of_s: int) -> int | None:
    """The first wall hour that is not known: after the last value, or after what is published without a gap."""
    end = panel.end(as_of_s)
    now = int(wall_hours(panel.clock, panel.phase_s, np.asarray([as_of_s]))[0])
    if end is None or end <= now:
        return end
    unknown = np.flatnonzero(np.isnan(panel.span(now, end, as_of_s)))
    return now + int(unknown[0]) if len(unknown) else end


@lru_cache(maxsize=256)
def _view(panel: Panel, beside: tuple[Series, ...], bent: bool, relative: bool) -> View:
    return View(panel=panel, beside=beside, bent=bent, relative=relative)


@lru_cache(maxsize=4096)
def _week_said(view: View, week: int, hour: int, lag_h: int, days: int) -> tuple[Real, Real]:
    """What was said on the seven days of a wall week, each asked lag_h after its hour: (7, 24 x days)."""
    origins = week * WEEK + DAY * np.arange(7) + hour
    at_s = utc_s_of(view.panel.clock, view.panel.phase_s, origins) + lag_h * HOUR_S
    return _said(view, origins, at_s, lag_h, days)


def _said(view: View, origins: Whole, at_s: Whole, lag_h: int, days: int) -> tuple[Real, Real]:
    """What the rules in force at each second say of the hours after each origin: (n, 24 x days); levels (n, 1)."""
    found = np.full((len(origins), DAY * days), np.nan)
    past = _past(view.panel, origins, at_s)
    level = _level(view, past)
    past = past / level
    blocks = at_s // WEEK_S
    for block in np.unique(blocks).tolist():
        rows = np.flatnonzero(blocks == block)
        for day in range(days):
            beside = _beside(view, origins[rows], at_s[rows], day)
            parts = [
                _by_rule(view, window, block, lag_h, day, past[rows], origins[rows], beside)
                for window in WINDOWS_DAYS
            ]
            found[rows[:, None], DAY * day + np.arange(DAY)] = np.mean(parts, axis=0)
    return found * level, level


def _level(view: View, past: Real) -> Real:
    """What values count as shares of, (n, 1): the mean of the weeks before where they are relative, else 1."""
    if not view.relative:
        return np.ones((len(past), 1))
    mean = past.mean(axis=1, keepdims=True)
    return np.where(mean > 0.0, mean, 1.0)


def _by_rule(
    view: View, window: int, block: int, lag_h: int, day: int, past: Real, origins: Whole, beside: Real,
) -> Real:  # fmt: skip
    """What one rule says, with what is published about an hour where it was learned and is there."""
    hour = int(origins[0] % DAY)
    ground = _ground(view, hour, block, window)
    rule = _rule(view, hour, block, window, day) if ground else None
    if ground is None or rule is None:
        return np.full((len(origins), DAY), np.nan)
    inputs = inputs_of(ground.scale.to(past), origins, day)
    plain = rule.said(inputs, beside[:, :, :0])
    informed = _informed_rule(view, hour, block, window, day, lag_h) if view.beside else None
    if informed is not None:
        there = ~np.isnan(beside).any(axis=2)
        plain = np.where(there, informed.said(inputs, np.nan_to_num(beside)), plain)
    return ground.scale.back(plain)


@dataclass(frozen=True, kw_only=True, eq=False)
class _Ground:
    """What a rule is learned from: origins (n,), the hours before them in plain numbers (n, PAST_H), and
    what came after, (n, 24 x DAYS_AHEAD), NaN where it was not known."""

    scale: Scale
    mask_s: int
    origins: Whole
    past: Real
    came: Real


@lru_cache(maxsize=64)
def _ground(view: View, hour: int, block: int, window: int) -> _Ground | None:
    """Everything known when the week began, back to `window` days; None for too few days."""
    panel, mask_s = view.panel, block * WEEK_S
    end = panel.end(mask_s)
    if end is None:
        return None
    last = (end - hour) // DAY * DAY + hour
    first = max(last - DAY * window, -(-(panel.first + PAST_H - hour) // DAY) * DAY + hour)
    origins = np.arange(first, last, DAY)
    if len(origins) < LEAST_DAYS:
        return None
    raw = panel.span(first - PAST_H, last + DAY * DAYS_AHEAD, mask_s)
    whole = filled(raw.reshape(-1, DAY)).ravel()
    places = DAY * np.arange(len(origins))[:, None]
    before = places + np.arange(PAST_H)
    level = _level(view, whole[before]) if view.relative else np.ones((len(origins), 1))
    came = raw[places + PAST_H + np.arange(DAY * DAYS_AHEAD)] / level
    scale = scale_of(came[:, :DAY] if view.relative else raw, view.bent)
    return _Ground(
        scale=scale,
        mask_s=mask_s,
        origins=origins,
        past=scale.to(whole[before] / level) if view.relative else scale.to(whole)[before],
        came=scale.to(came),
    )


@lru_cache(maxsize=8192)
def _rule(view: View, hour: int, block: int, window: int, day: int) -> DayFit | None:
    """The rule from the days before alone."""
    ground = _ground(view, hour, block, window)
    if ground is None:
        return None
    return _learned(ground, day, np.empty((len(ground.origins), DAY, 0)))


@lru_cache(maxsize=8192)
def _informed_rule(
    view: View, hour: int, block: int, window: int, day: int, lag_h: int
) -> DayFit | None:
    """The rule that also reads what is published about the hour; None where too little was published."""
    ground = _ground(view, hour, block, window)
    if ground is None:
        return None
    panel = view.panel
    at_s = utc_s_of(panel.clock, panel.phase_s, ground.origins) + lag_h * HOUR_S
    return _learned(
        ground, day, _beside(view, ground.origins, np.minimum(at_s, ground.mask_s), day)
    )


def _learned(ground: _Ground, day: int, beside: Real) -> DayFit | None:
    wanted = ground.came[:, DAY * day :][:, :DAY]
    whole = ~np.isnan(wanted).any(axis=1) & ~np.isnan(ground.past).any(axis=1)
    whole &= ~np.isnan(beside).any(axis=(1, 2))
    if int(whole.sum()) < LEAST_DAYS:
        return None
    inputs = inputs_of(ground.past[whole], ground.origins[whole], day)
    return fitted(inputs, beside[whole], wanted[whole])


def _past(panel: Panel, origins: Whole, at_s: Whole) -> Real:
    """The PAST_H hours before each origin as known at its second, holes filled from the days before."""
    span = np.stack(
        [
            panel.span(int(origin) - PAST_H, int(origin), int(second))
            for origin, second in zip(origins, at_s, strict=True)
        ]
    )
    return filled(span.reshape(len(origins), -1, DAY)).reshape(len(origins), PAST_H)


def _beside(view: View, origins: Whole, at_s: Whole, day: int) -> Real:
    """What was published about each hour of a day ahead, (n, 24, q); NaN where nothing was."""
    if not view.beside:
        return np.empty((len(origins), DAY, 0))
    hours = origins[:, None] + DAY * day + np.arange(DAY)
    hours_s = utc_s_of(view.panel.clock, view.panel.phase_s, hours)
    return np.stack([forecast_at(rows, hours_s, at_s) for rows in view.beside], axis=2)
