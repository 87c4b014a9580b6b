"""Networks in MATPOWER's case format, version 2: text to tables, tables to a `Network`. Nothing in a text is run.

Columns as in the MATPOWER User's Manual, appendix B; MW and Mvar become kW and kvar here.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from math import isfinite

import numpy as np
from numpy.typing import NDArray

from gridtide.finding import Finding, refuse_if_any
from gridtide.grid.branches import Branches, parts
from gridtide.grid.network import Buses, Circuits, Machines, Network

Real = NDArray[np.float64]
Whole = NDArray[np.int64]
Mask = NDArray[np.bool_]
LEAST_COLUMNS = {"bus": 13, "gen": 8, "branch": 11}
BUS_COLUMNS = ("bus_i", "type", "Pd", "Qd", "Gs", "Bs")
HOLDING, FEEDING, ISOLATED = 2, 3, 4
"""Types of a bus: its machines hold the voltage, they feed what lacks too, nothing leads to it."""
SHOWN = 5
ASSIGNED = re.compile(r"^mpc\.(\w+)\s*=\s*(.*)$", re.DOTALL)
NAMED = re.compile(r"^function\s+mpc\s*=\s*(\w+)")
HARMLESS = re.compile(r"^(end|return|function\b.*);?$")
LEFT_OUT = ("gencost", "areas", "bus_name", "version", "gentype", "genfuel")
"""What a power flow does not need."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Tables:
    """The tables of a case. base_kva; bus, gen, branch: rows in the order of the source; lines: of each row in the
    text, by table, or its number from 0 where there is no text, named by `word`."""

    source: str
    name: str
    base_kva: float
    bus: Real
    gen: Real
    branch: Real
    lines: dict[str, Whole]
    word: str = "line"

    def where(self, table: str, row: int) -> str:
        """A row as the subject of a finding."""
        return f"{self.source} {self.word} {self.lines[table][row]} ({table})"


def tables_in(text: str, source: str) -> Tables:
    """The tables of a case in text. Raises BadInput with every line that is no table of numbers."""
    faults: list[Finding] = []
    name, rows, scalars = source, {}, {}
    for number, statement in _statements(text):
        assigned = ASSIGNED.match(statement)
        if assigned is not None and assigned[1] not in LEFT_OUT:
            value = assigned[2].strip().rstrip(";").strip()
            if value.startswith("["):
                rows[assigned[1]] = _rows_of(value, number, source, faults)
            else:
                scalars[assigned[1]] = _number(value, f"{source} line {number}", faults)
        elif assigned is None and (named := NAMED.match(statement)):
            name = named[1]
        elif assigned is None and not HARMLESS.match(statement):
            faults.append(_unread(source, number, statement))
    faults += _missing(rows, scalars, source)
    refuse_if_any(faults)
    return Tables(
        source=source,
        name=name,
        base_kva=1000.0 * scalars["baseMVA"],
        bus=rows["bus"][0],
        gen=rows["gen"][0],
        branch=rows["branch"][0],
        lines={table: rows[table][1] for table in LEAST_COLUMNS},
    )


def network_of(tables: Tables) -> Network:
    """The network that is in service. Raises BadInput with every fault of its rows, or where it falls apart.

    Machines at a bus of type 1 are loads below 0. A rating of 0 is none; after an outage rate C holds, where it is 0
    rate B, else rate A.
    """
    faults = [*_bus_faults(tables)]
    if not np.isfinite(tables.bus[:, :2]).all():
        refuse_if_any(faults)
    there = tables.bus[:, 1] != ISOLATED
    place = {int(number): row for row, number in enumerate(tables.bus[there, 0])}
    off = {int(number) for number in tables.bus[~there, 0]}
    branch_rows = _in_service(tables, "branch", (0, 1), 10, off)
    gen_rows = _in_service(tables, "gen", (0,), 7, off)
    faults += [*_strangers(tables, "branch", branch_rows, (0, 1), place)]
    faults += [*_strangers(tables, "gen", gen_rows, (0,), place)]
    faults += _branch_faults(tables, branch_rows)
    refuse_if_any(faults)
    branches, circuits = _branches(tables.branch[branch_rows], place)
    bus, gen = tables.bus[there], tables.gen[gen_rows]
    at = np.asarray([place[int(number)] for number in gen[:, 0]], dtype=np.int64)
    refuse_if_any(_apart(tables, bus, branches))
    refuse_if_any(_machine_faults(tables, bus, gen_rows, at))
    holds = bus[at, 1] >= HOLDING
    return Network(
        name=tables.name,
        base_kva=tables.base_kva,
        buses=_buses(bus, gen[~holds], at[~holds]),
        branches=branches,
        circuits=circuits,
        machines=Machines(bus=at[holds], fed_kw=1000.0 * gen[holds, 1], held_pu=gen[holds, 5]),
        feeding_bus=int(np.flatnonzero(bus[:, 1] == FEEDING)[0]),
    )


def _statements(text: str) -> Iterator[tuple[int, str]]:
    """Statements without comments, each with the line on which it begins; a matrix is one, its lines kept apart."""
    open_at, depth = 0, 0
    gathered: list[str] = []
    for number, line in enumerate(text.splitlines(), start=1):
        bare = line.split("%", 1)[0].strip()
        if not gathered and not bare:
            continue
        open_at = open_at if gathered else number
        gathered.append(bare)
        depth += sum(map(bare.count, "[{")) - sum(map(bare.count, "]}"))
        if depth <= 0:
            yield open_at, "\n".join(gathered)
            gathered, depth = [], 0
    if gathered:
        yield open_at, "\n".join(gathered)


def _rows_of(value: str, first_line: int, source: str, faults: list[Finding]) -> tuple[Real, Whole]:
    """Numbers of a matrix in brackets and the line of each row; faults of cells and of uneven rows are added."""
    inside, closed, _ = value[1:].partition("]")
    if not closed:
        faults.append(
            Finding(
                subject=f"{source} line {first_line}",
                value="a matrix without an end",
                limit="a ] after its rows",
                mend="Copy the file again.",
            )
        )
    rows: list[list[float]] = []
    lines: list[int] = []
    for offset, line in enumerate(inside.split("\n")):
        for part in line.split(";"):
            cells = part.replace(",", " ").split()
            where = f"{source} line {first_line + offset}"
            if not cells:
                continue
            if rows and len(cells) != len(rows[0]):
                faults.append(
                    Finding(
                        subject=where,
                        value=f"{len(cells)} numbers",
                        limit=f"{len(rows[0])} as in the row before",
                        mend="Write every row on one line, with all its columns.",
                    )
                )
                continue
            rows.append([_number(cell, where, faults) for cell in cells])
            lines.append(first_line + offset)
    wide = len(rows[0]) if rows else 0
    return np.asarray(rows, dtype=np.float64).reshape(-1, wide), np.asarray(lines, dtype=np.int64)


def _number(cell: str, where: str, faults: list[Finding]) -> float:
    try:
        return float(cell)
    except ValueError:
        faults.append(
            Finding(
                subject=where,
                value=repr(cell),
                limit="a number",
                mend="Write the number that it stands for: nothing in a case is worked out.",
            )
        )
        return np.nan


def _unread(source: str, number: int, statement: str) -> Finding:
    return Finding(
        subject=f"{source} line {number}",
        value=statement.split("\n")[0][:60],
        limit="tables of numbers: nothing in a case is run",
        mend="Let MATPOWER load the case and save it again with savecase.",
    )


def _missing(
    rows: dict[str, tuple[Real, Whole]], scalars: dict[str, float], source: str
) -> Iterator[Finding]:
    mend = "Save the case in version 2 of the format."
    if not scalars.get("baseMVA", 0.0) > 0.0:
        yield Finding(subject=source, value="no mpc.baseMVA", limit="one above 0", mend=mend)
    for table, least in LEAST_COLUMNS.items():
        found = rows.get(table)
        if found is None or found[0].shape[0] == 0:
            value = f"no rows of mpc.{table}"
            yield Finding(subject=source, value=value, limit="at least one", mend=mend)
        elif found[0].shape[1] < least:
            value = f"mpc.{table} with {found[0].shape[1]} columns"
            yield Finding(subject=source, value=value, limit=f"{least} or more", mend=mend)
    if "dcline" in rows and rows["dcline"][0].size:
        yield Finding(
            subject=f"{source} mpc.dcline",
            value=f"{len(rows['dcline'][0])} lines of direct current",
            limit="none: they are not read",
            mend="Write each as a load at one end and a machine or a load below 0 at the other.",
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
            yield _finding(tables, "bus", row, f"bus {number:g} once more", "each bus once")
        seen.add(number)
    feeding = np.flatnonzero(bus[:, 1] == FEEDING)
    if len(feeding) != 1:
        yield Finding(
            subject=f"{tables.source} bus",
            value=f"{len(feeding)} buses of type 3",
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
            yield _finding(tables, table, row, f"bus {number:g}", "a bus of the table bus")


def _branch_faults(tables: Tables, rows: Whole) -> Iterator[Finding]:
    branch = tables.branch
    checks: tuple[tuple[Mask, str, str], ...] = (
        (np.isfinite(branch[:, 2] + branch[:, 4]), "r = {r:g}, b = {b:g}", "finite r and b"),
        ((branch[:, 3] > 0.0) & np.isfinite(branch[:, 3]), "x = {x:g}", "a reactance above 0"),
        (branch[:, 0] != branch[:, 1], "both ends at bus {one:g}", "two buses"),
        ((branch[:, 8] >= 0.0) & np.isfinite(branch[:, 9]), "ratio {ratio:g}", "0 or above"),
    )
    for good, value, limit in checks:
        for row in rows[~good[rows]].tolist():
            one, _, r, x, b = branch[row, :5].tolist()
            told = value.format(one=one, r=r, x=x, b=b, ratio=branch[row, 8])
            yield _finding(tables, "branch", row, told, limit)


def _machine_faults(tables: Tables, bus: Real, rows: Whole, at: Whole) -> Iterator[Finding]:
    held: dict[int, float] = {}
    for row, place in zip(rows.tolist(), at.tolist(), strict=True):
        power, voltage = tables.gen[row, 1], tables.gen[row, 5]
        if not (np.isfinite(power) and voltage > 0.0):
            value = f"Pg = {power:g}, Vg = {voltage:g}"
            yield _finding(tables, "gen", row, value, "a power, and a voltage above 0")
        elif bus[place, 1] >= HOLDING and held.setdefault(place, voltage) != voltage:
            value = f"Vg = {voltage:g}"
            yield _finding(tables, "gen", row, value, f"{held[place]:g} as others at this bus")
    feeding = int(np.flatnonzero(bus[:, 1] == FEEDING)[0])
    if feeding not in at:
        yield Finding(
            subject=f"{tables.source} bus {bus[feeding, 0]:g}",
            value="no machine in service",
            limit="one at the bus of type 3",
            mend="Put one in service, or give type 3 to another bus.",
        )


def _apart(tables: Tables, bus: Real, branches: Branches) -> Iterator[Finding]:
    """Buses to which no branch in service leads from the one that feeds."""
    feeding = int(np.flatnonzero(bus[:, 1] == FEEDING)[0])
    part = np.full(len(bus), -1)
    labels = parts(branches)
    part[: len(labels)] = labels
    lost = np.flatnonzero(part != part[feeding])
    if not len(lost):
        return
    named = ", ".join(f"{bus[row, 0]:g}" for row in lost[:SHOWN])
    more = f" and {len(lost) - SHOWN} more" if len(lost) > SHOWN else ""
    yield Finding(
        subject=f"{tables.source} bus {named}{more}",
        value=f"no way to bus {bus[feeding, 0]:g}, which feeds",
        limit="one grid",
        mend="Give them type 4, which leaves them out, or put a branch in service.",
    )


def _finding(tables: Tables, table: str, row: int, value: str, limit: str) -> Finding:
    return Finding(
        subject=tables.where(table, row),
        value=value,
        limit=limit,
        mend="Mend the row, or put it out of service.",
    )


def _branches(rows: Real, place: dict[int, int]) -> tuple[Branches, Circuits]:
    normal, brief, emergency = (np.where(rows[:, k] > 0.0, rows[:, k], np.inf) for k in (5, 6, 7))
    after = np.where(np.isfinite(emergency), emergency, brief)
    ends = [[place[int(number)] for number in rows[:, end]] for end in (0, 1)]
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
    )
    return branches, circuits


def _buses(bus: Real, feeding: Real, at: Whole) -> Buses:
    """Buses with machines that hold no voltage taken off their loads."""
    load_kw, load_kvar = 1000.0 * bus[:, 2], 1000.0 * bus[:, 3]
    np.subtract.at(load_kw, at, 1000.0 * feeding[:, 1])
    np.subtract.at(load_kvar, at, 1000.0 * feeding[:, 2])
    return Buses(
        names=tuple(f"{number:g}" for number in bus[:, 0]),
        nominal_kv=bus[:, 9],
        load_kw=load_kw,
        load_kvar=load_kvar,
        shunt_kw=1000.0 * bus[:, 4],
        shunt_kvar=1000.0 * bus[:, 5],
        lowest_pu=bus[:, 12],
        highest_pu=bus[:, 11],
    )
