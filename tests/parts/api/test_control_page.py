"""The page of the control room in a real browser: it lives, people act by keyboard, and no name becomes markup."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect, sync_playwright
from service_process import Running, service


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A service over a room for tests."""
    with service(tmp_path_factory.mktemp("api")) as running:
        running.wait_until_ready()
        yield running


@pytest.fixture
def page(browser: str) -> Iterator[Page]:
    """An empty page; errors in its console fail the test."""
    with sync_playwright() as player:
        chromium = player.chromium.launch(executable_path=browser, args=["--no-sandbox"])
        opened, errors = chromium.new_page(locale="en-GB"), list[str]()
        opened.on("pageerror", lambda error: errors.append(str(error)))
        opened.on("dialog", lambda dialog: errors.append(dialog.message))
        opened.on("console", lambda said: errors.extend([said.text] * (said.type == "error")))
        yield opened
        chromium.close()
        # that a viewer is refused is what a browser notes too
        assert [error for error in errors if "status of 403" not in error] == []


@pytest.mark.parts
def test_people_see_approve_reject_explain_freeze_and_release_by_keyboard(
    here: Running, page: Page
) -> None:
    """With a reason each; the room says what came of it."""
    page.goto(f"{here.url}/#token={here.tokens['approver']}")
    expect(page.locator("#sites td").first).to_have_text("nantong")
    expect(page.locator("#line")).to_have_text("live")
    assert here.tokens["approver"] not in page.url
    expect(page.locator("#proposals > li")).to_have_count(3)
    page.keyboard.press("e")
    expect(page.locator("#proposals pre")).to_contain_text("curtailed")
    page.keyboard.press("a")
    page.keyboard.type("wind tonight")
    page.locator("#do").click()
    expect(page.locator("#said")).to_have_text("d-1 is approved")
    expect(page.locator("#proposals > li")).to_have_count(2)
    page.keyboard.press("j")
    page.keyboard.press("r")
    page.keyboard.type("not now")
    page.locator("#do").click()
    expect(page.locator("#said")).to_have_text("d-3 is rejected")
    for key, said in (("f", "freeze holds"), ("u", "release holds")):
        page.keyboard.press(key)
        page.keyboard.type("drill")
        page.locator("#do").click()
        expect(page.locator("#said")).to_have_text(said)
    expect(page.locator("#audit")).to_contain_text("drill")
    page.keyboard.press("f")
    page.locator("#leave").click()
    expect(page.locator("#audit")).not_to_contain_text("thaw")
    page.keyboard.press("l")
    expect(page.locator("#sites-title")).to_have_text("各站点功率")


@pytest.mark.parts
def test_a_name_with_markup_is_text_on_the_page(here: Running, page: Page) -> None:
    """Nothing of it is an element, runs, or asks anybody."""
    page.goto(f"{here.url}/#token={here.tokens['viewer']}")
    expect(page.locator("#proposals")).to_contain_text("<img src=x onerror=alert(1)>")
    assert page.locator("main img").count() == 0
    page.keyboard.press("u")
    page.keyboard.type("let me")
    page.locator("#do").click()
    expect(page.locator("#said")).to_contain_text("the role operator or a higher one")


@pytest.mark.parts
def test_who_has_no_token_is_asked_for_one(here: Running, page: Page) -> None:
    """And sees nothing before."""
    page.goto(here.url)
    expect(page.locator("#token")).to_be_focused()
    assert page.locator("#sites td").count() == 0
    page.keyboard.type(here.tokens["viewer"])
    page.keyboard.press("Enter")
    expect(page.locator("#sites td").first).to_have_text("nantong")


def test_the_page_is_small() -> None:
    """Its own files stay within a hundred kibibytes."""
    folder = Path(__file__).parents[3] / "src" / "gridtide" / "static" / "control"
    assert sum(path.stat().st_size for path in folder.iterdir()) <= 100 * 1024
