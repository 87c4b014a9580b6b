"""Voltage and frequency, sample by sample: what a load does to the one, and what it does about the other."""

import numpy as np
from numba import njit
from numpy.typing import NDArray

from gridtide.kernels import scalar  # noqa: F401  (makes the physics callable from compiled code)
from gridtide.physics.connection_point import voltage_pu
from gridtide.physics.grid_frequency import droop_kw

Real = NDArray[np.float64]


@njit(cache=True, error_model="numpy")
def voltages(power_kw: Real, reactive: float, short_circuit_kva: float, x_over_r: float) -> Real:
    """Voltage [pu] at each power, (n,); reactive: kvar drawn with each kW."""
    out = np.empty(len(power_kw))
    for t in range(len(power_kw)):
        out[t] = voltage_pu(power_kw[t], reactive * power_kw[t], short_circuit_kva, x_over_r)
    return out


@njit(cache=True, error_model="numpy")
def droops(
    frequency_hz: Real, nominal_hz: float, flexible_kw: float, droop: float, dead_band_hz: float
) -> Real:
    """Change of a load [kW] at each frequency, (n,)."""
    out = np.empty(len(frequency_hz))
    for t in range(len(frequency_hz)):
        out[t] = droop_kw(frequency_hz[t], nominal_hz, flexible_kw, droop, dead_band_hz)
    return out
