"""The result of a run for a person: policies side by side."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from rich import box
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from gridtide.doors.cli.words import money
from gridtide.doors.results.calls import calls_said
from gridtide.doors.results.document import marginal_of, not_held_of, steep_of
from gridtide.doors.results.gensets import gensets_said
from gridtide.doors.results.notes import told_once
from gridtide.doors.results.plants import plants_said
from gridtide.doors.results.proofs import proofs_said
from gridtide.doors.results.response_cap import responses_said
from gridtide.doors.results.rest import rest_of
from gridtide.doors.results.unspread import unspread_of
from gridtide.doors.results.water import water_said
from gridtide.settle.capture import VANISHING
from gridtide.settle.carbon import ATTRIBUTION

if TYPE_CHECKING:
    from gridtide.simulate.compare import Comparison
    from gridtide.simulate.linear_view import LinearView
    from gridtide.simulate.settlement import Settlement


EDGE = 2
"""Blanks beside a column."""
OWN_ROW = ("energy", "demand charge", "capacity")
"""Parts of the total cost that are always told."""
WHOLE = 400
"""Wide enough for one table: figures wrap in a narrow window rather than lose digits."""


def show(comparison: "Comparison") -> None:
    """One column a policy, one row a figure, and under it what a reader must know."""
    console = Console()
    study = comparison.study
    console.print(
        f"[bold]{escape(study.name)}[/bold]  {study.timeline.start:%Y-%m-%d %H:%M} to "
        f"{study.timeline.end:%Y-%m-%d %H:%M} UTC, {len(study.jobs):,} jobs, {len(study.services)} services"
    )
    rows = _rows(comparison)
    names = [settlement.policy for settlement in comparison.settlements]
    for chosen in _fitting(names, rows, console.width):
        table = Table(box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0))
        table.add_column("", no_wrap=True)
        for number in chosen:
            table.add_column(names[number], justify="right", no_wrap=True)
        for title, cells in rows:
            table.add_row(title, *[cells[number] for number in chosen])
        Console(width=max(console.width, WHOLE)).print(table)
    console.print(_capture(comparison))
    if comparison.bound is not None:
        console.print(_bound(comparison, comparison.bound))
    limits = (
        steep_of(comparison),
        not_held_of(comparison),
        rest_of(comparison),
        gensets_said(comparison),
        plants_said(comparison),
        water_said(comparison),
    )
    said = (ATTRIBUTION, marginal_of(comparison), *limits)
    known = [note for note in said if note]
    known += calls_said(comparison)
    known += responses_said(comparison)
    known += proofs_said(comparison.courses, study.currency)
    for note in (*known, *unspread_of(comparison.courses), *told_once(study.notes)):
        console.print(f"- {note}", style="dim", highlight=False, markup=False)


def _fitting(names: list[str], rows: list[tuple[str, list[str]]], width: int) -> list[list[int]]:
    """Policies in tables no wider than the terminal, so that no figure is cut; the reference leads each."""
    tables = [[0]]
    for number in range(1, len(names)):
        if len(tables[-1]) > 1 and _width(names, rows, [*tables[-1], number]) > width:
            tables.append([0])
        tables[-1].append(number)
    return tables


def _width(names: list[str], rows: list[tuple[str, list[str]]], chosen: list[int]) -> int:
    """Characters that a table of some policies takes when no figure in it is cut."""
    columns = [
        max(len(names[number]), *(len(cells[number]) for _, cells in rows)) for number in chosen
    ]
    return sum(columns) + max(len(title) for title, _ in rows) + EDGE * (len(chosen) + 1)


def _capture(comparison: "Comparison") -> str:
    """The share of what foresight would save, or why there is none to say."""
    if comparison.capture_ratio is not None:
        share = f"{comparison.capture_ratio:.1%}"
        return (
            f"capture ratio {share} (share of the possible saving that the coordinated policy took)"
        )
    if comparison.of("coordinated") is None or comparison.of("perfect-foresight") is None:
        return "capture ratio n/a: it needs the policies coordinated and perfect-foresight"
    return "capture ratio n/a: perfect foresight and the reference cost nearly the same"


def _bound(comparison: "Comparison", bound: float) -> str:
    """The least any policy can cost, and how far above it the coordinated one is."""
    said = f"no policy can cost less than {money(bound)} {comparison.study.currency} in all"
    policy, reference = comparison.of("coordinated"), comparison.settlements[0]
    if policy is None:
        return said
    above, possible = policy.total_cost - bound, reference.total_cost - bound
    said = f"{said}; coordinated is {money(above)} above it"
    if possible < VANISHING * abs(reference.total_cost) or possible <= 0:
        return said
    return f"{said}, {above / possible:.1%} of what could be saved"


def _rows(comparison: "Comparison") -> list[tuple[str, list[str]]]:
    currency = comparison.study.currency
    cells: dict[str, Callable[[Settlement], str]] = {
        f"energy cost, {currency}": lambda item: money(item.energy_cost),
        f"demand charge, {currency}": lambda item: money(dict(item.parts)["demand charge"]),
        **_capacity_cells(comparison),
        **_other_cells(comparison),
        f"total cost, {currency}": lambda item: money(item.total_cost),
        "saved of total": lambda item: _saved(comparison, item),
        "energy, kWh": lambda item: f"{item.energy_kwh:,.0f}",
        "emissions, kg (average)": lambda item: _number(item.emissions_average_kg),
        "curtailment absorbed, kWh": lambda item: f"{item.curtailment_absorbed_kwh:,.0f}",
        "own renewables used, kWh": lambda item: f"{round(item.renewable_used_kwh):,}",
        "promised": lambda item: f"{item.promises.promised:,}",
        "missed": lambda item: f"{item.promises.missed_deadlines:,}",
        "late, not promised": lambda item: f"{item.promises.late_unpromised:,}",
        "jobs done": lambda item: f"{item.promises.done:,}",
        "accelerator-h done": lambda item: f"{item.accelerator_h_done:,.0f}",
        "mean wait, h": lambda item: f"{item.mean_wait_h:.2f}",
        "moves": lambda item: f"{item.moves:,}",
        "exposure": lambda item: f"{item.exposure:,}",
        "plan's power off, CVRMSE": lambda item: f"{_furthest_off(item).cvrmse:.2%}",
        "plan's power off, bias": lambda item: f"{_furthest_off(item).bias:+.2%}",
    }
    if any(
        item.emissions_marginal_kg == item.emissions_marginal_kg for item in comparison.settlements
    ):
        cells["emissions, kg (marginal)"] = lambda item: _number(item.emissions_marginal_kg)
    if comparison.study.services:
        cells["answers p50, s"] = lambda item: _seconds(item.latency_p50_s)
        cells["answers p95, s"] = lambda item: _seconds(item.latency_p95_s)
    if any(service.slower for service in comparison.study.services):
        cells["answered slower"] = lambda item: (
            f"{item.requests_slower / max(item.requests_answered, 1e-9):.1%}"
        )
    return [
        (title, [cell(item) for item in comparison.settlements]) for title, cell in cells.items()
    ]


def _furthest_off(item: "Settlement") -> "LinearView":
    """The building that the lines of plans were furthest off."""
    return max(item.linear_view, key=lambda one: one.cvrmse)


def _capacity_cells(comparison: "Comparison") -> dict[str, Callable[["Settlement"], str]]:
    """Revenue of capacity and what was not held of it, where a site may offer some."""
    if not comparison.study.fleet.products:
        return {}
    return {
        f"capacity revenue, {comparison.study.currency}": lambda item: money(
            sum(one.revenue for _, one in item.capacity)
        ),
        "capacity not held, kW h": lambda item: (
            f"{sum(one.not_held_kw_h for _, one in item.capacity):,.1f}"
        ),
    }


def _other_cells(comparison: "Comparison") -> dict[str, Callable[["Settlement"], str]]:
    """What total cost counts beside the parts with a row of their own, each where a policy has any of it."""
    named = {
        part: sum(abs(dict(item.parts)[part]) for item in comparison.settlements)
        for part, _ in comparison.settlements[0].parts
        if part not in OWN_ROW
    }

    def cell(part: str) -> Callable[["Settlement"], str]:
        return lambda item: money(dict(item.parts)[part])

    currency = comparison.study.currency
    return {f"{part}, {currency}": cell(part) for part, size in named.items() if size > 0}


def _saved(comparison: "Comparison", item: "Settlement") -> str:
    reference = comparison.settlements[0].total_cost
    if reference == 0:
        return "n/a"
    return f"{round((reference - item.total_cost) / abs(reference), 3) + 0.0:.1%}"


def _seconds(length_s: float | None) -> str:
    return "–" if length_s is None else f"{length_s:.3f}"


def _number(value: float) -> str:
    return "not available" if value != value else f"{value:,.0f}"
