"""One self-contained page from `gridtide worth`: who draws less at which incentive, and what is left of it."""

from pathlib import Path
from typing import Any

from gridtide.doors.report.page import report_html, write_page

MODULES = ("theme.js", "worth.js")


def write_worth(path: Path, document: dict[str, Any]) -> None:
    """The page as a file, written whole; it holds the document and needs no network."""
    write_page(path, report_html(document, MODULES))
