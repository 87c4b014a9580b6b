"""How far a site was off a set-point: on which side, by how much, for how long."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Real = NDArray[np.float64]
OFF_SHARE = 0.01
"""A step is off where the meter is beside the set-point by more than this share of it; agreed nowhere, ours."""
TOLERANCE_KW = 1e-6


@dataclass(frozen=True, kw_only=True)
class HeldSetpoint:
    """asked_min: how long it held, above_min, below_min: of that, how long the meter was off on each side.

    most_above_kw, most_below_kw: farthest on each side; above_kwh, below_kwh: energy beside it; mean_off_kw: distance
    on the mean, None where it never held. limited_min: how long a limit left the site less than was asked.
    """

    asked_min: float
    above_min: float
    below_min: float
    most_above_kw: float
    most_below_kw: float
    above_kwh: float
    below_kwh: float
    mean_off_kw: float | None
    limited_min: float


def settle_setpoint(asked_kw: Real, metered_kw: Real, limit_kw: Real, hours: Real) -> HeldSetpoint:
    """What the meter said beside a set-point. asked_kw: NaN where it does not hold; metered_kw: drawn less fed in;
    limit_kw: most that the site might draw, all (T,)."""
    counts = ~np.isnan(asked_kw)
    asked, hours = asked_kw[counts], hours[counts]
    off_kw = metered_kw[counts] - asked
    over, under = np.maximum(off_kw, 0.0), np.maximum(-off_kw, 0.0)
    least_kw = np.maximum(OFF_SHARE * asked, TOLERANCE_KW)
    whole_h = float(hours.sum())
    return HeldSetpoint(
        asked_min=60.0 * whole_h,
        above_min=60.0 * float(hours[over > least_kw].sum()),
        below_min=60.0 * float(hours[under > least_kw].sum()),
        most_above_kw=float(over.max(initial=0.0)),
        most_below_kw=float(under.max(initial=0.0)),
        above_kwh=float(over @ hours),
        below_kwh=float(under @ hours),
        mean_off_kw=float(np.abs(off_kw) @ hours) / whole_h if whole_h else None,
        limited_min=60.0 * float(hours[limit_kw[counts] < asked - TOLERANCE_KW].sum()),
    )
