"""One self-contained page from the document of a command, beside the report of a run."""

from pathlib import Path
from typing import Any

from gridtide.doors.report.page import report_html, write_page


def write_sheet(path: Path, document: dict[str, Any], script: str) -> None:
    """The page as a file, written whole, laid out by a script of `static/js`; it needs no network."""
    write_page(path, report_html(document, ("theme.js", "sheet.js", script)))
