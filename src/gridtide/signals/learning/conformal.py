"""How far off the next forecast may be, learned from how far off the earlier ones were.

Adaptive conformal inference (Gibbs and Candès, arXiv 2106.00170), each quantile on its own: offsets are
empirical quantiles of the errors of the last WINDOW_DAYS at the same hour and its two neighbours, and the level
that is asked of them moves by STEP whenever an error fell beyond it more or less often than it was to.
Errors are arrays (days, hours), oldest day first; hours are counted from the origin of each forecast, and an
error of the second day ahead is learned a day later than one of the first.
"""

import numpy as np
from numpy.typing import NDArray

from gridtide.signals.learning.panel import DAY

Real = NDArray[np.float64]
Whole = NDArray[np.int64]

WINDOW_DAYS = 60
LEAST_ERRORS = 60
"""Errors, neighbours counted, that a quantile needs; with fewer it is unknown."""
STEP = 0.02
FURTHEST = 0.001
"""Levels stay at least this far from 0 and 1."""


def ranks(errors: Real) -> Real:
    """Share of the errors known at the time that lay below each error, ties by half; NaN where too few were.

    Only of the last WINDOW_DAYS and the days ahead whose errors are still to come; NaN for those before.
    """
    pool = _with_neighbours(_as_learned(errors))
    found = np.full(errors.shape, np.nan)
    late = errors.shape[1] // DAY
    for day in range(max(1, len(errors) - WINDOW_DAYS - late), len(errors)):
        window = pool[3 * max(0, day - WINDOW_DAYS) : 3 * day]
        count = _counted(~np.isnan(window))
        below = _counted(window < errors[day]) + _counted(window <= errors[day])
        enough = (count >= LEAST_ERRORS) & ~np.isnan(errors[day])
        found[day] = np.where(enough, 0.5 * below / np.maximum(count, 1), np.nan)
    return found


def _counted(chosen: NDArray[np.bool_]) -> Whole:
    """How many of each column are chosen; small numbers add faster."""
    return np.asarray(chosen.view(np.uint8).sum(axis=0, dtype=np.uint16), dtype=np.int64)


def adapted(ranks_seen: Real, levels: Real) -> Real:
    """The level to ask of the errors so that each stated level (L,) is met, (L, hours), by the ranks so far."""
    stated = levels[:, None]
    asked = np.repeat(stated, ranks_seen.shape[1], axis=1)
    for seen in ranks_seen:
        below = np.where(np.isnan(seen), stated, seen[None, :] < asked)
        asked = np.clip(asked + STEP * (stated - below), FURTHEST, 1.0 - FURTHEST)
    return asked


def offsets(errors: Real, asked: Real) -> Real:
    """Quantiles of the newest errors at the levels asked, (L, hours), never crossing; NaN where too few are."""
    flat = np.sort(_with_neighbours(_as_learned(errors)[-WINDOW_DAYS:]), axis=0)
    count = _counted(~np.isnan(flat))
    place = np.clip(asked * (count + 1) - 1.0, 0.0, np.maximum(count - 1, 0))
    low = np.floor(place).astype(np.int64)
    high = np.minimum(low + 1, np.maximum(count - 1, 0))
    hours = np.arange(errors.shape[1])
    found = flat[low, hours] + (place - low) * (flat[high, hours] - flat[low, hours])
    return np.where(count >= LEAST_ERRORS, np.sort(found, axis=0), np.nan)


def _as_learned(errors: Real) -> Real:
    """Row i holds what is learned between the forecasts of day i and of day i + 1."""
    found = np.full(errors.shape, np.nan)
    for late in range(errors.shape[1] // DAY):
        part = slice(DAY * late, DAY * (late + 1))
        found[late:, part] = errors[: len(errors) - late, part]
    return found


def _with_neighbours(errors: Real) -> Real:
    """Of each day three rows: the errors of the hour before, of the hour, of the hour after."""
    unknown = np.full((len(errors), 1), np.nan)
    before = np.concatenate([unknown, errors[:, :-1]], axis=1)
    after = np.concatenate([errors[:, 1:], unknown], axis=1)
    return np.stack([before, errors, after], axis=1).reshape(-1, errors.shape[1])
