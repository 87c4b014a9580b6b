"""Power of a wind turbine and of a farm by their wind and air."""

import math

STORM_M_PER_S = 25.0
SEA_LEVEL_KG_PER_M3 = 1.225
WIDEST = 4.0
"""How many spreads of a farm's wind are looked at, either way."""
PARTS = 160


def wind_power_share(
    wind_m_per_s: float, cut_in: float = 3.0, rated: float = 12.0, cut_out: float = STORM_M_PER_S
) -> float:
    """Power as a share of rated [0-1] of the wind at hub height [m/s]: cubic between cut-in and rated.

    Nothing below cut-in and from cut-out on [m/s]. Reference: cubic curve of engineering practice; speeds assumed,
    give your own.
    """
    if wind_m_per_s < cut_in or wind_m_per_s >= cut_out:
        return 0.0
    if wind_m_per_s >= rated:
        return 1.0
    return float((wind_m_per_s**3 - cut_in**3) / (rated**3 - cut_in**3))


def hub_wind_m_per_s(
    wind_m_per_s: float, hub_m: float = 100.0, measured_m: float = 10.0, shear: float = 0.14
) -> float:
    """Wind at hub height [m/s] from wind near the ground, by the power law of open land.

    Heights above 0 [m]; shear 0.10 to 0.25, 0.14 of open land, assumed. Reference: power law of Hellmann.
    """
    return float(wind_m_per_s * (hub_m / measured_m) ** shear)


def air_density_kg_per_m3(temperature_c: float, height_m: float = 0.0) -> float:
    """Density of dry air [kg/m³] at a temperature [°C, -60 to 60] and height above the sea [m, 0 to 11,000].

    Reference: ideal gas at the pressure of the International Standard Atmosphere (ISO 2533).
    """
    pressure_pa = 101325.0 * (1.0 - 2.25577e-5 * height_m) ** 5.25588
    return float(pressure_pa / (287.05 * (temperature_c + 273.15)))


def power_share_in_air(share: float, density_kg_per_m3: float) -> float:
    """A stall-regulated turbine's share of rated power [0-1] in air of another density than 1.225 kg/m³.

    Reference: IEC 61400-12-1, power in proportion to density; never above rated.
    """
    return min(1.0, share * density_kg_per_m3 / SEA_LEVEL_KG_PER_M3)


def wind_in_air_m_per_s(wind_m_per_s: float, density_kg_per_m3: float) -> float:
    """Wind [m/s] of standard air with the power of this wind in air of this density, for turbines that pitch.

    Reference: IEC 61400-12-1, wind times the cube root of the density's ratio: rated power stays what it is.
    """
    return float(wind_m_per_s * (density_kg_per_m3 / SEA_LEVEL_KG_PER_M3) ** (1.0 / 3.0))


def farm_spread_m_per_s(wind_m_per_s: float) -> float:
    """Standard deviation of the winds [m/s] in a farm, by their mean [m/s, 0 or more]: 0.2 v^0.6 + 0.6.

    Reference: fit to farms over tens of kilometres; assumed, give your own.
    """
    return float(0.2 * wind_m_per_s**0.6 + 0.6)


def farm_power_share(
    wind_m_per_s: float, wake_share: float = 0.07, spread_m_per_s: float = -1.0
) -> float:
    """Power of a farm over its rated power [0-1] at a mean wind at hub height [m/s, 0 or more].

    The turbine's curve under a normal spread of winds (farm_spread_m_per_s, unless one of 0 or more is given), less
    wake_share [0-1), 0.05 to 0.10, that turbines take from each other. The sum is within 0.001 of the integral.
    Reference: Gaussian smoothing of a power curve; parameters assumed, give your own.
    """
    spread = farm_spread_m_per_s(wind_m_per_s) if spread_m_per_s < 0.0 else spread_m_per_s
    if spread == 0.0:
        return (1.0 - wake_share) * wind_power_share(wind_m_per_s)
    power = weights = 0.0
    for part in range(PARTS):
        off = WIDEST * ((2.0 * part + 1.0) / PARTS - 1.0)
        weight = math.exp(-0.5 * off * off)
        wind = max(0.0, wind_m_per_s + off * spread)
        power += weight * wind_power_share(wind, cut_out=math.inf)
        weights += weight
    stopped = 0.5 * math.erfc((STORM_M_PER_S - wind_m_per_s) / (spread * math.sqrt(2.0)))
    return (1.0 - wake_share) * max(0.0, power / weights - stopped)
