"""How reference policies choose slots under a signal that holds its value: loops over holds, not over slots.

Machines are endless, so jobs do not meet and come in any order. A signal is `held`: (edges, values, sums), the first
slot of each hold and the end of the signal, (K+1,), the value of each, (K,), and the running sum of the signal at each
edge, (K+1,). What is chosen is what `slot_choice` chooses slot by slot; ties go to the earliest.
"""

import numpy as np
from numba import njit
from numpy.typing import NDArray

from gridtide.kernels.slot_choice import ROUNDING, TIE

Whole = NDArray[np.int64]
Real = NDArray[np.float64]
Held = tuple[Whole, Real, Real]


@njit(cache=True, error_model="numpy")
def hold_at(edges: Whole, slot: int) -> int:
    """The hold of a slot; of the end of the signal the last."""
    return int(min(np.searchsorted(edges, slot, side="right"), edges.shape[0] - 1)) - 1


@njit(cache=True, error_model="numpy")
def sum_before(held: Held, hold: int, slot: int) -> float:
    """Running sum of the signal before a slot of a hold, or before its end."""
    edges, values, sums = held
    return float(sums[hold] + values[hold] * (slot - edges[hold]))


@njit(cache=True, error_model="numpy")
def sums_of_runs(held: Held, offsets: Whole, start: Whole, end: Whole) -> Real:
    """Sum of the signal over the runs offsets[j]:offsets[j+1] of each job, (n,)."""
    edges, values, sums = held
    felt = np.zeros(offsets.shape[0] - 1)
    for j in range(felt.shape[0]):
        for run in range(offsets[j], offsets[j + 1]):
            first = hold_at(edges, start[run])
            last = hold_at(edges, end[run] - 1)
            if first == last:
                felt[j] += values[first] * (end[run] - start[run])
            else:
                felt[j] += values[first] * (edges[first + 1] - start[run])
                felt[j] += sums[last] - sums[first + 1]
                felt[j] += values[last] * (end[run] - edges[last])
    return felt


@njit(cache=True, error_model="numpy")
def next_candidate(edges: Whole, head: int, tail: int, s: int, seen: int, stride: int) -> int:
    """The start looked at after s: a stride on, or with none where the sum over the view turns next.

    head, tail: holds of s and of s + seen. Between two turns the sum is a straight line.
    """
    if stride > 0:
        return s + stride
    turn = edges[head + 1]
    if edges[tail + 1] > s + seen:
        turn = min(turn, edges[tail + 1] - seen)
    return int(turn)


@njit(cache=True, error_model="numpy")
def best_start(
    held: Held, arrival: int, last_start: int, seen: int, stride: int, by_rate: bool, grain: float
) -> int:
    """The best start of one job in [arrival, last_start], see `best_starts`; its arrival where none can be judged."""
    edges, values, _ = held
    slots = edges[-1]
    last = min(last_start, slots - seen, slots - 1)
    head = hold_at(edges, arrival)
    tail = hold_at(edges, min(arrival + seen, slots))
    chosen, best, at_once, tolerance = arrival, 0.0, 0.0, 0.0
    s = arrival
    while s <= last:
        while head + 1 < values.shape[0] and edges[head + 1] <= s:
            head += 1
        while tail + 1 < values.shape[0] and edges[tail + 1] <= s + seen:
            tail += 1
        total = sum_before(held, tail, s + seen) - sum_before(held, head, s)
        if s == arrival:
            at_once = total
            tolerance = TIE * (abs(at_once) + 1.0) + grain
        value = (total - at_once) / (s - arrival + seen) if by_rate else total
        if s == arrival or value < best - tolerance:
            chosen = s
            best = value
        following = next_candidate(edges, head, tail, s, seen, stride)
        s = last if stride == 0 and s < last < following else following
    return chosen


@njit(cache=True, error_model="numpy")
def best_starts(
    held: Held, arrival: Whole, seen: Whole, last_start: Whole, stride: int, by_rate: bool
) -> Whole:
    """The best candidate start of each job: arrival, arrival + stride … up to last_start; stride 0: every slot.

    seen: slots of the signal that a candidate is judged by; candidates whose view leaves the data are dropped.
    by_rate false: least sum over the view. by_rate true, only with a stride: largest saving against the arrival per
    slot until completion, never a negative one.
    """
    grain = ROUNDING * np.abs(held[2]).max()
    start = np.empty(arrival.shape[0], np.int64)
    for j in range(arrival.shape[0]):
        start[j] = best_start(held, arrival[j], last_start[j], seen[j], stride, by_rate, grain)
    return start


@njit(cache=True, error_model="numpy")
def room_for(starts: Whole, ends: Whole, needed: int) -> tuple[Whole, Whole]:
    """The same runs in arrays of at least `needed` places."""
    places = starts.shape[0]
    if needed <= places:
        return starts, ends
    more = np.empty(max(places, needed - places), np.int64)
    return np.concatenate((starts, more)), np.concatenate((ends, more))


@njit(cache=True, error_model="numpy")
def add_run(starts: Whole, ends: Whole, begun: int, used: int, start: int, end: int) -> int:
    """Append a run, or lengthen the last one of the job whose runs begin at `begun`; runs used now."""
    if used > begun and ends[used - 1] == start:
        ends[used - 1] = end
        return used
    starts[used] = start
    ends[used] = end
    return used + 1


@njit(cache=True, error_model="numpy")
def lowest_of_window(
    held: Held, first: int, stop: int, length: int, all_ties: bool, taken: Whole
) -> None:
    """Slots taken of each hold that meets [first, stop), from its first on, into taken[0:]: the lowest `length`.

    all_ties: every slot not above the length-th lowest.
    """
    edges, values, _ = held
    low, high = hold_at(edges, first), hold_at(edges, stop - 1) + 1
    lacking, highest = length, 0.0
    taken[: high - low] = 0
    for i in np.argsort(values[low:high], kind="mergesort"):
        if lacking <= 0 and not (all_ties and values[low + i] == highest):
            break
        width = min(edges[low + i + 1], stop) - max(edges[low + i], first)
        taken[i] = width if all_ties else min(width, lacking)
        lacking -= width
        highest = values[low + i]


@njit(cache=True, error_model="numpy")
def cheapest_runs(
    held: Held, arrival: Whole, length: Whole, last: Whole, all_ties: bool
) -> tuple[Whole, Whole, Whole]:
    """The `length` lowest slots of [arrival, last) in the order (value, time) as runs: (offsets, starts, ends).

    all_ties: every slot not above the length-th lowest, possibly more than length. A window shorter than its job
    gets no runs.
    """
    edges = held[0]
    n, slots = arrival.shape[0], edges[-1]
    offsets = np.zeros(n + 1, np.int64)
    starts, ends = np.empty(4 * n + 16, np.int64), np.empty(4 * n + 16, np.int64)
    taken = np.empty(edges.shape[0], np.int64)
    used = 0
    for j in range(n):
        stop = min(last[j], slots)
        if stop - arrival[j] >= length[j]:
            lowest_of_window(held, arrival[j], stop, length[j], all_ties, taken)
            low, high = hold_at(edges, arrival[j]), hold_at(edges, stop - 1) + 1
            starts, ends = room_for(starts, ends, used + high - low)
            begun = used
            for i in range(high - low):
                if taken[i] > 0:
                    begin = max(edges[low + i], arrival[j])
                    used = add_run(starts, ends, begun, used, begin, begin + taken[i])
        offsets[j + 1] = used
    return offsets, starts[:used].copy(), ends[:used].copy()


@njit(cache=True, error_model="numpy")
def quantile_held(held: Held, first: int, last: int, q: float) -> float:
    """Quantile of the signal over [first, last) by linear interpolation at position q (n - 1)."""
    edges, values, _ = held
    low, high = hold_at(edges, first), hold_at(edges, last - 1) + 1
    position = q * (last - first - 1)
    rank = int(np.floor(position))
    above = min(rank + 1, last - first - 1)
    order = np.argsort(values[low:high], kind="mergesort")
    counted, value = 0, np.nan
    for i in order:
        counted += min(edges[low + i + 1], last) - max(edges[low + i], first)
        if np.isnan(value) and counted > rank:
            value = values[low + i]
        if counted > above:
            return float(value + (position - rank) * (values[low + i] - value))
    return float(value)


@njit(cache=True, error_model="numpy")
def threshold_runs(
    held: Held,
    arrival: Whole,
    length: Whole,
    waiting: Whole,
    horizon: int,
    quantile: float,
    fixed: float,
) -> tuple[Whole, Whole, Whole]:
    """Run when the signal is below a threshold or the wait is used up: (offsets, starts, ends).

    The threshold is `fixed`, or when that is NaN the quantile over [arrival, arrival + horizon), cut at the end of
    the data. A job that cannot end within the data gets no runs.
    """
    edges, values, _ = held
    n, slots = arrival.shape[0], edges[-1]
    offsets = np.zeros(n + 1, np.int64)
    starts, ends = np.empty(4 * n + 16, np.int64), np.empty(4 * n + 16, np.int64)
    used = 0
    for j in range(n):
        begun, wait, lacking, t = used, waiting[j], length[j], arrival[j]
        theta = fixed
        if np.isnan(fixed) and t < slots:
            theta = quantile_held(held, t, min(t + horizon, slots), quantile)
        hold = hold_at(edges, t)
        while t < slots and lacking > 0:
            if edges[hold + 1] <= t:
                hold += 1
            span = edges[hold + 1] - t
            if values[hold] < theta or wait <= 0:
                span = min(span, lacking)
                starts, ends = room_for(starts, ends, used + 1)
                used = add_run(starts, ends, begun, used, t, t + span)
                lacking -= span
            else:
                span = min(span, wait)
                wait -= span
            t += span
        if lacking > 0:
            used = begun
        offsets[j + 1] = used
    return offsets, starts[:used].copy(), ends[:used].copy()
