"""Power that Great Britain's grid turned down, by fuel, from accepted bids of the balancing mechanism.

The set covers 1 to 21 October 2025 in quarter-hours, computed from Elexon BMRS by its redistributor.
Cells hold GWh per step (an inferred unit: nuclear then averages 3.34 GW, which is plausible); the time
zone is not stated and taken as UTC.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from gridtide.finding import Finding, refuse_if_any
from gridtide.signals.signal import Kind, Signal
from gridtide.sources import kept, local_s, numbers, open_table, steps_of, words

NAME_MAP = {
    "time_utc_assumed": "time",
    "fuel": "fuel",
    "notified_gwh": "notified",
    "curtailment_gwh": "curtailment",
}
STEP_S = 900.0
KW_PER_GWH_STEP = 1e6 * 3600.0 / STEP_S
MOST_GWH = 100.0
ASSUMED_UTC = "the source does not state its time zone; UTC is assumed"


@dataclass(frozen=True, kw_only=True)
class GbCurtailment:
    """One fuel of the curtailment set. For wind its notified power is read too."""

    path: Path
    fuel: str = "WIND"
    zone: str = "GB"

    def read(self) -> tuple[Signal, ...]:
        """curtailment_kw, 0 or more, and for wind wind_kw as notified before curtailment.

        Raises BadInput with every fault found; a curtailment above 0 in the file's own sign is one.
        """
        table = open_table(self.path, NAME_MAP)
        fuels = words(table, "fuel")
        there = sorted(set(fuels.tolist()))
        if self.fuel not in there:
            refuse_if_any(
                [
                    Finding(
                        subject=table.source,
                        value=f"has no fuel {self.fuel}",
                        limit="a fuel of the file",
                        mend=f"It has {', '.join(there[:40])}.",
                    )
                ]
            )
        table = kept(table, fuels == self.fuel)
        faults: list[Finding] = []
        starts_s = local_s(table, "time", faults, zone="UTC", form="%Y-%m-%d %H:%M:%S")
        columns = {
            "curtailment": numbers(table, "curtailment", faults, least=-MOST_GWH, most=0.0),
            "notified": numbers(table, "notified", faults, least=-MOST_GWH, most=MOST_GWH),
        }
        refuse_if_any(faults)
        steps = steps_of(table, starts_s, np.full(len(table), STEP_S), columns)
        found: list[tuple[Kind, NDArray[np.float64], tuple[str, ...]]] = [
            (Kind.CURTAILMENT, np.abs(columns["curtailment"]), ())
        ]
        if self.fuel == "WIND":
            wind = np.maximum(columns["notified"], 0.0)
            found.append((Kind.WIND, wind, ("notified before curtailment",)))
        return tuple(
            Signal(
                kind=kind,
                zone=self.zone,
                timeline=steps.timeline,
                values=steps.values(values * KW_PER_GWH_STEP),
                source=f"{Path(self.path).name} {self.fuel} {kind}",
                notes=(*steps.notes, ASSUMED_UTC, *more),
            )
            for kind, values, more in found
        )
