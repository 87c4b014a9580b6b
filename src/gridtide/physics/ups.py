"""Losses of a double-conversion UPS."""


def ups_loss_kw(
    load_kw: float,
    rated_kw: float,
    idle: float = 0.010,
    linear: float = 0.012,
    square: float = 0.013,
) -> float:
    """Loss of a UPS: rated * (idle + linear x + square x²) with x = load / rated.

    load_kw, rated_kw [kW]; coefficients [fraction of rated]. Returns [kW].
    Reference: engineering default of modern double-conversion units; unverified, give your own. load_kw: 0 or more, to
    rated_kw; rated_kw: above 0.
    """
    x = load_kw / rated_kw
    return rated_kw * (idle + linear * x + square * x * x)


def ups_efficiency(
    share: float, idle: float = 0.010, linear: float = 0.012, square: float = 0.013
) -> float:
    """Output over input at a share of rated load [0-1]; best at sqrt(idle / square).

    share above 0. Derived from `ups_loss_kw`.
    """
    return share / (share + idle + linear * share + square * share * share)


def eco_ups_loss_kw(load_kw: float, efficiency: float = 0.985) -> float:
    """Loss of a UPS [kW] that lets the grid through (eco mode), whatever its size.

    load_kw: 0 or more. efficiency: (0, 1]. Reference: vendors state 0.98 to 0.99 (quoted); 0.985 is assumed.
    """
    return load_kw * (1.0 / efficiency - 1.0)


def redundant_ups_loss_kw(load_kw: float, rated_kw: float, units: int) -> float:
    """Loss [kW] of several equal UPS that share a load evenly, each rated for rated_kw.

    units: 1 or more; two that could each carry all (2N) run at half the load. Coefficients of `ups_loss_kw`.
    Reference: energy balance; vendors put 2N sites at 20 to 40 per cent of each unit (quoted).
    """
    return units * ups_loss_kw(load_kw / units, rated_kw)
