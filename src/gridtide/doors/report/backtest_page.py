"""One self-contained page from a backtest: regret day by day, capture, and errors of forecasts."""

from pathlib import Path
from typing import Any

from gridtide.doors.report.page import report_html, write_page

MODULES = ("theme.js", "backtest.js")


def write_picture(path: Path, document: dict[str, Any]) -> None:
    """The page as a file, written whole; it holds the document and needs no network."""
    write_page(path, report_html(document, MODULES))
