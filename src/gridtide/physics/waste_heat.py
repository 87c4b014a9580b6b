"""Heat that leaves a building and is of use: how much, how warm, and what lifting it takes."""

KELVIN = 273.15


def recoverable_heat_kw(it_kw: float, share: float = 0.75) -> float:
    """Heat [kW] of it_kw [kW] that can be led to somebody, 0 or more.

    share: 0.6 to 0.9. Reference: engineering range; assumed, give your own.
    """
    return share * it_kw


def heat_pump_cop(warm_c: float, cold_c: float, quality: float = 0.5) -> float:
    """Heat delivered over electric power of a heat pump that lifts from cold_c to warm_c [°C], warm_c above cold_c.

    quality: share (0, 1] of Carnot's limit. Reference: Carnot; half of it is an engineering default, assumed.
    """
    return quality * (warm_c + KELVIN) / (warm_c - cold_c)


def heat_pump_power_kw(source_kw: float, cop: float) -> float:
    """Electric power [kW] to lift source_kw [kW of heat] at a coefficient above 1.

    What is delivered is the source and this power together. Reference: energy balance. source_kw: 0 or more.
    """
    return source_kw / (cop - 1.0)
