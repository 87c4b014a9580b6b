"""Jobs of Alibaba's PAI cluster, 2020 (Weng et al., NSDI 2022; cluster-trace-gpu-v2020).

Two layouts: the sample of 100,000 jobs that GAIA redistributes (CSV `arrival_time,length,cpus`, or its
Parquet copy), filtered to jobs above five minutes and stretched in time by the redistributor; and the
vendor's own `pai_task_table.csv`, which has no header line.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np

from gridtide.finding import Finding, refuse_if_any
from gridtide.fleet.trace import JobTrace, trace_of
from gridtide.sources import (
    Table,
    counted,
    faults_of_rows,
    kept,
    numbers,
    open_table,
    repeats,
    whole_seconds,
    words,
)

NAME_MAP = {
    "t_submit_s": "submit",
    "arrival_time": "submit",
    "duration_s": "duration",
    "length": "duration",
    "units": "units",
    "cpus": "units",
}
TASK_TABLE = (
    "job_name",
    "task_name",
    "inst_num",
    "status",
    "start_time",
    "end_time",
    "plan_cpu",
    "plan_mem",
    "plan_gpu",
    "gpu_type",
)
"""Columns of the vendor's task table in order; plan_gpu is per instance, 100 for one whole GPU."""

ENDED = ("Terminated", "Failed")
MOST_UNITS = 1_000_000.0


@dataclass(frozen=True, kw_only=True)
class PaiJobs:
    """A PAI trace. layout: `sample` as GAIA has it, or the vendor's `task_table`."""

    path: Path
    layout: Literal["sample", "task_table"] = "sample"

    def read(self) -> JobTrace:
        """All jobs in order of submission on the trace's own clock, duplicates kept.

        The units of the sample are GPUs or CPUs, the source does not say; tasks count shares of GPUs.
        Raises BadInput with every fault found.
        """
        if self.layout == "sample":
            return self._sample()
        if self.layout == "task_table":
            return self._tasks()
        finding = Finding(
            subject=f"layout of {self.path}",
            value=repr(self.layout),
            limit="sample or task_table",
            mend="Say which of the two layouts the file has.",
        )
        refuse_if_any([finding])
        raise AssertionError(self.layout)

    def _sample(self) -> JobTrace:
        table = open_table(self.path, NAME_MAP)
        faults: list[Finding] = []
        submit_s = whole_seconds(table, "submit", faults)
        duration_s = whole_seconds(table, "duration", faults, least=1.0)
        units = numbers(table, "units", faults, least=0.0, most=MOST_UNITS)
        refuse_if_any(faults)
        order = np.argsort(submit_s, kind="stable")
        return trace_of(
            source=f"{Path(self.path).name} (Alibaba PAI 2020, GAIA sample)",
            submit_s=submit_s[order].astype(np.int64),
            duration_s=duration_s[order].astype(np.int64),
            units=units[order],
            unit="unit",
            anchored=False,
            notes=(
                *repeats(table),
                "units are GPUs or CPUs, the source does not say; power needs a stated assumption",
                "the redistributor left out jobs up to 300 s and stretched the time axis",
            ),
        )

    def _tasks(self) -> JobTrace:
        names = {name: name for name in TASK_TABLE}
        whole = open_table(self.path, names, header=TASK_TABLE)
        ended = np.isin(words(whole, "status"), ENDED)
        refuse_if_any(_none_ended(whole, bool(ended.any())))
        table = kept(whole, ended)
        faults: list[Finding] = []
        start_s = whole_seconds(table, "start_time", faults)
        end_s = whole_seconds(table, "end_time", faults)
        backwards = end_s < start_s
        mend = "Correct the task or take it out."
        faults.extend(faults_of_rows(table, "end_time", backwards, "an end after the start", mend))
        instances = numbers(table, "inst_num", faults, least=0.0, most=MOST_UNITS, unknown=True)
        percent = numbers(table, "plan_gpu", faults, least=0.0, most=100 * MOST_UNITS, unknown=True)
        refuse_if_any(faults)
        ran = end_s - start_s >= 1.0
        refuse_if_any(_none_ended(whole, bool(ran.any())))
        order = np.flatnonzero(ran)[np.argsort(start_s[ran], kind="stable")]
        gpus = np.where(np.isnan(percent), 0.0, percent) / 100.0
        many = np.where(np.isnan(instances), 1.0, instances)
        return trace_of(
            source=f"{Path(self.path).name} (Alibaba PAI 2020, tasks)",
            name=np.char.add(np.char.add(words(table, "job_name"), "/"), words(table, "task_name"))[
                order
            ],
            submit_s=start_s[order].astype(np.int64),
            duration_s=(end_s - start_s)[order].astype(np.int64),
            units=(gpus * many)[order],
            label=words(table, "gpu_type")[order],
            anchored=False,
            notes=(
                *repeats(table),
                "the table holds starts, not submissions; starts are used, the wait is unknown",
                *counted(~ended, "tasks have not ended and are left out"),
                *counted(~ran, "tasks ran for less than a second and are left out"),
                *counted(np.isnan(percent), "tasks plan no GPU and count 0 accelerators"),
            ),
        )


def _none_ended(table: Table, any_ended: bool) -> list[Finding]:
    if any_ended:
        return []
    value = f"none of {len(table)} tasks has ended after a run"
    limit = f"a status of {' or '.join(ENDED)}"
    mend = "Check that this is pai_task_table.csv."
    return [Finding(subject=table.source, value=value, limit=limit, mend=mend)]
