"""Facility power and rejected heat of one building, hour by hour, with heat led to others, by the physics itself."""

import numpy as np
from numba import njit
from numpy.typing import NDArray

from gridtide.kernels import scalar  # noqa: F401  (makes the physics callable from compiled code)
from gridtide.physics.heat_plant import compressor_kw, heat_plant_kw
from gridtide.physics.pue import heat_of_it_kw, misc_kw, pump_kw
from gridtide.physics.transformer import transformer_loss_kw

Real = NDArray[np.float64]


@njit(cache=True, error_model="numpy")
def site_hours(
    it_kw: Real, led_away_kw: Real, capacity_kw: float, outdoor_c: Real, plant: int
) -> tuple[Real, Real]:
    """Facility power and heat that the plant rejects, its compressors' own included, kW, (T,) each.

    it_kw, led_away_kw (heat that others get, not above the room's), outdoor_c (what the plant feels): (T,).
    """
    facility, rejected = np.empty_like(it_kw), np.empty_like(it_kw)
    for t in range(it_kw.shape[0]):
        room = heat_of_it_kw(it_kw[t], capacity_kw, plant)
        heat = room - led_away_kw[t]
        always = transformer_loss_kw(it_kw[t], capacity_kw) + misc_kw(capacity_kw)
        carried = heat_plant_kw(heat, capacity_kw, outdoor_c[t], plant)
        facility[t] = room + always + pump_kw(it_kw[t], capacity_kw) + carried
        rejected[t] = heat + compressor_kw(heat, capacity_kw, outdoor_c[t], plant)
    return facility, rejected
