"""Sixty-four places in one word: how many are taken, and which is the first. One instruction each."""

from collections.abc import Callable
from typing import Any

import numpy as np
from numba import types
from numba.extending import intrinsic

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
