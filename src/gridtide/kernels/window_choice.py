"""The lowest slots of a window, its best start and its quantile, slot by slot without a capacity: loops over jobs.

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
def smallest(values: Real, count: int, rank: int) -> float:
    """The rank-th smallest (0: the least) of values[:count], which are put in another order (quickselect, Hoare)."""
    low, high = 0, count - 1
    while low < high:
        pivot = values[(low + high) // 2]
        left, right = low, high
        while left <= right:
            while values[left] < pivot:
                left += 1
            while values[right] > pivot:
                right -= 1
            if left <= right:
                values[left], values[right] = values[right], values[left]
                left += 1
                right -= 1
        if rank <= right:
            high = right
        elif rank >= left:
            low = left
        else:
            break
    return float(values[rank])


@njit(cache=True, error_model="numpy")
def add_runs_below(
    values: Real, first: int, stop: int, most: float, ties: int, starts: Whole, ends: Whole, used: int
) -> int:  # fmt: skip
    """Append the slots of [first, stop) below `most`, and the first `ties` equal to it, as runs; runs used now."""
    running = False
    for t in range(first, stop):
        chosen = values[t] < most
        if values[t] == most and ties > 0:
            ties -= 1
            chosen = True
        if chosen != running:
            if chosen:
                starts[used] = t
            else:
                ends[used] = t
                used += 1
            running = chosen
    if running:
        ends[used] = stop
        used += 1
    return used


@njit(cache=True, error_model="numpy")
def lowest_runs(
    values: Real, first: Whole, length: Whole, last: Whole, all_ties: bool
) -> tuple[Whole, Whole, Whole]:
    """The `length` lowest slots of [first, last) in the order (value, time) as runs: (offsets, starts, ends).

    all_ties: every slot not above the length-th lowest, possibly more than length. A window shorter than its job
    gets no runs.
    """
    n, slots = first.shape[0], values.shape[0]
    offsets = np.zeros(n + 1, np.int64)
    widest = 1
    for j in range(n):
        widest = max(widest, min(last[j], slots) - first[j])
    felt = np.empty(widest)
    starts, ends = np.empty(4 * n + widest, np.int64), np.empty(4 * n + widest, np.int64)
    used = 0
    for j in range(n):
        stop = min(last[j], slots)
        width = stop - first[j]
        if width >= length[j]:
            felt[:width] = values[first[j] : stop]
            most = smallest(felt, width, length[j] - 1)
            ties = width if all_ties else length[j]
            if not all_ties:
                for i in range(width):
                    ties -= felt[i] < most
            if used + width > starts.shape[0]:
                more = np.empty(starts.shape[0], np.int64)
                starts, ends = np.concatenate((starts, more)), np.concatenate((ends, more))
            used = add_runs_below(values, first[j], stop, most, ties, starts, ends, used)
        offsets[j + 1] = used
    return offsets, starts[:used].copy(), ends[:used].copy()


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
