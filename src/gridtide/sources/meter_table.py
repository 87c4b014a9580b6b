"""Readings of one meter: a table with a column of times and one of power or energy drawn."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from gridtide.finding import Finding, refuse_if_any
from gridtide.settle.call import Meter
from gridtide.sources import Table, aware_s, numbers, open_table, steps_of
from gridtide.timeline import DAY_S, HOUR_S

NAME_MAP = {
    "time_utc": "time",
    "time": "time",
    "interval_start": "time",
    "start": "time",
    "interval_end": "end",
    "end": "end",
    "import_kw": "import_kw",
    "facility_kw": "import_kw",
    "power_kw": "import_kw",
    "kw": "import_kw",
    "import_kwh": "import_kwh",
    "energy_kwh": "import_kwh",
    "kwh": "import_kwh",
}
MOST_KW = 1e8
APART = 0.01
STUCK_S = DAY_S
"""A reading that does not move for so long is said."""


@dataclass(frozen=True, kw_only=True)
class MeterTable:
    """A CSV or Parquet file, one row an interval; an interval without a row is unknown."""

    path: Path

    def read(self) -> Meter:
        """The meter in order of time. Raises BadInput with every fault found."""
        table = open_table(
            self.path, NAME_MAP, optional=frozenset({"end", "import_kw", "import_kwh"})
        )
        column = "import_kw" if "import_kw" in table.frame.columns else "import_kwh"
        faults: list[Finding] = []
        if column not in table.frame.columns:
            faults.append(self._fault("has no column of what was drawn", "import_kw or import_kwh"))
            refuse_if_any(faults)
        start_s = aware_s(table, "time", faults)
        drawn = numbers(table, column, faults, least=0.0, most=MOST_KW, unknown=True)
        if len(table) < 2:
            faults.append(self._fault("one row only", "two intervals or more"))
        refuse_if_any(faults)
        length_s = self._lengths_s(table, start_s, faults)
        refuse_if_any(faults)
        refuse_if_any(self._apart(table, length_s / HOUR_S))
        steps = steps_of(table, start_s, length_s, {column: drawn})
        values = steps.values(drawn)
        if column == "import_kwh":
            values = values / steps.timeline.hours
        notes = (*steps.notes, *_stuck(values, steps.timeline.hours))
        return Meter(timeline=steps.timeline, import_kw=values, source=self.path.name, notes=notes)

    def _apart(self, table: Table, hours: NDArray[np.float64]) -> list[Finding]:
        """Both columns where they do not say the same."""
        if not {"import_kw", "import_kwh"} <= set(table.frame.columns):
            return []
        faults: list[Finding] = []
        power_kw = numbers(table, "import_kw", faults, least=0.0, most=MOST_KW, unknown=True)
        energy_kwh = numbers(table, "import_kwh", faults, least=0.0, most=MOST_KW, unknown=True)
        unlike = np.abs(energy_kwh - power_kw * hours) > APART * np.maximum(energy_kwh, 1.0)
        if not faults and unlike.any():
            faults.append(
                self._fault(
                    f"import_kw and import_kwh say different things in {int(unlike.sum())} rows",
                    "one of them, or both alike within 1 %",
                )
            )
        return faults

    def _lengths_s(
        self, table: Table, start_s: NDArray[np.float64], faults: list[Finding]
    ) -> NDArray[np.float64]:
        """Length of every interval: equal, and a whole number of them makes a day."""
        if "end" in table.frame.columns:
            length_s = aware_s(table, "end", faults) - start_s
        else:
            gaps, counts = np.unique(np.diff(np.unique(start_s)), return_counts=True)
            usual_s = float(gaps[np.argmax(counts)]) if gaps.size else 0.0
            length_s = np.full(len(start_s), usual_s)
        step_s = float(length_s[0])
        equal = bool((length_s == step_s).all()) and step_s >= 1.0
        if not equal or DAY_S % step_s or (start_s % step_s != start_s[0] % step_s).any():
            faults.append(
                self._fault(
                    "intervals are not all equal", "equal intervals, a whole number of them a day"
                )
            )
        return length_s

    def _fault(self, value: str, limit: str) -> Finding:
        return Finding(
            subject=str(self.path), value=value, limit=limit, mend="Export the meter again."
        )


def _stuck(import_kw: NDArray[np.float64], hours: NDArray[np.float64]) -> tuple[str, ...]:
    """A note where the meter says one value other than 0 for a day or longer."""
    most = round(STUCK_S / 3600.0 / float(hours[0]))
    edges = np.flatnonzero(np.diff(import_kw) != 0.0) + 1
    runs = np.split(import_kw, edges)
    rows = sum(len(run) for run in runs if len(run) >= most and run[0] > 0.0)
    return (f"{rows} intervals lie in runs of one value of a day or longer",) if rows else ()
