"""The dearest courses count beside the mean of all."""

from collections.abc import Sequence

import numpy as np

from gridtide.decide.layout import Real, Whole
from gridtide.decide.program import Program


def add_tail(
    program: Program, own: Sequence[Whole], cost: Real, weight: float, level: float
) -> Whole:
    """own cost of a course - edge - beyond <= 0, one row a course; edge + mean beyond / (1 - level) is the tail.

    own: columns that each course has to itself. cost: of all columns so far. The rows of Rockafellar and
    Uryasev (2000): at the best, edge is the cost that 1 - level of the courses lie beyond.
    """
    count = len(own)
    edge = program.variables((1,), weight, -np.inf)
    share = weight / ((1.0 - level) * count)
    beyond = program.variables((count,), share)
    rows = program.constraints((count,), -np.inf, 0.0)
    for row, columns in zip(rows, own, strict=True):
        paid = columns[cost[columns] != 0.0]
        program.put(row, paid, cost[paid])
    program.put(rows, edge, -1.0)
    program.put(rows, beyond, -1.0)
    return rows
