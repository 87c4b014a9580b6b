"""Every job, in order, takes the cheapest answer beside all others; prices rise where places fill."""

import numpy as np
from numpy.typing import NDArray

from gridtide.kernels.borrowed import borrowed
from gridtide.kernels.mass_choice import NO_ROOM, Buffers, Long, Whole, choose, see
from gridtide.kernels.mass_response import Options, Order, Single, Work, may_split
from gridtide.kernels.placement import crowding

Real = NDArray[np.float64]
Told = tuple[NDArray[np.int8], Long, NDArray[np.uint16]]
"""Candidate of each job (-1 where left out), where its slots begin, slots counted from its release."""

Ground = tuple[Whole, Whole, Whole, Whole, Real]
"""free, felt and plain prices (S, T), what crowding adds at 0 … 256 parts free (257,), parts per accelerator (S,)."""

PARTS = 256
FINE = 2**20
"""Largest whole price of a sweep before crowding is added."""

DEAREST_RESTART = 2.0**30


@borrowed
def round_finely(price: Real, base: float, grain: float, plain: Whole) -> None:
    """plain = ⌊(price - base) / grain⌋, (S, T)."""
    for s in range(price.shape[0]):
        for t in range(price.shape[1]):
            plain[s, t] = np.int32((price[s, t] - base) / grain)


@borrowed
def restart_price(restart: float, grain: float) -> int:
    """Whole price of a second piece."""
    return round(min(restart / grain, DEAREST_RESTART))


@borrowed
def crowding_curve(weight: float, grain: float, curve: Whole) -> None:
    """What crowding adds to a whole price at every part of a site that is free."""
    for part in range(PARTS + 1):
        curve[part] = round(weight * crowding(part, PARTS) / grain)


@borrowed
def feel(ground: Ground) -> None:
    """Felt prices of all cells from plain ones and what is free."""
    free, felt, plain, curve, part = ground
    for s in range(free.shape[0]):
        for t in range(free.shape[1]):
            felt[s, t] = plain[s, t] + curve[np.int64(free[s, t] * part[s])]


@borrowed
def occupy(
    ground: Ground, s: int, release: int, after: NDArray[np.uint16], p: int, gang: int
) -> None:
    """Hold p slots for a gang; a negative gang gives them back."""
    free, felt, plain, curve, part = ground
    for i in range(p):
        t = release + np.int64(after[i])
        left = free[s, t] - gang
        free[s, t] = left
        felt[s, t] = plain[s, t] + curve[np.int64(left * part[s])]


@borrowed
def held_sum(
    felt: Whole,
    free: Whole,
    release: int,
    gang: int,
    after: NDArray[np.uint16],
    p: int,
    restart: int,
) -> int:
    """What a job's own slots cost it now, with every piece after the first."""
    total = 0
    for i in range(p):
        t = release + np.int64(after[i])
        if free[t] < gang:
            return NO_ROOM
        total += int(felt[t])
        if i > 0 and after[i] != after[i - 1] + 1:
            total += restart
    return total


@borrowed
def next_candidate(values: Single, done: int) -> int:
    """The candidate of the smallest value that is not done yet (bits of `done`), -1 when none is left."""
    best = -1
    for k in range(values.shape[0]):
        if not (done >> k) & 1 and values[k] < np.inf and (best < 0 or values[k] < values[best]):
            best = k
    return best


@borrowed
def best_answer(
    j: int,
    work: Work,
    options: Options,
    ground: Ground,
    scale: tuple[float, float],
    values: Single,
    prunes: bool,
    exact: bool,
    buffers: Buffers,
    limit: float,
) -> tuple[float, int]:
    """Money and candidate of the cheapest answer below `limit`, -1 without one; its slots are in buffers[3].

    values: no less for each candidate, (n, K). prunes: felt prices are nowhere below those of the values.
    """
    release, deadline, interruptible, shortest, restart, _ = work
    site, gang, slots, delay, offer = options
    free, felt, _, _, _ = ground
    base, grain = scale
    best, best_k, done = limit, -1, 0
    while True:
        k = next_candidate(values[j], done)
        if k < 0 or (prunes and values[j, k] >= best):
            return best, best_k
        done |= 1 << k
        s, g, p = site[j, k], gang[j, k], slots[j, k]
        a, z = release[j] + delay[j, k], deadline[j]
        see(felt[s, a:z], free[s, a:z], g, buffers[0])
        split = may_split(interruptible[j], p, shortest[j])
        again = restart_price(restart[j], grain)
        total = choose(buffers, z - a, p, split, shortest[j], again, exact)
        if total >= NO_ROOM:
            continue
        value = g * (total * grain + p * base) + offer[j, k]
        if value < best:
            best, best_k = value, k
            for i in range(p):
                buffers[3][i] = buffers[2][i] + delay[j, k]


@borrowed
def sweep(
    order: Order,
    work: Work,
    options: Options,
    ground: Ground,
    scale: tuple[float, float],
    values: Single,
    told: Told,
    plain: bool,
    prunes: bool,
    exact: bool,
    buffers: Buffers,
) -> int:
    """Place every job of the order anew beside all others; how many changed their place or slots.

    told is changed in place. In a plain sweep a job whose cheapest answer costs more than its penalty is left
    out; in the others, whoever finds room is placed. Where a restart costs, a job keeps its slots unless it finds
    cheaper ones.
    """
    candidate, begins, after = told
    site, gang, slots, _, offer = options
    free, felt, _, _, _ = ground
    release, restart, penalty = work[0], work[4], work[5]
    base, grain = scale
    changed = 0
    for j in order:
        old, at = candidate[j], begins[j]
        stays = np.inf
        if old >= 0:
            s, g, p = site[j, old], gang[j, old], slots[j, old]
            occupy(ground, s, release[j], after[at:], p, -g)
            if restart[j] > 0.0:
                again = restart_price(restart[j], grain)
                own = held_sum(felt[s], free[s], release[j], g, after[at:], p, again)
                stays = g * (own * grain + p * base) + offer[j, old]
        limit = penalty[j] if plain else np.inf
        _, k = best_answer(
            j, work, options, ground, scale, values, prunes, exact, buffers, min(limit, stays)
        )
        if k >= 0:
            candidate[j] = k
            moved = k != old
            for i in range(slots[j, k]):
                moved |= after[at + i] != buffers[3][i]
                after[at + i] = buffers[3][i]
            changed += moved
        elif stays > limit or stays == np.inf:
            candidate[j] = -1
            changed += old >= 0
        k = candidate[j]
        if k >= 0:
            occupy(ground, site[j, k], release[j], after[at:], slots[j, k], gang[j, k])
    return changed


@borrowed
def paid_beside_energy(work: Work, options: Options, told: Told) -> float:
    """Money of all jobs for going elsewhere, for pieces after the first, and for being left out."""
    candidate, begins, after = told
    _, gang, slots, _, offer = options
    restart, penalty = work[4], work[5]
    paid = 0.0
    for j in range(candidate.shape[0]):
        k, at = candidate[j], begins[j]
        if k < 0:
            paid += penalty[j]
            continue
        paid += offer[j, k]
        if restart[j] > 0.0:
            again = 0
            for i in range(at + 1, at + slots[j, k]):
                again += 1 if after[i] != after[i - 1] + 1 else 0
            paid += again * restart[j] * gang[j, k]
    return paid
