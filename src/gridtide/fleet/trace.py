"""Work as a log tells it: what was submitted when, how large it was, how long it ran."""

from dataclasses import dataclass
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from gridtide.digest import freeze
from gridtide.timeline import epoch_s

UNKNOWN_S = -1
UNSAID = -1
"""Of a yes or no that a log does not tell."""


@dataclass(frozen=True, kw_only=True, eq=False)
class JobTrace:
    """Jobs as columns of one length n, in order of submission as the log has them.

    submit_s: seconds since 1970 (UTC), or since the start of the trace when `anchored` is false.
    duration_s: run time of the whole job in seconds, > 0; what a decision must not see beforehand.
    declared_s: run-time limit the owner declared, UNKNOWN_S where the log has none.
    queued_s: how long the job waited before it ran, UNKNOWN_S where the log does not tell.
    units: accelerators (or what `unit` says), float so that shares of one accelerator are exact.
    power_kw: power of the whole job, NaN where the log has none.
    energy_kwh: metered energy of the whole job, NaN where the log has none.
    deadline_s: exclusive end the owner asked for, on the axis of submit_s; UNKNOWN_S where there is none.
    label: the log's own class (queue, QoS, partition), empty where it has none. team: whose it is, empty where the log
    does not say. elastic: 1 for jobs that may run on parts and multiples of their gang, 0 for others, UNSAID where the
    log does not say.
    notes: what a reader of results must know (assumptions of the reader, faults met), as sentences.
    """

    name: NDArray[np.str_]
    submit_s: NDArray[np.int64]
    duration_s: NDArray[np.int64]
    declared_s: NDArray[np.int64]
    queued_s: NDArray[np.int64]
    units: NDArray[np.float64]
    power_kw: NDArray[np.float64]
    energy_kwh: NDArray[np.float64]
    deadline_s: NDArray[np.int64]
    label: NDArray[np.str_]
    unit: str
    anchored: bool
    source: str
    team: NDArray[np.str_]
    elastic: NDArray[np.int64]
    notes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        whole = dict.fromkeys(
            ("submit_s", "duration_s", "declared_s", "queued_s", "deadline_s", "elastic"), np.int64
        )
        real = dict.fromkeys(("units", "power_kw", "energy_kwh"), np.float64)
        freeze(self, name=np.str_, label=np.str_, team=np.str_, **whole, **real)
        columns = ("name", "label", "team", *whole, *real)
        if len({getattr(self, column).shape for column in columns}) != 1:
            raise ValueError(f"columns of different lengths in {self.source}")

    def __len__(self) -> int:
        return len(self.submit_s)


def trace_of(
    *,
    source: str,
    submit_s: NDArray[np.int64],
    duration_s: NDArray[np.int64],
    units: NDArray[np.float64] | None = None,
    name: NDArray[np.str_] | None = None,
    declared_s: NDArray[np.int64] | None = None,
    queued_s: NDArray[np.int64] | None = None,
    power_kw: NDArray[np.float64] | None = None,
    energy_kwh: NDArray[np.float64] | None = None,
    deadline_s: NDArray[np.int64] | None = None,
    label: NDArray[np.str_] | None = None,
    team: NDArray[np.str_] | None = None,
    elastic: NDArray[np.int64] | None = None,
    unit: str = "accelerator",
    anchored: bool = True,
    notes: tuple[str, ...] = (),
) -> JobTrace:
    """A JobTrace of the columns a log really has; the others are marked unknown, never guessed."""
    n = len(submit_s)
    unknown_s = np.full(n, UNKNOWN_S, dtype=np.int64)
    unknown = np.full(n, np.nan)
    return JobTrace(
        name=np.arange(n).astype(np.str_) if name is None else name,
        submit_s=submit_s,
        duration_s=duration_s,
        declared_s=unknown_s if declared_s is None else declared_s,
        queued_s=unknown_s if queued_s is None else queued_s,
        units=np.ones(n) if units is None else units,
        power_kw=unknown if power_kw is None else power_kw,
        energy_kwh=unknown if energy_kwh is None else energy_kwh,
        deadline_s=unknown_s if deadline_s is None else deadline_s,
        label=np.full(n, "", dtype=np.str_) if label is None else label,
        team=np.full(n, "", dtype=np.str_) if team is None else team,
        elastic=np.full(n, UNSAID, dtype=np.int64) if elastic is None else elastic,
        unit=unit,
        anchored=anchored,
        source=source,
        notes=notes,
    )


def anchored_at(trace: JobTrace, start: datetime) -> JobTrace:
    """A trace whose clock starts at 0 put on the calendar. Raises ValueError when it is there already."""
    if trace.anchored:
        raise ValueError(f"{trace.source} has dates already; it cannot be given a start")
    shift_s = epoch_s(start)
    dated = np.where(trace.deadline_s == UNKNOWN_S, UNKNOWN_S, trace.deadline_s + shift_s)
    return JobTrace(
        **{
            **{name: getattr(trace, name) for name in trace.__dataclass_fields__},
            "submit_s": trace.submit_s + shift_s,
            "deadline_s": dated,
            "anchored": True,
        }
    )
