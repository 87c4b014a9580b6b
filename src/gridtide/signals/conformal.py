"""How far off the next forecast may be, learned from how far off the earlier ones were.

Adaptive conformal inference (Gibbs and Candès, arXiv 2106.00170), each quantile on its own: offsets are
empirical quantiles of the errors of the last WINDOW_DAYS at the same hour and its two neighbours, and the level
that is asked of them moves by STEP whenever an error fell beyond it more or less often than it was to.
Errors are arrays (days, hours), oldest day first; hours are counted from the origin of each forecast, and an
error of the second day ahead is learned a day later than one of the first.
"""

import numpy as np
from numpy.typing import NDArray

from gridtide.signals.panel import DAY

Real = NDArray[np.float64]

WINDOW_DAYS = 60
LEAST_ERRORS = 60
"""Errors, neighbours counted, that a quantile needs; with fewer it is unknown."""
STEP = 0.02
FURTHEST = 0.001
"""Levels stay at least this far from 0 and 1."""


def ranks(errors: Real) -> Real:
    """Share of the errors known at the time that lay below each error, ties by half; NaN where too few were."""
    pool = _with_neighbours(_as_learned(errors))
    found = np.full(errors.shape, np.nan)
    for day in range(1, len(errors)):
        window = pool[max(0, day - WINDOW_DAYS) : day]
        count = (~np.isnan(window)).sum(axis=(0, 2))
        below = (window < errors[day][None, :, None]).sum(axis=(0, 2))
        equal = (window == errors[day][None, :, None]).sum(axis=(0, 2))
        enough = (count >= LEAST_ERRORS) & ~np.isnan(errors[day])
        found[day] = np.where(enough, (below + 0.5 * equal) / np.maximum(count, 1), np.nan)
    return found


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
    pool = _with_neighbours(_as_learned(errors)[-WINDOW_DAYS:])
    flat = np.sort(pool.transpose(0, 2, 1).reshape(-1, errors.shape[1]), axis=0)
    count = (~np.isnan(flat)).sum(axis=0)
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
    """Each error beside those of the hour before and after it, (days, hours, 3)."""
    unknown = np.full((len(errors), 1), np.nan)
    before = np.concatenate([unknown, errors[:, :-1]], axis=1)
    after = np.concatenate([errors[:, 1:], unknown], axis=1)
    return np.stack([before, errors, after], axis=2)
