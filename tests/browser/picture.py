"""Renew the screenshot of the README: ``python -m tests.browser.picture``."""

import asyncio
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from playwright.async_api import Page, async_playwright, expect

from bot.cli.demo import Demo
from tests.browser.conftest import BROWSER_ARGUMENTS, find_chromium

PICTURE = Path(__file__).parents[2] / "docs" / "demo.png"
SHOW_TIMEOUT_MS = 300_000
"""Milliseconds that the show may take until the moment of the picture."""


async def take_screenshot() -> None:
    """The show at the moment when the curator has the digest before him."""
    with TemporaryDirectory() as folder:
        async with Demo(Path(folder)) as demo, async_playwright() as playwright:
            browser = await playwright.chromium.launch(executable_path=find_chromium(), args=BROWSER_ARGUMENTS)
            page = await browser.new_page(viewport={"width": 1440, "height": 900})
            await page.goto(demo.url)
            await page.locator("body.ready").wait_for()
            await _play_show(page)
            await page.screenshot(path=PICTURE)
            await browser.close()


async def _play_show(page: Page) -> None:
    await page.get_by_role("button", name="Показать").click()
    await expect(page.locator("#caption")).to_contain_text("в сводке", timeout=SHOW_TIMEOUT_MS)
    digest = page.locator(".phone .msg", has_text="Сводка за")
    await expect(digest).to_be_visible()
    # Until everything has scrolled to its place, and nothing says «just now» any more but the digest.
    await expect(page.locator(".msg.touched, .toast")).to_have_count(0)


if __name__ == "__main__":
    asyncio.run(take_screenshot())
    sys.stdout.write(f"{PICTURE}: {PICTURE.stat().st_size // 1024} KB\n")
