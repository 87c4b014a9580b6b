"""How often to save a long job, and what failures then cost."""

import math


def young_daly_s(save_s: float, mean_between_failures_s: float) -> float:
    """The interval between checkpoints [s] that wastes least, to first order: sqrt(2 save MTBF).

    Reference: Young 1974, Daly 2006.
    """
    return math.sqrt(2.0 * save_s * mean_between_failures_s)


def wasted_share(
    interval_s: float, save_s: float, restart_s: float, mean_between_failures_s: float
) -> float:
    """Share of time lost to saving, repeating and restarting [0-1]; above about 0.3 only a warning."""
    saving = save_s / interval_s
    repeating = interval_s / (2.0 * mean_between_failures_s)
    return saving + repeating + restart_s / mean_between_failures_s
