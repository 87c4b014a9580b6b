"""Awards of regulation to be settled: a table, one row an interval, with score and clearing prices."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from gridtide.finding import Finding, refuse_if_any
from gridtide.settle.pjm_regulation import Awards
from gridtide.sources import aware_s, faults_of_rows, numbers, open_table

LIMITS = {
    "award_kw": (0.0, 1e8),
    "score": (0.0, 1.0),
    "capability_price_per_mw_h": (-1e5, 1e5),
    "performance_price_per_mw_h": (-1e5, 1e5),
    "mileage_ratio": (0.0, 1e3),
}
NAME_MAP = {"start": "start", "start_utc": "start", "end": "end", "end_utc": "end"}


@dataclass(frozen=True, kw_only=True)
class AwardTable:
    """A CSV or Parquet file of awards."""

    path: Path

    def read(self) -> Awards:
        """Awards in order of time. Raises BadInput with every fault found, rows that overlap among them."""
        table = open_table(self.path, {**NAME_MAP, **{name: name for name in LIMITS}})
        faults: list[Finding] = []
        start_s, end_s = aware_s(table, "start", faults), aware_s(table, "end", faults)
        cells = {
            name: numbers(table, name, faults, least=least, most=most)
            for name, (least, most) in LIMITS.items()
        }
        with np.errstate(invalid="ignore"):
            late = end_s <= start_s
        faults += faults_of_rows(table, "end", late, "a time after the start", "Correct the row.")
        refuse_if_any(faults)
        order = np.argsort(start_s, kind="stable")
        overlaps = np.zeros(len(order), dtype=np.bool_)
        overlaps[order[1:]] = start_s[order[1:]] < end_s[order[:-1]]
        limit = "one row for each moment"
        refuse_if_any(faults_of_rows(table, "start", overlaps, limit, "Keep one of them."))
        return Awards(
            start_s=start_s[order].astype(np.int64),
            hours=(end_s - start_s)[order] / 3600.0,
            award_kw=cells["award_kw"][order],
            score=cells["score"][order],
            capability_price_per_mw_h=cells["capability_price_per_mw_h"][order],
            performance_price_per_mw_h=cells["performance_price_per_mw_h"][order],
            mileage_ratio=cells["mileage_ratio"][order],
        )
