"""Movements of regulation after commands: a table, one row a movement, with what a rule of K measures."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from gridtide.finding import Finding, refuse_if_any
from gridtide.settle.k_factor import Movements
from gridtide.sources import aware_s, numbers, open_table

OWN = {"mileage": (0.0, 1e7), "price": (0.0, 1e6)}


@dataclass(frozen=True, kw_only=True)
class MovementTable:
    """A CSV or Parquet file of movements. measures: columns that the rule reads, in its order."""

    path: Path
    measures: tuple[str, ...] = ("ramp_kw_per_min", "delay_s", "deviation_kw")

    def read(self) -> Movements:
        """Movements in order of their periods. Raises BadInput with every fault found."""
        names = ("period", *OWN, *self.measures)
        table = open_table(self.path, {name: name for name in names})
        faults: list[Finding] = []
        period_s = aware_s(table, "period", faults)
        own = {
            name: numbers(table, name, faults, least=least, most=most)
            for name, (least, most) in OWN.items()
        }
        measured = [numbers(table, name, faults, least=0.0, most=1e9) for name in self.measures]
        refuse_if_any(faults)
        order = np.argsort(period_s, kind="stable")
        return Movements(
            period_s=period_s[order].astype(np.int64),
            mileage=own["mileage"][order],
            price=own["price"][order],
            measured=np.stack(measured)[:, order],
        )
