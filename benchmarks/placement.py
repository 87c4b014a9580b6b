"""One placement of 100,000 jobs on several sites for a month of quarter hours: checks first, then a ratio.

    python benchmarks/placement.py [--jobs N] [--sites N] [--days N] [--plain N]

The very passes of the coordinated policy: four sweeps with a fading price of crowded slots, from an earliest fit that
a plain NumPy loop found. Gangs up to 512, half of the jobs interruptible with a shortest run and restarts, each allowed
at some sites only. The answers are checked here without a line of the kernel; then jobs a second of the earliest fit,
and of a NumPy writing of the same question a sweep answers (the cheapest place and slots of one job beside all others)
for the first jobs, both in the same run.
"""

import argparse
import time
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gridtide.decide.dispatchers.price_guided import CONGESTION
from gridtide.kernels import placement

Whole = NDArray[np.int64]
Real = NDArray[np.float64]
SLOT_S = 900
DAY = 96
SPARE = 8
UTILISATIONS = (0.65, 0.85)


@dataclass(frozen=True, kw_only=True, eq=False)
class Instance:
    """n jobs at P sites over T slots; columns as `placement.sweep` takes them."""

    price: Real
    room: Whole
    gang: Whole
    first: Whole
    last: Whole
    left: Whole
    rule: Whole
    offer: Real


@dataclass(kw_only=True, eq=False)
class Told:
    """Place and slots of each job, changed in place."""

    place: Whole
    offsets: Whole
    count: Whole
    slots: Whole

    def of(self, job: int | np.int64) -> Whole:
        """Slots of a job."""
        begin = self.offsets[job]
        return self.slots[begin : begin + self.count[job]]


def instance(count: int, sites: int, days: int, utilisation: float, seed: int = 0) -> Instance:
    """Seeded jobs whose declared work is a share of the room."""
    rng = np.random.default_rng(seed)
    slots = days * DAY
    hour = np.arange(slots) / 4
    shape = 40 + 30 * np.sin(2 * np.pi * (hour[None, :] - 3 * np.arange(sites)[:, None]) / 24)
    price = shape + 15 * rng.standard_normal((sites, slots))
    gang = 2 ** rng.choice(10, count, p=np.array([40, 18, 12, 9, 7, 5, 4, 2.5, 1.5, 1]) / 100)
    declared_s = np.clip(rng.lognormal(8.6, 1.1, count), 600, 86_400).astype(np.int64)
    expected_s = (declared_s * rng.uniform(0.3, 1.0, count)).astype(np.int64)
    interruptible = rng.random(count) < 0.5
    restart_s = np.where(interruptible, rng.choice([0, 300, 900], count), 0)
    need = -(-declared_s // SLOT_S)
    slack = rng.choice([32, 96, 288], count)
    release = rng.integers(0, np.maximum(slots - need - slack, 1))
    allowed = rng.random((count, sites)) < 0.6
    allowed[np.arange(count), rng.integers(0, sites, count)] = True
    accelerators = int((gang * need).sum() / (utilisation * slots * sites)) + 1
    return Instance(
        price=price,
        room=np.full((sites, slots), accelerators),
        gang=gang.astype(np.int64),
        first=np.where(allowed, release[:, None], slots).astype(np.int64),
        last=np.minimum(release + need + slack, slots).astype(np.int64),
        left=np.stack([declared_s, expected_s, restart_s, np.full(count, SLOT_S)], axis=1),
        rule=np.stack(
            [interruptible, np.zeros(count), rng.choice([1, 2, 4], count)], axis=1
        ).astype(np.int64),
        offer=np.where(allowed, rng.choice([0.0, 0.0, 50.0], (count, sites)), 0.0),
    )


def earliest_fit(work: Instance, free: Whole) -> Told:
    """Each job in order of release at its first place with an unbroken run of free slots, by NumPy."""
    n, slots = len(work.gang), work.price.shape[1]
    need = -(-work.left[:, 0] // SLOT_S)
    offsets = np.concatenate([[0], np.cumsum(need + SPARE)])
    told = Told(
        place=np.full(n, -1), offsets=offsets, count=np.zeros(n, np.int64),
        slots=np.zeros(int(offsets[-1]), np.int64),
    )  # fmt: skip
    for job in np.argsort(work.first.min(axis=1), kind="stable"):
        for site in np.flatnonzero(work.first[job] < slots):
            start = _first_run(
                free[site], work.gang[job], work.first[job, site], work.last[job], need[job]
            )
            if start >= 0:
                told.place[job], told.count[job] = site, need[job]
                told.of(job)[:] = np.arange(start, start + need[job])
                free[site, start : start + need[job]] -= work.gang[job]
                break
    return told


def _first_run(free: Whole, gang: int, first: int, last: int, need: int) -> int:
    full = np.flatnonzero(free[first:last] < gang)
    edges = np.concatenate([[-1], full, [last - first]])
    wide = np.flatnonzero(np.diff(edges) > need)
    return int(first + edges[wide[0]] + 1) if len(wide) else -1


def costs(work: Instance, told: Told) -> Real:
    """Money each placed job costs at the plan's prices: its expected slots, then the move; NaN elsewhere."""
    found = np.full(len(work.gang), np.nan)
    for job in np.flatnonzero(told.place >= 0):
        slots, site = told.of(job), told.place[job]
        breaks = int((np.diff(slots) > 1).sum())
        wanted = -(-(work.left[job, 1] + breaks * work.left[job, 2]) // SLOT_S)
        used = slots[: max(1, wanted)]
        found[job] = work.price[site, used].sum() * work.gang[job] + work.offer[job, site]
    return found


def faults(work: Instance, told: Told, free: Whole) -> list[str]:
    """What does not hold, a sentence each: capacity, windows, places, unbroken and shortest runs, work."""
    said = []
    load = np.zeros_like(work.room)
    for job in np.flatnonzero(told.place >= 0):
        slots, site = told.of(job), told.place[job]
        np.add.at(load[site], slots, work.gang[job])
        runs = np.split(slots, np.flatnonzero(np.diff(slots) > 1) + 1)
        shortest = min(len(run) for run in runs)
        needed_s = work.left[job, 0] + (len(runs) - 1) * work.left[job, 2]
        held = {
            "ordered slots": (np.diff(slots) > 0).all(),
            "an allowed place, its window": work.first[job, site] <= slots[0] < work.price.shape[1],
            "its deadline": slots[-1] < work.last[job],
            "one run": work.rule[job, 0] == 1 or len(runs) == 1,
            "its shortest run": shortest >= min(work.rule[job, 2], len(slots)),
            "its work": len(slots) * SLOT_S >= needed_s,
        }
        said += [f"job {job} lacks {name}" for name, holds in held.items() if not holds]
    if (load > work.room).any():
        said.append("a slot is overfull")
    if (free != work.room - load).any():
        said.append("free room is miscounted")
    return said


def one_pass(work: Instance, told: Told, free: Whole, order: Whole, weight: float) -> Real:
    """A sweep over some jobs; what each costs by the kernel's own account."""
    n, places = len(work.gang), np.arange(len(work.room))
    takes = np.repeat(work.gang[:, None], len(places), axis=1)
    cost, _, _ = placement.sweep(
        free, work.price, order, takes, work.first, work.last, work.left, work.rule,
        (np.full(n, -1), work.gang), work.offer,
        (told.place, told.offsets, told.count, told.slots, np.zeros(n, np.int64)),
        weight * float(work.price.std()), work.room.max(axis=1), np.zeros(n),
        np.zeros_like(work.room), np.zeros(len(work.room)),
        (places, np.ones(len(places)), np.ones(len(places), np.bool_), np.arange(len(places) + 1)),
    )  # fmt: skip
    return np.asarray(cost)


def sweeps(work: Instance, told: Told, free: Whole) -> tuple[list[float], Real, Real]:
    """Seconds of each pass, and what every job costs before and after the last one."""
    n = len(work.gang)
    size = work.gang * (work.left[:, 0] // SLOT_S + 1)
    slack = work.last - work.first.min(axis=1) - work.left[:, 0] // SLOT_S
    order = np.lexsort((np.arange(n), slack, -size)).astype(np.int64)
    took = []
    for weight in CONGESTION:
        before = costs(work, told) if weight == CONGESTION[-1] else np.zeros(n)
        begin = time.perf_counter()
        one_pass(work, told, free, order, weight)
        took.append(time.perf_counter() - begin)
    return took, before, costs(work, told)


def plain_cheapest(work: Instance, told: Told, free: Whole, job: int | np.int64) -> float:
    """The question of a sweep for one job at the plan's prices, by NumPy: the cheapest unbroken run of its
    places and, where it may pause, the cheapest slots as if without restarts; the former is returned."""
    slots, gang = told.of(job), work.gang[job]
    free[told.place[job], slots] += gang
    need, used = (int(max(1, -(-work.left[job, k] // SLOT_S))) for k in (0, 1))
    best = np.inf
    for site in np.flatnonzero(work.first[job] < work.price.shape[1]):
        span = slice(work.first[job, site], work.last[job])
        price, fits = work.price[site, span], free[site, span] >= gang
        sums = np.concatenate([[0.0], np.cumsum(price)])
        whole = np.convolve(fits, np.ones(need, np.int64), mode="valid") == need
        once = (sums[used:] - sums[:-used])[: len(whole)][whole]
        if len(once):
            best = min(best, float(once.min()) * gang + work.offer[job, site])
        open_slots = np.flatnonzero(fits)
        if work.rule[job, 0] and len(open_slots) >= need:
            usable = price[open_slots[: len(open_slots) - (need - used)]]
            np.partition(usable, used - 1)[:used].sum()
    free[told.place[job], slots] -= gang
    return best


def against_plain(work: Instance, told: Told, free: Whole, count: int) -> tuple[float, list[str]]:
    """Seconds a job of the NumPy writing, and jobs of the first `count` placed whose kernel answer is dearer
    than it, or other than it where they may not pause; each is asked alone, beside all others as they are."""
    sample = np.flatnonzero(told.place >= 0)[:count]
    begin = time.perf_counter()
    plain = [plain_cheapest(work, told, free, job) for job in sample]
    took = (time.perf_counter() - begin) / max(len(sample), 1)
    said = []
    for job, wanted in zip(sample, plain, strict=True):
        found = one_pass(work, copied(told), free.copy(), np.asarray([job]), 0.0)[job]
        near = 1e-9 * (1 + abs(wanted)) + 1e-6
        if found > wanted + near or (not work.rule[job, 0] and found < wanted - near):
            said.append(f"job {job}: {found:.6f} by the kernel, {wanted:.6f} by NumPy")
    return took, said


def copied(told: Told) -> Told:
    """A copy to try something on."""
    return Told(
        place=told.place.copy(), offsets=told.offsets, count=told.count.copy(), slots=told.slots.copy()
    )  # fmt: skip


def show(count: int, sites: int, days: int, utilisation: float, plain: int) -> None:
    """Print one utilisation. Ends the benchmark where an answer does not hold."""
    work = instance(count, sites, days, utilisation)
    free = work.room.copy()
    begin = time.perf_counter()
    told = earliest_fit(work, free)
    fit_s = time.perf_counter() - begin
    placed, at_first = told.place >= 0, costs(work, told)
    took, before, after = sweeps(work, told, free)
    said = faults(work, told, free)
    lost = np.flatnonzero(placed & (told.place < 0))
    said += [f"job {job} lost its place" for job in lost]
    dearer = np.flatnonzero(after > before + 1e-6 * (1 + np.abs(before)))
    said += [f"job {job} became dearer in the last pass" for job in dearer]
    plain_s, others = against_plain(work, told, free, plain)
    said += others
    if said:
        raise SystemExit("\n".join([f"{len(said)} faults", *said[:10]]))
    per_s = count / np.mean(took)
    saved = 1 - np.nansum(after[placed]) / np.nansum(at_first[placed])
    print(
        f"utilisation {utilisation:.2f}, {work.room[0, 0]:,} accelerators a site: placed {placed.sum():,} by the"
        f" earliest fit, {(told.place >= 0).sum():,} after the passes; energy cost {-saved:+.1%}; all checks hold"
    )
    print(
        f"  passes {', '.join(f'{second:.2f}' for second in took)} s: {per_s:,.0f} jobs a second and pass;"
        f" earliest fit by NumPy {count / fit_s:,.0f}: {per_s * fit_s / count:.1f} times;"
        f" cheapest answer by NumPy ({min(plain, count):,} jobs) {1 / plain_s:,.0f}: {per_s * plain_s:.1f} times",
        flush=True,
    )


def main() -> None:
    """Print both utilisations."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--jobs", type=int, default=100_000)
    parser.add_argument("--sites", type=int, default=4)
    parser.add_argument("--days", type=int, default=31)
    parser.add_argument("--plain", type=int, default=500)
    options = parser.parse_args()
    warm = instance(50, options.sites, 4, 0.5)
    free = warm.room.copy()
    sweeps(warm, earliest_fit(warm, free), free)
    print(
        f"{options.jobs:,} jobs, {options.sites} sites, {options.days * DAY:,} slots of {SLOT_S} s,"
        f" {len(CONGESTION)} passes"
    )
    for utilisation in UTILISATIONS:
        show(options.jobs, options.sites, options.days, utilisation, options.plain)


if __name__ == "__main__":
    main()
