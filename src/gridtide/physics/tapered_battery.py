"""A lithium store whose power falls as it fills and empties.

Reference: the C/L/C model, constant power limit, linear loss and a linear relation of power and content, with the
values that its public description gives for NMC cells.
"""

C_RATE = 3.0
CHARGE_EFFICIENCY = 0.97
DISCHARGE_LOSS = 1.04
CHARGE_TAPER_H = 0.04
DISCHARGE_TAPER_H = 0.01


def tapered_charge_max_kw(stored_kwh: float, energy_kwh: float, hours: float) -> float:
    """Largest constant charge [kW] for a step [h] of a store of energy_kwh that holds stored_kwh [kWh]."""
    room = (energy_kwh - stored_kwh) / (CHARGE_EFFICIENCY * hours + CHARGE_TAPER_H)
    return min(C_RATE * energy_kwh / CHARGE_EFFICIENCY, room)


def tapered_discharge_max_kw(stored_kwh: float, energy_kwh: float, hours: float) -> float:
    """Largest constant discharge [kW] for a step [h] of a store of energy_kwh that holds stored_kwh [kWh]."""
    room = stored_kwh / (DISCHARGE_TAPER_H + DISCHARGE_LOSS * hours)
    return min(C_RATE * energy_kwh / DISCHARGE_LOSS, room)


def tapered_stored_kwh(
    stored_kwh: float, charge_kw: float, discharge_kw: float, hours: float
) -> float:
    """Energy in the store [kWh] after a step [h]: what is charged less its loss, what is given and its loss."""
    return stored_kwh + (CHARGE_EFFICIENCY * charge_kw - DISCHARGE_LOSS * discharge_kw) * hours
