"""Job logs in the Standard Workload Format, version 2.2 (Feitelson, Parallel Workloads Archive).

Lines of 18 numbers, -1 where something is unknown; lines that begin with `;` are the header.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from gridtide.finding import Finding, refuse_if_any
from gridtide.fleet.trace import UNKNOWN_S, JobTrace, trace_of
from gridtide.sources import LATEST_S, SHOWN_ROWS, Table, counted, numbers, repeats, text_of

FIELDS = (
    "job",
    "submit",
    "wait",
    "run",
    "processors",
    "cpu_time",
    "memory",
    "asked_processors",
    "asked_time",
    "asked_memory",
    "status",
    "user",
    "group",
    "executable",
    "queue",
    "partition",
    "preceding_job",
    "think_time",
)
PARTIAL = (2.0, 3.0, 4.0)
"""Status of a line that tells a part of a job which a whole line tells again."""

UNKNOWN = -1.0
MOST_PROCESSORS = 1e9
HEADER_LINE = re.compile(r"^;\s*(\w+)\s*:\s*(.*?)\s*$")


@dataclass(frozen=True, kw_only=True)
class SwfJobs:
    """A log in Standard Workload Format, plain or gzip."""

    path: Path

    def read(self) -> JobTrace:
        """All jobs that ran, in order of submission; units are processors.

        Dated when the header has UnixStartTime. Jobs that never ran, of unknown size, and the lines of
        partial executions are left out and counted in the notes. Raises BadInput with every fault.
        """
        header, table = _lines_of(self.path)
        faults: list[Finding] = []
        start_s = _start_s(self.path, header, faults)
        columns = _columns(table, faults)
        refuse_if_any(faults)
        units = np.where(
            columns["processors"] > 0, columns["processors"], columns["asked_processors"]
        )
        partial = np.isin(columns["status"], PARTIAL)
        never = ~partial & (columns["run"] < 1)
        unsized = ~partial & ~never & (units <= 0)
        left = ~(partial | never | unsized | (columns["submit"] < 0))
        refuse_if_any(_none_left(table, left))
        order = np.flatnonzero(left)[np.argsort(columns["submit"][left], kind="stable")]
        queue = columns["queue"].astype(np.int64)
        asked = (units != columns["processors"]) & left
        return trace_of(
            source=f"{Path(self.path).name} (SWF{_computer(header)})",
            name=columns["job"].astype(np.int64).astype(np.str_)[order],
            submit_s=columns["submit"][order].astype(np.int64) + start_s,
            duration_s=columns["run"][order].astype(np.int64),
            declared_s=_known(columns["asked_time"], least=1.0)[order],
            queued_s=_known(columns["wait"], least=0.0)[order],
            units=units[order],
            label=np.where(queue < 0, "", queue.astype(np.str_))[order],
            unit="processor",
            anchored=start_s > 0,
            notes=(
                *repeats(table),
                *counted(never, "jobs never ran and are left out"),
                *counted(partial, "lines tell a part of a job told again and are left out"),
                *counted(unsized, "jobs have no known number of processors and are left out"),
                *counted(columns["submit"] < 0, "jobs have no known submission and are left out"),
                *counted(asked, "jobs count the processors asked for, not those given"),
            ),
        )


def _columns(table: Table, faults: list[Finding]) -> dict[str, NDArray[np.float64]]:
    limits = {
        "job": (UNKNOWN, 2.0**53),
        "submit": (UNKNOWN, LATEST_S),
        "wait": (UNKNOWN, LATEST_S),
        "run": (UNKNOWN, LATEST_S),
        "processors": (UNKNOWN, MOST_PROCESSORS),
        "asked_processors": (UNKNOWN, MOST_PROCESSORS),
        "asked_time": (UNKNOWN, LATEST_S),
        "status": (UNKNOWN, 5.0),
        "queue": (UNKNOWN, 2.0**53),
    }
    return {
        name: np.round(numbers(table, name, faults, least=least, most=most))
        for name, (least, most) in limits.items()
    }


def _known(column: NDArray[np.float64], *, least: float) -> NDArray[np.int64]:
    return np.where(column >= least, column, UNKNOWN_S).astype(np.int64)


def _lines_of(path: Path) -> tuple[dict[str, str], Table]:
    """Header entries, and the lines of 18 fields as a table of texts."""
    import polars as pl

    header: dict[str, str] = {}
    rows: list[list[str]] = []
    at: list[int] = []
    wrong: list[tuple[int, int]] = []
    for number, line in enumerate(text_of(path).splitlines(), 1):
        fields = line.split()
        if line.lstrip().startswith(";"):
            entry = HEADER_LINE.match(line.strip())
            if entry:
                header.setdefault(entry[1], entry[2])
        elif len(fields) == len(FIELDS):
            rows.append(fields)
            at.append(number)
        elif fields:
            wrong.append((number, len(fields)))
    refuse_if_any(_field_faults(path, wrong, any_rows=bool(rows)))
    frame = pl.DataFrame(
        {name: [row[field] for row in rows] for field, name in enumerate(FIELDS)},
        schema=dict.fromkeys(FIELDS, pl.String),
    )
    numbers_ = np.asarray(at, dtype=np.int64)
    return header, Table(source=str(path), frame=frame, numbers=numbers_, word="line")


def _field_faults(path: Path, wrong: list[tuple[int, int]], *, any_rows: bool) -> list[Finding]:
    mend = "Give a log in Standard Workload Format 2.2; it may be cut short."
    faults = [
        Finding(
            subject=f"{path} line {number}",
            value=f"{count} fields",
            limit=f"{len(FIELDS)} fields",
            mend=mend,
        )
        for number, count in wrong[:SHOWN_ROWS]
    ]
    if len(wrong) > SHOWN_ROWS:
        value = f"{len(wrong) - SHOWN_ROWS} more lines with another number of fields"
        faults.append(Finding(subject=str(path), value=value, limit="none", mend=mend))
    if not any_rows and not wrong:
        faults.append(Finding(subject=str(path), value="has no jobs", limit="one line", mend=mend))
    return faults


def _start_s(path: Path, header: Mapping[str, str], faults: list[Finding]) -> int:
    """UnixStartTime of the header, 0 when it has none."""
    said = header.get("UnixStartTime", "0")
    if re.fullmatch(r"\d{1,11}", said) and int(said) <= LATEST_S:
        return int(said)
    if said not in ("-1", ""):
        mend = "Correct the header, or take the entry out for an undated trace."
        limit = "whole seconds since 1970"
        subject = f"{path} UnixStartTime"
        faults.append(Finding(subject=subject, value=said[:80], limit=limit, mend=mend))
    return 0


def _computer(header: Mapping[str, str]) -> str:
    return f", {header['Computer'][:80]}" if header.get("Computer") else ""


def _none_left(table: Table, left: NDArray[np.bool_]) -> list[Finding]:
    if left.any():
        return []
    value = f"none of {len(table)} jobs has a run, a size and a submission"
    return [Finding(subject=table.source, value=value, limit="one", mend="Give another log.")]
