"""From IT power to facility power, and what one more kilowatt of IT draws at the meter.

Reference: the roll-up of conversion losses, fans, pumps and heat rejection by wet bulb; its coefficients
are engineering defaults to be replaced by a site's own fit.
"""

from gridtide.physics.heat_plant import WARM_LIQUID, heat_plant_kw, heat_plant_slope
from gridtide.physics.transformer import transformer_loss_kw
from gridtide.physics.ups import ups_loss_kw

PDU_SHARE = 0.010
FAN_SHARE = 0.045
LIQUID_FAN_SHARE = 0.010
PUMP_SHARE = 0.015
MISC_SHARE = 0.010
SLOWEST = 0.30


def facility_power_kw(it_kw: float, capacity_kw: float, outdoor_c: float, plant: int = 0) -> float:
    """Power at the facility meter [kW] of an IT load [kW] in a building for capacity_kw [kW of IT].

    outdoor_c: wet bulb, for an air-cooled chiller dry bulb [°C]. plant: as in heat_plant. Convex and
    increasing in it_kw; 0 IT power still draws what is always on. it_kw 0 or more, capacity_kw above 0, outdoor_c -30
    to 50. Reference: the roll-up of this file.
    """
    heat_kw = heat_of_it_kw(it_kw, capacity_kw, plant)
    moved_kw = pump_kw(it_kw, capacity_kw)
    always_kw = transformer_loss_kw(it_kw, capacity_kw) + misc_kw(capacity_kw)
    return heat_kw + always_kw + moved_kw + heat_plant_kw(heat_kw, capacity_kw, outdoor_c, plant)


def fast_facility_power_kw(it_kw: float, capacity_kw: float, plant: int = 0) -> float:
    """The part of facility_power_kw [kW] that follows IT [kW] within seconds: all but the heat plant, which lags.

    Arguments as in `facility_power_kw`. Reference: the roll-up of this file.
    """
    always_kw = transformer_loss_kw(it_kw, capacity_kw) + misc_kw(capacity_kw)
    return heat_of_it_kw(it_kw, capacity_kw, plant) + always_kw + pump_kw(it_kw, capacity_kw)


def heat_of_it_kw(it_kw: float, capacity_kw: float, plant: int = 0) -> float:
    """Heat [kW] that IT, its conversion and the fans of the room give off.

    Arguments as in `facility_power_kw`. Reference: energy balance; what is lost in a room warms it.
    """
    blown_kw = fan_kw(it_kw, capacity_kw, plant)
    return it_kw + ups_loss_kw(it_kw, capacity_kw) + distribution_loss_kw(it_kw) + blown_kw


def distribution_loss_kw(it_kw: float) -> float:
    """Loss [kW] of distribution units and busways for an IT load [kW]: a share of it. Assumed.

    it_kw: 0 or more.
    """
    return PDU_SHARE * it_kw


def fan_kw(it_kw: float, capacity_kw: float, plant: int = 0) -> float:
    """Power [kW] of the fans of the room: the cube of the flow, which follows IT down to SLOWEST. Assumed.

    Arguments as in `facility_power_kw`.
    """
    return fan_share(plant) * capacity_kw * max(it_kw / capacity_kw, SLOWEST) ** 3


def pump_kw(it_kw: float, capacity_kw: float) -> float:
    """Power [kW] of the pumps: the cube of the flow, which follows IT down to SLOWEST. Assumed.

    Arguments as in `facility_power_kw`.
    """
    return PUMP_SHARE * capacity_kw * max(it_kw / capacity_kw, SLOWEST) ** 3


def misc_kw(capacity_kw: float) -> float:
    """Power [kW] of lights, offices and controls, always on, by the IT capacity [kW]. Assumed.

    capacity_kw: 0 or more.
    """
    return MISC_SHARE * capacity_kw


def heat_slope(it_kw: float, capacity_kw: float, plant: int = 0) -> float:
    """Heat for one more kW of IT: the derivative of heat_of_it_kw. Dimensionless.

    Arguments as in `facility_power_kw`.
    """
    return _slopes(it_kw / capacity_kw, fan_share(plant))[0]


def fan_share(plant: int) -> float:
    """Power of all fans at full flow over the IT capacity; liquid leaves them little to move.

    Dimensionless. Reference: engineering defaults, assumed, give your own. plant: as in `heat_plant_kw`.
    """
    return LIQUID_FAN_SHARE if plant == WARM_LIQUID else FAN_SHARE


def pue(it_kw: float, capacity_kw: float, outdoor_c: float, plant: int = 0) -> float:
    """Facility power over IT power; it_kw > 0.

    Dimensionless, 1 or more. Reference: ISO/IEC 30134-2, here at one instant.
    """
    return facility_power_kw(it_kw, capacity_kw, outdoor_c, plant) / it_kw


def marginal_facility_power(
    it_kw: float, capacity_kw: float, outdoor_c: float, plant: int = 0
) -> float:
    """Facility kW for one more kW of IT: the derivative of facility_power_kw. Dimensionless.

    Use it, not the average PUE, to value a change of IT power. Arguments as in `facility_power_kw`.
    """
    heat, rest = _slopes(it_kw / capacity_kw, fan_share(plant))
    heat_kw = heat_of_it_kw(it_kw, capacity_kw, plant)
    return heat + rest + heat * heat_plant_slope(heat_kw, capacity_kw, outdoor_c, plant)


def fast_marginal_facility_power(it_kw: float, capacity_kw: float, plant: int = 0) -> float:
    """The part of the marginal that follows IT within seconds: conversion, fans, pumps; no heat plant.

    Dimensionless, 1 or more. Reference: the derivative of `fast_facility_power_kw`.
    """
    heat, rest = _slopes(it_kw / capacity_kw, fan_share(plant))
    return heat + rest


def _slopes(x: float, fans: float) -> tuple[float, float]:
    """Slopes of what becomes heat in the room, and of the rest, at a share x of the capacity."""
    moving = 1.0 if x > SLOWEST else 0.0
    heat = 1.0 + (0.012 + 0.026 * x) + PDU_SHARE + 3.0 * fans * x * x * moving
    return heat, 0.018 * x + 3.0 * PUMP_SHARE * x * x * moving
