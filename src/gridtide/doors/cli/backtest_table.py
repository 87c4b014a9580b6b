"""The result of a backtest for a person: forecasters by series, then policies by forecaster."""

from typing import Any

from rich import box
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from gridtide.doors.results.backtest_document import band_names

WHOLE = 400
"""Wide enough for one table: figures wrap in a narrow window rather than lose digits."""


def show(document: dict[str, Any]) -> None:
    """Two tables and what the words in them mean."""
    console = Console(width=max(Console().width, WHOLE))
    console.print(
        f"[bold]{escape(document['case'])}[/bold]  {document['start']} to {document['end']}"
    )
    console.print(_forecasts(document))
    console.print(_policies(document))
    for line in document["definitions"]:
        Console().print(f"- {line}", style="dim", highlight=False, markup=False)


def _forecasts(document: dict[str, Any]) -> Table:
    table = Table(box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0))
    for head in ("series", "zone", "forecaster"):
        table.add_column(head, no_wrap=True)
    heads = [f"MAE {name}" for name in band_names()] + [f"pinball {name}" for name in band_names()]
    for head in (*heads, f"inside {document['coverage_stated']:.0%}"):
        table.add_column(head, justify="right", no_wrap=True)
    for row in document["forecasts"]:
        lost = row["pinball"] or [None] * len(row["mae"])
        table.add_row(
            row["kind"],
            escape(row["zone"]),
            escape(row["forecaster"]),
            *[_figure(value) for value in (*row["mae"], *lost)],
            _share(row["coverage"]),
        )
    return table


def _policies(document: dict[str, Any]) -> Table:
    rows = document["policies"]
    slacks = list(dict.fromkeys(name for row in rows for name in row["capture_by_slack"]))
    zones = list(dict.fromkeys(name for row in rows for name in row["capture_by_zone"]))
    currency = document["currency"]
    table = Table(box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0))
    for head in ("policy", "forecaster"):
        table.add_column(head, no_wrap=True)
    captures = ["capture", *[f"slack {name}" for name in slacks], *zones]
    counts = ["promised", "kept", "missed"]
    for head in (f"total cost, {currency}", *captures, f"P95 daily regret, {currency}", *counts):
        table.add_column(head, justify="right", no_wrap=True)
    for row in rows:
        table.add_row(
            escape(row["policy"]),
            escape(row["forecaster"] or "–"),
            f"{row['total_cost']:,.2f}",
            _share(row["capture_ratio"]),
            *[_share(row["capture_by_slack"].get(name)) for name in slacks],
            *[_share(row["capture_by_zone"].get(name)) for name in zones],
            f"{row['regret_p95']:,.2f}",
            *[f"{row[name]:,}" for name in ("promised", "kept", "missed_deadlines")],
        )
    return table


def _figure(value: float | None) -> str:
    return "n/a" if value is None else f"{value:,.4g}"


def _share(value: float | None) -> str:
    return "n/a" if value is None else f"{value:.1%}"
