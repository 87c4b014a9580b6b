"""The report in a real browser: no network, no errors, every chart drawn."""

from pathlib import Path

import pytest

from gridtide.doors.cli.running import run_study
from gridtide.testing.studies import small_study

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


ZOOM = """() => {
  const charts = [...document.querySelectorAll(".chart")].map((box) => echarts.getInstanceByDom(box));
  const zooming = charts.filter((chart) => chart.getOption().dataZoom?.length);
  zooming[0].dispatchAction({ type: "dataZoom", start: 25, end: 50 });
  return zooming.map((chart) => chart.getOption().dataZoom[0].end);
}"""
"""Shows a quarter of the first chart over time and says where each of them then ends, in per cent."""


HINT = """() => {
  const box = document.querySelector('.chart[aria-label="Jobs over time"]');
  const chart = echarts.getInstanceByDom(box);
  const runs = chart.getOption().series.findIndex((one) => one.name.startsWith("runs at"));
  chart.dispatchAction({ type: "dataZoom", start: 0, end: 100 });
  chart.dispatchAction({ type: "showTip", seriesIndex: runs, dataIndex: 0 });
  return new Promise((told) => setTimeout(() => told(box.innerText), 500));
}"""
"""What the first run of the Gantt says when it is pointed at."""


@pytest.mark.parts
@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("width", [1400, 900, 420])
def test_the_report_draws_every_chart_without_errors(
    browser: str, width: int, tmp_path: Path
) -> None:
    """Opened from the disk, at a desk's width, a window's and a telephone's; charts over time zoom together."""
    from playwright.sync_api import sync_playwright

    _, folder, _ = run_study(small_study(1, hours=24), tmp_path / "runs", None)
    faults: list[str] = []
    asked: list[str] = []
    with sync_playwright() as play:
        opened = play.chromium.launch(executable_path=browser, args=FLAGS)
        page = opened.new_page(viewport={"width": width, "height": 900})
        page.on(
            "console",
            lambda message: faults.append(message.text) if message.type == "error" else None,
        )
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.on("request", lambda request: asked.append(request.url))
        page.goto((folder / "report.html").as_uri(), wait_until="domcontentloaded")
        page.wait_for_function("window.__gridtide_ready !== undefined", timeout=20_000)
        drawn = page.evaluate("document.querySelectorAll('.chart canvas').length")
        charts = page.evaluate("window.__gridtide_ready")
        wide = page.evaluate("document.documentElement.scrollWidth")
        zoomed = page.evaluate(ZOOM)
        hint = page.evaluate(HINT)
        page.locator(".key button").first.click()
        hidden = page.locator('.key button[aria-pressed="false"]').count()
        opened.close()
    assert faults == []
    assert drawn == charts >= 6
    assert [url for url in asked if url.startswith("http")] == []
    assert wide <= width + 2 or width < 600
    assert len(zoomed) >= 4 and set(zoomed) == {50}
    assert hidden == 1
    assert "accelerators" in hint and ("promised" in hint or "at risk" in hint)
