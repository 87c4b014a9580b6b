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
    Reference: engineering default of modern double-conversion units; unverified, give your own.
    """
    x = load_kw / rated_kw
    return rated_kw * (idle + linear * x + square * x * x)


def ups_efficiency(
    share: float, idle: float = 0.010, linear: float = 0.012, square: float = 0.013
) -> float:
    """Output over input at a share of rated load [0-1]; best at sqrt(idle / square)."""
    return share / (share + idle + linear * share + square * share * share)
