"""Metered power of a site: a table with `time` (aware, start of the interval) and `power_kw`."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from gridtide.digest import freeze
from gridtide.finding import Finding, refuse_if_any
from gridtide.sources import aware_s, numbers, open_table

NAME_MAP = {"time": "time", "power_kw": "power_kw"}
MOST_KW = 1e8


@dataclass(frozen=True, kw_only=True, eq=False)
class MeteredPower:
    """start_s: seconds since 1970, increasing, (n,). power_kw: mean until the next row, (n,)."""

    start_s: NDArray[np.int64]
    power_kw: NDArray[np.float64]
    source: str

    def __post_init__(self) -> None:
        freeze(self, start_s=np.int64, power_kw=np.float64)


@dataclass(frozen=True, kw_only=True)
class PowerTable:
    """A CSV or Parquet file of metered power."""

    path: Path

    def read(self) -> MeteredPower:
        """All rows in order of time; empty cells are left out. Raises BadInput with every fault found."""
        table = open_table(self.path, NAME_MAP)
        faults: list[Finding] = []
        time_s = aware_s(table, "time", faults)
        power_kw = numbers(table, "power_kw", faults, least=0.0, most=MOST_KW, unknown=True)
        refuse_if_any(faults)
        kept = np.flatnonzero(~np.isnan(power_kw) & ~np.isnan(time_s))
        order = kept[np.argsort(time_s[kept], kind="stable")]
        twice = np.flatnonzero(np.diff(time_s[order]) <= 0)
        if len(twice):
            refuse_if_any(
                [
                    Finding(
                        subject=f"{self.path}: time",
                        value=f"{len(twice)} times stand in more than one row",
                        limit="one row a time",
                        mend="Keep one row of each time.",
                    )
                ]
            )
        return MeteredPower(
            start_s=time_s[order].astype(np.int64),
            power_kw=power_kw[order],
            source=Path(self.path).name,
        )
