"""A linear program of a store beside a load: its rows, the span of windows, and one goal after another."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from gridtide.quiet_highs import quiet_highs

Real = NDArray[np.float64]
Whole = NDArray[np.int64]


class Rows:
    """Rows of a program as they come, compressed at the end."""

    def __init__(self) -> None:
        self.row: list[Whole] = []
        self.column: list[Whole] = []
        self.value: list[Real] = []
        self.lower: list[Real] = []
        self.upper: list[Real] = []
        self.count = 0

    def add(
        self, terms: Sequence[tuple[Whole, float]], lower: Real | float, upper: Real | float
    ) -> None:
        """As many rows as the columns of each term are long."""
        many = len(terms[0][0])
        rows = self.count + np.arange(many)
        for columns, value in terms:
            self.row.append(rows)
            self.column.append(columns)
            self.value.append(np.full(many, value))
        self.lower.append(np.broadcast_to(np.asarray(lower, dtype=float), (many,)))
        self.upper.append(np.broadcast_to(np.asarray(upper, dtype=float), (many,)))
        self.count += many

    def add_dense(self, matrix: Real, columns: Whole, least: Whole, most: float) -> None:
        """A row for each of a matrix: its product with some columns, less the column beside it, from 0 to the most."""
        many, wide = matrix.shape
        rows = self.count + np.arange(many)
        self.row += [np.repeat(rows, wide), rows]
        self.column += [np.tile(columns, many), least]
        self.value += [matrix.ravel(), np.full(many, -1.0)]
        self.lower.append(np.zeros(many))
        self.upper.append(np.full(many, most))
        self.count += many


def range_within(rows: Rows, course: Whole, first: int, steps: int, limit: float) -> int:
    """Rows by which no window of steps + 1 values of some columns spans more than the limit; gives the next free
    column.

    Highest and lowest value from each moment to the end of its block, and from the beginning of its block to it:
    every window is the end of one block and the beginning of the next (van Herk).
    """
    count = len(course)
    at = np.arange(count)
    ends = (at % (steps + 1) == steps) | (at == count - 1)
    begins = at % (steps + 1) == 0
    to_high, to_low, from_high, from_low = (first + k * count + at for k in range(4))
    inner, later = at[~ends], at[~begins]
    for columns, sign in ((to_high, 1.0), (to_low, -1.0), (from_high, 1.0), (from_low, -1.0)):
        rows.add([(columns, sign), (course, -sign)], 0.0, np.inf)
    for columns, sign in ((to_high, 1.0), (to_low, -1.0)):
        rows.add([(columns[inner], sign), (columns[inner + 1], -sign)], 0.0, np.inf)
    for columns, sign in ((from_high, 1.0), (from_low, -1.0)):
        rows.add([(columns[later], sign), (columns[later - 1], -sign)], 0.0, np.inf)
    start = at[: max(0, count - steps)]
    end = start + steps
    for high, low in (
        (to_high[start], to_low[start]),
        (to_high[start], from_low[end]),
        (from_high[end], to_low[start]),
        (from_high[end], from_low[end]),
    ):
        rows.add([(high, 1.0), (low, -1.0)], -np.inf, limit)
    return first + 4 * count


def solved_in_turn(rows: Rows, lowest: Real, goals: Sequence[int]) -> Real | None:
    """Every column, the first goal's least, then the second's at that, and so on; None where nothing holds."""
    import highspy

    row, column = np.concatenate(rows.row), np.concatenate(rows.column)
    order = np.lexsort((row, column))
    starts = np.searchsorted(column[order], np.arange(len(lowest)))
    highs = quiet_highs("simplex")
    highs.passModel(
        len(lowest),
        rows.count,
        len(row),
        int(highspy.MatrixFormat.kColwise),
        int(highspy.ObjSense.kMinimize),
        0.0,
        np.zeros(len(lowest)),
        lowest,
        np.full(len(lowest), np.inf),
        np.concatenate(rows.lower),
        np.concatenate(rows.upper),
        starts.astype(np.int32),
        row[order].astype(np.int32),
        np.concatenate(rows.value)[order],
        np.zeros(len(lowest), dtype=np.int32),
    )
    found: Real | None = None
    for goal in goals:
        highs.changeColCost(goal, 1.0)
        highs.run()
        if highs.getModelStatus() != highspy.HighsModelStatus.kOptimal:
            return None
        found = np.asarray(highs.getSolution().col_value, dtype=np.float64)
        highs.changeColBounds(goal, 0.0, found[goal] * (1.0 + 1e-9) + 1e-9)
        highs.changeColCost(goal, 0.0)
    return found
