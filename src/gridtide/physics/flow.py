"""Power of fans and pumps by the share of their full flow."""


def mover_power_kw(
    full_kw: float, share: float, exponent: float = 3.0, slowest: float = 0.30
) -> float:
    """Power of a fan or pump [kW] that draws full_kw at full flow, at a share of it [0-1].

    exponent: 3 of the affinity law, 2.5 to 2.8 of real ducts and pipes. slowest: it never turns slower [0-1].
    Reference: affinity laws; floor and real exponents are engineering defaults, assumed, give your own.
    """
    return float(full_kw * max(share, slowest) ** exponent)


def mover_slope_kw(
    full_kw: float, share: float, exponent: float = 3.0, slowest: float = 0.30
) -> float:
    """The derivative of mover_power_kw by the share [kW]; 0 at and below the slowest. Arguments as in it."""
    if share <= slowest:
        return 0.0
    return float(exponent * full_kw * share ** (exponent - 1.0))
