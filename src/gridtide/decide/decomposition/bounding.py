"""The dual function of a plan: for any prices of the rows that link work to sites, no plan costs less.

Each site answers the prices alone, each tying row takes its cheapest columns at them; together their
prices are prices of all rows, and weak duality on the plain program gives the bound.
"""

import numpy as np
from numpy.typing import NDArray

from gridtide.decide.decomposition.site_programs import best_of_site, site_parts
from gridtide.decide.decomposition.split import Split
from gridtide.decide.program import Matrix, summed

Real = NDArray[np.float64]


def dual_answer(matrix: Matrix, most: Real, split: Split, link_price: Real) -> Real:
    """Prices of all rows that make the most of these prices of the linked rows, (rows,).

    link_price: any numbers, read at linked rows alone; their signs are set right for inequalities.
    """
    row_dual = np.where(split.linked, _signed(matrix, link_price), 0.0)
    priced = matrix.cost - summed(
        split.column, matrix.value * row_dual[matrix.index], len(matrix.cost)
    )
    upper = np.where(np.isfinite(matrix.upper), matrix.upper, matrix.lower + most)
    own = (split.column_site >= 0) & ~split.reaching
    for part in site_parts(matrix, split, own):
        kept = ~split.linked[part.rows]
        place = np.cumsum(kept) - 1
        held = kept[part.row]
        answer = best_of_site(
            priced[part.columns], matrix.lower[part.columns], upper[part.columns],
            matrix.row_lower[part.rows[kept]], matrix.row_upper[part.rows[kept]],
            (place[part.row[held]], part.column[held], part.value[held]),
        )  # fmt: skip
        row_dual[part.rows[kept]] = answer.row_dual
    row_dual[split.row_tie >= 0] = tie_prices(matrix, split, priced)
    return row_dual


def _signed(matrix: Matrix, price: Real) -> Real:
    """Prices with the sign that rows of one bound need."""
    least = np.where(np.isfinite(matrix.row_upper), -np.inf, 0.0)
    most = np.where(np.isfinite(matrix.row_lower), np.inf, 0.0)
    return np.clip(price, least, most)


def tie_prices(matrix: Matrix, split: Split, priced: Real) -> Real:
    """What one more unit costs in each tying row when its cheapest columns fill it, (ties,).

    priced: cost of each column less what the linked rows pay for it.
    """
    tied = np.flatnonzero(split.tie >= 0)
    unit = priced[tied] / split.weight[tied]
    lower, upper = matrix.row_lower[split.row_tie >= 0], matrix.row_upper[split.row_tie >= 0]
    at_least = _marginal(matrix, split, tied, unit, lower)
    at_most = _marginal(matrix, split, tied, unit, upper)
    return np.where(at_least > 0, at_least, np.minimum(at_most, 0.0))


def _marginal(
    matrix: Matrix, split: Split, tied: NDArray[np.int64], unit: Real, wanted: Real
) -> Real:
    """Unit cost of the column that reaches `wanted`, cheapest first; infinite for an infinite wish."""
    row = split.tie[tied]
    plenty = 2.0 * (1.0 + np.abs(np.where(np.isfinite(wanted), wanted, 0.0)))[row]
    room = np.minimum(split.weight[tied] * matrix.upper[tied], plenty)
    order = np.lexsort((unit, row))
    before = before_in_row(room[order], row[order])
    count = np.bincount(row, minlength=split.ties)
    reached = np.bincount(row[order], weights=before < wanted[row[order]], minlength=split.ties)
    first = np.cumsum(count) - count
    chosen = first + np.maximum(reached.astype(np.int64) - 1, 0)
    price = np.append(unit[order], 0.0)[np.where(count > 0, chosen, len(order))]
    return np.where(np.isfinite(wanted), price, wanted)


def before_in_row(room: Real, row: NDArray[np.int64]) -> Real:
    """Sum of the rooms before each in its own row; rows lie together."""
    total = np.cumsum(room) - room
    new = np.ones(len(row), dtype=bool)
    new[1:] = np.diff(row) != 0
    first = np.maximum.accumulate(np.where(new, np.arange(len(row)), 0))
    return total - total[first]
