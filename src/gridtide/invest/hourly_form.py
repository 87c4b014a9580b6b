"""A program of many hours as equations: rows of hours in their order, few rows and columns that reach across them."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gridtide.decide.program import NOWHERE, Matrix, summed

Real = NDArray[np.float64]
Whole = NDArray[np.int64]
Flag = NDArray[np.bool_]
NO_ROOM = 1e-12
ROUNDS = 4
ACROSS_MOST = 150
"""Columns and rows across the hours beyond which the method does not pay."""
SPAN_MOST = 160
"""Rows that a column may span before it counts as one across the hours."""


class Unfit(Exception):
    """A program that is not of this form; says what is in the way."""


@dataclass(frozen=True, kw_only=True, eq=False)
class HourlyForm:
    """min cost x, A x = wanted, 0 <= x <= upper (inf: none), in scaled units.

    Columns: those of the program that can move, then slacks. Entries (row, column, value), sorted by column, then row;
    rows of hours come first, `hourly` of them, in the order of their hours, then those across. across: whether a
    column reaches across, (n,). kept: the program's columns in order, row_kept: its rows. scale: x = lower + scale *
    scaled for all of them; row_scale; price: unit of money. fixed: values of the program's columns that cannot move,
    with the lower bounds of those that can. wide: of the band.
    """

    row: Whole
    column: Whole
    value: Real
    cost: Real
    upper: Real
    wanted: Real
    hourly: int
    rows: int
    across: Flag
    kept: Whole
    row_kept: Whole
    row_scale: Real
    scale: float
    price: float
    fixed: Real
    wide: int

    def totals(self, x: Real) -> Real:
        """A x, (rows,)."""
        return summed(self.row, self.value * x[self.column], self.rows)

    def felt(self, y: Real) -> Real:
        """Transposed A times y, (columns,)."""
        return summed(self.column, self.value * y[self.row], len(self.cost))


def hourly_form(matrix: Matrix, scale: float) -> HourlyForm:
    """The program in this form; scale: a usual size of its columns. Raises Unfit where it is not one of hours."""
    if not np.isfinite(matrix.lower).all():
        raise Unfit("a column has no lower bound")
    value, row, column = matrix.value, matrix.index, matrix.column
    lower, upper, live_row = _moved_in(matrix, row, column, value)
    fixed = lower.copy()
    live = upper - lower > NO_ROOM * scale
    kept, row_kept = np.flatnonzero(live), _in_order(matrix, live_row)
    shift = summed(row, value * fixed[column], len(live_row))
    low, high = (
        bound[row_kept] - shift[row_kept] for bound in (matrix.row_lower, matrix.row_upper)
    )
    place, row_place = _places(len(live), kept), _places(len(live_row), row_kept)
    here = live[column] & live_row[row] & (value != 0.0)
    row, column, value = row_place[row[here]], place[column[here]], value[here] * scale
    row_scale = _row_scale(row, value, len(row_kept))
    slack_row, slack_value, slack_most, wanted = _slacks(low, high)
    entries = _sorted(
        np.concatenate([row, slack_row]),
        np.concatenate([column, len(kept) + np.arange(len(slack_row))]),
        np.concatenate([value * row_scale[row], slack_value]),
    )
    hourly = int((matrix.row_step[row_kept] != NOWHERE).sum())
    across, wide = _across(*entries[:2], hourly, len(kept) + len(slack_row))
    cost = matrix.cost[kept] * scale
    paid = np.abs(cost[cost != 0.0])
    price = float(np.median(paid)) if len(paid) else 1.0
    return HourlyForm(
        row=entries[0],
        column=entries[1],
        value=entries[2],
        cost=np.concatenate([cost / price, np.zeros(len(slack_row))]),
        upper=np.concatenate(
            [(upper - lower)[kept] / scale, slack_most * row_scale[slack_row]]
        ),
        wanted=wanted * row_scale,
        hourly=hourly,
        rows=len(row_kept),
        across=across,
        kept=kept,
        row_kept=row_kept,
        row_scale=row_scale,
        scale=scale,
        price=price,
        fixed=fixed,
        wide=wide,
    )  # fmt: skip


def _moved_in(matrix: Matrix, row: Whole, column: Whole, value: Real) -> tuple[Real, Real, Flag]:
    """Bounds of columns after rows that leave them no choice, and which rows still say something."""
    lower, upper = matrix.lower.copy(), matrix.upper.copy()
    live_row = np.isfinite(matrix.row_lower) | np.isfinite(matrix.row_upper)
    rows = len(live_row)
    for _ in range(ROUNDS):
        at_least = np.where(value > 0, lower[column], upper[column]) * value
        at_most = np.where(value > 0, upper[column], lower[column]) * value
        least, most = summed(row, at_least, rows), summed(row, at_most, rows)
        near = 1e-9 * np.maximum(1.0, np.where(np.isfinite(least), np.abs(least), 0.0))
        presses = live_row & (least >= matrix.row_upper - near)
        lifts = live_row & (most <= matrix.row_lower + near)
        free = (least >= matrix.row_lower - near) & (most <= matrix.row_upper + near)
        live_row &= ~(presses | lifts | free)
        forced = presses[row] | lifts[row]
        if not forced.any():
            break
        down = forced & ((value > 0) == presses[row])
        up = forced & ~((value > 0) == presses[row])
        upper[column[down]] = lower[column[down]]
        lower[column[up]] = upper[column[up]]
    return lower, upper, live_row


def _in_order(matrix: Matrix, live_row: Flag) -> Whole:
    """Rows that say something: those of hours by hour, then those across."""
    rows = np.flatnonzero(live_row)
    step = matrix.row_step[rows]
    return rows[np.argsort(np.where(step == NOWHERE, np.iinfo(np.int64).max, step), kind="stable")]


def _places(count: int, kept: Whole) -> Whole:
    place = np.full(count, NOWHERE, dtype=np.int64)
    place[kept] = np.arange(len(kept))
    return place


def _row_scale(row: Whole, value: Real, rows: int) -> Real:
    largest = np.zeros(rows)
    np.maximum.at(largest, row, np.abs(value))
    return 1.0 / np.where(largest > 0.0, largest, 1.0)


def _slacks(low: Real, high: Real) -> tuple[Whole, Real, Real, Real]:
    """Row, entry and most of a slack for each inequality, and what each row is to be."""
    unequal = np.flatnonzero(low != high)
    from_below = np.isfinite(low[unequal])
    wanted = np.where(np.isfinite(low), low, high)
    most = np.where(from_below, high[unequal] - low[unequal], np.inf)
    return unequal, np.where(from_below, -1.0, 1.0), most, wanted


def _sorted(row: Whole, column: Whole, value: Real) -> tuple[Whole, Whole, Real]:
    order = np.lexsort((row, column))
    return row[order], column[order], value[order]


def _across(row: Whole, column: Whole, hourly: int, columns: int) -> tuple[Flag, int]:
    """Columns that span too many rows of hours, and the widest span of the others."""
    inside = row < hourly
    first = np.full(columns, hourly, dtype=np.int64)
    last = np.full(columns, -1, dtype=np.int64)
    np.minimum.at(first, column[inside], row[inside])
    np.maximum.at(last, column[inside], row[inside])
    span = np.where(last < 0, 0, last - first)
    across = (span > SPAN_MOST) | (last < 0)
    if int(across.sum()) > ACROSS_MOST:
        raise Unfit(f"{int(across.sum())} columns reach across the hours")
    return across, int(span[~across].max(initial=0)) + 1
