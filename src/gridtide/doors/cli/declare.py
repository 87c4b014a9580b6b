"""`gridtide declare`: the load of tomorrow, as a dispatch centre asks for it."""

import csv
from pathlib import Path
from typing import Any

import click

from gridtide.doors.cli.page_file import PageFile
from gridtide.doors.cli.telling import tell
from gridtide.doors.cli.words import say_compiling

FILE = click.Path(path_type=Path)
COLUMNS = ("site", "start", "p10_kw", "p50_kw", "p90_kw")


@click.command()
@click.argument("case", type=FILE)
@click.option(
    "--at",
    "when",
    help="Instant of declaring, ISO 8601; the last noon before a whole day by default.",
)
@click.option("--policy", default="coordinated", show_default=True, help="Whose course and plan.")
@click.option("--courses", type=click.IntRange(0, 64), default=0, show_default=True,
              help="Expect the mean of plans for so many courses of what is not published yet.")  # fmt: skip
@click.option("--csv", "table", type=FILE, help="Write the points as rows.")
@click.option("--page", type=PageFile(), help="Write a picture of the load as one HTML page.")
@click.option("--json", "as_json", is_flag=True, help="One JSON document on stdout.")
def declare(
    case: Path,
    when: str | None,
    policy: str,
    courses: int,
    table: Path | None,
    page: Path | None,
    as_json: bool,
) -> None:
    """The load of CASE through the next local day in quarters of an hour: P50 with P10 and P90 learned from the days
    before, highest, lowest and steepest, for every site and the fleet."""
    say_compiling()
    found = _of_case(case, when, policy, courses)
    if table is not None:
        _write(table, found)
    tell(found, "declare.js", page, as_json, _show)


def _of_case(case: Path, when: str | None, policy: str, courses: int) -> dict[str, Any]:
    from gridtide.doors.cli.flex import moment
    from gridtide.doors.cli.running import announcer, asked_study
    from gridtide.doors.results.declare_document import declare_document
    from gridtide.finding import Gathered
    from gridtide.simulate.declaring import declaration, last_noon
    from gridtide.simulate.flexing import asked_step
    from gridtide.simulate.policies import policy_named
    from gridtide.simulate.truth import truth_of

    faults = Gathered()
    at = faults.of(lambda: moment(when))
    named, study = asked_study(case, policy, faults)
    until = last_noon(study) if at is None else asked_step(study, at)
    way, forecaster, known = policy_named(named, study)
    found = declaration(
        known, truth_of(study), way, forecaster, until, announcer()(named), courses=courses
    )
    return declare_document(study, found, named)


def _write(path: Path, document: dict[str, Any]) -> None:
    """The points as CSV with the columns COLUMNS."""
    from gridtide.doors.results.written_whole import taken_by

    with taken_by(path), path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(COLUMNS)
        for site in document["sites"]:
            for point in site["points"]:
                writer.writerow([site["site"], *(point[name] for name in COLUMNS[1:])])


def _show(document: dict[str, Any]) -> None:
    from rich import box
    from rich.console import Console
    from rich.markup import escape
    from rich.table import Table

    console = Console()
    console.print(
        f"[bold]{escape(document['of'])}[/bold]  {document['day']}, declared at {document['at']};"
        f" band from {document['days_learned_from']} days"
    )
    table = Table(box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0))
    table.add_column("site")
    for head in (
        "energy, kWh",
        "highest, kW",
        "lowest, kW",
        "steepest, kW/min",
        "P10 to P90, mean kW",
    ):
        table.add_column(head, justify="right")
    for site in document["sites"]:
        points = site["points"]
        width = sum(point["p90_kw"] - point["p10_kw"] for point in points) / len(points)
        row = (
            site["energy_kwh"],
            site["max_kw"],
            site["min_kw"],
            site["ramp_max_kw_per_min"],
            width,
        )
        table.add_row(escape(site["site"]), *(f"{value:,.0f}" for value in row))
    console.print(table)
    for note in document["notes"]:
        console.print(f"- {note}", style="dim", highlight=False, markup=False)
