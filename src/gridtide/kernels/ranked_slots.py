"""The lowest slots of a window, sixty-four slots at a time, without a capacity: loops over jobs.

Every slot has a rank among all values of the signal, equal values the same one. `ranks` holds the ranks bit by bit:
word w * B + b has bit b, counted from the highest of B, of the ranks of slots 64 w to 64 w + 63. The lowest slots of a
window are found by going down the bits: those with a 0 come before those with a 1 (a bit-sliced index: O'Neil and
Quass, Improved query performance with variant indexes, 1997).
"""

import numpy as np
from numba import njit
from numpy.typing import NDArray

from gridtide.kernels.bits import first_one, ones
from gridtide.kernels.borrowed import borrowed

Whole = NDArray[np.int64]
Real = NDArray[np.float64]
Words = NDArray[np.uint64]
WORD = 64
EDGES = 32
"""Begins and ends of runs a job that there is room for at first."""

FEW = 8
"""Begins and ends written for each word whether there are as many or not: cheaper than asking before each."""

ONE, NOTHING, ALL = np.uint64(1), np.uint64(0), np.uint64(0xFFFF_FFFF_FFFF_FFFF)
LAST = np.uint64(WORD - 1)


@njit(cache=True, error_model="numpy")
def ranks_by_bit(values: Real, order: Whole) -> tuple[Words, int]:
    """The ranks of a signal bit by bit, and how many bits they have. order: slots from the lowest value on, (T,)."""
    slots = values.shape[0]
    rank = np.zeros(-(-slots // WORD) * WORD, np.uint64)
    highest = 0
    for i in range(1, slots):
        highest += values[order[i]] != values[order[i - 1]]
        rank[order[i]] = highest
    bits = 1
    while highest >> bits:
        bits += 1
    ranks = np.zeros(rank.shape[0] // WORD * bits + 1, np.uint64)
    for i in range(rank.shape[0] // WORD * bits):
        word, shift = i // bits, np.uint64(bits - 1 - i % bits)
        held = NOTHING
        for place in range(WORD):
            held |= ((rank[word * WORD + place] >> shift) & ONE) << np.uint64(place)
        ranks[i] = held
    return ranks, bits


@borrowed
def first_ones(word: np.uint64, count: int) -> np.uint64:
    """The lowest `count` of the bits that are set in a word."""
    left = word
    for _ in range(count):
        left &= left - ONE
    return word ^ left


@borrowed
def ask_window(first: int, stop: int, asked: Words) -> int:
    """Set the slots of [first, stop) in asked[0:], the first bit that of the first slot's word; words in use."""
    words = (stop - 1) // WORD + 1 - first // WORD
    for k in range(words):
        asked[k] = ALL
    asked[0] &= ALL << np.uint64(first % WORD)
    asked[words - 1] &= ALL >> np.uint64(LAST - np.uint64((stop - 1) % WORD))
    return words


@borrowed
def halve(
    ranks: Words, bits: int, low: int, words: int, left: int, lacking: int, asked: Words, chosen: Words
) -> int:  # fmt: skip
    """Go down the bits of the `left` slots asked for until the lowest `lacking` are chosen or still asked for.

    Those that are still asked for are alike, or all wanted; returns how many of them are.
    """
    at, end, lower = low * bits, low * bits + bits, 0
    for k in range(words):
        chosen[k] = NOTHING
        lower += ones(asked[k] & ~ranks[at + k * bits])
    while left > lacking and at < end:
        within = lacking <= lower
        wanted = ALL if within else NOTHING
        left = lower if within else left - lower
        lacking -= 0 if within else lower
        lower = 0
        for k in range(words):
            with_one = ranks[at + k * bits]
            chosen[k] |= asked[k] & ~(with_one | wanted)
            asked[k] &= with_one ^ wanted
            lower += ones(asked[k] & ~ranks[at + 1 + k * bits])
        at += 1
    return lacking


@borrowed
def choose_lowest(
    ranks: Words, bits: int, first: int, stop: int, length: int, all_ties: bool, asked: Words, chosen: Words
) -> int:  # fmt: skip
    """Set in chosen[0:] the lowest `length` slots of [first, stop) in the order (value, time); words in use.

    all_ties: every slot not above the length-th lowest. asked: room for those still in question.
    """
    words = ask_window(first, stop, asked)
    low, width = first // WORD, stop - first
    lacking = halve(ranks, bits, low, words, width, length, asked, chosen)
    for k in range(words):
        if not all_ties and ones(asked[k]) > lacking:
            asked[k] = first_ones(asked[k], lacking)
        lacking -= ones(asked[k])
        chosen[k] |= asked[k]
    return words


@borrowed
def add_runs(chosen: Words, words: int, begin: int, edges: Whole, used: int) -> int:
    """Append where runs of the slots that are set begin and end, `begin` the slot of the first bit; edges used now."""
    before = NOTHING
    for k in range(words):
        turns = chosen[k] ^ ((chosen[k] << ONE) | before)
        count = ones(turns)
        for i in range(FEW):
            edges[used + i] = begin + WORD * k + first_one(turns)
            turns &= turns - ONE
        for i in range(FEW, count):
            edges[used + i] = begin + WORD * k + first_one(turns)
            turns &= turns - ONE
        used += count
        before = chosen[k] >> LAST
    if before:
        edges[used] = begin + WORD * words
        used += 1
    return used


@borrowed
def add_lowest_runs(
    ranked: tuple[Words, int], slots: int, windows: tuple[Whole, Whole, Whole], all_ties: bool,
    room: tuple[Words, Words], offsets: Whole, edges: Whole, job: int,
) -> int:  # fmt: skip
    """Write the runs of the jobs from `job` on while there is room for a whole window; the first job left."""
    ranks, bits = ranked
    first, length, last = windows
    asked, chosen = room
    used = 2 * offsets[job]
    while job < first.shape[0]:
        stop = min(last[job], slots)
        if stop - first[job] >= length[job]:
            if used + stop - first[job] + 1 + FEW > edges.shape[0]:
                break
            words = choose_lowest(
                ranks, bits, first[job], stop, length[job], all_ties, asked, chosen
            )
            used = add_runs(chosen, words, first[job] // WORD * WORD, edges, used)
        job += 1
        offsets[job] = used // 2
    return job


@njit(cache=True, error_model="numpy")
def lowest_runs(
    ranked: tuple[Words, int], slots: int, first: Whole, length: Whole, last: Whole, all_ties: bool
) -> tuple[Whole, Whole, Whole]:
    """The `length` lowest slots of [first, last) in the order (value, time) as runs: (offsets, starts, ends).

    ranked: (ranks, how many bits they have) of `slots` slots. all_ties: every slot not above the length-th lowest,
    possibly more than length. A window shorter than its job gets no runs.
    """
    n = first.shape[0]
    widest = 1
    for j in range(n):
        widest = max(widest, min(last[j], slots) - first[j])
    words = widest // WORD + 2
    room = np.empty(words, np.uint64), np.empty(words, np.uint64)
    offsets = np.zeros(n + 1, np.int64)
    edges = np.empty(EDGES * n + widest + 1 + FEW, np.int64)
    windows, job = (first, length, last), 0
    while True:
        job = add_lowest_runs(ranked, slots, windows, all_ties, room, offsets, edges, job)
        if job == n:
            turns = edges[: 2 * offsets[n]]
            return offsets, turns[::2], turns[1::2]
        edges = np.concatenate((edges, np.empty_like(edges)))
