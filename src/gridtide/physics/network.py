"""How long it takes to reach another place, and to carry data there."""

import math

EARTH_KM = 6371.0
"""Mean radius of the Earth."""


def great_circle_km(one: tuple[float, float], other: tuple[float, float]) -> float:
    """Distance [km] between two places over the ground, each by its latitude and longitude [°, -180 to 180].

    Reference: haversine formula on a sphere of EARTH_KM; within 0.6 % of the ellipsoid.
    """
    south, north = math.radians(one[0]), math.radians(other[0])
    apart = math.radians(other[1] - one[1])
    chord = (
        math.sin((north - south) / 2.0) ** 2
        + math.cos(south) * math.cos(north) * math.sin(apart / 2.0) ** 2
    )
    return 2.0 * EARTH_KM * math.asin(min(1.0, math.sqrt(chord)))


def rtt_ms(distance_km: float, route_factor: float = 1.5, km_per_ms: float = 200.0) -> float:
    """Round trip [ms] over fibre: twice the routed distance at two thirds of the speed of light.

    distance_km: 0 or more; route_factor: 1 or more, 1.5 assumed. Reference: speed of light in glass, 200 km a ms.
    """
    return 2.0 * distance_km * route_factor / km_per_ms


def transfer_s(data_gb: float, rate_gbps: float) -> float:
    """Seconds to carry gigabytes over gigabits per second.

    data_gb: 0 or more [GB]; rate_gbps: above 0 [Gb/s]. Reference: definition.
    """
    return 8.0 * data_gb / rate_gbps


def sending_h(unbroken_h: float, failures_per_h: float, pieces: int) -> float:
    """Hours a transfer is expected to take when a failure throws back the piece under way, and only that.

    unbroken_h: without failures [h, 0 or more]. failures_per_h: of a path while it is used [1/h, 0 or more]. pieces:
    equal ones, 1 or more. Derived: renewal of exponential failures, a piece of t hours takes (e^(f t) - 1) / f.
    """
    if failures_per_h == 0.0:
        return unbroken_h
    grown = failures_per_h * unbroken_h / pieces
    if grown > 700.0:
        return math.inf
    return pieces * math.expm1(grown) / failures_per_h
