"""Departures of the voltage: a table with `t_s`, `v_pu` and `duration_s`, one row a sag or swell."""

from dataclasses import dataclass
from pathlib import Path

from gridtide.finding import Finding, refuse_if_any
from gridtide.grid.ride_through import Sag
from gridtide.sources import LATEST_S, numbers, open_table

NAME_MAP = {"t_s": "t_s", "v_pu": "v_pu", "duration_s": "duration_s"}
HIGHEST_PU = 3.0


@dataclass(frozen=True, kw_only=True)
class SagTable:
    """A CSV or Parquet file of sags."""

    path: Path

    def read(self) -> tuple[Sag, ...]:
        """All rows in order of time. Raises BadInput with every fault found."""
        table = open_table(self.path, NAME_MAP)
        faults: list[Finding] = []
        at_s = numbers(table, "t_s", faults, least=-LATEST_S, most=LATEST_S)
        level_pu = numbers(table, "v_pu", faults, least=0.0, most=HIGHEST_PU)
        lasts_s = numbers(table, "duration_s", faults, least=0.0, most=LATEST_S)
        refuse_if_any(faults)
        rows = zip(at_s.tolist(), level_pu.tolist(), lasts_s.tolist(), strict=True)
        return tuple(Sag(t_s=at, v_pu=level, duration_s=lasts) for at, level, lasts in sorted(rows))
