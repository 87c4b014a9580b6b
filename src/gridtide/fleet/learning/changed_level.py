"""A meter that reads another level from some day on, beside what load and weather tell."""

from collections.abc import Iterator
from datetime import UTC, datetime

import numpy as np
from numpy.typing import NDArray

from gridtide.finding import Finding
from gridtide.fleet.learning.telemetry import DAY_S, Telemetry, days_of

Real = NDArray[np.float64]
LEAST_STEP = 0.04
"""Share of the power by which the level must change to be named."""
LEAST_TOLD = 0.5
"""Share of the squared errors that the change must take away."""
LEAST_DAYS = 3
"""Days on either side of a change."""


def changed_level(telemetry: Telemetry) -> Iterator[Finding]:
    """The day from which on the meter reads higher or lower, by a line of load and weather with a step in it."""
    known = ~np.isnan(telemetry.facility_kw)
    day = days_of(telemetry)[known]
    there = np.unique(day)
    if len(there) < 2 * LEAST_DAYS:
        return
    base, _ = np.linalg.qr(_plain(telemetry, known))
    level = np.log(telemetry.facility_kw[known])
    left = level - base @ (base.T @ level)
    best, step, told = 0, 0.0, 0.0
    for first in there[LEAST_DAYS : len(there) - LEAST_DAYS + 1]:
        after = (day >= first).astype(np.float64)
        new = after - base @ (base.T @ after)
        size = float(new @ new)
        if size < 0.05 * float(after.sum()):
            continue
        toward = float(new @ left)
        if toward * toward / size > told:
            best, step, told = int(first), toward / size, toward * toward / size
    if abs(np.expm1(step)) > LEAST_STEP and told > LEAST_TOLD * float(left @ left):
        date = datetime.fromtimestamp(best * DAY_S, UTC).date().isoformat()
        yield Finding(
            subject=f"site {telemetry.site} facility_kw",
            value=f"reads {np.expm1(step):+.0%} from {date} on, beside what load and weather tell",
            limit="one meter and one building throughout",
            mend="Give days from one side of the change, if the meter or what is behind it became another.",
        )


def _plain(telemetry: Telemetry, known: NDArray[np.bool_]) -> Real:
    """Load, clock and weather as columns of a line, (n, C)."""
    load, dry_c = telemetry.utilisation[known], telemetry.outdoor_c[known]
    clock = telemetry.clock_mhz[known] / telemetry.clock_mhz.max()
    warm = np.maximum(dry_c - np.median(dry_c), 0.0)
    damp = telemetry.humidity[known]
    ones = np.ones(len(load))
    return np.column_stack([ones, load, load * load, load * clock, dry_c, warm, damp, load * warm])
