"""`gridtide size CAMPUS.toml`: what to build beside a load, at least cost or least carbon."""

from pathlib import Path
from typing import Any

import click

from gridtide.doors.cli.page_file import PageFile
from gridtide.doors.cli.telling import tell


@click.command()
@click.argument("campus", type=click.Path(path_type=Path))
@click.option("--page", type=PageFile(), help="Write the picture as one HTML page.")
@click.option("--json", "as_json", is_flag=True, help="One JSON document on stdout.")
def size(campus: Path, page: Path | None, as_json: bool) -> int:
    """Choose what to build beside the load of CAMPUS, a TOML file, over every hour of its years. Leaves with 3 where
    its targets cannot be reached."""
    from gridtide.case.campus_file import campus_case
    from gridtide.doors.results.size_document import size_document

    found = size_document(campus_case(campus))
    tell(found, "size.js", page, as_json, show)
    return 0


def show(found: dict[str, Any]) -> None:
    """Writes the document on stdout."""
    best = found["supply"]
    click.echo(f"{found['of']}: {best['cost_per_year']:,.0f} {found['currency']} a year")
    for one in best["built"]:
        click.echo(f"  {one['name']}: {one['kw']:,.0f} kW, {one['kwh']:,.0f} kWh")
