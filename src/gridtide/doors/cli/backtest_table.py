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
    """Three tables and what the words in them mean."""
    console = Console(width=max(Console().width, WHOLE))
    console.print(
        f"[bold]{escape(document['case'])}[/bold]  {document['start']} to {document['end']}"
    )
    console.print(_forecasts(document))
    console.print(_policies(document))
    console.print(_by_slack(document))
    Console().print(_uneven(document), style="dim", highlight=False, markup=False)
    for line in (*document["notes"], *document["definitions"]):
        Console().print(f"- {line}", style="dim", highlight=False, markup=False)


def _forecasts(document: dict[str, Any]) -> Table:
    table = Table(box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0))
    for head in ("series", "zone", "forecaster"):
        table.add_column(head, no_wrap=True)
    heads = [f"{word}\n{name}" for word in ("MAE", "pinball") for name in band_names()]
    for head in (*heads, f"inside\n{document['coverage_stated']:.0%}"):
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
    zones = list(dict.fromkeys(name for row in rows for name in row["capture_by_zone"]))
    currency = document["currency"]
    table = Table(box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0))
    for head in ("policy", "forecaster"):
        table.add_column(head, no_wrap=True)
    captures = ["capture", *[f"capture,\n{name}" for name in zones], "forecast\ncapture"]
    counts = ["promised", "kept", "missed"]
    for head in (f"total cost,\n{currency}", *captures, f"P95 daily\nregret, {currency}", *counts):
        table.add_column(head, justify="right", no_wrap=True)
    for row in rows:
        table.add_row(
            escape(row["policy"]),
            escape(row["forecaster"] or "–"),
            f"{row['total_cost']:,.2f}",
            _share(row["capture_ratio"]),
            *[_share(row["capture_by_zone"].get(name)) for name in zones],
            _share(row["forecast_capture_ratio"]),
            "n/a" if row["regret_p95"] is None else f"{row['regret_p95']:,.2f}",
            *[f"{row[name]:,}" for name in ("promised", "kept", "missed_deadlines")],
        )
    return table


def _by_slack(document: dict[str, Any]) -> Table:
    """Captures by slack, a row a policy, forecaster and kind of zone that jobs are at home in; none where no job is."""
    rows = document["policies"]
    slacks = list(dict.fromkeys(name for row in rows for name in row["capture_by_slack"]))
    table = Table(box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0))
    for head in ("policy", "forecaster", "jobs at\nhome in"):
        table.add_column(head, no_wrap=True)
    for word in ("capture,", "forecast\ncapture,"):
        for name in slacks:
            table.add_column(f"{word}\nslack\n{name}", justify="right", no_wrap=True)
    for row in rows:
        for zone, taken in row["capture_by_zone_and_slack"].items():
            if not taken:
                continue
            of_forecast = row["forecast_capture_by_zone_and_slack"][zone]
            shares = [_share(each.get(name)) for each in (taken, of_forecast) for name in slacks]
            table.add_row(
                escape(row["policy"]), escape(row["forecaster"] or "–"), f"{zone} zones", *shares
            )
    return table


def _uneven(document: dict[str, Any]) -> str:
    """How many days count, and which of them have not 24 hours."""
    days = document["days"]
    odd = [
        f"{day['date']} has {hours:g} h at {site}"
        for day in days
        for site, hours in day["hours"].items()
        if day["whole"] and hours != 24.0
    ]
    whole = sum(day["whole"] for day in days)
    return "; ".join([f"- {whole} of {len(days)} days are whole at every site", *odd])


def _figure(value: float | None) -> str:
    return "n/a" if value is None else f"{value:,.4g}"


def _share(value: float | None) -> str:
    return "n/a" if value is None else f"{value:.1%}"
