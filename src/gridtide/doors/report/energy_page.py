"""One self-contained page from `gridtide energy`: where energy goes as a picture of flows, and the ladder."""

from pathlib import Path
from typing import Any

from gridtide.doors.report.page import report_html, write_page

MODULES = ("theme.js", "energy.js")


def write_energy(path: Path, document: dict[str, Any]) -> None:
    """The page as a file, written whole; it holds the document and needs no network."""
    write_page(path, report_html(document, MODULES))
