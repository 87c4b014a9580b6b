"""`gridtide site SITES`: where the next data centre should stand, what that costs, and what would turn the choice."""

from pathlib import Path
from typing import Any

import click

from gridtide.doors.cli.page_file import PageFile
from gridtide.doors.cli.telling import tell


@click.command()
@click.argument("sites", type=click.Path(path_type=Path))
@click.option("--page", type=PageFile(), help="Write the picture as one HTML page.")
@click.option("--json", "as_json", is_flag=True, help="One JSON document on stdout.")
def site(sites: Path, page: Path | None, as_json: bool) -> int:
    """Compare the candidates of SITES (TOML) by cost, carbon and latency under hard limits: which is best, which
    assumption turns that. Leaves with 3 where no candidate, and no split that is
    asked for, keeps every limit."""
    from gridtide.case.siting import read_siting, siting_of
    from gridtide.doors.cli.site_words import show
    from gridtide.doors.results.site_whole import whole_document

    say("reading series")
    file = read_siting(sites)
    siting = siting_of(file, Path(sites).resolve().parent)
    found = whole_document(file, siting, say)
    tell(found, "site.js", page, as_json, show)
    return 0 if is_possible(found) else 3


def say(what: str) -> None:
    """What is being looked at, for a person who waits."""
    click.echo(what, err=True)


def is_possible(found: dict[str, Any]) -> bool:
    """Whether one place, or the split where one is asked for, keeps every limit."""
    split = found["split"]
    return bool(found["possible"] or (split is not None and split["possible"]))
