"""Sixty-four places in one word: how many are taken, and which is the first, one instruction each; the first few."""

from collections.abc import Callable
from typing import Any

import numpy as np
from numba import types
from numba.extending import intrinsic

from gridtide.kernels.borrowed import borrowed

WORD = 64
ONE, NOTHING, ALL = np.uint64(1), np.uint64(0), np.uint64(0xFFFF_FFFF_FFFF_FFFF)
LAST = np.uint64(WORD - 1)
OfWord = Callable[[np.uint64], int]
instruction: Any = intrinsic  # its types do not name what is made of a function


def _count(typing_context: Any, word: Any) -> Any:
    def emitted(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return builder.ctpop(arguments[0])

    return types.int64(types.uint64), emitted


def _first(typing_context: Any, word: Any) -> Any:
    def emitted(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return builder.cttz(arguments[0], context.get_constant(types.boolean, False))

    return types.int64(types.uint64), emitted


ones: OfWord = instruction(_count)
"""How many bits of a word are set; in compiled code only."""

first_one: OfWord = instruction(_first)
"""The place of the lowest bit that is set in a word, 64 where none is; in compiled code only."""


@borrowed
def lowest_ones(word: np.uint64, count: int) -> np.uint64:
    """The lowest `count` of the bits that are set in a word, all where there are fewer.

    By halves, always in six steps: processors guess wrongly where a loop ends.
    """
    rest, left, below = word, count, NOTHING
    for half in (np.uint64(32), np.uint64(16), np.uint64(8), np.uint64(4), np.uint64(2), ONE):
        there = ones(rest & ~(ALL << half))
        passed = there <= left
        left -= there if passed else 0
        step = half if passed else NOTHING
        rest >>= step
        below += step
    return word & ~((ALL << below) << np.uint64(left > 0))
