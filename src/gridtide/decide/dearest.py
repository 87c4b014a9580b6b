"""The most that any course can pay for energy, whatever it believes: no more work than there is, within every limit.

A linear program that can do everything a course can and more: work runs in fractions, at any place it may run at, in
any step after it is there, at whatever point takes most energy for it; services fill all machines that are left; a
building draws the chord over its curve. Its bound is proved by weak duality, without trust in a solver.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gridtide.decide.program import Program, Whole, lower_bound, matrix_of, solve

Real = NDArray[np.float64]


@dataclass(frozen=True, kw_only=True, eq=False)
class Stores:
    """What each site's store can, (S,) each; 0 where there is none. start_kwh: what it holds when the course begins."""

    energy_kwh: Real
    start_kwh: Real
    least_kwh: Real
    charge_max_kw: Real
    discharge_max_kw: Real
    charge_efficiency: Real
    discharge_efficiency: Real


@dataclass(frozen=True, kw_only=True, eq=False)
class Reach:
    """What a course can do at most: S sites, P places, T steps, G groups of work.

    price_per_kwh: what one more kWh drawn costs, import_max_kw, rest_kw: drawn at the meter with all machines parked,
    less own supply that is surely used, slope: kW there for one more kW of IT at most, (S, T). it_more_kw: IT power
    beyond parked machines, (S,). spared_kw: what own supply and store give and the site does not draw, at most, (S, T).
    site, accelerators, pace (most work an hour of one), work_kw (most IT energy of one hour of work), (P,). may:
    whether a group may run at a place, (G, P). there_h: work of a group that is there by the end of a step, restarts
    counted, (G, T). asked_per_s: requests of a service, (V, T). service: of each way of answering, (W,). serving_kw:
    most IT power of an accelerator that answers so, beyond a parked one; always, each: how many do at most, so many,
    and so many for each request a second, (W, P).
    """

    hours: Real
    price_per_kwh: Real
    import_max_kw: Real
    rest_kw: Real
    slope: Real
    it_more_kw: Real
    spared_kw: Real
    stores: Stores
    site: Whole
    accelerators: Real
    pace: Real
    work_kw: Real
    may: NDArray[np.bool_]
    there_h: Real
    asked_per_s: Real
    service: Whole
    serving_kw: Real
    always: Real
    each: Real


def dearest_energy(reach: Reach) -> float:
    """No course pays more for what it draws, in money. Infinity where nothing is proved."""
    program = Program()
    it_kwh = _machines(program, reach)
    charge, discharge = _stores(program, reach)
    _meters(program, reach, it_kwh, charge, discharge)
    matrix = matrix_of(program)
    return -lower_bound(matrix, solve(matrix).row_dual)


def _machines(program: Program, reach: Reach) -> Whole:
    """Columns of IT energy beyond parked machines, (S, T), kWh: of work and of what answers."""
    sites, steps = reach.price_per_kwh.shape
    held_h = reach.accelerators[:, None] * reach.hours
    held = program.constraints((len(held_h), steps), -np.inf, held_h)
    it_kwh = program.variables((sites, steps), upper=reach.it_more_kw[:, None] * reach.hours)
    drawn = program.constraints((sites, steps), 0.0, 0.0)
    program.put(drawn, it_kwh, -1.0)
    work, answer = _working(program, reach), _answering(program, reach)
    for columns, held_by_one, kwh in (
        (work, 1.0 / reach.pace[None, :, None], reach.work_kw[None, :, None]),
        (answer, np.ones((1, 1, 1)), reach.serving_kw[:, :, None]),
    ):
        program.put(np.broadcast_to(held[None], columns.shape), columns, held_by_one)
        program.put(np.broadcast_to(drawn[reach.site][None], columns.shape), columns, kwh)
    return it_kwh


def _working(program: Program, reach: Reach) -> Whole:
    """Columns of work, (G, P, T), hours at full speed: never more than is there by then."""
    (groups, places), steps = reach.may.shape, len(reach.hours)
    held_h = reach.accelerators[:, None] * reach.hours
    most_h = np.where(reach.may[:, :, None], held_h * reach.pace[:, None], 0.0)
    work = program.variables((groups, places, steps), upper=most_h)
    done = program.variables((groups, steps), upper=reach.there_h)
    sums = program.constraints((groups, steps), 0.0, 0.0)
    program.put(sums, done, -1.0)
    program.put(sums[:, 1:], done[:, :-1], 1.0)
    program.put(np.broadcast_to(sums[:, None, :], work.shape), work, 1.0)
    return work


def _answering(program: Program, reach: Reach) -> Whole:
    """Columns of machines that answer, (W, P, T), hours: no more than requests, wherever they go, can keep there."""
    (ways, places), steps = reach.serving_kw.shape, len(reach.hours)
    shape = (ways, places, steps)
    answer = program.variables(shape, upper=reach.accelerators[:, None] * reach.hours)
    asked_each = reach.asked_per_s * reach.hours
    goes = program.variables(shape, upper=asked_each[reach.service][:, None, :])
    asked = program.constraints(asked_each.shape, -np.inf, asked_each)
    program.put(np.broadcast_to(asked[reach.service][:, None, :], shape), goes, 1.0)
    most = program.constraints(shape, -np.inf, reach.always[:, :, None] * reach.hours)
    program.put(most, answer, 1.0)
    program.put(most, goes, np.broadcast_to(-reach.each[:, :, None], shape))
    return answer


def _stores(program: Program, reach: Reach) -> tuple[Whole, Whole]:
    """Columns of what stores take and give, (S, T) each, kWh at the meter."""
    store, hours = reach.stores, reach.hours
    shape = reach.price_per_kwh.shape
    charge = program.variables(shape, upper=store.charge_max_kw[:, None] * hours)
    discharge = program.variables(shape, upper=store.discharge_max_kw[:, None] * hours)
    least_kwh = np.minimum(store.least_kwh, store.start_kwh)[:, None]
    holds = program.variables(shape, lower=least_kwh, upper=store.energy_kwh[:, None])
    before = np.zeros(shape)
    before[:, 0] = store.start_kwh
    kept = program.constraints(shape, before, before)
    program.put(kept, holds, 1.0)
    program.put(kept[:, 1:], holds[:, :-1], -1.0)
    program.put(kept, charge, np.broadcast_to(-store.charge_efficiency[:, None], shape))
    program.put(kept, discharge, np.broadcast_to(1.0 / store.discharge_efficiency[:, None], shape))
    both = program.constraints(shape, -np.inf, 1.0)
    for columns, most_kw in ((charge, store.charge_max_kw), (discharge, store.discharge_max_kw)):
        per_kwh = 1.0 / np.maximum(most_kw[:, None] * hours, 1e-9)
        program.put(both, columns, per_kwh)
    return charge, discharge


def _meters(program: Program, reach: Reach, it_kwh: Whole, charge: Whole, discharge: Whole) -> None:
    """What is drawn and paid for: no more than the building takes and the connection carries."""
    shape, hours = reach.price_per_kwh.shape, reach.hours
    drawn = program.variables(
        shape, cost=-reach.price_per_kwh, upper=np.maximum(reach.import_max_kw, 0.0) * hours
    )
    spared = program.variables(shape, upper=reach.spared_kw * hours)
    most = program.constraints(shape, -np.inf, reach.rest_kw * hours)
    program.put(most, drawn, 1.0)
    program.put(most, it_kwh, -reach.slope)
    program.put(most, charge, -1.0)
    program.put(most, discharge, 1.0)
    program.put(most, spared, -1.0)
