"""How long it takes to reach another place, and to carry data there."""


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
