"""A network of the tables of a case in MATPOWER's format, version 2.

Columns as in the MATPOWER User's Manual, appendix B; MW and Mvar become kW and kvar here.
"""

from collections.abc import Iterator
from dataclasses import replace
from math import isfinite

import numpy as np
from numpy.typing import NDArray

from gridtide.finding import Finding, refuse_if_any
from gridtide.grid.branches import Branches
from gridtide.grid.network import (
    Buses,
    Circuits,
    DirectLines,
    FaultSources,
    Machines,
    Network,
    Origin,
    Unfed,
)
from gridtide.wire.matpower_tables import FEEDING, HOLDING, ISOLATED, Tables, only
from gridtide.wire.matpower_ties import fused, is_tie

Real = NDArray[np.float64]
Whole = NDArray[np.int64]
Mask = NDArray[np.bool_]
BUS_COLUMNS = ("bus_i", "type", "Pd", "Qd", "Gs", "Bs")
FILLERS, FILLER = (9_900.0, 9_999.0), 90_000.0
"""Ratings that stand where nobody knows one, MVA, and from where on every one does."""


def network_of(tables: Tables) -> Network:
    """The network that is in service: the part of it that the bus of type 3 feeds, all else in its `origin`. Raises
    BadInput with every fault of its rows.

    Machines at a bus of type 1 are loads below 0. A rating of 0 is none; after an outage rate C holds, where it is 0
    rate B, else rate A. Buses tied without impedance are one. Parts without a way to the bus of type 3 are networks of
    their own where a machine holds the voltage; the largest of them feeds what lacks.
    """
    joined = fused(_in_service_alone(tables))
    served = _with_direct_lines(joined.tables)
    refuse_if_any(_held_apart(served))
    label = _parts(served)
    parts = [_part(served, label == number) for number in range(int(label.max()) + 1)]
    fed = [part for part in parts if _feeds(part)]
    refuse_if_any(_alone(part) for part in parts if part not in fed and _is_main(part))
    refuse_if_any(
        _feeding(part, count)
        for part in fed
        if (count := int((part.bus[:, 1] == FEEDING).sum())) > 1
    )
    main = max(fed, key=lambda part: (_is_main(part), len(part.bus)))
    unfed = [part for part in parts if not _feeds(part)]
    origin = Origin(
        fused=tuple(tuple(served.named(one) for one in group) for group in joined.groups),
        parts=tuple(_one(part, Origin()) for part in fed if part is not main),
        unfed=tuple(_unfed(part) for part in unfed),
        notes=(*joined.notes, *_said_of_reactances(served), *_said_of_direct(served, label)),
    )
    return _one(main, origin)


def _in_service_alone(tables: Tables) -> Tables:
    """The rows that are in service. Raises BadInput with every fault of theirs."""
    faults = [*_bus_faults(tables)]
    if not np.isfinite(tables.bus[:, :2]).all():
        refuse_if_any(faults)
    there = tables.bus[:, 1] != ISOLATED
    off = {int(number) for number in tables.bus[~there, 0]}
    place = {int(number): row for row, number in enumerate(tables.bus[there, 0])}
    branch_rows = _in_service(tables, "branch", (0, 1), 10, off)
    gen_rows = _in_service(tables, "gen", (0,), 7, off)
    direct_rows = _in_service(tables, "dcline", (0, 1), 2, off)
    faults += [*_strangers(tables, "branch", branch_rows, (0, 1), place)]
    faults += [*_strangers(tables, "gen", gen_rows, (0,), place)]
    faults += [*_strangers(tables, "dcline", direct_rows, (0, 1), place)]
    faults += _branch_faults(tables, branch_rows)
    faults += _machine_faults(tables, gen_rows)
    faults += _unheld(tables, gen_rows)
    refuse_if_any(faults)
    found = only(tables, np.flatnonzero(there), gen_rows, branch_rows)
    return replace(found, dcline=tables.dcline[direct_rows])


def _parts(tables: Tables) -> Whole:
    """Which part of the grid each row of the table bus belongs to, counted from 0."""
    row_of = {number: row for row, number in enumerate(tables.bus[:, 0].tolist())}
    parent = list(range(len(row_of)))

    def first(row: int) -> int:
        while parent[row] != row:
            parent[row] = parent[parent[row]]
            row = parent[row]
        return row

    for one, other in tables.branch[:, :2].tolist():
        parent[first(row_of[one])] = first(row_of[other])
    _, label = np.unique([first(row) for row in range(len(parent))], return_inverse=True)
    return label.astype(np.int64)


def _part(tables: Tables, here: Mask) -> Tables:
    numbers = tables.bus[here, 0]
    gen, branch = (
        np.flatnonzero(np.isin(rows[:, 0], numbers)) for rows in (tables.gen, tables.branch)
    )
    direct = np.isin(tables.dcline[:, 0], numbers) & np.isin(tables.dcline[:, 1], numbers)
    found = only(tables, np.flatnonzero(here), gen, branch)
    return replace(found, dcline=tables.dcline[direct])


def _feeds(part: Tables) -> bool:
    """Whether a machine holds the voltage of one of its buses, and a branch leads there."""
    holding = part.bus[part.bus[:, 1] >= HOLDING, 0]
    return bool(len(part.branch) and np.isin(part.gen[:, 0], holding).any())


def _is_main(part: Tables) -> bool:
    return bool((part.bus[:, 1] == FEEDING).any())


def _alone(part: Tables) -> Finding:
    number = part.bus[part.bus[:, 1] == FEEDING, 0][0]
    return Finding(
        subject=f"{part.source} bus {part.named(number)}",
        value="no branch in service leads to it",
        limit="one at the bus of type 3, whose machines feed what lacks",
        mend="Put a branch in service, or give type 3 to another bus.",
    )


def _unfed(part: Tables) -> Unfed:
    alone = "no branch in service leads there"
    return Unfed(
        names=tuple(part.named(number) for number in part.bus[:, 0].tolist()),
        load_kw=float(1000.0 * part.bus[:, 2].sum()),
        why=alone if not len(part.branch) else "no machine that holds its voltage is there",
    )


def _with_direct_lines(tables: Tables) -> Tables:
    """Lines of direct current between parts of the grid as a load at one end and a load below 0 at the other."""
    if not len(tables.dcline):
        return tables
    label, bus = _parts(tables), np.array(tables.bus)
    row_of = {number: row for row, number in enumerate(tables.bus[:, 0].tolist())}
    for line in tables.dcline:
        one, other = row_of[line[0]], row_of[line[1]]
        if label[one] != label[other]:
            bus[one, 2] += line[3]
            bus[other, 2] -= _arriving(line)
    return replace(tables, bus=bus)


def _arriving(line: Real) -> float:
    """What a line of direct current feeds in at its second end, MW: what it takes less what it loses."""
    return float(line[3] - line[15] - line[16] * line[3])


def _said_of_reactances(tables: Tables) -> Iterator[str]:
    for row in np.flatnonzero(tables.branch[:, 3] < 0.0).tolist():
        one, other, _, reactance = tables.branch[row, :4].tolist()
        yield (
            f"{tables.where('branch', row)}: {tables.named(one)}-{tables.named(other)} has a reactance of"
            f" {reactance:g} pu, as a capacitor in series or a star of three windings has, and is solved with it"
        )


def _said_of_direct(tables: Tables, label: Whole) -> Iterator[str]:
    row_of = {number: row for row, number in enumerate(tables.bus[:, 0].tolist())}
    for line in tables.dcline:
        if label[row_of[line[0]]] != label[row_of[line[1]]]:
            yield (
                f"the line of direct current {tables.named(line[0])}-{tables.named(line[1])} leads from one part of the"
                " grid to another and is a load at one end and a load below 0 at the other"
            )


def _one(part: Tables, origin: Origin) -> Network:
    """The network of a part that is fed."""
    bus, gen = part.bus, part.gen
    place = {number: row for row, number in enumerate(bus[:, 0].tolist())}
    branches, circuits = _branches(part, place)
    at = np.asarray([place[number] for number in gen[:, 0].tolist()], dtype=np.int64)
    holds = bus[at, 1] >= HOLDING
    machines = Machines(bus=at[holds], fed_kw=1000.0 * gen[holds, 1], held_pu=gen[holds, 5])
    feeding = np.flatnonzero(bus[:, 1] == FEEDING)
    largest = machines.bus[int(machines.fed_kw.argmax())]
    ends = [[place[number] for number in part.dcline[:, end].tolist()] for end in (0, 1)]
    return Network(
        name=part.name,
        base_kva=part.base_kva,
        buses=_buses(part, gen[~holds], at[~holds]),
        branches=branches,
        circuits=circuits,
        machines=_with_converters(machines, part.dcline, ends),
        feeding_bus=int(feeding[0] if len(feeding) else largest),
        direct=DirectLines(
            names=tuple(
                f"{part.named(one)}-{part.named(other)}"
                for one, other in part.dcline[:, :2].tolist()
            ),
            from_bus=np.asarray(ends[0], dtype=np.int64),
            to_bus=np.asarray(ends[1], dtype=np.int64),
            drawn_kw=1000.0 * part.dcline[:, 3],
            fed_kw=np.asarray([1000.0 * _arriving(line) for line in part.dcline]),
        ),
        fault_sources=_fault_sources(gen, at),
        origin=origin,
    )


def _fault_sources(gen: Real, at: Whole) -> FaultSources:
    """Machines by mBase; the format tells no reactance of theirs."""
    rated = np.where(gen[:, 6] > 0.0, 1000.0 * gen[:, 6], 0.0)
    return FaultSources(
        bus=at,
        rated_kva=rated,
        resistance_pu=np.zeros(len(gen)),
        reactance_pu=np.full(len(gen), np.nan),
    )


def _with_converters(machines: Machines, lines: Real, ends: list[list[int]]) -> Machines:
    """Machines and, at ends of lines of direct current that none of them holds, the converter that does."""
    held = dict(zip(machines.bus.tolist(), machines.held_pu.tolist(), strict=True))
    more: dict[int, float] = {}
    for line, one, other in zip(lines, *ends, strict=True):
        for bus, voltage in ((one, line[7]), (other, line[8])):
            if bus not in held and voltage > 0.0:
                more.setdefault(bus, float(voltage))
    return Machines(
        bus=np.asarray([*machines.bus.tolist(), *more]),
        fed_kw=np.asarray([*machines.fed_kw.tolist(), *[0.0] * len(more)]),
        held_pu=np.asarray([*machines.held_pu.tolist(), *more.values()]),
    )


def _bus_faults(tables: Tables) -> Iterator[Finding]:
    bus = tables.bus
    for row in np.flatnonzero(~np.isfinite(bus[:, :6]).all(axis=1)).tolist():
        cells = zip(BUS_COLUMNS, bus[row].tolist(), strict=False)
        told = ", ".join(f"{column} = {value:g}" for column, value in cells if not isfinite(value))
        yield _finding(tables, "bus", row, told, "finite numbers")
    seen: set[float] = set()
    for row, number in enumerate(bus[:, 0].tolist()):
        if number in seen:
            yield _finding(tables, "bus", row, f"bus {number:.15g} once more", "each bus once")
        seen.add(number)
    feeding = np.flatnonzero(bus[:, 1] == FEEDING)
    if not len(feeding):
        yield _feeding(tables, 0)


def _feeding(tables: Tables, count: int) -> Finding:
    return Finding(
        subject=f"{tables.source} bus",
        value=f"{count} buses of type 3",
        limit="one, whose machines feed what lacks",
        mend="Give one bus type 3.",
    )


def _in_service(
    tables: Tables, table: str, ends: tuple[int, ...], status: int, off: set[int]
) -> Whole:
    """Rows that are in service and hang on no isolated bus."""
    rows = getattr(tables, table)
    on = rows[:, status] > 0.0
    for end in ends:
        on &= ~np.isin(rows[:, end], list(off))
    return np.flatnonzero(on)


def _strangers(
    tables: Tables, table: str, rows: Whole, ends: tuple[int, ...], place: dict[int, int]
) -> Iterator[Finding]:
    known = np.asarray(sorted(place), dtype=np.float64)
    for end in ends:
        numbers = getattr(tables, table)[rows, end]
        for row in rows[~np.isin(numbers, known)].tolist():
            number = getattr(tables, table)[row, end]
            yield _finding(tables, table, row, f"bus {number:.15g}", "a bus of the table bus")


def _branch_faults(tables: Tables, rows: Whole) -> Iterator[Finding]:
    branch = tables.branch
    reactance = branch[:, 3]
    checks: tuple[tuple[Mask, str, str], ...] = (
        (np.isfinite(branch[:, 2] + branch[:, 4]), "r = {r:g}, b = {b:g}", "finite r and b"),
        (
            np.asarray(np.isfinite(reactance) & ((reactance != 0.0) | is_tie(branch))),
            "x = {x:g}",
            "a reactance other than 0, or none of r, x, ratio and shift for two bars that are tied",
        ),
        (branch[:, 0] != branch[:, 1], "both ends at bus {one:.15g}", "two buses"),
        ((branch[:, 8] >= 0.0) & np.isfinite(branch[:, 9]), "ratio {ratio:g}", "0 or above"),
        (
            np.asarray((branch[:, 5:8] >= 0.0).all(axis=1)),
            "a rating of {least:g}",
            "0 for none, or above",
        ),
    )
    for good, value, limit in checks:
        for row in rows[~good[rows]].tolist():
            one, _, r, x, b = branch[row, :5].tolist()
            told = value.format(
                one=one, r=r, x=x, b=b, ratio=branch[row, 8], least=branch[row, 5:8].min()
            )
            yield _finding(tables, "branch", row, told, limit)


def _machine_faults(tables: Tables, rows: Whole) -> Iterator[Finding]:
    for row in rows.tolist():
        power, voltage = tables.gen[row, 1], tables.gen[row, 5]
        if not (np.isfinite(power) and voltage > 0.0):
            value = f"Pg = {power:g}, Vg = {voltage:g}"
            yield _finding(tables, "gen", row, value, "a power, and a voltage above 0")


def _unheld(tables: Tables, rows: Whole) -> Iterator[Finding]:
    """Buses of type 3 without a machine in service."""
    for number in tables.bus[tables.bus[:, 1] == FEEDING, 0].tolist():
        if number not in tables.gen[rows, 0]:
            yield Finding(
                subject=f"{tables.source} bus {tables.named(number)}",
                value="no machine in service",
                limit="one at the bus of type 3",
                mend="Put one in service, or give type 3 to another bus.",
            )


def _held_apart(tables: Tables) -> Iterator[Finding]:
    """Machines of one bus that would hold it at different voltages, of what is in service."""
    kind = dict(zip(tables.bus[:, 0].tolist(), tables.bus[:, 1].tolist(), strict=True))
    held: dict[float, float] = {}
    for row, (bus, voltage) in enumerate(tables.gen[:, [0, 5]].tolist()):
        if kind[bus] >= HOLDING and held.setdefault(bus, voltage) != voltage:
            value, limit = f"Vg = {voltage:g}", f"{held[bus]:g} as others at this bus"
            yield _finding(tables, "gen", row, value, limit)


def _finding(tables: Tables, table: str, row: int, value: str, limit: str) -> Finding:
    return Finding(
        subject=tables.where(table, row),
        value=value,
        limit=limit,
        mend="Mend the row, or put it out of service.",
    )


def _branches(tables: Tables, place: dict[float, int]) -> tuple[Branches, Circuits]:
    rows = tables.branch
    normal, brief, emergency = (_rating(rows[:, column]) for column in (5, 6, 7))
    after = np.where(np.isfinite(emergency), emergency, brief)
    ends = [[place[number] for number in rows[:, end].tolist()] for end in (0, 1)]
    branches = Branches(
        from_bus=np.asarray(ends[0]),
        to_bus=np.asarray(ends[1]),
        reactance_pu=rows[:, 3],
        rating_kw=1000.0 * normal,
        emergency_kw=1000.0 * np.where(np.isfinite(after), after, normal),
    )
    circuits = Circuits(
        resistance_pu=rows[:, 2],
        charging_pu=rows[:, 4],
        ratio=np.where(rows[:, 8] == 0.0, 1.0, rows[:, 8]),
        shift_deg=rows[:, 9],
        conductance_pu=tables.conductance_pu if tables.conductance_pu.size else np.zeros(len(rows)),
    )
    return branches, circuits


def _rating(told: Real) -> Real:
    """Ratings, MVA, inf where none is told: 0, or a filler as published cases have it."""
    filler = (told >= FILLER) | np.isclose(told[:, None], FILLERS, rtol=1e-6).any(axis=1)
    return np.asarray(np.where((told > 0.0) & ~filler, told, np.inf))


def _buses(tables: Tables, feeding: Real, at: Whole) -> Buses:
    """Buses with machines that hold no voltage taken off their loads."""
    bus = tables.bus
    load_kw, load_kvar = 1000.0 * bus[:, 2], 1000.0 * bus[:, 3]
    np.subtract.at(load_kw, at, 1000.0 * feeding[:, 1])
    np.subtract.at(load_kvar, at, 1000.0 * feeding[:, 2])
    return Buses(
        names=tuple(tables.named(number) for number in bus[:, 0].tolist()),
        nominal_kv=bus[:, 9],
        load_kw=load_kw,
        load_kvar=load_kvar,
        shunt_kw=1000.0 * bus[:, 4],
        shunt_kvar=1000.0 * bus[:, 5],
        lowest_pu=bus[:, 12],
        highest_pu=bus[:, 11],
    )
