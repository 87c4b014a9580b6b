"""One small program a site: the whole fleet's program where it concerns that site alone."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gridtide.decide.decomposition.split import Split
from gridtide.decide.program import Matrix, handed_over
from gridtide.decide.structured.newton import Refused

Whole = NDArray[np.int64]
Real = NDArray[np.float64]
EXACT = 1e-9
"""Tolerance of a site's simplex, in scaled units: its prices go into a bound."""


@dataclass(frozen=True, kw_only=True, eq=False)
class SitePart:
    """Columns and rows of one site, and its entries: column, row (places in those), value."""

    columns: Whole
    rows: Whole
    column: Whole
    row: Whole
    value: Real


def site_parts(matrix: Matrix, split: Split, columns: NDArray[np.bool_]) -> Iterator[SitePart]:
    """Each site's share of these columns and of all its rows, site by site."""
    place = np.zeros(len(matrix.cost), dtype=np.int64)
    row_place = np.zeros(len(matrix.row_site), dtype=np.int64)
    held = columns[split.column] & (matrix.row_site[matrix.index] >= 0)
    entry = np.flatnonzero(held)
    entries = _by_site(entry, split.column_site[split.column[entry]], split.sites)
    own = np.flatnonzero(columns & (split.column_site >= 0))
    owned = _by_site(own, split.column_site[own], split.sites)
    row = np.flatnonzero(matrix.row_site >= 0)
    rows = _by_site(row, matrix.row_site[row], split.sites)
    for own_entry, own_column, own_row in zip(entries, owned, rows, strict=True):
        place[own_column] = np.arange(len(own_column))
        row_place[own_row] = np.arange(len(own_row))
        yield SitePart(
            columns=own_column,
            rows=own_row,
            column=place[split.column[own_entry]],
            row=row_place[matrix.index[own_entry]],
            value=matrix.value[own_entry],
        )


def _by_site(what: Whole, site: Whole, sites: int) -> list[Whole]:
    """Numbers sorted by their site, in order within one."""
    order = np.argsort(site, kind="stable")
    return np.split(what[order], np.searchsorted(site[order], np.arange(1, sites)))


@dataclass(frozen=True, kw_only=True, eq=False)
class SiteAnswer:
    """The best of a site: values of its columns, prices of its rows, rounds of the simplex."""

    values: Real
    row_dual: Real
    rounds: int


def best_of_site(
    cost: Real, lower: Real, upper: Real, row_lower: Real, row_upper: Real,
    entries: tuple[Whole, Whole, Real],
) -> SiteAnswer:  # fmt: skip
    """The optimum of a site's program, a vertex. entries: row, column, value.

    Raises Refused where there is none.
    """
    import highspy

    row, column, value = entries
    order = np.lexsort((row, column))
    counts = np.bincount(column, minlength=len(cost))
    nowhere = np.zeros(len(row_lower), dtype=np.int64)
    small = Matrix(
        cost=cost,
        lower=lower,
        upper=upper,
        row_lower=row_lower,
        row_upper=row_upper,
        start=np.concatenate([[0], np.cumsum(counts)]).astype(np.int64),
        index=row[order],
        value=value[order],
        row_site=nowhere,
        row_step=nowhere,
        row_family=nowhere,
        column_family=np.zeros(len(cost), dtype=np.int64),
    )
    highs = handed_over(small, "simplex", crossover=False)
    highs.setOptionValue("primal_feasibility_tolerance", EXACT)
    highs.setOptionValue("dual_feasibility_tolerance", EXACT)
    highs.run()
    if highs.getModelStatus() != highspy.HighsModelStatus.kOptimal:
        status = highs.modelStatusToString(highs.getModelStatus())
        raise Refused(f"the program of a site is {status.lower()}")
    solution = highs.getSolution()
    return SiteAnswer(
        values=np.asarray(solution.col_value, dtype=np.float64),
        row_dual=np.asarray(solution.row_dual, dtype=np.float64),
        rounds=int(highs.getInfo().simplex_iteration_count),
    )
