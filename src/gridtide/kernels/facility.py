"""Facility power, its marginal, its inverse and the wet bulb over arrays, by the very functions of physics."""

import numpy as np
from numba import njit
from numpy.typing import NDArray

from gridtide.kernels import scalar  # noqa: F401  (makes the physics callable from compiled code)
from gridtide.physics.pue import (
    facility_power_kw,
    fast_facility_power_kw,
    marginal_facility_power,
)
from gridtide.physics.weather import wet_bulb_c

Real = NDArray[np.float64]
Whole = NDArray[np.int64]
HALVINGS = 60


@njit(cache=True, error_model="numpy")
def facility_power(it_kw: Real, capacity_kw: Real, outdoor_c: Real, plant: Whole) -> Real:
    """Facility power of each site and step, kW. it_kw, outdoor_c: (S, T); capacity_kw, plant: (S,)."""
    power = np.empty_like(it_kw)
    for s in range(it_kw.shape[0]):
        for t in range(it_kw.shape[1]):
            power[s, t] = facility_power_kw(it_kw[s, t], capacity_kw[s], outdoor_c[s, t], plant[s])
    return power


@njit(cache=True, error_model="numpy")
def fast_power(it_kw: Real, capacity_kw: Real, plant: Whole) -> Real:
    """What of facility power follows IT within seconds, kW, as facility_power has the whole of it."""
    power = np.empty_like(it_kw)
    for s in range(it_kw.shape[0]):
        for t in range(it_kw.shape[1]):
            power[s, t] = fast_facility_power_kw(it_kw[s, t], capacity_kw[s], plant[s])
    return power


@njit(cache=True, error_model="numpy")
def marginal_power(it_kw: Real, capacity_kw: Real, outdoor_c: Real, plant: Whole) -> Real:
    """Facility kW per kW of IT at each site and step. it_kw, outdoor_c: (S, T); capacity_kw, plant: (S,)."""
    slope = np.empty_like(it_kw)
    for s in range(it_kw.shape[0]):
        for t in range(it_kw.shape[1]):
            slope[s, t] = marginal_facility_power(
                it_kw[s, t], capacity_kw[s], outdoor_c[s, t], plant[s]
            )
    return slope


@njit(cache=True, error_model="numpy")
def most_it_power(facility_max_kw: Real, capacity_kw: Real, outdoor_c: Real, plant: Whole) -> Real:
    """The most IT power each building can carry under a limit at its facility meter, kW, (S, T).

    At most its IT capacity; 0 where even an empty building draws more. By bisection, from below.
    """
    most = np.zeros_like(facility_max_kw)
    for s in range(most.shape[0]):
        for t in range(most.shape[1]):
            low, high = 0.0, capacity_kw[s]
            if (
                facility_power_kw(high, capacity_kw[s], outdoor_c[s, t], plant[s])
                <= facility_max_kw[s, t]
            ):
                most[s, t] = high
                continue
            for _ in range(HALVINGS):
                middle = 0.5 * (low + high)
                power = facility_power_kw(middle, capacity_kw[s], outdoor_c[s, t], plant[s])
                if power <= facility_max_kw[s, t]:
                    low = middle
                else:
                    high = middle
            most[s, t] = low
    return most


@njit(cache=True, error_model="numpy")
def wet_bulbs(temperature_c: Real, humidity: Real) -> Real:
    """Wet bulb of each site and step, °C; humidity 0-1. All (S, T)."""
    felt = np.empty(temperature_c.shape)
    dry, moist = np.ascontiguousarray(temperature_c).ravel(), np.ascontiguousarray(humidity).ravel()
    in_a_row = felt.ravel()
    for i in range(in_a_row.size):
        in_a_row[i] = wet_bulb_c(dry[i], 100.0 * moist[i])
    return felt
