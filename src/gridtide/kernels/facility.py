"""Facility power, its marginal and the wet bulb over arrays, by the very functions of physics."""

import numpy as np
from numba import njit
from numpy.typing import NDArray

from gridtide.kernels import scalar  # noqa: F401  (makes the physics callable from compiled code)
from gridtide.physics.pue import facility_power_kw, marginal_facility_power
from gridtide.physics.weather import wet_bulb_c

Real = NDArray[np.float64]


@njit(cache=True, error_model="numpy")
def facility_power(it_kw: Real, capacity_kw: Real, wet_bulb: Real) -> Real:
    """Facility power of each site and step, kW. it_kw, wet_bulb: (S, T); capacity_kw: (S,)."""
    power = np.empty_like(it_kw)
    for s in range(it_kw.shape[0]):
        for t in range(it_kw.shape[1]):
            power[s, t] = facility_power_kw(it_kw[s, t], capacity_kw[s], wet_bulb[s, t])
    return power


@njit(cache=True, error_model="numpy")
def marginal_power(it_kw: Real, capacity_kw: Real, wet_bulb: Real) -> Real:
    """Facility kW per kW of IT at each site and step. it_kw, wet_bulb: (S, T); capacity_kw: (S,)."""
    slope = np.empty_like(it_kw)
    for s in range(it_kw.shape[0]):
        for t in range(it_kw.shape[1]):
            slope[s, t] = marginal_facility_power(it_kw[s, t], capacity_kw[s], wet_bulb[s, t])
    return slope


@njit(cache=True, error_model="numpy")
def wet_bulbs(temperature_c: Real, humidity: Real) -> Real:
    """Wet bulb of each site and step, °C; humidity 0-1. All (S, T)."""
    felt = np.empty_like(temperature_c)
    for s in range(temperature_c.shape[0]):
        for t in range(temperature_c.shape[1]):
            felt[s, t] = wet_bulb_c(temperature_c[s, t], 100.0 * humidity[s, t])
    return felt
