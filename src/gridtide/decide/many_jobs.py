"""Single jobs by the million as columns, and the room they may fill; what is wrong with either."""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from gridtide.digest import freeze
from gridtide.finding import Finding

LONGEST_WINDOW = 32_767
NO_SITE = -1
Jobwise = NDArray[np.bool_]


@dataclass(frozen=True, kw_only=True, eq=False)
class ManyJobs:
    """n jobs with K ways to run each, in slots of the room they are placed in.

    release, deadline: window [release, deadline) in slots, (n,).
    interruptible: may run in pieces, (n,). shortest_run: slots that a piece has at least, (n,).
    restart_cost: money per accelerator for every piece after the first, (n,).
    penalty: money for leaving the job out, (n,).
    Candidates, (n, K), home first: site (NO_SITE where there is none), gang (accelerators at once), slots (run
    time there), delay (slots after the release before it may begin there), offer (money once for going there).
    """

    release: NDArray[np.int32]
    deadline: NDArray[np.int32]
    interruptible: NDArray[np.bool_]
    shortest_run: NDArray[np.int32]
    restart_cost: NDArray[np.float32]
    penalty: NDArray[np.float64]
    site: NDArray[np.int16]
    gang: NDArray[np.int32]
    slots: NDArray[np.int32]
    delay: NDArray[np.int32]
    offer: NDArray[np.float32]

    def __post_init__(self) -> None:
        freeze(self, release=np.int32, deadline=np.int32, interruptible=np.bool_)
        freeze(self, shortest_run=np.int32, restart_cost=np.float32, penalty=np.float64)
        freeze(self, site=np.int16, gang=np.int32, slots=np.int32, delay=np.int32, offer=np.float32)
        if len({self.site.shape, *(getattr(self, name).shape for name in PER_CANDIDATE)}) != 1:
            raise ValueError("candidate columns of different shapes")
        if {getattr(self, name).shape for name in PER_JOB} != {self.site.shape[:1]}:
            raise ValueError("job columns of different lengths")

    def __len__(self) -> int:
        return len(self.release)


PER_JOB = (
    "release",
    "deadline",
    "interruptible",
    "shortest_run",
    "restart_cost",
    "penalty",
)
PER_CANDIDATE = ("site", "gang", "slots", "delay", "offer")


def _none_busy() -> NDArray[np.int32]:
    return np.zeros((1, 1), dtype=np.int32)


@dataclass(frozen=True, kw_only=True, eq=False)
class Room:
    """Where and when there is room: S sites over T slots.

    cost: money for one accelerator in one slot, (S, T), may be negative. capacity: accelerators, (S,).
    busy: those that other work holds, (S, T), or (1, 1) where all slots are alike.
    """

    cost: NDArray[np.float64]
    capacity: NDArray[np.int32]
    busy: NDArray[np.int32] = field(default_factory=_none_busy)

    def __post_init__(self) -> None:
        freeze(self, cost=np.float64, capacity=np.int32, busy=np.int32)
        if self.cost.ndim != 2 or self.capacity.shape != self.cost.shape[:1]:
            raise ValueError("cost must be (sites, slots) and capacity (sites,)")
        if self.busy.shape not in ((1, 1), self.cost.shape):
            raise ValueError("busy must be (sites, slots)")

    @property
    def free(self) -> NDArray[np.int32]:
        """Accelerators of each site and slot that may be used, (S, T)."""
        return np.broadcast_to(self.capacity[:, None] - self.busy, self.cost.shape).copy()


def faults_of(jobs: ManyJobs, room: Room) -> list[Finding]:
    """What cannot be meant, one finding a kind with its first job; empty when all is well.

    A window too short for its job, or a gang too large for its site, is no fault: the job is left out with that
    reason.
    """
    sites, steps = room.cost.shape
    if not room.cost.size:
        return [_no_room(sites, steps)]
    there = jobs.site != NO_SITE
    window = jobs.deadline.astype(np.int64) - jobs.release
    wrong = (
        (
            "release",
            (jobs.release < 0) | (jobs.release >= steps),
            f"a slot of the horizon, 0 … {steps - 1}",
        ),
        (
            "deadline",
            (jobs.deadline < 0) | (jobs.deadline > steps),
            f"within the horizon, at most {steps}",
        ),
        (
            "deadline - release",
            window > LONGEST_WINDOW,
            f"at most {LONGEST_WINDOW} slots; use longer slots",
        ),
        ("shortest_run", jobs.shortest_run < 1, "1 slot or more"),
        (
            "restart_cost",
            ~np.isfinite(jobs.restart_cost) | (jobs.restart_cost < 0),
            "finite, 0 or more",
        ),
        ("penalty", ~np.isfinite(jobs.penalty), "a finite amount"),
        (
            "site",
            ((jobs.site < NO_SITE) | (jobs.site >= sites)).any(axis=1),
            f"0 … {sites - 1}, or {NO_SITE} for none",
        ),
        ("gang", (there & (jobs.gang < 1)).any(axis=1), "1 accelerator or more"),
        (
            "slots",
            (there & ((jobs.slots < 1) | (jobs.slots > LONGEST_WINDOW))).any(axis=1),
            f"1 … {LONGEST_WINDOW}",
        ),
        (
            "delay",
            (there & ((jobs.delay < 0) | (jobs.delay > LONGEST_WINDOW))).any(axis=1),
            f"0 … {LONGEST_WINDOW} slots",
        ),
        ("offer", (there & ~np.isfinite(jobs.offer)).any(axis=1), "a finite amount"),
    )
    found = [_of_jobs(jobs, name, bad, limit) for name, bad, limit in wrong if bad.any()]
    return found + _of_room(room)


def _of_jobs(jobs: ManyJobs, name: str, bad: Jobwise, limit: str) -> Finding:
    first = int(np.flatnonzero(bad)[0])
    column = jobs.deadline - jobs.release if " - " in name else getattr(jobs, name)
    more = int(bad.sum()) - 1
    return Finding(
        subject=f"job {first} {name}",
        value=f"{column[first]}" + (f", and {more} more jobs" if more else ""),
        limit=limit,
        mend="Correct the column, or take these jobs out.",
    )


def _no_room(sites: int, steps: int) -> Finding:
    return Finding(
        subject="room.cost",
        value=f"{sites} sites over {steps} slots",
        limit="one site and one slot at least",
        mend="Give the fleet a site, and the horizon an end after its start.",
    )


def _of_room(room: Room) -> list[Finding]:
    found = []
    if not np.isfinite(room.cost).all():
        found.append(
            Finding(
                subject="room.cost",
                value=f"{(~np.isfinite(room.cost)).sum()} gaps",
                limit="a finite amount for every site and slot",
                mend="Fill the gaps of the price before placing.",
            )
        )
    if (room.capacity < 0).any():
        found.append(
            Finding(
                subject="room.capacity",
                value=f"{room.capacity.min()}",
                limit="0 accelerators or more",
                mend="Correct the capacity of the site.",
            )
        )
    if (room.busy < 0).any() or (room.busy > np.maximum(room.capacity, 0)[:, None]).any():
        found.append(
            Finding(
                subject="room.busy",
                value=f"{room.busy.min()} … {room.busy.max()}",
                limit="0 accelerators or more, and no more than the site has",
                mend="Correct what other work holds, or the capacity of the site.",
            )
        )
    return found
