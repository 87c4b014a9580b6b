"""What could any placement of many jobs cost at least? Congestion prices, and the bound that they prove.

For any prices μ ≥ 0 the sum of what every job would cost alone at cost + μ, less μ times the capacity, is at most
the cost of any placement: a placement costs at cost + μ what it costs at cost plus Σ μ · load, and load ≤ capacity.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gridtide.decide.many_jobs import NO_SITE, ManyJobs, Room
from gridtide.digest import freeze
from gridtide.kernels import mass_response as kernel
from gridtide.kernels.mass_tables import TOP, round_down

Real = NDArray[np.float64]
NEIGHBOURS = 16
"""Jobs next to each other in release that go to one batch: a line of the cache holds as many."""

TABLE_CELLS = 2**26
ROUNDING = 1e-11
"""Of the amounts added up: what sums of doubles may err by."""


@dataclass(frozen=True, kw_only=True)
class Ascent:
    """How hard to look for congestion prices.

    passes: over all jobs. batches: steps of one pass; jobs too few to fill them are passed over more often.
    levels: of the tables on the way, a power of two.
    first_step, last_step: of the prices, in standard deviations of the cost.
    """

    passes: int = 6
    batches: int = 20
    levels: int = 16
    first_step: float = 0.2
    last_step: float = 0.01


@dataclass(frozen=True, kw_only=True, eq=False)
class Congestion:
    """mu: money for one accelerator in one slot on top of the cost, ≥ 0; weight: load that asked for it; (S, T)."""

    mu: Real
    weight: Real

    def __post_init__(self) -> None:
        freeze(self, mu=np.float64, weight=np.float64)


@dataclass(frozen=True, kw_only=True, eq=False)
class Bound:
    """lower_bound: no placement costs less. values: no less for each candidate at cost + mu, (n, K), inf where none."""

    lower_bound: float
    values: NDArray[np.float32]


def no_congestion(room: Room) -> Congestion:
    """Where nothing is known yet."""
    return Congestion(mu=np.zeros(room.cost.shape), weight=np.ones(room.cost.shape))


def ascended(
    jobs: ManyJobs,
    room: Room,
    ascent: Ascent,
    rng: np.random.Generator,
    start: Congestion | None = None,
) -> Congestion:
    """Congestion prices that make the bound large, by steps over batches of jobs.

    start: prices of an earlier plan. rng: decides which jobs make a batch, and nothing else.
    """
    warm = start or no_congestion(room)
    mu, weight = warm.mu.copy(), warm.weight.copy()
    mean = np.zeros_like(mu)
    speed = np.zeros_like(mu)
    if len(jobs) == 0 or ascent.passes == 0:
        return Congestion(mu=mu, weight=weight)
    desk = _Desk(jobs, room, ascent.levels, shift=4)
    batches = _batches(jobs, ascent.batches, rng)
    passes = -(-ascent.passes * ascent.batches // len(batches))
    for number in range(passes):
        along = number / max(passes - 1, 1)
        step = ascent.first_step * (ascent.last_step / ascent.first_step) ** along
        mean[:] = 0.0
        for batch in batches:
            desk.answers(batch, mu, weight, NO_VALUES, lays=True)
            desk.load += room.busy / len(batches)
            kernel.climb(
                mu, speed, desk.load, weight, room.capacity, step * desk.swing, len(batches), mean
            )
    return Congestion(mu=mean, weight=weight)


def certified(jobs: ManyJobs, room: Room, congestion: Congestion, levels: int = 256) -> Bound:
    """The bound that these prices prove, over every job. Levels are fewer where windows are very long."""
    values = np.full(jobs.site.shape, np.inf, dtype=np.float32)
    if len(jobs) == 0:
        return Bound(lower_bound=0.0, values=values)
    while levels > 2 and levels * room.cost.shape[0] * _span(jobs, room) > TABLE_CELLS:
        levels //= 2
    desk = _Desk(jobs, room, levels, shift=0)
    weight = congestion.weight.copy()
    alone = desk.answers(_hand(jobs), congestion.mu, weight, values, lays=False)
    paid = float((congestion.mu.sum(axis=1) * room.capacity).sum())
    paid -= float((congestion.mu * room.busy).sum())
    least = np.minimum(values.min(axis=1, initial=np.inf), jobs.penalty)
    amounts = float(np.abs(least).sum()) + paid
    return Bound(lower_bound=alone - paid - ROUNDING * amounts, values=values)


def lone_load(jobs: ManyJobs, room: Room, congestion: Congestion, levels: int = 32) -> Real:
    """Accelerators that every job's cheapest lone answer would hold, summed, (S, T)."""
    desk = _Desk(jobs, room, levels, shift=0)
    desk.answers(_hand(jobs), congestion.mu, congestion.weight.copy(), NO_VALUES, lays=True)
    return desk.load


NO_VALUES = np.zeros((0, 0), dtype=np.float32)


@dataclass(frozen=True, kw_only=True, eq=False)
class _Hand:
    """Jobs as the kernels take them: their order by epoch, where each epoch begins in it, their columns."""

    order: NDArray[np.int32]
    bounds: NDArray[np.int64]
    work: kernel.Work
    options: kernel.Options


class _Desk:
    """The tables on which jobs are answered."""

    def __init__(self, jobs: ManyJobs, room: Room, levels: int, *, shift: int) -> None:
        sites, steps = room.cost.shape
        span = _span(jobs, room)
        self.room = room
        self.shift = shift
        self.dearest = _dearest_rate(jobs)
        self.swing = _swing(room.cost, self.dearest)
        self.load = np.zeros((sites, steps))
        self.rounded = np.zeros((sites, steps), dtype=np.uint16)
        self.tally = np.zeros((TOP >> shift) + 1)
        self.tables = (
            np.zeros(levels, dtype=np.int32),
            np.zeros((sites, span + 1, levels), dtype=np.int32),
            np.zeros((sites, span + 1, levels), dtype=np.uint16),
            np.zeros((sites, span + 1), dtype=np.int32),
            np.zeros((sites, span), dtype=np.uint16),
        )
        self.rising = (
            np.zeros((sites, span + 1, levels), dtype=np.float32),
            np.zeros((sites, span + 1), dtype=np.bool_),
            np.zeros((sites, span + 1)),
        )

    def answers(
        self,
        hand: _Hand,
        mu: Real,
        weight: Real,
        values: NDArray[np.float32],
        *,
        lays: bool,
    ) -> float:
        """The sum of lone answers at cost + mu; their load is in `load` when it lays."""
        price = self.room.cost + mu
        scale = scale_of(price, self.dearest)
        round_down(price, *scale, self.rounded)
        return float(
            kernel.respond_by_epoch(
                hand.order,
                hand.bounds,
                hand.work,
                hand.options,
                self.room.capacity,
                self.rounded,
                scale,
                weight,
                self.shift,
                self.tally,
                self.tables,
                self.rising,
                self.load,
                values,
                lays,
            )
        )


def scale_of(price: Real, dearest: float) -> tuple[float, float]:
    """Base and grain of whole prices that are never above the true ones.

    Prices beyond the dearest rate are cut there: whoever has to pay more is rather left out.
    """
    least = float(price.min())
    most = max(min(float(price.max()), dearest), least)
    grain = (most - least) / TOP or 1e-9 * abs(least) or 1.0
    return least - 1e-6 * grain, grain


def columns_of(
    jobs: ManyJobs, order: NDArray[np.int32] | None = None
) -> tuple[kernel.Work, kernel.Options]:
    """Columns as the kernels take them: where they lie, or next to each other in the order they are walked."""

    def column(name: str) -> NDArray[Any]:
        whole: NDArray[Any] = getattr(jobs, name)
        return whole if order is None else whole[order]

    work = (
        column("release"),
        column("deadline"),
        column("interruptible"),
        column("shortest_run"),
        column("restart_cost"),
        column("penalty"),
    )
    options = (column("site"), column("gang"), column("slots"), column("delay"), column("offer"))
    return work, options


def _dearest_rate(jobs: ManyJobs) -> float:
    """The most that any job would pay for one accelerator in one slot rather than be left out."""
    there = jobs.site != NO_SITE
    least = np.where(there, jobs.gang * jobs.slots.astype(np.float64), np.inf).min(axis=1)
    saved = jobs.penalty - np.where(there, jobs.offer, np.inf).min(axis=1)
    with np.errstate(invalid="ignore"):
        rates = np.where(np.isfinite(least) & np.isfinite(saved), saved / least, -np.inf)
    return float(rates.max(initial=-np.inf))


def _swing(cost: Real, dearest: float) -> float:
    """Money by which prices differ; where they are all alike, a small part of what leaving out would cost."""
    away = max(dearest - float(cost.mean()), 0.0) if np.isfinite(dearest) else 0.0
    return max(float(cost.std()), 0.005 * away)


def _span(jobs: ManyJobs, room: Room) -> int:
    """Slots that the tables of an epoch cover."""
    begins = jobs.release // kernel.EPOCH * kernel.EPOCH
    return int(min((jobs.deadline - begins).max(initial=1), room.cost.shape[1]))


def _by_epoch(jobs: ManyJobs) -> tuple[NDArray[np.int32], NDArray[np.int64]]:
    """Jobs by epoch of release, those in one piece behind the others, then by release; where epochs begin."""
    epoch = jobs.release // kernel.EPOCH
    key = (epoch * 2 + ~jobs.interruptible) * kernel.EPOCH + jobs.release % kernel.EPOCH
    order = np.argsort(key, kind="stable").astype(np.int32)
    return order, _bounds(epoch[order])


def _bounds(epoch: NDArray[np.int32]) -> NDArray[np.int64]:
    """Where each epoch begins in an order by epoch, and the end."""
    return np.searchsorted(epoch, np.arange(int(epoch[-1]) + 2)).astype(np.int64)


def _hand(jobs: ManyJobs) -> _Hand:
    """All jobs, where they lie."""
    order, bounds = _by_epoch(jobs)
    work, options = columns_of(jobs)
    return _Hand(order=order, bounds=bounds, work=work, options=options)


def _batches(jobs: ManyJobs, count: int, rng: np.random.Generator) -> list[_Hand]:
    """The jobs by epoch, dealt at random in small runs of neighbours to so many batches.

    Each batch has its columns next to each other in memory, in the order in which they are walked.
    """
    order, _ = _by_epoch(jobs)
    hands = -(-len(order) // NEIGHBOURS)
    count = min(count, hands)
    dealt = rng.permutation(hands) % count
    owner = np.repeat(dealt, NEIGHBOURS)[: len(order)]
    return [_apart(jobs, order[owner == batch]) for batch in range(count)]


def _apart(jobs: ManyJobs, order: NDArray[np.int32]) -> _Hand:
    work, options = columns_of(jobs, order)
    return _Hand(
        order=np.arange(len(order), dtype=np.int32),
        bounds=_bounds(work[0] // kernel.EPOCH),
        work=work,
        options=options,
    )
