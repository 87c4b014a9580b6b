"""`gridtide demo`: the bundled week between Nantong and Zhangbei."""

from pathlib import Path

import click

from gridtide.doors.cli.running import DEFAULT_RUNS, run_case

FILE = click.Path(path_type=Path)


@click.command()
@click.option("--runs", type=FILE, default=DEFAULT_RUNS, help="Folder the results go to.")
@click.option("--json", "as_json", is_flag=True, help="One JSON document on stdout.")
def demo(runs: Path, as_json: bool) -> None:
    """Run the bundled two-site week; the last line is the path of the report."""
    from importlib.resources import as_file, files

    with as_file(files("gridtide.case") / "demo" / "case.toml") as case:
        run_case(case, runs, None, as_json)
