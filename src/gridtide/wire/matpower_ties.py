"""Buses of a case that are one: ties without impedance, fused before anything is worked out."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from gridtide.finding import Finding, refuse_if_any
from gridtide.wire.matpower_tables import Tables, only

Real = NDArray[np.float64]
Whole = NDArray[np.int64]
SUMMED = slice(2, 6)
"""Columns of load and shunt."""
SUSCEPTANCE, NOMINAL, HIGHEST, LOWEST = 5, 9, 11, 12


@dataclass(frozen=True, kw_only=True)
class Fused:
    """Tables without ties. groups: numbers of buses that are one, the first stands for all; notes: what went beside."""

    tables: Tables
    groups: tuple[tuple[float, ...], ...]
    notes: tuple[str, ...]


def is_tie(branch: Real) -> NDArray[np.bool_]:
    """Rows without any impedance, ratio of turns or shift: a closed switch between two bars."""
    turns = np.isin(branch[:, 8], (0.0, 1.0)) & (branch[:, 9] == 0.0)
    return np.asarray((branch[:, 2] == 0.0) & (branch[:, 3] == 0.0) & turns)


def fused(tables: Tables) -> Fused:
    """Tables of what is in service with the buses of each tie made one: loads and shunts summed, the strongest type,
    the narrowest limits of voltage; the tie's charging stays as a shunt. Branches beside a tie carry nothing and go.

    Raises BadInput for ties between different nominal voltages.
    """
    tie = is_tie(tables.branch)
    if not tie.any():
        return Fused(tables=tables, groups=(), notes=())
    row_of = {number: row for row, number in enumerate(tables.bus[:, 0].tolist())}
    refuse_if_any(_between_voltages(tables, np.flatnonzero(tie), row_of))
    stands_for = _stand_ins(tables.branch[tie, :2], tables.bus[:, 0])
    branch, gen, dcline = (np.array(rows) for rows in (tables.branch, tables.gen, tables.dcline))
    for table, column in ((branch, 0), (branch, 1), (gen, 0), (dcline, 0), (dcline, 1)):
        ends = table[:, column]
        table[:, column] = [stands_for.get(number, number) for number in ends.tolist()]
    beside = ~tie & (branch[:, 0] == branch[:, 1])
    first = np.asarray([stands_for[number] == number for number in tables.bus[:, 0].tolist()])
    bus = _merged(tables, tie, stands_for, row_of)
    renamed = replace(tables, bus=bus, gen=gen, branch=branch, dcline=dcline)
    return Fused(
        tables=only(
            renamed, np.flatnonzero(first), np.arange(len(gen)), np.flatnonzero(~tie & ~beside)
        ),
        groups=_groups(stands_for, tables.bus[:, 0]),
        notes=tuple(_said_beside(tables, np.flatnonzero(beside))),
    )


def _groups(stands_for: dict[float, float], numbers: Real) -> tuple[tuple[float, ...], ...]:
    groups: dict[float, list[float]] = {}
    for number in numbers.tolist():
        groups.setdefault(stands_for[number], []).append(number)
    return tuple(tuple(group) for group in groups.values() if len(group) > 1)


def _between_voltages(tables: Tables, ties: Whole, row_of: dict[float, int]) -> Iterator[Finding]:
    for row in ties.tolist():
        one, other = tables.branch[row, :2].tolist()
        levels = [tables.bus[row_of[number], NOMINAL] for number in (one, other)]
        if levels[0] != levels[1]:
            yield Finding(
                subject=tables.where("branch", row),
                value=f"no impedance between {levels[0]:g} kV and {levels[1]:g} kV",
                limit="one nominal voltage at both ends of a tie",
                mend="Give the transformer its reactance.",
            )


def _stand_ins(ends: Real, numbers: Real) -> dict[float, float]:
    """For each bus the first one, in the order of the table, of those that are tied to it."""
    order = {number: place for place, number in enumerate(numbers.tolist())}
    parent = {number: number for number in order}

    def first(number: float) -> float:
        while parent[number] != number:
            number = parent[number]
        return number

    for one, other in ends.tolist():
        roots = sorted((first(one), first(other)), key=order.__getitem__)
        parent[roots[1]] = roots[0]
    return {number: first(number) for number in order}


def _merged(
    tables: Tables, tie: NDArray[np.bool_], stands_for: dict[float, float], row_of: dict[float, int]
) -> Real:
    bus = np.array(tables.bus)
    for row, number in enumerate(tables.bus[:, 0].tolist()):
        at = row_of[stands_for[number]]
        if at == row:
            continue
        bus[at, SUMMED] += bus[row, SUMMED]
        bus[at, 1] = max(bus[at, 1], bus[row, 1])
        bus[at, HIGHEST] = min(bus[at, HIGHEST], bus[row, HIGHEST])
        bus[at, LOWEST] = max(bus[at, LOWEST], bus[row, LOWEST])
    for one, charging in tables.branch[tie][:, [0, 4]].tolist():
        bus[row_of[stands_for[one]], SUSCEPTANCE] += charging * tables.base_kva / 1000.0
    return bus


def _said_beside(tables: Tables, rows: Whole) -> Iterator[str]:
    for row in rows.tolist():
        one, other = tables.branch[row, :2].tolist()
        yield (
            f"{tables.where('branch', row)}: {tables.named(one)}-{tables.named(other)} lies beside a tie without"
            " impedance and carries nothing"
        )
