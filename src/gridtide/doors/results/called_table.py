"""Calls of the grid as a table: what each asked, took and was measured against; and the lines that follow from it."""

from datetime import UTC
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from gridtide.decide.event import Event, EventKind
from gridtide.doors.results.run_tables import RunTables
from gridtide.settle.calls import MeasuredCall, settle_call
from gridtide.settle.line import Line
from gridtide.simulate.calls import MONEY, call_rows
from gridtide.simulate.course import Course
from gridtide.simulate.study import Study

if TYPE_CHECKING:
    import polars as pl

TIMES = ("start", "end", "issued_at")
SAID = ("site", "name", "mandatory", "notice_h", "payment_per_mwh", "penalty_per_mwh")
"""Terms of a call that a settlement reads, beside its times, its kind and its limit."""


def called_table(study: Study, course: Course) -> "pl.DataFrame | None":
    """A row for each call and step, calls in the order of the run's results; None without calls."""
    import polars as pl

    rows = call_rows(study, course)
    if not rows:
        return None
    steps = len(study.timeline)
    frames = []
    for number, row in enumerate(rows):
        one = row.measured
        terms = {name: getattr(one.event, name) for name in SAID}
        terms |= {name: getattr(one.event, name).astimezone(UTC) for name in TIMES}
        columns: dict[str, Any] = {
            "call": [number] * steps,
            "time_utc": study.timeline.starts_s * 1000,
            **{name: [value] * steps for name, value in terms.items()},
            "kind": [str(one.event.kind)] * steps,
            "limit_kw": [one.event.limit_kw] * steps,
            "agreed_share": [one.share] * steps,
            "asked_kw": one.asked_kw,
            "agreed_kw": one.agreed_kw,
            "baseline_kw": one.baseline_kw,
            "level_kw": one.level_kw,
        }
        frames.append(pl.DataFrame(columns))
    return pl.concat(frames).with_columns(pl.col("time_utc").cast(pl.Datetime("ms", "UTC")))


def called_lines(folder: Path, policy: str, tables: RunTables) -> tuple[Line, ...] | None:
    """What each call of a run paid or owed, by its table and the meters; None in a run that wrote no such table."""
    import polars as pl

    path = folder / f"called-{policy}.parquet"
    if not path.is_file():
        return None
    calls = pl.read_parquet(path)
    numbers = calls["call"].unique().sort().to_list()
    return tuple(_line(calls.filter(pl.col("call") == number), tables) for number in numbers)


def _line(rows: "pl.DataFrame", tables: RunTables) -> Line:
    measured = _measured(rows, tables)
    settled = settle_call(measured, tables.timeline)
    event = measured.event
    return Line(
        what=MONEY,
        site=event.site,
        amount=settled.owed,
        formula="call-mandatory" if event.mandatory else "call-agreed",
        version="terms of the call",
        inputs=(
            (f"{event.label}: agreed_kwh", settled.agreed_kwh),
            ("delivered_kwh", settled.delivered_kwh),
            ("above_limit_kwh", settled.above_limit_kwh),
            ("payment_per_mwh", event.payment_per_mwh),
            ("penalty_per_mwh", event.penalty_per_mwh),
        ),
        source="the run's tables",
        mark="checked",
    )


def _measured(rows: "pl.DataFrame", tables: RunTables) -> MeasuredCall:
    """A call as its rows tell it, with what the meter of its site drew."""
    first = rows.row(0, named=True)
    told = {name: first[name] for name in (*SAID, *TIMES)}
    event = Event(**told, kind=EventKind(first["kind"]), import_max_kw=first["limit_kw"])
    real = ("asked_kw", "agreed_kw", "baseline_kw", "level_kw")
    columns = {name: rows[name].to_numpy().astype(np.float64) for name in real}
    return MeasuredCall(
        event=event,
        share=first["agreed_share"],
        drawn_kw=tables.drawn_kw(event.site, event.kind),
        **columns,
    )
