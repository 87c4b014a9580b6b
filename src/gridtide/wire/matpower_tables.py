"""Tables of a case in MATPOWER's format, version 2: text to numbers. Nothing in a text is run.

Columns as in the MATPOWER User's Manual, appendix B.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from gridtide.finding import Finding, refuse_if_any

Real = NDArray[np.float64]
Whole = NDArray[np.int64]
LEAST_COLUMNS = {"bus": 13, "gen": 8, "branch": 11}
DIRECT = 17
"""Columns of a line of direct current."""
HOLDING, FEEDING, ISOLATED = 2, 3, 4
"""Types of a bus: its machines hold the voltage, they feed what lacks too, nothing leads to it."""
ASSIGNED = re.compile(r"^mpc\.(\w+)\s*=\s*(.*)$", re.DOTALL)
NAMED = re.compile(r"^function\s+mpc\s*=\s*(\w+)")
HARMLESS = re.compile(r"^(end|return|function\b.*);?$")
LEFT_OUT = ("gencost", "areas", "bus_name", "version", "gentype", "genfuel")
"""What a power flow does not need."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Tables:
    """The tables of a case. base_kva; bus, gen, branch, dcline: rows in the order of the source; lines: of each row in
    the text, by table, or its number from 0 where there is no text, named by `word`. names: of buses by number, where
    they are called otherwise. conductance_pu: of each branch, its iron losses; none where it is empty."""

    source: str
    name: str
    base_kva: float
    bus: Real
    gen: Real
    branch: Real
    lines: dict[str, Whole]
    word: str = "line"
    names: dict[int, str] = field(default_factory=dict)
    dcline: Real = field(default_factory=lambda: np.empty((0, DIRECT)))
    conductance_pu: Real = field(default_factory=lambda: np.empty(0))

    def where(self, table: str, row: int) -> str:
        """A row as the subject of a finding."""
        return f"{self.source} {self.word} {self.lines[table][row]} ({table})"

    def named(self, number: float) -> str:
        """A bus by its name, or by its number where it has none."""
        return self.names.get(int(number), f"{number:.15g}")


def only(tables: Tables, bus: Whole, gen: Whole, branch: Whole) -> Tables:
    """The tables with some of their rows."""
    kept = {"bus": bus, "gen": gen, "branch": branch}
    lines = {table: tables.lines[table][rows] for table, rows in kept.items()}
    conductance_pu = tables.conductance_pu[branch] if tables.conductance_pu.size else np.empty(0)
    return replace(
        tables,
        bus=tables.bus[bus],
        gen=tables.gen[gen],
        branch=tables.branch[branch],
        lines={**tables.lines, **lines},
        conductance_pu=conductance_pu,
    )


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
        lines={table: rows[table][1] for table in rows},
        dcline=rows["dcline"][0] if _has_direct(rows) else np.empty((0, DIRECT)),
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
    if _has_direct(rows) and rows["dcline"][0].shape[1] < DIRECT:
        value = f"mpc.dcline with {rows['dcline'][0].shape[1]} columns"
        yield Finding(subject=source, value=value, limit=f"{DIRECT} or more", mend=mend)


def _has_direct(rows: dict[str, tuple[Real, Whole]]) -> bool:
    return "dcline" in rows and rows["dcline"][0].size > 0
