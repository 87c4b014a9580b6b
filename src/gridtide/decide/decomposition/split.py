"""A program told apart by sites: what is one site's own, what reaches into rows that tie sites together.

All that is read is where rows stand. A site may have rows of any kind, over any steps: unlike the
structured method, nothing here asks how steps follow each other.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gridtide.decide.program import NOWHERE, Matrix

Whole = NDArray[np.int64]
Real = NDArray[np.float64]
Truth = NDArray[np.bool_]


class Unsplit(Exception):
    """A program that cannot be solved site by site; says what is in the way."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Split:
    """S sites, m tying rows, n columns, e entries.

    column: of each entry (e,). column_site: (n,), NOWHERE for free columns, which only tying rows hold.
    row_tie: number of each row among the tying ones, NOWHERE for rows of a site. reaching: columns of a
    site with an entry in a tying row (n,); tie, weight: that row's number and the entry, for reaching and
    free columns (n,). linked: rows of a site that a reaching column is in.
    """

    sites: int
    ties: int
    column: Whole
    column_site: Whole
    row_tie: Whole
    reaching: Truth
    tie: Whole
    weight: Real
    linked: Truth

    @property
    def free(self) -> Truth:
        """Columns that only a tying row holds."""
        alone: Truth = (self.column_site == NOWHERE) & (self.tie != NOWHERE)
        return alone


def split_of(matrix: Matrix) -> Split:
    """The program by sites. Raises Unsplit with the reason where it is none of sites and covering rows."""
    column, row = matrix.column, matrix.index
    count = len(matrix.cost)
    tying = matrix.row_site == NOWHERE
    row_tie = np.full(len(tying), NOWHERE)
    row_tie[tying] = np.arange(int(tying.sum()))
    sites = int(matrix.row_site.max(initial=NOWHERE)) + 1
    if not tying.any():
        raise Unsplit("no row ties sites together; nothing to split")
    column_site = _sites_of(matrix, column, count)
    tie, weight = _ties_of(matrix, column, row_tie, count)
    reaching = (tie != NOWHERE) & (column_site != NOWHERE)
    linked = np.zeros(len(tying), dtype=bool)
    linked[row[reaching[column] & ~tying[row]]] = True
    return Split(
        sites=sites,
        ties=int(tying.sum()),
        column=column,
        column_site=column_site,
        row_tie=row_tie,
        reaching=reaching,
        tie=tie,
        weight=weight,
        linked=linked,
    )


def _sites_of(matrix: Matrix, column: Whole, count: int) -> Whole:
    """The one site of each column, NOWHERE for a column that no row of a site holds."""
    site = matrix.row_site[matrix.index]
    inside = site != NOWHERE
    least = np.full(count, np.iinfo(np.int64).max)
    most = np.full(count, NOWHERE)
    np.minimum.at(least, column[inside], site[inside])
    np.maximum.at(most, column[inside], site[inside])
    if ((most != NOWHERE) & (least != most)).any():
        raise Unsplit("a column reaches into two sites")
    return most


def _ties_of(matrix: Matrix, column: Whole, row_tie: Whole, count: int) -> tuple[Whole, Real]:
    """The one tying row of each column and the entry in it."""
    held = np.flatnonzero((row_tie[matrix.index] != NOWHERE) & (matrix.value != 0.0))
    if (np.bincount(column[held], minlength=count) > 1).any():
        raise Unsplit("a column reaches into two rows that tie sites together")
    if (matrix.value[held] < 0).any():
        raise Unsplit("a row that ties sites together takes from one what it gives to another")
    if (matrix.lower[column[held]] != 0).any():
        raise Unsplit("a column of a tying row cannot be 0")
    tie, weight = np.full(count, NOWHERE), np.zeros(count)
    tie[column[held]] = row_tie[matrix.index[held]]
    weight[column[held]] = matrix.value[held]
    return tie, weight
