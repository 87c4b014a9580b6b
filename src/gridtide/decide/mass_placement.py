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
)
from gridtide.digest import freeze
from gridtide.finding import refuse_if_any
from gridtide.kernels import mass_sweep as kernel
from gridtide.kernels.mass_at_once import at_once
from gridtide.kernels.mass_choice import Buffers
from gridtide.kernels.mass_response import Options

LEFT_OUT = -1
WORTH_A_SWEEP = 1e-3
"""Penalties, as a share of the bound, for which the first sweep is begun anew with those who found no room."""


class Reason(IntEnum):
    """Why a job has no slots."""

    PLACED = 0
    NO_CANDIDATE = 1
    TOO_LARGE = 2
    WINDOW_TOO_SHORT = 3
    DEARER_THAN_LEAVING_OUT = 4
    NO_ROOM = 5


@dataclass(frozen=True, kw_only=True)
class Sweeps:
    """crowding: price of a full place in each sweep, in standard deviations of the cost; a sweep without it
    sees the cost alone, the others congestion prices too.

    exact: whether restarts are priced by searching all numbers of pieces; None decides by their size.
    together: slots of releases that are taken as one, before those of the next.
    """

    crowding: tuple[float, ...] = (0.1, 0.03, 0.01, 0.003, 0.001, 0.0)
    exact: bool | None = None
    together: int = 2_976


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

    seed: of the batches. start: prices of an earlier plan. Where most jobs are alike and no prices are given,
    they come from a program over kinds of jobs. Raises BadInput with every fault of the input.
    """
    refuse_if_any(faults_of(jobs, room))
    congestion = prices_of_kinds(jobs, room) if start is None else None
    if congestion is None:
        rng = np.random.default_rng(seed)
        congestion = ascended(jobs, room, ascent or Ascent(), rng, start)
    bound = certified(jobs, room, congestion)
    return swept(jobs, room, congestion, bound, sweeps or Sweeps()), bound, congestion


def swept(
    jobs: ManyJobs, room: Room, congestion: Congestion, bound: Bound, sweeps: Sweeps
) -> MassPlacement:
    """Every job in turn, the large ones of a month first, takes its cheapest answer beside all others."""
    order = taken_in_order(jobs, sweeps.together)
    work, options = columns_of(jobs, order)
    told = _nothing_told(options)
    values = bound.values[order]
    everyone = np.arange(len(jobs), dtype=np.int32)
    exact = _prices_pieces(jobs, room, sweeps)
    dearest_restart = float(jobs.restart_cost.max(initial=0.0))
    ground = _empty_ground(room)
    buffers = _buffers(jobs)
    for number, crowding in enumerate(sweeps.crowding):
        plain = crowding == 0.0
        price = room.cost if plain else room.cost + congestion.mu
        scale = _felt_at(ground, room, price, crowding, dearest_restart)
        rest = (work, options, ground, scale, values, told, plain, not plain, exact, buffers)
        kernel.sweep(everyone, *rest)
        stranded = (told[0] == LEFT_OUT) & np.isfinite(values).any(axis=1)
        if number == 0 and work[5][stranded].sum() > WORTH_A_SWEEP * abs(bound.lower_bound):
            told[0][:] = LEFT_OUT
            ground[0][:] = room.capacity[:, None]
            kernel.feel(ground)
            kernel.sweep(np.concatenate((everyone[stranded], everyone[~stranded])), *rest)
    candidate, begins = np.empty_like(told[0]), np.empty_like(told[1])
    candidate[order], begins[order] = told[0], told[1]
    reason = _reasons(jobs, room, candidate, ground[0])
    return MassPlacement(candidate=candidate, begins=begins, after=told[2], reason=reason)


def _nothing_told(options: Options) -> kernel.Told:
    """Everyone left out, with places for the slots of the longest way to run."""
    site, _, slots, _, _ = options
    longest = np.where(site == NO_SITE, 0, slots).max(axis=1, initial=0).astype(np.int64)
    begins = np.cumsum(longest) - longest
    return (
        np.full(len(site), LEFT_OUT, dtype=np.int8),
        begins,
        np.zeros(int(longest.sum()), dtype=np.uint16),
    )


def _empty_ground(room: Room) -> kernel.Ground:
    """All accelerators free; prices are still to come."""
    free = np.repeat(room.capacity[:, None], room.cost.shape[1], axis=1)
    curve = np.zeros(kernel.PARTS + 1, dtype=np.int32)
    part = kernel.PARTS / np.maximum(room.capacity, 1)
    return free, np.zeros_like(free), np.zeros_like(free), curve, part


def _felt_at(
    ground: kernel.Ground,
    room: Room,
    price: NDArray[np.float64],
    crowding: float,
    dearest_restart: float,
) -> tuple[float, float]:
    """Whole prices on the ground for one sweep; base and grain by which they are money again.

    Where all prices are alike, the grain is a fine part of the dearest restart.
    """
    base = float(price.min())
    grain = (float(price.max()) - base or dearest_restart) / kernel.FINE or 1.0
    kernel.round_finely(price, base, grain, ground[2])
    kernel.crowding_curve(crowding * float(room.cost.std()), grain, ground[3])
    kernel.feel(ground)
    return base, grain


def run_at_once_cost(jobs: ManyJobs, room: Room) -> float:
    """Money when every job runs at home as soon as there is room, or is left out at its penalty."""
    free = np.repeat(room.capacity[:, None].astype(np.int64), room.cost.shape[1], axis=1)
    order = np.argsort(jobs.release, kind="stable").astype(np.int32)
    start = at_once(order, *columns_of(jobs), free)
    runs = np.flatnonzero(start >= 0)
    zero = np.zeros((len(room.capacity), 1))
    before = np.concatenate((zero, np.cumsum(room.cost, axis=1)), axis=1)
    home, first = jobs.site[runs, 0], start[runs]
    energy = before[home, first + jobs.slots[runs, 0]] - before[home, first]
    paid = (energy * jobs.gang[runs, 0] + jobs.offer[runs, 0]).sum()
    return float(paid + jobs.penalty[start < 0].sum())


def taken_in_order(jobs: ManyJobs, together: int) -> NDArray[np.int32]:
    """By month of release, then the most work at home first, then the least laxity in powers of two."""
    work = np.minimum(jobs.gang[:, 0].astype(np.int64) * jobs.slots[:, 0], 2**31 - 1)
    laxity = np.maximum(jobs.deadline - jobs.release - jobs.slots[:, 0], 0)
    doublings = np.frexp(1.0 + laxity)[1].astype(np.int64)
    key = (
        ((jobs.release.astype(np.int64) // together) << 38) + ((2**31 - 1 - work) << 6) + doublings
    )
    return np.argsort(key, kind="stable").astype(np.int32)


def _prices_pieces(jobs: ManyJobs, room: Room, sweeps: Sweeps) -> bool:
    """Whether to search all numbers of pieces: where a restart costs half a slot or more at the mean cost."""
    if sweeps.exact is not None:
        return sweeps.exact
    dearest = float(jobs.restart_cost.max(initial=0.0))
    return dearest >= 0.5 * abs(float(room.cost.mean()))


def _buffers(jobs: ManyJobs) -> Buffers:
    width = int((jobs.deadline - jobs.release).max(initial=1)) + 1
    longest = int(jobs.slots.max(initial=1))
    return (
        np.zeros(width, dtype=np.int32),
        np.zeros(5 * (width + 1), dtype=np.int64),
        np.zeros(longest + 2 * width, dtype=np.int32),
        np.zeros(longest, dtype=np.int32),
        np.zeros(width + 1, dtype=np.int8),
    )


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
