"""One self-contained page from `gridtide tiers`: what waiting saves, the menu, for whom a course was."""

from pathlib import Path
from typing import Any

from gridtide.doors.report.page import report_html, write_page

MODULES = ("theme.js", "tiers.js")


def write_tiers(path: Path, document: dict[str, Any]) -> None:
    """The page as a file, written whole; it holds the document and needs no network."""
    write_page(path, report_html(document, MODULES))
