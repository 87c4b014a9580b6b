"""A program as equations with columns from 0 up, in units in which numbers are near 1."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gridtide.decide.program import Matrix, summed

Whole = NDArray[np.int64]
Real = NDArray[np.float64]
ROUNDS = 2
NO_ROOM = 1e-9
"""Room, in scaled units, up to which a column counts as fixed at its lower bound."""


@dataclass(frozen=True, kw_only=True, eq=False)
class StandardForm:
    """min cost x, A x = wanted, 0 <= x <= upper; the first `given` columns are the program's, the rest slack.

    most: a finite value that no best x exceeds. scale, row_scale, price: x of the program = lower + scale
    * x, its row prices = price * row_scale * y. Entries as (row, column, value).
    """

    given: int
    row: Whole
    column: Whole
    value: Real
    cost: Real
    upper: Real
    most: Real
    wanted: Real
    scale: Real
    row_scale: Real
    price: float
    row_site: Whole
    row_step: Whole
    row_family: Whole
    column_family: Whole

    @property
    def moves(self) -> NDArray[np.bool_]:
        """Columns with any room at all."""
        return self.upper > NO_ROOM


def standard_form(matrix: Matrix) -> StandardForm:
    """The program as equations, scaled family by family. Needs finite lower bounds of columns."""
    held = matrix.value != 0.0
    row, column, value = matrix.index[held], matrix.column[held], matrix.value[held]
    rows, given = len(matrix.row_lower), len(matrix.cost)
    room = matrix.upper - matrix.lower
    shift = summed(row, value * matrix.lower[column], rows)
    low, high = matrix.row_lower - shift, matrix.row_upper - shift
    most = _never_more(row, column, value, room, matrix.cost, low, high)
    least_sum, most_sum = _activity(row, value, most[column], rows)
    low = np.where(np.isfinite(low), low, np.minimum(least_sum, high))
    high = np.where(np.isfinite(high), high, np.maximum(most_sum, low))
    sign, slack_row, slack_most = _slacks(matrix, low, high)
    wanted = np.where(np.isfinite(matrix.row_lower), low, high)
    slack = given + np.arange(len(slack_row))
    ranged = np.isfinite(matrix.row_lower) & np.isfinite(matrix.row_upper)
    form = StandardForm(
        given=given,
        row=np.concatenate([row, slack_row]),
        column=np.concatenate([column, slack]),
        value=np.concatenate([value, sign]),
        cost=np.concatenate([matrix.cost, np.zeros(len(slack))]),
        upper=np.concatenate([room, np.where(ranged[slack_row], slack_most, np.inf)]),
        most=np.concatenate([most, slack_most]),
        wanted=wanted,
        scale=np.ones(given + len(slack)),
        row_scale=np.ones(rows),
        price=1.0,
        row_site=matrix.row_site,
        row_step=matrix.row_step,
        row_family=matrix.row_family,
        column_family=np.concatenate(
            [
                matrix.column_family,
                int(matrix.column_family.max(initial=0)) + 1 + matrix.row_family[slack_row],
            ]
        ),
    )
    return _scaled(form)


def _activity(row: Whole, value: Real, most: Real, rows: int) -> tuple[Real, Real]:
    """Least and greatest sum of each row for columns between 0 and most."""
    reach = value * most
    least = summed(row, np.minimum(reach, 0.0), rows)
    greatest = summed(row, np.maximum(reach, 0.0), rows)
    return least, greatest


def _never_more(
    row: Whole, column: Whole, value: Real, room: Real, cost: Real, low: Real, high: Real
) -> Real:
    """A finite value for each column that some best plan does not exceed.

    From the rows where they say so; else, for a column that costs something or nothing, from how much
    its rows can lack at all: more of it than that buys nothing.
    """
    most = room.copy()
    for _ in range(ROUNDS):
        open_ = ~np.isfinite(most[column])
        if not open_.any():
            return most
        implied = _implied(row, column, value, most, low, high)
        np.minimum.at(most, column[open_], implied[open_])
    for family_free in np.flatnonzero(~np.isfinite(most)):
        if cost[family_free] < 0:
            raise ValueError("a column that earns has no limit in any row")
    open_ = ~np.isfinite(most[column])
    worth = np.zeros(len(most))
    np.maximum.at(worth, column[open_], _lack(row, value, most[column], low, high)[open_])
    return np.where(np.isfinite(most), most, worth)


def _implied(row: Whole, column: Whole, value: Real, most: Real, low: Real, high: Real) -> Real:
    """For each entry: the most its column can be by its row, given what the others can be at all."""
    reach = value * most[column]
    rows = len(low)
    down, up = np.minimum(reach, 0.0), np.maximum(reach, 0.0)
    others = []
    for part in (down, up):
        open_ = ~np.isfinite(part)
        count = summed(row, open_, rows)[row] - open_
        finite = np.where(open_, 0.0, part)
        rest = summed(row, finite, rows)[row] - finite
        others.append(np.where(count > 0, np.inf, rest))
    with np.errstate(invalid="ignore"):
        by_high = np.where(np.isfinite(others[0]), (high[row] - others[0]) / value, np.inf)
        by_low = np.where(np.isfinite(others[1]), (low[row] - others[1]) / value, np.inf)
    bound = np.where(value > 0, by_high, by_low)
    return np.where(np.isnan(bound), np.inf, np.maximum(bound, 0.0))


def _lack(row: Whole, value: Real, most: Real, low: Real, high: Real) -> Real:
    """For each entry: by how much the rest of its row can miss its bounds, in units of its column."""
    finite = np.where(np.isfinite(most), most, 0.0)
    least, greatest = _activity(row, value, finite, len(low))
    lack = np.maximum(
        np.where(np.isfinite(high), greatest - high, 0.0),
        np.where(np.isfinite(low), low - least, 0.0),
    )
    return np.maximum(lack[row], 0.0) / np.abs(value)


def _slacks(matrix: Matrix, low: Real, high: Real) -> tuple[Real, Whole, Real]:
    """Sign, row and greatest value of a slack for every row of a family with an inequality."""
    unequal = matrix.row_lower != matrix.row_upper
    families = np.unique(matrix.row_family[unequal])
    row = np.flatnonzero(np.isin(matrix.row_family, families))
    from_below = np.isfinite(matrix.row_lower[row])
    sign = np.where(from_below, -1.0, 1.0)
    most = np.where(unequal[row], np.maximum(high[row] - low[row], 0.0), 0.0)
    return sign, row, most


def _scaled(form: StandardForm) -> StandardForm:
    """Columns of a family near 1 at their most, rows of a family near 1 in their entries, prices near 1."""
    families = int(form.column_family.max(initial=0)) + 1
    moves = (form.most > 0) & np.isfinite(form.most)
    total = summed(form.column_family[moves], form.most[moves], families)
    count = np.bincount(form.column_family[moves], minlength=families)
    mean = np.where(count > 0, total / np.maximum(count, 1), 1.0)
    scale = mean[form.column_family]
    value = form.value * scale[form.column]
    largest = np.zeros(int(form.row_family.max(initial=0)) + 1)
    np.maximum.at(largest, form.row_family[form.row], np.abs(value))
    row_scale = 1.0 / np.where(largest > 0, largest, 1.0)[form.row_family]
    cost = form.cost * scale
    paid = np.abs(cost[(cost != 0) & moves])
    price = float(np.median(paid)) if len(paid) else 1.0
    return StandardForm(
        given=form.given,
        row=form.row,
        column=form.column,
        value=value * row_scale[form.row],
        cost=cost / price,
        upper=form.upper / scale,
        most=form.most / scale,
        wanted=form.wanted * row_scale,
        scale=scale,
        row_scale=row_scale,
        price=price,
        row_site=form.row_site,
        row_step=form.row_step,
        row_family=form.row_family,
        column_family=form.column_family,
    )
