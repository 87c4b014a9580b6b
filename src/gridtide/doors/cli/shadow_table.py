"""What would have been done and saved, for a person, and what work would have felt of it."""

from typing import Any

from rich import box
from rich.console import Console
from rich.markup import escape
from rich.table import Table

WHOLE = 120
"""Wide enough for one table: figures wrap in a narrow window rather than lose digits."""


def show(document: dict[str, Any]) -> None:
    """What was saved, a line for each thing that was felt, and what the words mean."""
    console, currency = Console(width=max(Console().width, WHOLE)), document["currency"]
    share = document["saved_share"]
    less = "" if share is None else f" ({-share:+.1%})"
    policy, reference = escape(document["policy"]), escape(document["reference"])
    console.print(
        f"[bold]{escape(document['case'])}[/bold]  {document['start']} to {document['end']}: {policy} would have cost"
        f" {document['cost_after']:,.0f} {currency}, {reference} {document['cost_before']:,.0f}{less}"
    )
    table = Table(box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0))
    for head in ("whose", "what"):
        table.add_column(head, no_wrap=True)
    for head in ("before", "after"):
        table.add_column(head, justify="right", no_wrap=True)
    for head in ("unit", "harmed"):
        table.add_column(head, no_wrap=True)
    for row in document["felt"]:
        table.add_row(
            escape(row["whose"]),
            escape(row["what"]),
            _figure(row["before"]),
            _figure(row["after"]),
            row["unit"],
            "yes" if row["harmed"] else "no",
        )
    console.print(table)
    count = document["harmed"]
    Console().print(
        "nobody would have been harmed" if count == 0 else f"{count} would have been harmed"
    )
    for line in document["definitions"]:
        Console().print(f"- {line}", style="dim", highlight=False, markup=False)


def _figure(value: float | None) -> str:
    if value is None:
        return "n/a"
    return f"{value:,.0f}" if value == int(value) else f"{value:,.2f}"
