"""Rows and columns of stores: what they take, keep and give, through real hours or typical ones that are linked."""

import numpy as np
from numpy.typing import NDArray

from gridtide.invest.campus import Option
from gridtide.invest.draft import NONE, Columns, Draft
from gridtide.invest.supply_rows import capacity
from gridtide.invest.technology import STORES, Kind

Real = NDArray[np.float64]
Whole = NDArray[np.int64]


def write_stores(draft: Draft) -> None:
    """Batteries, whose inverter charges or discharges, and hydrogen, whose two machines are built apart.

    The least load of an electrolyser is kept where choices are whole; else hours between nothing and its least are a
    share of an hour at it.
    """
    for option in draft.campus.options:
        if option.technology.kind in STORES:
            _write_store(draft, option)


def _write_store(draft: Draft, option: Option) -> None:
    technology, program = option.technology, draft.program
    count = (len(draft.campus.hours),)
    power = capacity(draft, option, "kw", (option.least_kw, option.most_kw))
    energy = capacity(draft, option, "kwh", (option.least_kwh, option.most_kwh))
    taken = program.variables(count)
    made = program.variables(count, draft.per_kwh(technology.variable_per_mwh))
    program.put(draft.balance, made, 1.0)
    program.put(draft.balance, taken, -1.0)
    power_out = NONE
    if technology.kind == Kind.BATTERY:
        rows = draft.rows(-np.inf, 0.0)
        program.put(rows, taken, 1.0)
        program.put(rows, made, 1.0)
        program.put(rows, np.full(count, power), -1.0)
    else:
        power_out = capacity(draft, option, "kw_out", (0.0, option.most_kw))
        draft.at_most(taken, power)
        if draft.whole and technology.least_share > 0.0:
            draft.at_least_or_off(taken, option, power, 1.0)
        draft.at_most(made, power_out)
    level = write_level(
        draft,
        energy,
        technology.loss_per_h,
        [(taken, technology.efficiency), (made, -1.0 / technology.efficiency_out)],
    )
    draft.built.append(
        Columns(
            option=option, power=power, power_out=power_out, energy=energy,
            made=made, taken=taken, level=level,
        )
    )  # fmt: skip


def write_level(
    draft: Draft, energy: int, loss_per_h: float, flows: list[tuple[Whole, float]]
) -> Whole:
    """Columns of what a store keeps at the end of each hour, between nothing and what is built of it, (T,).

    flows: columns that fill it, with what of each kW arrives, negative for what empties it. Over real hours it ends as
    it began. Over typical ones the columns count from the beginning of each period, and what the periods of the years
    carry from one to the next is kept within bounds.
    """
    hours, program = draft.campus.hours, draft.program
    count, keeps = (len(hours),), 1.0 - loss_per_h
    level = program.variables(count, lower=-np.inf if hours.is_typical else 0.0)
    rows = draft.rows(0.0, 0.0)
    program.put(rows, level, 1.0)
    goes_on = ~hours.is_first if hours.is_typical else np.ones(len(hours), dtype=bool)
    program.put(rows[goes_on], level[hours.before][goes_on], -keeps)
    for columns, arrives in flows:
        program.put(rows, columns, -arrives)
    if hours.is_typical:
        _link(draft, level, energy, keeps)
    else:
        draft.at_most(level, energy)
    return level


def _link(draft: Draft, level: Whole, energy: int, keeps: float) -> None:
    """Levels at the beginning of each period of the years, tied by what the typical one that stands for it changes.

    Lowest and highest of a typical period bound every period it stands for: exact without losses while standing, on
    the safe side with them.
    """
    hours, program = draft.campus.hours, draft.program
    by_period = level.reshape(-1, hours.period_h)
    ends = (len(by_period),)
    lowest, highest = (program.variables(ends, lower=-np.inf) for _ in range(2))
    for column, sign in ((lowest, 1.0), (highest, -1.0)):
        rows = program.constraints(by_period.shape, -np.inf, 0.0)
        program.put(rows, column[:, None], sign)
        program.put(rows, by_period, -sign)
        rows = program.constraints(ends, -np.inf, 0.0)
        program.put(rows, column, sign)
    many = (len(hours.chain),)
    begins = program.variables(many)
    whole = keeps**hours.period_h
    rows = program.constraints(many, 0.0, 0.0)
    program.put(rows, begins[(np.arange(many[0]) + 1) % many[0]], 1.0)
    program.put(rows, begins, -whole)
    program.put(rows, by_period[hours.chain, -1], -1.0)
    rows = program.constraints(many, 0.0, np.inf)
    program.put(rows, begins, whole)
    program.put(rows, lowest[hours.chain], 1.0)
    rows = program.constraints(many, -np.inf, 0.0)
    program.put(rows, begins, 1.0)
    program.put(rows, highest[hours.chain], 1.0)
    program.put(rows, np.full(many, energy), -1.0)


def write_plain_store(draft: Draft, option: Option, flows: list[tuple[Whole, float]]) -> Whole:
    """What a store of heat or cold keeps, filled and emptied by columns of others; gives its levels, (T,)."""
    energy = capacity(draft, option, "kwh", (option.least_kwh, option.most_kwh))
    level = write_level(draft, energy, option.technology.loss_per_h, flows)
    draft.built.append(Columns(option=option, energy=energy, level=level))
    return level
