"""A tank of hot water that is mixed through: its temperature, and what it holds and loses."""

import math

from gridtide.physics.cold_store import KWH_PER_M3_K


def tank_after_c(
    tank_c: float,
    into_kw: float,
    volume_m3: float,
    hours: float,
    around_c: float = 20.0,
    loss_kw_per_k: float = 0.0,
) -> float:
    """Temperature [°C] of a tank after some hours with into_kw [kW of heat] held, less than 0 where heat is taken.

    loss_kw_per_k: what it loses to around_c [°C] per kelvin, 0 or more. Exact, so that no step is too long. volume_m3,
    hours above 0. Reference: energy balance of water that is mixed through.
    """
    kwh_per_k = KWH_PER_M3_K * volume_m3
    if loss_kw_per_k <= 0.0:
        return tank_c + into_kw * hours / kwh_per_k
    settled_c = around_c + into_kw / loss_kw_per_k
    return settled_c + (tank_c - settled_c) * math.exp(-loss_kw_per_k * hours / kwh_per_k)


def tank_kwh(tank_c: float, useful_from_c: float, volume_m3: float) -> float:
    """Heat [kWh] in a tank above the temperature from which it is of use [°C]; 0 below it.

    volume_m3: 0 or more. Reference: energy balance with KWH_PER_M3_K.
    """
    return KWH_PER_M3_K * volume_m3 * max(0.0, tank_c - useful_from_c)
