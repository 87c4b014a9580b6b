"""The cheapest answer of every job as if it were alone, and the load that these answers would make.

Jobs are walked epoch by epoch of their release, so that the tables of one epoch stay in the cache whatever the
horizon is.
"""

import numpy as np
from numba import njit
from numpy.typing import NDArray

from gridtide.kernels.borrowed import borrowed
from gridtide.kernels.mass_tables import (
    Real,
    Rounded,
    Tables,
    Whole,
    choose_levels,
    fill,
    free_sum,
    held_in,
    run_start,
    run_sum,
)

Flags = NDArray[np.bool_]
Single = NDArray[np.float32]
Order = NDArray[np.int32]
Work = tuple[Whole, Whole, Flags, Whole, Single, Real]
"""release, deadline, interruptible, shortest run, restart cost, penalty; each (n,)."""

Options = tuple[NDArray[np.int16], Whole, Whole, Whole, Single]
"""site (-1 where there is none), gang, slots, delay, offer; each (n, K)."""

Rising = tuple[NDArray[np.float32], Flags, Real]
"""What loads begin to hold in each slot: per level (S, span + 1, B), whether any did (S, span + 1), runs."""

EPOCH = 1_024
MOST_OVER = 10.0
"""How far above its capacity a cell counts; cut lower, what a batch asks by chance would look like less than it is."""

ALL_RUNS = -1
"""Instead of a level: the answer is one unbroken run."""


@borrowed
def may_split(interruptible: bool, p: int, shortest: int) -> bool:
    """Whether a job of p slots may run in more than one piece, or needs one slot only."""
    return interruptible and (p == 1 or p >= 2 * shortest)


@borrowed
def lone_answer(
    tables: Tables,
    scale: tuple[float, float],
    s: int,
    a: int,
    z: int,
    p: int,
    split: bool,
    f: float,
) -> tuple[float, int, int]:
    """At most the cheapest money per accelerator for p slots of [a, z), its level or ALL_RUNS, its whole sum.

    scale: base and grain of the rounded prices. f: money per accelerator for a second piece. An answer has either
    one run or at least two pieces.
    """
    base, grain = scale
    if not split:
        run = run_sum(tables[3], s, a, z, p)
        return run * grain + p * base, ALL_RUNS, run
    free, level = free_sum(tables, s, a, z, p)
    value = free * grain + p * base
    if f <= 0.0 or p == 1:
        return value, level, free
    run = run_sum(tables[3], s, a, z, p)
    if run * grain + p * base <= value + f:
        return run * grain + p * base, ALL_RUNS, run
    return value + f, level, free


@borrowed
def lay(
    tables: Tables,
    rising: Rising,
    s: int,
    a: int,
    z: int,
    p: int,
    gang: int,
    answer: tuple[int, int],
) -> None:
    """Note the load of one answer, a level or ALL_RUNS with its sum; tied slots share it."""
    rise, touched, runs = rising
    level, total = answer
    if level == ALL_RUNS:
        start = run_start(tables[3], s, a, z, p, total)
        runs[s, start] += gang
        runs[s, start + p] -= gang
        return
    touched[s, a] = True
    touched[s, z] = True
    many = held_in(tables[2], s, a, z, level)
    if level == 0:
        share = gang * (p / many)
        rise[s, a, 0] += share
        rise[s, z, 0] -= share
        return
    fewer = held_in(tables[2], s, a, z, level - 1)
    upper = gang * ((p - fewer) / (many - fewer))
    rise[s, a, level] += upper
    rise[s, z, level] -= upper
    rise[s, a, level - 1] += gang - upper
    rise[s, z, level - 1] -= gang - upper


@njit(cache=True, error_model="numpy")
def settle_load(tables: Tables, rising: Rising, first: int, last: int, load: Real) -> None:
    """Add the load noted for [first, last) to `load` (S, T) and forget it."""
    rise, touched, runs = rising
    many = rise.shape[2]
    run = np.zeros(many)
    above = np.zeros(many)
    for s in range(load.shape[0]):
        run[:] = 0.0
        above[:] = 0.0
        steady = 0.0
        for i in range(last - first + 1):
            if touched[s, i]:
                total = 0.0
                for b in range(many - 1, -1, -1):
                    run[b] += rise[s, i, b]
                    total += run[b]
                    above[b] = total
                    rise[s, i, b] = 0.0
                touched[s, i] = False
            steady += runs[s, i]
            runs[s, i] = 0.0
            if i < last - first:
                load[s, first + i] += above[tables[4][s, i]] + steady


@borrowed
def respond(
    chosen: Order,
    first: int,
    work: Work,
    options: Options,
    capacity: Whole,
    scale: tuple[float, float],
    tables: Tables,
    rising: Rising,
    values: Single,
    lays: bool,
) -> float:
    """Sum of the cheapest lone answers of the chosen jobs; their load is noted when `lays`.

    values: at most the money of each candidate, (n, K), inf where it cannot be; left alone when it has no rows.
    """
    release, deadline, interruptible, shortest, restart, penalty = work
    site, gang, slots, delay, offer = options
    total = 0.0
    for j in chosen:
        best, best_k, best_answer = penalty[j], -1, (0, 0)
        z = deadline[j] - first
        for k in range(site.shape[1]):
            s = site[j, k]
            if values.shape[0] > 0:
                values[j, k] = np.inf
            if s < 0 or gang[j, k] > capacity[s]:
                continue
            a, p = release[j] + delay[j, k] - first, slots[j, k]
            if a + p > z:
                continue
            split = may_split(interruptible[j], p, shortest[j])
            value, level, whole = lone_answer(tables, scale, s, a, z, p, split, restart[j])
            value = value * gang[j, k] + offer[j, k]
            if values.shape[0] > 0:
                values[j, k] = value - abs(value) * 1e-6
            if value < best:
                best, best_k, best_answer = value, k, (level, whole)
        total += best
        if lays and best_k >= 0:
            a, p = release[j] + delay[j, best_k] - first, slots[j, best_k]
            lay(tables, rising, site[j, best_k], a, z, p, gang[j, best_k], best_answer)
    return total


@njit(cache=True, error_model="numpy")
def respond_by_epoch(
    order: Order,
    bounds: NDArray[np.int64],
    work: Work,
    options: Options,
    capacity: Whole,
    rounded: Rounded,
    scale: tuple[float, float],
    weight: Real,
    shift: int,
    tally: Real,
    tables: Tables,
    rising: Rising,
    load: Real,
    values: Single,
    lays: bool,
) -> float:
    """As `respond`, for jobs in order of release; those of epoch e stand in order[bounds[e] : bounds[e + 1]].

    rounded: whole prices (S, T). weight: load by which levels are chosen. load: (S, T), set when `lays`.
    """
    load[:] = 0.0
    total = 0.0
    span = tables[4].shape[1]
    for e in range(bounds.shape[0] - 1):
        if bounds[e] == bounds[e + 1]:
            continue
        first = e * EPOCH
        last = min(first + span, rounded.shape[1])
        choose_levels(rounded, weight, first, last, shift, tally, tables[0])
        fill(rounded, first, last, tables)
        chosen = order[bounds[e] : bounds[e + 1]]
        total += respond(
            chosen, first, work, options, capacity, scale, tables, rising, values, lays
        )
        if lays:
            settle_load(tables, rising, first, last, load)
    return total


@borrowed
def climb(
    mu: Real,
    speed: Real,
    load: Real,
    weight: Real,
    capacity: Whole,
    step: float,
    times: float,
    mean: Real,
) -> None:
    """One step of the congestion prices after the load of a batch, all (S, T) and changed in place.

    times: how often the batch fits into all jobs. mean: a running mean of the prices, `1 / times` of it added.
    """
    for s in range(mu.shape[0]):
        room = max(capacity[s], 1)
        for t in range(mu.shape[1]):
            whole = times * load[s, t]
            over = min((whole - room) / room, MOST_OVER)
            speed[s, t] = 0.8 * speed[s, t] + 0.2 * over
            mu[s, t] = max(0.0, mu[s, t] + step * speed[s, t])
            weight[s, t] = 0.7 * weight[s, t] + 0.3 * whole
            mean[s, t] += mu[s, t] / times
