"""The part of an elastic program that can matter while some ways are closed and all others are open.

Open ways cost nothing, so what they free is taken out: rows that can always be met, columns that only help or
only hurt. What is left holds exactly where the whole program does, whichever of the closed ways are opened next.
"""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from gridtide.decide.conflict.elastic import Elastic
from gridtide.decide.program import NOWHERE, Matrix, summed

Whole = NDArray[np.int64]
Real = NDArray[np.float64]
Mask = NDArray[np.bool_]
PASSES_MAX = 100
BROKEN = 1e-7
"""By how much a row without entries must miss its bounds to stay as one that cannot hold."""
SLACK = 1e-9
"""Share of a bound up to which sums are counted as met."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Narrowed:
    """The smaller program. ways, rows: where its ways and rows stand among those of the whole, ascending."""

    elastic: Elastic
    ways: Whole
    rows: Whole


@dataclass(eq=False)
class _Remainder:
    """What is left of a program without costs, as triples; `kept` columns are never taken out."""

    row: Whole
    column: Whole
    value: Real
    lower: Real
    upper: Real
    row_lower: Real
    row_upper: Real
    kept: Mask

    def without(self, gone: Mask) -> None:
        """Take these entries out."""
        left = ~gone
        self.row, self.column, self.value = self.row[left], self.column[left], self.value[left]

    def entries_of_rows(self) -> Whole:
        """How many entries each row has."""
        return np.bincount(self.row, minlength=len(self.row_lower))

    def entries_of_columns(self) -> Whole:
        """How many entries each column has."""
        return np.bincount(self.column, minlength=len(self.lower))


def narrowed(elastic: Elastic, closed: Mask, touched_only: bool = False) -> Narrowed:
    """The program with the closed ways as its only ways. closed: (G,).

    touched_only: parts that no closed way touches are left out: for programs that hold with every way open.
    """
    matrix = elastic.matrix
    ways = np.flatnonzero(closed)
    kept = np.zeros(len(matrix.cost), dtype=bool)
    kept[elastic.first + ways] = True
    left = _Remainder(
        row=matrix.index,
        column=matrix.column,
        value=matrix.value,
        lower=matrix.lower.copy(),
        upper=matrix.upper.copy(),
        row_lower=matrix.row_lower.copy(),
        row_upper=matrix.row_upper.copy(),
        kept=kept,
    )
    left.without(left.value == 0.0)
    for _ in range(PASSES_MAX):
        before = len(left.row)
        _drop_met_sides(left)
        _settle(left)
        _absorb_single(left)
        if len(left.row) == before:
            break
    if touched_only:
        _drop_untouched(left)
    return _gathered(elastic, left, ways)


def within(part: Narrowed, closed: Mask) -> Narrowed:
    """The part of a part with these of its ways."""
    inner = narrowed(part.elastic, closed, touched_only=True)
    return replace(inner, ways=part.ways[inner.ways], rows=part.rows[inner.rows])


def _drop_met_sides(left: _Remainder) -> None:
    """Sides of rows that bounds alone meet, and rows without any side."""
    least, most = _activity(left)
    with np.errstate(invalid="ignore"):
        slack = SLACK * (1.0 + np.abs(left.row_upper))
        left.row_upper[most <= left.row_upper + slack] = np.inf
        slack = SLACK * (1.0 + np.abs(left.row_lower))
        left.row_lower[least >= left.row_lower - slack] = -np.inf
    free = np.isinf(left.row_lower) & np.isinf(left.row_upper)
    left.without(free[left.row])


def _activity(left: _Remainder) -> tuple[Real, Real]:
    """The least and the most that rows can come to within the bounds of columns."""
    count = len(left.row_lower)
    low, high = left.lower[left.column], left.upper[left.column]
    up = left.value > 0
    least = np.where(up, left.value * low, left.value * high)
    most = np.where(up, left.value * high, left.value * low)
    return summed(left.row, least, count), summed(left.row, most, count)


def _settle(left: _Remainder) -> None:
    """Columns that only help stand at their upper bound, columns that only hurt at their lower one; rows
    that a column can help without end are met."""
    helps, hurts = _sides(left)
    alive = left.entries_of_columns() > 0
    free = ~left.kept & alive
    endless = free & helps & np.isinf(left.upper)
    met = np.zeros(len(left.row_lower), dtype=bool)
    met[left.row[endless[left.column]]] = True
    left.without(met[left.row] | endless[left.column])
    bounded = free & ~endless
    fixed = bounded & (left.lower == left.upper)
    at_upper = bounded & helps & np.isfinite(left.upper)
    at_lower = bounded & hurts & ~helps & np.isfinite(left.lower)
    standing = fixed | at_upper | at_lower
    place = np.where(at_upper, left.upper, left.lower)
    gone = standing[left.column]
    count = len(left.row_lower)
    came_to = left.value[gone] * place[left.column[gone]]
    moved = summed(left.row[gone], came_to, count)
    left.row_lower -= moved
    left.row_upper -= moved
    left.without(gone)


def _sides(left: _Remainder) -> tuple[Mask, Mask]:
    """Whether more of a column can hurt no row, and whether it can help none, (columns,)."""
    up = left.value > 0
    bounded_above = np.isfinite(left.row_upper[left.row])
    bounded_below = np.isfinite(left.row_lower[left.row])
    count = len(left.lower)
    harm = np.where(up, bounded_above, bounded_below)
    help_ = np.where(up, bounded_below, bounded_above)
    return (
        np.bincount(left.column[harm], minlength=count) == 0,
        np.bincount(left.column[help_], minlength=count) == 0,
    )


def _absorb_single(left: _Remainder) -> None:
    """A column in one row only widens that row by what it can come to."""
    single = (left.entries_of_columns() == 1) & ~left.kept
    gone = single[left.column]
    column, value, row = left.column[gone], left.value[gone], left.row[gone]
    ends = np.stack([value * left.lower[column], value * left.upper[column]])
    count = len(left.row_lower)
    left.row_lower -= summed(row, ends.max(axis=0), count)
    left.row_upper -= summed(row, ends.min(axis=0), count)
    left.without(gone)


def _drop_untouched(left: _Remainder) -> None:
    """Rows and columns that no chain of entries leads to from a column that is kept."""
    columns, rows = left.kept.copy(), np.zeros(len(left.row_lower), dtype=bool)
    reached = -1
    while reached < (now := int(columns.sum())):
        reached = now
        rows[left.row[columns[left.column]]] = True
        columns[left.column[rows[left.row]]] = True
    left.without(~rows[left.row])
    left.row_lower[~rows], left.row_upper[~rows] = -np.inf, np.inf


def _gathered(elastic: Elastic, left: _Remainder, ways: Whole) -> Narrowed:
    """What is left as a program of its own; rows without entries stay only where they cannot hold."""
    inner = np.flatnonzero((left.entries_of_columns() > 0) & ~left.kept)
    columns = np.concatenate([inner, elastic.first + ways])
    empty = left.entries_of_rows() == 0
    broken = empty & ((left.row_lower > BROKEN) | (left.row_upper < -BROKEN))
    rows = np.flatnonzero(~empty | broken)
    smaller = replace(
        elastic,
        matrix=cut(_written(elastic.matrix, left), rows, columns),
        first=len(inner),
        member=elastic.member[ways],
        step=elastic.step[ways],
        price=elastic.price[ways],
        most=elastic.most[ways],
        act=elastic.act[ways],
    )
    return Narrowed(elastic=smaller, ways=ways, rows=rows)


def _written(matrix: Matrix, left: _Remainder) -> Matrix:
    """The program with only the entries that are left, and their bounds."""
    counts = left.entries_of_columns()
    return replace(
        matrix,
        cost=np.zeros(len(matrix.cost)),
        lower=left.lower,
        upper=left.upper,
        row_lower=left.row_lower,
        row_upper=left.row_upper,
        start=np.concatenate([[0], np.cumsum(counts)]).astype(np.int64),
        index=left.row,
        value=left.value,
    )


def cut(matrix: Matrix, rows: Whole, columns: Whole) -> Matrix:
    """These rows and columns alone, numbered anew in this order."""
    row_number = np.full(len(matrix.row_lower), NOWHERE)
    row_number[rows] = np.arange(len(rows))
    column_number = np.full(len(matrix.cost), NOWHERE)
    column_number[columns] = np.arange(len(columns))
    row, column = row_number[matrix.index], column_number[matrix.column]
    inside = np.flatnonzero((row != NOWHERE) & (column != NOWHERE))
    order = inside[np.argsort(column[inside], kind="stable")]
    counts = np.bincount(column[inside], minlength=len(columns))
    return Matrix(
        cost=matrix.cost[columns],
        lower=matrix.lower[columns],
        upper=matrix.upper[columns],
        row_lower=matrix.row_lower[rows],
        row_upper=matrix.row_upper[rows],
        start=np.concatenate([[0], np.cumsum(counts)]).astype(np.int64),
        index=row[order],
        value=matrix.value[order],
        row_site=matrix.row_site[rows],
        row_step=matrix.row_step[rows],
        row_family=matrix.row_family[rows],
        column_family=matrix.column_family[columns],
    )
