"""Calls of the grid to be settled: a table, one row a call, with what was promised and what is paid."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from gridtide.finding import Finding, refuse_if_any
from gridtide.settle.call import Call
from gridtide.settle.reduction import Direction
from gridtide.sources import Table, aware_s, faults_of_rows, numbers, open_table, words

OPTIONAL = (
    "direction",
    "committed_kw",
    "price_per_mwh",
    "threshold_per_mwh",
    "capacity_price_per_kw",
)
NAME_MAP = {
    "start": "start",
    "start_utc": "start",
    "end": "end",
    "end_utc": "end",
    **{name: name for name in OPTIONAL},
}
LIMITS = {
    "committed_kw": (1e-3, 1e8),
    "price_per_mwh": (-1e6, 1e6),
    "threshold_per_mwh": (-1e6, 1e6),
    "capacity_price_per_kw": (0.0, 1e6),
}


@dataclass(frozen=True, kw_only=True)
class CallTable:
    """A CSV or Parquet file of calls."""

    path: Path

    def read(self) -> tuple[Call, ...]:
        """Calls in order of time. Raises BadInput with every fault found, calls that overlap among them."""
        table = open_table(self.path, NAME_MAP, optional=frozenset(OPTIONAL))
        faults: list[Finding] = []
        start_s, end_s = aware_s(table, "start", faults), aware_s(table, "end", faults)
        cells = {
            name: numbers(table, name, faults, least=least, most=most, unknown=True)
            for name, (least, most) in LIMITS.items()
            if name in table.frame.columns
        }
        ways = _ways(table, faults)
        with np.errstate(invalid="ignore"):
            faults += faults_of_rows(
                table, "end", end_s <= start_s, "a time after the start", "Correct the row."
            )
        refuse_if_any(faults)
        order = np.argsort(start_s, kind="stable")
        refuse_if_any(_overlapping(table, order, start_s, end_s))
        return tuple(_call(row, start_s, end_s, ways, cells) for row in order.tolist())


def _ways(table: Table, faults: list[Finding]) -> list[Direction]:
    if "direction" not in table.frame.columns:
        return [Direction.REDUCE] * len(table)
    known = {str(way): way for way in Direction} | {"": Direction.REDUCE}
    told = words(table, "direction")
    wrong = ~np.isin(told, list(known))
    limit = "one of " + ", ".join(Direction)
    faults += faults_of_rows(table, "direction", wrong, limit, "Correct the word.")
    return [known.get(str(word), Direction.REDUCE) for word in told]


def _overlapping(
    table: Table,
    order: NDArray[np.int64],
    start_s: NDArray[np.float64],
    end_s: NDArray[np.float64],
) -> list[Finding]:
    wrong = np.zeros(len(order), dtype=np.bool_)
    wrong[order[1:]] = start_s[order[1:]] < end_s[order[:-1]]
    limit = "calls that do not overlap"
    return list(faults_of_rows(table, "start", wrong, limit, "Settle one call at a time."))


def _call(
    row: int,
    start_s: NDArray[np.float64],
    end_s: NDArray[np.float64],
    ways: list[Direction],
    cells: dict[str, NDArray[np.float64]],
) -> Call:
    def cell(name: str, otherwise: float) -> float:
        value = float(cells[name][row]) if name in cells else np.nan
        return otherwise if np.isnan(value) else value

    committed_kw = cell("committed_kw", np.nan)
    return Call(
        start_s=int(start_s[row]),
        end_s=int(end_s[row]),
        direction=ways[row],
        committed_kw=None if np.isnan(committed_kw) else committed_kw,
        price_per_mwh=cell("price_per_mwh", 0.0),
        threshold_per_mwh=cell("threshold_per_mwh", -np.inf),
        capacity_price_per_kw=cell("capacity_price_per_kw", 0.0),
    )
