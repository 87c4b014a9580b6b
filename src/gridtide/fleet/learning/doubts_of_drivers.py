"""What telemetry says against its drivers: columns that stand still, clocks that do not go together."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from gridtide.finding import Finding
from gridtide.fleet.learning.telemetry import DAY_S, Telemetry

Real = NDArray[np.float64]
STILL_S = DAY_S
"""Seconds of one and the same value after which a driver is stuck."""
MOVED = 0.10
"""How far the meter moves meanwhile, as a share of its middle, where utilisation may stand still."""
MOST_STILL = 0.05
"""Share of the rows that may stand still and only be told."""
MOST_SHIFT_S = 14 * 3600
LEAST_SHIFT_S = 1800
CLEARER_BY = 0.03
"""How much better the meter must follow the utilisation of another time, in correlation of changes."""


def stuck_drivers(telemetry: Telemetry) -> tuple[list[Finding], list[Finding]]:
    """Utilisation or weather that stands still for a day or more: what is refused, and what is told.

    A machine that is idle or full may stand still; others may not while the meter moves.
    """
    refused: list[Finding] = []
    told: list[Finding] = []
    for name, still in (
        ("it_utilisation", _still_utilisation(telemetry)),
        ("outdoor_temp_c", _still(telemetry.time_s, telemetry.outdoor_c)),
        ("rel_humidity", _still(telemetry.time_s, telemetry.humidity) & (telemetry.humidity < 0.99)),
    ):  # fmt: skip
        if not still.any():
            continue
        many = float(still.mean()) > MOST_STILL
        finding = Finding(
            subject=f"site {telemetry.site} {name}",
            value=f"stands still for a day or longer in {int(still.sum())} of {len(still)} rows",
            limit="a sensor that moves",
            mend="Repair the source; give days on which it works." if many
            else "They are used as they are; leave them out if the sensor was stuck.",
        )  # fmt: skip
        (refused if many else told).append(finding)
    return refused, told


def shifted_clock(telemetry: Telemetry) -> Iterator[Finding]:
    """A meter that follows the utilisation of another time: two sources, one in local time or with a wrong clock."""
    step_s = int(np.median(np.diff(telemetry.time_s)))
    at = np.arange(telemetry.time_s[0], telemetry.time_s[-1] + 1, step_s)
    most = MOST_SHIFT_S // step_s
    known = ~np.isnan(telemetry.facility_kw)
    if len(at) < 4 * most or np.ptp(telemetry.utilisation) == 0.0 or known.sum() < 2:
        return
    load = np.diff(np.interp(at, telemetry.time_s, telemetry.utilisation))
    power = np.diff(np.interp(at, telemetry.time_s[known], telemetry.facility_kw[known]))
    follows = np.asarray([_follows(load, power, by) for by in range(-most, most + 1)])
    best = int(np.argmax(follows)) - most
    gain = float(follows.max() - follows[most])
    if abs(best) * step_s >= LEAST_SHIFT_S and gain > max(CLEARER_BY, 5.0 / np.sqrt(len(load))):
        way = "before" if best > 0 else "after"
        yield Finding(
            subject=f"site {telemetry.site} facility_kw",
            value=f"follows the utilisation of {abs(best) * step_s / 3600.0:.2f} h {way} "
            f"(correlation {follows.max():.2f}, of its own time {follows[most]:.2f})",
            limit="one clock for all columns",
            mend="Write the times of meter and utilisation in the same zone.",
        )


def _follows(load: Real, power: Real, by: int) -> float:
    """Correlation of changes of power with those of load `by` rows before."""
    one, other = (load[: len(load) - by], power[by:]) if by >= 0 else (load[-by:], power[:by])
    size = float(np.sqrt((one @ one) * (other @ other)))
    return float(one @ other) / size if size > 0.0 else 0.0


def _still_utilisation(telemetry: Telemetry) -> NDArray[np.bool_]:
    """Rows of stretches in which utilisation stands still between idle and full while the meter moves."""
    u, power = telemetry.utilisation, telemetry.facility_kw
    still = _still(telemetry.time_s, u) & (u > 0.0) & (u < 1.0)
    edges = np.flatnonzero(np.diff(u) != 0.0) + 1
    for run in np.split(np.arange(len(u)), edges):
        seen = power[run][~np.isnan(power[run])]
        if still[run].any() and (len(seen) < 2 or np.ptp(seen) < MOVED * np.median(seen)):
            still[run] = False
    return still


def _still(time_s: NDArray[np.int64], values: Real) -> NDArray[np.bool_]:
    """Rows of stretches of one value that last for STILL_S or longer."""
    found = np.zeros(len(values), dtype=bool)
    edges = np.flatnonzero(np.diff(values) != 0.0) + 1
    for run in np.split(np.arange(len(values)), edges):
        if len(run) and time_s[run[-1]] - time_s[run[0]] >= STILL_S:
            found[run] = True
    return found
