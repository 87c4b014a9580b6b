"""State of charge of a store of electricity, its limits and its wear."""


def soc_after_kwh(
    soc_kwh: float,
    charge_kw: float,
    discharge_kw: float,
    hours: float,
    charge_efficiency: float = 0.955,
    discharge_efficiency: float = 0.955,
) -> float:
    """Energy in the store after a step: + efficiency x charge, - discharge / efficiency. [kW, h, kWh].

    Powers 0 or more, efficiencies (0, 1], one way; 0.955 each is a round trip of 0.912, assumed. Reference: energy
    balance.
    """
    return soc_kwh + (charge_efficiency * charge_kw - discharge_kw / discharge_efficiency) * hours


def charge_room_kw(
    soc_kwh: float, energy_kwh: float, hours: float, charge_efficiency: float
) -> float:
    """Largest constant charge [kW] that does not fill the store beyond energy_kwh within the step.

    hours above 0, charge_efficiency (0, 1]. Reference: energy balance; the inverse of `soc_after_kwh`.
    """
    return max(0.0, (energy_kwh - soc_kwh) / (charge_efficiency * hours))


def discharge_room_kw(
    soc_kwh: float, least_kwh: float, hours: float, discharge_efficiency: float
) -> float:
    """Largest constant discharge [kW] that does not draw the store below least_kwh within the step.

    hours above 0, discharge_efficiency (0, 1]. Reference: energy balance; the inverse of `soc_after_kwh`.
    """
    return max(0.0, (soc_kwh - least_kwh) * discharge_efficiency / hours)


def wear_cost_per_kwh(capex_per_kwh: float, cycles: float, depth: float) -> float:
    """Money per kWh discharged: price of the store over all the energy its cycles give.

    capex_per_kwh [money per kWh of capacity]; cycles at depth [0-1] until the end of its life. cycles, depth above 0.
    Reference: definition of a cost by throughput.
    """
    return capex_per_kwh / (cycles * depth)


def rate_max_kw(energy_kwh: float, rate_per_h: float) -> float:
    """Largest power [kW] of a store of energy_kwh [kWh] at a C-rate [1/h, above 0]: 0.5 empties it in two hours.

    Reference: definition of a C-rate.
    """
    return energy_kwh * rate_per_h


def usable_kwh(soc_kwh: float, reserve_kwh: float, cycling: bool = False) -> float:
    """Energy [kWh] of a store for backup that may be used for anything else: never its reserve.

    cycling: whether its owner lets it cycle at all; by default nothing may be used. Reference: definition; what must
    stay is `reserve_for_load_kwh`. Both energies 0 or more.
    """
    return max(0.0, soc_kwh - reserve_kwh) if cycling else 0.0


def reserve_for_load_kwh(load_kw: float, seconds: float, efficiency: float = 0.955) -> float:
    """Energy [kWh] that must stay in a store so that it carries load_kw [kW] for some seconds.

    efficiency: (0, 1], of discharging. Reference: energy balance.
    """
    return load_kw * seconds / 3600.0 / efficiency
