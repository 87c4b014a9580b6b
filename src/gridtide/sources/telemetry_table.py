"""Telemetry of sites: a table with the columns of `COLUMNS`, one row a site and interval."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from gridtide.finding import Finding, refuse_if_any
from gridtide.fleet.learning.telemetry import Telemetry
from gridtide.sources import aware_s, numbers, open_table, words

REAL = ("it_utilisation", "clock_mhz", "outdoor_temp_c", "rel_humidity", "facility_kw")
COLUMNS = ("time_utc", "site", *REAL)
BOUNDS = {
    "it_utilisation": (0.0, 1.0),
    "clock_mhz": (1.0, 20_000.0),
    "outdoor_temp_c": (-60.0, 60.0),
    "facility_kw": (50.0, 2e6),
}
MOST_LEFT_OUT = 0.05
"""Share of a site's rows that may be left out for one fault; more is refused."""
STUCK_ROWS = 12
STUCK_UTILISATION = 0.02
FAR_OFF = 30.0
"""A meter this many times its median, or below it, is off by a unit."""
Mask = NDArray[np.bool_]


@dataclass(frozen=True, kw_only=True)
class TelemetryTable:
    """A CSV or Parquet file. names: their column -> house name, for those that differ."""

    path: Path
    names: Mapping[str, str]

    def read(self) -> tuple[tuple[Telemetry, ...], tuple[Finding, ...]]:
        """Each site in order of time, and what was left out of it. Raises BadInput with every fault found.

        Relative humidity is a fraction when no cell exceeds 1, else per cent; a utilisation is never rescaled.
        """
        names = {ours: ours for ours in COLUMNS if ours not in self.names.values()}
        table = open_table(self.path, {**names, **self.names})
        faults: list[Finding] = []
        time_s = aware_s(table, "time_utc", faults)
        cells = {name: numbers(table, name, faults, unknown=True) for name in REAL}
        refuse_if_any(faults)
        site = words(table, "site")
        if np.nanmax(cells["rel_humidity"], initial=0.0) > 1.0:
            cells["rel_humidity"] = cells["rel_humidity"] / 100.0
        found: list[Telemetry | None] = []
        told: list[Finding] = []
        for name in sorted(set(site.tolist())):
            at = np.flatnonzero(site == name)
            at = at[np.argsort(time_s[at], kind="stable")]
            one = {key: values[at] for key, values in cells.items()}
            found.append(_telemetry(name, time_s[at], one, faults, told))
        refuse_if_any(faults)
        return tuple(one for one in found if one is not None), tuple(told)


def _telemetry(
    site: str,
    time_s: NDArray[np.float64],
    cells: dict[str, NDArray[np.float64]],
    faults: list[Finding],
    told: list[Finding],
) -> Telemetry | None:
    bad = np.zeros(len(time_s), dtype=bool)
    before = len(faults)
    for name, wrong, limit, mend in _wrong(time_s, cells):
        if not wrong.any():
            continue
        share = float(wrong.mean())
        finding = Finding(
            subject=f"site {site} {name}",
            value=f"{int(wrong.sum())} of {len(wrong)} rows are not so",
            limit=limit,
            mend=mend if share > MOST_LEFT_OUT else "They are left out.",
        )
        (faults if share > MOST_LEFT_OUT else told).append(finding)
        bad |= wrong
    if len(faults) > before:
        return None
    kept = ~bad
    return Telemetry(
        site=site,
        time_s=time_s[kept].astype(np.int64),
        utilisation=cells["it_utilisation"][kept],
        clock_mhz=cells["clock_mhz"][kept],
        outdoor_c=cells["outdoor_temp_c"][kept],
        humidity=cells["rel_humidity"][kept],
        facility_kw=cells["facility_kw"][kept],
    )


def _wrong(
    time_s: NDArray[np.float64], cells: dict[str, NDArray[np.float64]]
) -> list[tuple[str, Mask, str, str]]:
    """Column, rows at fault, what would be right, and the mend when they are many."""
    found = [
        (name, ~((cells[name] >= low) & (cells[name] <= high)), f"{low:g} to {high:g}",
         "Check the unit (per cent, W, MW, °F) and convert it.")
        for name, (low, high) in BOUNDS.items()
    ]  # fmt: skip
    damp = cells["rel_humidity"]
    found.append(
        ("rel_humidity", ~((damp >= 0.0) & (damp <= 1.0)), "0 to 1, or 0 to 100", "Check it.")
    )
    twice = np.diff(time_s, prepend=-np.inf) <= 0.0
    found.append(("time_utc", twice, "one row a time", "Keep one row of each time."))
    power = cells["facility_kw"]
    middle = float(np.nanmedian(power)) if not np.isnan(power).all() else np.nan
    with np.errstate(invalid="ignore"):
        off = (power > FAR_OFF * middle) | (power < middle / FAR_OFF)
    found.append(("facility_kw", off, "one unit throughout", "Convert all rows to kW."))
    stuck = _stuck(power, cells["it_utilisation"])
    limit = "a meter that moves when utilisation does"
    found.append(("facility_kw", stuck, limit, "Repair the meter; give days on which it works."))
    return found


def _stuck(power: NDArray[np.float64], utilisation: NDArray[np.float64]) -> Mask:
    """Rows of long runs of one value during which utilisation moved."""
    wrong = np.zeros(len(power), dtype=bool)
    edges = np.flatnonzero(np.diff(power) != 0.0) + 1
    for run in np.split(np.arange(len(power)), edges):
        if len(run) >= STUCK_ROWS and np.ptp(utilisation[run]) > STUCK_UTILISATION:
            wrong[run] = True
    return wrong
