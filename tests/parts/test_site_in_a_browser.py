"""The page of `gridtide site` in a real browser: no errors, and the cheapest possible candidate first."""

from pathlib import Path

import pytest

from gridtide.doors.cli import exit_code

ROOT = Path(__file__).resolve().parents[2]
ROWS = "echarts.getInstanceByDom(document.querySelector('.chart')).getOption().yAxis[0].data"
HEADS = "[...document.querySelectorAll('h2')].map((one) => one.textContent)"


@pytest.mark.parts
@pytest.mark.filterwarnings("ignore")
def test_the_worked_case_draws_the_cheapest_that_can_be_before_what_cannot(
    browser: str, tmp_path: Path
) -> None:
    """Ningxia is cheaper than both and cannot be; split, small sites and what turns the choice have their parts."""
    from playwright.sync_api import sync_playwright

    made = tmp_path / "page.html"
    assert exit_code(["site", str(ROOT / "examples/east_west.toml"), "--page", str(made)]) == 0
    faults: list[str] = []
    with sync_playwright() as play:
        opened = play.chromium.launch(
            executable_path=browser, args=["--no-sandbox", "--disable-gpu"]
        )
        page = opened.new_page(viewport={"width": 1280, "height": 900})
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.goto(made.as_uri(), wait_until="load")
        page.wait_for_function("document.querySelectorAll('.chart canvas').length >= 6")
        rows, heads = page.evaluate(ROWS), page.evaluate(HEADS)
        opened.close()
    assert faults == []
    assert rows[:2] == ["Zhangbei", "Shanghai"]
    assert rows[2:] == ["Ningxia (impossible)", "Beijing (impossible)"]
    for head in ("What cannot be", "What turns the choice", "The work divided over places"):
        assert head in heads
