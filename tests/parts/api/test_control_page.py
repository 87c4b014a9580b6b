"""The page of the control room in a real browser: it lives, people act by keyboard, and no name becomes markup."""

import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from in_a_browser import act, barriers, opened
from playwright.sync_api import Browser, Page, expect
from service_process import Running, service

pytestmark = pytest.mark.alone

ROOT = Path(__file__).parents[3]
PAGE = ROOT / "src" / "gridtide" / "static" / "control"
LONGEST_MS = 30_000
ODD = "<img src=x onerror=alert(1)>"


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A service over a room for tests."""
    with service(tmp_path_factory.mktemp("api")) as running:
        running.wait_until_ready()
        yield running


@pytest.fixture(scope="module")
def chromium(browser: str) -> Iterator[Browser]:
    """A browser without pages."""
    with opened(browser) as found:
        yield found


@pytest.fixture
def page(chromium: Browser, here: Running) -> Iterator[Page]:
    """An empty page; errors in its console, dialogs and requests that leave the origin fail the test."""
    context = chromium.new_context(locale="en-GB", viewport={"width": 1280, "height": 900})
    fresh, errors, asked = context.new_page(), list[str](), list[str]()
    fresh.on("pageerror", lambda error: errors.append(str(error)))
    fresh.on("dialog", lambda dialog: errors.append(dialog.message))
    fresh.on("console", lambda said: errors.append(said.text) if said.type == "error" else None)
    fresh.on("request", lambda request: asked.append(request.url))
    yield fresh
    context.close()
    # that a viewer is refused is what a browser notes too
    assert [error for error in errors if "status of 403" not in error] == []
    assert {urlsplit(url).netloc for url in asked} == {urlsplit(here.url).netloc}


def entered(page: Page, here: Running, role: str) -> Page:
    """The page with a token of a role, once it lives."""
    page.goto(f"{here.url}/#token={here.tokens[role]}")
    expect(page.locator("#line")).to_have_text("live")
    expect(page.locator("#power canvas").first).to_be_visible()
    return page


@pytest.mark.parts
def test_nobody_meets_a_barrier_in_light_dark_either_language_or_on_a_phone(
    here: Running, page: Page
) -> None:
    """axe-core finds none, also with an explanation, a question and a source open."""
    entered(page, here, "approver")
    expect(page.locator("#proposals > li")).to_have_count(3)
    page.keyboard.press("e")
    expect(page.locator("#proposals .why")).to_be_visible()
    assert barriers(page) == []
    page.keyboard.press("d")
    page.keyboard.press("l")
    expect(page.locator("#power-title")).to_have_text("各站点功率")
    expect(page.locator("#proposals .chosen")).to_contain_text(f"守卫拒绝了最初的提案：{ODD}")
    assert barriers(page) == []
    page.keyboard.press("m")
    expect(page.locator("#edit-kind")).to_be_focused()
    assert barriers(page) == []
    page.keyboard.press("Escape")
    expect(page.locator("#edit")).to_be_hidden()
    page.set_viewport_size({"width": 390, "height": 844})
    page.keyboard.press("f")
    expect(page.locator("#ask")).to_be_visible()
    assert barriers(page) == []
    page.locator("#leave").click()
    page.locator(".figure").first.click()
    expect(page.locator("#source")).to_be_visible()
    assert barriers(page) == []


@pytest.mark.parts
@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_act_of_the_page_has_its_key_in_either_language(
    here: Running, page: Page, language: str
) -> None:
    """Each opens what it asks, with a name in the language, and Esc leaves everything as it was."""
    entered(page, here, "approver")
    expect(page.locator("#proposals > li")).to_have_count(3)
    if language == "zh":
        page.keyboard.press("l")
    for key, box, english, chinese in (
        ("a", "#ask", "Approve", "批准"),
        ("r", "#ask", "Reject", "驳回"),
        ("f", "#ask", "Freeze", "冻结"),
        ("u", "#ask", "Release", "释放"),
        ("m", "#edit", "Edit", "修改"),
        ("w", "#whatif", "What if", "假设分析"),
    ):
        page.keyboard.press(key)
        expect(page.locator(f"{box} h2")).to_contain_text(english if language == "en" else chinese)
        assert barriers(page) == [], key
        page.keyboard.press("Escape")
        expect(page.locator(box)).to_be_hidden()
        expect(page.locator("dialog :focus")).to_have_count(0)
    first = page.locator("#proposals .chosen h3").text_content()
    page.keyboard.press("j")
    expect(page.locator("#proposals .chosen h3")).not_to_have_text(first or "")
    page.keyboard.press("k")
    expect(page.locator("#proposals .chosen h3")).to_have_text(first or "")
    page.keyboard.press("e")
    expect(page.locator("#proposals .why")).to_be_visible()
    expect(page.locator("#proposals > li")).to_have_count(3)
    expect(page.locator("#frozen")).to_be_hidden()


@pytest.mark.parts
def test_a_figure_leads_to_its_formula_source_and_age(here: Running, page: Page) -> None:
    """By keyboard; what nobody measured is a dash, and its tile is marked."""
    entered(page, here, "viewer")
    figure = page.locator(".figure").first
    expect(figure.locator(".value")).to_have_text("81,000 kW")
    figure.focus()
    page.keyboard.press("Enter")
    expect(page.locator("#source-facts")).to_contain_text("2 s")
    expect(page.locator("#source-sites")).to_contain_text("nantong")
    page.keyboard.press("Escape")
    expect(page.locator("#source")).to_be_hidden()
    expect(page.locator("#risk")).to_contain_text("+ 2")
    for cell, said in (("3.0 %", "Chance of a miss: 3.0 %"), ("6,000", "Power kW: 6,000")):
        page.locator("#risk td", has_text=cell).click()
        expect(page.locator("#source-title")).to_have_text(said, ignore_case=True)
        expect(page.locator("#source-facts")).to_contain_text("counts ended jobs")
        page.keyboard.press("Escape")
        expect(page.locator("#source")).to_be_hidden()
    page.locator("section", has=page.locator("#risk")).get_by_role("button").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#source-facts")).to_contain_text("counts ended jobs")
    page.keyboard.press("Escape")
    carbon = page.locator(".figure", has_text="Carbon")
    expect(carbon.locator(".value")).to_have_text("– g/kWh")
    expect(carbon).to_have_class(re.compile("stale"))


@pytest.mark.parts
def test_regulation_says_its_score_and_what_was_asked_and_given(here: Running, page: Page) -> None:
    """Over the last ten minutes, as a chart and as a table; a room without a line says so."""
    entered(page, here, "viewer")
    panel = page.locator("#regulation")
    expect(panel).to_contain_text("Score 0.93 = (accuracy 0.95 + delay 0.97 + precision 0.87) / 3")
    expect(panel.locator("canvas")).to_be_visible()
    expect(panel.locator("meter")).to_have_attribute("aria-label", "store kWh 1,250 / 2,500")
    panel.locator("summary").click()
    expect(panel.locator("tbody tr")).to_have_count(300)
    assert panel.locator("img").count() == 0


@pytest.mark.parts
def test_on_a_phone_what_waits_comes_first_and_nothing_is_cut(here: Running, page: Page) -> None:
    """No sideways scrolling, and buttons of at least 44 px."""
    page.set_viewport_size({"width": 390, "height": 844})
    entered(page, here, "approver")
    expect(page.locator("#proposals > li")).to_have_count(3)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    boxes = [page.locator(name).first.bounding_box() for name in ("#proposals", "#power")]
    assert boxes[0] is not None and boxes[1] is not None and boxes[0]["y"] < boxes[1]["y"]
    # a card is drawn anew once somebody is known to read it: what counts is the button that stands
    tall = "document.querySelector('#proposals .chosen button').getBoundingClientRect().height"
    for _ in range(50):
        if page.evaluate(tall) >= 44:
            break
        page.wait_for_timeout(100)
    assert page.evaluate(tall) >= 44


@pytest.mark.parts
def test_a_name_with_markup_is_text_on_the_page(here: Running, page: Page) -> None:
    """Nothing of it is an element, runs, or asks anybody: as title, in the legend, in the chart's words."""
    entered(page, here, "viewer")
    expect(page.locator("#proposals")).to_contain_text(ODD)
    expect(page.locator("#proposals .chosen")).to_contain_text(f"assistant · Reject: {ODD}")
    expect(page.locator("#legend")).to_contain_text(ODD)
    page.locator("#power canvas").first.hover(position={"x": 400, "y": 100})
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


@pytest.mark.parts
def test_people_see_approve_reject_explain_freeze_and_release_by_keyboard(
    here: Running, page: Page
) -> None:
    """With a reason each; the room says what came of it, and the page shows it as it happens."""
    entered(page, here, "approver")
    assert here.tokens["approver"] not in page.url
    frames = page.evaluate("window.__frames")
    expect(page.locator("#proposals > li")).to_have_count(3)
    expect(page.locator("#proposals")).to_contain_text("J-77 has 55 min of slack left")
    page.keyboard.press("e")
    expect(page.locator("#proposals .why")).to_contain_text("curtailed")
    act(page, "a", "wind tonight", "d-1 is approved")
    expect(page.locator("#proposals > li")).to_have_count(2)
    page.keyboard.press("j")
    act(page, "r", "not now", "d-3 is rejected")
    expect(page.locator("#frozen")).to_be_hidden()
    act(page, "f", "drill", "freeze holds")
    expect(page.locator("#frozen")).to_be_visible()
    act(page, "u", "drill", "release holds")
    expect(page.locator("#audit")).to_contain_text("drill")
    assert page.evaluate("window.__frames") > frames
    page.keyboard.press("f")
    page.keyboard.press("Escape")
    expect(page.locator("#ask")).to_be_hidden()
    expect(page.locator("#audit")).not_to_contain_text("thaw")


@pytest.mark.parts
def test_a_decision_is_edited_by_keyboard_and_what_is_read_is_said_to_the_room(
    here: Running, page: Page
) -> None:
    """Changes one by one, each taken back by its button; then a reason, and what the room says of it."""
    with page.expect_request("**/api/proposals/*/reading"):
        entered(page, here, "approver")
        expect(page.locator("#proposals .chosen")).to_be_visible()
        page.keyboard.press("m")
    expect(page.locator("#edit-kind")).to_be_focused()
    expect(page.locator("#edit-do")).to_be_disabled()
    page.locator("#edit-kind").select_option("leave_sites")
    page.locator("#edit-form button").press("Enter")
    page.locator("#edit-kind").select_option("store_most_kw")
    page.locator("#edit-value").fill("400")
    page.locator("#edit-value").press("Enter")
    lines = page.locator("#edit-list li")
    expect(lines).to_have_count(2)
    lines.first.locator("button").press("Enter")
    expect(lines).to_have_text([re.compile("a store at most, kW · nantong · 400")])
    page.locator("#edit-do").focus()
    act(page, "Enter", "a careful day", "d-[0-9] waits as .* edited it")
    expect(page.locator("#proposals .chosen")).to_contain_text(
        "the store of nantong at most 400 kW"
    )


@pytest.mark.parts
def test_fifty_sites_are_sorted_filtered_and_opened_by_keyboard(
    tmp_path: Path, chromium: Browser
) -> None:
    """The ones nearest to their limit first; names with markup stay text; no barrier, no error, and sums of all."""
    with service(tmp_path, sites="50") as many:
        many.wait_until_ready()
        assert many.ask("/api/frame")[1]["values"]["fleet"]["sites"] == 50
        assert len(many.ask("/api/sites")[1]["items"]) == 50
        page = chromium.new_page(viewport={"width": 1280, "height": 900}, locale="en-GB")
        errors = list[str]()
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.goto(f"{many.url}/#token={many.tokens['viewer']}")
        tiles = page.locator("#small .tile")
        expect(tiles).to_have_count(50, timeout=LONGEST_MS)
        expect(tiles.first).to_contain_text("campus 50 <img")
        expect(page.locator(".figure .value").first).to_have_text("3,927,500 kW")
        expect(page.locator("#regulation")).to_contain_text("No site of this case has a line")
        page.keyboard.press("/")
        page.keyboard.type("campus 1")
        expect(tiles).to_have_count(10)
        tiles.first.focus()
        page.keyboard.press("ArrowRight")
        expect(tiles.nth(1)).to_be_focused()
        page.keyboard.press("Enter")
        expect(page.locator("#power h3")).to_contain_text("campus 18 <img")
        expect(page.locator("#power canvas").first).to_be_visible()
        assert page.locator("main img").count() == 0
        assert barriers(page) == [] and errors == []
        page.close()
