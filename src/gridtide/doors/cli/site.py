"""`gridtide site SITES`: where the next data centre should stand, what that costs, and what would turn the choice."""

from pathlib import Path

import click

from gridtide.doors.cli.page_file import PageFile
from gridtide.doors.cli.telling import tell


@click.command()
@click.argument("sites", type=click.Path(path_type=Path))
@click.option("--page", type=PageFile(), help="Write the picture as one HTML page.")
@click.option("--json", "as_json", is_flag=True, help="One JSON document on stdout.")
def site(sites: Path, page: Path | None, as_json: bool) -> int:
    """Compare the candidates of SITES (TOML) by cost, carbon and latency under hard limits: which is best, which
    assumption turns that. Leaves with 3 where no candidate keeps every limit."""
    from gridtide.case.siting import load_siting
    from gridtide.doors.cli.site_words import show
    from gridtide.doors.results.site_document import site_document

    click.echo("reading series", err=True)
    found = site_document(load_siting(sites), lambda what: click.echo(what, err=True))
    tell(found, "site.js", page, as_json, show)
    return 0 if found["possible"] else 3
