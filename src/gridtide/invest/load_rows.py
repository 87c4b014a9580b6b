"""Rows and columns of a load that moves: work that waits, answers that are slower, cold and heat beside them."""

import numpy as np
from numpy.typing import NDArray

from gridtide.invest.campus import Campus, Option, Waiting
from gridtide.invest.draft import Columns, Draft
from gridtide.invest.hours import Hours
from gridtide.invest.store_rows import write_plain_store
from gridtide.invest.supply_rows import capacity
from gridtide.invest.technology import Kind
from gridtide.units import price_per_mwh_of

Real = NDArray[np.float64]
Whole = NDArray[np.int64]


def write_waiting(draft: Draft, windows: bool = False) -> None:
    """Work that waits, as queues: what is left at the end of each hour, at most what arrived within the slack.

    Whatever arrives is done within its slack if and only if it is done first in, first out, which the bound says. At
    the end of the years, or of a typical period, nothing is left. windows: a column for each hour of arrival and of
    work instead, which says the same in many more columns.
    """
    for one in draft.campus.waiting:
        if windows:
            _write_windows(draft, one)
        else:
            _write_queue(draft, one)


def left_most(one: Waiting, hours: Hours) -> Real:
    """The most that may be left at the end of each hour, kWh, (T,)."""
    count = hours.period_h if hours.is_typical else len(hours)
    arrived = one.arrives_kw.reshape(-1, count)
    before = np.concatenate([np.zeros((len(arrived), 1)), np.cumsum(arrived, axis=1)], axis=1)
    at = np.arange(count) + 1
    left = before[:, at] - before[:, np.maximum(at - one.slack_h, 0)]
    left[:, -1] = 0.0
    return np.asarray(left.ravel())


def _write_queue(draft: Draft, one: Waiting) -> None:
    program, hours = draft.program, draft.campus.hours
    count = (len(hours),)
    backlog = program.variables(count, upper=left_most(one, hours))
    rows = draft.rows(one.arrives_kw - one.most_kw, one.arrives_kw)
    goes_on = ~hours.is_first
    before = backlog[hours.before][goes_on]
    program.put(rows, backlog, 1.0)
    program.put(rows[goes_on], before, -1.0)
    _draw_less(draft, backlog, 1.0, np.ones(count, dtype=bool))
    _draw_less(draft, before, -1.0, goes_on)
    draft.backlog.append(backlog)
    if one.moved_per_kwh > 0.0:
        moved = _write_moved(draft, one, 0.0)
        program.put(moved, backlog, -1.0)
        program.put(moved[goes_on], before, 1.0)


def _write_moved(draft: Draft, one: Waiting, least: float | Real) -> Whole:
    """Columns of what an hour moves on, paid for, and rows that hold it above `least`, (T,)."""
    moved = draft.program.variables(
        (len(draft.campus.hours),), draft.per_kwh(price_per_mwh_of(one.moved_per_kwh))
    )
    rows = draft.rows(least, np.inf)
    draft.program.put(rows, moved, 1.0)
    return rows


def _write_windows(draft: Draft, one: Waiting) -> None:
    program, hours = draft.program, draft.campus.hours
    length = hours.period_h if hours.is_typical else len(hours)
    arrival = np.arange(len(hours))
    last = np.minimum(arrival + one.slack_h, arrival // length * length + length - 1)
    many = last - arrival + 1
    of = np.repeat(arrival, many)
    at = of + np.arange(len(of)) - np.repeat(np.cumsum(many) - many, many)
    done = program.variables((len(of),), upper=one.most_kw)
    rows = draft.rows(one.arrives_kw, one.arrives_kw)
    program.put(rows[of], done, 1.0)
    rows = draft.rows(-np.inf, one.most_kw)
    program.put(rows[at], done, 1.0)
    if one.moved_per_kwh > 0.0:
        program.put(_write_moved(draft, one, one.arrives_kw)[at], done, 1.0)
    program.put(draft.balance[at], done, -1.0)
    program.put(draft.balance[of], done, 1.0)
    if len(draft.heat):
        assert draft.campus.cooling is not None
        share = draft.campus.cooling.heat_share
        program.put(draft.heat[at], done, -share)
        program.put(draft.heat[of], done, share)
    draft.served.append((at, done))


def _draw_less(draft: Draft, columns: Whole, factor: float, where: NDArray[np.bool_]) -> None:
    """By how much columns lower the load of some hours, and the heat with it."""
    draft.program.put(draft.balance[where], columns, factor)
    if len(draft.heat):
        assert draft.campus.cooling is not None
        draft.program.put(draft.heat[where], columns, factor * draft.campus.cooling.heat_share)


def write_slower(draft: Draft) -> None:
    """Answers that are slower for a price, in at most so many full hours a year."""
    program = draft.program
    for one in draft.campus.slower:
        columns = program.variables(
            one.most_kw.shape, draft.per_kwh(one.cost_per_mwh), upper=one.most_kw
        )
        _draw_less(draft, columns, 1.0, np.ones(columns.shape, dtype=bool))
        draft.load_kwh.add(columns, -draft.weight)
        mean_kw = float(one.most_kw @ draft.weight / draft.weight.sum())
        row = program.constraints((1,), -np.inf, one.hours_most * mean_kw)
        program.put(row, columns, draft.weight)
        draft.slower.append(columns)


def begin_heat(draft: Draft) -> None:
    """Rows of heat that must be carried away, (T,): what plants carry and a store gives, less what work makes."""
    campus = draft.campus
    if campus.cooling is not None:
        heat_kw = campus.cooling.heat_share * campus.load_kw
        draft.heat = draft.rows(heat_kw, heat_kw)


def write_cold(draft: Draft) -> None:
    """Plants that carry heat away, now or ahead of time into a store of cold, and the water that takes."""
    cooling, program = draft.campus.cooling, draft.program
    if cooling is None:
        return
    water_m3 = draft.weight * cooling.water_l_per_kwh / 1000.0
    draft.chilled = program.variables(
        (len(draft.campus.hours),),
        water_m3 * cooling.water_cost_per_m3,
        upper=cooling.plant_most_kw,
    )
    program.put(draft.balance, draft.chilled, -1.0 / cooling.cop)
    program.put(draft.heat, draft.chilled, 1.0)
    draft.load_kwh.add(draft.chilled, draft.weight / cooling.cop)
    draft.water_m3.add(draft.chilled, water_m3)
    for option in _of(draft.campus, Kind.COLD_STORE):
        into, out = (program.variables(draft.chilled.shape) for _ in range(2))
        program.put(draft.heat, into, -1.0)
        program.put(draft.heat, out, 1.0)
        write_plain_store(draft, option, [(into, 1.0), (out, -1.0)])


def write_heat(draft: Draft) -> None:
    """Heat of the load that a heat pump lifts for a customer, now or out of a tank."""
    campus, program = draft.campus, draft.program
    heat, pumps = campus.heat, _of(campus, Kind.HEAT_PUMP)
    if heat is None or not pumps:
        return
    count = (len(campus.hours),)
    pump = pumps[0]
    power = capacity(draft, pump, "kw", (pump.least_kw, pump.most_kw))
    draft.lifted = program.variables(count)
    draft.at_most(draft.lifted, power)
    draft.delivered = program.variables(
        count, -draft.per_kwh(heat.price_per_mwh), upper=heat.demand_kw
    )
    program.put(draft.balance, draft.lifted, -1.0 / heat.cop)
    draft.load_kwh.add(draft.lifted, draft.weight / heat.cop)
    draft.built.append(Columns(option=pump, power=power, made=draft.lifted))
    _write_source(draft, heat.share, 1.0 - 1.0 / heat.cop)
    rows = draft.rows(0.0, 0.0)
    program.put(rows, draft.lifted, 1.0)
    program.put(rows, draft.delivered, -1.0)
    for option in _of(campus, Kind.HOT_STORE):
        into, out = (program.variables(count) for _ in range(2))
        program.put(rows, into, -1.0)
        program.put(rows, out, 1.0)
        write_plain_store(draft, option, [(into, 1.0), (out, -1.0)])


def _write_source(draft: Draft, share: float, taken: float) -> None:
    """A heat pump takes no more than a share of the heat that the load makes in the same hour."""
    campus, program = draft.campus, draft.program
    rows = draft.rows(-np.inf, share * campus.load_kw)
    program.put(rows, draft.lifted, taken)
    goes_on = ~campus.hours.is_first
    for backlog in draft.backlog:
        program.put(rows, backlog, share)
        program.put(rows[goes_on], backlog[campus.hours.before][goes_on], -share)
    for slower in draft.slower:
        program.put(rows, slower, share)


def _of(campus: Campus, kind: Kind) -> list[Option]:
    return [one for one in campus.options if one.technology.kind == kind]
