"""Clearing prices of regulation: a table, one row a span."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from gridtide.finding import Finding, refuse_if_any
from gridtide.settle.followed import Clearing
from gridtide.sources import aware_s, faults_of_rows, numbers, open_table

PRICES = ("capability_price_per_mw_h", "performance_price_per_mw_h")
NAME_MAP = {"start": "start", "start_utc": "start", "end": "end", "end_utc": "end"}


@dataclass(frozen=True, kw_only=True)
class ClearingTable:
    """A CSV or Parquet file: start, end, both prices and mileage_ratio."""

    path: Path

    def read(self) -> Clearing:
        """Prices in order of time. Raises BadInput with every fault found, spans that overlap among them."""
        columns = (*PRICES, "mileage_ratio")
        table = open_table(self.path, {**NAME_MAP, **{name: name for name in columns}})
        faults: list[Finding] = []
        start_s, end_s = aware_s(table, "start", faults), aware_s(table, "end", faults)
        prices = [numbers(table, name, faults, least=-1e5, most=1e5) for name in PRICES]
        ratio = numbers(table, "mileage_ratio", faults, least=0.0, most=1e3)
        with np.errstate(invalid="ignore"):
            late = end_s <= start_s
        faults += faults_of_rows(table, "end", late, "a time after the start", "Correct the row.")
        refuse_if_any(faults)
        order = np.argsort(start_s, kind="stable")
        overlaps = np.zeros(len(order), dtype=np.bool_)
        overlaps[order[1:]] = start_s[order[1:]] < end_s[order[:-1]]
        limit = "one row for each moment"
        refuse_if_any(faults_of_rows(table, "start", overlaps, limit, "Keep one of them."))
        return Clearing(
            start_s=start_s[order].astype(np.int64),
            end_s=end_s[order].astype(np.int64),
            capability_price_per_mw_h=prices[0][order],
            performance_price_per_mw_h=prices[1][order],
            mileage_ratio=ratio[order],
        )
