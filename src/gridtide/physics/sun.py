"""Where the sun stands: its true place, and how far the air lifts it."""

import math

EVEN_TIME_AHEAD_S = 69.0
"""How far even time runs ahead of the turning earth [s]: 69 to 70 in the 2020s; ten more move the sun by 1e-4°."""
SERIES_UNIT_RAD = 1e-8
LONGITUDE = (
    (175347046.0, 0.0, 0.0), (3341656.0, 4.6692568, 6283.07585), (34894.0, 4.6261, 12566.1517),
    (3497.0, 2.7441, 5753.3849), (3418.0, 2.8289, 3.5231), (3136.0, 3.6277, 77713.7715),
    (2676.0, 4.4181, 7860.4194), (2343.0, 6.1352, 3930.2097), (1324.0, 0.7425, 11506.7698),
    (1273.0, 2.0371, 529.691), (1199.0, 1.1096, 1577.3435), (990.0, 5.233, 5884.927), (902.0, 2.045, 26.298),
    (857.0, 3.508, 398.149), (780.0, 1.179, 5223.694), (753.0, 2.533, 5507.553), (505.0, 4.583, 18849.228),
    (492.0, 4.205, 775.523), (357.0, 2.92, 0.067), (317.0, 5.849, 11790.629), (284.0, 1.899, 796.298),
    (271.0, 0.315, 10977.079), (243.0, 0.345, 5486.778), (206.0, 4.806, 2544.314), (205.0, 1.869, 5573.143),
    (202.0, 2.458, 6069.777), (156.0, 0.833, 213.299), (132.0, 3.411, 2942.463), (126.0, 1.083, 20.775),
    (115.0, 0.645, 0.98), (103.0, 0.636, 4694.003), (102.0, 0.976, 15720.839), (102.0, 4.267, 7.114),
    (99.0, 6.21, 2146.17), (98.0, 0.68, 155.42), (86.0, 5.98, 161000.69), (85.0, 1.3, 6275.96),
    (85.0, 3.67, 71430.7), (80.0, 1.81, 17260.15), (79.0, 3.04, 12036.46), (75.0, 1.76, 5088.63),
    (74.0, 3.5, 3154.69), (74.0, 4.68, 801.82), (70.0, 0.83, 9437.76), (62.0, 3.98, 8827.39), (61.0, 1.82, 7084.9),
    (57.0, 2.78, 6286.6), (56.0, 4.39, 14143.5), (56.0, 3.47, 6279.55), (52.0, 0.19, 12139.55),
    (52.0, 1.33, 1748.02), (51.0, 0.28, 5856.48), (49.0, 0.49, 1194.45), (41.0, 5.37, 8429.24),
    (41.0, 2.4, 19651.05), (39.0, 6.17, 10447.39), (37.0, 6.04, 10213.29), (37.0, 2.57, 1059.38),
    (36.0, 1.71, 2352.87), (36.0, 1.78, 6812.77), (33.0, 0.59, 17789.85), (30.0, 0.44, 83996.85),
    (30.0, 2.74, 1349.87), (25.0, 3.16, 4690.48),
)  # fmt: skip
"""Amplitude [SERIES_UNIT_RAD], phase [rad] and speed [rad per thousand years] of the earth around the sun."""
LONGITUDE_RISING = (
    (628331966747.0, 0.0, 0.0), (206059.0, 2.678235, 6283.07585), (4303.0, 2.6351, 12566.1517),
)  # fmt: skip
LONGITUDE_BENDING = 52919.0
LATITUDE = (
    (280.0, 3.199, 84334.662), (102.0, 5.422, 5507.553), (80.0, 3.88, 5223.69), (44.0, 3.7, 2352.87),
    (32.0, 4.0, 1577.34),
)  # fmt: skip


def almanac_sun_deg(epoch_s: float, latitude: float, longitude: float) -> tuple[float, float]:
    """Zenith and azimuth of the sun [°] at seconds since 1970, without air, in a tenth of the time of `true_sun_deg`.

    latitude -90 to 90, longitude -180 to 180 [°]. Good to 0.01° from 1950 to 2050: enough for weather that is made up.
    Reference: the astronomical almanac's algorithm (J. Michalsky, Solar Energy 40, 1988).
    """
    days = epoch_s / 86400.0 - 10957.5
    mean_longitude = math.radians((280.460 + 0.9856474 * days) % 360.0)
    anomaly = math.radians((357.528 + 0.9856003 * days) % 360.0)
    bend = 1.915 * math.sin(anomaly) + 0.020 * math.sin(2.0 * anomaly)
    ecliptic = mean_longitude + math.radians(bend)
    oblique = math.radians(23.439 - 4.0e-7 * days)
    right_ascension = math.atan2(math.cos(oblique) * math.sin(ecliptic), math.cos(ecliptic))
    declination = math.asin(math.sin(oblique) * math.sin(ecliptic))
    sidereal_h = (6.697375 + 0.0657098242 * days + (epoch_s % 86400.0) / 3600.0) % 24.0
    hour = math.radians(15.0 * sidereal_h + longitude) - right_ascension
    return _from_here_deg(hour, declination, math.radians(latitude))


def true_sun_deg(epoch_s: float, latitude: float, longitude: float) -> tuple[float, float]:
    """Zenith and azimuth of the sun [°] at seconds since 1970, without air; azimuth from north over east.

    latitude -90 to 90, longitude -180 to 180 [°]. Within 0.0003° of the full algorithm from 1990 to 2050.
    Reference: NREL's Solar Position Algorithm (Reda and Andreas, Solar Energy 76, 2004): its terms of VSOP87 but for
    those that move slowly and little, the four largest of nutation, aberration and parallax.
    """
    days = epoch_s / 86400.0 - 10957.5
    centuries = (days + EVEN_TIME_AHEAD_S / 86400.0) / 36525.0
    anomaly = math.radians(357.5291 + 35999.0503 * centuries)
    distance = 1.00014 - 0.01671 * math.cos(anomaly) - 0.00014 * math.cos(2.0 * anomaly)
    turned, tilted = nutation_deg(centuries)
    along, above = _earth_rad(centuries / 10.0)
    along += math.pi + math.radians(turned - 20.4898 / 3600.0 / distance)
    oblique = math.radians(23.4392911 - 0.0130042 * centuries + tilted)
    right_ascension, declination = _on_the_sky_rad(along, -above, oblique)
    sidereal = 280.46061837 + 360.98564736629 * days + turned * math.cos(oblique)
    hour = math.radians((sidereal + longitude) % 360.0) - right_ascension
    zenith, azimuth = _from_here_deg(hour, declination, math.radians(latitude))
    return zenith + 8.794 / 3600.0 / distance * math.sin(math.radians(zenith)), azimuth


def seen_sun_deg(
    epoch_s: float,
    latitude: float,
    longitude: float,
    altitude_m: float = 0.0,
    air_c: float = 12.0,
) -> tuple[float, float]:
    """Zenith and azimuth of the sun [°] as it is seen through the air at a height [m, 0 to 11,000].

    Reference: `true_sun_deg` less `refraction_deg`.
    """
    zenith, azimuth = true_sun_deg(epoch_s, latitude, longitude)
    return zenith - refraction_deg(90.0 - zenith, pressure_hpa(altitude_m), air_c), azimuth


def refraction_deg(elevation: float, pressure: float = 1013.25, air_c: float = 12.0) -> float:
    """How far the air lifts the sun [°] at a true elevation [°]; 0 where it is below the horizon with all its disc.

    pressure [hPa], air_c [°C]; yearly means are enough. Reference: Sæmundsson's formula as NREL's Solar Position
    Algorithm has it; 0.48° at the level of the horizon.
    """
    if elevation < -0.83337:
        return 0.0
    lift = 1.02 / (60.0 * math.tan(math.radians(elevation + 10.3 / (elevation + 5.11))))
    return pressure / 1010.0 * 283.0 / (273.0 + air_c) * lift


def pressure_hpa(altitude_m: float) -> float:
    """Pressure of the standard atmosphere [hPa] at a height above the sea [m, 0 to 11,000].

    Reference: International Standard Atmosphere, in the closed form of the Portland State Aerospace Society (2004).
    """
    return float(((44331.514 - altitude_m) / 11880.516) ** (1.0 / 0.1902632))


def nutation_deg(centuries: float) -> tuple[float, float]:
    """How far the earth's axis nods [°]: along the ecliptic, and in its tilt. centuries: since 2000, -1 to 1.

    Reference: the four largest terms (J. Meeus, Astronomical Algorithms, 1998): good to 0.5 and 0.1 arc seconds.
    """
    node = math.radians(125.04452 - 1934.136261 * centuries)
    sun = 2.0 * math.radians(280.4665 + 36000.7698 * centuries)
    moon = 2.0 * math.radians(218.3165 + 481267.8813 * centuries)
    along = -17.20 * math.sin(node) - 1.32 * math.sin(sun)
    along += 0.21 * math.sin(2.0 * node) - 0.23 * math.sin(moon)
    tilt = 9.20 * math.cos(node) + 0.57 * math.cos(sun)
    tilt += 0.10 * math.cos(moon) - 0.09 * math.cos(2.0 * node)
    return along / 3600.0, tilt / 3600.0


def _earth_rad(millennia: float) -> tuple[float, float]:
    """Heliocentric longitude and latitude of the earth, thousand years since 2000."""
    still = rising = above = 0.0
    for size, phase, speed in LONGITUDE:
        still += size * math.cos(phase + speed * millennia)
    for size, phase, speed in LONGITUDE_RISING:
        rising += size * math.cos(phase + speed * millennia)
    for size, phase, speed in LATITUDE:
        above += size * math.cos(phase + speed * millennia)
    along = still + (rising + LONGITUDE_BENDING * millennia) * millennia
    return along * SERIES_UNIT_RAD, above * SERIES_UNIT_RAD


def _on_the_sky_rad(along: float, above: float, oblique: float) -> tuple[float, float]:
    """Right ascension and declination of a place along and above the ecliptic."""
    east = math.cos(oblique) * math.sin(along) - math.tan(above) * math.sin(oblique)
    north = math.sin(above) * math.cos(oblique)
    north += math.cos(above) * math.sin(oblique) * math.sin(along)
    return math.atan2(east, math.cos(along)), math.asin(north)


def _from_here_deg(hour: float, declination: float, here: float) -> tuple[float, float]:
    """Zenith and azimuth [°] at a latitude; all arguments in rad."""
    height = math.sin(declination) * math.sin(here)
    height += math.cos(declination) * math.cos(here) * math.cos(hour)
    east = -math.cos(declination) * math.sin(hour)
    north = math.sin(declination) * math.cos(here)
    north -= math.cos(declination) * math.sin(here) * math.cos(hour)
    zenith = math.degrees(math.acos(max(-1.0, min(1.0, height))))
    return zenith, math.degrees(math.atan2(east, north)) % 360.0
