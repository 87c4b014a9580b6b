"""A large elastic program solved from nothing: by the interior point, then at a vertex of the part that is tight."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from gridtide.decide.conflict.elastic import Elastic, priced
from gridtide.decide.conflict.narrowing import cut, narrowed
from gridtide.decide.program import SIMPLEX_COLUMNS, Matrix, Solution, solve, summed

Real = NDArray[np.float64]
Mask = NDArray[np.bool_]
TIGHT = (1e-4, 1e-6, 1e-8, 0.0)
"""Shares of the highest price of a row above which a price says that the row is tight; the next is taken where rows
above one do not explain the whole cost."""
EXPLAINED = 1e-6
FEW_WAYS = 1000
"""Ways up to which simplex is fast however large the program."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Answer:
    """lacking: units that the ways give together at least; row_dual: prices of the program's rows; proved: by
    values and prices that agree; exact: found at a vertex, not in the middle of a large program."""

    lacking: float
    row_dual: Real
    proved: bool
    exact: bool


def solved_at_large(elastic: Elastic, at_a_vertex: bool = False) -> Answer | None:
    """The least that ways give together, None where nothing holds however much they give.

    at_a_vertex: by simplex, however large.
    """
    matrix = priced(elastic, np.ones(len(elastic.member)))
    small = len(matrix.cost) <= SIMPLEX_COLUMNS or len(elastic.member) <= FEW_WAYS
    exact = at_a_vertex or small
    found = solve(matrix, "simplex") if exact else solve(matrix, "ipx", crossover=False)
    if exact and not found.feasible:
        return None
    return Answer(
        lacking=found.objective, row_dual=found.row_dual, proved=found.feasible, exact=exact
    )


def solved(matrix: Matrix) -> Solution:
    """By the interior point without crossover where large, by simplex where small or where that fails."""
    if len(matrix.cost) > SIMPLEX_COLUMNS:
        found = solve(matrix, "ipx", crossover=False)
        if found.feasible:
            return found
    return at_a_vertex(matrix)


def at_a_vertex(matrix: Matrix) -> Solution:
    """By simplex."""
    return solve(matrix, "simplex")


def cheapest_at_large(elastic: Elastic, price: Real, most: Real) -> tuple[Real, Real] | None:
    """What each way gives at these prices, each up to `most`, and the prices of rows; None where nothing holds.

    Rows without a price in the middle of all best answers have none in any of them: the others carry the cost and
    the bound; columns that touch none of them stay where the interior point left them.
    """
    upper = elastic.matrix.upper.copy()
    upper[elastic.first :] = most
    limited = replace(elastic, matrix=replace(elastic.matrix, upper=upper))
    part = narrowed(limited, (price > 0.0) & (most > 0.0))
    found = _vertex_of(priced(part.elastic, price[part.ways]), part.elastic.first)
    if found is None:
        return None
    given, row_dual = np.zeros(len(price)), np.zeros(len(elastic.matrix.row_lower))
    given[part.ways], row_dual[part.rows] = found
    return given, row_dual


def _vertex_of(matrix: Matrix, first: int) -> tuple[Real, Real] | None:
    """Values of the columns from `first` on, which alone cost something, and prices of rows."""
    middle = solved(matrix)
    if not middle.feasible:
        return None
    highest = np.abs(middle.row_dual).max(initial=0.0)
    tight, row_dual = np.ones(len(middle.row_dual), dtype=bool), middle.row_dual
    for share in TIGHT:
        tight = np.abs(middle.row_dual) > share * highest
        row_dual, cost = _priced_rows(matrix, tight)
        if cost >= middle.objective * (1.0 - EXPLAINED) - EXPLAINED:
            break
    values = _at_a_vertex(matrix, middle, tight, first)
    return np.maximum(values[first:], 0.0), row_dual


def _priced_rows(matrix: Matrix, tight: Mask) -> tuple[Real, float]:
    """Prices of rows, all but the tight ones 0, and the least cost that tight rows alone ask for."""
    rows = np.flatnonzero(tight)
    columns = np.flatnonzero(_touching(matrix, tight))
    found = at_a_vertex(cut(matrix, rows, columns))
    row_dual = np.zeros(len(tight))
    row_dual[rows] = found.row_dual
    return row_dual, found.objective


def _touching(matrix: Matrix, rows: Mask) -> Mask:
    """Columns with an entry in any of the rows."""
    touched = np.zeros(len(matrix.cost), dtype=bool)
    touched[matrix.column[rows[matrix.index]]] = True
    return touched


def _at_a_vertex(matrix: Matrix, middle: Solution, tight: Mask, first: int) -> Real:
    """Values as good as the middle's in which columns that touch tight rows stand at a vertex; what costs something
    and touches none gives nothing."""
    free = _touching(matrix, tight)
    held = np.zeros(len(tight), dtype=bool)
    held[matrix.index[free[matrix.column]]] = True
    standing = np.where(free, 0.0, middle.values)
    standing[first:] = 0.0
    came_to = summed(matrix.index, matrix.value * standing[matrix.column], len(tight))
    rest = replace(
        matrix, row_lower=matrix.row_lower - came_to, row_upper=matrix.row_upper - came_to
    )
    found = at_a_vertex(cut(rest, np.flatnonzero(held), np.flatnonzero(free)))
    if not found.feasible:
        return middle.values
    values = standing
    values[free] = found.values
    return values
