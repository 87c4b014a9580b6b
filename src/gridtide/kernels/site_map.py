"""A site's map over its telemetry, row after row: what lags behind remembers, what has a dead band too."""

import numpy as np
from numba import njit
from numpy.typing import NDArray

from gridtide.kernels import scalar  # noqa: F401  (makes the physics callable from compiled code)
from gridtide.physics.site_map import (
    as_changed_over_c,
    changed_over,
    it_share,
    rejection_kw_per_kw,
    site_heat_kw,
    utilisation_at,
)

Real = NDArray[np.float64]


@njit(cache=True, error_model="numpy")
def site_power(
    utilisation: Real, clock: Real, wet_c: Real, dry_c: Real, gap_s: Real, p: Real
) -> Real:
    """IT power, facility power, lagged heat, lagged outdoor temperature of each row, (6, n); kW, kW, kW, °C, kW, 0-1.

    Then what the plant draws more because heat lags behind, and the utilisation that at full clock draws as much.

    gap_s: seconds since the row before; memory starts anew at the first row. p: coefficients in the order of
    fleet/learning/coefficients.py. Lags advance by the exact exponential.
    """
    n = len(utilisation)
    found = np.empty((6, n))
    heat_kw = outdoor_c = 0.0
    for t in range(n):
        it_kw = p[0] * it_share(utilisation[t], clock[t], p[1], p[2], p[3], p[4])
        given_kw = site_heat_kw(it_kw, p[0], p[5], p[6], p[7], p[8])
        felt_c = p[14] * wet_c[t] + (1.0 - p[14]) * dry_c[t]
        if t == 0:
            heat_kw, outdoor_c = given_kw, felt_c
        else:
            heat_kw += (given_kw - heat_kw) * (1.0 - np.exp(-gap_s[t] / p[15]))
            outdoor_c += (felt_c - outdoor_c) * (1.0 - np.exp(-gap_s[t] / p[16]))
        carried = rejection_kw_per_kw(outdoor_c, p[10], p[11], p[12], p[13], p[17], 0.01)
        found[0, t] = it_kw
        found[1, t] = given_kw + p[9] * p[0] + heat_kw * carried
        found[2, t] = heat_kw
        found[3, t] = outdoor_c
        found[4, t] = (heat_kw - given_kw) * carried
        found[5, t] = utilisation_at(it_kw / p[0], p[1], p[2])
    return found


@njit(cache=True, error_model="numpy")
def steady_power(it_kw: Real, outdoor_c: Real, p: Real) -> tuple[Real, Real, Real]:
    """Utilisation and heat at each IT power, (I,), and facility power there and at each temperature, kW, (I, J).

    As if both had lasted for ever, at full clock. p: as in `site_power`.
    """
    count, along = len(it_kw), len(outdoor_c)
    utilisation, heat_kw = np.empty(count), np.empty(count)
    power_kw = np.empty((count, along))
    for i in range(count):
        utilisation[i] = utilisation_at(it_kw[i] / p[0], p[1], p[2])
        heat_kw[i] = site_heat_kw(it_kw[i], p[0], p[5], p[6], p[7], p[8])
        for j in range(along):
            carried = rejection_kw_per_kw(outdoor_c[j], p[10], p[11], p[12], p[13], p[17], 0.01)
            power_kw[i, j] = heat_kw[i] * (1.0 + carried) + p[9] * p[0]
    return utilisation, heat_kw, power_kw


@njit(cache=True, error_model="numpy")
def changeovers(felt_c: Real, humidity: Real, limits: Real) -> Real:
    """1 while a plant runs on compressors, 0 while on outside air, (n,). felt_c: °C; humidity: 0-1; both (n,).

    limits: temperature below which and above which it changes, °C, then humidity, (4,).
    """
    found = np.empty(len(felt_c))
    state = 1.0 if felt_c[0] > 0.5 * (limits[0] + limits[1]) else 0.0
    for t in range(len(felt_c)):
        state = changed_over(
            state, felt_c[t], humidity[t], limits[0], limits[1], limits[2], limits[3]
        )
        found[t] = state
    return found


@njit(cache=True, error_model="numpy")
def felt_changed_over(felt_c: Real, humidity: Real, limits: Real) -> Real:
    """What such a plant feels, °C, (n,): above both limits of temperature on compressors, below both on outside air."""
    state = changeovers(felt_c, humidity, limits)
    found = np.empty(len(felt_c))
    for t in range(len(felt_c)):
        found[t] = as_changed_over_c(state[t], felt_c[t], limits[0], limits[1])
    return found


@njit(cache=True, error_model="numpy")
def lagged(value: Real, gap_s: Real, lag_s: float) -> Real:
    """A value that follows with a time constant, by the exact exponential; it starts where the value does, (n,)."""
    found = np.empty(len(value))
    now = value[0]
    for t in range(len(value)):
        if t > 0:
            now += (value[t] - now) * (1.0 - np.exp(-gap_s[t] / lag_s))
        found[t] = now
    return found


@njit(cache=True, error_model="numpy")
def with_dead_band(value: Real, low: float, high: float) -> Real:
    """1 from when a value rises above `high` until it falls below `low`, else 0, (n,)."""
    state = 1.0 if value[0] > 0.5 * (low + high) else 0.0
    found = np.empty(len(value))
    for t in range(len(value)):
        if value[t] > high:
            state = 1.0
        elif value[t] < low:
            state = 0.0
        found[t] = state
    return found


@njit(cache=True, error_model="numpy")
def bounded_squares(
    gram: Real, toward: Real, low: Real, high: Real, start: Real, rounds: int
) -> Real:
    """The x between low and high that minimises x·gram·x / 2 - toward·x, by coordinate descent.

    gram (k, k): positive definite; the others (k,).
    """
    x = np.minimum(np.maximum(start, low), high)
    slope = -toward
    for i in range(len(x)):
        slope += x[i] * gram[:, i]
    for _ in range(rounds):
        moved = 0.0
        for i in range(len(x)):
            step = min(high[i] - x[i], max(low[i] - x[i], -slope[i] / gram[i, i]))
            if step != 0.0:
                x[i] += step
                slope += step * gram[:, i]
                moved = max(moved, abs(step) * np.sqrt(gram[i, i]))
        if moved < 1e-9:
            break
    return x
