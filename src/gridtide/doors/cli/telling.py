"""How a command tells what it found: as a page, as one JSON document, or in words."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click


def tell(
    found: dict[str, Any],
    script: str,
    page: Path | None,
    as_json: bool,
    show: Callable[[dict[str, Any]], None],
) -> None:
    """Write the page where one is asked for, drawn by `script`; then the document, or the words and the page's path."""
    if page is not None:
        from gridtide.doors.report.sheet import write_sheet

        write_sheet(page, found, script)
    if as_json:
        click.echo(json.dumps(found, indent=2, ensure_ascii=False, allow_nan=False))
        return
    show(found)
    if page is not None:
        click.echo(str(page))
