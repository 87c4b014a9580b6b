"""Temperature of a hall with two stores of heat: its air, and the mass of machines and walls behind it."""

import math

HALL_KW = 1000.0
AIR_KJ_PER_K, MASS_KJ_PER_K, BETWEEN_KW_PER_K = 3620.0, 60000.0, 60.0
"""Of a hall of 1,000 kW and 3,000 m³ with air cooling; unverified, fit your own."""


def room_after_c(
    air_c: float,
    mass_c: float,
    heat_kw: float,
    hours: float,
    air_kj_per_k: float = AIR_KJ_PER_K,
    mass_kj_per_k: float = MASS_KJ_PER_K,
    between_kw_per_k: float = BETWEEN_KW_PER_K,
) -> tuple[float, float]:
    """Temperatures of air and mass [°C] after some hours with heat_kw held: IT heat less what is cooled away.

    The exact solution of the linear pair, so that no step is too long. Defaults are of a hall of HALL_KW. hours: 0 or
    more; the three coefficients above 0. Reference: energy balance of two stores of heat.
    """
    both = air_kj_per_k + mass_kj_per_k
    rate = between_kw_per_k * (1.0 / air_kj_per_k + 1.0 / mass_kj_per_k)
    seconds = hours * 3600.0
    rise_c = heat_kw * seconds / both
    settled_c = heat_kw / (air_kj_per_k * rate)
    apart_c = settled_c + (air_c - mass_c - settled_c) * math.exp(-rate * seconds)
    mean_c = (air_kj_per_k * air_c + mass_kj_per_k * mass_c) / both + rise_c
    return (
        mean_c + apart_c * mass_kj_per_k / both,
        mean_c - apart_c * air_kj_per_k / both,
    )


def fast_constant_s(
    air_kj_per_k: float = AIR_KJ_PER_K,
    mass_kj_per_k: float = MASS_KJ_PER_K,
    between_kw_per_k: float = BETWEEN_KW_PER_K,
) -> float:
    """Seconds in which air and mass come together but for 1/e of what they were apart. Of the exact solution.

    All above 0.
    """
    return 1.0 / (between_kw_per_k * (1.0 / air_kj_per_k + 1.0 / mass_kj_per_k))


def late_rise_k_per_h(
    heat_kw: float, air_kj_per_k: float = AIR_KJ_PER_K, mass_kj_per_k: float = MASS_KJ_PER_K
) -> float:
    """How fast air and mass warm together [K/h] once they have settled, with heat_kw [kW] more than is cooled.

    Reference: of the exact solution, `room_after_c`. Stores of heat above 0.
    """
    return heat_kw * 3600.0 / (air_kj_per_k + mass_kj_per_k)


def air_alone_rise_k_per_h(heat_kw: float, air_kj_per_k: float = AIR_KJ_PER_K) -> float:
    """How fast the air warms [K/h] at first, before the mass takes part: no hall warms faster.

    Reference: of the exact solution at its first instant, `room_after_c`. air_kj_per_k: above 0.
    """
    return heat_kw * 3600.0 / air_kj_per_k


def heat_for_rise_kw(
    rise_k: float,
    hours: float,
    air_kj_per_k: float = AIR_KJ_PER_K,
    mass_kj_per_k: float = MASS_KJ_PER_K,
    between_kw_per_k: float = BETWEEN_KW_PER_K,
) -> float:
    """Heat [kW] beyond what is cooled that warms the air of a settled hall by rise_k [K] in some hours, above 0.

    The inverse of `room_after_c`, which is linear in its heat: how much cooling may be cut under a limit such as
    20 K/h, which is 5 K in a quarter of an hour.
    """
    air_c, _ = room_after_c(0.0, 0.0, 1.0, hours, air_kj_per_k, mass_kj_per_k, between_kw_per_k)
    return rise_k / air_c
