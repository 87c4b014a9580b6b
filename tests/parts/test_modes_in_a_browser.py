"""The page of `gridtide study --modes` in a real browser: no network, no errors, every chart drawn."""

from pathlib import Path

import pytest

from gridtide.doors.cli import exit_code

EXAMPLES = Path(__file__).parents[2] / "examples"


@pytest.mark.parts
@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize(("fleet", "charts"), [(True, 3), (False, 2)])
def test_the_page_of_modes_draws_without_errors(
    browser: str, fleet: bool, charts: int, tmp_path: Path
) -> None:
    """With a fleet, what its moves add is a chart of its own."""
    from playwright.sync_api import sync_playwright

    made = tmp_path / "modes.html"
    words = ["--fleet", str(EXAMPLES / "nine_buses_fleet.toml")] if fleet else []
    assert (
        exit_code(
            ["study", str(EXAMPLES / "nine_buses_year"), "--modes", *words, "--page", str(made)]
        )
        == 0
    )
    faults: list[str] = []
    asked: list[str] = []
    with sync_playwright() as play:
        opened = play.chromium.launch(
            executable_path=browser, args=["--no-sandbox", "--disable-gpu"]
        )
        page = opened.new_page(viewport={"width": 1280, "height": 900})
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.on("request", lambda request: asked.append(request.url))
        page.goto(made.as_uri(), wait_until="load")
        page.wait_for_function(
            f"document.querySelectorAll('.chart canvas').length >= {charts}", timeout=20_000
        )
        rows = page.evaluate("document.querySelectorAll('tr').length")
        wide = page.evaluate("document.documentElement.scrollWidth")
        opened.close()
    assert faults == [] and rows > 24 and wide <= 1280
    assert [url for url in asked if url.startswith("http")] == []
