"""Power to carry heat out of a building, by kind of plant and the temperature it rejects to.

Coefficients are engineering defaults to be replaced by a site's own fit; the air-cooled chiller is that of
`cooling.chiller_cop`.
"""

from gridtide.physics.cooling import chiller_curves, mechanical_share, plant_cop

WATER_CHILLER, AIR_CHILLER, WARM_LIQUID = 0, 1, 2
TOWER_SHARE = 0.012
CHILLER_SIZE = 1.3
"""Rated heat of an air-cooled chiller over the IT capacity of its building: enough at 40 °C."""
RATED_COP = 3.0
CAPTURED = 0.80
"""Share of the heat that a warm liquid takes; the rest leaves through the air of the room."""
WARM_FREE_BELOW_C, WARM_FULL_ABOVE_C = 22.0, 27.0
WARM_FREE_COP = 30.0


def heat_plant_kw(heat_kw: float, capacity_kw: float, outdoor_c: float, plant: int) -> float:
    """Power of the plant that removes heat_kw [kW] from a building for capacity_kw [kW of IT].

    outdoor_c: wet bulb, for an air-cooled chiller dry bulb [°C]. plant: 0 water chiller with towers, 1
    air-cooled chiller, 2 warm liquid with the rest by water chiller. Convex and increasing in heat_kw. heat_kw 0 or
    more, capacity_kw above 0, outdoor_c -30 to 50. Reference: `cooling` and the assumed coefficients of this file.
    """
    if plant == AIR_CHILLER:
        available, full_load = chiller_curves(outdoor_c)
        nominal_kw = CHILLER_SIZE * capacity_kw
        part = heat_kw / (available * nominal_kw)
        fraction = 0.03303 + 0.6852 * part + 0.2818 * part * part
        return fraction * full_load * available * nominal_kw / RATED_COP
    return heat_kw * heat_plant_slope(heat_kw, capacity_kw, outdoor_c, plant)


def heat_plant_slope(heat_kw: float, capacity_kw: float, outdoor_c: float, plant: int) -> float:
    """Power of the plant for one more kW of heat: the derivative of heat_plant_kw. Dimensionless.

    Arguments as in `heat_plant_kw`.
    """
    chilled = mechanical_share(outdoor_c) / plant_cop(outdoor_c)
    if plant == AIR_CHILLER:
        available, full_load = chiller_curves(outdoor_c)
        part = heat_kw / (available * CHILLER_SIZE * capacity_kw)
        return (0.6852 + 2.0 * 0.2818 * part) * full_load / RATED_COP
    if plant == WARM_LIQUID:
        warm = mechanical_share(outdoor_c, WARM_FREE_BELOW_C, WARM_FULL_ABOVE_C)
        liquid = warm / plant_cop(outdoor_c) + (1.0 - warm) / WARM_FREE_COP
        return CAPTURED * liquid + (1.0 - CAPTURED) * chilled + TOWER_SHARE
    return chilled + TOWER_SHARE


def tower_kw(heat_kw: float, plant: int) -> float:
    """Part of heat_plant_kw [kW] that towers draw; an air-cooled chiller has none. Assumed.

    heat_kw: 0 or more.
    """
    return 0.0 if plant == AIR_CHILLER else TOWER_SHARE * heat_kw


def free_cooling_kw(heat_kw: float, outdoor_c: float, plant: int) -> float:
    """Part of heat_plant_kw [kW] that carries warm liquid past its compressors; 0 for other plants. Assumed.

    outdoor_c: wet bulb [°C]. Free cooling of a water chiller draws nothing here beyond pumps and towers. Arguments as
    in `heat_plant_kw`.
    """
    if plant != WARM_LIQUID:
        return 0.0
    warm = mechanical_share(outdoor_c, WARM_FREE_BELOW_C, WARM_FULL_ABOVE_C)
    return heat_kw * CAPTURED * (1.0 - warm) / WARM_FREE_COP


def compressor_kw(heat_kw: float, capacity_kw: float, outdoor_c: float, plant: int) -> float:
    """Part of heat_plant_kw [kW] that compressors draw: all of it but towers and free cooling.

    Arguments as in `heat_plant_kw`. Reference: definition.
    """
    whole_kw = heat_plant_kw(heat_kw, capacity_kw, outdoor_c, plant)
    return whole_kw - tower_kw(heat_kw, plant) - free_cooling_kw(heat_kw, outdoor_c, plant)


def extra_plant_kw(
    heat_kw: float, extra_kw: float, capacity_kw: float, outdoor_c: float, plant: int
) -> float:
    """Power of the plant [kW] for extra_kw [kW] of heat beyond heat_kw, less than 0 where extra_kw is.

    What is extra goes through chilled water, whatever the plant does with the rest: a warm liquid takes none of it.
    heat_kw + extra_kw >= 0 and, of a warm liquid, the share of the air. Convex and increasing in extra_kw. Reference:
    energy balance over `heat_plant_kw`.
    """
    if plant == AIR_CHILLER:
        together = heat_plant_kw(heat_kw + extra_kw, capacity_kw, outdoor_c, plant)
        return together - heat_plant_kw(heat_kw, capacity_kw, outdoor_c, plant)
    return extra_kw * (mechanical_share(outdoor_c) / plant_cop(outdoor_c) + TOWER_SHARE)


def aired_share(plant: int) -> float:
    """Share of the heat that leaves through air and chilled water, and so may leave earlier or later [0-1].

    Reference: CAPTURED, 0.70 to 0.95 of real loops; assumed, give your own.
    """
    return 1.0 - CAPTURED if plant == WARM_LIQUID else 1.0


def most_heat_kw(capacity_kw: float, outdoor_c: float, plant: int) -> float:
    """The most heat [kW] that the plant of a building for capacity_kw [kW of IT] carries out.

    Reference: engineering default, 1.3 times the IT capacity; an air-cooled chiller as its curve has it. Arguments as
    in `heat_plant_kw`.
    """
    available = chiller_curves(outdoor_c)[0] if plant == AIR_CHILLER else 1.0
    return CHILLER_SIZE * capacity_kw * available
