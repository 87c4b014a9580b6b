"""The few conversions used at the edges; inside the house one quantity has one unit."""

POUND_KG = 0.45359237


def cost_per_kwh(price_per_mwh: float) -> float:
    """Money per kWh of a price per MWh: the only division by 1000 for money in the house."""
    return price_per_mwh / 1000.0


def price_per_mwh_of(price_per_kwh: float) -> float:
    """Money per MWh of a price per kWh, the unit of OpenADR."""
    return price_per_kwh * 1000.0


def kg_per_kwh(carbon_g_per_kwh: float) -> float:
    """Kilograms per kWh of an intensity in grams per kWh."""
    return carbon_g_per_kwh / 1000.0


def kw_of_w(power_w: float) -> float:
    """Kilowatts of watts."""
    return power_w / 1000.0


def kw_of_milliwatts(power: int) -> float:
    """Kilowatts of milliwatts, the unit of NVML."""
    return power / 1_000_000.0


def milliwatts_of_kw(power_kw: float) -> int:
    """Whole milliwatts, the unit of NVML, of kilowatts."""
    return round(power_kw * 1_000_000.0)


def kw_of_megawatts(power: float) -> float:
    """Kilowatts of megawatts, the unit of most public grid tables."""
    return power * 1000.0


def g_per_kwh_of_lb_per_mwh(carbon_lb_per_mwh: float) -> float:
    """Grams per kWh of pounds per MWh, the unit of some marginal-carbon services."""
    return carbon_lb_per_mwh * POUND_KG
