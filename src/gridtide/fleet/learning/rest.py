"""What physics leaves over, fitted so that the whole never falls as utilisation rises.

Bilinear between knots of utilisation and outdoor temperature; increments along utilisation are bounded from below
by what physics adds at once on the same stretch. Dead bands are taken one by one while they explain enough; their
weights are never negative.
"""

from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from gridtide.fleet.learning.physics_fit import Fitted
from gridtide.fleet.learning.site_map import (
    DeadBand,
    SiteMap,
    SlowShare,
    band_rows,
    hats,
    physics_rows,
    slow_rows,
    steady_drivers,
)
from gridtide.fleet.learning.telemetry import Drivers, felt_by

Real = NDArray[np.float64]
Chosen = NDArray[np.bool_]
KNOTS_UTILISATION, KNOTS_OUTDOOR = 6, 9
ROWS_OF_ZERO = 30.0
"""How many rows of telemetry speak for nothing at each knot."""
MOST_LATE = 0.15
"""Share of IT power that the meter may see later than at once, with each time constant."""
KEPT_SLOPE = 0.65
"""Share of the slope of physics that the rest must leave, more than all that may be seen late."""
LAGS_S = (600.0, 1200.0, 3600.0, 10_800.0)
"""Time constants with which a meter may follow IT power, beside the one that physics has."""
MOST_AT_ONCE = 0.9
"""Share of what physics lets the plant draw later that it may draw at once."""
MOST_BANDS = 8
LEAST_GAIN = 0.005
"""Share of the squared errors that a further dead band has to take away."""
WIDTHS_K = (0.5, 1.5, 3.0, 4.5)
WIDTHS_OF_RANGE = (0.03, 0.1, 0.2, 0.3, 0.45)
ROUNDS = 4000


def fit_rest(drivers: Drivers, facility_kw: Real, physics: Fitted, highest_mhz: float) -> SiteMap:
    """The whole map of a site: its physics and the rest on top, by squared relative errors of the used rows."""
    coefficients, used = physics.coefficients, physics.used
    drivers = felt_by(drivers, physics.changeover)
    rows = physics_rows(coefficients, drivers)
    at_utilisation = _knots(rows[5][used], KNOTS_UTILISATION)
    at_outdoor = _knots(rows[3][used], KNOTS_OUTDOOR)
    summed = _increments(len(at_utilisation), len(at_outdoor))
    columns = hats(rows[5], rows[3], at_utilisation, at_outdoor) @ summed
    least = _least_increments(coefficients, at_utilisation, at_outdoor)
    weight = 1.0 / rows[1][used]
    target = (facility_kw - rows[1])[used] * weight
    bands: list[DeadBand] = []
    late = [slow_rows(rows, drivers, lag_s)[used] * weight for lag_s in LAGS_S]
    late.append(rows[4][used] * weight)
    basis = np.column_stack([columns[used] * weight[:, None], *late])
    least = np.concatenate([least, np.zeros(len(LAGS_S)), [-MOST_AT_ONCE]])
    most = np.full(len(least), np.inf)
    most[-len(late) :] = [MOST_LATE] * len(LAGS_S) + [0.0]
    offered, candidates = _candidates(rows, used, weight)
    found = _solve(basis, target, (least, most), summed, weight)
    for _ in range(MOST_BANDS):
        best = _best_band(basis, target - basis @ found, candidates)
        if best is None:
            break
        bands.append(offered[best])
        basis = np.column_stack([basis, candidates[:, best]])
        least, most = np.append(least, 0.0), np.append(most, np.inf)
        found = _solve(basis, target, (least, most), summed, weight)
    knots = summed.shape[1]
    shares, weights = found[knots : knots + len(LAGS_S)], found[knots + len(late) :]
    return SiteMap(
        coefficients=coefficients,
        highest_mhz=highest_mhz,
        at_utilisation=at_utilisation,
        at_outdoor_c=at_outdoor,
        rest_kw=(summed @ found[:knots]).reshape(len(at_utilisation), len(at_outdoor)),
        dead_bands=tuple(
            DeadBand(of=one.of, low=one.low, high=one.high, weight=float(value))
            for one, value in zip(bands, weights, strict=True)
            if value > 0.0
        ),
        slow_shares=tuple(
            SlowShare(lag_s=lag_s, share=float(share))
            for lag_s, share in zip(LAGS_S, shares, strict=True)
            if share > 0.0
        ),
        lag_more=float(found[knots + len(LAGS_S)]),
        changeover=physics.changeover,
    )


def _knots(values: Real, count: int) -> Real:
    """Quantiles far enough apart; at least two knots."""
    low, high = float(values.min()), float(values.max())
    width = max(high - low, 1e-3)
    chosen = [low]
    for knot in np.quantile(values, np.linspace(0.0, 1.0, count))[1:-1]:
        if knot - chosen[-1] >= 0.06 * width and high - knot >= 0.06 * width:
            chosen.append(float(knot))
    return np.asarray([*chosen, low + width])


def _increments(across: int, along: int) -> Real:
    """Values at the knots from the first row of them and the increments from row to row, (U*O, U*O)."""
    return np.asarray(np.kron(np.tril(np.ones((across, across))), np.eye(along)), np.float64)


def _least_increments(coefficients: Real, at_utilisation: Real, at_outdoor: Real) -> Real:
    """Lower bounds of the unknowns: none at the first knot; then minus most of what physics adds at once, kW."""
    along = len(at_outdoor)
    bound = []
    for low, high in pairwise(at_utilisation):
        fine = np.linspace(low, high, 6)
        same = np.ones(len(fine))
        steady = steady_drivers(fine, same, at_outdoor[0] * same)
        slowest = float(np.diff(physics_rows(coefficients, steady)[2]).min()) * (len(fine) - 1)
        bound.append(np.full(along, -(1.0 - KEPT_SLOPE) * max(slowest, 0.0)))
    return np.concatenate([np.full(along, -np.inf), *bound])


def _candidates(rows: Real, used: Chosen, weight: Real) -> tuple[list[DeadBand], Real]:
    """Dead bands that may be there, and what each adds to the used rows, weighted, (n, C)."""
    offered: list[DeadBand] = []
    for of, values in (("outdoor", rows[3][used]), ("heat", rows[2][used])):
        span = float(np.quantile(values, 0.98) - np.quantile(values, 0.02))
        widths = WIDTHS_K if of == "outdoor" else [share * span for share in WIDTHS_OF_RANGE]
        for middle in np.quantile(values, np.linspace(0.06, 0.94, 15)):
            for width in widths:
                low, high = float(middle - width / 2.0), float(middle + width / 2.0)
                offered.append(DeadBand(of=of, low=low, high=high, weight=1.0))
    columns = [band_rows(rows, one.of, one.low, one.high)[used] * weight for one in offered]
    return offered, np.column_stack(columns)


def _best_band(basis: Real, left: Real, candidates: Real) -> int | None:
    """The candidate that takes most of what is left, None where none takes enough."""
    gram = basis.T @ basis
    gram += np.eye(len(gram)) * (1e-9 + 1e-6 * float(np.trace(gram)) / len(gram))
    told = basis.T @ candidates
    own = (candidates * candidates).sum(axis=0)
    new = own - (told * np.linalg.solve(gram, told)).sum(axis=0)
    toward = left @ candidates
    clear = (new > 1e-3 * own) & (toward > 0.0)
    gain = np.where(clear, toward * toward / np.where(clear, new, 1.0), 0.0)
    best = int(np.argmax(gain))
    return best if gain[best] > LEAST_GAIN * float(left @ left) else None


def _solve(
    basis: Real, target: Real, bounds: tuple[Real, Real], summed: Real, weight: Real
) -> Real:
    """Bounded least squares; at every knot some rows speak for 0."""
    from gridtide.kernels.site_map import bounded_squares

    (least, most), knots = bounds, summed.shape[1]
    gram = basis.T @ basis
    gram[:knots, :knots] += ROWS_OF_ZERO * float(np.mean(weight * weight)) * (summed.T @ summed)
    size = np.sqrt(np.diag(gram) + 1e-30)
    scaled = gram / size[:, None] / size[None, :] + 1e-9 * np.eye(len(gram))
    found = bounded_squares(
        scaled, basis.T @ target / size, least * size, most * size, np.zeros(len(size)), ROUNDS
    )
    return np.asarray(found / size)
