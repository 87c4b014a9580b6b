"""Columns that rows leave no room, where a method that works inside finds no inside; their rows have prices too."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from gridtide.decide.program import Matrix, summed

Whole = NDArray[np.int64]
Real = NDArray[np.float64]
ROUNDS = 3


@dataclass(frozen=True, kw_only=True, eq=False)
class Forced:
    """rows whose greatest sum is the least that columns can come to, and the columns they hold at their least, by
    index."""

    rows: Whole
    columns: Whole


def forced(matrix: Matrix) -> Forced:
    """What the rows of a program force, and what that forces in turn, a few times over.

    A row counts whose open columns all add to it: then each of them stays at its least. Columns need finite lower
    bounds.
    """
    row, column, value = matrix.index, matrix.column, matrix.value
    rows, upper = len(matrix.row_lower), matrix.upper.copy()
    held = np.zeros(rows, dtype=np.bool_)
    for _ in range(ROUNDS):
        is_open = (upper > matrix.lower)[column] & (value != 0.0)
        least = summed(row, value * matrix.lower[column], rows)
        adds = summed(row, is_open & (value > 0.0), rows) > 0
        takes = summed(row, is_open & (value < 0.0), rows) > 0
        found = adds & ~takes & (matrix.row_upper <= least)
        if not found.any():
            break
        held |= found
        at_least = column[found[row] & is_open]
        upper[at_least] = matrix.lower[at_least]
    return Forced(rows=np.flatnonzero(held), columns=np.flatnonzero(upper < matrix.upper))


def tightened(matrix: Matrix, found: Forced) -> Matrix:
    """The program with what is forced held: the same plans, and an inside where it had none."""
    if not len(found.columns):
        return matrix
    upper = matrix.upper.copy()
    upper[found.columns] = matrix.lower[found.columns]
    return replace(matrix, upper=upper)


def with_their_prices(matrix: Matrix, found: Forced, row_dual: Real) -> Real:
    """Prices of the program as it was from those of the tightened one: forcing rows are priced so low that no column
    they hold would gain by more of it. A bound proved with them is that of the tightened program."""
    if not len(found.rows):
        return row_dual
    dual = row_dual.copy()
    dual[found.rows] = 0.0
    row, column, value = matrix.index, matrix.column, matrix.value
    reduced = matrix.cost - summed(column, value * dual[row], len(matrix.cost))
    is_forced = np.zeros(len(matrix.cost), dtype=np.bool_)
    is_forced[found.columns] = True
    asked = np.isin(row, found.rows) & is_forced[column] & (value > 0.0)
    np.minimum.at(dual, row[asked], reduced[column[asked]] / value[asked])
    return dual
