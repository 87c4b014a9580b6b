"""A day from the days before it: ridge regressions in closed form, all hours of a day at once.

Inputs are the 24 hours before the origin, the 24 hours a week before the day wanted, the means of the last
day, week and four weeks, the weekday, and what others publish about each hour. The penalty is the one with the
smallest absolute error when each day is left out in turn, which for a ridge needs no second fit.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gridtide.signals.learning.panel import DAY

Real = NDArray[np.float64]
Whole = NDArray[np.int64]

WEEK = 7 * DAY
PAST_H = 4 * WEEK
"""Hours before an origin that its inputs are taken from."""
LEAST_DAYS = 28
"""Days a fit needs to learn from; with fewer there is none."""
PENALTIES = (3.0, 10.0, 30.0, 100.0, 300.0, 1000.0, 3000.0)
BESIDE_PENALTY = 3.0
"""Penalty of what is published about the hour itself: few inputs, each of them told for this hour."""
EPOCH_WEEKDAY = 3
"""1 January 1970 was a Thursday, and Monday is 0."""
NARROWEST = 0.1
"""Least width of a scale, as a share of the standard deviation: a series that rests on its floor has no other."""


@dataclass(frozen=True, kw_only=True)
class Scale:
    """How values are made comparable: (value - middle) / width, bent by asinh where spikes are to be tamed.

    low, high: range of what was seen; nothing is forecast beyond it.
    """

    middle: float
    width: float
    bent: bool
    low: float
    high: float

    def to(self, values: Real) -> Real:
        """Plain numbers of values in the unit of the series."""
        plain = (values - self.middle) / self.width
        return np.arcsinh(plain) if self.bent else plain

    def back(self, plain: Real) -> Real:
        """Values in the unit of the series, within the range seen."""
        if self.bent:
            furthest = np.arcsinh((np.asarray([self.low, self.high]) - self.middle) / self.width)
            plain = np.sinh(np.clip(plain, furthest[0], furthest[1]))
        return np.clip(plain * self.width + self.middle, self.low, self.high)


def scale_of(values: Real, bent: bool) -> Scale:
    """The scale of the known values: median, and 1.4826 times the median deviation from it."""
    known = values[~np.isnan(values)]
    middle = float(np.median(known))
    width = 1.4826 * float(np.median(np.abs(known - middle)))
    width = max(width, NARROWEST * float(known.std()))
    return Scale(
        middle=middle,
        width=width if width > 0.0 else 1.0,
        bent=bent,
        low=float(known.min()),
        high=float(known.max()),
    )


@dataclass(frozen=True, kw_only=True, eq=False)
class DayFit:
    """Weights of one day ahead. centre, spread: of the inputs, (p,); weights: (p, 24); level: (24,).

    beside_centre, beside_spread, beside_weights: (24, q), of what is published about the hour itself.
    """

    centre: Real
    spread: Real
    weights: Real
    level: Real
    beside_centre: Real
    beside_spread: Real
    beside_weights: Real

    def said(self, inputs: Real, beside: Real) -> Real:
        """Plain numbers of each hour, (n, 24), from inputs (n, p) and published values (n, 24, q)."""
        own = (inputs - self.centre) / self.spread @ self.weights + self.level
        if not beside.shape[2]:
            return own
        apart = (beside - self.beside_centre) / self.beside_spread
        return np.asarray(own + np.einsum("nhq,hq->nh", apart, self.beside_weights))


def filled(values: Real) -> Real:
    """Unknown hours from the same hour of the day before, as far as there is one; last axes (days, 24)."""
    known = ~np.isnan(values)
    days = np.arange(values.shape[-2])[:, None]
    latest = np.maximum.accumulate(np.where(known, days, 0), axis=-2)
    return np.take_along_axis(values, latest, axis=-2)


def means_of(past: Real) -> Real:
    """Means of the last day, week and four weeks, (n, 3), of the hours before each origin (n, PAST_H)."""
    return np.stack([past[:, -hours:].mean(axis=1) for hours in (DAY, WEEK, PAST_H)], axis=1)


def inputs_of(past: Real, means: Real, origins: Whole, day: int) -> Real:
    """Inputs (n, p) for the day that begins 24 x day hours after each origin; past: (n, PAST_H) before it."""
    same_day = past[:, PAST_H - WEEK + DAY * day :][:, :DAY]
    weekday = (origins // DAY + day + EPOCH_WEEKDAY) % 7
    return np.concatenate([past[:, -DAY:], same_day, means, np.eye(7)[weekday]], axis=1)


def fitted(inputs: Real, beside: Real, wanted: Real) -> DayFit:
    """The ridge from inputs (n, p) and published values (n, 24, q) to the hours of the day wanted, (n, 24)."""
    centre, spread = inputs.mean(axis=0), _spread(inputs)
    level = wanted.mean(axis=0)
    plain, rest = (inputs - centre) / spread, wanted - level
    values, turned = np.linalg.eigh(plain.T @ plain)
    values = np.maximum(values, 0.0)
    along = plain @ turned
    penalty = _penalty(along, values, rest)
    shrunk = 1.0 / (values + penalty)
    weights = turned @ (shrunk[:, None] * (along.T @ rest))
    beside_centre, beside_spread = beside.mean(axis=0), _spread(beside)
    beside_weights = np.zeros(beside.shape[1:])
    if beside.shape[2]:
        apart = (beside - beside_centre) / beside_spread
        inverse = (turned * shrunk) @ turned.T
        weights, beside_weights = _joint(plain, apart, rest, inverse)
    return DayFit(
        centre=centre,
        spread=spread,
        weights=weights,
        level=level,
        beside_centre=beside_centre,
        beside_spread=beside_spread,
        beside_weights=beside_weights,
    )


def _spread(values: Real) -> Real:
    spread = values.std(axis=0)
    return np.where(spread > 1e-9, spread, 1.0)


def _penalty(along: Real, values: Real, rest: Real) -> float:
    """The penalty with the least mean absolute error of days left out."""
    onto, squares = along.T @ rest, along**2
    errors = []
    for penalty in PENALTIES:
        shrunk = 1.0 / (values + penalty)
        own_share = squares @ shrunk + 1.0 / len(rest)
        apart = rest - along @ (shrunk[:, None] * onto)
        errors.append(float(np.abs(apart / np.maximum(1.0 - own_share, 0.05)[:, None]).mean()))
    return PENALTIES[int(np.argmin(errors))]


def _joint(plain: Real, apart: Real, rest: Real, inverse: Real) -> tuple[Real, Real]:
    """Weights (p, 24) and (24, q) when each hour has inputs of its own: block elimination of the shared ones."""
    cross = np.einsum("np,nhq->hpq", plain, apart)
    own = np.einsum("nhq,nhr->hqr", apart, apart) + BESIDE_PENALTY * np.eye(apart.shape[2])
    shared = plain.T @ rest
    carried = np.einsum("ps,hsq->hpq", inverse, cross)
    schur = own - np.einsum("hpq,hpr->hqr", cross, carried)
    right = np.einsum("nhq,nh->hq", apart, rest) - np.einsum("hpq,ph->hq", carried, shared)
    beside = np.linalg.solve(schur, right[:, :, None])[:, :, 0]
    return inverse @ (shared - np.einsum("hpq,hq->ph", cross, beside)), beside
