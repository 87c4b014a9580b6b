"""What a kilowatt of sun and of wind makes at a place, from its weather."""

import numpy as np
from numpy.typing import NDArray

from gridtide.physics.solar import day_of_year, module_power_share, share_through_clouds
from gridtide.physics.sun import seen_sun_deg
from gridtide.physics.wind import farm_power_share, hub_wind_m_per_s

Real = NDArray[np.float64]
FASTEST_M_PER_S, CURVE_POINTS = 60.0, 1201


def solar_shares(
    middles_s: Real, place: tuple[float, float], cloud: Real, air_c: Real, wind_m_per_s: Real
) -> Real:
    """Power per kW of modules tilted by the latitude, (T,). middles_s: of the hours, since 1970; place: latitude and
    longitude; cloud: share of the sky."""
    shares = [
        module_power_share(
            day_of_year(at),
            place[0],
            seen_sun_deg(at, *place),
            share_through_clouds(clouds),
            (warm, blows),
        )
        for at, clouds, warm, blows in zip(
            middles_s.tolist(), cloud.tolist(), air_c.tolist(), wind_m_per_s.tolist(), strict=True
        )
    ]
    return np.asarray(shares, dtype=np.float64)


def wind_shares(wind10m_m_per_s: Real) -> Real:
    """Power per kW of a farm at 100 m, wakes taken off, (T,), from wind at 10 m; by its curve at CURVE_POINTS winds."""
    winds = np.linspace(0.0, FASTEST_M_PER_S, CURVE_POINTS)
    curve = np.asarray([farm_power_share(float(wind)) for wind in winds])
    return np.asarray(np.interp(wind10m_m_per_s * hub_wind_m_per_s(1.0), winds, curve))
