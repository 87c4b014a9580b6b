"""Bids for a person, and as rows of a file."""

import csv
from pathlib import Path
from typing import Any

from rich import box
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from gridtide.doors.results.offer_document import COLUMNS, offer_rows
from gridtide.doors.results.written_whole import taken_by

SHOWN = 5


def write_rows(path: Path, document: dict[str, Any]) -> None:
    """The bids as CSV with the columns COLUMNS."""
    with taken_by(path), path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(COLUMNS)
        writer.writerows(offer_rows(document))


def show(document: dict[str, Any]) -> None:
    """Energy by site and step with its first and last quantities, capacity by product and block."""
    console = Console(width=max(Console().width, 110))
    console.print(
        f"[bold]{escape(document['of'])}[/bold]  at {document['at']}, {document['courses']} courses of"
        f" {document['forecaster']}; {document['currency']}"
    )
    if document["energy"]:
        console.print(_table("energy", document["energy"], "up_to_price_per_mwh", "up to, per MWh"))
    if document["capacity"]:
        console.print(
            _table("product", document["capacity"], "from_price_per_mw_h", "from, per MW h")
        )
    if not document["energy"] and not document["capacity"]:
        console.print("nothing to bid: no site buys at a market's price and none offers capacity")
    for note in document["notes"]:
        Console().print(f"- {note}", style="dim", highlight=False, markup=False)


def _table(name: str, bids: list[dict[str, Any]], key: str, head: str) -> Table:
    table = Table(box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0))
    for title in ("site", name, "from, local", "from, UTC", f"kW ({head})"):
        table.add_column(title, no_wrap=title != f"kW ({head})")
    for bid in bids:
        steps = "   ".join(
            f"{step['quantity_kw']:,.0f} ({'any' if step[key] is None else format(step[key], ',.1f')})"
            for step in bid["steps"]
        )
        what = bid.get("product", bid.get("zone", ""))
        table.add_row(
            escape(bid["site"]), escape(what), bid["start_local"][:16], bid["start"][11:16], steps
        )
    return table
