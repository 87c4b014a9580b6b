"""`gridtide compare`: named policies on one case."""

from pathlib import Path

import click

from gridtide.doors.cli.running import DEFAULT_RUNS, run_case

FILE = click.Path(path_type=Path)


@click.command()
@click.argument("case", type=FILE)
@click.option("--policy", "policies", required=True, help="Policies, divided by commas.")
@click.option("--runs", type=FILE, default=DEFAULT_RUNS, help="Folder the results go to.")
@click.option("--json", "as_json", is_flag=True, help="One JSON document on stdout.")
def compare(case: Path, policies: str, runs: Path, as_json: bool) -> None:
    """Run the named policies on CASE, each against run-at-once, under the same information."""
    run_case(case, runs, policies, as_json)
