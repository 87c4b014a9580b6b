"""How far a declared load is left, from the days on which it was: a band around tomorrow's."""

import numpy as np
from numpy.typing import NDArray

Real = NDArray[np.float64]
OUTER = 0.9


def declared_band(
    expected_kw: Real, errors_kw: Real, beside: int, least_kw: float, most_kw: float
) -> Real:
    """P10, P50 and P90 of each slot of tomorrow, (3, slots), within least and most.

    expected_kw: (slots,). errors_kw: what was drawn less what was expected, of days before, (days, slots). Each slot
    learns from itself and so many slots beside it on every day; the same error distribution is laid around what is
    expected tomorrow. Slots of a day go together, so that the levels are those that hold for so many days and one more
    (split conformal): with fewer than nine the outer ones are the least and the most seen. Raises ValueError without
    days.
    """
    days, slots = errors_kw.shape
    if days == 0:
        raise ValueError("no day to learn from")
    high = min(1.0, OUTER * (days + 1) / days)
    levels = (1.0 - high, 0.5, high)
    found = np.empty((len(levels), slots))
    for slot in range(slots):
        near = errors_kw[:, max(0, slot - beside) : slot + beside + 1]
        found[:, slot] = expected_kw[slot] + np.quantile(near, levels)
    return np.clip(found, least_kw, most_kw)
