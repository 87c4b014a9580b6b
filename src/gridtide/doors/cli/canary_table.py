"""The days of a plugin beside the house, for a person."""

from typing import Any

from rich import box
from rich.console import Console
from rich.markup import escape
from rich.table import Table

WHOLE = 120
"""Wide enough for one table: figures wrap in a narrow window rather than lose digits."""


def show(document: dict[str, Any]) -> None:
    """A line a day, whether it may be raised, and what the words mean."""
    console, currency = Console(width=max(Console().width, WHOLE)), document["currency"]
    table = Table(box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0))
    table.add_column("day", no_wrap=True)
    for head in (
        f"{document['house']},\n{currency}",
        f"plugin,\n{currency}",
        "refused",
        "no answer",
    ):
        table.add_column(head, justify="right", no_wrap=True)
    table.add_column("flags")
    for day in document["days"]:
        table.add_row(
            day["date"] if day["whole"] else f"{day['date']} (part)",
            f"{day['house_cost']:,.2f}",
            f"{day['plugin_cost']:,.2f}",
            f"{day['refused']:,}",
            f"{day['failed']:,}",
            "; ".join(day["flags"]) or "none",
        )
    console.print(
        f"[bold]{escape(document['plugin'])}[/bold]  in {escape(document['case'])}, {document['trial']}"
    )
    console.print(table)
    Console().print(_verdict(document), highlight=False, markup=False)
    for line in (*document["faults"], *document["definitions"]):
        Console().print(f"- {line}", style="dim", highlight=False, markup=False)


def _verdict(document: dict[str, Any]) -> str:
    days = (
        f"{document['clean_days']} clean days of {document['needed_days']} that the case asks for"
    )
    if document["may_be_raised_to"] is not None:
        return f"{days}: an approver may raise it to {document['may_be_raised_to']}"
    if document["trial"] == "act":
        return f"{days}; it acts"
    return f"{days}: it stays in {document['trial']}"
