"""Nodes that rest: those that answer are awake, the others idle, parked or off, and every wake draws its energy."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import ArrayLike

from gridtide.decide.layout import Columns, Facts, Real, RestColumns, Whole, machines_per_request
from gridtide.decide.program import Program
from gridtide.decide.rest_terms import RestTerms


def add_resting(
    program: Program, columns: Columns, facts: Facts, load: Whole, balance: Whole
) -> None:
    """answering <= used + beside; used, now, lately and soon, <= awake; off + awake <= kept; off + used, lately and
    soon, <= kept; awake - before <= woken + risen; off before - off <= woken; off - before <= gone; gone lately <= off.

    Idle nodes and wakes add to the rows of load, nodes that are off take from those of balance. Every row stands at
    the later of the steps it ties, so that none ties sites and steps at once.
    """
    terms, own = facts.rest, columns.rest
    if not len(terms.place):
        return
    _add_answering(program, columns, facts)
    _add_awake(program, own, terms)
    _add_off(program, own, terms)
    _add_wakes(program, own, terms)
    _add_power(program, own, facts, load, balance)


def spared_kw(facts: Facts, own: RestColumns, values: Real) -> Real:
    """What nodes that are off spare beside parked ones, at the racks and at the meter, (2, S, T)."""
    found = np.zeros((2, len(facts.curve.floor_it_kw), len(facts.hours)))
    terms = facts.rest
    off = values[own.off]
    np.add.at(found[0], terms.site, off * terms.spared_kw[:, None])
    np.add.at(found[1], terms.site, off * terms.spared_at_meter_kw)
    return found


def _add_answering(program: Program, columns: Columns, facts: Facts) -> None:
    """What answers at a place, with its reserve, is on nodes that may rest or beside them."""
    terms, own = facts.rest, columns.rest
    rows = _rows(program, terms, slice(None), 0.0)
    at = np.full(len(facts.accelerators), -1)
    at[terms.place] = np.arange(len(terms.place))
    row = at[columns.pair[:, 2]]
    here = row >= 0
    need = machines_per_request(columns, facts)[here, None]
    program.put(rows[row[here]], columns.flow[here], need)
    program.put(rows, own.used, -1.0)
    program.put(rows, own.beside, -1.0)


def _add_awake(program: Program, own: RestColumns, terms: RestTerms) -> None:
    """Nodes are awake while they are used, for a while after, and ahead of a need that is expected."""
    expects = np.flatnonzero(terms.expects)
    for rest, most in _alike(terms.steps.after_use):
        lately = _covering(program, terms, own.used[rest], rest, most, ahead=False)
        rows = _rows(program, terms, rest, 0.0)
        program.put(rows, lately, 1.0)
        program.put(rows, own.awake[rest], -1.0)
    for rest, most in _alike(terms.steps.before_use):
        soon = _covering(program, terms, own.used[rest], rest, most, ahead=True)
        rows = _rows(program, terms, rest, 0.0, expects)
        program.put(rows, soon[:, expects], 1.0)
        program.put(rows, own.awake[rest][:, expects], -1.0)


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
        (own.awake, 1.0, terms.awake_now, (own.woken, own.risen)),
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
    program.put(balance[terms.site], own.beside, np.where(terms.expects, -spared, 0.0))


def _rows(
    program: Program,
    terms: RestTerms,
    rest: Whole | slice,
    most: ArrayLike,
    step: Whole | None = None,
) -> Whole:
    """Rows of these places, at most so much, at all steps or at some."""
    site = terms.site[rest][:, None]
    steps = np.arange(len(terms.expects)) if step is None else step
    return program.constraints((len(site), len(steps)), -np.inf, most, site, steps)


def _alike(steps: Whole) -> Iterator[tuple[Whole, int]]:
    """Places by the number of steps that something takes there."""
    for most in np.unique(steps).tolist():
        yield np.flatnonzero(steps == most), most


def _covering(
    program: Program, terms: RestTerms, used: Whole, rest: Whole, most: int, ahead: bool
) -> Whole:
    """Columns no less than what is used now and in so many steps before, or after; (R, T)."""
    forever = most >= used.shape[1]
    found = used
    for _ in range(1 if forever else most):
        cover = program.variables(used.shape, 0.0, 0.0, terms.kept[rest, None])
        now = _rows(program, terms, rest, 0.0)
        program.put(now, used, 1.0)
        program.put(now, cover, -1.0)
        next_to = cover if forever else found
        then, when = (next_to[:, 1:], cover[:, :-1]) if ahead else (next_to[:, :-1], cover[:, 1:])
        rows = _rows(program, terms, rest, 0.0, np.arange(1, used.shape[1]))
        program.put(rows, then, 1.0)
        program.put(rows, when, -1.0)
        found = cover
    return found


def _summed(program: Program, terms: RestTerms, gone: Whole, rest: Whole, most: int) -> Whole:
    """Columns no less than what went off in the last so many steps, this one among them, together; (R, T)."""
    forever = most >= gone.shape[1]
    found = gone
    for _ in range(1 if forever else max(most - 1, 0)):
        total = program.variables(gone.shape, 0.0, 0.0, terms.kept[rest, None])
        rows = _rows(program, terms, rest, 0.0)
        program.put(rows, gone, 1.0)
        program.put(rows[:, 1:], (total if forever else found)[:, :-1], 1.0)
        program.put(rows, total, -1.0)
        found = total
    return found
