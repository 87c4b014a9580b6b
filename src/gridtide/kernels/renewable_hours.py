"""A year of renewable supply and a store: what is lacking hour by hour, and the least store that lacks nothing."""

import numpy as np
from numba import njit
from numpy.typing import NDArray

from gridtide.kernels import scalar  # noqa: F401  (makes the physics callable from compiled code)
from gridtide.physics.tapered_battery import tapered_hour_in_kwh, tapered_hour_out

Real = NDArray[np.float64]


@njit(cache=True, error_model="numpy")
def hour_after(
    surplus_kw: float, stored_kwh: float, energy_kwh: float, parts: int
) -> tuple[float, float]:
    """What an hour lacks, kW on average, and the energy in the store behind it, kWh; in `parts` equal parts."""
    if surplus_kw >= 0.0:
        return 0.0, tapered_hour_in_kwh(stored_kwh, energy_kwh, surplus_kw, parts)
    given, left = tapered_hour_out(stored_kwh, energy_kwh, -surplus_kw, parts)
    return -surplus_kw - given, left


@njit(cache=True, error_model="numpy")
def lacking(load_kw: Real, renewable_kw: Real, energy_kwh: float, parts: int) -> Real:
    """What each hour lacks with a store that begins full, kW, (T,). load_kw, renewable_kw: (T,)."""
    lacks = np.empty_like(load_kw)
    stored = energy_kwh
    for t in range(load_kw.shape[0]):
        lacks[t], stored = hour_after(renewable_kw[t] - load_kw[t], stored, energy_kwh, parts)
    return lacks


@njit(cache=True, error_model="numpy")
def lacks_nothing(
    load_kw: Real, renewable_kw: Real, energy_kwh: float, parts: int, allowed_kw: float
) -> bool:
    """Whether no hour lacks more than allowed_kw; ends at the first that does."""
    stored = energy_kwh
    for t in range(load_kw.shape[0]):
        lacks, stored = hour_after(renewable_kw[t] - load_kw[t], stored, energy_kwh, parts)
        if lacks > allowed_kw:
            return False
    return True


@njit(cache=True, error_model="numpy")
def least_store(
    load_kw: Real,
    renewable_kw: Real,
    most_kwh: float,
    within_kwh: float,
    parts: int,
    allowed_kw: float,
) -> float:
    """The store, kWh, with which no hour lacks more than allowed_kw, by halving [0, most_kwh] to within_kwh.

    The last middle tried is returned. Where even most_kwh lacks, NaN.
    """
    if not lacks_nothing(load_kw, renewable_kw, most_kwh, parts, allowed_kw):
        return np.nan
    low, high, middle = 0.0, most_kwh, most_kwh
    while high - low > within_kwh:
        middle = 0.5 * (low + high)
        if lacks_nothing(load_kw, renewable_kw, middle, parts, allowed_kw):
            high = middle
        else:
            low = middle
    return middle
