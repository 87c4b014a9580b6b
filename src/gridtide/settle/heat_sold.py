"""Heat led to others instead of outside: how much of it is bought, what lifting it draws, what it brings."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gridtide.physics.waste_heat import heat_pump_cop
from gridtide.units import cost_per_kwh

Real = NDArray[np.float64]
APPROACH_K = 5.0
"""Lost over a heat exchanger; without a pump, heat must be that much warmer than it is asked for. Assumed."""


@dataclass(frozen=True, kw_only=True)
class HeatCustomer:
    """Somebody who buys heat. price_per_mwh: of heat that arrives. needs_c: how warm it must be. most_kw: taken at
    once. wanted_h: how many hours of the year, the coldest ones. distance_km, pipe_per_km, pipe_life_years: of the way
    there. lost_share_per_km: of the heat [0-1). displaced_g_per_kwh: of what warmed them before; told, never netted."""

    name: str
    price_per_mwh: float
    needs_c: float
    most_kw: float
    wanted_h: int
    distance_km: float = 0.0
    pipe_per_km: float = 0.0
    pipe_life_years: float = 30.0
    lost_share_per_km: float = 0.0
    displaced_g_per_kwh: float = 0.0


@dataclass(frozen=True, kw_only=True, eq=False)
class HeatSold:
    """taken_kw: out of the building; pump_kw: to lift it; delivered_kw: that arrives; all (T,). income: of a year,
    before pumps and pipes. cop: of the pump, None where heat goes as it is."""

    customer: HeatCustomer
    taken_kw: Real
    pump_kw: Real
    delivered_kw: Real
    income: float
    cop: float | None


def heat_sold(
    customer: HeatCustomer, available_kw: Real, warm_c: float, outdoor_c: Real, drawn_per_mwh: Real
) -> HeatSold:
    """Heat that a customer gets of what is available, hour by hour, (T,) each: in the hours it is wanted, where its
    price pays for the electricity that lifts it.

    warm_c: of the heat as it leaves the machines. drawn_per_mwh: all that a MWh more at the meter costs.
    """
    lift = customer.needs_c > warm_c - APPROACH_K
    cop = heat_pump_cop(customer.needs_c + APPROACH_K, warm_c) if lift else None
    pump = 0.0 if cop is None else 1.0 / (cop - 1.0)
    arrives = (1.0 + pump) * max(0.0, 1.0 - customer.lost_share_per_km * customer.distance_km)
    wanted = wanted_hours(outdoor_c, customer.wanted_h)
    pays = customer.price_per_mwh * arrives > drawn_per_mwh * pump
    most_kw = customer.most_kw / arrives if arrives > 0.0 else 0.0
    taken = np.where(wanted & pays, np.minimum(available_kw, most_kw), 0.0)
    delivered = taken * arrives
    return HeatSold(
        customer=customer,
        taken_kw=taken,
        pump_kw=taken * pump,
        delivered_kw=delivered,
        income=float(delivered.sum()) * cost_per_kwh(customer.price_per_mwh),
        cop=cop,
    )


def wanted_hours(outdoor_c: Real, hours: int) -> NDArray[np.bool_]:
    """The coldest hours of a series, as many as asked; of equal ones the earliest, (T,)."""
    found = np.zeros(len(outdoor_c), dtype=bool)
    found[np.argsort(outdoor_c, kind="stable")[: max(0, hours)]] = True
    return found
