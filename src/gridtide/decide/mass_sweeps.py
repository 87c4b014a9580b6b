"""Every job in turn takes its cheapest answer beside all others; what a sweep sees, and when it pays to go on.

Sweeps see cost, congestion and crowding; crowding fades, then congestion, and the last one sees the cost alone. While
the gap that the bound leaves is worth it, the end of this course is gone again: places become dear once more, jobs
move, and what does not pay is undone.
"""

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from gridtide.decide.many_jobs import NO_SITE, ManyJobs, Room
from gridtide.decide.mass_bound import Bound, Congestion, columns_of
from gridtide.kernels import mass_sweep as kernel
from gridtide.kernels.mass_choice import Buffers
from gridtide.kernels.mass_response import Options

LEFT_OUT = -1
WORTH_A_SWEEP = 1e-3
"""Penalties, as a share of the bound, for which the first sweep is begun anew with those who found no room."""

ALIKE = 1e-12
"""Spread of prices, as a share of the largest, up to which they are alike."""

Sight: TypeAlias = tuple[float, float]
"""What a sweep sees besides the cost: crowding, in standard deviations of the cost; share of the congestion."""


@dataclass(frozen=True, kw_only=True)
class Sweeps:
    """crowding: price of a full place in each sweep, in standard deviations of the cost; a sweep without it
    sees the cost alone, the others congestion prices too.

    fading: shares of the congestion prices that sweeps before the first one without crowding see.
    rounds: how often the course may be gone again from `again_from` on. content: gap, as a share of the cost, at
    which nobody asks for more. worth: share of the cost that a round must take off for another one to follow.
    exact: whether restarts are priced by searching all numbers of pieces; None decides by their size.
    together: slots of releases that are taken as one, before those of the next.
    """

    crowding: tuple[float, ...] = (0.1, 0.03, 0.01, 0.003, 0.001, 0.0)
    fading: tuple[float, ...] = (0.5,)
    rounds: int = 3
    again_from: float = 0.01
    content: float = 0.01
    worth: float = 0.0005
    exact: bool | None = None
    together: int = 2_976

    @property
    def course(self) -> tuple[Sight, ...]:
        """What each sweep sees, one after the other."""
        full = sum(1 for weight in self.crowding if weight > 0.0)
        alone = len(self.crowding) - full
        before = tuple((0.0, share) for share in self.fading) if full and alone else ()
        crowded = tuple((weight, 1.0) for weight in self.crowding if weight > 0.0)
        return (*crowded, *before, *((0.0, 0.0) for _ in range(alone)))

    @property
    def again(self) -> tuple[Sight, ...]:
        """The end of the course that a round repeats; empty where the course does not end with the cost alone."""
        if 0.0 not in self.crowding or not any(self.crowding):
            return ()
        return tuple(sight for sight in self.course if sight[0] <= self.again_from)


class Seating:
    """The jobs in the order they are taken, what each was told, and the ground they are placed on.

    told: candidate, begin and slots of each job in that order. swept: sweeps so far.
    """

    def __init__(
        self, jobs: ManyJobs, room: Room, congestion: Congestion, bound: Bound, sweeps: Sweeps
    ) -> None:
        self.order = taken_in_order(jobs, sweeps.together)
        self.swept = 0
        self.room, self.congestion = room, congestion
        self.work, self.options = columns_of(jobs, self.order)
        self.values = bound.values[self.order]
        self.exact = _prices_pieces(jobs, room, sweeps)
        self.spread, self.least_grain = _spread(jobs, room)
        self.everyone = np.arange(len(jobs), dtype=np.int32)
        self.told = _nothing_told(self.options)
        self.ground = _empty_ground(room)
        self.buffers = _buffers(jobs)

    def sweep(self, sight: Sight, first: NDArray[np.int32] | None = None) -> None:
        """Everyone in turn, or in the order `first`, takes the cheapest answer that is seen."""
        crowding, share = sight
        price = self.room.cost + share * self.congestion.mu if share else self.room.cost
        scale = _felt_at(self.ground, price, crowding * self.spread, self.least_grain)
        kernel.sweep(
            self.everyone if first is None else first,
            self.work,
            self.options,
            self.ground,
            scale,
            self.values,
            self.told,
            share == 0.0,
            share == 1.0,
            self.exact,
            self.buffers,
        )
        self.swept += 1

    def stranded(self) -> NDArray[np.bool_]:
        """Who could run alone and has no slots."""
        return np.asarray((self.told[0] == LEFT_OUT) & np.isfinite(self.values).any(axis=1))

    def penalties(self, of: NDArray[np.bool_]) -> float:
        """Money for leaving these out."""
        return float(self.work[5][of].sum())

    def begin_with(self, those: NDArray[np.bool_], sight: Sight) -> None:
        """Forget what was told, and sweep with those before all others."""
        self.told[0][:] = LEFT_OUT
        self.ground[0][:] = self.room.free
        self.sweep(sight, np.concatenate((self.everyone[those], self.everyone[~those])))

    def cost(self) -> float:
        """Money of all that was told."""
        held = self.room.free - self.ground[0]
        energy = float((self.room.cost * held).sum())
        return energy + float(kernel.paid_beside_energy(self.work, self.options, self.told))

    def kept(self) -> tuple[NDArray[np.int8], NDArray[np.uint16], NDArray[np.int32]]:
        """What `give_back` needs to undo the sweeps that follow."""
        return self.told[0].copy(), self.told[2].copy(), self.ground[0].copy()

    def give_back(
        self, kept: tuple[NDArray[np.int8], NDArray[np.uint16], NDArray[np.int32]]
    ) -> None:
        """As it was before."""
        self.told[0][:], self.told[2][:], self.ground[0][:] = kept


def run_course(seating: Seating, bound: Bound, sweeps: Sweeps) -> None:
    """All sweeps of the course, then rounds of its end while they pay."""
    for sight in sweeps.course:
        seating.sweep(sight)
        stranded = seating.stranded()
        if seating.swept == 1 and seating.penalties(stranded) > WORTH_A_SWEEP * abs(
            bound.lower_bound
        ):
            seating.begin_with(stranded, sight)
    if not sweeps.again:
        return
    cost = seating.cost()
    for _ in range(sweeps.rounds):
        if cost - bound.lower_bound <= sweeps.content * abs(cost):
            return
        before, kept = cost, seating.kept()
        for sight in sweeps.again:
            seating.sweep(sight)
        cost = seating.cost()
        if cost > before:
            seating.give_back(kept)
        if before - cost <= sweeps.worth * abs(before):
            return


def taken_in_order(jobs: ManyJobs, together: int) -> NDArray[np.int32]:
    """By month of release, then the most work at home first, then the least laxity in powers of two."""
    work = np.minimum(jobs.gang[:, 0].astype(np.int64) * jobs.slots[:, 0], 2**31 - 1)
    laxity = np.maximum(jobs.deadline - jobs.release - jobs.slots[:, 0], 0)
    doublings = np.frexp(1.0 + laxity)[1].astype(np.int64)
    key = (
        ((jobs.release.astype(np.int64) // together) << 38) + ((2**31 - 1 - work) << 6) + doublings
    )
    return np.argsort(key, kind="stable").astype(np.int32)


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
    """What nobody holds is free; prices are still to come."""
    free = room.free
    curve = np.zeros(kernel.PARTS + 1, dtype=np.int32)
    part = kernel.PARTS / np.maximum(room.capacity, 1)
    return free, np.zeros_like(free), np.zeros_like(free), curve, part


def _felt_at(
    ground: kernel.Ground, price: NDArray[np.float64], crowding: float, least_grain: float
) -> tuple[float, float]:
    """Whole prices on the ground for one sweep; base and grain by which they are money again.

    crowding: money for a full place. least_grain: of prices that are alike.
    """
    base = float(price.min())
    grain = max((float(price.max()) - base) / kernel.FINE, least_grain)
    kernel.round_finely(price, base, grain, ground[2])
    kernel.crowding_curve(crowding, grain, ground[3])
    kernel.feel(ground)
    return base, grain


def _spread(jobs: ManyJobs, room: Room) -> tuple[float, float]:
    """Money by which slots differ, which crowding is measured by, and the least grain of whole prices.

    Where all prices are alike, slots differ by what a slot is worth to the work: crowding still spreads it.
    """
    spread = float(room.cost.std())
    if spread > ALIKE * float(np.abs(room.cost).max(initial=0.0)):
        return spread, 0.0
    asked = np.maximum(jobs.gang[:, 0].astype(np.float64) * jobs.slots[:, 0], 1.0)
    worth = float(np.median(jobs.penalty / asked)) if len(jobs) else 0.0
    dearest_restart = float(jobs.restart_cost.max(initial=0.0))
    spread = max(worth, dearest_restart)
    return spread, (spread or 1.0) / kernel.FINE


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
