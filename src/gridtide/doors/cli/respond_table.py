"""An answered call for a person: what was asked and given, and what each job lost."""

from typing import Any

from rich import box
from rich.console import Console
from rich.markup import escape
from rich.table import Table

WIDE = 120


def show(document: dict[str, Any]) -> None:
    """Sentences, then a row for each job, then what it rests on."""
    console = Console(width=max(Console().width, WIDE), highlight=False)
    found = document
    console.print(
        f"[bold]{escape(found['cluster'])}[/bold], {escape(found['event'])}, SIMULATED: {found['from']} to"
        f" {found['to']}, told {found['notice_min']} min ahead"
    )
    console.print(
        f"asked {found['asked_kw']:,.2f} kW ({found['asked_share']:.1%} of {found['baseline_kw']:,.2f} kW);"
        f" drawn {found['mean_share']:.1%} on average, {found['most_share']:.1%} at most,"
        f" {found['minutes_over']} minutes over; {found['avoided_kwh']:,.1f} kWh avoided"
    )
    after = found["highest_after_share"]
    kept = "" if found["ramps_kept"] else ", STEEPER than declared"
    console.print(
        f"steepest minute down {found['largest_fall_share']:.1%} ({found['fall_share']:.1%} declared), up"
        f" {found['largest_rise_share']:.1%} ({found['rise_share']:.1%}){kept}; afterwards"
        f" {'nothing follows' if after is None else f'at most {after:.1%}'}"
    )
    console.print(_table(found["jobs"]))
    of_bound = "n/a" if found["of_bound"] is None else f"{found['of_bound']:.2%}"
    console.print(
        f"weighted work {found['weighted_work']:.4f}, {of_bound} of the best anyone could do ({found['bound']:.4f})"
    )
    if found["deepest_share"] is not None:
        console.print(
            f"deepest limit with every tier, by caps, parking and pauses: {found['deepest_kw']:,.2f} kW,"
            f" {found['deepest_share']:.1%}"
        )
    for note in found["notes"]:
        console.print(f"- {note}", style="dim", markup=False)


def _table(jobs: list[dict[str, Any]]) -> Table:
    table = Table(box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0))
    table.add_column("job", no_wrap=True)
    for head in ("accelerators", "kW in the call", "parked", "does", "at least", "tier"):
        table.add_column(head, justify="right", no_wrap=True)
    for job in jobs:
        table.add_row(
            escape(job["name"]),
            f"{job['accelerators']:,}",
            f"{job['mean_kw']:,.2f}",
            f"{job['parked_accelerators']:,.1f}",
            f"{job['share']:.1%}",
            f"{job['at_least']:.1%}",
            "kept" if job["kept"] else "BROKEN",
        )
    return table
