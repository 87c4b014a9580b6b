"""The pages of `gridtide swing` in a real browser: no network, no errors, every chart drawn."""

from pathlib import Path

import numpy as np
import pytest

from gridtide.doors.cli import exit_code

VIRGINIA = Path(__file__).parents[1] / "cases" / "virginia_2024"


def written(folder: Path, kind: str) -> tuple[Path, int]:
    """A page of a kind, and how many charts it has."""
    page = folder / "page.html"
    if kind == "sags":
        words = [
            str(VIRGINIA / "sags.csv"),
            "--loads",
            str(VIRGINIA / "loads.toml"),
            "--rule",
            "ercot-nogrr282",
        ]
        charts = 1
    else:
        at = np.arange(4000) / 100.0
        power = np.zeros(len(at)) if kind == "nothing" else 1e5 + 9e3 * (at % 2.0 < 1.4)
        wave = folder / "wave.csv"
        rows = [f"{second:g},{kw:g}" for second, kw in zip(at, power, strict=True)]
        wave.write_text("t_s,power_kw\n" + "\n".join(rows) + "\n")
        words, charts = [str(wave)], 2
        if kind == "nothing":
            words, charts = [*words, "--nominal", "100000"], 1
    assert exit_code(["swing", *words, "--page", str(page)]) in (0, 3)
    return page, charts


@pytest.mark.parts
@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("kind", ["wave", "nothing", "sags"])
def test_every_kind_of_page_draws_without_errors(browser: str, kind: str, tmp_path: Path) -> None:
    """A load that swings, one that draws nothing of what it is connected for, and loads in sags."""
    from playwright.sync_api import sync_playwright

    made, charts = written(tmp_path, kind)
    faults: list[str] = []
    asked: list[str] = []
    with sync_playwright() as play:
        opened = play.chromium.launch(
            executable_path=browser, args=["--no-sandbox", "--disable-gpu"]
        )
        page = opened.new_page(viewport={"width": 1200, "height": 900})
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.on("request", lambda request: asked.append(request.url))
        page.goto(made.as_uri(), wait_until="load")
        page.wait_for_function(
            f"document.querySelectorAll('.chart canvas').length >= {charts}", timeout=20_000
        )
        rows = page.evaluate("document.querySelectorAll('tr').length")
        opened.close()
    assert faults == [] and rows > 2
    assert [url for url in asked if url.startswith("http")] == []
