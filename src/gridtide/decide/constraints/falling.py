"""What is drawn falls as its price rises from course to course, as a bid by price must."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from gridtide.decide.layout import Whole
from gridtide.decide.program import Program

Real = NDArray[np.float64]


def add_falling(
    program: Program, quantities: Sequence[Whole], prices: Sequence[Real], where: NDArray[np.bool_]
) -> Whole:
    """Of every pair of courses with neighbouring prices the dearer takes no more, and at equal prices as much.

    quantities: columns of each course, (N, T). prices: of each course, (N, T). where: cells that are bid for, (N, T).
    Returns the rows, (courses - 1, cells).
    """
    columns = np.stack(quantities)[:, where]
    price = np.stack(prices)[:, where]
    order = np.argsort(price, axis=0, kind="stable")
    column = np.take_along_axis(columns, order, axis=0)
    rising = np.diff(np.take_along_axis(price, order, axis=0), axis=0)
    rows = program.constraints(rising.shape, 0.0, np.where(rising > 0, np.inf, 0.0))
    program.put(rows, column[:-1], 1.0)
    program.put(rows, column[1:], -1.0)
    return rows
