"""The shape of a fleet's plan: rows and columns of single sites and steps, and the few that tie them together.

    min cost x,  A x = wanted,  0 <= x <= upper

in scaled units. Columns lie flat: those of sites as [slot][step][site], border columns as [number][site],
cells of long rows, flows as [step][number], and columns with one entry alone. Rows likewise: those of sites
as [slot][step][site] in the order local, link, state; long rows; rows of steps as [step][number].
"""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from gridtide.decide.program import summed
from gridtide.kernels.plan_factor import Elimination
from gridtide.kernels.plan_rows import (
    Alone,
    Borders,
    Cells,
    Flows,
    SiteEntries,
    cell_prices,
    cell_totals,
    flow_prices,
    flow_totals,
    site_prices,
    site_totals,
)

Whole = NDArray[np.int64]
Real = NDArray[np.float64]


class Unshaped(Exception):
    """A program that has not the shape of a fleet's plan; says what is in the way."""


@dataclass(frozen=True, kw_only=True)
class Sizes:
    """How much there is of everything: S sites, T steps; rows of a site and step by part; K long rows;
    R rows a step; columns by part."""

    sites: int
    steps: int
    locals: int
    links: int
    states: int
    long: int
    step_rows: int
    slots: int
    borders: int
    cells: int
    flows: int
    alone: int

    @property
    def slot_rows(self) -> int:
        """Rows of one site and step."""
        return self.locals + self.links + self.states

    @property
    def site_rows(self) -> int:
        """Rows of all sites and steps."""
        return self.slot_rows * self.steps * self.sites

    @property
    def rows(self) -> int:
        """All rows."""
        return self.site_rows + self.long + self.steps * self.step_rows

    @property
    def parts(self) -> Whole:
        """Where each part of the columns begins, and their number (6,)."""
        counts = (
            self.slots * self.steps * self.sites,
            self.borders * self.sites,
            self.cells,
            self.steps * self.flows,
            self.alone,
        )
        return np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)

    @property
    def columns(self) -> int:
        """All columns."""
        return int(self.parts[-1])


@dataclass(frozen=True, kw_only=True, eq=False)
class Shape:
    """A program by its shape. cost, upper (inf: none), most (never more, finite) of columns; wanted of rows.

    runs: (site, long row, first cell, last cell + 1) of cells that lie together, by site.
    live: whether a column can move. scale of columns and rows, price: unit of money: x = lower + scale *
    scaled, row price = price * row_scale * scaled. place: flat index of each column of the program, -1 for
    one without entries; row_place: of each row. cyclic: whether the last step is followed by the first.
    """

    sizes: Sizes
    entries: SiteEntries
    borders: Borders
    cells: Cells
    runs: Whole
    flows: Flows
    alone: Alone
    elimination: Elimination
    cyclic: bool
    cost: Real
    upper: Real
    most: Real
    live: Real
    wanted: Real
    scale: Real
    row_scale: Real
    price: float
    place: Whole
    row_place: Whole


@dataclass(frozen=True, kw_only=True, eq=False)
class RowParts:
    """A flat vector over rows, seen by parts: site (rows, T, S), long (K,), step (T, R)."""

    site: Real
    long: Real
    step: Real


@dataclass(frozen=True, kw_only=True, eq=False)
class ColumnParts:
    """A flat vector over columns, seen by parts: site (slots, T, S), border (B, S), cell (n,), flow (T, C),
    alone (m,)."""

    site: Real
    border: Real
    cell: Real
    flow: Real
    alone: Real


def row_parts(sizes: Sizes, y: Real) -> RowParts:
    """Views of a vector over rows."""
    first, second = sizes.site_rows, sizes.site_rows + sizes.long
    return RowParts(
        site=y[:first].reshape(sizes.slot_rows, sizes.steps, sizes.sites),
        long=y[first:second],
        step=y[second:].reshape(sizes.steps, sizes.step_rows),
    )


def column_parts(sizes: Sizes, x: Real) -> ColumnParts:
    """Views of a vector over columns."""
    site, border, cell, flow, alone = (
        x[a:b] for a, b in zip(sizes.parts[:-1], sizes.parts[1:], strict=True)
    )
    return ColumnParts(
        site=site.reshape(sizes.slots, sizes.steps, sizes.sites),
        border=border.reshape(sizes.borders, sizes.sites),
        cell=cell,
        flow=flow.reshape(sizes.steps, sizes.flows),
        alone=alone,
    )


def totals(shape: Shape, x: Real) -> Real:
    """A x, over rows."""
    sizes = shape.sizes
    out = np.zeros(sizes.rows)
    rows, columns = row_parts(sizes, out), column_parts(sizes, x)
    site_totals(shape.entries, columns.site, rows.site)
    reached = shape.borders.value * columns.border[shape.borders.number, shape.borders.site]
    rows.site.reshape(-1)[:] += summed(shape.borders.row, reached, sizes.site_rows)
    links = rows.site[sizes.locals : sizes.locals + sizes.links]
    cell_totals(shape.cells, columns.cell, links.reshape(sizes.links, -1), rows.long)
    flow_totals(shape.flows, columns.flow, links, rows.step)
    tied = sizes.rows - sizes.site_rows
    alone = summed(shape.alone.row, shape.alone.value * columns.alone, tied)
    out[sizes.site_rows :] += alone
    return out


def reaches(shape: Shape) -> Real:
    """The most that the entries of each row can add up to in size, over rows: what rounding is measured by."""
    entries, borders, cells = shape.entries, shape.borders, shape.cells
    flows, alone = shape.flows, shape.alone
    sizes = replace(
        shape,
        entries=entries._replace(value=np.abs(entries.value)),
        borders=borders._replace(value=np.abs(borders.value)),
        cells=cells._replace(value=np.abs(cells.value), link=np.abs(cells.link)),
        flows=flows._replace(value=np.abs(flows.value), link=np.abs(flows.link)),
        alone=alone._replace(value=np.abs(alone.value)),
    )
    return totals(sizes, shape.most * shape.live) + np.abs(shape.wanted)


def prices(shape: Shape, y: Real) -> Real:
    """Transposed A times y, over columns."""
    sizes = shape.sizes
    out = np.zeros(sizes.columns)
    rows, columns = row_parts(sizes, y), column_parts(sizes, out)
    site_prices(shape.entries, rows.site, columns.site)
    felt = shape.borders.value * y[shape.borders.row]
    place = shape.borders.number * sizes.sites + shape.borders.site
    border = summed(place, felt, sizes.borders * sizes.sites)
    columns.border[:] = border.reshape(columns.border.shape)
    links = rows.site[sizes.locals : sizes.locals + sizes.links]
    cell_prices(shape.cells, links.reshape(sizes.links, -1), rows.long, columns.cell)
    flow_prices(shape.flows, links, rows.step, columns.flow)
    columns.alone[:] = shape.alone.value * y[sizes.site_rows + shape.alone.row]
    return out
