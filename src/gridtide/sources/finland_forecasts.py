"""Day-ahead forecasts of wind, solar and demand in Finland, 2016 to 2022, hourly.

Published by Fingrid (origin CC-BY-4.0 [unverified]). These are forecasts and never actuals. When each
was issued is not in the file, so a step counts as known from its own start. The forecast of total
production has no counterpart among the kinds of signals and is not read.
"""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from gridtide.finding import Finding, refuse_if_any
from gridtide.signals.signal import Kind, Nature, Signal, between
from gridtide.sources import aware_s, numbers, open_table, steps_of
from gridtide.timeline import instant
from gridtide.units import kw_of_megawatts

NAME_MAP = {
    "time_utc": "time",
    "wind_forecast_mw": "wind",
    "solar_forecast_mw": "solar",
    "demand_forecast_mw": "demand",
}
KINDS = {"wind": Kind.WIND, "solar": Kind.SOLAR, "demand": Kind.DEMAND}
HOUR_S = 3600.0
MOST = 1_000_000.0
ISSUE_UNKNOWN = "a day-ahead forecast whose time of issue is not stated"


@dataclass(frozen=True, kw_only=True)
class FinlandForecasts:
    """The forecast file; each signal begins with its first value and ends with its last."""

    path: Path
    zone: str = "FI"

    def read(self) -> tuple[Signal, ...]:
        """wind_kw, solar_kw and demand_kw as forecasts. Raises BadInput with every fault found."""
        table = open_table(self.path, NAME_MAP)
        faults: list[Finding] = []
        starts_s = aware_s(table, "time", faults)
        columns = {
            name: numbers(table, name, faults, least=0.0, most=MOST, unknown=True) for name in KINDS
        }
        refuse_if_any(faults)
        steps = steps_of(table, starts_s, np.full(len(table), HOUR_S), columns)
        return tuple(
            _from_first_value(
                Signal(
                    kind=kind,
                    zone=self.zone,
                    timeline=steps.timeline,
                    values=kw_of_megawatts(1.0) * steps.values(columns[name]),
                    source=f"{Path(self.path).name} {name}",
                    nature=Nature.FORECAST,
                    notes=(*steps.notes, ISSUE_UNKNOWN, *_start_note(columns[name], starts_s)),
                )
            )
            for name, kind in KINDS.items()
            if not np.isnan(columns[name]).all()
        )


def _from_first_value(signal: Signal) -> Signal:
    known = np.flatnonzero(~np.isnan(signal.values))
    edges_s = signal.timeline.edges_s
    return between(signal, instant(edges_s[known[0]]), instant(edges_s[known[-1] + 1]))


def _start_note(column: NDArray[np.float64], starts_s: NDArray[np.float64]) -> tuple[str, ...]:
    first_s = starts_s[~np.isnan(column)].min()
    if first_s == starts_s.min():
        return ()
    begun: datetime = instant(int(first_s))
    return (f"the column begins only at {begun:%Y-%m-%d %H:%M} UTC",)
