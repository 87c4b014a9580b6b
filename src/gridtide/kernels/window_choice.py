"""The best start of a window, its quantile, and what runs below one, slot by slot without a capacity: over jobs.

What `held_choice` chooses hold by hold where a signal keeps its value; ties go to the earliest.
"""

import numpy as np
from numba import njit
from numpy.typing import NDArray

from gridtide.kernels.alike import PLACES, asked_before
from gridtide.kernels.borrowed import borrowed
from gridtide.kernels.slot_choice import ROUNDING, TIE

Whole = NDArray[np.int64]
Real = NDArray[np.float64]
FEW = 16
"""Slots by which a sorted window is moved slot by slot; beyond them it is sorted anew."""


@njit(cache=True, error_model="numpy", inline="always")
def least_start(running: Real, first: int, seen: int, last_start: int, grain: float) -> int:
    """The best start of one job in [first, last_start] when every slot is one and the least sum is best.

    Written into its caller: the compiler then knows that no slot is negative, which halves the time.
    """
    slots = running.shape[0] - 1
    chosen = first
    least = running[min(first + seen, slots)] - running[first]
    tolerance = TIE * (abs(least) + 1.0) + grain
    for s in range(first + 1, min(last_start, slots - seen, slots - 1) + 1):
        total = running[s + seen] - running[s]
        if total < least - tolerance:
            chosen = s
            least = total
    return chosen


@borrowed
def best_start(
    running: Real, first: int, seen: int, last_start: int, stride: int, by_rate: bool, grain: float
) -> int:
    """The best start of one job in [first, last_start], see `best_starts`; its first where none can be judged."""
    slots = running.shape[0] - 1
    at_once = running[min(first + seen, slots)] - running[first]
    tolerance = TIE * (abs(at_once) + 1.0) + grain
    chosen, most = first, (0.0 if by_rate else at_once) - tolerance
    for s in range(first + stride, min(last_start, slots - seen, slots - 1) + 1, stride):
        total = running[s + seen] - running[s]
        value = (total - at_once) / (s - first + seen) if by_rate else total
        if value < most:
            chosen, most = s, value - tolerance
    return chosen


@njit(cache=True, error_model="numpy")
def best_starts(
    running: Real, first: Whole, seen: Whole, last_start: Whole, stride: int, by_rate: bool, start: Whole
) -> None:  # fmt: skip
    """Write the best candidate start of each job: first, first + stride … up to last_start, (n,).

    running: running sum of the signal, (T+1,). seen: slots of the signal that a candidate is judged by; candidates
    whose view leaves the data are dropped. by_rate false: least sum over the view. by_rate true: largest saving
    against the first per slot until completion, never a negative one.
    """
    grain = ROUNDING * np.abs(running).max()
    questions, answers = np.full((PLACES, 3), -1), np.empty(PLACES, np.int64)
    for j in range(first.shape[0]):
        a, n, last = first[j], seen[j], last_start[j]
        place = asked_before(questions, a, n, last)
        if place < 0:
            place = -1 - place
            if stride == 1 and not by_rate:
                answers[place] = least_start(running, a, n, last, grain)
            else:
                answers[place] = best_start(running, a, n, last, stride, by_rate, grain)
        start[j] = answers[place]


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


@borrowed
def add_threshold_run(
    values: Real, first: int, length: int, waiting: int, below: float, edges: Whole, used: int
) -> int:
    """Append where runs of one job begin and end, see `threshold_runs`; edges used now, as before without an end."""
    begun, lacking, wait, running = used, length, waiting, False
    for t in range(first, values.shape[0]):
        runs = values[t] < below or wait <= 0
        if runs != running:
            edges[used] = t
            used += 1
            running = runs
        lacking -= runs
        wait -= not runs
        if lacking == 0:
            edges[used] = t + 1
            return used + 1
    return begun


@borrowed
def add_threshold_runs(
    values: Real, jobs: tuple[Whole, Whole, Whole, Real], questions: Whole, answers: Whole,
    offsets: Whole, edges: Whole, job: int,
) -> int:  # fmt: skip
    """Write the runs of the jobs from `job` on while there is room for all slots of one; the first job left."""
    first, length, waiting, below = jobs
    used = 2 * offsets[job]
    while job < first.shape[0] and used + 2 * length[job] + 2 <= edges.shape[0]:
        place = asked_before(questions, first[job], length[job], waiting[job])
        if place >= 0 and below[answers[place]] == below[job]:
            alike = answers[place]
            for i in range(2 * offsets[alike], 2 * offsets[alike + 1]):
                edges[used] = edges[i]
                used += 1
        else:
            answers[max(place, -1 - place)] = job
            used = add_threshold_run(
                values, first[job], length[job], waiting[job], below[job], edges, used
            )
        job += 1
        offsets[job] = used // 2
    return job


@njit(cache=True, error_model="numpy")
def threshold_runs(
    values: Real, first: Whole, length: Whole, waiting: Whole, below: Real
) -> tuple[Whole, Whole, Whole]:
    """Run when the signal is below the job's threshold or the wait is used up: (offsets, starts, ends).

    below: thresholds, (n,). A job that cannot end within the data gets no runs.
    """
    n = first.shape[0]
    offsets = np.zeros(n + 1, np.int64)
    questions, answers = np.full((PLACES, 3), -1), np.empty(PLACES, np.int64)
    longest = 1
    for j in range(n):
        longest = max(longest, length[j])
    edges = np.empty(8 * n + 2 * longest + 2, np.int64)
    jobs, job = (first, length, waiting, below), 0
    while True:
        job = add_threshold_runs(values, jobs, questions, answers, offsets, edges, job)
        if job == n:
            turns = edges[: 2 * offsets[n]]
            return offsets, turns[::2], turns[1::2]
        edges = np.concatenate((edges, np.empty_like(edges)))
