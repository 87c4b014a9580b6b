"""Pages of studies in a real browser: on white and in the dark, on a telephone and on paper, each to be read."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from gridtide.doors.cli import exit_code

EXAMPLES = Path(__file__).parents[2] / "examples"
COMMANDS = {
    "study": ["study", str(EXAMPLES / "nine_buses.m"), "--bus", "5", "--short-circuit"],
    "adequacy": ["study", str(EXAMPLES / "adequacy_rts79.toml")],
    "headroom": ["study", str(EXAMPLES / "headroom_rts79.toml")],
    "pathway": ["pathway", "--region", "World"],
}
READABLE = 4.5
"""Contrast of text that people of low vision can read (WCAG 2.2, 1.4.3)."""

LEAST_CONTRAST = """() => {
  const pen = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  const parts = (colour) => {
    pen.clearRect(0, 0, 1, 1);
    pen.fillStyle = colour;
    pen.fillRect(0, 0, 1, 1);
    return [...pen.getImageData(0, 0, 1, 1).data];
  };
  const linear = (part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4);
  const light = (colour) => {
    const [red, green, blue] = parts(colour).map((part) => linear(part / 255));
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  };
  const ground = (box) => {
    const { backgroundColor } = getComputedStyle(box);
    const open = parts(backgroundColor)[3] === 0 && box.parentElement;
    return open ? ground(box.parentElement) : backgroundColor;
  };
  const contrast = (ink, box) => {
    const both = [light(ink), light(ground(box))];
    return (Math.max(...both) + 0.05) / (Math.min(...both) + 0.05);
  };
  const written = (node) => node.nodeType === 3 && node.textContent.trim();
  const texts = [...document.querySelectorAll("main *")].filter((box) => [...box.childNodes].some(written));
  const axes = [...document.querySelectorAll(".chart")].flatMap((box) => {
    const { xAxis, yAxis } = echarts.getInstanceByDom(box).getOption();
    return [...xAxis, ...yAxis].flatMap((axis) => [
      contrast(axis.axisLabel.color, box),
      contrast(axis.nameTextStyle.color, box),
    ]);
  });
  return Math.min(...texts.map((box) => contrast(getComputedStyle(box).color, box)), ...axes);
}"""
"""The least contrast of any text of the page, and of what is written at the axes of its charts."""

DRAWN = "document.documentElement.dataset.drawn"
GROUND = "getComputedStyle(document.documentElement).backgroundColor"
INK_ON_PAPER = "getComputedStyle(document.querySelector('.chart canvas')).filter"


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Path]]:
    """A page of each study, made once by its command."""
    folder = tmp_path_factory.mktemp("pages")
    made = {name: folder / f"{name}.html" for name in COMMANDS}
    for name, words in COMMANDS.items():
        assert exit_code([*words, "--page", str(made[name])]) in (0, 3)
    yield made


@pytest.mark.parts
@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("shade", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390])
def test_a_page_can_be_read_in_every_shade_and_width(
    browser: str, pages: dict[str, Path], shade: str, width: int
) -> None:
    """Every text stands out, nothing fails, and nothing but a table or a chart scrolls to the side."""
    from playwright.sync_api import sync_playwright

    faults: list[str] = []
    with sync_playwright() as play:
        opened = play.chromium.launch(
            executable_path=browser, args=["--no-sandbox", "--disable-gpu"]
        )
        for name, made in pages.items():
            page = opened.new_page(
                viewport={"width": width, "height": 900},
                color_scheme="dark" if shade == "dark" else "light",
            )
            page.on("pageerror", lambda error: faults.append(str(error)))
            page.goto(made.as_uri(), wait_until="load")
            page.wait_for_function("document.querySelectorAll('.chart canvas').length >= 1")
            assert page.evaluate(DRAWN) == shade
            assert page.evaluate(LEAST_CONTRAST) >= READABLE, name
            assert page.evaluate("document.documentElement.scrollWidth") <= width, name
            assert page.title() != "gridtide", name
            page.close()
        opened.close()
    assert faults == []


@pytest.mark.parts
@pytest.mark.filterwarnings("ignore")
def test_a_page_that_is_dark_is_printed_on_white_and_follows_its_reader(
    browser: str, pages: dict[str, Path], tmp_path: Path
) -> None:
    """Charts drawn for the dark turn their inks on paper; where the system turns light, they are drawn anew."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as play:
        opened = play.chromium.launch(
            executable_path=browser, args=["--no-sandbox", "--disable-gpu"]
        )
        page = opened.new_page(color_scheme="dark")
        page.goto(pages["headroom"].as_uri(), wait_until="load")
        page.wait_for_function("document.querySelectorAll('.chart canvas').length >= 1")
        page.emulate_media(media="print")
        assert page.evaluate(GROUND) == "rgb(255, 255, 255)"
        assert page.evaluate(INK_ON_PAPER).startswith("invert(1)")
        page.emulate_media(media="screen")
        page.pdf(path=tmp_path / "page.pdf")
        assert page.evaluate(DRAWN) == "dark"
        page.emulate_media(color_scheme="light")
        page.wait_for_function(f"{DRAWN} === 'light'")
        assert page.evaluate(GROUND) == "rgb(255, 255, 255)"
        opened.close()
