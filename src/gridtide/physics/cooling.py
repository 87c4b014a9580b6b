"""How much power it takes to move heat out: an electric chiller, and a simple plant by wet bulb."""


def chiller_cop(
    condenser_c: float, part_load: float, evaporator_c: float = 6.67, rated_cop: float = 3.0
) -> float:
    """Heat removed per electric power of an air-cooled electric chiller.

    condenser_c: temperature of the air or water that enters the condenser [°C], held at 10 °C or more
    because the fitted curves bend back below. part_load: share of the capacity available now, (0, 1].
    evaporator_c: leaving water [°C]. rated_cop at 35 °C and 6.67 °C.
    Reference: EnergyPlus engineering reference, electric chiller by condenser entering temperature.
    """
    _, full_load = chiller_curves(condenser_c, evaporator_c)
    fraction = 0.03303 + 0.6852 * part_load + 0.2818 * part_load * part_load
    return part_load * rated_cop / (fraction * full_load)


def chiller_curves(condenser_c: float, evaporator_c: float = 6.67) -> tuple[float, float]:
    """Available capacity over rated and full-load power ratio of an electric chiller.

    condenser_c: entering air or water [°C], held at 10 °C or more because the fitted curves bend back
    below. evaporator_c: leaving water [°C]. Monotone up to 60 °C. Reference: EnergyPlus engineering
    reference.
    """
    lift = (max(condenser_c, 10.0) - 35.0) / 2.778 - (evaporator_c - 6.67)
    available = 0.944836 - 0.0570088 * lift + 0.00185486 * lift * lift
    return available, 2.333 - 1.975 * available + 0.6121 * available * available


def plant_cop(
    wet_bulb_c: float, best: float = 6.0, until_c: float = 18.0, per_k: float = 0.02
) -> float:
    """Heat removed per electric power of a water-cooled plant: falls per kelvin above a wet bulb.

    Kept between 4 and 7. Reference: engineering default; unverified, give your own. Dimensionless. wet_bulb_c: -20 to
    50 [°C].
    """
    cop = best * (1.0 - per_k * max(0.0, wet_bulb_c - until_c))
    return min(7.0, max(4.0, cop))


def mechanical_share(
    wet_bulb_c: float, free_below_c: float = 10.0, full_above_c: float = 18.0
) -> float:
    """Share of the heat that needs compressors [0-1]; the rest is free cooling.

    Reference: engineering default; unverified, give your own.
    """
    share = (wet_bulb_c - free_below_c) / (full_above_c - free_below_c)
    return min(1.0, max(0.0, share))
