"""The best start of a window, its quantile, and what runs below one, slot by slot without a capacity: over jobs.

What `held_choice` chooses hold by hold where a signal keeps its value; ties go to the earliest.
"""

import numpy as np
from numba import njit
from numpy.typing import NDArray

from gridtide.kernels.alike import PLACES, asked_before
from gridtide.kernels.bits import ALL, NOTHING, WORD, lowest_ones, ones
from gridtide.kernels.borrowed import borrowed
from gridtide.kernels.slot_choice import ROUNDING, TIE
from gridtide.kernels.word_runs import FEW as FEW_RUNS
from gridtide.kernels.word_runs import add_word, add_words

Whole = NDArray[np.int64]
Real = NDArray[np.float64]
Words = NDArray[np.uint64]
MANY = 1024
"""Jobs of which the slots are found together, before they are written: their words stay in the nearest memory."""

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


@borrowed
def replace_one(felt: Real, count: int, old: float, new: float, found: Real) -> None:
    """Write count sorted values with one of them replaced into found; both have an infinity before and behind them.

    All places alike, without a search: what is left has one value less from the old one on, and a value stands behind
    the new one where the one before it is larger.
    """
    before, here, behind, placed = felt[:count], felt[1:], felt[2:], found[1:]
    for i in range(count):
        own = here[i] if here[i] < old else behind[i]
        lower = before[i] if before[i] < old else here[i]
        own = own if own < new else new
        placed[i] = lower if lower > own else own
    placed[count] = np.inf


@borrowed
def follow_windows(
    values: Real, first: Whole, horizon: int, q: float, felt: tuple[Real, Real], found: Real, job: int
) -> int:  # fmt: skip
    """Write the quantiles of the windows from `job` on while one follows from another; the first left.

    felt: twice room for the sorted values of a window between two infinities; at first those of `job` in the first.
    """
    slots, low = values.shape[0], first[job]
    count = min(low + horizon, slots) - low
    position = q * (count - 1)
    rank = int(np.floor(position))
    above = min(rank + 1, count - 1)
    turn, quantile = 0, np.nan
    for j in range(job, first.shape[0]):
        if first[j] != low or j == job:
            if first[j] < low or first[j] - low > FEW or first[j] + count > slots:
                return j
            while low < first[j]:
                replace_one(felt[turn], count, values[low], values[low + count], felt[1 - turn])
                turn = 1 - turn
                low += 1
            here = felt[turn][1:]
            quantile = here[rank] + (position - rank) * (here[above] - here[rank])
        found[j] = quantile
    return int(first.shape[0])


@njit(cache=True, error_model="numpy")
def quantiles_ahead(values: Real, first: Whole, horizon: int, q: float, found: Real) -> None:
    """Write the quantile of values[first:first + horizon], cut at the end, by straight lines at position q (n - 1).

    Nothing where a window begins behind the end. Windows in order of their beginning are followed one from another.
    """
    slots = values.shape[0]
    most = min(horizon, slots)
    felt = np.full(most + 2, -np.inf), np.full(most + 2, -np.inf)
    job = 0
    while job < first.shape[0]:
        if first[job] >= slots:
            job += 1
            continue
        ahead = np.sort(values[first[job] : first[job] + horizon])
        felt[0][1 : ahead.shape[0] + 1] = ahead
        felt[0][ahead.shape[0] + 1] = np.inf
        job = follow_windows(values, first, horizon, q, felt, found, job)


@borrowed
def below_word(values: Real, first: int, below: float) -> np.uint64:
    """Which of the sixty-four slots from `first` on are below a value; none behind the end."""
    word, seen = NOTHING, values[first : first + WORD]
    if seen.shape[0] == WORD:
        for i in range(WORD):
            word |= np.uint64(seen[i] < below) << np.uint64(i)
    else:
        for i in range(seen.shape[0]):
            word |= np.uint64(seen[i] < below) << np.uint64(i)
    return word


@borrowed
def lower_words(values: Real, first: Whole, below: Real, lower: Words) -> None:
    """Write for each job which of the sixty-four slots from its first on are below its threshold, (n,)."""
    seen_from, seen_below, word = -1, 0.0, NOTHING
    for i in range(lower.shape[0]):
        if first[i] != seen_from or below[i] != seen_below:
            seen_from, seen_below = first[i], below[i]
            word = below_word(values, seen_from, seen_below)
        lower[i] = word


@borrowed
def run_in_words(length: Whole, waiting: Whole, words: Words) -> None:
    """Put the slots in which jobs run in the place of those that are lower, (n,), where sixty-four are enough.

    A job runs in the lower ones, or once it has waited in any. All jobs take the same steps, so that several are looked
    at with each instruction.
    """
    for i in range(words.shape[0]):
        whole = ALL >> np.uint64(max(WORD - length[i] - waiting[i], 0))
        waited = ones(words[i] & whole) < length[i]
        turned = NOTHING - np.uint64(waited)
        counted = lowest_ones(words[i] ^ turned, waiting[i] if waited else length[i])
        words[i] = whole & (counted ^ turned)


@borrowed
def run_of_words(
    values: Real, first: int, length: int, waiting: int, below: float, chosen: Words
) -> int:
    """Set in chosen[0:] the slots of a job, counted from its first; words in use, 0 where it cannot end."""
    words, slot = 0, first
    while slot < values.shape[0]:
        there = ALL >> np.uint64(max(0, WORD + slot - values.shape[0]))
        waits = lowest_ones(~below_word(values, slot, below) & there, waiting)
        chosen[words] = lowest_ones(there & ~waits, length)
        waiting -= ones(waits)
        length -= ones(chosen[words])
        words, slot = words + 1, slot + WORD
        if length == 0:
            return words
    return 0


@borrowed
def add_threshold_runs(
    values: Real, jobs: tuple[Whole, Whole, Whole, Real], room: tuple[Words, Words],
    offsets: Whole, starts: Whole, ends: Whole,
) -> int:  # fmt: skip
    """Write the runs of some jobs while there is room for all slots of one; how many jobs are done."""
    first, length, waiting, below = jobs
    slots, used, behind = values.shape[0], offsets[0], offsets[1:]
    words, chosen = room
    words = words[: first.shape[0]]
    lower_words(values, first, below, words)
    run_in_words(length, waiting, words)
    for i in range(words.shape[0]):
        span = length[i] + waiting[i]
        if used + length[i] + FEW_RUNS > starts.shape[0]:
            return i
        if span <= WORD and first[i] + span <= slots:
            used = add_word(words[i], first[i], starts, ends, used)
        else:
            wide = run_of_words(values, first[i], length[i], waiting[i], below[i], chosen)
            used = add_words(chosen, wide, first[i], starts, ends, used)
        behind[i] = used
    return int(words.shape[0])


@njit(cache=True, error_model="numpy")
def threshold_runs(
    values: Real, jobs: tuple[Whole, Whole, Whole, Real], offsets: Whole, starts: Whole, ends: Whole, job: int
) -> int:  # fmt: skip
    """Write when the signal is below the threshold of a job or its wait is used up as runs, from job `job` on.

    jobs: (first slot, length, waiting, threshold), (n,) each. A job that cannot end within the data gets no runs.
    Returns the first job for which there was no room left in starts and ends, n where there was room for all; the runs
    of job j are offsets[j]:offsets[j+1].
    """
    first, length, waiting, below = jobs
    longest = 1
    for j in range(first.shape[0]):
        longest = max(longest, min(length[j] + waiting[j], values.shape[0]))
    room = np.empty(MANY, np.uint64), np.empty(longest // WORD + 2, np.uint64)
    while job < first.shape[0]:
        stop = job + MANY
        some = first[job:stop], length[job:stop], waiting[job:stop], below[job:stop]
        done = add_threshold_runs(values, some, room, offsets[job:], starts, ends)
        job += done
        if done < some[0].shape[0]:
            break
    return int(job)
