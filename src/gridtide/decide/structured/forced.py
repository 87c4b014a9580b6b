"""Rows that leave their columns no choice: these stand at their bounds before the method begins.

Where jobs have their slots and every machine is taken, the load of a site is all that its segments can carry; where
nothing may run, it is nothing. No value lies inside such a row, and the prices of an interior method grow beyond all
measure there.
"""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from gridtide.decide.program import Matrix, summed

Real = NDArray[np.float64]
Flags = NDArray[np.bool_]
NEARLY = 1e-12
"""Of the numbers of a row, up to which what it asks and what its columns can give at all count as one."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Wave:
    """Rows found together, (rows,), and the columns with room that they hold, (columns,).

    at_most: rows that ask for all that their columns can give, at_least: for the least.
    """

    at_most: Flags
    at_least: Flags
    high: Flags
    low: Flags

    @property
    def rows(self) -> Flags:
        """All of its rows."""
        return self.at_most | self.at_least


@dataclass(frozen=True, kw_only=True, eq=False)
class Forced:
    """matrix: the program with such columns fixed. plain: as it was. waves: each follows from those before."""

    matrix: Matrix
    plain: Matrix
    waves: tuple[Wave, ...]

    def priced(self, row_dual: Real) -> Real:
        """Prices of all rows, given those of the rows that leave a choice: what holds each column at its bound.

        What is given of rows without a choice says nothing, however large: their price is 0 before they hold anything.
        """
        dual = np.where(_with_choice(self.matrix), row_dual, 0.0)
        for wave in reversed(self.waves):
            dual[wave.rows] = 0.0
            _hold(self.plain, wave, dual)
        return dual


def forced(matrix: Matrix) -> Forced:
    """The program with every column fixed that its rows leave no choice; no plan is lost and none is won."""
    now = matrix
    waves: list[Wave] = []
    while True:
        wave = _found(now)
        if not wave.rows.any():
            return Forced(matrix=now, plain=matrix, waves=tuple(waves))
        waves.append(wave)
        lower = np.where(wave.high, now.upper, now.lower)
        upper = np.where(wave.low, now.lower, now.upper)
        now = replace(now, lower=lower, upper=upper)


def _with_choice(matrix: Matrix) -> Flags:
    """Rows with a column that has room."""
    free = (matrix.value != 0) & (matrix.lower < matrix.upper)[matrix.column]
    return np.asarray(np.bincount(matrix.index[free], minlength=len(matrix.row_lower)) > 0)


def _found(matrix: Matrix) -> Wave:
    """Rows with columns that have room, all of which the row needs at one of their bounds."""
    rows, column = len(matrix.row_lower), matrix.column
    sides = matrix.value * matrix.lower[column], matrix.value * matrix.upper[column]
    has_room = (matrix.value != 0) & (matrix.lower < matrix.upper)[column]
    free = np.bincount(matrix.index[has_room], minlength=rows) > 0
    lowest, near_lowest = _sums(matrix, np.minimum(*sides))
    highest, near_highest = _sums(matrix, np.maximum(*sides))
    at_most = free & (np.abs(highest - matrix.row_lower) <= near_highest)
    at_least = free & (np.abs(lowest - matrix.row_upper) <= near_lowest) & ~at_most
    up = matrix.value > 0
    most, least = has_room & at_most[matrix.index], has_room & at_least[matrix.index]
    high, low = np.zeros((2, len(matrix.cost)), dtype=np.bool_)
    high[column[(most & up) | (least & ~up)]] = True
    low[column[(most & ~up) | (least & up)]] = True
    return Wave(at_most=at_most, at_least=at_least, high=high, low=low & ~high)


def _sums(matrix: Matrix, part: Real) -> tuple[Real, Real]:
    """What the entries of each row add up to, NaN where one is open-ended, and what of it may be rounding."""
    rows = len(matrix.row_lower)
    known = np.where(np.isfinite(part), part, 0.0)
    unknown = np.bincount(matrix.index[~np.isfinite(part)], minlength=rows) > 0
    total = np.where(unknown, np.nan, summed(matrix.index, known, rows))
    return total, NEARLY * summed(matrix.index, np.abs(known), rows)


def _hold(matrix: Matrix, wave: Wave, dual: Real) -> None:
    """Prices of these rows, put into `dual`, at which none of their columns would rather leave its bound."""
    column, row = matrix.column, matrix.index
    felt = summed(column, matrix.value * dual[row], len(matrix.cost))
    own = wave.rows[row] & (wave.high | wave.low)[column] & (matrix.value != 0)
    needed = (matrix.cost - felt)[column[own]] / matrix.value[own]
    highest, lowest = np.full(len(dual), -np.inf), np.full(len(dual), np.inf)
    np.maximum.at(highest, row[own], needed)
    np.minimum.at(lowest, row[own], needed)
    equal = matrix.row_lower == matrix.row_upper
    dual[wave.at_most] = np.where(equal, highest, np.maximum(highest, 0.0))[wave.at_most]
    dual[wave.at_least] = np.where(equal, lowest, np.minimum(lowest, 0.0))[wave.at_least]
