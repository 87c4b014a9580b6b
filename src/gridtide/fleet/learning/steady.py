"""A learned map as a building of a fleet: what it draws where load and weather last."""

import numpy as np
from numpy.typing import NDArray

from gridtide.fleet.learned_building import LearnedBuilding
from gridtide.fleet.learning.coefficients import WET_SHARE
from gridtide.fleet.learning.site_map import DeadBand, SiteMap, hats

Real = NDArray[np.float64]
MARKS_IT = 97
WARMEST_C = 60.0


def building_of(site_map: SiteMap, it_capacity_kw: float, model: str) -> LearnedBuilding:
    """The building over all IT power up to its capacity [kW] and all weather.

    Lags have died away; within a dead band as much of it counts as lies behind. Where the map has no data its physics
    goes on, and what was learned on top stays as it was at the end of the data. model: digest of where it comes from.
    """
    from gridtide.kernels.learned_building import OUTDOOR_FROM_C, OUTDOOR_STEP_K

    it_kw = np.linspace(0.0, it_capacity_kw, MARKS_IT)
    count = round((WARMEST_C - OUTDOOR_FROM_C) / OUTDOOR_STEP_K) + 1
    felt_c = np.linspace(OUTDOOR_FROM_C, WARMEST_C, count)
    return LearnedBuilding(
        it_step_kw=it_capacity_kw / (MARKS_IT - 1),
        facility_kw=steady_kw(site_map, it_kw, felt_c),
        wet_share=float(site_map.coefficients[WET_SHARE]),
        model=model,
        changeover=site_map.changeover,
    )


def steady_kw(site_map: SiteMap, it_kw: Real, felt_c: Real) -> Real:
    """Facility power at each IT power, (I,), and each temperature that the plant feels, (J,), kW, (I, J)."""
    from gridtide.kernels.site_map import steady_power

    coefficients = np.ascontiguousarray(site_map.coefficients)
    utilisation, heat_kw, power_kw = steady_power(it_kw, felt_c, coefficients)
    shape = power_kw.shape
    across, along = (
        np.repeat(utilisation[:, None], shape[1], axis=1).ravel(),
        np.repeat(felt_c[None, :], shape[0], axis=0).ravel(),
    )
    rest = hats(across, along, site_map.at_utilisation, site_map.at_outdoor_c)
    power_kw = power_kw + (rest @ site_map.rest_kw.ravel()).reshape(shape)
    for band in site_map.dead_bands:
        power_kw = power_kw + band.weight * _share_on(band, heat_kw, felt_c)
    return np.asarray(power_kw)


def _share_on(band: DeadBand, heat_kw: Real, felt_c: Real) -> Real:
    """What a dead band of weight 1 adds at each heat and temperature, as `band_rows`, (I, J) or what broadcasts."""
    if band.of == "heat":
        return np.clip((heat_kw - band.low) / (band.high - band.low), 0.0, 1.0)[:, None]
    share = np.clip((felt_c - band.low) / (band.high - band.low), 0.0, 1.0)
    return np.asarray(share[None, :] * heat_kw[:, None])
