"""Nodes that rest: those that answer are awake, the others idle, parked or off, and every wake draws its energy."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import ArrayLike

from gridtide.decide.layout import Columns, Facts, Real, RestColumns, Whole, machines_per_request
from gridtide.decide.program import Program
from gridtide.decide.rest_terms import RestTerms

NEAR_STEPS = 8
"""Windows of up to so many steps are written step by step, each tied to the next alone, as structured methods want;
longer ones by doubling."""
LONG_STEPS = 48
"""Windows of so many steps or more are written as without end: doubling over days takes a solver minutes. A node that
stays idle half a day after its use then counts as idle to the end of the horizon, one that stays off so long as off."""


def add_resting(
    program: Program, columns: Columns, facts: Facts, load: Whole, balance: Whole
) -> Whole:
    """answering = used + beside; used, now, lately and soon, <= awake; off + awake <= kept; off + used, lately and
    soon, <= kept; awake - before <= direct + risen; direct, off before - off <= woken; risen <= parked before;
    off - before <= gone; gone lately <= off; used + what wakes <= awake + late.

    Idle nodes and wakes add to the rows of load, nodes that are off take from those of balance. Every row stands at
    the later of the steps it ties, so that none ties sites and steps at once. Returns the rows of what answers, (R, T).
    """
    terms, own = facts.rest, columns.rest
    if not len(terms.place):
        return np.zeros((0, len(facts.hours)), dtype=np.int64)
    answering = _add_answering(program, columns, facts)
    _add_awake(program, own, terms)
    _add_off(program, own, terms)
    _add_wakes(program, own, terms)
    _add_lateness(program, own, terms)
    _add_power(program, own, facts, load, balance)
    return answering


def spared_kw(facts: Facts, own: RestColumns, values: Real) -> Real:
    """What nodes that are off spare beside parked ones, at the racks and at the meter, (2, S, T)."""
    found = np.zeros((2, len(facts.curve.floor_it_kw), len(facts.hours)))
    terms = facts.rest
    off = values[own.off]
    np.add.at(found[0], terms.site, off * terms.spared_kw[:, None])
    np.add.at(found[1], terms.site, off * terms.spared_at_meter_kw)
    return found


def nodes_used(facts: Facts, own: RestColumns, values: Real) -> dict[str, Real]:
    """Accelerators of every place that are used and rest otherwise, by the name of `Plan`; nothing without any."""
    terms = facts.rest
    if not len(terms.place):
        return {}
    found = np.zeros((len(facts.accelerators), len(facts.hours)))
    found[terms.place] = values[own.used]
    return {"nodes_used": np.maximum(found, 0.0)}


def _add_answering(program: Program, columns: Columns, facts: Facts) -> Whole:
    """What answers at a place, with its reserve, is on nodes that may rest or beside them."""
    terms, own = facts.rest, columns.rest
    shape = own.used.shape
    rows = program.constraints(shape, 0.0, 0.0, terms.site[:, None], np.arange(shape[1]))
    at = np.full(len(facts.accelerators), -1)
    at[terms.place] = np.arange(len(terms.place))
    row = at[columns.pair[:, 2]]
    here = row >= 0
    need = machines_per_request(columns, facts)[here, None]
    program.put(rows[row[here]], columns.flow[here], need)
    program.put(rows, own.used, -1.0)
    program.put(rows, own.beside, -1.0)
    return rows


def _add_awake(program: Program, own: RestColumns, terms: RestTerms) -> None:
    """Nodes are awake while they are used, for a while after, and ahead of a need, which is told."""
    rows = _rows(program, terms, slice(None), -terms.awake_least)
    program.put(rows, own.awake, -1.0)
    program.put(rows, own.dozing, -1.0)
    for rest, most in _alike(terms.steps.after_use):
        lately = _covering(program, terms, own.used[rest], rest, most, ahead=False)
        rows = _rows(program, terms, rest, 0.0)
        program.put(rows, lately, 1.0)
        program.put(rows, own.awake[rest], -1.0)
    for rest, most in _alike(terms.steps.before_use):
        soon = _covering(program, terms, own.used[rest], rest, most, ahead=True)
        rows = _rows(program, terms, rest, 0.0)
        program.put(rows, soon, 1.0)
        program.put(rows, own.awake[rest], -1.0)


def _add_off(program: Program, own: RestColumns, terms: RestTerms) -> None:
    """A node is off only if it is not awake, was not used lately and is not used soon; and then for its least time."""
    rows = _rows(program, terms, slice(None), terms.kept[:, None])
    program.put(rows, own.off, 1.0)
    program.put(rows, own.awake, 1.0)
    for steps, ahead in ((terms.steps.after_off, False), (terms.steps.before_off, True)):
        for rest, most in _alike(steps):
            near = _covering(program, terms, own.used[rest], rest, most, ahead)
            rows = _rows(program, terms, rest, terms.kept[rest, None])
            program.put(rows, own.off[rest], 1.0)
            program.put(rows, near, 1.0)
    for rest, most in _alike(terms.steps.least_off):
        gone = _summed(program, terms, own.gone[rest], rest, most)
        rows = _rows(program, terms, rest, 0.0)
        program.put(rows, gone, 1.0)
        program.put(rows, own.off[rest], -1.0)


def _add_wakes(program: Program, own: RestColumns, terms: RestTerms) -> None:
    """What is awake and was not has woken from off or risen from parked; what is off no more has woken."""
    for column, sign, before, by in (
        (own.awake, 1.0, terms.awake_now, (own.direct, own.risen)),
        (own.off, -1.0, terms.off_now, (own.woken,)),
        (own.off, 1.0, terms.off_now, (own.gone,)),
    ):
        known = np.zeros(column.shape)
        known[:, 0] = sign * before
        rows = _rows(program, terms, slice(None), known)
        program.put(rows, column, sign)
        program.put(rows[:, 1:], column[:, :-1], -sign)
        for block in by:
            program.put(rows, block, -1.0)
    rows = _rows(program, terms, slice(None), 0.0)
    program.put(rows, own.direct, 1.0)
    program.put(rows, own.woken, -1.0)
    parked = np.repeat(terms.kept[:, None], rows.shape[1], axis=1)
    parked[:, 0] -= terms.awake_now + terms.off_now
    rows = _rows(program, terms, slice(None), parked)
    program.put(rows, own.risen, 1.0)
    for block in (own.awake, own.off):
        program.put(rows[:, 1:], block[:, :-1], 1.0)


def _add_lateness(program: Program, own: RestColumns, terms: RestTerms) -> None:
    """What is used beyond nodes whose wake has passed is late."""
    rows = _rows(program, terms, slice(None), 0.0)
    parked, off, still_off = terms.unready[:, :, None]
    for column, share in (
        (own.used, 1.0),
        (own.risen, parked),
        (own.direct, off),
        (own.awake, -1.0),
        (own.late, -1.0),
    ):
        program.put(rows, column, share)
    program.put(rows[:, 1:], own.direct[:, :-1], still_off)


def _add_power(
    program: Program, own: RestColumns, facts: Facts, load: Whole, balance: Whole
) -> None:
    """Idle nodes, wakes, and as a node that rests would be off beside it, nodes beyond those that may rest."""
    terms = facts.rest
    rows = load[terms.site]
    idle_kw = np.where(terms.counts, terms.idle_kw[:, None], 0.0)
    parked_kwh, off_kwh = terms.wake_kwh[:, :, None]
    program.put(rows, own.awake, -idle_kw)
    program.put(rows, own.used, idle_kw)
    program.put(rows, own.risen, np.where(terms.counts, -parked_kwh / facts.hours, 0.0))
    program.put(rows, own.woken, np.where(terms.counts, -off_kwh / facts.hours, 0.0))
    spared = np.where(terms.counts, terms.spared_at_meter_kw, 0.0)
    program.put(balance[terms.site], own.off, spared)
    program.put(balance[terms.site], own.beside, -spared)


def _rows(
    program: Program,
    terms: RestTerms,
    rest: Whole | slice,
    most: ArrayLike,
    step: Whole | None = None,
) -> Whole:
    """Rows of these places, at most so much, at all steps or at some."""
    site = terms.site[rest][:, None]
    steps = np.arange(terms.counts.shape[1]) if step is None else step
    return program.constraints((len(site), len(steps)), -np.inf, most, site, steps)


def _alike(steps: Whole) -> Iterator[tuple[Whole, int]]:
    """Places by the number of steps that something takes there."""
    for most in np.unique(steps).tolist():
        yield np.flatnonzero(steps == most), most


def _covering(
    program: Program, terms: RestTerms, used: Whole, rest: Whole, most: int, ahead: bool
) -> Whole:
    """Columns no less than what is used now and in so many steps before, or after; (R, T)."""
    if most >= min(used.shape[1], LONG_STEPS):
        cover = _above(program, terms, rest, [(used, 0)], ahead)
        return _tied(program, terms, rest, cover, (cover, 1), ahead)
    found, reached = used, 0
    while reached < most:
        shift = 1 if most <= NEAR_STEPS else min(reached + 1, most - reached)
        found = _above(program, terms, rest, [(found, 0), (found, shift)], ahead)
        reached += shift
    return found


def _above(
    program: Program,
    terms: RestTerms,
    rest: Whole,
    others: list[tuple[Whole, int]],
    ahead: bool,
) -> Whole:
    """New columns no less than others so many steps before, or after."""
    cover = program.variables(others[0][0].shape, 0.0, 0.0, terms.kept[rest, None])
    for other in others:
        _tied(program, terms, rest, cover, other, ahead)
    return cover


def _tied(
    program: Program,
    terms: RestTerms,
    rest: Whole,
    cover: Whole,
    other: tuple[Whole, int],
    ahead: bool,
) -> Whole:
    """Rows that keep columns no less than others so many steps before, or after. Returns the columns."""
    column, shift = other
    steps = cover.shape[1]
    then, when = column[:, : steps - shift], cover[:, shift:]
    if ahead:
        then, when = column[:, shift:], cover[:, : steps - shift]
    rows = _rows(program, terms, rest, 0.0, np.arange(shift, steps))
    program.put(rows, then, 1.0)
    program.put(rows, when, -1.0)
    return cover


def _summed(program: Program, terms: RestTerms, gone: Whole, rest: Whole, most: int) -> Whole:
    """Columns no less than what went off in the last so many steps, this one among them, together; (R, T)."""
    if most >= min(gone.shape[1], LONG_STEPS):
        total = _total(program, terms, rest, [(gone, 0)])
        rows = _rows(program, terms, rest, 0.0, np.arange(1, gone.shape[1]))
        program.put(rows, total[:, :-1], 1.0)
        program.put(rows, gone[:, 1:], 1.0)
        program.put(rows, total[:, 1:], -1.0)
        return total
    if most <= NEAR_STEPS:
        found = gone
        for _ in range(most - 1):
            found = _total(program, terms, rest, [(gone, 0), (found, 1)])
        return found
    doubled = [gone]
    while 2 ** len(doubled) <= most:
        half = doubled[-1]
        doubled.append(_total(program, terms, rest, [(half, 0), (half, 2 ** (len(doubled) - 1))]))
    parts, reached = [], 0
    for number, columns in enumerate(doubled):
        if most >> number & 1:
            parts.append((columns, reached))
            reached += 2**number
    return _total(program, terms, rest, parts)


def _total(
    program: Program, terms: RestTerms, rest: Whole, parts: list[tuple[Whole, int]]
) -> Whole:
    """New columns no less than the sum of others so many steps before."""
    total = program.variables(parts[0][0].shape, 0.0, 0.0, terms.kept[rest, None])
    rows = _rows(program, terms, rest, 0.0)
    for columns, shift in parts:
        program.put(rows[:, shift:], columns[:, : columns.shape[1] - shift], 1.0)
    program.put(rows, total, -1.0)
    return total
