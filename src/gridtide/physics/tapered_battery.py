"""A lithium store whose power falls as it fills and empties.

Reference: the C/L/C model, constant power limit, linear loss and a linear relation of power and content, with the
values that its public description gives for NMC cells.
"""

import math

C_RATE = 3.0
CHARGE_EFFICIENCY = 0.97
DISCHARGE_LOSS = 1.04
CHARGE_TAPER_H = 0.04
DISCHARGE_TAPER_H = 0.01


def tapered_charge_max_kw(stored_kwh: float, energy_kwh: float, hours: float) -> float:
    """Largest constant charge [kW] for a step [h] of a store of energy_kwh that holds stored_kwh [kWh].

    0 <= stored_kwh <= energy_kwh, hours above 0. Reference: the model of this file.
    """
    room = (energy_kwh - stored_kwh) / (CHARGE_EFFICIENCY * hours + CHARGE_TAPER_H)
    return min(C_RATE * energy_kwh / CHARGE_EFFICIENCY, room)


def tapered_discharge_max_kw(stored_kwh: float, energy_kwh: float, hours: float) -> float:
    """Largest constant discharge [kW] for a step [h] of a store of energy_kwh that holds stored_kwh [kWh].

    0 <= stored_kwh <= energy_kwh, hours above 0. Reference: the model of this file.
    """
    room = stored_kwh / (DISCHARGE_TAPER_H + DISCHARGE_LOSS * hours)
    return min(C_RATE * energy_kwh / DISCHARGE_LOSS, room)


def tapered_stored_kwh(
    stored_kwh: float, charge_kw: float, discharge_kw: float, hours: float
) -> float:
    """Energy in the store [kWh] after a step [h]: what is charged less its loss, what is given and its loss.

    Powers 0 or more, at most as the two limits allow. Reference: energy balance.
    """
    return stored_kwh + (CHARGE_EFFICIENCY * charge_kw - DISCHARGE_LOSS * discharge_kw) * hours


def tapered_hour_in_kwh(
    stored_kwh: float, energy_kwh: float, offered_kw: float, parts: int
) -> float:
    """Energy in the store [kWh] after an hour of `parts` equal steps in which offered_kw [kW] is there to charge.

    Step by step in closed form: while there is room for it, full power adds the same in every step; from then on every
    step leaves the same share of the room. offered_kw 0 or more, parts 1 or more. Derived from
    `tapered_charge_max_kw`.
    """
    hours = 1.0 / parts
    reach_h = CHARGE_EFFICIENCY * hours + CHARGE_TAPER_H
    power = min(offered_kw, C_RATE * energy_kwh / CHARGE_EFFICIENCY)
    each = CHARGE_EFFICIENCY * power * hours
    if each <= 0.0:
        return stored_kwh
    full = _steps_within(energy_kwh - power * reach_h - stored_kwh, each, parts)
    room = energy_kwh - stored_kwh - full * each
    return energy_kwh - room * (1.0 - CHARGE_EFFICIENCY * hours / reach_h) ** (parts - full)


def tapered_hour_out(
    stored_kwh: float, energy_kwh: float, asked_kw: float, parts: int
) -> tuple[float, float]:
    """What a store gives [kW, mean of the hour] of asked_kw [kW] in an hour of `parts` equal steps, and what is left in
    it [kWh].

    Step by step in closed form: while it holds enough, full power takes the same in every step; from then on every step
    leaves the same share of what is held. asked_kw 0 or more, parts 1 or more. Derived from
    `tapered_discharge_max_kw`.
    """
    hours = 1.0 / parts
    reach_h = DISCHARGE_TAPER_H + DISCHARGE_LOSS * hours
    power = min(asked_kw, C_RATE * energy_kwh / DISCHARGE_LOSS)
    each = DISCHARGE_LOSS * power * hours
    if each <= 0.0:
        return 0.0, stored_kwh
    full = _steps_within(stored_kwh - power * reach_h, each, parts)
    held = stored_kwh - full * each
    if full == parts:
        return power, held
    left = held * (1.0 - DISCHARGE_LOSS * hours / reach_h) ** (parts - full)
    return full * power * hours + (held - left) / DISCHARGE_LOSS, left


def _steps_within(room_kwh: float, each_kwh: float, parts: int) -> int:
    """Steps of each_kwh, of `parts` at most, that begin with room_kwh or less used."""
    if room_kwh < 0.0:
        return 0
    if room_kwh >= parts * each_kwh:
        return parts
    return min(parts, math.floor(room_kwh / each_kwh) + 1)
