"""Rows and columns of what makes electricity on a campus, and of the grid."""

from itertools import groupby

import numpy as np

from gridtide.invest.campus import Option
from gridtide.invest.draft import Columns, Draft
from gridtide.invest.technology import VARIABLE, Kind, yearly_per
from gridtide.settle.embodied import Stock, embodied_kg_per_year
from gridtide.units import cost_per_kwh, kg_per_kwh


def capacity(draft: Draft, option: Option, per: str, bounds: tuple[float, float]) -> int:
    """The column of what is built of an option, kW or kWh; per: kw, kw_out or kwh, whose capex counts."""
    technology, campus = option.technology, draft.campus
    capex = {
        "kw": technology.capex_per_kw,
        "kw_out": technology.capex_per_kw_out,
        "kwh": technology.capex_per_kwh,
    }[per]
    embodied = {
        "kw": technology.embodied_kg_per_kw,
        "kw_out": 0.0,
        "kwh": technology.embodied_kg_per_kwh,
    }[per]
    embodied_kg = embodied_kg_per_year(
        Stock(name=technology.name, embodied_kg=embodied, life_years=technology.lifetime_y)
    )
    cost = yearly_per(capex, technology, campus.interest) + float(draft.carbon_cost(embodied_kg))
    column = int(draft.program.variables((1,), cost, *bounds)[0])
    draft.capex.add(column, capex)
    draft.carbon_kg.add(column, embodied_kg)
    return column


def write_variable(draft: Draft, alone: bool = False) -> None:
    """What weather lets plants make, or less; those that cost alike to run share a column.

    alone: a column for each of them instead, which says the same in more rows.
    """
    options = [one for one in draft.campus.options if one.technology.kind in VARIABLE]
    order = sorted(range(len(options)), key=lambda k: (options[k].technology.variable_per_mwh, k))
    groups = groupby(order, key=lambda k: k if alone else options[k].technology.variable_per_mwh)
    for _, members in groups:
        _write_group(draft, [options[k] for k in members])


def _write_group(draft: Draft, options: list[Option]) -> None:
    program, hours = draft.program, (len(draft.campus.hours),)
    variable = options[0].technology.variable_per_mwh
    made = program.variables(hours, draft.per_kwh(variable))
    rows = draft.rows(-np.inf, 0.0)
    program.put(rows, made, 1.0)
    program.put(draft.balance, made, 1.0)
    draft.green_kwh.add(made, draft.weight)
    draft.clean_kwh.add(made, draft.weight)
    for option in options:
        power = capacity(draft, option, "kw", (option.least_kw, option.most_kw))
        shines = np.flatnonzero(option.share)
        program.put(rows[shines], np.full(len(shines), power), -option.share[shines])
        draft.available_kwh.add(power, float(option.share @ draft.weight))
        draft.built.append(Columns(option=option, power=power, made=made))


def write_firm(draft: Draft) -> None:
    """Plants that are told what to make: at most what does not stand for repair, at least their least while they run.

    A least load is kept in every hour, as by a plant that never stops, unless choices are whole; a pace binds where it
    is below the room between least and rated.
    """
    for option in draft.campus.options:
        if option.technology.kind == Kind.FIRM:
            _write_firm(draft, option)


def _write_firm(draft: Draft, option: Option) -> None:
    technology, program = option.technology, draft.program
    there = 1.0 - technology.outage_share
    power = capacity(draft, option, "kw", (option.least_kw, option.most_kw))
    emitted_kg = kg_per_kwh(technology.carbon_g_per_kwh)
    cost = draft.per_kwh(technology.made_per_mwh) + draft.carbon_cost(draft.weight * emitted_kg)
    made = program.variables((len(draft.campus.hours),), cost)
    draft.at_most(made, power, there)
    program.put(draft.balance, made, 1.0)
    if technology.least_share > 0.0:
        draft.at_least_or_off(made, option, power, there)
    pace = technology.ramp_share_per_h
    if pace < 1.0 - technology.least_share:
        before = made[draft.campus.hours.before]
        for sign in (1.0, -1.0):
            rows = draft.rows(-np.inf, 0.0)
            program.put(rows, made, sign)
            program.put(rows, before, -sign)
            program.put(rows, np.full(made.shape, power), -pace * there)
    draft.carbon_kg.add(made, draft.weight * emitted_kg)
    if technology.clean:
        draft.clean_kwh.add(made, draft.weight)
    else:
        draft.fossil_kwh.add(made, draft.weight)
        draft.unclean_kwh.add(made, draft.weight)
    draft.built.append(Columns(option=option, power=power, made=made))


def write_grid(draft: Draft) -> None:
    """Energy drawn and fed in within the limits of the circuits; what is held of each is paid by the kW and year."""
    grid, program = draft.campus.grid, draft.program
    if grid is None:
        return
    count = (len(draft.campus.hours),)
    emitted_kg = kg_per_kwh(1.0) * grid.carbon_average_g_per_kwh
    cost = draft.per_kwh(grid.buy_per_mwh) + draft.carbon_cost(draft.weight * emitted_kg)
    draft.drawn = program.variables(count, cost, upper=grid.import_max_kw)
    draft.sold = program.variables(
        count, -draft.per_kwh(grid.sell_per_mwh), upper=grid.export_max_kw
    )
    program.put(draft.balance, draft.drawn, 1.0)
    program.put(draft.balance, draft.sold, -1.0)
    if any(one.cost_per_kw_year for one in grid.circuits):
        draft.held = program.variables(
            (len(grid.circuits),),
            [one.cost_per_kw_year for one in grid.circuits],
            upper=[one.import_max_kw for one in grid.circuits],
        )
        rows = draft.rows(-np.inf, 0.0)
        program.put(rows, draft.drawn, 1.0)
        program.put(rows[:, None], draft.held[None, :], -1.0)
    draft.carbon_kg.add(draft.drawn, draft.weight * emitted_kg)
    draft.imported_kwh.add(draft.drawn, draft.weight)
    draft.unclean_kwh.add(draft.drawn, draft.weight * (1.0 - grid.clean_share))
    draft.sold_kwh.add(draft.sold, draft.weight)


def write_agreements(draft: Draft, hourly: bool) -> None:
    """Energy bought as plants elsewhere make it, settled at the market's price, and certificates.

    hourly: also how much of each hour's draw it covers, which counts as carbon-free then.
    """
    campus, program = draft.campus, draft.program
    grid = campus.grid
    if grid is None:
        return
    if campus.agreements:
        most = [one.most_kw for one in campus.agreements]
        cost = [
            float(draft.weight @ (one.share * cost_per_kwh(1.0)
                                  * (one.price_per_mwh - grid.market_per_mwh)))
            for one in campus.agreements
        ]  # fmt: skip
        draft.agreed = program.variables((len(most),), cost, upper=most)
        for column, one in zip(draft.agreed, campus.agreements, strict=True):
            draft.clean_kwh.add(int(column), float(one.share @ draft.weight))
        if hourly:
            _write_matched(draft)
    if campus.certificates is not None:
        each = cost_per_kwh(campus.certificates.price_per_mwh)
        draft.certified = program.variables((1,), each, upper=campus.certificates.most_kwh_per_year)
        draft.clean_kwh.add(draft.certified, 1.0)
        draft.certified_kwh.add(draft.certified, 1.0)


def _write_matched(draft: Draft) -> None:
    grid, program = draft.campus.grid, draft.program
    assert grid is not None
    draft.matched = program.variables(draft.drawn.shape)
    rows = draft.rows(-np.inf, 0.0)
    program.put(rows, draft.matched, 1.0)
    program.put(rows, draft.drawn, -1.0)
    rows = draft.rows(-np.inf, 0.0)
    program.put(rows, draft.matched, 1.0)
    for column, one in zip(draft.agreed, draft.campus.agreements, strict=True):
        program.put(rows, np.full(rows.shape, column), -one.share)
    draft.unclean_kwh.add(draft.matched, -draft.weight * (1.0 - grid.clean_share))
