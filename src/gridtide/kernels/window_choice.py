"""The best start of a window and its quantile, slot by slot without a capacity: loops over jobs.

What `held_choice` chooses hold by hold where a signal keeps its value; ties go to the earliest.
"""

import numpy as np
from numba import njit
from numpy.typing import NDArray

from gridtide.kernels.slot_choice import ROUNDING, TIE

Whole = NDArray[np.int64]
Real = NDArray[np.float64]
FEW = 16
"""Slots by which a sorted window is moved slot by slot; beyond them it is sorted anew."""


@njit(cache=True, error_model="numpy")
def least_starts(prefix: Real, first: Whole, seen: Whole, last_start: Whole) -> Whole:
    """The start of each job in [first, last_start] with the least sum over the `seen` slots from it, (n,).

    prefix: running sum of the signal, (T+1,). Starts whose view leaves the data are dropped; a job without any starts
    at its first.
    """
    slots = prefix.shape[0] - 1
    grain = ROUNDING * np.abs(prefix).max()
    start = np.empty(first.shape[0], np.int64)
    for j in range(first.shape[0]):
        n, chosen = seen[j], first[j]
        best = prefix[min(chosen + n, slots)] - prefix[chosen]
        tolerance = TIE * (abs(best) + 1.0) + grain
        for s in range(chosen + 1, min(last_start[j], slots - n, slots - 1) + 1):
            total = prefix[s + n] - prefix[s]
            if total < best - tolerance:
                chosen = s
                best = total
        start[j] = chosen
    return start


@njit(cache=True, error_model="numpy")
def take_out(sorted_values: Real, count: int, value: float) -> int:
    """Take a value that is there out of count sorted ones; how many are left."""
    place = np.searchsorted(sorted_values[:count], value)
    for i in range(place, count - 1):
        sorted_values[i] = sorted_values[i + 1]
    return count - 1


@njit(cache=True, error_model="numpy")
def put_in(sorted_values: Real, count: int, value: float) -> int:
    """Put a value in among count sorted ones; how many there are now."""
    place = count
    while place > 0 and sorted_values[place - 1] > value:
        sorted_values[place] = sorted_values[place - 1]
        place -= 1
    sorted_values[place] = value
    return count + 1


@njit(cache=True, error_model="numpy")
def quantiles_ahead(values: Real, first: Whole, horizon: int, q: float) -> Real:
    """Quantile of values[first:first + horizon], cut at the end, by linear interpolation at position q (n - 1), (n,).

    NaN where a window begins behind the end. Windows in order of their beginning are followed one from another.
    """
    slots = values.shape[0]
    found = np.full(first.shape[0], np.nan)
    felt = np.empty(min(horizon, slots) + 1)
    low, high, count = 0, 0, 0
    for j in range(first.shape[0]):
        if first[j] >= slots:
            continue
        stop = min(first[j] + horizon, slots)
        if first[j] < low or max(stop - high, first[j] - low) > FEW:
            low, high, count = first[j], stop, stop - first[j]
            felt[:count] = np.sort(values[low:high])
        while low < first[j]:
            count = take_out(felt, count, values[low])
            low += 1
        while high < stop:
            count = put_in(felt, count, values[high])
            high += 1
        position = q * (count - 1)
        rank = int(np.floor(position))
        above = min(rank + 1, count - 1)
        found[j] = felt[rank] + (position - rank) * (felt[above] - felt[rank])
    return found
