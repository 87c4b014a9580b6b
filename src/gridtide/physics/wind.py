"""Power of a wind turbine by its wind."""


def wind_power_share(
    wind_m_per_s: float, cut_in: float = 3.0, rated: float = 12.0, cut_out: float = 25.0
) -> float:
    """Power as a share of rated [0-1] of the wind at hub height [m/s]: cubic between cut-in and rated."""
    if wind_m_per_s < cut_in or wind_m_per_s >= cut_out:
        return 0.0
    if wind_m_per_s >= rated:
        return 1.0
    return float((wind_m_per_s**3 - cut_in**3) / (rated**3 - cut_in**3))


def hub_wind_m_per_s(
    wind_m_per_s: float, hub_m: float = 100.0, measured_m: float = 10.0, shear: float = 0.14
) -> float:
    """Wind at hub height [m/s] from wind near the ground, by the power law of open land."""
    return float(wind_m_per_s * (hub_m / measured_m) ** shear)
