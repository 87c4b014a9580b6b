"""Draws `report-power.png` from the report of a run: the power of every site, as a browser shows it.

`python docs/images/draw.py runs/0001/report.html` after `make demo`; needs Chromium and the package `playwright`,
as the tests of the report do (`.ci/parts`). Run by hand when the demo or the report has changed, and put the table
that the same demo printed into the README.
"""

import shutil
import sys
from pathlib import Path

PICTURE = Path(__file__).parent / "report-power.png"
WIDTH = 1200


def draw(report: Path, picture: Path) -> None:
    """The section on power of a report as a picture. Raises FileNotFoundError without Chromium or report."""
    from playwright.sync_api import sync_playwright

    browser = shutil.which("chromium") or shutil.which("chromium-browser")
    if browser is None:
        raise FileNotFoundError("no chromium on this machine; .ci/parts installs it")
    if not report.is_file():
        raise FileNotFoundError(f"{report} is not there; run `gridtide demo` first")
    with sync_playwright() as play:
        opened = play.chromium.launch(
            executable_path=browser, args=["--no-sandbox", "--disable-gpu"]
        )
        page = opened.new_page(viewport={"width": WIDTH, "height": 900}, device_scale_factor=1.5)
        page.goto(report.resolve().as_uri())
        page.wait_for_function("window.__gridtide_ready !== undefined")
        page.locator("section#power").screenshot(path=str(picture))
        opened.close()


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("usage: python docs/images/draw.py runs/0001/report.html")
    draw(Path(sys.argv[1]), PICTURE)
    print(PICTURE)
