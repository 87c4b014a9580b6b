"""Jobs from anybody's table: CSV or Parquet, with the columns it has and a map for their names."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from gridtide.finding import Finding, refuse_if_any
from gridtide.fleet.trace import UNKNOWN_S, UNSAID, JobTrace, trace_of
from gridtide.sources import (
    Table,
    aware_s,
    faults_of_rows,
    numbers,
    open_table,
    repeats,
    whole_seconds,
    words,
)

KNOWN = (
    "submit",
    "t_submit_s",
    "duration_s",
    "units",
    "power_kw",
    "deadline",
    "name",
    "label",
    "team",
    "declared_s",
    "elastic",
)
MOST = 1e9
SAID = {"": UNSAID, "true": 1, "yes": 1, "1": 1, "false": 0, "no": 0, "0": 0}
"""What a cell of yes or no may hold, in small letters."""


@dataclass(frozen=True, kw_only=True)
class JobTable:
    """A file of jobs. columns: house name -> the file's own column name.

    House names: submit (aware time) or t_submit_s (seconds from the start of the trace), duration_s;
    optional units (1), power_kw of the whole job, deadline (aware time, or seconds like t_submit_s),
    name, label, team, declared_s, elastic (true or false). start: the instant at which t_submit_s is 0, seconds since
    1970; deadlines may then be aware times as well.
    """

    path: Path
    columns: Mapping[str, str] = field(default_factory=dict)
    start_s: int | None = None

    def read(self) -> JobTrace:
        """All jobs in the order of the file, duplicates kept and noted.

        Raises BadInput with every fault found.
        """
        table = open_table(self.path, self._names(), optional=frozenset(KNOWN) - {"duration_s"})
        there = set(table.frame.columns)
        refuse_if_any(self._missing(there))
        faults: list[Finding] = []
        dated = "submit" in there
        submit_s = (
            aware_s(table, "submit", faults)
            if dated
            else whole_seconds(table, "t_submit_s", faults)
        )
        duration_s = numbers(table, "duration_s", faults, least=0.0, most=MOST)
        zero = duration_s == 0
        faults += faults_of_rows(
            table, "duration_s", zero, "more than 0", "Leave out jobs that never ran."
        )
        units = _optional(table, "units", faults, 1.0)
        power_kw = _optional(table, "power_kw", faults, np.nan)
        declared_s = _optional(table, "declared_s", faults, np.nan)
        elastic = _elastic(table, faults)
        deadline_s = _deadlines(table, dated, self.start_s, faults)
        faults += _too_early(table, submit_s, deadline_s)
        refuse_if_any(faults)
        count = len(table)
        return trace_of(
            source=Path(self.path).name,
            submit_s=np.floor(submit_s).astype(np.int64),
            duration_s=np.maximum(np.ceil(duration_s), 1).astype(np.int64),
            units=units,
            name=words(table, "name")
            if "name" in there
            else np.arange(1, count + 1).astype(np.str_),
            power_kw=power_kw,
            declared_s=_whole(declared_s),
            deadline_s=_whole(np.floor(deadline_s)),
            label=words(table, "label") if "label" in there else None,
            team=words(table, "team") if "team" in there else None,
            elastic=elastic,
            unit="unit",
            anchored=dated,
            notes=repeats(table),
        )

    def _names(self) -> dict[str, str]:
        own = {theirs: ours for ours, theirs in self.columns.items()}
        return {**{name: name for name in KNOWN if name not in self.columns}, **own}

    def _missing(self, there: set[str]) -> list[Finding]:
        faults = []
        if not there & {"submit", "t_submit_s"}:
            faults.append(self._lacks("submit", "an aware time, or t_submit_s in seconds"))
        for ours, theirs in self.columns.items():
            if ours not in KNOWN:
                faults.append(
                    Finding(
                        subject=f"--map {ours}={theirs}",
                        value=f"{ours} is no column this tool knows",
                        limit="one of " + ", ".join(KNOWN),
                        mend="Write --map HOUSE_NAME=COLUMN.",
                    )
                )
            elif ours not in there:
                faults.append(self._lacks(theirs, f"it was named for {ours}"))
        return faults

    def _lacks(self, column: str, limit: str) -> Finding:
        return Finding(
            subject=str(self.path),
            value=f"has no column {column}",
            limit=limit,
            mend="Rename the column, or say which it is with --map HOUSE_NAME=COLUMN.",
        )


def _optional(
    table: Table, column: str, faults: list[Finding], otherwise: float
) -> NDArray[np.float64]:
    """A column of numbers above 0, `otherwise` where the table lacks it or a cell is empty."""
    if column not in table.frame.columns:
        return np.full(len(table), otherwise)
    values = numbers(table, column, faults, least=0.0, most=MOST, unknown=True)
    mend = "Leave the cell empty when it is unknown."
    faults += faults_of_rows(table, column, values == 0, "more than 0", mend)
    return np.where(np.isnan(values), otherwise, values)


def _elastic(table: Table, faults: list[Finding]) -> NDArray[np.int64]:
    """1 where a row says that its job is elastic, 0 where it says that it is not, UNSAID where it does not say."""
    if "elastic" not in table.frame.columns:
        return np.full(len(table), UNSAID, dtype=np.int64)
    said = [cell.lower() for cell in words(table, "elastic").tolist()]
    wrong = np.asarray([cell not in SAID for cell in said], dtype=np.bool_)
    mend = "Write true or false; leave the cell empty for what the group of jobs says."
    faults += faults_of_rows(table, "elastic", wrong, "true or false", mend)
    return np.asarray([SAID.get(cell, UNSAID) for cell in said], dtype=np.int64)


def _deadlines(
    table: Table, dated: bool, start_s: int | None, faults: list[Finding]
) -> NDArray[np.float64]:
    """Deadlines on the axis of the submissions, NaN for jobs without one."""
    if "deadline" not in table.frame.columns:
        return np.full(len(table), np.nan)
    if dated:
        return aware_s(table, "deadline", faults, unknown=True)
    if start_s is not None and any(
        "T" in text or "-" in text[1:] for text in words(table, "deadline")
    ):
        return aware_s(table, "deadline", faults, unknown=True) - start_s
    return whole_seconds(table, "deadline", faults, unknown=True)


def _too_early(
    table: Table, submit_s: NDArray[np.float64], deadline_s: NDArray[np.float64]
) -> list[Finding]:
    with np.errstate(invalid="ignore"):
        early = deadline_s <= submit_s
    if not early.any():
        return []
    return list(
        faults_of_rows(
            table, "deadline", early, "after its submit", "Correct one of the two times."
        )
    )


def _whole(values: NDArray[np.float64]) -> NDArray[np.int64]:
    return np.where(np.isnan(values), UNKNOWN_S, values).astype(np.int64)
