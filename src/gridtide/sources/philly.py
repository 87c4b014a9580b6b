"""Jobs of Microsoft's Philly GPU clusters, 2017 (Jeon et al., USENIX ATC 2019, arXiv 1901.05758).

Two layouts: the vendor's `cluster_job_log` (JSON, with scheduling attempts) and a Parquet copy. Times are
clock times whose zone the log does not state.
"""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gridtide.finding import BadInput, Finding, refuse_if_any
from gridtide.fleet.trace import UNKNOWN_S, JobTrace, trace_of
from gridtide.sources import (
    Table,
    content_of,
    counted,
    faults_of_rows,
    local_s,
    numbers,
    open_table,
    repeats,
    text_of,
    whole_seconds,
    words,
    zone_faults,
)

NAME_MAP = {
    "time_submit_local": "submit",
    "duration_s": "duration",
    "gpus": "gpus",
    "queue": "queue",
}
JSON_KEYS = {"jobid": "name", "vc": "queue", "submitted_time": "submit", "attempts": "attempts"}
TIME = "%Y-%m-%d %H:%M:%S"
MOST_GPUS = 100_000.0
NOT_RECORDED = ("", "None")


@dataclass(frozen=True, kw_only=True)
class PhillyJobs:
    """A Philly job log. zone: IANA zone of its clock; without one the trace starts at 0, undated."""

    path: Path
    zone: str | None = None

    def read(self) -> JobTrace:
        """All jobs that ran to an end, in order of submission, duplicates kept.

        Jobs without a run, or still running when the log was taken, are left out and counted in the
        notes. Raises BadInput with every fault found.
        """
        refuse_if_any(zone_faults(self.zone, f"zone of {self.path}") if self.zone else ())
        if content_of(self.path).startswith(b"PAR1"):
            return self._trace_of_table()
        return self._trace_of_log()

    def _trace_of_table(self) -> JobTrace:
        table = open_table(self.path, NAME_MAP)
        faults: list[Finding] = []
        submit_s = self._clock_s(table, "submit", faults)
        duration_s = whole_seconds(table, "duration", faults, least=1.0)
        gpus = numbers(table, "gpus", faults, least=0.0, most=MOST_GPUS)
        refuse_if_any(faults)
        order = np.argsort(submit_s, kind="stable")
        return trace_of(
            source=self._source,
            submit_s=self._from_zero(submit_s)[order],
            duration_s=duration_s[order].astype(np.int64),
            units=gpus[order],
            label=words(table, "queue")[order],
            anchored=self.zone is not None,
            notes=(*repeats(table), self._note_of_zone),
        )

    def _trace_of_log(self) -> JobTrace:
        jobs, attempts, owner = _tables_of(self.path)
        faults: list[Finding] = []
        submit_s = self._clock_s(jobs, "submit", faults)
        start_s = self._clock_s(attempts, "start", faults, unknown=True)
        end_s = self._clock_s(attempts, "end", faults, unknown=True)
        with np.errstate(invalid="ignore"):
            backwards = end_s < start_s
        mend = "Correct the attempt or take it out."
        faults.extend(faults_of_rows(attempts, "end", backwards, "an end after the start", mend))
        gpus = numbers(attempts, "gpus", faults, least=0.0, most=MOST_GPUS)
        refuse_if_any(faults)
        n = len(jobs)
        run_s, first_s, most_gpus = _folded(n, owner, start_s, end_s, gpus)
        running = _still_running(n, owner, start_s, end_s)
        kept = (run_s >= 1.0) & ~running
        with np.errstate(invalid="ignore"):
            waited = np.where(first_s >= submit_s, first_s - submit_s, np.nan)
        order = np.flatnonzero(kept)[np.argsort(submit_s[kept], kind="stable")]
        refuse_if_any(_none_left(jobs, kept))
        return trace_of(
            source=self._source,
            name=words(jobs, "name")[order],
            submit_s=self._from_zero(submit_s, kept)[order],
            duration_s=run_s[order].astype(np.int64),
            queued_s=np.where(np.isnan(waited), UNKNOWN_S, waited)[order].astype(np.int64),
            units=most_gpus[order],
            label=words(jobs, "queue")[order],
            anchored=self.zone is not None,
            notes=(
                self._note_of_zone,
                *counted(running, "jobs were still running and are left out"),
                *counted(~kept & ~running, "jobs have no recorded run and are left out"),
                *counted(kept & np.isnan(waited), "jobs started before submission: wait unknown"),
            ),
        )

    @property
    def _source(self) -> str:
        return f"{Path(self.path).name} (Philly)"

    @property
    def _note_of_zone(self) -> str:
        if self.zone is None:
            return "the log states no time zone; the trace starts at 0 and has no dates"
        return f"the log states no time zone; {self.zone} is assumed, first of two autumn hours"

    def _clock_s(
        self, table: Table, column: str, faults: list[Finding], *, unknown: bool = False
    ) -> NDArray[np.float64]:
        return local_s(table, column, faults, zone=self.zone or "UTC", form=TIME, unknown=unknown)

    def _from_zero(
        self, submit_s: NDArray[np.float64], kept: NDArray[np.bool_] | None = None
    ) -> NDArray[np.int64]:
        """Seconds since 1970, or since the first kept job when the clock has no zone."""
        zero_s = 0.0 if self.zone else (submit_s if kept is None else submit_s[kept]).min()
        return (submit_s - zero_s).astype(np.int64)


def _folded(
    n: int,
    owner: NDArray[np.int64],
    start_s: NDArray[np.float64],
    end_s: NDArray[np.float64],
    gpus: NDArray[np.float64],
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Run time over all recorded attempts, first start and largest gang of each job, shape (n,)."""
    whole = ~np.isnan(start_s) & ~np.isnan(end_s)
    run_s = np.zeros(n)
    np.add.at(run_s, owner[whole], (end_s - start_s)[whole])
    first_s = np.full(n, np.inf)
    begun = ~np.isnan(start_s)
    np.minimum.at(first_s, owner[begun], start_s[begun])
    most_gpus = np.zeros(n)
    np.maximum.at(most_gpus, owner, gpus)
    return run_s, np.where(np.isinf(first_s), np.nan, first_s), most_gpus


def _still_running(
    n: int, owner: NDArray[np.int64], start_s: NDArray[np.float64], end_s: NDArray[np.float64]
) -> NDArray[np.bool_]:
    """True where the last attempt of a job began and has no end, shape (n,)."""
    running = np.zeros(n, dtype=np.bool_)
    if len(owner):
        last = np.append(owner[1:] != owner[:-1], True)
        running[owner[last]] = (~np.isnan(start_s) & np.isnan(end_s))[last]
    return running


def _tables_of(path: Path) -> tuple[Table, Table, NDArray[np.int64]]:
    """Jobs, attempts, and the job that each attempt belongs to."""
    entries = _entries_of(path)
    faults = [
        fault for at, entry in enumerate(entries, 1) for fault in _shape_faults(path, at, entry)
    ]
    refuse_if_any(faults[:20] + _more(path, len(faults) - 20))
    jobs: dict[str, list[Any]] = {"name": [], "queue": [], "submit": []}
    attempts: dict[str, list[Any]] = {"start": [], "end": [], "gpus": []}
    owner: list[int] = []
    for at, entry in enumerate(entries):
        for key, name in JSON_KEYS.items():
            if name in jobs:
                jobs[name].append(_recorded(entry[key]))
        for attempt in entry["attempts"]:
            owner.append(at)
            attempts["start"].append(_recorded(attempt.get("start_time")))
            attempts["end"].append(_recorded(attempt.get("end_time")))
            attempts["gpus"].append(float(sum(len(part["gpus"]) for part in attempt["detail"])))
    owners = np.asarray(owner, dtype=np.int64)
    return (
        _table(path, jobs, np.arange(1, len(entries) + 1)),
        _table(path, attempts, owners + 1),
        owners,
    )


def _table(path: Path, columns: dict[str, list[Any]], numbers_: NDArray[np.int64]) -> Table:
    import polars as pl

    schema = {name: pl.Float64 if name == "gpus" else pl.String for name in columns}
    frame = pl.DataFrame(columns, schema=schema)
    return Table(source=str(path), frame=frame, numbers=numbers_, word="job")


def _entries_of(path: Path) -> list[Any]:
    try:
        entries = json.loads(text_of(path))
    except RecursionError:
        raise _bad(path, "is nested too deeply", "a list of jobs") from None
    except json.JSONDecodeError as error:
        raise _bad(path, f"line {error.lineno}: {error.msg}", "whole JSON") from None
    except ValueError as error:
        raise _bad(path, str(error)[:120], "whole JSON") from None
    if not isinstance(entries, list) or not entries:
        raise _bad(path, f"holds {type(entries).__name__} without jobs", "a list of jobs")
    return entries


def _shape_faults(path: Path, at: int, entry: Any) -> list[Finding]:
    """Faults of the shape of one entry: keys, and the types that the reader relies on."""
    mend = "Compare it with the schema of cluster_job_log."
    if not isinstance(entry, dict):
        value = f"is {type(entry).__name__}"
        return [Finding(subject=f"{path} job {at}", value=value, limit="an object", mend=mend)]
    wrong = [key for key in JSON_KEYS if key not in entry]
    wrong += [
        key for key in ("jobid", "vc", "submitted_time") if not isinstance(entry.get(key, ""), str)
    ]
    if not _are_attempts(entry.get("attempts", [])):
        wrong.append("attempts")
    return [
        Finding(
            subject=f"{path} job {at}",
            value=f"{key} is missing or not of its type",
            limit="the keys of the log",
            mend=mend,
        )
        for key in wrong
    ]


def _are_attempts(attempts: Any) -> bool:
    return isinstance(attempts, list) and all(
        isinstance(attempt, dict)
        and all(isinstance(attempt.get(key) or "", str) for key in ("start_time", "end_time"))
        and isinstance(attempt.get("detail"), list)
        and all(isinstance(p, dict) and isinstance(p.get("gpus"), list) for p in attempt["detail"])
        for attempt in attempts
    )


def _recorded(text: str | None) -> str | None:
    return None if text is None or text.strip() in NOT_RECORDED else text


def _none_left(jobs: Table, kept: NDArray[np.bool_]) -> list[Finding]:
    if kept.any():
        return []
    mend = "Export a longer period."
    value = f"none of {len(jobs)} jobs has a whole run"
    return [Finding(subject=jobs.source, value=value, limit="one or more", mend=mend)]


def _more(path: Path, count: int) -> list[Finding]:
    if count <= 0:
        return []
    mend = "Correct the first ones and read again."
    value = f"{count} more entries of a wrong shape"
    return [Finding(subject=str(path), value=value, limit="none", mend=mend)]


def _bad(path: Path, value: str, limit: str) -> BadInput:
    mend = "Give cluster_job_log whole; it may be cut short."
    return BadInput([Finding(subject=str(path), value=value, limit=limit, mend=mend)])
