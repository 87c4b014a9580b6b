"""Millions of single jobs into slots of several sites, each the cheapest it finds, with a bound on what is lost.

First congestion prices that prove a bound (`mass_bound`), then sweeps: every job in turn takes the cheapest answer
at cost, congestion and crowding, the large ones first; crowding fades, and the last sweep sees the cost alone.
"""

from dataclasses import dataclass
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from gridtide.decide.many_jobs import NO_SITE, ManyJobs, Room, faults_of
from gridtide.decide.mass_alike import prices_of_kinds
from gridtide.decide.mass_bound import (
    Ascent,
    Bound,
    Congestion,
    ascended,
    certified,
    columns_of,
    no_congestion,
)
from gridtide.decide.mass_sweeps import LEFT_OUT, Seating, Sweeps, run_course
from gridtide.digest import freeze
from gridtide.finding import refuse_if_any
from gridtide.kernels.mass_at_once import at_once


class Reason(IntEnum):
    """Why a job has no slots."""

    PLACED = 0
    NO_CANDIDATE = 1
    TOO_LARGE = 2
    WINDOW_TOO_SHORT = 3
    DEARER_THAN_LEAVING_OUT = 4
    NO_ROOM = 5


@dataclass(frozen=True, kw_only=True, eq=False)
class MassPlacement:
    """Where each job runs and when.

    candidate: which of its K ways, LEFT_OUT where none, (n,). Slots of job j in increasing order are release[j] +
    after[begins[j] : begins[j] + slots of that candidate]; begins is (n,). reason: a Reason for each job, (n,).
    """

    candidate: NDArray[np.int8]
    begins: NDArray[np.int64]
    after: NDArray[np.uint16]
    reason: NDArray[np.int8]

    def __post_init__(self) -> None:
        freeze(self, candidate=np.int8, begins=np.int64, after=np.uint16, reason=np.int8)


def placed(
    jobs: ManyJobs,
    room: Room,
    *,
    seed: int = 0,
    ascent: Ascent | None = None,
    sweeps: Sweeps | None = None,
    start: Congestion | None = None,
) -> tuple[MassPlacement, Bound, Congestion]:
    """A placement, the bound on any other, and the congestion prices that prove it.

    seed: of the batches. start: prices of an earlier plan. Where jobs are few, passes may prove less than the prices
    they began with; then these are kept. Where most jobs are alike and no prices are given, they come from a
    program over kinds of jobs. Raises BadInput with every fault of the input.
    """
    refuse_if_any(faults_of(jobs, room))
    by_kinds = prices_of_kinds(jobs, room) if start is None else None
    candidates: tuple[Congestion, ...]
    if by_kinds is None:
        first = start or no_congestion(room)
        rng = np.random.default_rng(seed)
        candidates = (ascended(jobs, room, ascent or Ascent(), rng, first), first)
    else:
        candidates = (by_kinds,)
    proved = [(certified(jobs, room, prices), prices) for prices in candidates]
    bound, congestion = max(proved, key=lambda one: one[0].lower_bound)
    return swept(jobs, room, congestion, bound, sweeps or Sweeps()), bound, congestion


def swept(
    jobs: ManyJobs, room: Room, congestion: Congestion, bound: Bound, sweeps: Sweeps
) -> MassPlacement:
    """Every job in turn, the large ones of a month first, takes its cheapest answer beside all others."""
    seating = Seating(jobs, room, congestion, bound, sweeps)
    run_course(seating, bound, sweeps)
    told, order = seating.told, seating.order
    candidate, begins = np.empty_like(told[0]), np.empty_like(told[1])
    candidate[order], begins[order] = told[0], told[1]
    reason = _reasons(jobs, room, candidate, seating.ground[0])
    return MassPlacement(candidate=candidate, begins=begins, after=told[2], reason=reason)


def run_at_once_cost(jobs: ManyJobs, room: Room) -> float:
    """Money when every job runs at home as soon as there is room, or is left out at its penalty."""
    free = room.free.astype(np.int64)
    order = np.argsort(jobs.release, kind="stable").astype(np.int32)
    start = at_once(order, *columns_of(jobs), free)
    runs = np.flatnonzero(start >= 0)
    zero = np.zeros((len(room.capacity), 1))
    before = np.concatenate((zero, np.cumsum(room.cost, axis=1)), axis=1)
    home, first = jobs.site[runs, 0], start[runs]
    energy = before[home, first + jobs.slots[runs, 0]] - before[home, first]
    paid = (energy * jobs.gang[runs, 0] + jobs.offer[runs, 0]).sum()
    return float(paid + jobs.penalty[start < 0].sum())


def _reasons(
    jobs: ManyJobs, room: Room, candidate: NDArray[np.int8], free: NDArray[np.int32]
) -> NDArray[np.int8]:
    """A Reason for every job; the first that holds for all of its candidates."""
    reason = np.full(len(jobs), Reason.PLACED, dtype=np.int8)
    out = np.flatnonzero(candidate == LEFT_OUT)
    for j in out:
        reason[j] = _reason(jobs, room, int(j), free)
    return reason


def _reason(jobs: ManyJobs, room: Room, j: int, free: NDArray[np.int32]) -> Reason:
    there = np.flatnonzero(jobs.site[j] != NO_SITE)
    if not len(there):
        return Reason.NO_CANDIDATE
    small = there[jobs.gang[j, there] <= room.capacity[jobs.site[j, there]]]
    if not len(small):
        return Reason.TOO_LARGE
    first = jobs.release[j] + jobs.delay[j, small]
    fits = small[first + jobs.slots[j, small] <= jobs.deadline[j]]
    if not len(fits):
        return Reason.WINDOW_TOO_SHORT
    if any(_has_room(jobs, j, int(k), free) for k in fits):
        return Reason.DEARER_THAN_LEAVING_OUT
    return Reason.NO_ROOM


def _has_room(jobs: ManyJobs, j: int, k: int, free: NDArray[np.int32]) -> bool:
    """Whether what is left free would still hold the job this way."""
    first, p = int(jobs.release[j] + jobs.delay[j, k]), int(jobs.slots[j, k])
    fits = free[jobs.site[j, k], first : int(jobs.deadline[j])] >= jobs.gang[j, k]
    if jobs.interruptible[j] and (p == 1 or p >= 2 * jobs.shortest_run[j]):
        edges = np.flatnonzero(np.diff(np.concatenate(([0], fits.astype(np.int8), [0]))))
        runs = edges[1::2] - edges[::2]
        return int(runs[runs >= jobs.shortest_run[j]].sum()) >= p
    held = np.cumsum(np.concatenate(([0], fits)))
    return bool((held[p:] - held[:-p] == p).any())
