"""A diesel generator: fuel, emissions, and the chance that it starts."""

DIESEL_KG_CO2_PER_KWH_FUEL = 0.2571
"""CO2 of a kWh of heat in diesel, quoted."""


def fuel_l_per_h(
    power_kw: float, rated_kw: float, per_kwh: float = 0.246, idling: float = 0.084
) -> float:
    """Diesel [L/h] of a running generator: per_kwh x power + idling x rated; power 0 to rated [kW].

    Reference: linear part-load curve; assumed, and near vendors' charts for sets of some 30 kW only. Of 1,000 kW they
    tell 0.249 and 0.016 (quoted): give your own.
    """
    return per_kwh * power_kw + idling * rated_kw


DIESEL_KG_CO2_PER_L = 2.70
"""CO2 of a litre of diesel: 10.21 kg of a US gallon over 3.785 L, EPA's emission factors, quoted."""


def emissions_kg(fuel_l: float, per_l: float = DIESEL_KG_CO2_PER_L) -> float:
    """CO2 [kg] of burnt fuel [L, >= 0]. per_l: of a litre [kg/L]. Reference: EPA's emission factors, quoted."""
    return per_l * fuel_l


def emissions_kg_per_kwh(efficiency: float = 0.35) -> float:
    """CO2 [kg] of a kWh of electricity from diesel. efficiency: 0.35 to 0.40 at full load, assumed."""
    return DIESEL_KG_CO2_PER_KWH_FUEL / efficiency


def enough_start_chance(units: int, needed: int, failure: float = 0.0075) -> float:
    """Chance [0-1] that at least `needed` of `units` generators start, each failing on its own.

    failure: chance [0-1) that one does not start, 0.005 to 0.01, assumed. Reference: binomial distribution.
    """
    chance = 0.0
    one = failure**units
    for started in range(units + 1):
        if started >= needed:
            chance += one
        one = _one_more(one, units, started, failure)
    return chance


def _one_more(chance: float, units: int, started: int, failure: float) -> float:
    """Chance that one more than `started` have started, by that of `started`."""
    if failure <= 0.0:
        return 1.0 if started + 1 == units else 0.0
    return chance * (units - started) / (started + 1) * (1.0 - failure) / failure


def started_share(seconds: float, start_s: float = 15.0) -> float:
    """Share of its power [0 or 1] that a generator may carry some seconds after it was called.

    start_s: 10 to 30 s until it takes load, assumed.
    """
    return 1.0 if seconds >= start_s else 0.0
