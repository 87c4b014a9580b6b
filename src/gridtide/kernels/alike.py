"""Jobs that ask the same question are answered once: a small memory of the last questions, one place for each hash."""

import numpy as np
from numpy.typing import NDArray

from gridtide.kernels.borrowed import borrowed

Whole = NDArray[np.int64]
PLACES = 256
"""A power of two: of the questions with one hash the last is kept."""

ODD, ODDER = 0x9E37, 0x79B9


@borrowed
def asked_before(questions: Whole, first: int, second: int, third: int) -> int:
    """The place of a question that was asked before, else -1 - the place where it is kept from now on.

    questions: (PLACES, 3), at the beginning -1 everywhere.
    """
    place = (first * ODD + second * ODDER + third) & (PLACES - 1)
    if (
        questions[place, 0] == first
        and questions[place, 1] == second
        and questions[place, 2] == third
    ):
        return place
    questions[place, 0] = first
    questions[place, 1] = second
    questions[place, 2] = third
    return -1 - place
