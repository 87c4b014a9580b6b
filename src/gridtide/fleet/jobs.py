"""Deferrable work as a decision may see it: columns, one row a job."""

from dataclasses import dataclass, fields, replace

import numpy as np
from numpy.typing import NDArray

from gridtide.digest import freeze
from gridtide.fleet.work_kind import WorkKind

NO_DEADLINE_S = np.iinfo(np.int64).max


@dataclass(frozen=True, kw_only=True)
class WorkClass:
    """A kind of work and what a loss of it costs, in the settlement currency.

    value_per_accelerator_h: revenue lost for an accelerator-hour that is never done.
    delay_cost_per_accelerator_h: cost of one hour's wait of one accelerator's worth of work.
    kind: what the work does, as its owner states it; None where nobody does.
    """

    name: str
    value_per_accelerator_h: float
    delay_cost_per_accelerator_h: float = 0.0
    kind: WorkKind | None = None


@dataclass(frozen=True, kw_only=True, eq=False)
class Jobs:
    """Jobs as columns of one length n. Places are those of the fleet (P of them).

    name: unique text. work_class: index into `classes`. release_s, deadline_s: seconds since 1970,
    NO_DEADLINE_S where nobody waits for the end. accelerators: the gang, all ranks or none.
    declared_s: run-time limit at full speed the owner declared; promises rest on it.
    expected_s: what planning takes for the run time, never above declared_s.
    interruptible: may stop at a checkpoint. restart_s: work lost at each restart. minimum_run_s:
    shortest run worth starting. home: place the work and its data start at. allowed: hard, (n, P).
    movable: may wait or move at all; unlabelled and protected work is not. elastic: may run on fewer or more
    accelerators than its gang where the machines' menu says how fast it is there. data_gb: what a move
    carries. sensitivity: 0 public to 3 secret, counted at every move.
    """

    name: NDArray[np.str_]
    work_class: NDArray[np.int64]
    release_s: NDArray[np.int64]
    deadline_s: NDArray[np.int64]
    accelerators: NDArray[np.int64]
    declared_s: NDArray[np.int64]
    expected_s: NDArray[np.int64]
    interruptible: NDArray[np.bool_]
    restart_s: NDArray[np.int64]
    minimum_run_s: NDArray[np.int64]
    home: NDArray[np.int64]
    allowed: NDArray[np.bool_]
    movable: NDArray[np.bool_]
    elastic: NDArray[np.bool_]
    data_gb: NDArray[np.float64]
    sensitivity: NDArray[np.int64]
    classes: tuple[WorkClass, ...]

    def __post_init__(self) -> None:
        whole = [
            "work_class",
            "release_s",
            "deadline_s",
            "accelerators",
            "declared_s",
            "expected_s",
            "restart_s",
            "minimum_run_s",
            "home",
            "sensitivity",
        ]
        freeze(self, name=np.str_, data_gb=np.float64, **dict.fromkeys(whole, np.int64))
        freeze(self, interruptible=np.bool_, allowed=np.bool_, movable=np.bool_, elastic=np.bool_)
        columns = [field.name for field in fields(self) if field.name != "classes"]
        if len({len(getattr(self, column)) for column in columns}) != 1 or self.allowed.ndim != 2:
            raise ValueError("columns of different lengths in jobs")

    def __len__(self) -> int:
        return len(self.release_s)


def rows(jobs: Jobs, chosen: NDArray[np.bool_] | NDArray[np.int64]) -> Jobs:
    """The chosen rows (mask or indices), in the order given."""
    columns = [field.name for field in fields(jobs) if field.name != "classes"]
    return replace(jobs, **{column: getattr(jobs, column)[chosen] for column in columns})
