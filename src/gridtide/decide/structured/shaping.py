"""Reads the shape of a fleet's plan out of its program; refuses, with the reason, what has another."""

import numpy as np
from numpy.typing import NDArray

from gridtide.decide.program import Matrix
from gridtide.decide.structured.elimination import RowKinds, elimination, with_least_fill
from gridtide.decide.structured.parts import (
    ALONE,
    BORDER,
    CELL,
    FLOW,
    IDLE,
    SITE,
    Members,
    Parts,
    Standing,
    ahead_of,
    in_order,
    numbered,
    ranked,
)
from gridtide.decide.structured.shape import Shape, Unshaped
from gridtide.decide.structured.standard_form import StandardForm, standard_form

Whole = NDArray[np.int64]
STEPS_MIN = 3


def shape_of(matrix: Matrix) -> Shape:
    """The program by its shape. Raises Unshaped with the reason where it has another."""
    if not np.isfinite(matrix.lower).all():
        raise Unshaped("a column has no lower bound")
    form = standard_form(matrix)
    rows = _standing(form)
    columns = _members(form, rows)
    kinds, cliques = _row_kinds(form, rows, columns)
    kinds = with_least_fill(kinds, cliques)
    return _assembled(form, rows, columns, kinds)


def _standing(form: StandardForm) -> Standing:
    site, step = form.row_site, form.row_step
    sites, steps = int(site.max(initial=-1)) + 1, int(step.max(initial=-1)) + 1
    if sites == 0 or steps < STEPS_MIN:
        raise Unshaped(f"{sites} sites and {steps} steps; the method needs one and {STEPS_MIN}")
    if ((site >= 0) & (step < 0)).any():
        raise Unshaped("a row belongs to a site and to no step")
    slot = np.full(len(site), -1, dtype=np.int64)
    counts = []
    for part in (site >= 0, (site < 0) & (step >= 0)):
        family = form.row_family[part]
        rank = ranked(family, site[part] + 1, step[part])
        slot[part], count = numbered(family, rank)
        counts.append(count)
    long = (site < 0) & (step < 0)
    slot[long] = np.arange(int(long.sum()))
    return Standing(
        site=site,
        step=step,
        slot=slot,
        sites=sites,
        steps=steps,
        slots=counts[0],
        long=int(long.sum()),
        step_rows=counts[1],
    )


def _members(form: StandardForm, rows: Standing) -> Members:
    """Each column by the rows it touches."""
    count = len(form.cost)
    column, row = form.column, form.row
    touches = [
        np.bincount(column, weights=part[row], minlength=count)
        for part in (rows.is_site, rows.is_long, rows.is_step)
    ]
    on_site, on_long, on_step = touches
    lowest_site, highest_site = _span(column, rows.site[row], count)
    lowest, highest = _span(column, rows.step[row], count)
    if ((lowest_site != highest_site) & (on_site > 0)).any():
        raise Unshaped("a column reaches into two sites")
    if (on_long + on_step > 1).any():
        raise Unshaped("a column reaches into two rows that tie sites together")
    inner = (rows.step[row] > 0) & (rows.step[row] < rows.steps - 1)
    inside = np.bincount(column, weights=inner, minlength=count) > 0
    wraps = (lowest == 0) & (highest == rows.steps - 1) & ~inside & (on_site > 0)
    near = (highest - lowest <= 1) | wraps
    kind = np.full(count, IDLE)
    kind[on_site > 0] = np.where(near, SITE, BORDER)[on_site > 0]
    tied = (on_site > 0) & (on_long + on_step > 0)
    if (tied & (lowest != highest)).any():
        raise Unshaped("a column of a tying row reaches into two steps")
    kind[tied] = np.where(on_long > 0, CELL, FLOW)[tied]
    kind[(on_site == 0) & (on_long + on_step > 0)] = ALONE
    step = np.where(wraps, rows.steps - 1, np.maximum(lowest, 0))
    slot = np.full(count, -1, dtype=np.int64)
    here = kind == SITE
    family = form.column_family[here]
    slot[here], _ = numbered(family, ranked(family, highest_site[here], step[here]))
    cyclic = bool((wraps & here).any())
    return Members(kind=kind, site=highest_site, step=step, slot=slot, cyclic=cyclic)


def _span(column: Whole, value: Whole, count: int) -> tuple[Whole, Whole]:
    """Least and greatest value of at least 0 over a column's entries; -1 without any."""
    seen = value >= 0
    least = np.full(count, np.iinfo(np.int64).max)
    most = np.full(count, -1, dtype=np.int64)
    np.minimum.at(least, column[seen], value[seen])
    np.maximum.at(most, column[seen], value[seen])
    return np.where(most < 0, -1, least), most


def _row_kinds(
    form: StandardForm, rows: Standing, columns: Members
) -> tuple[RowKinds, list[frozenset[int]]]:
    """Slots of site rows by part, and which of them a column ties together."""
    kind, slot = columns.kind[form.column], rows.slot[form.row]
    ahead = ahead_of(form, rows, columns)
    tied = np.isin(kind, (CELL, FLOW)) & rows.is_site[form.row]
    link = np.unique(slot[tied])
    state = np.unique(slot[(kind == SITE) & (ahead == 1)])
    both = np.intersect1d(link, state)
    if len(both):
        raise Unshaped("a row ties sites together and is carried over time")
    if not len(link):
        raise Unshaped("nothing ties steps or sites together")
    local = np.setdiff1d(np.arange(rows.slots), np.concatenate([link, state]))
    here = kind == SITE
    named = np.where(ahead == 1, rows.slots + slot, slot)[here]
    pairs = np.unique(columns.slot[form.column[here]] * 2 * rows.slots + named)
    column, row = pairs // (2 * rows.slots), pairs % (2 * rows.slots)
    row = np.where(row >= rows.slots, -1 - (row - rows.slots), row)
    cliques = [frozenset(row[column == own].tolist()) for own in np.unique(column).tolist()]
    if len(link):
        cliques.append(frozenset(link.tolist()))
    kinds = RowKinds(
        local=tuple(local.tolist()), link=tuple(link.tolist()), state=tuple(state.tolist())
    )
    return kinds, cliques


def _assembled(form: StandardForm, rows: Standing, columns: Members, kinds: RowKinds) -> Shape:
    parts = Parts(form=form, rows=in_order(rows, kinds.order), columns=columns, kinds=kinds)
    entries = parts.site_entries()
    borders, border_place = parts.borders()
    cells, cell_place, runs = parts.cells()
    flows, flow_place = parts.flows()
    alone, alone_place = parts.alone()
    sizes = parts.sizes(borders, cells, flows, alone)
    place = parts.site_place()
    for first, own in zip(
        sizes.parts[1:-1], (border_place, cell_place, flow_place, alone_place), strict=True
    ):
        place = np.where(own >= 0, first + own, place)
    row_place = parts.row_place(sizes)
    held = place >= 0
    laid = [np.full(sizes.columns, blank) for blank in (0.0, np.inf, 0.0, 1.0)]
    for kept, values in zip(laid, (form.cost, form.upper, form.most, form.scale), strict=True):
        kept[place[held]] = values[held]
    wanted, row_scale = np.zeros(sizes.rows), np.ones(sizes.rows)
    wanted[row_place], row_scale[row_place] = form.wanted, form.row_scale
    live = np.zeros(sizes.columns)
    live[place[held]] = form.moves[held]
    return Shape(
        sizes=sizes,
        entries=entries,
        borders=borders,
        cells=cells,
        runs=runs,
        flows=flows,
        alone=alone,
        elimination=elimination(
            len(kinds.local),
            len(kinds.link),
            len(kinds.state),
            entries.column,
            entries.row,
            entries.ahead,
        ),
        cyclic=columns.cyclic,
        cost=laid[0],
        upper=laid[1],
        most=laid[2],
        live=live,
        wanted=wanted,
        scale=laid[3],
        row_scale=row_scale,
        price=form.price,
        place=place,
        row_place=row_place,
    )
