"""The page of `gridtide aggregate` in a real browser: no errors, and the members that were told most by name."""

from pathlib import Path

import pytest

from gridtide.doors.cli import exit_code

DRAWN = """
[...document.querySelectorAll(".chart")].map((box) =>
  echarts.getInstanceByDom(box).getOption().series.map((one) => one.name))
"""


@pytest.mark.parts
@pytest.mark.filterwarnings("ignore")
def test_a_drill_of_many_names_who_was_told_most_and_not_who_was_told_nothing(
    browser: str, tmp_path: Path
) -> None:
    """Of forty members thirty are told; the ten that stay out are measured too, and draw no band of their own."""
    from playwright.sync_api import sync_playwright

    members, rows = [], ["minute,member,delivered_kw"]
    for number in range(40):
        price = 900 if number < 10 else 50 + number
        members.append(f'[[member]]\nname = "m{number:02d}"\noffer = [[{100 + number}, {price}]]')
        rows += [f"{minute},m{number:02d},{0 if number < 10 else 100}" for minute in (0, 5)]
    listed, measured, made = (tmp_path / name for name in ("m.toml", "measured.csv", "page.html"))
    listed.write_text("\n".join(members))
    measured.write_text("\n".join(rows) + "\n")
    words = ["aggregate", str(listed), "--call", "3735", "--measured", str(measured)]
    assert exit_code([*words, "--page", str(made)]) == 0
    faults: list[str] = []
    with sync_playwright() as play:
        opened = play.chromium.launch(
            executable_path=browser, args=["--no-sandbox", "--disable-gpu"]
        )
        page = opened.new_page(viewport={"width": 1200, "height": 900})
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.goto(made.as_uri(), wait_until="load")
        page.wait_for_function("document.querySelectorAll('.chart canvas').length >= 2")
        came = page.evaluate(DRAWN)[0]
        opened.close()
    assert faults == []
    assert came[:8] == [f"m{number}" for number in range(39, 31, -1)] and came[8] == "32 others"
