"""Hydrogen as a store of electricity: electrolyser, tank and fuel cell, in kWh of heating value."""

ELECTROLYSER, FUEL_CELL = 0.587, 0.50
HEAT_KWH_PER_KG = 33.33
"""Lower heating value of hydrogen, 120 MJ/kg; quoted."""


def made_per_kwh(kwh_per_kg: float) -> float:
    """Heating value made of a kWh of electricity by an electrolyser that takes kwh_per_kg [kWh/kg, 33.33 or more].

    Reference: definition.
    """
    return HEAT_KWH_PER_KG / kwh_per_kg


def hydrogen_made_kw(
    power_kw: float,
    rated_kw: float,
    efficiency: float = ELECTROLYSER,
    least_share: float = 0.10,
) -> float:
    """Hydrogen [kW of heating value] an electrolyser makes of power_kw [kW], 0 or more, at most rated_kw.

    least_share: below this share of its rating (0.1 to 0.2, assumed) it stands still.
    Reference: efficiency of PyPSA technology-data 2025, quoted.
    """
    if power_kw < least_share * rated_kw:
        return 0.0
    return efficiency * min(power_kw, rated_kw)


def hydrogen_used_kw(power_kw: float, efficiency: float = FUEL_CELL) -> float:
    """Hydrogen [kW of heating value] a fuel cell takes to give power_kw [kW], 0 or more.

    Reference: efficiency of PyPSA technology-data 2025, quoted.
    """
    return power_kw / efficiency


def tank_after_kwh(tank_kwh: float, made_kw: float, used_kw: float, hours: float) -> float:
    """Hydrogen in the tank [kWh of heating value] after some hours. Reference: energy balance, no leak.

    Powers and hours 0 or more.
    """
    return tank_kwh + (made_kw - used_kw) * hours


def round_trip(electrolyser: float = ELECTROLYSER, fuel_cell: float = FUEL_CELL) -> float:
    """Electricity back over electricity in (0, 1].

    Share [1]; both efficiencies (0, 1]. Reference: definition; efficiencies of PyPSA technology-data 2025, quoted.
    """
    return electrolyser * fuel_cell
