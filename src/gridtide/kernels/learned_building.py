"""Facility power of buildings known by a table, and what load they carry under a limit."""

import numpy as np
from numba import njit
from numpy.typing import NDArray

Real = NDArray[np.float64]
Whole = NDArray[np.int64]
Tables = tuple[Whole, Real, Real]
"""Row of each site in the tables, -1 for none, (S,); kW of IT between marks, (L,); facility kW, (L, I, J)."""
OUTDOOR_FROM_C, OUTDOOR_STEP_K = -60.0, 0.5
HALVINGS = 60


@njit(cache=True, error_model="numpy")
def table_kw(it_kw: float, outdoor_c: float, step_kw: float, kw: Real) -> float:
    """Facility power between the marks of a table, (I, J), kW.

    Beyond its IT power it goes straight on, beyond its weather it stays.
    """
    across = it_kw / step_kw
    i = min(max(int(across), 0), kw.shape[0] - 2)
    along = (outdoor_c - OUTDOOR_FROM_C) / OUTDOOR_STEP_K
    along = min(max(along, 0.0), float(kw.shape[1] - 1))
    j = min(int(along), kw.shape[1] - 2)
    x, y = across - i, along - j
    low = kw[i, j] + y * (kw[i, j + 1] - kw[i, j])
    high = kw[i + 1, j] + y * (kw[i + 1, j + 1] - kw[i + 1, j])
    return float(low + x * (high - low))


@njit(cache=True, error_model="numpy")
def put_power(power_kw: Real, it_kw: Real, outdoor_c: Real, tables: Tables) -> None:
    """Write the power of each site that has a table over what stands there, kW. All (S, T)."""
    row, step_kw, kw = tables
    for s in range(it_kw.shape[0]):
        if row[s] < 0:
            continue
        for t in range(it_kw.shape[1]):
            at = row[s]
            power_kw[s, t] = table_kw(it_kw[s, t], outdoor_c[s, t], step_kw[at], kw[at])


@njit(cache=True, error_model="numpy")
def put_marginal(slope: Real, it_kw: Real, outdoor_c: Real, tables: Tables) -> None:
    """Write facility kW per kW of IT of each site that has a table, between the marks around its load. All (S, T)."""
    row, step_kw, kw = tables
    for s in range(it_kw.shape[0]):
        if row[s] < 0:
            continue
        at = row[s]
        for t in range(it_kw.shape[1]):
            mark = min(max(int(it_kw[s, t] / step_kw[at]), 0), kw.shape[1] - 2)
            low_kw, felt_c = mark * step_kw[at], outdoor_c[s, t]
            high = table_kw(low_kw + step_kw[at], felt_c, step_kw[at], kw[at])
            slope[s, t] = (high - table_kw(low_kw, felt_c, step_kw[at], kw[at])) / step_kw[at]


@njit(cache=True, error_model="numpy")
def put_most_it(
    most_kw: Real, facility_max_kw: Real, capacity_kw: Real, outdoor_c: Real, tables: Tables
) -> None:
    """Write the most IT power each site with a table carries under a limit, kW, (S, T); by bisection, from below."""
    row, step_kw, kw = tables
    for s in range(most_kw.shape[0]):
        if row[s] < 0:
            continue
        at = row[s]
        for t in range(most_kw.shape[1]):
            low, high = 0.0, capacity_kw[s]
            if table_kw(high, outdoor_c[s, t], step_kw[at], kw[at]) <= facility_max_kw[s, t]:
                most_kw[s, t] = high
                continue
            for _ in range(HALVINGS):
                middle = 0.5 * (low + high)
                drawn_kw = table_kw(middle, outdoor_c[s, t], step_kw[at], kw[at])
                if drawn_kw <= facility_max_kw[s, t]:
                    low = middle
                else:
                    high = middle
            most_kw[s, t] = low
