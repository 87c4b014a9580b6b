"""Slots that are set in words of sixty-four, written as runs: where each begins and where it ends."""

import numpy as np
from numpy.typing import NDArray

from gridtide.kernels.bits import LAST, NOTHING, ONE, WORD, first_one, ones
from gridtide.kernels.borrowed import borrowed

Whole = NDArray[np.int64]
Words = NDArray[np.uint64]
FEW = 2
"""Places written for each word whether there are as many runs or not: cheaper than asking before each."""


@borrowed
def write_places(word: np.uint64, begin: int, places: Whole, used: int) -> None:
    """Append begin + the place of each bit that is set. There is room for FEW more than these."""
    at = np.uint64(used)  # the compiler then knows that it is not negative
    places[at] = begin + first_one(word)
    word &= word - ONE
    places[at + ONE] = begin + first_one(word)
    word &= word - ONE
    while word:
        at += ONE
        places[at + ONE] = begin + first_one(word)
        word &= word - ONE


@borrowed
def add_word(chosen: np.uint64, begin: int, starts: Whole, ends: Whole, used: int) -> int:
    """Append the runs of the slots that are set, `begin` the slot of the first bit; runs used now."""
    first, last = chosen & ~(chosen << ONE), chosen & ~(chosen >> ONE)
    write_places(first, begin, starts, used)
    write_places(last, begin + 1, ends, used)
    return used + ones(first)


@borrowed
def add_words(chosen: Words, words: int, begin: int, starts: Whole, ends: Whole, used: int) -> int:
    """As `add_word`, of slots set in chosen[:words]; runs go on from word to word."""
    before, ended = NOTHING, used
    for k in range(words):
        shifted = (chosen[k] << ONE) | before
        first, behind = chosen[k] & ~shifted, shifted & ~chosen[k]
        write_places(first, begin + WORD * k, starts, used)
        write_places(behind, begin + WORD * k, ends, ended)
        used += ones(first)
        ended += ones(behind)
        before = chosen[k] >> LAST
    if before:
        ends[ended] = begin + WORD * words
    return used
