"""One self-contained page from `gridtide flex`: supply curves of sites and fleet, and how long each source lasts."""

from pathlib import Path
from typing import Any

from gridtide.doors.report.page import report_html, write_page

MODULES = ("theme.js", "flex.js")


def write_flex(path: Path, document: dict[str, Any]) -> None:
    """The page as a file, written whole; it holds the document and needs no network."""
    write_page(path, report_html(document, MODULES))
