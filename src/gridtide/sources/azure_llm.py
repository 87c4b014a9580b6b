"""Requests to large language models at Azure, one row each (Patel et al., ISCA 2024; AzurePublicDataset).

Two layouts: the vendor's CSV `TIMESTAMP,ContextTokens,GeneratedTokens`, whose 2023 stamps say no zone and
whose 2024 stamps say UTC, and a Parquet copy.
"""

import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from gridtide.finding import Finding, refuse_if_any
from gridtide.fleet.demand import DemandTrace, demand_of_requests
from gridtide.sources import (
    Table,
    aware_s,
    local_s,
    numbers,
    open_table,
    repeats,
    window_faults,
    words,
    zone_faults,
)

NAME_MAP = {
    "time_utc_assumed": "time",
    "TIMESTAMP": "time",
    "input_tokens": "input",
    "ContextTokens": "input",
    "output_tokens": "output",
    "GeneratedTokens": "output",
}
TIME = "%Y-%m-%d %H:%M:%S%.f"
OFFSET = re.compile(r"(Z|[+-]\d\d:\d\d)$")
MOST_TOKENS = 1e9


@dataclass(frozen=True, kw_only=True)
class AzureRequests:
    """A request trace as rates per window.

    zone: IANA zone of stamps that say none; without one such a trace starts at 0, undated.
    """

    path: Path
    window_s: int = 60
    zone: str | None = None

    def read(self) -> DemandTrace:
        """Mean rates of requests and tokens in whole windows. Raises BadInput with every fault found."""
        refuse_if_any(zone_faults(self.zone, f"zone of {self.path}") if self.zone else ())
        table = open_table(self.path, NAME_MAP)
        faults: list[Finding] = []
        says_zone = _says_zone(table)
        if says_zone:
            at_s = aware_s(table, "time", faults)
        else:
            at_s = local_s(table, "time", faults, zone=self.zone or "UTC", form=TIME)
        tokens = [
            numbers(table, name, faults, least=0.0, most=MOST_TOKENS)
            for name in ("input", "output")
        ]
        refuse_if_any(faults)
        refuse_if_any(window_faults(table, at_s, self.window_s))
        anchored = says_zone or self.zone is not None
        order = np.argsort(at_s, kind="stable")
        return demand_of_requests(
            at_s=at_s[order] - (0.0 if anchored else at_s.min()),
            input_tokens=tokens[0][order],
            output_tokens=tokens[1][order],
            window_s=self.window_s,
            anchored=anchored,
            source=f"{Path(self.path).name} (Azure LLM)",
            notes=(*repeats(table), _note_of_zone(says_zone, self.zone)),
        )


def _says_zone(table: Table) -> bool:
    import polars as pl

    dtype = table.frame["time"].dtype
    if isinstance(dtype, pl.Datetime):
        return dtype.time_zone is not None
    return bool(OFFSET.search(str(words(table, "time")[0])))


def _note_of_zone(says_zone: bool, zone: str | None) -> str:
    if says_zone:
        return "stamps say their zone"
    if zone:
        return f"stamps say no zone; {zone} is assumed"
    return "stamps say no zone; the trace starts at 0 and has no dates"
