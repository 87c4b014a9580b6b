"""What signals cost that lie, for a person: one table a policy, dearest lie first."""

from typing import Any

from rich import box
from rich.console import Console
from rich.markup import escape
from rich.table import Table

WHOLE = 160
"""Wide enough for one table: figures wrap in a narrow window rather than lose digits."""


def show(document: dict[str, Any]) -> None:
    """The tables, and what the words in them mean."""
    console, currency = Console(width=max(Console().width, WHOLE)), document["currency"]
    console.print(
        f"[bold]{escape(document['case'])}[/bold]  run-at-once, which believes nothing:"
        f" {document['reference_cost']:,.0f} {currency}"
    )
    for policy in document["policies"]:
        console.print(_table(policy, currency))
    Console().print(
        f"no course pays more for energy than {document['most_energy_cost']:,.0f} {currency}{_times(document)};"
        f" without a look at work {document['at_their_limits']:,.0f} {currency}",
        highlight=False,
    )
    for line in document["definitions"]:
        Console().print(f"- {line}", style="dim", highlight=False, markup=False)


def _times(document: dict[str, Any]) -> str:
    """How far the bound lies above the worst that was found."""
    worst, times = document["worst_energy_cost"], document["most_to_worst"]
    if times is None:
        return ""
    return f", {times:.2f} times the {worst:,.0f} {document['currency']} of the worst course here"


def _table(policy: dict[str, Any], currency: str) -> Table:
    table = Table(
        box=box.SIMPLE_HEAD,
        padding=(0, 1, 0, 0),
        title=f"{policy['policy']}, honest: {policy['honest_cost']:,.0f} {currency}",
        title_justify="left",
    )
    table.add_column("who lies", no_wrap=True)
    heads = (
        f"total cost,\n{currency}",
        "extra",
        "for energy",
        "promised",
        "missed",
        "above limits,\nkWh",
    )
    for head in heads:
        table.add_column(head, justify="right", no_wrap=True)
    for lie in policy["lies"]:
        names = [f"{one['kind']} of {one['zone']}" for one in lie["signals"]]
        table.add_row(
            escape(names[0]) if len(names) == 1 else f"all {len(names)} together",
            f"{lie['total_cost']:,.0f}",
            f"{lie['extra_cost']:+,.0f}",
            f"{lie['energy_cost']:,.0f}",
            f"{lie['promised']:,}",
            f"{lie['missed']:,}",
            f"{lie['beyond_limit_kwh']:,.1f}",
        )
    return table
