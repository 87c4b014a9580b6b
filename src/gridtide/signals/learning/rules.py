"""Rules of a day: learned once a week from what was known when the week began, and kept.

A rule belongs to one series, one hour of the day at which somebody asks, and one day ahead. It is a function of
the history up to the beginning of its week and of nothing else, so what was asked before changes no byte of it.
"""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from gridtide.signals.history import Series
from gridtide.signals.learning.daily_fit import (
    LEAST_DAYS,
    PAST_H,
    WEEK,
    DayFit,
    Scale,
    filled,
    fitted,
    inputs_of,
    means_of,
    scale_of,
)
from gridtide.signals.learning.panel import DAY, HOUR_S, Panel, panel_of, utc_s_of
from gridtide.signals.learning.vintages import forecast_at
from gridtide.signals.signal import Kind

Real = NDArray[np.float64]
Whole = NDArray[np.int64]

DAYS_AHEAD = 7
"""Days with a rule of their own."""
WINDOWS_DAYS = (84, 730)
"""Days that the rules learn from: one follows the season, one knows the year."""
OPINIONS = len(WINDOWS_DAYS) + 1
WEEK_S = 7 * 86_400
RELATIVE = (Kind.SOLAR, Kind.IRRADIANCE)


@dataclass(frozen=True, kw_only=True, eq=False)
class View:
    """What a rule may look at: a series, hour by hour of its clock, and the published forecasts of its zone.

    phase_s: seconds after the full hour at which an hour begins.
    bent: spikes are tamed, as prices need it. relative: values count as shares of the mean of the four weeks
    before, as the sun needs it, whose days have one shape and many heights.
    """

    rows: Series
    clock: str
    phase_s: int
    beside: tuple[Series, ...]
    bent: bool
    relative: bool

    def panel(self, at_s: int) -> Panel:
        """The hours for a reader at a second."""
        return panel_of(self.rows, self.clock, self.phase_s, at_s)

    def begins_s(self, hours: Whole) -> Whole:
        """Second of UTC at which each wall hour begins."""
        return utc_s_of(self.clock, self.phase_s, hours)


@lru_cache(maxsize=256)
def view_of(rows: Series, clock: str, phase_s: int, beside: tuple[Series, ...]) -> View:
    """The view of a series, one and the same for the same arguments."""
    return View(
        rows=rows,
        clock=clock,
        phase_s=phase_s,
        beside=beside,
        bent=rows.kind is Kind.PRICE,
        relative=rows.kind in RELATIVE,
    )


def opinions(view: View, origins: Whole, at_s: Whole, lag_h: int, days: int) -> tuple[Real, Real]:
    """What each rule in force says of the hours after each origin, and last the day before it again.

    (OPINIONS, n, 24 x days), NaN without a rule, and the level (n, 1) that values count as shares of. Asked
    at at_s (n,), which is lag_h whole hours after the origins; all origins are the same hour of the day.
    """
    found = np.full((OPINIONS, len(origins), DAY * days), np.nan)
    past = _past(view, origins, at_s)
    level = _level(view, past)
    found[-1] = np.tile(past[:, -DAY:], days)
    blocks = at_s // WEEK_S
    for block in np.unique(blocks).tolist():
        rows = np.flatnonzero(blocks == block)
        for day in range(days):
            beside = _beside(view, origins[rows], at_s[rows], day)
            hours = DAY * day + np.arange(DAY)
            for number, window in enumerate(WINDOWS_DAYS):
                said = _by_rule(
                    view, window, block, lag_h, day, past[rows] / level[rows], origins[rows], beside
                )
                found[number, rows[:, None], hours] = said * level[rows]
    return found, level


@lru_cache(maxsize=4096)
def opinions_of_week(view: View, week: int, hour: int, lag_h: int, days: int) -> tuple[Real, Real]:
    """Opinions on the seven days of a wall week, each asked lag_h after its hour."""
    origins = week * WEEK + DAY * np.arange(7) + hour
    at_s = view.begins_s(origins) + lag_h * HOUR_S
    return opinions(view, origins, at_s, lag_h, days)


def scale_in_force(view: View, hour: int, at_s: int) -> Scale | None:
    """The scale in which the rule that knows the year speaks at a second; None where there is none."""
    rule = _rule(view, hour, at_s // WEEK_S, WINDOWS_DAYS[-1], 0)
    return rule.scale if rule else None


@dataclass(frozen=True, kw_only=True, eq=False)
class _Rule:
    """A fit and the scale it speaks in."""

    scale: Scale
    fit: DayFit

    def said(self, past: Real, origins: Whole, day: int, beside: Real) -> Real:
        """Values of a day ahead (n, 24), from the hours before (n, PAST_H) and what is published (n, 24, q)."""
        plain = self.scale.to(past)
        inputs = inputs_of(plain, means_of(plain), origins, day)
        return self.scale.back(self.fit.said(inputs, beside))


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
    rule = _rule(view, hour, block, window, day)
    if rule is None:
        return np.full((len(origins), DAY), np.nan)
    said = rule.said(past, origins, day, beside[:, :, :0])
    informed = _informed_rule(view, hour, block, window, day, lag_h) if view.beside else None
    if informed is None:
        return said
    there = ~np.isnan(beside).any(axis=2)
    return np.where(there, informed.said(past, origins, day, np.nan_to_num(beside)), said)


@dataclass(frozen=True, kw_only=True, eq=False)
class _Ground:
    """What a rule is learned from: origins (n,), the hours before them in plain numbers (n, PAST_H) with their
    means, whether all of them are known, and what came after, (n, 24 x DAYS_AHEAD), NaN where it was not known."""

    scale: Scale
    mask_s: int
    origins: Whole
    past: Real
    means: Real
    known: NDArray[np.bool_]
    came: Real


@lru_cache(maxsize=16)
def _ground(view: View, hour: int, block: int, window: int) -> _Ground | None:
    """Everything known when the week began, back to `window` days; None for too few days."""
    mask_s = block * WEEK_S
    panel = view.panel(mask_s)
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
    if np.isnan(came[:, :DAY]).all():
        return None
    scale = scale_of(came[:, :DAY] if view.relative else raw, view.bent)
    past = scale.to(whole[before] / level) if view.relative else scale.to(whole)[before]
    return _Ground(
        scale=scale,
        mask_s=mask_s,
        origins=origins,
        past=past,
        means=means_of(past),
        known=np.asarray(~np.isnan(past).any(axis=1)),
        came=scale.to(came),
    )


@lru_cache(maxsize=8192)
def _rule(view: View, hour: int, block: int, window: int, day: int) -> _Rule | None:
    """The rule from the days before alone."""
    ground = _ground(view, hour, block, window)
    if ground is None:
        return None
    return _learned(ground, day, np.empty((len(ground.origins), DAY, 0)))


@lru_cache(maxsize=8192)
def _informed_rule(
    view: View, hour: int, block: int, window: int, day: int, lag_h: int
) -> _Rule | None:
    """The rule that also reads what is published about the hour; None where too little was published."""
    ground = _ground(view, hour, block, window)
    if ground is None:
        return None
    at_s = view.begins_s(ground.origins) + lag_h * HOUR_S
    return _learned(
        ground, day, _beside(view, ground.origins, np.minimum(at_s, ground.mask_s), day)
    )


def _learned(ground: _Ground, day: int, beside: Real) -> _Rule | None:
    wanted = ground.came[:, DAY * day :][:, :DAY]
    whole = ground.known & ~np.isnan(wanted).any(axis=1)
    whole &= ~np.isnan(beside).any(axis=(1, 2))
    if int(whole.sum()) < LEAST_DAYS:
        return None
    inputs = inputs_of(ground.past, ground.means, ground.origins, day)
    return _Rule(scale=ground.scale, fit=fitted(inputs[whole], beside[whole], wanted[whole]))


def _past(view: View, origins: Whole, at_s: Whole) -> Real:
    """The PAST_H hours before each origin as known at its second, holes filled from the days before."""
    span = np.stack(
        [
            view.panel(second).span(origin - PAST_H, origin, second)
            for origin, second in zip(origins.tolist(), at_s.tolist(), strict=True)
        ]
    )
    return filled(span.reshape(len(origins), -1, DAY)).reshape(len(origins), PAST_H)


def _beside(view: View, origins: Whole, at_s: Whole, day: int) -> Real:
    """What was published about each hour of a day ahead, (n, 24, q); NaN where nothing was."""
    if not view.beside:
        return np.empty((len(origins), DAY, 0))
    hours = origins[:, None] + DAY * day + np.arange(DAY)
    hours_s = view.begins_s(hours)
    return np.stack([forecast_at(rows, hours_s, at_s) for rows in view.beside], axis=2)
