"""The JSON document of a sweep: keys are a contract."""

from typing import Any

import polars as pl

from gridtide.doors.sweeping.table import FAULT, TABLES
from gridtide.finding import BadInput, Finding
from gridtide.simulate.sweep import Axis, Tally

SPREAD = ("seed", "year")
"""Axes that a page draws as a band, where others stand beside them."""
FIRST_SHOWN = ("total_cost", "emissions_average_kg", "missed_deadlines")
"""What people look at first in the document of a run."""
SHOWN_MOST, FAULTS_MOST = 6, 20


def sweep_document(
    study: str,
    file: str,
    axes: tuple[Axis, ...],
    tally: Tally,
    table: pl.DataFrame,
    shown: tuple[str, ...],
    folder: str,
) -> dict[str, Any]:
    """study, file; over: axes with their values; tasks, answered, at_fault; faults: the first of them; columns: each
    that is shown, with its values in the order of rows, and where it is lowest; rows: the changes of each row; table:
    the file of all. Raises BadInput for a column that is not there."""
    rows = [dict(zip(_names(axes), values, strict=True)) for values in _changes(axes, table)]
    wanted = shown or _first(axes, table)
    unknown = [name for name in wanted if name not in table.columns]
    if unknown:
        raise BadInput(_no_column(name, table) for name in unknown)
    failed = [number for number, fault in enumerate(table[FAULT]) if fault is not None]
    return {
        "study": study,
        "file": file,
        "over": [{"name": axis.name, "values": list(axis.values)} for axis in axes],
        "spread": [axis.name for axis in axes if axis.name in SPREAD],
        "tasks": tally.tasks,
        "answered": table.height - len(failed),
        "at_fault": len(failed),
        "faults": [
            {"changes": rows[number], "fault": table[FAULT][number]}
            for number in failed[:FAULTS_MOST]
        ],
        "rows": rows,
        "columns": [_column(name, table[name].to_list(), rows) for name in wanted],
        "table": f"{folder}/{TABLES[0]}",
    }


def _names(axes: tuple[Axis, ...]) -> tuple[str, ...]:
    return tuple(axis.name for axis in axes)


def _changes(axes: tuple[Axis, ...], table: pl.DataFrame) -> list[tuple[Any, ...]]:
    return table.select(_names(axes)).rows()


def _first(axes: tuple[Axis, ...], table: pl.DataFrame) -> tuple[str, ...]:
    """Columns to show where nobody names any: those of money and promises, or else the first that are not all equal."""
    names = set(_names(axes)) | {FAULT}
    numbers = [
        name for name in table.columns if name not in names and table[name].dtype.is_numeric()
    ]
    varies = [name for name in numbers if table[name].drop_nulls().n_unique() > 1]
    known = [name for name in varies if name.rpartition(".")[2] in FIRST_SHOWN]
    return tuple((known or varies or numbers)[:SHOWN_MOST])


def _column(name: str, values: list[Any], rows: list[dict[str, Any]]) -> dict[str, Any]:
    """lowest, highest and where; of a column without a number all of them are null."""
    given = [(value, number) for number, value in enumerate(values) if value is not None]
    lowest = min(given, default=(None, None))
    return {
        "name": name,
        "values": values,
        "lowest": lowest[0],
        "highest": max((value for value, _ in given), default=None),
        "lowest_at": None if lowest[1] is None else rows[lowest[1]],
    }


def _no_column(name: str, table: pl.DataFrame) -> Finding:
    shown = ", ".join(table.columns[:12]) + (" …" if table.width > 12 else "")
    return Finding(
        subject="--show",
        value=f"{name} is no column of the table",
        limit=f"one of its {table.width}: {shown}",
        mend=f"Spell it as the first line of {TABLES[1]} does.",
    )
