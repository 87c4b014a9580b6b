"""The tabs of the control room over `gridtide serve --demo`: each opens by key, lives, and meets no barrier."""

import re
import sys
from collections.abc import Iterator

import pytest
from in_a_browser import barriers, opened
from playwright.sync_api import Page, expect
from service_process import running

pytestmark = pytest.mark.alone

LONGEST_MS = 60_000
SERVE = ["serve", "--demo", "--port", "0", "--speed", "3000"]
TABS = {
    "2": ("#plan", "Newest proposal"),
    "3": ("#markets", "Energy cost"),
    "4": ("#power-model", "Model: bias kW"),
    "5": ("#sources", "synthetic"),
    "6": ("#audit", "records"),
}


@pytest.fixture(scope="module")
def page(browser: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    """The page of somebody who may approve, live; an error in its console fails the test."""
    command, errors = [sys.executable, "-u", "-m", "gridtide", *SERVE], list[str]()
    log = tmp_path_factory.mktemp("tabs") / "log"
    with running(command, {}, log) as demo, opened(browser) as chromium:
        assert demo.process.stdout is not None
        address = demo.process.stdout.readline().strip()
        fresh = chromium.new_page(locale="en-GB", viewport={"width": 1280, "height": 900})
        fresh.on("pageerror", lambda error: errors.append(str(error)))
        fresh.on("console", lambda said: errors.append(said.text) if said.type == "error" else None)
        fresh.goto(address)
        expect(fresh.locator("#line")).to_have_text("live", timeout=LONGEST_MS)
        expect(fresh.locator("#proposals .chosen")).to_be_visible(timeout=LONGEST_MS)
        yield fresh
        fresh.close()
    # what is asked while the room still opens is answered 503, which a browser notes too
    assert [error for error in errors if "status of 503" not in error] == []


@pytest.mark.parts
def test_every_tab_opens_by_its_key_and_meets_no_barrier(page: Page) -> None:
    """It says where it is in the address, and shows values of the room."""
    for key, (address, shown) in TABS.items():
        page.keyboard.press(key)
        expect(page.locator("#tab section").first).to_be_visible()
        assert page.url.endswith(address)
        expect(page.locator("#tabs a[aria-current]")).to_have_count(1)
        expect(page.locator("#tab")).to_contain_text(shown, ignore_case=True, timeout=LONGEST_MS)
        assert barriers(page) == [], address
    page.keyboard.press("1")
    expect(page.locator("#room")).to_be_visible()
    expect(page.locator("#tab")).to_be_hidden()


@pytest.mark.parts
def test_a_tab_lives_and_says_all_in_chinese_too(page: Page) -> None:
    """The instant it shows goes on by itself; dark and on a phone nothing is cut or barred."""
    page.keyboard.press("4")
    instant = page.locator("#tab dd").first
    before = instant.text_content() or ""
    expect(instant).not_to_have_text(before, timeout=LONGEST_MS)
    page.keyboard.press("l")
    page.keyboard.press("d")
    expect(page.locator("#tab h2").first).to_have_text("当前")
    expect(page.locator("#tabs")).to_contain_text("功率模型")
    page.set_viewport_size({"width": 390, "height": 844})
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert barriers(page) == []
    page.set_viewport_size({"width": 1280, "height": 900})
    page.keyboard.press("l")
    page.keyboard.press("d")


@pytest.mark.parts
def test_the_chain_is_verified_and_a_record_read_from_the_page(page: Page) -> None:
    """How many follow from each other is said; one record is shown whole, found by its kind."""
    page.keyboard.press("6")
    page.get_by_role("button", name="verify").click()
    expect(page.locator("#tab [role=status]")).to_contain_text("records follow from each other")
    page.get_by_label("kind").select_option("decision")
    page.locator("#tab table button").last.click()
    expect(page.locator("#tab pre")).to_contain_text('"stage"')
    expect(page.locator("#tab")).to_contain_text("hash before")


@pytest.mark.parts
def test_a_chart_is_a_table_for_those_who_do_not_see_it(page: Page) -> None:
    """Step by step, with the unit of every series."""
    page.keyboard.press("2")
    page.locator("#tab summary").first.click()
    rows = page.locator("#tab details table").first
    expect(rows).to_contain_text("CNY/MWh")
    assert rows.locator("tbody tr").count() > 10


@pytest.mark.parts
@pytest.mark.parametrize(
    ("said", "shown"), [("fine_tune", "fine_tune"), ("not_answered", "not answered yet")]
)
def test_names_of_a_case_stay_as_they_are_written(page: Page, said: str, shown: str) -> None:
    """Only what the room itself says has words of the language; a class of work keeps its name."""
    asked = f"import('/static/words.js').then((words) => words.named('{said}', 1))"
    if page.locator("html").get_attribute("lang") != "en":
        page.keyboard.press("l")
    assert page.evaluate(asked) == shown


TEXTS = """() => {
  const found = [], walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walk.nextNode()) {
    const node = walk.currentNode.parentElement;
    if (!node.closest("pre, script, style") && node.checkVisibility()) found.push(walk.currentNode.data);
  }
  return found;
}"""
RUN = re.compile(r"(?<![\w./-])[A-Za-z][a-z']+(?: [a-z']+){3,}")
"""More than three English words one after the other."""


@pytest.mark.parts
def test_in_chinese_no_tab_says_more_than_three_english_words_together(page: Page) -> None:
    """Light and dark, tables open, a decision explained; names, units, codes and the text of records apart."""
    page.keyboard.press("l")
    for key in ("1", *TABS):
        page.keyboard.press(key)
        shown = page.locator("#tab section" if key != "1" else "#proposals .chosen").first
        expect(shown).to_be_visible(timeout=LONGEST_MS)
        if key == "1":
            page.keyboard.press("e")
            expect(page.locator("#proposals .why")).to_be_visible()
        page.evaluate("document.querySelectorAll('details').forEach((one) => (one.open = true))")
        page.keyboard.press("d")
        assert [text for text in page.evaluate(TEXTS) if RUN.search(text)] == [], key
        assert barriers(page) == [], key
    page.keyboard.press("d")
    page.keyboard.press("l")
    expect(page.locator("#tabs")).to_contain_text("Audit")


@pytest.mark.parts
@pytest.mark.parametrize("key", TABS)
def test_every_number_of_a_tab_leads_to_its_source(page: Page, key: str) -> None:
    """Each panel by its button, by keyboard; each kind of number by a click: how it is made, from where, as of when."""
    page.keyboard.press(key)
    panels = page.locator("#tab section")
    expect(panels.first).to_be_visible(timeout=LONGEST_MS)
    facts = page.locator("#source-facts")
    for cell in page.locator("#tab section :is(dd, tbody td:nth-child(2))").all()[:12]:
        if not cell.is_visible() or cell.locator("button").count():
            continue
        cell.click()
        expect(page.locator("#source")).to_be_visible()
        expect(facts.locator("dd").first).to_contain_text(re.compile(r"\w.*\."))
        expect(facts).to_contain_text("/api/")
        page.keyboard.press("Escape")
    panels.first.locator(".source").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#source")).to_be_visible()
    assert barriers(page) == []
    page.keyboard.press("Escape")
    page.keyboard.press("1")
