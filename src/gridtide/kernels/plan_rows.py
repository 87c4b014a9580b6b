"""The matrix of a week plan times a vector, read from its shape instead of a sparse store.

Columns of a site lie as [column][step][site] with the site innermost, so that every loop over time runs
over all sites at once. The last step is followed by the first: an entry that reaches ahead of the last
step belongs to a cyclic plan and is 0 in any other.
"""

from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

Whole = NDArray[np.int64]
Real = NDArray[np.float64]


class SiteEntries(NamedTuple):
    """Entries of columns that live at one site and step; E kinds of entry.

    column, row: slots (E,). ahead: 1 where the row is that of the next step (E,). value: (E, T, S).
    """

    column: Whole
    row: Whole
    ahead: Whole
    value: Real


class Cells(NamedTuple):
    """Columns that put work of one long row into one site and step; n of them.

    at: step * sites + site (n,). link: coefficients in the link rows there (L, n). row: long row (n,).
    value: coefficient in it (n,). begin: first cell of each long row (K + 1,), cells lie row by row.
    """

    at: Whole
    link: Real
    row: Whole
    value: Real
    begin: Whole


class Flows(NamedTuple):
    """Columns that serve one row of a step at one site, the same C in every step.

    site, row: (C,). link: coefficients in the link rows (L, T, C). value: in the row of the step (T, C).
    """

    site: Whole
    row: Whole
    link: Real
    value: Real


class Alone(NamedTuple):
    """Columns with one entry, in a coupling row (long rows first, then rows of steps): row, value (n,)."""

    row: Whole
    value: Real


class Borders(NamedTuple):
    """Columns that reach through many steps of one site, B a site.

    site, number: of each entry's column; row: flat site row; value (n,).
    """

    site: Whole
    number: Whole
    row: Whole
    value: Real


@njit(cache=True, error_model="numpy")
def site_prices(entries: SiteEntries, y: Real, out: Real) -> None:
    """out (columns, T, S) = transposed site entries times row prices y (rows, T, S)."""
    steps, sites = y.shape[1], y.shape[2]
    out[:] = 0.0
    for e in range(entries.column.shape[0]):
        v, i, ahead = entries.column[e], entries.row[e], entries.ahead[e]
        for t in range(steps):
            n = t + ahead if t + ahead < steps else 0
            for s in range(sites):
                out[v, t, s] += entries.value[e, t, s] * y[i, n, s]


@njit(cache=True, error_model="numpy")
def site_totals(entries: SiteEntries, x: Real, out: Real) -> None:
    """out (rows, T, S) += site entries times columns x (columns, T, S)."""
    steps, sites = x.shape[1], x.shape[2]
    for e in range(entries.column.shape[0]):
        v, i, ahead = entries.column[e], entries.row[e], entries.ahead[e]
        for t in range(steps):
            n = t + ahead if t + ahead < steps else 0
            for s in range(sites):
                out[i, n, s] += entries.value[e, t, s] * x[v, t, s]


@njit(cache=True, error_model="numpy")
def cell_prices(cells: Cells, link: Real, long: Real, out: Real) -> None:
    """out (n,) = transposed cell entries times prices of link rows (L, T * S) and long rows (K,)."""
    for c in range(cells.at.shape[0]):
        felt = cells.value[c] * long[cells.row[c]]
        for b in range(link.shape[0]):
            felt += cells.link[b, c] * link[b, cells.at[c]]
        out[c] = felt


@njit(cache=True, error_model="numpy")
def cell_totals(cells: Cells, x: Real, link: Real, long: Real) -> None:
    """link (L, T * S) and long (K,) += cell entries times x (n,)."""
    for c in range(cells.at.shape[0]):
        long[cells.row[c]] += cells.value[c] * x[c]
        for b in range(link.shape[0]):
            link[b, cells.at[c]] += cells.link[b, c] * x[c]


@njit(cache=True, error_model="numpy")
def flow_prices(flows: Flows, link: Real, step_row: Real, out: Real) -> None:
    """out (T, C) = transposed flow entries times prices of link rows (L, T, S) and step rows (T, R)."""
    for t in range(out.shape[0]):
        for c in range(out.shape[1]):
            felt = flows.value[t, c] * step_row[t, flows.row[c]]
            for b in range(link.shape[0]):
                felt += flows.link[b, t, c] * link[b, t, flows.site[c]]
            out[t, c] = felt


@njit(cache=True, error_model="numpy")
def flow_totals(flows: Flows, x: Real, link: Real, step_row: Real) -> None:
    """link (L, T, S) and step_row (T, R) += flow entries times x (T, C)."""
    for t in range(x.shape[0]):
        for c in range(x.shape[1]):
            step_row[t, flows.row[c]] += flows.value[t, c] * x[t, c]
            for b in range(link.shape[0]):
                link[b, t, flows.site[c]] += flows.link[b, t, c] * x[t, c]
