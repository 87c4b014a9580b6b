"""Pods of Alibaba's openb GPU cluster, 2023 (cluster-trace-gpu-v2023; Weng et al., USENIX ATC 2023).

Two layouts: the vendor's pod list (CSV) and a Parquet copy. Pods that still run when the trace ends are
right-censored, pods never scheduled have no start, and shared GPUs are asked in thousandths.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from gridtide.finding import Finding, refuse_if_any
from gridtide.fleet.trace import JobTrace, trace_of
from gridtide.sources import (
    Table,
    counted,
    faults_of_rows,
    numbers,
    open_table,
    repeats,
    whole_seconds,
    words,
)

NAME_MAP = {
    "pod": "name",
    "name": "name",
    "t_submit_s": "submit",
    "creation_time": "submit",
    "t_start_s": "start",
    "scheduled_time": "start",
    "t_end_s": "end",
    "deletion_time": "end",
    "gpus": "gpus",
    "num_gpu": "gpus",
    "gpu_milli_each": "milli",
    "gpu_milli": "milli",
    "qos": "qos",
    "phase": "phase",
    "pod_phase": "phase",
}
RUNNING = "Running"
MOST_GPUS = 100_000.0


@dataclass(frozen=True, kw_only=True)
class OpenbPods:
    """An openb pod list. censored: whether pods still running at the end are left out or kept.

    A kept one has the length that was seen, which is a lower bound of its true length.
    """

    path: Path
    censored: Literal["drop", "keep"] = "drop"

    def read(self) -> JobTrace:
        """All pods that ran, in order of submission on the trace's own clock; label is the QoS class.

        Pods never scheduled are left out; both kinds of omission are counted in the notes. Raises
        BadInput with every fault found.
        """
        refuse_if_any(self._setting_faults())
        table = open_table(self.path, NAME_MAP)
        faults: list[Finding] = []
        submit_s = whole_seconds(table, "submit", faults)
        start_s = whole_seconds(table, "start", faults, unknown=True)
        end_s = whole_seconds(table, "end", faults, unknown=True)
        gpus = numbers(table, "gpus", faults, least=0.0, most=MOST_GPUS)
        milli = numbers(table, "milli", faults, least=0.0, most=1_000.0)
        faults.extend(_order_faults(table, submit_s, start_s, end_s))
        refuse_if_any(faults)
        running = words(table, "phase") == RUNNING
        never = np.isnan(start_s)
        ended = ~never & ~np.isnan(end_s) & (~running | (self.censored == "keep"))
        kept = ended & (np.nan_to_num(end_s) - np.nan_to_num(start_s) >= 1.0)
        refuse_if_any(_none_left(table, kept))
        order = np.flatnonzero(kept)[np.argsort(submit_s[kept], kind="stable")]
        seen = "are right-censored: their length is a lower bound"
        left = "were still running at the end (right-censored) and are left out"
        return trace_of(
            source=f"{Path(self.path).name} (Alibaba openb 2023)",
            name=words(table, "name")[order],
            submit_s=submit_s[order].astype(np.int64),
            duration_s=(end_s - start_s)[order].astype(np.int64),
            queued_s=(start_s - submit_s)[order].astype(np.int64),
            units=(gpus * milli / 1_000.0)[order],
            label=words(table, "qos")[order],
            anchored=False,
            notes=(
                *repeats(table),
                *counted(running & ~never, f"pods {seen if self.censored == 'keep' else left}"),
                *counted(never, "pods were never scheduled and are left out"),
                *counted(kept & (gpus == 0), "pods ask no GPU and count 0 accelerators"),
            ),
        )

    def _setting_faults(self) -> list[Finding]:
        if self.censored in ("drop", "keep"):
            return []
        return [
            Finding(
                subject=f"censored of {self.path}",
                value=repr(self.censored),
                limit="drop or keep",
                mend="Say what becomes of pods whose end was not seen.",
            )
        ]


def _order_faults(
    table: Table,
    submit_s: NDArray[np.float64],
    start_s: NDArray[np.float64],
    end_s: NDArray[np.float64],
) -> list[Finding]:
    mend = "Correct the row or take it out."
    with np.errstate(invalid="ignore"):
        early = start_s < submit_s
        backwards = end_s < start_s
    return [
        *faults_of_rows(table, "start", early, "a start after the submission", mend),
        *faults_of_rows(table, "end", backwards, "an end after the start", mend),
    ]


def _none_left(table: Table, kept: NDArray[np.bool_]) -> list[Finding]:
    if kept.any():
        return []
    value = f"none of {len(table)} pods has a whole run"
    mend = "Keep the censored ones, or give a longer trace."
    return [Finding(subject=table.source, value=value, limit="one or more", mend=mend)]
