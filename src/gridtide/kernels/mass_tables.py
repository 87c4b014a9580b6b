"""What the cheapest slots of any window cost, read from running tables; never more than the truth.

The p smallest prices of a window sum to the largest p θ - Σ (θ - w)⁺ over all θ, so every θ gives a bound from
below, and two running sums per level give it for any window at once. Prices w are whole numbers, rounded down.
"""

import numpy as np
from numpy.typing import NDArray

from gridtide.kernels.borrowed import borrowed

Whole = NDArray[np.int32]
Real = NDArray[np.float64]
Rounded = NDArray[np.uint16]
Tables = tuple[Whole, Whole, Rounded, Whole, Rounded]
TOP = 65_000
"""Largest rounded price; 32,767 of them stay exact in 32 bits."""

EVENLY = 0.05
"""Share of the levels' weight that is spread evenly over the cells."""


@borrowed
def round_down(price: Real, base: float, grain: float, rounded: Rounded) -> None:
    """rounded = ⌊(price - base) / grain⌋ but at most TOP, all (S, T)."""
    for s in range(price.shape[0]):
        for t in range(price.shape[1]):
            rounded[s, t] = min((price[s, t] - base) / grain, float(TOP))


@borrowed
def choose_levels(
    rounded: Rounded, weight: Real, first: int, last: int, shift: int, tally: Real, levels: Whole
) -> None:
    """Increasing levels at equal shares of the load on [first, last); the last one is TOP.

    weight: load that earlier answers put on each cell, (S, T). tally: scratch of TOP + 1 >> shift places or more;
    prices are told apart by 2^shift.
    """
    tally[:] = 0.0
    total = 0.0
    for s in range(rounded.shape[0]):
        for t in range(first, last):
            total += weight[s, t]
    evenly = EVENLY * total / (rounded.shape[0] * (last - first)) + 1e-9
    for s in range(rounded.shape[0]):
        for t in range(first, last):
            tally[rounded[s, t] >> shift] += weight[s, t] + evenly
    total += evenly * rounded.shape[0] * (last - first)
    share = total / levels.shape[0]
    reached, b = 0.0, 0
    for bin_ in range((TOP >> shift) + 1):
        reached += tally[bin_]
        while b < levels.shape[0] - 1 and reached >= share * (b + 0.5):
            levels[b] = min(((bin_ + 1) << shift) - 1, TOP)
            b += 1
    levels[b:] = TOP


@borrowed
def fill(rounded: Rounded, first: int, last: int, tables: Tables) -> None:
    """Fill the tables for slots [first, last).

    tables: levels (B,); under (S, span + 1, B): Σ (θ - w)⁺ before a slot, its difference exact while below 2^31;
    held (S, span + 1, B): slots before it with w ≤ θ; prefix (S, span + 1): Σ w; rank (S, span): first level ≥ w.
    """
    levels, under, held, prefix, rank = tables
    many = levels.shape[0]
    for s in range(rounded.shape[0]):
        under[s, 0, :] = 0
        held[s, 0, :] = 0
        prefix[s, 0] = 0
        for i in range(last - first):
            w = np.int32(rounded[s, first + i])
            lower = 0
            for b in range(many):
                gap = np.int32(levels[b] - w)
                under[s, i + 1, b] = under[s, i, b] + (gap if gap > 0 else np.int32(0))
                held[s, i + 1, b] = held[s, i, b] + (1 if gap >= 0 else 0)
                lower += 1 if gap < 0 else 0
            rank[s, i] = lower
            prefix[s, i + 1] = prefix[s, i] + w


@borrowed
def held_in(held: Rounded, s: int, a: int, z: int, b: int) -> int:
    """Slots of [a, z) whose price is at most level b."""
    return int(np.uint16(held[s, z, b] - held[s, a, b]))


@borrowed
def free_sum(tables: Tables, s: int, a: int, z: int, p: int) -> tuple[int, int]:
    """At most the sum of the p smallest prices of [a, z), and the first level that holds p slots.

    The number of levels is a power of two; the last level holds every slot, so z - a ≥ p is enough.
    """
    levels, under, held, _, _ = tables
    b = 0
    step = levels.shape[0] >> 1
    while step > 0:
        at = b + step - 1
        b += step * (np.uint16(held[s, z, at] - held[s, a, at]) < p)
        step >>= 1
    value = p * np.int64(levels[b]) - np.int32(under[s, z, b] - under[s, a, b])
    if b > 0:
        lower = p * np.int64(levels[b - 1]) - np.int32(under[s, z, b - 1] - under[s, a, b - 1])
        value = max(value, lower)
    return int(value), b


@borrowed
def run_sum(prefix: Whole, s: int, a: int, z: int, p: int) -> int:
    """The smallest sum of p slots in a row of [a, z)."""
    low = prefix[s, a : z - p + 1]
    high = prefix[s, a + p : z + 1]
    best = np.int32(2_147_483_647)
    for i in range(low.shape[0]):
        value = np.int32(high[i] - low[i])
        best = value if value < best else best
    return int(best)


@borrowed
def run_start(prefix: Whole, s: int, a: int, z: int, p: int, value: int) -> int:
    """The first start of [a, z) whose p slots in a row sum to `value`."""
    for t in range(a, z - p + 1):
        if np.int32(prefix[s, t + p] - prefix[s, t]) == value:
            return t
    return a
