"""All answers of a sweep as one table: a row a task, a column an axis, then a column a number that documents hold."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import polars as pl

from gridtide.doors.sweeping.kept_answers import Line
from gridtide.simulate.sweep import Axis, tasks_of

NAMES = ("policy", "name", "rule", "scenario", "bus", "site")
"""Keys by which items of a list are told apart."""
FAULT = "fault"
TABLES = ("answers.parquet", "answers.csv")


def table_of(axes: tuple[Axis, ...], lines: Sequence[Line]) -> pl.DataFrame:
    """A row for each task that has an answer, in their order; `fault` says why one has no numbers."""
    by_number = {line.number: line for line in lines}
    rows = [
        {
            **dict(task.changes),
            **_numbers(dict(task.changes), by_number[task.number]),
            FAULT: by_number[task.number].fault or None,
        }
        for task in tasks_of(axes)
        if task.number in by_number
    ]
    names = list(dict.fromkeys(name for row in rows for name in row))
    ordered = [name for name in names if name != FAULT] + [FAULT]
    return pl.DataFrame(
        {name: _column([row.get(name) for row in rows]) for name in ordered}, strict=False
    )


def _numbers(changes: Mapping[str, Any], line: Line) -> dict[str, float]:
    """The numbers of an answer; those of the policy that its task asks stand under `policy`, whichever it is."""
    asked = f"[{changes['policy']}]." if "policy" in changes else ""
    found = numbers_in(line.document or {})
    return {name.replace(asked, "[policy].", 1) if asked else name: value for name, value in found}


def write_tables(folder: Path, table: pl.DataFrame) -> None:
    """Beside the answers, as Parquet and as CSV."""
    table.write_parquet(folder / TABLES[0])
    table.write_csv(folder / TABLES[1])


def numbers_in(document: Any, under: str = "") -> Iterator[tuple[str, float]]:
    """Every number of a document under the way to it: keys divided by points, items of lists by what they are called;
    lists whose items have no name of their own are left out."""
    if isinstance(document, Mapping):
        for key, value in document.items():
            yield from numbers_in(value, f"{under}.{key}" if under else str(key))
    elif isinstance(document, list):
        for name, item in _named(document):
            yield from numbers_in(item, f"{under}[{name}]")
    elif isinstance(document, int | float) and not isinstance(document, bool):
        yield under, document


def _named(items: list[Any]) -> list[tuple[str, Any]]:
    """Items by the first key that tells all of them apart."""
    if not all(isinstance(item, Mapping) for item in items):
        return []
    for key in NAMES:
        names = [str(item.get(key)) for item in items]
        if all(key in item for item in items) and len(set(names)) == len(names):
            return list(zip(names, items, strict=True))
    return []


def _column(values: list[Any]) -> pl.Series:
    """One column: of numbers where all are, else of text."""
    given = [value for value in values if value is not None]
    if all(isinstance(value, bool) for value in given):
        return pl.Series(values, dtype=pl.Boolean)
    if all(isinstance(value, int) and not isinstance(value, bool) for value in given):
        return pl.Series(values, dtype=pl.Int64)
    if all(isinstance(value, int | float) and not isinstance(value, bool) for value in given):
        return pl.Series([None if value is None else float(value) for value in values])
    return pl.Series([None if value is None else str(value) for value in values], dtype=pl.String)
