"""The page over a case whose names mean harm: in a real browser nothing of them runs or is drawn as markup."""

import sys
from pathlib import Path

import pytest
from attackers_case import HTML, SQL, attackers_case
from in_a_browser import opened
from playwright.sync_api import expect
from service_process import running, token_file

pytestmark = [pytest.mark.parts, pytest.mark.alone]
LONGEST_MS = 60_000


def test_no_name_runs_or_is_drawn_as_markup_on_any_tab(browser: str, tmp_path: Path) -> None:
    """In frames, decisions, plan, markets, sources and audit they stand as they are written."""
    tokens, texts = token_file(tmp_path)
    words = ["serve", str(attackers_case(tmp_path)), "--port", "0", "--speed", "600"]
    command = [sys.executable, "-u", "-m", "gridtide", *words, "--tokens", str(tokens)]
    heard: list[str] = []
    with running(command, texts, tmp_path / "log") as room, opened(browser) as chromium:
        room.wait_until_ready()
        page = chromium.new_page(locale="en-GB", viewport={"width": 1280, "height": 900})
        page.on("dialog", lambda dialog: heard.append(dialog.message))
        page.on("pageerror", lambda error: heard.append(str(error)))
        page.on("console", lambda said: heard.append(said.text) if said.type == "error" else None)
        page.goto(f"{room.url}/#token={texts['approver']}")
        expect(page.locator("#line")).to_have_text("live", timeout=LONGEST_MS)
        expect(page.locator("body")).to_contain_text(HTML, timeout=LONGEST_MS)
        for key in "23456123456":
            page.keyboard.press(key)
            page.wait_for_timeout(300)
            assert page.locator("img[src='x'], script:not([src])").count() == 0
        page.keyboard.press("2")
        expect(page.locator("#tab")).to_contain_text(SQL, timeout=LONGEST_MS)
        assert page.evaluate("typeof window.hurt") == "undefined"
        assert page.evaluate("document.querySelectorAll('[onerror]').length") == 0
        page.close()
    assert heard == []
    assert not (tmp_path / "hurt").exists()
