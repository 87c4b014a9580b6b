"""What tests of pages share: a browser, an answer by keyboard, and what axe-core finds."""

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

AXE = Path(__file__).parents[3] / ".parts" / "axe" / "node_modules" / "axe-core" / "axe.min.js"


@contextmanager
def opened(path: str) -> Iterator[Browser]:
    """A Chromium without pages."""
    with sync_playwright() as player:
        browser = player.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield browser
        browser.close()


def barriers(page: Page) -> list[str]:
    """What axe-core finds on the page as it is: rule, and the first element."""
    if not AXE.exists():
        reason = "no axe-core on this machine; .ci/parts installs it"
        if os.environ.get("GRIDTIDE_REQUIRE_PARTS") == "1":
            pytest.fail(reason)
        pytest.skip(reason)
    page.evaluate(AXE.read_text())
    found = page.evaluate("async () => (await axe.run()).violations")
    return [f"{one['id']}: {one['nodes'][0]['html']}" for one in found]


def act(page: Page, key: str, reason: str, said: str) -> None:
    """Press a key, give a reason, all by keyboard, and see what the room says; said: all of
    it, as a regular expression."""
    page.keyboard.press(key)
    expect(page.locator("#reason")).to_be_focused()
    page.keyboard.type(reason)
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator("#said")).to_have_text(re.compile(f"^(?:{said})$"))
