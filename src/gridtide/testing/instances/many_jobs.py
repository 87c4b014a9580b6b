"""Millions of single jobs on several sites: a seeded, versioned instance for `gridtide bench place`.

Nothing here is measured: shapes and shares are round figures of the kind that public traces show. What each of
them is stands beside it, and a change of any makes a new version.
"""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gridtide.decide.many_jobs import NO_SITE, ManyJobs, Room
from gridtide.finding import BadInput, Finding

Real = NDArray[np.float64]
Whole = NDArray[np.int32]
VERSION = "many-jobs 1"
SLOT_H = 0.25
DAY = 96
PENALTY = 13.0
"""Mean costs of running an accelerator-slot that leaving it undone costs."""

MEAN_COST = 0.015
"""Money per accelerator-slot: 1 kW for a quarter of an hour at 60 per MWh."""

LONGEST = 192
LONGEST_RUN = 42 * LONGEST
"""Slots of a run whose window, four times as long and three days, can still be placed."""

GANGS = 2 ** np.arange(10)
WAITS = np.array([16, 48, 96, 288])
WAIT_SHARES = (0.3, 0.3, 0.25, 0.15)


@dataclass(frozen=True, kw_only=True)
class Size:
    """How many jobs, over how many quarter hours, at how many sites."""

    jobs: int
    slots: int
    sites: int


@dataclass(frozen=True, kw_only=True)
class Traits:
    """What differs from case to case.

    utilisation: accelerator-slots asked for, as a share of those there are. restart_slots: cost of every piece
    after the first, in slots at the mean cost. shortest_run, transfer: in slots. elastic: share of the jobs of 4
    slots or more that may also run on half the gang, 1.8 times as long. accelerators: of each site, instead of as
    many as the utilisation asks. largest_gang: that a quarter of a site shall hold; run times grow by the smallest
    whole factor that makes it so.
    """

    utilisation: float = 0.65
    restart_slots: float = 0.0
    shortest_run: int = 1
    transfer: int = 0
    elastic: float = 0.0
    accelerators: int | None = None
    largest_gang: int | None = None


@dataclass(frozen=True, kw_only=True, eq=False)
class Asked:
    """Rigid jobs before they get their candidates: slots counted from the start of the horizon, all (n,)."""

    release: Whole
    deadline: Whole
    slots: Whole
    gang: Whole
    interruptible: NDArray[np.bool_]
    tied: NDArray[np.bool_]


def instance(size: Size, traits: Traits, seed: int = 0) -> tuple[ManyJobs, Room]:
    """Jobs in order of release, and room of which they ask the given share. Everything follows from the seed.

    Raises BadInput where no run time lets a quarter of a site hold the largest gang.
    """
    asking, costing, going = np.random.SeedSequence(seed).spawn(3)
    if traits.largest_gang is None:
        asked, capacity = fitted(_asked(size, np.random.default_rng(asking)), size, traits)
    else:
        asked, capacity = _lengthened(size, traits, traits.largest_gang, asking)
    cost = _cost(size, np.random.default_rng(costing))
    room = Room(cost=cost, capacity=capacity)
    return with_candidates(asked, size.sites, traits, np.random.default_rng(going)), room


def fitted(asked: Asked, size: Size, traits: Traits) -> tuple[Asked, Whole]:
    """The jobs with gangs cut to the largest power of two within a quarter of a site, and the sites, (S,)."""
    largest = int(asked.gang.max())
    while True:
        cut = replace(asked, gang=np.minimum(asked.gang, largest))
        capacity = capacity_for(cut, size, traits)
        if largest <= max(1, int(capacity[0]) // 4):
            return cut, capacity
        largest = max(1, largest // 2)


def _lengthened(
    size: Size, traits: Traits, largest: int, asking: np.random.SeedSequence
) -> tuple[Asked, Whole]:
    """The jobs, so many times longer that a quarter of a site holds the largest gang, and the sites, (S,)."""
    times = 1
    while True:
        asked = _asked(size, np.random.default_rng(asking), times)
        asked = replace(asked, gang=np.minimum(asked.gang, largest))
        capacity = capacity_for(asked, size, traits)
        if int(capacity[0]) >= 4 * largest:
            return asked, capacity
        if traits.accelerators is not None or LONGEST * times >= min(size.slots // 2, LONGEST_RUN):
            raise BadInput([_too_large(largest, int(capacity[0]))])
        times = max(times + 1, int(4 * largest / int(capacity[0]) * times))


def _too_large(largest: int, each: int) -> Finding:
    return Finding(
        subject=f"gangs up to {largest}",
        value=f"do not fit into a quarter of a site of {each} accelerators",
        limit=f"run times of at most {LONGEST_RUN} slots and of half the horizon, sites as asked",
        mend="Ask for more jobs, fewer sites, smaller gangs or larger sites.",
    )


def capacity_for(asked: Asked, size: Size, traits: Traits) -> Whole:
    """Accelerators of each site, all alike: as given, or so many that the work asks the given share, (S,)."""
    each = traits.accelerators
    if each is None:
        each = int(np.ceil(_work(asked) / (traits.utilisation * size.sites * size.slots)))
    return np.full(size.sites, each, dtype=np.int32)


def _work(asked: Asked) -> float:
    return float((asked.gang * asked.slots.astype(np.float64)).sum())


def with_candidates(
    asked: Asked,
    sites: int,
    traits: Traits,
    rng: np.random.Generator,
    mean_cost: float = MEAN_COST,
) -> ManyJobs:
    """Every job at a random home, and unless tied there also at two other sites; half gangs where elastic.

    Going elsewhere costs a log-normal part of a slot at the mean cost for each accelerator.
    """
    n = len(asked.release)
    away = min(2, sites - 1)
    site = np.full((n, 1 + away), NO_SITE, dtype=np.int16)
    site[:, 0] = rng.integers(0, sites, n)
    for k in range(1, 1 + away):
        step = 1 + rng.integers(0, sites - away, n) + (k - 1)
        site[:, k] = np.where(asked.tied, NO_SITE, (site[:, 0] + step) % sites)
        clash = (k > 1) & (site[:, k] == site[:, 1]) & ~asked.tied
        site[clash, k] = (site[clash, k] - 1) % sites
    offer = np.zeros(site.shape, dtype=np.float32)
    gang = np.repeat(asked.gang[:, None], 1 + away, axis=1)
    offer[:, 1:] = mean_cost * gang[:, 1:] * rng.lognormal(-1.5, 0.7, (n, away))
    delay = np.zeros(site.shape, dtype=np.int32)
    delay[:, 1:] = traits.transfer
    columns: dict[str, NDArray[Any]] = {
        "site": site,
        "gang": gang,
        "slots": np.repeat(asked.slots[:, None], 1 + away, axis=1),
        "delay": delay,
        "offer": offer,
    }
    if traits.elastic > 0.0:
        columns = _with_half_gangs(columns, rng.random(n) < traits.elastic)
    return ManyJobs(
        release=asked.release,
        deadline=asked.deadline,
        interruptible=asked.interruptible,
        shortest_run=np.full(n, traits.shortest_run),
        restart_cost=np.full(n, traits.restart_slots * mean_cost),
        penalty=asked.gang * asked.slots.astype(np.float64) * np.float64(PENALTY * mean_cost),
        **columns,
    )


def _with_half_gangs(
    columns: dict[str, NDArray[Any]], elastic: NDArray[np.bool_]
) -> dict[str, NDArray[Any]]:
    """Each candidate once more on half the gang, 1.8 times as long, where gang and length allow."""
    gang, slots = columns["gang"], columns["slots"]
    may = elastic[:, None] & (gang % 2 == 0) & (slots >= 4)
    half = {
        **columns,
        "site": np.where(may, columns["site"], NO_SITE),
        "gang": np.where(may, gang // 2, gang),
        "slots": np.where(may, np.ceil(1.8 * slots.astype(np.float64)), slots),
    }
    return {name: np.concatenate((columns[name], half[name]), axis=1) for name in columns}


def _asked(size: Size, rng: np.random.Generator, times: int = 1) -> Asked:
    """Log-normal lengths, gangs of powers of two, waits of hours to days, busy afternoons.

    Lengths: median 4 slots, cut at two days, so many times as long, cut at half of the horizon. Gangs: 2^i with
    weight 2^(-0.7 i), i < 10, cut to a quarter of a site.

    Windows: length, up to three times as much again, and one of the WAITS, on a day on which they end within the
    horizon. 60 % may be interrupted, 30 % are tied to their home.
    """
    n = size.jobs
    longest = max(1, min(LONGEST * times, size.slots // 2))
    lengths = np.clip(np.rint(rng.lognormal(np.log(4.0), 1.2, n)), 1, LONGEST)
    slots = np.minimum(times * lengths, longest)
    weights = 2.0 ** (-0.7 * np.arange(len(GANGS)))
    gang = rng.choice(GANGS, n, p=weights / weights.sum())
    wait = rng.choice(WAITS, n, p=WAIT_SHARES)
    window = slots + np.floor(slots * rng.uniform(0.0, 3.0, n)) + wait
    latest = np.maximum(size.slots - window, 0)
    day = np.floor(rng.random(n) * (latest // DAY + 1))
    hour = np.floor(rng.beta(2.5, 2.0, n) * min(DAY, size.slots))
    release = np.minimum(day * DAY + hour, latest)
    order = np.argsort(release, kind="stable")
    deadline = np.minimum(release + window, size.slots)
    interruptible, tied = rng.random(n) < 0.6, rng.random(n) < 0.3
    return Asked(
        release=release[order].astype(np.int32),
        deadline=deadline[order].astype(np.int32),
        slots=slots[order].astype(np.int32),
        gang=gang[order].astype(np.int32),
        interruptible=interruptible[order],
        tied=tied[order],
    )


def _cost(size: Size, rng: np.random.Generator) -> Real:
    """Money per accelerator-slot, (S, T): days, weeks and seasons, sun at noon, noise that lasts for hours.

    Sites differ in level, time of day and share of sun; some midday hours are negative.
    """
    t = np.arange(size.slots)
    cost = np.empty((size.sites, size.slots))
    for s in range(size.sites):
        level, phase, sun = rng.uniform(0.7, 1.3), rng.uniform(0, DAY), rng.uniform(0.1, 0.7)
        hour = 2.0 * np.pi * (t - phase) / DAY
        day = 0.25 * np.sin(hour) + 0.12 * np.sin(2.0 * hour + 1.0)
        week = -0.1 * ((t // DAY) % 7 >= 5)
        season = 0.2 * np.cos(2.0 * np.pi * t / (365 * DAY))
        noon = sun * np.clip(-np.cos(hour), 0.0, None) ** 3
        noise = _lasting(rng.normal(0.0, 1.0, size.slots), 0.98) * 0.2
        cost[s] = MEAN_COST * level * (1.1 + day + week + season - noon + noise)
    return cost


def _lasting(shocks: Real, memory: float) -> Real:
    """A stationary autoregressive series of unit variance."""
    series = np.empty_like(shocks)
    value = shocks[0]
    gain = np.sqrt(1.0 - memory**2)
    for at, shock in enumerate(shocks):
        value = memory * value + gain * shock if at else shock
        series[at] = value
    return series
