"""A flexibility curve for a person: how much of each site and of the fleet, for how long, from which price on."""

from typing import Any

from rich import box
from rich.console import Console
from rich.markup import escape
from rich.table import Table

SPANS = {1: "1 s", 60: "1 min", 900: "15 min", 3600: "1 h", 14_400: "4 h"}
WIDE = 160


def span(duration_s: int) -> str:
    """A duration as people say it."""
    return SPANS.get(duration_s, f"{duration_s} s")


def show(document: dict[str, Any]) -> None:
    """Totals by place, class and duration at every delay, with the prices their steps begin and end at."""
    console = Console(width=max(Console().width, WIDE))
    console.print(
        f"[bold]{escape(document['of'])}[/bold]  at {document['at']}, {document['policy']},"
        f" {document['mix']}; kW at the meters, {document['currency']} per kWh"
    )
    rows = document["rows"]
    if not rows:
        console.print("nothing bends at this instant")
        return
    console.print(_table(rows))
    for note in document["notes"]:
        Console().print(f"- {note}", style="dim", highlight=False, markup=False)


def _table(rows: list[dict[str, Any]]) -> Table:
    delays = sorted({row["delay"] for row in rows})
    table = Table(box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0))
    for head in ("site", "class", "source", "for"):
        table.add_column(head, no_wrap=True)
    for way in ("down", "up"):
        for delay in delays:
            table.add_column(f"{way}, kW\n+{delay:.0%}", justify="right", no_wrap=True)
        table.add_column("price", justify="right", no_wrap=True)
    keys = dict.fromkeys(
        (row["site"], row["class"], row["source"], row["duration_s"]) for row in rows
    )
    for key in sorted(keys, key=lambda key: (key[0] == "fleet", *key)):
        members = [
            row
            for row in rows
            if (row["site"], row["class"], row["source"], row["duration_s"]) == key
        ]
        cells = [cell for way in ("down", "up") for cell in _cells(members, way, delays)]
        table.add_row(escape(key[0]), escape(key[1]), key[2], span(key[3]), *cells)
    return table


def _cells(members: list[dict[str, Any]], way: str, delays: list[float]) -> list[str]:
    ways = [row for row in members if row["direction"] == way]
    kw = [sum(row[f"{way}_kw"] for row in ways if row["delay"] == delay) for delay in delays]
    prices = [row["price_per_kwh"] for row in ways]
    if not prices:
        return ["-"] * (len(delays) + 1)
    low, high = min(prices), max(prices)
    said = f"{low:,.3f}" if high - low < 5e-4 else f"{low:,.3f} to {high:,.3f}"
    return [*(f"{value:,.0f}" for value in kw), said]
