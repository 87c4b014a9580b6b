"""The result of `gridtide shift` for a person."""

from typing import TYPE_CHECKING

from rich import box
from rich.console import Console
from rich.table import Table

from gridtide.decide.shift import is_average_carbon
from gridtide.settle.carbon import ATTRIBUTION
from gridtide.signals.signal import Kind

if TYPE_CHECKING:
    from gridtide.decide.shift import Shift


def show(shifted: "Shift", wanted: set[str]) -> None:
    """The table, and under it what a reader must know."""
    console = Console()
    signal, grid = shifted.signal, shifted.grid
    unit = f"{signal.currency}" if signal.kind is Kind.PRICE else "kg CO2"
    crowded = any(result.no_room for result in shifted.results)
    console.print(
        f"{len(shifted.jobs):,} jobs on {signal.kind} of {signal.source}, "
        f"{grid.start:%Y-%m-%d %H:%M} to {grid.end:%Y-%m-%d %H:%M} UTC in slots of {grid.step_s} s"
    )
    table = Table(box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0))
    table.add_column("policy", overflow="fold")
    for title in (unit, "saving", "wait h", "peak", "missed", *(["no room"] if crowded else [])):
        table.add_column(title, justify="right", no_wrap=True)
    for result in shifted.results:
        if wanted and result.policy not in wanted:
            continue
        table.add_row(
            result.policy,
            f"{result.total:,.1f}",
            "n/a" if result.saving is None else f"{result.saving:.1%}",
            f"{result.mean_wait_h:.2f}",
            f"{result.peak_units:,}",
            f"{result.missed_deadlines:,}",
            *([f"{result.no_room:,}"] if crowded else []),
        )
    console.print(table)
    console.print(
        "saving: share of run-at-once; wait: mean hours to the end beyond the run time; "
        "peak: units in use at once; missed: deadlines not kept",
        style="dim",
    )
    for note in (*shifted.notes, *([ATTRIBUTION] if is_average_carbon(signal) else [])):
        console.print(f"- {note}", style="dim", highlight=False)
