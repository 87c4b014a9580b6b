"""The parts of a shape: rows where they stand, columns by the rows they touch, entries laid out for kernels."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from gridtide.decide.structured.elimination import RowKinds
from gridtide.decide.structured.shape import Sizes
from gridtide.decide.structured.standard_form import StandardForm
from gridtide.kernels.plan_rows import Alone, Borders, Cells, Flows, SiteEntries

Whole = NDArray[np.int64]
Real = NDArray[np.float64]
Truth = NDArray[np.bool_]
IDLE, ALONE, CELL, FLOW, SITE, BORDER = range(6)


@dataclass(frozen=True, kw_only=True, eq=False)
class Standing:
    """Where rows stand: site, step (-1: none), slot of site rows and of rows of steps, number of long rows."""

    site: Whole
    step: Whole
    slot: Whole
    sites: int
    steps: int
    slots: int
    long: int
    step_rows: int

    @property
    def is_site(self) -> Truth:
        """Rows of one site and step."""
        return self.site >= 0

    @property
    def is_step(self) -> Truth:
        """Rows that tie the sites of one step."""
        return (self.site < 0) & (self.step >= 0)

    @property
    def is_long(self) -> Truth:
        """Rows that tie sites and steps."""
        return (self.site < 0) & (self.step < 0)


@dataclass(frozen=True, kw_only=True, eq=False)
class Members:
    """Columns by kind, with the site and the step they live at, and their slot in it where they have one."""

    kind: Whole
    site: Whole
    step: Whole
    slot: Whole
    cyclic: bool


def ranked(*keys: Whole) -> Whole:
    """The rank of each element among those with equal keys, in their order."""
    order = np.lexsort(keys[::-1])
    changed = np.zeros(len(order), dtype=bool)
    changed[:1] = True
    for key in keys:
        changed[1:] |= np.diff(key[order]) != 0
    begin = np.maximum.accumulate(np.where(changed, np.arange(len(order)), 0))
    rank = np.empty(len(order), dtype=np.int64)
    rank[order] = np.arange(len(order)) - begin
    return rank


def numbered(*keys: Whole) -> tuple[Whole, int]:
    """A number for each distinct tuple of keys, in sorted order, and how many there are."""
    code = np.zeros(len(keys[0]), dtype=np.int64)
    for key in keys:
        code = code * (int(key.max(initial=0)) + 1) + key
    distinct, number = np.unique(code, return_inverse=True)
    return number.astype(np.int64), len(distinct)


def ahead_of(form: StandardForm, rows: Standing, columns: Members) -> Whole:
    """1 for entries of site columns in a row of the next step, else 0."""
    later = rows.step[form.row] - columns.step[form.column]
    return np.where((columns.kind[form.column] == SITE) & (later % rows.steps == 1), 1, 0).astype(
        np.int64
    )


def in_order(rows: Standing, order: tuple[int, ...]) -> Standing:
    """The same rows, slots of site rows numbered in this order."""
    new = np.empty(rows.slots, dtype=np.int64)
    new[list(order)] = np.arange(rows.slots)
    slot = rows.slot.copy()
    slot[rows.is_site] = new[slot[rows.is_site]]
    return replace(rows, slot=slot)


@dataclass(frozen=True, kw_only=True, eq=False)
class Parts:
    """A program whose rows and columns are told apart; each part laid out as kernels read it."""

    form: StandardForm
    rows: Standing
    columns: Members
    kinds: RowKinds

    def _of(self, kind: int) -> Whole:
        """Entries of columns of a kind that can move."""
        form = self.form
        here = (self.columns.kind[form.column] == kind) & form.moves[form.column]
        return np.flatnonzero(here)

    def site_entries(self) -> SiteEntries:
        """Entries of columns of one site and step, by kind of entry."""
        form, rows, columns = self.form, self.rows, self.columns
        held = self._of(SITE)
        column, row = form.column[held], form.row[held]
        ahead = ahead_of(form, rows, columns)[held]
        number, count = numbered(columns.slot[column], rows.slot[row], ahead)
        value = np.zeros((count, rows.steps, rows.sites))
        value[number, columns.step[column], columns.site[column]] = form.value[held]
        kinds = np.zeros((3, count), dtype=np.int64)
        for kept, seen in zip(kinds, (columns.slot[column], rows.slot[row], ahead), strict=True):
            kept[number] = seen
        return SiteEntries(column=kinds[0], row=kinds[1], ahead=kinds[2], value=value)

    def site_place(self) -> Whole:
        """Flat index of each site column among those of sites; -1 for any other."""
        columns, rows = self.columns, self.rows
        flat = (columns.slot * rows.steps + columns.step) * rows.sites + columns.site
        return np.where(columns.kind == SITE, flat, -1)

    def borders(self) -> tuple[Borders, Whole]:
        """Columns over many steps of a site, and their place [number][site]."""
        form, rows, columns = self.form, self.rows, self.columns
        place = np.full(len(form.cost), -1, dtype=np.int64)
        here = columns.kind == BORDER
        place[here] = ranked(columns.site[here]) * rows.sites + columns.site[here]
        held = self._of(BORDER)
        column, row = form.column[held], form.row[held]
        flat = (rows.slot[row] * rows.steps + rows.step[row]) * rows.sites + rows.site[row]
        parts = Borders(
            site=columns.site[column],
            number=place[column] // rows.sites,
            row=flat,
            value=form.value[held],
        )
        return parts, place

    def cells(self) -> tuple[Cells, Whole, Whole]:
        """Columns of long rows, their place, and the runs of one site and long row."""
        form, rows, columns = self.form, self.rows, self.columns
        here = np.flatnonzero(columns.kind == CELL)
        long, value = self._tied(CELL, rows.is_long)
        order = np.lexsort((here, columns.step[here], columns.site[here], long[here]))
        sorted_ = here[order]
        place = np.full(len(form.cost), -1, dtype=np.int64)
        place[sorted_] = np.arange(len(sorted_))
        row, site = long[sorted_], columns.site[sorted_]
        parts = Cells(
            at=columns.step[sorted_] * rows.sites + site,
            link=self._links(CELL)[:, sorted_],
            row=row,
            value=value[sorted_],
            begin=np.searchsorted(row, np.arange(rows.long + 1)).astype(np.int64),
        )
        new = np.ones(len(row), dtype=bool)
        new[1:] = (np.diff(row) != 0) | (np.diff(site) != 0)
        begin = np.flatnonzero(new)
        end = np.append(begin, len(row))[1:]
        runs = np.stack([site[begin], row[begin], begin, end], axis=1)
        runs = runs[np.lexsort((runs[:, 1], runs[:, 0]))]
        return parts, place, np.ascontiguousarray(runs)

    def flows(self) -> tuple[Flows, Whole]:
        """Columns of rows of steps, and their place [step][number]."""
        form, rows, columns = self.form, self.rows, self.columns
        here = np.flatnonzero(columns.kind == FLOW)
        tied, value = self._tied(FLOW, rows.is_step)
        row, site, step = tied[here], columns.site[here], columns.step[here]
        number, count = numbered(row, site, ranked(row, site, step))
        place = np.full(len(form.cost), -1, dtype=np.int64)
        place[here] = step * count + number
        owner = np.zeros((2, count), dtype=np.int64)
        owner[0][number], owner[1][number] = site, row
        links = np.zeros((len(self.kinds.link), rows.steps, count))
        links[:, step, number] = self._links(FLOW)[:, here]
        own = np.zeros((rows.steps, count))
        own[step, number] = value[here]
        return Flows(site=owner[0], row=owner[1], link=links, value=own), place

    def alone(self) -> tuple[Alone, Whole]:
        """Columns with one entry in a tying row, and their place."""
        form, rows = self.form, self.rows
        here = np.flatnonzero(self.columns.kind == ALONE)
        place = np.full(len(form.cost), -1, dtype=np.int64)
        place[here] = np.arange(len(here))
        flat, value = np.zeros(len(form.cost), dtype=np.int64), np.zeros(len(form.cost))
        held = self._of(ALONE)
        row = form.row[held]
        in_step = rows.long + rows.step[row] * rows.step_rows + rows.slot[row]
        flat[form.column[held]] = np.where(rows.is_long[row], rows.slot[row], in_step)
        value[form.column[held]] = form.value[held]
        return Alone(row=flat[here], value=value[here]), place

    def _tied(self, kind: int, ties: Truth) -> tuple[Whole, Real]:
        """Slot and coefficient of the tying row of each column of a kind."""
        form = self.form
        slot, value = np.zeros(len(form.cost), dtype=np.int64), np.zeros(len(form.cost))
        held = np.flatnonzero((self.columns.kind[form.column] == kind) & ties[form.row])
        slot[form.column[held]] = self.rows.slot[form.row[held]]
        moves = form.moves[form.column[held]]
        value[form.column[held]] = np.where(moves, form.value[held], 0.0)
        return slot, value

    def _links(self, kind: int) -> Real:
        """Coefficients of columns of a kind in the link rows, (L, columns)."""
        form, first = self.form, len(self.kinds.local)
        links = np.zeros((len(self.kinds.link), len(form.cost)))
        held = self._of(kind)
        held = held[self.rows.is_site[form.row[held]]]
        links[self.rows.slot[form.row[held]] - first, form.column[held]] = form.value[held]
        return links

    def sizes(self, borders: Borders, cells: Cells, flows: Flows, alone: Alone) -> Sizes:
        """How much there is of everything."""
        rows = self.rows
        return Sizes(
            sites=rows.sites,
            steps=rows.steps,
            locals=len(self.kinds.local),
            links=len(self.kinds.link),
            states=len(self.kinds.state),
            long=rows.long,
            step_rows=rows.step_rows,
            slots=int(self.columns.slot.max(initial=-1)) + 1,
            borders=int(borders.number.max(initial=-1)) + 1,
            cells=len(cells.at),
            flows=len(flows.site),
            alone=len(alone.row),
        )

    def row_place(self, sizes: Sizes) -> Whole:
        """Flat index of each row."""
        rows = self.rows
        on_site = (rows.slot * rows.steps + rows.step) * rows.sites + rows.site
        on_step = sizes.site_rows + rows.long + rows.step * rows.step_rows + rows.slot
        on_long = sizes.site_rows + rows.slot
        return np.where(rows.is_site, on_site, np.where(rows.is_step, on_step, on_long))
