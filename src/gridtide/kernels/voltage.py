"""Voltage of a load behind the impedance of the grid, sample by sample."""

import numpy as np
from numba import njit
from numpy.typing import NDArray

from gridtide.kernels import scalar  # noqa: F401  (makes the physics callable from compiled code)
from gridtide.physics.connection_point import voltage_pu

Real = NDArray[np.float64]


@njit(cache=True, error_model="numpy")
def voltages(power_kw: Real, reactive: float, short_circuit_kva: float, x_over_r: float) -> Real:
    """Voltage [pu] at each power, (n,); reactive: kvar drawn with each kW."""
    out = np.empty(len(power_kw))
    for t in range(len(power_kw)):
        out[t] = voltage_pu(power_kw[t], reactive * power_kw[t], short_circuit_kva, x_over_r)
    return out
