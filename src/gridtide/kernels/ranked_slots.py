"""The lowest slots of a window, sixty-four slots at a time, without a capacity: loops over jobs.

Every slot has a rank among all values of the signal, equal values the same one. `ranks` holds the ranks bit by bit:
word w * B + b has bit b, counted from the highest of B, of the ranks of slots 64 w to 64 w + 63. The lowest slots of a
window are found by going down the bits: those with a 0 come before those with a 1 (a bit-sliced index: O'Neil and
Quass, Improved query performance with variant indexes, 1997). A window of up to sixty-four slots lies in two words
that are neighbours, and ranks among their slots alone need no more than NEAR_BITS bits: `near` holds those of words w
and w + 1 from (w * 2) * NEAR_BITS on, first all bits of the one, then of the other.
"""

import numpy as np
from numba import njit
from numpy.typing import NDArray

from gridtide.kernels.bits import ALL, LAST, NOTHING, ONE, WORD, lowest_ones, ones
from gridtide.kernels.borrowed import borrowed
from gridtide.kernels.word_runs import FEW, add_word, add_words

Whole = NDArray[np.int64]
Real = NDArray[np.float64]
Words = NDArray[np.uint64]
Ranks = tuple[Words, int, Words]
"""(ranks, how many bits they have, near)."""

Room = tuple[Words, Whole, Words, Words, Words]
"""Of some jobs: ranks seen, widths, slots chosen; of one whose window is wide: slots asked for, slots chosen."""

NEAR_BITS = 7
MANY = 512
"""Jobs of which the slots are found together, before they are written: their words stay in the nearest memory."""


@borrowed
def word_of_bit(rank: Words, first: int, bit: int) -> np.uint64:
    """One bit, counted from the lowest, of the ranks of the sixty-four slots from `first` on."""
    held = NOTHING
    for place in range(WORD):
        held |= ((rank[first + place] >> np.uint64(bit)) & ONE) << np.uint64(place)
    return held


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
        ranks[i] = word_of_bit(rank, i // bits * WORD, bits - 1 - i % bits)
    return ranks, bits


@njit(cache=True, error_model="numpy")
def near_ranks(values: Real, order: Whole) -> Words:
    """The ranks of slots among those of their word and the next, or the one before, bit by bit: `near`."""
    slots = values.shape[0]
    words = -(-slots // WORD)
    rank = np.zeros((words, 2 * WORD), np.uint64)
    highest, before = np.full(words, -1), np.zeros(words)
    for slot in order:
        word = slot // WORD
        for pair in range(max(word - 1, 0), word + 1):
            if highest[pair] < 0 or values[slot] != before[pair]:
                highest[pair] += 1
                before[pair] = values[slot]
            rank[pair, slot - pair * WORD] = highest[pair]
    near = np.empty(words * 2 * NEAR_BITS, np.uint64)
    for i in range(near.shape[0]):
        pair, half, bit = i // (2 * NEAR_BITS), i // NEAR_BITS % 2, i % NEAR_BITS
        near[i] = word_of_bit(rank[pair], half * WORD, NEAR_BITS - 1 - bit)
    return near


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
            asked[k] = lowest_ones(asked[k], lacking)
        lacking -= ones(asked[k])
        chosen[k] |= asked[k]
    return words


@borrowed
def look_from(near: Words, first: Whole, width: Whole, seen: Words) -> None:
    """Write the ranks of the sixty-four slots from the first of each job on bit by bit, (NEAR_BITS, n).

    width: of each window; only those of one to sixty-four slots are looked at.
    """
    looked, before = -1, 0
    for i in range(first.shape[0]):
        if width[i] < 1 or width[i] > WORD:
            continue
        if first[i] == looked:
            for b in range(NEAR_BITS):
                seen[b, i] = seen[b, before]
        else:
            shift = np.uint64(first[i] % WORD)
            pair = near[first[i] // WORD * 2 * NEAR_BITS :]
            for b in range(NEAR_BITS):
                behind = (pair[NEAR_BITS + b] << (LAST - shift)) << ONE
                seen[b, i] = (pair[b] >> shift) | behind
            looked, before = first[i], i


@borrowed
def lowest_in_words(
    seen: Words, width: Whole, length: Whole, all_ties: bool, chosen: Words
) -> None:
    """Write the lowest slots of windows of up to sixty-four, as `choose_lowest` takes them, (n,).

    seen: their ranks bit by bit, (NEAR_BITS, n). All jobs take the same steps, so that several are looked at with each
    instruction.
    """
    for i in range(chosen.shape[0]):
        asked = ALL >> np.uint64(WORD - min(max(width[i], 1), WORD))
        lacking, found = length[i], NOTHING
        for b in range(NEAR_BITS):
            lower = asked & ~seen[b, i]
            there = ones(lower)
            within = lacking <= there
            found |= NOTHING if within else lower
            lacking -= 0 if within else there
            asked = lower if within else asked & seen[b, i]
        chosen[i] = found | (asked if all_ties else lowest_ones(asked, lacking))


@borrowed
def add_lowest_runs(
    ranked: Ranks, slots: int, windows: tuple[Whole, Whole, Whole], all_ties: bool, room: Room,
    offsets: Whole, starts: Whole, ends: Whole,
) -> int:  # fmt: skip
    """Write the runs of some jobs while there is room for a whole window; how many jobs are done."""
    ranks, bits, near = ranked
    first, length, last = windows
    seen, width, words, asked, chosen = room
    used, behind = offsets[0], offsets[1:]
    words = words[: first.shape[0]]
    for i in range(words.shape[0]):
        width[i] = min(last[i], slots) - first[i]
    look_from(near, first, width, seen)
    lowest_in_words(seen, width, length, all_ties, words)
    for i in range(words.shape[0]):
        if width[i] >= length[i]:
            if used + width[i] // 2 + 1 + FEW > starts.shape[0]:
                return i
            if width[i] <= WORD:
                used = add_word(words[i], first[i], starts, ends, used)
            else:
                begin, stop = first[i], first[i] + width[i]
                wide = choose_lowest(ranks, bits, begin, stop, length[i], all_ties, asked, chosen)
                used = add_words(chosen, wide, begin // WORD * WORD, starts, ends, used)
        behind[i] = used
    return int(words.shape[0])


@njit(cache=True, error_model="numpy")
def lowest_runs(
    ranked: Ranks, slots: int, windows: tuple[Whole, Whole, Whole], all_ties: bool,
    offsets: Whole, starts: Whole, ends: Whole, job: int,
) -> int:  # fmt: skip
    """Write the `length` lowest slots of [first, last) in the order (value, time) as runs of the jobs from `job` on.

    windows: (first, length, last), (n,) each. ranked: of `slots` slots. all_ties: every slot not above the length-th
    lowest, possibly more than length. A window shorter than its job gets no runs. Returns the first job for which there
    was no room left in starts and ends, n where there was room for all; the runs of job j are offsets[j]:offsets[j+1].
    """
    first, length, last = windows
    widest = 1
    for j in range(first.shape[0]):
        widest = max(widest, min(last[j], slots) - first[j])
    words = widest // WORD + 2
    room = (
        np.empty((NEAR_BITS, MANY), np.uint64), np.empty(MANY, np.int64), np.empty(MANY, np.uint64),
        np.empty(words, np.uint64), np.empty(words, np.uint64),
    )  # fmt: skip
    while job < first.shape[0]:
        stop = job + MANY
        some = first[job:stop], length[job:stop], last[job:stop]
        done = add_lowest_runs(ranked, slots, some, all_ties, room, offsets[job:], starts, ends)
        job += done
        if done < some[0].shape[0]:
            break
    return int(job)
