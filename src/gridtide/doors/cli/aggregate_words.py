"""What `gridtide aggregate` tells a person."""

from typing import Any

from rich import box
from rich.console import Console
from rich.markup import escape
from rich.table import Table

ROWS = 20


def show(found: dict[str, Any]) -> None:
    """The split, the drill where one was measured, and the split that follows from it."""
    console = Console()
    _split(console, found, "told")
    if "drill" in found:
        _scores(console, found["drill"])
        _split(console, found["split_again"], "told again")
    for note in found.get("notes", []):
        console.print(f"- {escape(note)}", highlight=False)


def _split(console: Console, found: dict[str, Any], title: str) -> None:
    console.print(
        f"call of {found['call_kw']:,.1f} kW, {title}: {found['told_kw']:,.1f} kW, expected "
        f"{found['expected_kw']:,.1f}, {found['sure_kw']:,.1f} with confidence "
        f"{found['confidence']:g}, lacking {found['lacking_kw']:,.1f}",
        highlight=False,
    )
    bound = found["bound_per_h"]
    least = "" if bound is None else f", no split of it below {bound:,.2f}"
    console.print(f"cost {found['cost_per_h']:,.2f} an hour{least}", highlight=False)
    rows = [row for row in found["members"] if row["told_kw"] > 0.0]
    table = Table(box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0))
    for name in ("member", "told kW", "expected kW", "start s"):
        table.add_column(name, justify="left" if name == "member" else "right")
    for row in rows[:ROWS]:
        start = "" if row["start_s"] is None else f"{row['start_s']:,.0f}"
        cells = (f"{row['told_kw']:,.1f}", f"{row['expected_kw']:,.1f}", start)
        table.add_row(escape(row["member"]), *cells)
    console.print(table)
    if len(rows) > ROWS:
        console.print(f"and {len(rows) - ROWS:,} more; --json tells all", highlight=False)


def _scores(console: Console, scores: list[dict[str, Any]]) -> None:
    table = Table(box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0))
    names = ("member", "told kW", "delivered kW", "share", "time in band", "reached min")
    for name in names:
        table.add_column(name, justify="left" if name == "member" else "right")
    for row in [*scores[:-1][:ROWS], scores[-1]]:
        table.add_row(
            escape(row["name"]),
            f"{row['told_kw']:,.1f}",
            f"{row['delivered_kw']:,.1f}",
            "n/a" if row["share"] is None else f"{row['share']:.3f}",
            "n/a" if row["in_band"] is None else f"{row['in_band']:.0%}",
            "never" if row["reached_min"] is None else f"{row['reached_min']:g}",
        )
    console.print(table)
