"""What a site reports of itself to a grid operator: a table, one row an interval and resource."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from gridtide.finding import Finding, refuse_if_any
from gridtide.signals.signal import Kind, Signal
from gridtide.sources import (
    Table,
    aware_s,
    faults_of_rows,
    kept,
    numbers,
    open_table,
    steps_of,
    words,
)
from gridtide.wire.openadr.reporting import OPERATING_STATES, Figures, States

REPORTED = {
    "power_kw": ("USAGE", "DEMAND"),
    "baseline_kw": ("BASELINE",),
    "forecast_kw": ("USAGE_FORECAST",),
    "shed_kw": ("LOAD_SHED_DELTA_AVAILABLE",),
    "up_kw": ("UP_REGULATION_AVAILABLE",),
    "down_kw": ("DOWN_REGULATION_AVAILABLE",),
}
"""Column of power -> payload types of reports that are made of it."""
NAME_MAP = {
    "start": "start",
    "time": "start",
    "time_utc": "start",
    "end": "end",
    "resource": "resource",
    "state": "state",
    **{name: name for name in REPORTED},
}
MOST_KW = 1e8


@dataclass(frozen=True, kw_only=True)
class ReportTable:
    """A CSV or Parquet file: `start`, `end`, columns of power and `state`. resource: of rows that name none."""

    path: Path
    resource: str

    def read(self) -> tuple[Figures | States, ...]:
        """Figures by resource and payload type; an interval without a row, and an empty cell, is unknown.

        Raises BadInput with every fault found.
        """
        table = open_table(
            self.path, NAME_MAP, optional=frozenset({*REPORTED, "resource", "state"})
        )
        faults: list[Finding] = []
        start_s, end_s = aware_s(table, "start", faults), aware_s(table, "end", faults)
        powers = {
            name: numbers(table, name, faults, least=0.0, most=MOST_KW, unknown=True)
            for name in REPORTED
            if name in table.frame.columns
        }
        states = words(table, "state") if "state" in table.frame.columns else None
        if states is not None:
            wrong = ~np.isin(states, ["", *OPERATING_STATES])
            limit = "one of " + ", ".join(OPERATING_STATES)
            faults += faults_of_rows(table, "state", wrong, limit, "Correct the word.")
        with np.errstate(invalid="ignore"):
            faults += faults_of_rows(
                table, "end", end_s <= start_s, "a time after the start", "Correct the row."
            )
        refuse_if_any(faults)
        names = self._resources(table)
        found: list[Figures | States] = []
        for resource in np.unique(names).tolist():
            rows = names == resource
            mine = {name: power[rows] for name, power in powers.items()}
            part = kept(table, rows)
            found += _figures(part, resource, start_s[rows], end_s[rows], mine)
            if states is not None:
                found += _states(resource, start_s[rows], end_s[rows], states[rows])
        return tuple(found)

    def _resources(self, table: Table) -> NDArray[np.str_]:
        if "resource" not in table.frame.columns:
            return np.full(len(table), self.resource)
        named = words(table, "resource")
        return np.where(named == "", self.resource, named)


def _figures(
    table: Table,
    resource: str,
    start_s: NDArray[np.float64],
    end_s: NDArray[np.float64],
    powers: dict[str, NDArray[np.float64]],
) -> Iterator[Figures]:
    if not powers:
        return
    steps = steps_of(table, start_s, end_s - start_s, powers)
    for name, power_kw in powers.items():
        values = steps.values(power_kw)
        if np.isnan(values).all():
            continue
        signal = Signal(
            kind=Kind.DEMAND,
            zone=resource,
            timeline=steps.timeline,
            values=values,
            source=Path(table.source).name,
        )
        for payload_type in REPORTED[name]:
            yield Figures(resource=resource, payload_type=payload_type, signal=signal)


def _states(
    resource: str,
    start_s: NDArray[np.float64],
    end_s: NDArray[np.float64],
    states: NDArray[np.str_],
) -> Iterator[States]:
    order = [row for row in np.argsort(start_s, kind="stable").tolist() if states[row]]
    if order:
        spans = tuple((int(start_s[row]), int(end_s[row]), str(states[row])) for row in order)
        yield States(resource=resource, spans=spans)
