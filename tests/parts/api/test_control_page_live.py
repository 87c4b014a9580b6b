"""The page of the control room over the real one, `gridtide serve --demo`: what people see and do by keyboard is so."""

import re
import sys
from collections.abc import Iterator

import pytest
from in_a_browser import act, barriers, opened
from playwright.sync_api import Browser, Page, expect
from service_process import running

pytestmark = pytest.mark.alone

LONGEST_MS = 60_000
SERVE = ["serve", "--demo", "--port", "0", "--speed", "1500"]


@pytest.fixture(scope="module")
def addresses(tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[str]]:
    """The addresses of two people who may approve, as the service prints them."""
    command = [sys.executable, "-u", "-m", "gridtide", *SERVE]
    with running(command, {}, tmp_path_factory.mktemp("demo") / "log") as demo:
        assert demo.process.stdout is not None
        yield [demo.process.stdout.readline().strip() for _ in range(2)]


@pytest.fixture(scope="module")
def chromium(browser: str) -> Iterator[Browser]:
    """A browser without pages."""
    with opened(browser) as found:
        yield found


@pytest.fixture(scope="module")
def page(chromium: Browser, addresses: list[str]) -> Iterator[Page]:
    """The page of the first person, live, with a decision that waits; an error in its console fails the test."""
    errors = list[str]()
    fresh = chromium.new_page(locale="en-GB", viewport={"width": 1280, "height": 900})
    fresh.on("pageerror", lambda error: errors.append(str(error)))
    fresh.goto(addresses[0])
    expect(fresh.locator("#line")).to_have_text("live", timeout=LONGEST_MS)
    expect(fresh.locator("#proposals .chosen")).to_be_visible(timeout=LONGEST_MS)
    yield fresh
    fresh.close()
    assert errors == []


def choose_the_newest(page: Page) -> None:
    """The decision that waits longest from now on: of many that wait the oldest may expire at any moment."""
    expect(page.locator("#proposals .chosen")).to_be_visible(timeout=LONGEST_MS)
    for _ in range(page.locator("#proposals > li").count()):
        page.keyboard.press("j")


@pytest.mark.parts
def test_a_decision_of_the_real_room_is_explained_and_solved_otherwise(page: Page) -> None:
    """By keyboard; the answer of a what-if is proved between bounds."""
    choose_the_newest(page)
    page.keyboard.press("e")
    expect(page.locator("#proposals .why")).to_contain_text("HiGHS")
    page.keyboard.press("e")
    page.keyboard.press("w")
    expect(page.locator("#whatif-kind")).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    expect(page.locator("#whatif-amount")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#whatif-said")).to_have_text("", timeout=LONGEST_MS)
    rows = page.locator("#whatif-rows tbody tr")
    expect(rows).to_have_count(2)
    expect(rows.first).to_contain_text(re.compile(r"price Nantong \+10%\+[\d,]+ CNY"))
    assert barriers(page) == []
    page.keyboard.press("Escape")
    expect(page.locator("#whatif")).to_be_hidden()
    page.keyboard.press("l")
    expect(page.locator("#proposals .chosen h3")).to_contain_text(re.compile("移动|时段"))
    expect(page.locator("#proposals .chosen dl")).to_contain_text(re.compile("[价计]"))
    page.keyboard.press("l")
    expect(page.locator("#flex-map canvas")).to_be_visible(timeout=LONGEST_MS)
    expect(page.locator("#flex-map")).to_have_attribute(
        "aria-label", re.compile(r"▲ [1-9][\d,]* kW")
    )


@pytest.mark.parts
def test_approved_by_keyboard_it_is_in_force_and_what_is_rejected_is_not(page: Page) -> None:
    """The room tells what was approved by its next turn, the page says so, and the audit has who and why."""
    choose_the_newest(page)
    act(page, "a", "cheap hours", ".*approved.*")
    expect(page.locator("#plan")).to_contain_text("in force: decision", timeout=LONGEST_MS)
    expect(page.locator("#audit")).to_contain_text("first")
    choose_the_newest(page)
    before = page.locator("#at").text_content() or ""
    act(page, "r", "not this one", ".*rejected.*")
    expect(page.locator("#at")).not_to_have_text(before)


@pytest.mark.parts
def test_freeze_and_release_hold_at_once_in_either_language(page: Page) -> None:
    """Frozen says so; thawing takes the second person too; no barrier in Chinese, dark."""
    act(page, "f", "drill", "holds now.*")
    expect(page.locator("#frozen")).to_be_visible()
    act(page, "u", "drill", "every restraint is let go, and nothing new is told .*")
    page.keyboard.press("l")
    page.keyboard.press("d")
    expect(page.locator("#frozen")).to_contain_text("已冻结")
    assert barriers(page) == []
    act(page, "f", "drill is over", "等待第二名批准人，至 .* UTC")
    expect(page.locator("#frozen")).to_be_visible()
