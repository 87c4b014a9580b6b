"""What generators for emergencies carry of power that a site lacks."""

from math import ceil

from numba import njit

from gridtide.kernels import scalar  # noqa: F401
from gridtide.physics.genset import fuel_l_per_h


@njit(cache=True, error_model="numpy")
def carried(
    lacking_kw: float,
    units: tuple[float, float, float],
    fuel: tuple[float, float, float],
    hours: float,
) -> tuple[float, float, float]:
    """Power [kW, mean of the step], fuel [L] and generators that run, of what lacks; never more than lacks.

    units: how many started, what each is rated [kW], share of the step in which they carry load. fuel: L/kWh of
    load, L/kWh of rating while running, L in the tank. As few run as carry it; before they are up and once the tank is
    empty nothing does.
    """
    started, rated, share = units
    per_kwh, idling, tank_l = fuel
    load_kw = min(lacking_kw, started * rated)
    power = load_kw * share
    if power <= 0.0 or tank_l <= 0.0:
        return 0.0, 0.0, 0.0
    running = min(started, float(ceil(load_kw / rated)))
    burnt = fuel_l_per_h(load_kw, running * rated, per_kwh, idling) * share * hours
    if burnt > tank_l:
        power *= tank_l / burnt
        burnt = tank_l
    return power, burnt, running
