"""Job history of a Slurm cluster, as `sacct --parsable2` prints it.

    sacct -aP -S 2026-01-01 -o JobID,JobName,Partition,State,Submit,Start,End,Elapsed,Timelimit,AllocTRES,\
ConsumedEnergyRaw

Times are clock times of the cluster, so its zone must be given.
"""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from gridtide.finding import Finding, refuse_if_any
from gridtide.fleet.trace import UNKNOWN_S, JobTrace, trace_of
from gridtide.sources import (
    LATEST_S,
    Table,
    counted,
    faults_of_rows,
    kept,
    local_s,
    numbers,
    open_table,
    twice,
    words,
    zone_faults,
)

NAME_MAP = {
    "JobID": "job",
    "Partition": "partition",
    "State": "state",
    "Submit": "submit",
    "Start": "start",
    "Elapsed": "elapsed",
    "Timelimit": "timelimit",
    "AllocTRES": "tres",
    "ConsumedEnergyRaw": "energy",
}
OPTIONAL = frozenset({"partition", "timelimit", "energy"})
TIME = "%Y-%m-%dT%H:%M:%S"
UNKNOWN_TIMES = ("Unknown", "None", "N/A", "")
NO_LIMIT = ("UNLIMITED", "Partition_Limit", "INVALID", "")
UNFINISHED = ("RUNNING", "SUSPENDED", "COMPLETING", "RESIZING", "STOPPED")

JOB_ID = r"^(\d+(?:_(?:\d+|\[[^\]]*\]))?(?:\+\d+)?)(?:\.(.+))?$"
SPAN = r"^(?:(\d{1,6})-)?(\d{1,3}):(\d{2}):(\d{2})(?:\.\d+)?$"
TRES = {
    "gpu": r"(?:^|,)gres/gpu=(\d+)(?:,|$)",
    "cpu": r"(?:^|,)cpu=(\d+)(?:,|$)",
    "node": r"(?:^|,)node=(\d+)(?:,|$)",
}
TYPED_GPU = r"(?:^|,)gres/gpu:[^=,]+=(\d+)"
JOULES_PER_KWH = 3.6e6
MOST_JOULES = 1e18
MOST_UNITS = 1e9


@dataclass(frozen=True, kw_only=True)
class SacctJobs:
    """A file that sacct printed. zone: IANA zone of the cluster's clock.

    unit: which trackable resource counts as the size of a job. separator: what `--delimiter` was.
    """

    path: Path
    zone: str
    unit: Literal["gpu", "cpu", "node"] = "gpu"
    separator: str = "|"

    def read(self) -> JobTrace:
        """All finished runs in order of submission, each task of an array for itself.

        Steps are folded into their job, whose energy is what Slurm gives for it, else the largest of
        batch step, extern step and the sum of the numbered steps (they overlap). Jobs that never ran
        or still run are left out and counted. Raises BadInput with every fault found.
        """
        refuse_if_any([*zone_faults(self.zone, f"zone of {self.path}"), *self._setting_faults()])
        jobs, steps = self._jobs_and_steps()
        faults: list[Finding] = []
        submit_s, start_s = _moments(jobs, self.zone, faults)
        duration_s = spans_s(jobs, "elapsed", faults)
        limit_s = _limits_s(jobs, faults)
        energy_kwh = _energies_kwh(jobs, steps, faults)
        units = _units(jobs, self.unit)
        refuse_if_any(faults)
        unfinished = _is_unfinished(jobs)
        ran = ~unfinished & ~np.isnan(start_s) & (duration_s >= 1)
        refuse_if_any(_none_left(jobs, bool(ran.any())))
        order = np.flatnonzero(ran)[np.argsort(submit_s[ran], kind="stable")]
        ids = words(jobs, "base")
        return trace_of(
            source=f"{Path(self.path).name} (Slurm)",
            name=ids[order],
            submit_s=submit_s[order].astype(np.int64),
            duration_s=duration_s[order].astype(np.int64),
            declared_s=limit_s[order],
            queued_s=(start_s - submit_s)[order].astype(np.int64),
            units=units[order],
            energy_kwh=energy_kwh[order],
            label=_labels(jobs)[order],
            unit="accelerator" if self.unit == "gpu" else self.unit,
            notes=(
                f"clock times taken as {self.zone}",
                *counted(unfinished, "jobs still ran and are left out"),
                *counted(~ran & ~unfinished, "jobs never ran and are left out"),
                *counted(ran & (units == 0), f"jobs were given no {self.unit} and count 0"),
                *counted(ran & _is_repeated(ids), "runs share a job id (requeued); all are kept"),
                *counted(ran & ~np.isnan(energy_kwh), "jobs have metered energy"),
                *counted(ran & twice(submit_s, self.zone), "jobs fall in the doubled autumn hour"),
            ),
        )

    def _jobs_and_steps(self) -> tuple[Table, Table]:
        table = _marked(
            open_table(
                self.path, NAME_MAP, optional=OPTIONAL, separator=self.separator, quotes=False
            )
        )
        is_step = words(table, "step") != ""
        refuse_if_any(_none_left(table, bool((~is_step).any())))
        return kept(table, ~is_step), kept(table, is_step)

    def _setting_faults(self) -> list[Finding]:
        faults = []
        if self.unit not in TRES:
            limit = ", ".join(sorted(TRES))
            mend = "Choose what counts as the size of a job."
            subject = f"unit of {self.path}"
            faults.append(Finding(subject=subject, value=repr(self.unit), limit=limit, mend=mend))
        if len(self.separator) != 1 or not self.separator.isascii():
            mend = "Give the sign that --delimiter was set to."
            subject, value = f"separator of {self.path}", repr(self.separator)
            faults.append(Finding(subject=subject, value=value, limit="one sign", mend=mend))
        return faults


def spans_s(table: Table, column: str, faults: list[Finding]) -> NDArray[np.float64]:
    """A column of Slurm spans `[days-]hours:minutes:seconds` in seconds, NaN where a cell is empty."""
    import polars as pl

    text = table.frame[column].str.strip_chars()
    parts = [text.str.extract(SPAN, group).cast(pl.Float64) for group in range(1, 5)]
    days, hours, minutes, seconds = (part.to_numpy().astype(np.float64) for part in parts)
    total = np.nan_to_num(days) * 86_400 + hours * 3_600 + minutes * 60 + seconds
    empty = (text.is_null() | (text == "")).fill_null(True).to_numpy()
    limit = "a span as 1-02:03:04"
    faults.extend(
        faults_of_rows(table, column, np.isnan(total) & ~empty, limit, "Export it with sacct -P.")
    )
    return np.asarray(np.where(total <= LATEST_S, total, np.nan))


def _marked(table: Table) -> Table:
    """The table with each job id cut into job and step, and times that Slurm does not know left empty."""
    import polars as pl

    texts = table.frame.select(pl.all().cast(pl.String))
    ids = texts["job"].str.strip_chars()
    base = ids.str.extract(JOB_ID, 1)
    wrong = base.is_null().to_numpy()
    limit = "a job id of Slurm, as 12, 12.batch, 12_3 or 12+1"
    mend = "A job name may hold the separator: leave JobName out, or use another --delimiter."
    refuse_if_any(faults_of_rows(table, "job", wrong, limit, mend))
    cleared = [
        pl.when(pl.col(name).str.strip_chars().is_in(UNKNOWN_TIMES))
        .then(None)
        .otherwise(pl.col(name))
        for name in ("submit", "start")
    ]
    step = ids.str.extract(JOB_ID, 2).fill_null("")
    frame = texts.with_columns(
        *(part.alias(name) for part, name in zip(cleared, ("submit", "start"), strict=True))
    )
    return replace(table, frame=frame.with_columns(base.alias("base"), step.alias("step")))


def _moments(
    jobs: Table, zone: str, faults: list[Finding]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Submission and start; adds a fault for each start before its submission.

    A start that seems too early inside the doubled autumn hour is its second telling.
    """
    submit_s = local_s(jobs, "submit", faults, zone=zone, form=TIME)
    start_s = local_s(jobs, "start", faults, zone=zone, form=TIME, unknown=True)
    with np.errstate(invalid="ignore"):
        second = (start_s < submit_s) & (start_s + 3_600 >= submit_s) & twice(start_s, zone)
        start_s = np.where(second, start_s + 3_600, start_s)
        early = start_s < submit_s
    limit, mend = "a start after the submission", "Correct the row, or check the zone."
    faults.extend(faults_of_rows(jobs, "start", early, limit, mend))
    return submit_s, start_s


def _limits_s(jobs: Table, faults: list[Finding]) -> NDArray[np.int64]:
    """Declared run-time limits, UNKNOWN_S where there is none."""
    import polars as pl

    if "timelimit" not in jobs.frame.columns:
        return np.full(len(jobs), UNKNOWN_S, dtype=np.int64)
    limited = pl.when(pl.col("timelimit").str.strip_chars().is_in(NO_LIMIT)).then(None)
    frame = jobs.frame.with_columns(limited.otherwise(pl.col("timelimit")).alias("timelimit"))
    limit_s = spans_s(replace(jobs, frame=frame), "timelimit", faults)
    return np.where(np.isnan(limit_s), UNKNOWN_S, limit_s).astype(np.int64)


def _energies_kwh(jobs: Table, steps: Table, faults: list[Finding]) -> NDArray[np.float64]:
    """Metered energy of each job, NaN where the cluster meters none (Slurm then prints 0 or nothing)."""
    if "energy" not in jobs.frame.columns:
        return np.full(len(jobs), np.nan)
    own, of_steps = (
        np.nan_to_num(numbers(table, "energy", faults, least=0.0, most=MOST_JOULES, unknown=True))
        for table in (jobs, steps)
    )
    numbered: dict[str, float] = {}
    largest: dict[str, float] = {}
    for base, step, joules in zip(
        words(steps, "base").tolist(), words(steps, "step").tolist(), of_steps.tolist(), strict=True
    ):
        if step.isdigit():
            numbered[base] = numbered.get(base, 0.0) + joules
        else:
            largest[base] = max(largest.get(base, 0.0), joules)
    ids = words(jobs, "base")
    folded = np.asarray(
        [max(numbered.get(base, 0.0), largest.get(base, 0.0)) for base in ids.tolist()]
    )
    joules = np.where(own > 0, own, np.where(_is_repeated(ids), 0.0, folded))
    return np.asarray(np.where(joules > 0, joules / JOULES_PER_KWH, np.nan))


def _units(jobs: Table, unit: str) -> NDArray[np.float64]:
    """How much of a trackable resource each job was given, 0 where it was given none."""
    import polars as pl

    tres = jobs.frame["tres"].fill_null("")
    plain = tres.str.extract(TRES[unit], 1).cast(pl.Float64, strict=False)
    if unit == "gpu":
        typed = tres.str.extract_all(TYPED_GPU).list.eval(
            pl.element().str.extract(r"=(\d+)$", 1).cast(pl.Float64, strict=False)
        )
        plain = plain.fill_null(typed.list.sum())
    given = plain.fill_null(0.0).to_numpy().astype(np.float64) + 0.0
    return np.asarray(np.minimum(given, MOST_UNITS))


def _labels(jobs: Table) -> NDArray[np.str_]:
    if "partition" in jobs.frame.columns:
        return words(jobs, "partition")
    return np.full(len(jobs), "", dtype=np.str_)


def _is_repeated(ids: NDArray[np.str_]) -> NDArray[np.bool_]:
    _, inverse, counts = np.unique(ids, return_inverse=True, return_counts=True)
    return np.asarray(counts[inverse] > 1)


def _is_unfinished(jobs: Table) -> NDArray[np.bool_]:
    """Whether each job had not ended; the first word counts, as in `CANCELLED by 1000`."""
    first = [text.split(" ", 1)[0].rstrip("+") for text in words(jobs, "state").tolist()]
    return np.isin(np.asarray(first, dtype=np.str_), UNFINISHED)


def _none_left(table: Table, any_left: bool) -> list[Finding]:
    if any_left:
        return []
    value = f"none of {len(table)} rows is a job that ran"
    mend = "Choose a longer period with sacct -S and -E."
    return [Finding(subject=table.source, value=value, limit="one", mend=mend)]
