"""The result of a run for a person: policies side by side."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from rich import box
from rich.console import Console
from rich.table import Table

from gridtide.settle.carbon import ATTRIBUTION

if TYPE_CHECKING:
    from gridtide.simulate.compare import Comparison
    from gridtide.simulate.settlement import Settlement


def show(comparison: "Comparison") -> None:
    """One column a policy, one row a figure, and under it what a reader must know."""
    console = Console()
    study = comparison.study
    console.print(
        f"[bold]{study.name}[/bold]  {study.timeline.start:%Y-%m-%d %H:%M} to "
        f"{study.timeline.end:%Y-%m-%d %H:%M} UTC, {len(study.jobs):,} jobs, {len(study.services)} services"
    )
    table = Table(box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0))
    table.add_column("")
    for settlement in comparison.settlements:
        table.add_column(settlement.policy, justify="right")
    for title, cells in _rows(comparison):
        table.add_row(title, *cells)
    console.print(table)
    capture = comparison.capture_ratio
    said = "n/a" if capture is None else f"{capture:.1%}"
    console.print(
        f"capture ratio {said} (share of the possible saving that the coordinated policy took)"
    )
    if comparison.bound is not None:
        console.print(
            f"no policy can cost less than {comparison.bound:,.0f} {study.currency} in all"
        )
    for note in (ATTRIBUTION, "Marginal carbon: not available in this case.", *study.notes):
        console.print(f"- {note}", style="dim", highlight=False)


def _rows(comparison: "Comparison") -> list[tuple[str, list[str]]]:
    currency = comparison.study.currency
    cells: dict[str, Callable[[Settlement], str]] = {
        f"energy cost, {currency}": lambda item: f"{item.energy_cost:,.0f}",
        f"total cost, {currency}": lambda item: f"{item.total_cost:,.0f}",
        "saved of total": lambda item: _saved(comparison, item),
        "energy, kWh": lambda item: f"{item.energy_kwh:,.0f}",
        "emissions, kg (average)": lambda item: _number(item.emissions_average_kg),
        "curtailment absorbed, kWh": lambda item: f"{item.curtailment_absorbed_kwh:,.0f}",
        "own renewables used, kWh": lambda item: f"{item.renewable_used_kwh:,.0f}",
        "promised": lambda item: f"{item.promises.promised:,}",
        "missed": lambda item: f"{item.promises.missed_deadlines:,}",
        "jobs done": lambda item: f"{item.promises.done:,}",
        "mean wait, h": lambda item: f"{item.mean_wait_h:.2f}",
        "moves": lambda item: f"{item.moves:,}",
        "answers p95, s": lambda item: (
            "–" if item.latency_p95_s is None else f"{item.latency_p95_s:.3f}"
        ),
    }
    return [
        (title, [cell(item) for item in comparison.settlements]) for title, cell in cells.items()
    ]


def _saved(comparison: "Comparison", item: "Settlement") -> str:
    reference = comparison.settlements[0].total_cost
    return "n/a" if reference == 0 else f"{(reference - item.total_cost) / abs(reference):.1%}"


def _number(value: float) -> str:
    return "not available" if value != value else f"{value:,.0f}"
