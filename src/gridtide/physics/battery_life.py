"""What cycles and years take from a battery."""


def cycles_to_end(depth: float, cycles_at_full: float = 6000.0, exponent: float = 1.5) -> float:
    """Cycles of a depth (0, 1] until the end of a battery's life: cycles_at_full x depth^-exponent.

    exponent: 1.1 to 2 of iron phosphate. Reference: power law of cycle life; parameters assumed, give your own. Unit:
    full cycles of that depth [1].
    """
    return float(cycles_at_full * depth**-exponent)


def cycle_damage(
    depth: float, count: float, cycles_at_full: float = 6000.0, exponent: float = 1.5
) -> float:
    """Share of a battery's life [0-1] that `count` cycles of a depth [0-1] take (Palmgren and Miner).

    count: 0 or more. Reference: linear damage of Palmgren and Miner over `cycles_to_end`.
    """
    if depth <= 0.0:
        return 0.0
    return count / cycles_to_end(depth, cycles_at_full, exponent)


def calendar_damage(hours: float, share_per_year: float = 0.015) -> float:
    """Share of a battery's life [0-1] that some hours take, used or not.

    share_per_year: 0.01 to 0.02 of capacity; assumed, give your own. A year has 8,766 hours.
    """
    return share_per_year * hours / 8766.0
