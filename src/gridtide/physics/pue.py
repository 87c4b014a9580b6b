"""From IT power to facility power, and what one more kilowatt of IT draws at the meter.

Reference: the roll-up of conversion losses, fans, pumps and heat rejection by wet bulb; its coefficients
are engineering defaults to be replaced by a site's own fit.
"""

from gridtide.physics.cooling import mechanical_share, plant_cop
from gridtide.physics.transformer import transformer_loss_kw
from gridtide.physics.ups import ups_loss_kw

PDU_SHARE = 0.010
FAN_SHARE = 0.045
PUMP_SHARE = 0.015
MISC_SHARE = 0.010
TOWER_SHARE = 0.012
SLOWEST = 0.30


def facility_power_kw(it_kw: float, capacity_kw: float, wet_bulb_c: float) -> float:
    """Power at the facility meter [kW] of an IT load [kW] in a building for capacity_kw [kW of IT].

    wet_bulb_c: [°C]. Convex and increasing in it_kw; 0 IT power still draws what is always on.
    """
    x = it_kw / capacity_kw
    ups_kw = ups_loss_kw(it_kw, capacity_kw)
    pdu_kw = PDU_SHARE * it_kw
    fan_kw = FAN_SHARE * capacity_kw * max(x, SLOWEST) ** 3
    pump_kw = PUMP_SHARE * capacity_kw * max(x, SLOWEST) ** 3
    heat_kw = it_kw + ups_kw + pdu_kw + fan_kw
    chiller_kw = mechanical_share(wet_bulb_c) * heat_kw / plant_cop(wet_bulb_c)
    always_kw = transformer_loss_kw(it_kw, capacity_kw) + MISC_SHARE * capacity_kw
    return heat_kw + always_kw + pump_kw + chiller_kw + TOWER_SHARE * heat_kw


def pue(it_kw: float, capacity_kw: float, wet_bulb_c: float) -> float:
    """Facility power over IT power; it_kw > 0."""
    return facility_power_kw(it_kw, capacity_kw, wet_bulb_c) / it_kw


def marginal_facility_power(it_kw: float, capacity_kw: float, wet_bulb_c: float) -> float:
    """Facility kW for one more kW of IT: the derivative of facility_power_kw. Dimensionless.

    Use it, not the average PUE, to value a change of IT power.
    """
    heat, rest = _slopes(it_kw / capacity_kw)
    rejected = mechanical_share(wet_bulb_c) / plant_cop(wet_bulb_c) + TOWER_SHARE
    return heat + rest + heat * rejected


def fast_marginal_facility_power(it_kw: float, capacity_kw: float) -> float:
    """The part of the marginal that follows IT within seconds: conversion, fans, pumps; no heat plant."""
    heat, rest = _slopes(it_kw / capacity_kw)
    return heat + rest


def _slopes(x: float) -> tuple[float, float]:
    """Slopes of what becomes heat in the room, and of the rest, at a share x of the capacity."""
    moving = 1.0 if x > SLOWEST else 0.0
    heat = 1.0 + (0.012 + 0.026 * x) + PDU_SHARE + 3.0 * FAN_SHARE * x * x * moving
    return heat, 0.018 * x + 3.0 * PUMP_SHARE * x * x * moving
