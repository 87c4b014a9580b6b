"""A program with fewer rows that says the same: rows of one entry are bounds, columns without bounds are put in.

Other programs state limits as rows and give a store's net flow a column of its own between two equations. Both are
undone here, so that the method over hours sees what is left; values and prices of what is gone come back afterwards.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gridtide.decide.program import NOWHERE, Matrix, Program, matrix_of, summed

Real = NDArray[np.float64]
Whole = NDArray[np.int64]
Flag = NDArray[np.bool_]


@dataclass(frozen=True, kw_only=True, eq=False)
class PutIn:
    """Columns that are gone, each with the row that says its value, its entry there, the other row and its entry."""

    column: Whole
    by: Whole
    by_value: Real
    into: Whole
    into_value: Real


@dataclass(frozen=True, kw_only=True, eq=False)
class Folded:
    """What is left of a program. columns, rows: those of the program that are still there, in order. single: entries
    of its rows of one entry; implied: entries of rows that hold a column above 0 which no bound does."""

    whole: Matrix
    left: Matrix
    columns: Whole
    rows: Whole
    single: Whole
    implied: Whole
    put_in: PutIn

    def values(self, left: Real) -> Real:
        """Values of all columns of the program."""
        whole, gone = self.whole, self.put_in
        values = np.zeros(len(whole.cost))
        values[self.columns] = left
        others = summed(whole.index, whole.value * values[whole.column], len(whole.row_lower))
        values[gone.column] = (whole.row_lower[gone.by] - others[gone.by]) / gone.by_value
        return values

    def row_dual(self, left: Real) -> Real:
        """Prices of all rows of the program: what a column still lacks is the price of the row that bounds it."""
        whole, gone = self.whole, self.put_in
        dual = np.zeros(len(whole.row_lower))
        dual[self.rows] = left
        owed = whole.cost[gone.column] - gone.into_value * dual[gone.into]
        dual[gone.by] = owed / gone.by_value
        held = whole.column[self.implied]
        more = np.maximum(self._lacks(dual)[held], 0.0) / whole.value[self.implied]
        dual[whole.index[self.implied]] += more
        lacks = self._lacks(dual)
        column, row, value = self._single()
        low, high = _ends(whole, row, value)
        lower, upper = _bounds(whole, column, row, value)
        pays_low = (lacks[column] > 0.0) & (low == lower[column]) & (low > whole.lower[column])
        pays_high = (lacks[column] < 0.0) & (high == upper[column]) & (high < whole.upper[column])
        pays = np.flatnonzero(pays_low | pays_high)
        _, first = np.unique(column[pays], return_index=True)
        one = pays[first]
        dual[row[one]] = lacks[column[one]] / value[one]
        return dual

    def _lacks(self, dual: Real) -> Real:
        """Costs of columns less what rows pay for them."""
        whole = self.whole
        paid = summed(whole.column, whole.value * dual[whole.index], len(whole.cost))
        return np.asarray(whole.cost - paid)

    def _single(self) -> tuple[Whole, Whole, Real]:
        whole = self.whole
        return whole.column[self.single], whole.index[self.single], whole.value[self.single]


def folded(matrix: Matrix) -> Folded:
    """The program without rows of one entry and without the columns that can be put in; the same optimum."""
    rows = len(matrix.row_lower)
    many = np.bincount(matrix.index, minlength=rows)
    single = np.flatnonzero((many[matrix.index] == 1) & (matrix.value != 0.0))
    column, row, value = matrix.column[single], matrix.index[single], matrix.value[single]
    lower, upper = _bounds(matrix, column, row, value)
    stays = np.ones(rows, dtype=bool)
    stays[row] = False
    put_in = _put_in(matrix, ~np.isfinite(lower) & ~np.isfinite(upper), stays)
    implied = _implied(matrix, lower, upper)
    lower[matrix.column[implied]] = 0.0
    stays[put_in.by] = False
    here = np.ones(len(matrix.cost), dtype=bool)
    here[put_in.column] = False
    return Folded(
        whole=matrix,
        left=_left(matrix, put_in, (lower, upper), here, stays),
        columns=np.flatnonzero(here),
        rows=np.flatnonzero(stays),
        single=single,
        implied=implied,
        put_in=put_in,
    )


def _ends(matrix: Matrix, row: Whole, value: Real) -> tuple[Real, Real]:
    """What rows of one entry let their column be."""
    one, other = matrix.row_lower[row] / value, matrix.row_upper[row] / value
    return np.minimum(one, other), np.maximum(one, other)


def _bounds(matrix: Matrix, column: Whole, row: Whole, value: Real) -> tuple[Real, Real]:
    lower, upper = matrix.lower.copy(), matrix.upper.copy()
    low, high = _ends(matrix, row, value)
    np.maximum.at(lower, column, low)
    np.minimum.at(upper, column, high)
    return lower, upper


def _implied(matrix: Matrix, lower: Real, upper: Real) -> Whole:
    """Entries by which a row holds a column without a lower bound above 0, whatever the others are; one a column."""
    index, column, value = matrix.index, matrix.column, matrix.value
    open_below = ~np.isfinite(lower[column]) & (value > 0.0)
    most = np.where(value > 0.0, upper[column], lower[column]) * value
    others = summed(index, np.where(open_below, 0.0, most), len(matrix.row_lower))
    alone = np.bincount(index[open_below], minlength=len(others)) == 1
    holds = alone & np.isfinite(others) & (matrix.row_lower - others >= 0.0)
    entry = np.flatnonzero(open_below & holds[index])
    _, first = np.unique(column[entry], return_index=True)
    return np.asarray(entry[first])


def _put_in(matrix: Matrix, free: Flag, stays: Flag) -> PutIn:
    """Columns without bounds that stand in two equations of one hour and nowhere else; no row serves twice."""
    start, step = matrix.start, matrix.row_step
    column = np.flatnonzero(free & (np.diff(start) == 2))
    by, into = matrix.index[start[column]], matrix.index[start[column] + 1]
    equal = stays & (matrix.row_lower == matrix.row_upper)
    used = np.bincount(np.concatenate([by, into]), minlength=len(equal)) == 1
    fit = equal[by] & equal[into] & used[by] & used[into]
    fit &= (step[by] == step[into]) & (step[by] != NOWHERE)
    column, by, into = column[fit], by[fit], into[fit]
    return PutIn(
        column=column,
        by=by,
        by_value=matrix.value[start[column]],
        into=into,
        into_value=matrix.value[start[column] + 1],
    )


def _left(
    matrix: Matrix, gone: PutIn, bounds: tuple[Real, Real], here: Flag, stays: Flag
) -> Matrix:
    """What is left, written anew."""
    index, column, value = matrix.index, matrix.column, matrix.value
    factor, into = np.zeros(len(stays)), np.zeros(len(stays), dtype=np.int64)
    factor[gone.by], into[gone.by] = -gone.into_value / gone.by_value, gone.into
    cost, per_row = matrix.cost.copy(), np.zeros(len(stays))
    per_row[gone.by] = matrix.cost[gone.column] / gone.by_value
    cost -= summed(column, value * per_row[index], len(cost))
    shift = np.zeros(len(stays))
    shift[gone.into] = factor[gone.by] * matrix.row_lower[gone.by]
    row_place, place = np.cumsum(stays) - 1, np.cumsum(here) - 1
    program = Program()
    program.variables((int(here.sum()),), cost[here], bounds[0][here], bounds[1][here])
    program.constraints(
        (int(stays.sum()),),
        (matrix.row_lower + shift)[stays],
        (matrix.row_upper + shift)[stays],
        matrix.row_site[stays],
        matrix.row_step[stays],
    )
    kept = here[column] & stays[index]
    program.put(row_place[index[kept]], place[column[kept]], value[kept])
    moved = here[column] & (factor[index] != 0.0)
    at = index[moved]
    program.put(row_place[into[at]], place[column[moved]], factor[at] * value[moved])
    return matrix_of(program)
