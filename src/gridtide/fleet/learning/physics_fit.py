"""Fit the coefficients of a site's physics to its meter: damped least squares within bounds, trimmed.

Levenberg (1944) and Marquardt (1963) with differences for slopes and a step that is cut at the bounds; what is
usual for a site stands beside the data as weak knowledge, so that what they do not tell stays ordinary.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gridtide.fleet.changeover import Changeover
from gridtide.fleet.learning.changeover_fit import likely_changeover
from gridtide.fleet.learning.coefficients import (
    CAPACITY,
    COP_HOLDS_TO,
    FREE_BELOW,
    FREE_WIDTH,
    WEATHER_LAG,
    WET_SHARE,
    bounds,
    inner,
    outer,
    usual,
)
from gridtide.fleet.learning.site_map import physics_rows
from gridtide.fleet.learning.telemetry import Drivers, felt_by

Real = NDArray[np.float64]
Chosen = NDArray[np.bool_]
ROUNDS, FIRST_ROUNDS = 40, 10
TRIMMED_SHARE = 0.05
"""Share of the rows with the largest errors that the last fits leave out at most."""
BELIEVED_SPREADS = 3.0
"""Errors up to this many standard deviations, told from the middle one, are no reason to leave a row out."""
MIDDLE_OF_SPREAD = 0.6745
TRIMMINGS = 2
ERROR = 0.006
"""Relative error of one row beside which the usual values are weighed."""
ROWS_OF_KNOWLEDGE = 60.0
"""How many rows of telemetry the usual values weigh as much as."""
CHANGEOVER_GAIN = 0.15
"""Share of the squared errors that a changeover has to take away."""
AT_ONCE_S = 60.0
STARTS = tuple((free_c, wet) for free_c in (4.0, 15.0) for wet in (0.05, 0.95))
"""Where free cooling may end [°C], and how much of what is felt may be the wet bulb: the fit begins at each."""


@dataclass(frozen=True, kw_only=True)
class Fitted:
    """Coefficients of a site, the changeover of its plant if it has one, and the rows that the last fit used."""

    coefficients: Real
    changeover: Changeover | None
    used: Chosen


def fit_physics(
    drivers: Drivers, facility_kw: Real, chosen: Chosen, capacity_kw: float | None
) -> Fitted:
    """The physics of a site. chosen: rows that may be used.

    capacity_kw: the IT capacity where it is known; otherwise it is fitted like the rest. The best of the fits from all
    starts, with and without a changeover, is trimmed.
    """
    guess = capacity_kw or float(np.quantile(facility_kw[chosen], 0.99)) / 1.25
    expected, spread = usual(guess)

    def fitted_from(
        felt: Drivers, start: Real, used: Chosen, rounds: int = ROUNDS
    ) -> tuple[Real, float]:
        return _fit(felt, facility_kw, used, start, expected, spread, capacity_kw, rounds)

    starts = [_starting(expected, free_c, wet) for free_c, wet in STARTS]
    tried = [fitted_from(drivers, start, chosen, FIRST_ROUNDS) for start in starts]
    fitted, cost = fitted_from(drivers, min(tried, key=lambda one: one[1])[0], chosen)
    rows = physics_rows(outer(fitted), drivers)
    changeover = likely_changeover(drivers, facility_kw, chosen, rows)
    if changeover is not None:
        changed, less = fitted_from(
            felt_by(drivers, changeover), _changing(fitted, changeover), chosen
        )
        if less < (1.0 - CHANGEOVER_GAIN) * cost:
            drivers, fitted = felt_by(drivers, changeover), changed
        else:
            changeover = None
    used = chosen
    for _ in range(TRIMMINGS):
        error = np.abs(physics_rows(outer(fitted), drivers)[1] / facility_kw - 1.0)
        used = chosen & (error <= _believed(error[chosen]))
        fitted, _ = fitted_from(drivers, fitted, used)
    coefficients = outer(fitted)
    if changeover is not None:
        coefficients[WET_SHARE] = changeover.wet_share
    return Fitted(coefficients=coefficients, changeover=changeover, used=used)


def _believed(error: Real) -> float:
    """The largest error of a row that is kept."""
    spread = float(np.median(error)) / MIDDLE_OF_SPREAD
    return max(float(np.quantile(error, 1.0 - TRIMMED_SHARE)), BELIEVED_SPREADS * spread)


def _starting(expected: Real, free_below_c: float, wet_share: float) -> Real:
    start = expected.copy()
    start[FREE_BELOW], start[WET_SHARE] = free_below_c, wet_share
    start[COP_HOLDS_TO] = free_below_c
    return start


def _changing(fitted: Real, changeover: Changeover) -> Real:
    """Where the fit with a changeover begins: from none to all of the compressors within its limits, at once."""
    start = outer(fitted)
    start[FREE_BELOW] = changeover.returns_below_c
    start[FREE_WIDTH] = changeover.leaves_above_c - changeover.returns_below_c
    start[COP_HOLDS_TO] = changeover.leaves_above_c
    start[WEATHER_LAG] = AT_ONCE_S
    return inner(start)


def _fit(
    drivers: Drivers,
    facility_kw: Real,
    used: Chosen,
    start: Real,
    expected: Real,
    spread: Real,
    capacity_kw: float | None,
    rounds: int,
) -> tuple[Real, float]:
    """Coefficients, as fitted, and the cost of their errors."""
    low, high = bounds()
    if capacity_kw is not None:
        low[CAPACITY] = high[CAPACITY] = inner(np.full(len(low), capacity_kw))[CAPACITY]
    weight = np.sqrt(ROWS_OF_KNOWLEDGE / used.sum()) / spread
    scale = 1.0 / (ERROR * np.sqrt(used.sum()))

    def errors(fitted: Real) -> Real:
        power = physics_rows(outer(fitted), drivers)[1][used]
        return np.concatenate(
            [(power / facility_kw[used] - 1.0) * scale, (fitted - expected) * weight]
        )

    now = np.clip(start, low, high)
    residual = errors(now)
    cost, damping = float(residual @ residual), 1e-3
    for _ in range(rounds):
        slopes = _slopes(errors, now, residual, high)
        normal, downhill = slopes.T @ slopes, slopes.T @ residual
        before = cost
        for _ in range(8):
            step = _bounded_step(normal, downhill, damping, low - now, high - now)
            tried = errors(now + step)
            if float(tried @ tried) < cost:
                now, residual, cost = now + step, tried, float(tried @ tried)
                damping = max(damping / 5.0, 1e-9)
                break
            damping *= 6.0
        if before - cost < 1e-6 * before:
            break
    return now, cost


def _slopes(errors: Callable[[Real], Real], now: Real, residual: Real, high: Real) -> Real:
    found = np.empty((len(residual), len(now)))
    for i in range(len(now)):
        delta = 1e-5 * max(1.0, abs(now[i]))
        if now[i] + delta > high[i]:
            delta = -delta
        moved = now.copy()
        moved[i] += delta
        found[:, i] = (errors(moved) - residual) / delta
    return found


def _bounded_step(normal: Real, downhill: Real, damping: float, least: Real, most: Real) -> Real:
    """The damped step; coefficients that it pushes against a bound stay there and the others go on without them."""
    size = len(downhill)
    step = np.zeros(size)
    free = least < most
    for _ in range(size):
        at = np.flatnonzero(free)
        if not len(at):
            break
        inside = normal[np.ix_(at, at)]
        damped = inside + damping * np.diag(np.diag(inside) + 1e-12)
        pinned = np.flatnonzero(~free)
        toward = downhill[at] + normal[np.ix_(at, pinned)] @ step[pinned]
        step[at] = -np.linalg.solve(damped, toward)
        beyond = free & ((step < least) | (step > most))
        step = np.clip(step, least, most)
        if not beyond.any():
            break
        free &= ~beyond
    return step
