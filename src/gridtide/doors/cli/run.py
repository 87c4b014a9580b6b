"""`gridtide run`: a case, its policies side by side, and a report to look at."""

from pathlib import Path

import click

from gridtide.doors.cli.running import DEFAULT_RUNS, run_case

FILE = click.Path(path_type=Path)


@click.command()
@click.argument("case", type=FILE)
@click.option("--runs", type=FILE, default=DEFAULT_RUNS, help="Folder the results go to.")
@click.option(
    "--policy", "policies", help="Policies, divided by commas; those of the case by default."
)
@click.option(
    "--reports-to", type=FILE, help="Folder for the reports that a replayed VTN asked for."
)
@click.option("--json", "as_json", is_flag=True, help="One JSON document on stdout.")
def run(
    case: Path, runs: Path, policies: str | None, reports_to: Path | None, as_json: bool
) -> None:
    """Run CASE: reference, coordinated and perfect foresight side by side, with a report."""
    run_case(case, runs, policies, as_json, reports_to)
