"""One program over several courses: the work is decided once, all that answers to a course once for each."""

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace

import numpy as np

from gridtide.decide.agreed_terms import agreed_terms
from gridtide.decide.buckets import Buckets
from gridtide.decide.columns import columns_of
from gridtide.decide.constraints.agreed import add_agreed
from gridtide.decide.constraints.balance import add_balance
from gridtide.decide.constraints.calls import add_calls
from gridtide.decide.constraints.cooling import add_cooling
from gridtide.decide.constraints.declared import add_declared
from gridtide.decide.constraints.demand import add_demand
from gridtide.decide.constraints.gangs import add_gangs
from gridtide.decide.constraints.load import add_load
from gridtide.decide.constraints.machines import add_machines
from gridtide.decide.constraints.made import add_made
from gridtide.decide.constraints.moves import add_moves
from gridtide.decide.constraints.offers import add_offers
from gridtide.decide.constraints.peak import add_peak
from gridtide.decide.constraints.ramp import add_ramp
from gridtide.decide.constraints.resting import add_resting
from gridtide.decide.constraints.setpoints import add_setpoints
from gridtide.decide.constraints.state_of_charge import add_state_of_charge
from gridtide.decide.constraints.work import add_work
from gridtide.decide.cooling_terms import cooling_terms
from gridtide.decide.facts import carbon_cost_per_kwh, sale_prices_per_mwh, seen_prices_per_mwh
from gridtide.decide.inflow_terms import inflow_terms
from gridtide.decide.layout import Columns, Facts, Whole
from gridtide.decide.objective import Objective
from gridtide.decide.one_way_meter import add_one_way, turn_one_way
from gridtide.decide.planners.coordinated import REPAIRS_MAX, Method, Rows, one_way, straighten
from gridtide.decide.power_curve import power_curve
from gridtide.decide.program import Matrix, Program, Solution
from gridtide.decide.reading import outdoor_c, requests_per_s, supply_kw
from gridtide.decide.situation import Situation
from gridtide.units import cost_per_kwh

OF_WORK = ("work", "bucket", "entry", "place", "step", "undone", "later")
"""Columns decided before any course is known, with the coordinates of their cells."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Copy:
    """The part of a program that stands for one course. own: columns no other course has."""

    facts: Facts
    columns: Columns
    rows: Rows
    own: Whole


def facts_along(seen: Situation, facts: Facts, objective: Objective) -> Facts:
    """The facts with everything that hangs on forecasts as another situation has it; work as it was."""
    price = seen_prices_per_mwh(seen)
    return replace(
        facts,
        price_per_kwh=cost_per_kwh(1.0) * price,
        sale_per_kwh=cost_per_kwh(1.0) * sale_prices_per_mwh(seen),
        carbon_cost_per_kwh=carbon_cost_per_kwh(seen, objective),
        supply_kw=supply_kw(seen),
        requests_per_s=requests_per_s(seen),
        curve=power_curve(seen.fleet, seen.services, outdoor_c(seen)),
        cooling=cooling_terms(seen),
        inflow=inflow_terms(seen),
        agreed=agreed_terms(seen, price),
    )


def written_in_copies(
    program: Program, situation: Situation, courses: Sequence[Facts]
) -> list[Copy]:
    """Columns and rows of every course, the columns of work in the first and meant by all."""
    copies: list[Copy] = []
    for facts in courses:
        first = copies[0] if copies else None
        copies.append(_copy(program, situation, facts, first))
    return copies


def written_apart(program: Program, situation: Situation, courses: Sequence[Facts]) -> list[Copy]:
    """Columns and rows of every course, with nothing in common: all is decided when the course is known."""
    return [_copy(program, situation, facts, None) for facts in courses]


def solved_over_copies(matrix: Matrix, copies: Sequence[Copy], method: Method) -> Solution:
    """As the coordinated plan: what burns energy for nothing in some course is fixed, and all solved again."""
    solution = method(matrix)
    for _ in range(REPAIRS_MAX):
        if not solution.feasible:
            break
        changed = False
        for copy in copies:
            changed |= turn_one_way(matrix, solution, copy.facts, copy.columns)
        for copy in () if changed else copies:
            changed |= straighten(matrix, solution, copy.facts, copy.columns)
            changed |= one_way(matrix, solution, copy.columns)
        if not changed:
            break
        solution = method(matrix)
    return solution


def _copy(
    program: Program,
    situation: Situation,
    facts: Facts,
    first: Copy | None,
) -> Copy:
    begin = program.columns
    alone = facts if first is None else _without_work(facts)
    columns = columns_of(program, situation, alone)
    if first is not None:
        columns = replace(columns, **{name: getattr(first.columns, name) for name in OF_WORK})
    rows = _rows(program, situation, facts, columns, first)
    decided = np.concatenate([columns.work, columns.undone, columns.later])
    own = np.setdiff1d(np.arange(begin, program.columns), decided)
    return Copy(facts=facts, columns=columns, rows=rows, own=own)


def _rows(
    program: Program, situation: Situation, facts: Facts, columns: Columns, first: Copy | None
) -> Rows:
    """Rows of one course; those that no forecast touches stand once."""
    none = np.zeros((0, len(facts.hours)), dtype=np.int64)
    stand_once = first is not None and not len(columns.pair)
    machines, kept = (none, none) if stand_once else add_machines(program, columns, facts)
    work = first.rows.work if first else add_work(program, columns, facts)
    load = add_load(program, columns, facts)
    balance = add_balance(program, columns, facts)
    answering = add_resting(program, columns, facts, load, balance)
    add_moves(program, columns, facts, machines, load, answering)
    peak = add_peak(program, columns, facts)
    demand = add_demand(program, columns, facts)
    sites = situation.fleet.sites
    batteries = tuple(site.battery for site in sites)
    level = add_state_of_charge(program, columns, facts, batteries, situation.state.soc_kwh)
    add_declared(program, columns, facts)
    add_agreed(program, columns, facts)
    ramp, steep = add_ramp(program, columns, facts, situation)
    add_calls(program, columns, facts, situation)
    add_setpoints(program, columns, facts, situation)
    add_one_way(program, columns, facts)
    return Rows(
        work=work,
        machines=machines,
        kept_machines=kept,
        load=load,
        balance=balance,
        peak=peak,
        demand=demand,
        level=level,
        ramp=ramp,
        steep=steep,
        offers=add_offers(program, columns, facts, situation),
        cooling=add_cooling(program, columns, facts),
        gangs=first.rows.gangs if first else add_gangs(program, columns, facts),
        made=add_made(program, columns, facts),
    )


def _without_work(facts: Facts) -> Facts:
    """The facts of a course whose work is decided in another."""
    names = [field.name for field in fields(Buckets) if field.name != "of_job"]
    none = {name: getattr(facts.buckets, name)[:0] for name in names}
    return replace(
        facts,
        buckets=replace(facts.buckets, **none),
        later_cost_per_h=facts.later_cost_per_h[:0],
    )
