"""One site with sun, load and a store, step by step: what it draws, gives back, pays and emits."""

import numpy as np
from numba import njit
from numpy.typing import NDArray

from gridtide.kernels import scalar  # noqa: F401  (makes the physics callable from compiled code)
from gridtide.physics.battery import charge_room_kw, discharge_room_kw, soc_after_kwh

Real = NDArray[np.float64]


@njit(cache=True, error_model="numpy")
def greedy(
    load_kw: Real,
    supply_kw: Real,
    price_per_mwh: Real,
    carbon_g_per_kwh: Real,
    store: tuple[float, float, float],
    hours: float,
    series: Real,
) -> tuple[float, float, float, float, float, float]:
    """Charge what is left over, discharge what is lacking, let the grid take the rest.

    load_kw, supply_kw, price_per_mwh, carbon_g_per_kwh: (T,). store: energy_kwh, least energy, energy at
    the start, without losses. series: (3, T) to be filled with grid_power_kw (+ = drawn), store power
    (+ = charged) and energy in the store, or (3, 0) for totals alone. Returns import_kwh, export_kwh,
    import cost, export revenue, emissions_kg, energy in the store at the end.
    """
    energy, least, soc = store
    imported = exported = cost = revenue = emitted = 0.0
    keeps = series.shape[1] > 0
    for t in range(load_kw.shape[0]):
        surplus = supply_kw[t] - load_kw[t]
        charge = min(max(surplus, 0.0), charge_room_kw(soc, energy, hours, 1.0))
        discharge = min(max(-surplus, 0.0), discharge_room_kw(soc, least, hours, 1.0))
        soc = soc_after_kwh(soc, charge, discharge, hours, 1.0, 1.0)
        grid = charge - discharge - surplus
        drawn, given = max(grid, 0.0) * hours, max(-grid, 0.0) * hours
        imported += drawn
        exported += given
        cost += drawn * price_per_mwh[t] / 1000.0
        revenue += given * price_per_mwh[t] / 1000.0
        emitted += drawn * carbon_g_per_kwh[t] / 1000.0
        if keeps:
            series[0, t] = grid
            series[1, t] = charge - discharge
            series[2, t] = soc
    return imported, exported, cost, revenue, emitted, soc
