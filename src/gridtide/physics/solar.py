"""From the sun's place and the weather to the power of a solar field."""

import math

from gridtide.physics.sun import pressure_hpa

HORIZON = 90.0


def extraterrestrial_w_per_m2(day_of_year: float) -> float:
    """Irradiance outside the atmosphere [W/m²]. day_of_year: 1 to 366.

    Reference: Spencer 1971, with the solar constant 1366.1 W/m² of ASTM E490.
    """
    angle = 2.0 * math.pi * (day_of_year - 1.0) / 365.0
    near = 1.00011 + 0.034221 * math.cos(angle) + 0.00128 * math.sin(angle)
    return 1366.1 * (near + 0.000719 * math.cos(2.0 * angle) + 7.7e-5 * math.sin(2.0 * angle))


def air_mass(zenith: float, altitude_m: float = 0.0) -> float:
    """Air the light goes through, relative to the zenith at sea level; dimensionless.

    zenith: of the sun as it is seen [°], 0 to 90; beyond, what the horizon has. altitude_m: 0 to 11,000 [m].
    Reference: Kasten and Young 1989, over the pressure of the height.
    """
    low = min(zenith, HORIZON)
    seen = math.cos(math.radians(low)) + 0.50572 * (96.07995 - low) ** -1.6364
    return float(pressure_hpa(altitude_m) / 1013.25 / seen)


def clear_sky_w_per_m2(
    zenith: float, day_of_year: float, altitude_m: float = 0.0, turbidity: float = 3.0
) -> float:
    """Global horizontal irradiance under a clear sky [W/m²], 0 below the horizon.

    zenith: of the sun as it is seen [°]. altitude_m: 0 to 5,000 [m]. turbidity: Linke's, 1 to 8.
    Reference: Ineichen and Perez 2002, without enhancement.
    """
    if zenith >= HORIZON:
        return 0.0
    low, lower = math.exp(-altitude_m / 8000.0), math.exp(-altitude_m / 1250.0)
    weight, decay = 5.09e-5 * altitude_m + 0.868, 3.92e-5 * altitude_m + 0.0387
    dimmed = math.exp(-decay * air_mass(zenith, altitude_m) * (low + lower * (turbidity - 1.0)))
    outside = extraterrestrial_w_per_m2(day_of_year)
    return weight * outside * math.cos(math.radians(zenith)) * dimmed


def share_through_clouds(cloud_share: float) -> float:
    """Share of clear-sky irradiance left under a sky covered by a share of clouds [0-1].

    Reference: Kasten and Czeplak, Solar Energy 24, 1980.
    """
    return float(1.0 - 0.75 * cloud_share**3.4)


def clear_beam_w_per_m2(
    zenith: float, day_of_year: float, altitude_m: float = 0.0, turbidity: float = 3.0
) -> float:
    """Direct irradiance towards the sun under a clear sky [W/m²], 0 below the horizon.

    Arguments as in `clear_sky_w_per_m2`. Reference: Ineichen and Perez 2002.
    """
    if zenith >= HORIZON:
        return 0.0
    low = math.exp(-altitude_m / 8000.0)
    beam = (0.664 + 0.163 / low) * math.exp(
        -0.09 * air_mass(zenith, altitude_m) * (turbidity - 1.0)
    )
    share = 1.0 - (0.1 - 0.2 * math.exp(-turbidity)) / (0.1 + 0.882 / low)
    upright = math.cos(math.radians(zenith))
    most = clear_sky_w_per_m2(zenith, day_of_year, altitude_m, turbidity) * share / upright
    return min(extraterrestrial_w_per_m2(day_of_year) * beam, most)


def diffuse_share(global_w_per_m2: float, zenith: float, day_of_year: float) -> float:
    """Share of global irradiance [W/m², 0 or more] that comes from the sky and not from the sun [0-1].

    zenith: of the sun as it is seen [°]; close to the horizon and below, what 86.3° has. Reference: Erbs et al. 1982.
    """
    above = extraterrestrial_w_per_m2(day_of_year) * max(math.cos(math.radians(zenith)), 0.065)
    clear = min(global_w_per_m2 / above, 1.0)
    if clear <= 0.22:
        return 1.0 - 0.09 * clear
    if clear > 0.80:
        return 0.165
    return 0.9511 - 0.1604 * clear + 4.388 * clear**2 - 16.638 * clear**3 + 12.336 * clear**4


def on_plane_w_per_m2(
    global_w_per_m2: float,
    beam_w_per_m2: float,
    sun: tuple[float, float],
    plane: tuple[float, float],
    albedo: float = 0.25,
) -> float:
    """Irradiance on a tilted plane [W/m²] under a sky of even brightness.

    sun: zenith and azimuth, plane: tilt and azimuth [°]. albedo: of the ground [0-1].
    Reference: isotropic sky of Liu and Jordan 1963.
    """
    zenith, tilt = math.radians(sun[0]), math.radians(plane[0])
    turned = math.cos(math.radians(sun[1] - plane[1]))
    facing = math.cos(zenith) * math.cos(tilt) + math.sin(zenith) * math.sin(tilt) * turned
    diffuse = max(global_w_per_m2 - beam_w_per_m2 * math.cos(zenith), 0.0)
    sky = diffuse * (1.0 + math.cos(tilt)) / 2.0
    ground = global_w_per_m2 * albedo * (1.0 - math.cos(tilt)) / 2.0
    return beam_w_per_m2 * max(facing, 0.0) + sky + ground


def cell_temperature_c(plane_w_per_m2: float, air_c: float, wind_m_per_s: float) -> float:
    """Temperature of a module [°C] under an irradiance [W/m², 0 or more], in air [°C] that blows [m/s, 0 or more].

    Reference: Faiman 2008, 25 W/(m² K) and 6.84 W s/(m³ K).
    """
    return air_c + plane_w_per_m2 / (25.0 + 6.84 * wind_m_per_s)


def direct_power_kw(
    plane_w_per_m2: float, cell_c: float, dc_kw: float, per_k: float = -0.0035
) -> float:
    """Direct current [kW] of modules of dc_kw at 1,000 W/m² and 25 °C, whose power changes by per_k [1/K].

    plane: irradiance [W/m², 0 or more]. cell_c [°C]. Reference: PVWatts version 5, without system losses.
    """
    return max(0.0, dc_kw * plane_w_per_m2 / 1000.0 * (1.0 + per_k * (cell_c - 25.0)))


def field_power_kw(
    plane_w_per_m2: float, cell_c: float, dc_kw: float, inverter_kw: float, per_k: float = -0.0035
) -> float:
    """Power behind the inverter [kW] of a field of dc_kw at standard conditions, clipped at inverter_kw.

    inverter_kw: alternating-current rating. Reference: PVWatts version 5, inverter of 0.96. Irradiance 0 or more, both
    ratings above 0.
    """
    direct_kw = direct_power_kw(plane_w_per_m2, cell_c, dc_kw, per_k)
    rated_kw = inverter_kw / 0.96
    load = direct_kw / rated_kw
    if load <= 0.0:
        return 0.0
    efficiency = 0.96 / 0.9637 * (-0.0162 * load - 0.0059 / load + 0.9858)
    return max(0.0, min(efficiency * direct_kw, inverter_kw))


def day_of_year(epoch_s: float) -> float:
    """Day of the year at seconds since 1970, 1 on the first of January, good to a day: the orbit's phase.

    Reference: definition, over years of 365.25 days. From 1 to 366.25, epoch_s of 2000 to 2100.
    """
    return (epoch_s / 86400.0 - 10957.0) % 365.25 + 1.0


def module_power_share(
    day: float,
    latitude: float,
    sun: tuple[float, float],
    through: float,
    air: tuple[float, float],
) -> float:
    """Power behind the inverter per kW of modules [0-1], facing the equator, tilted by the latitude.

    day: of the year, 1 to 366. latitude [°]. sun: its zenith and azimuth [°] (physics.sun). through: share of the clear
    sky's irradiance that comes through [0-1]. air: temperature [°C] and wind [m/s]. The inverter has 1/1.2 of the
    modules, assumed. Reference: the chain of this file at the level of the sea.
    """
    light = through * clear_sky_w_per_m2(sun[0], day)
    if light <= 0.0:
        return 0.0
    upright = max(math.cos(math.radians(sun[0])), 0.05)
    beam = light * (1.0 - diffuse_share(light, sun[0], day)) / upright
    plane = (abs(latitude), 180.0 if latitude >= 0.0 else 0.0)
    tilted = on_plane_w_per_m2(light, beam, sun, plane)
    warm = cell_temperature_c(tilted, air[0], air[1])
    return field_power_kw(tilted, warm, 1.0, 1.0 / 1.2)
