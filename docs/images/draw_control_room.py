"""Draws `control-room.png`, its plan and the phone from a service that runs, as a browser shows them.

`gridtide serve --demo --speed 1200` in one terminal; in another `python docs/images/draw_control_room.py ADDRESS`, with
the first address with a token that it printed. Approves the first decision on the way. Needs Chromium and the package
`playwright`, as the tests of the page do (`.ci/parts`). Run by hand when the page has changed.
"""

import shutil
import sys
from pathlib import Path

HERE = Path(__file__).parent
FRAMES = 30
LONGEST_MS = 120_000


def draw(address: str, folder: Path) -> list[Path]:
    """The pictures of the page at an address with a token. Raises FileNotFoundError without Chromium."""
    from playwright.sync_api import Page, expect, sync_playwright

    browser = shutil.which("chromium") or shutil.which("chromium-browser")
    if browser is None:
        raise FileNotFoundError("no chromium on this machine; .ci/parts installs it")

    def wait_for_frames(page: Page, count: int) -> None:
        while page.evaluate("window.__frames") < count:
            page.wait_for_timeout(200)

    wide, phone = folder / "control-room.png", folder / "control-room-phone.png"
    plan = folder / "control-room-plan.png"
    with sync_playwright() as play:
        opened = play.chromium.launch(executable_path=browser, args=["--no-sandbox"])
        page = opened.new_page(viewport={"width": 1440, "height": 900}, locale="en-GB")
        page.goto(address)
        chosen = page.locator("#proposals .chosen")
        expect(chosen).to_be_visible(timeout=LONGEST_MS)
        wait_for_frames(page, FRAMES)
        page.keyboard.press("j")
        expect(page.locator("#proposals .chosen")).to_contain_text("Read by")
        page.keyboard.press("a")
        page.keyboard.type("cheap hours")
        page.locator("#do").click()
        expect(page.locator("#said")).to_contain_text("approved")
        wait_for_frames(page, page.evaluate("window.__frames") + FRAMES)
        expect(chosen).to_be_visible(timeout=LONGEST_MS)
        page.screenshot(path=str(wide))
        page.keyboard.press("2")
        expect(page.locator("#tab canvas").first).to_be_visible(timeout=LONGEST_MS)
        page.set_viewport_size({"width": 1440, "height": 1500})
        page.wait_for_timeout(1000)
        page.screenshot(path=str(plan))
        page.keyboard.press("1")
        page.set_viewport_size({"width": 390, "height": 844})
        page.keyboard.press("l")
        page.keyboard.press("d")
        page.locator("#waiting").scroll_into_view_if_needed()
        page.wait_for_timeout(1000)
        page.screenshot(path=str(phone))
        opened.close()
    return [wide, plan, phone]


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("usage: python docs/images/draw_control_room.py ADDRESS#token=TOKEN")
    for picture in draw(sys.argv[1], HERE):
        print(picture)
