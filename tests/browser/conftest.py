"""A real browser at the page of a real demonstration: the bot, the sandbox, SQLite, all of it."""

import os
import shutil
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, ConsoleMessage, Page, async_playwright

from bot.cli.demo import Demo

BROWSER_NAMES = ("chromium", "chromium-browser", "google-chrome")
BROWSER_ARGUMENTS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]
TIMEOUT_MS = 15_000
"""Milliseconds that anything on the page may take to appear."""


def find_chromium() -> str | None:
    """Return the path of the browser."""
    return next(filter(None, map(shutil.which, BROWSER_NAMES)), None)


def is_required() -> bool:
    """Return whether a missing browser is a failure instead of a reason to skip."""
    return os.environ.get("CI") == "true" or os.environ.get("MCU_BROWSER") == "1"


@dataclass
class Visitor:
    """Somebody at the page; ``complaints``: what the browser's console said was wrong."""

    page: Page
    url: str
    console_errors: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.page.on("console", self._record_console_error)
        self.page.on("pageerror", lambda error: self.console_errors.append(str(error)))

    async def open_page(self, query: str = "") -> None:
        """Open the page and wait until it is ready."""
        await self.page.goto(self.url + query)
        await self.page.locator("body.ready").wait_for()

    def _record_console_error(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self.console_errors.append(message.text)


@pytest_asyncio.fixture(loop_scope="module")
async def demo(tmp_path: Path) -> AsyncIterator[Demo]:
    async with Demo(tmp_path) as running:
        yield running


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def browser() -> AsyncIterator[Browser]:
    """One for all: every page of it has its own cookies and its own memory."""
    path = find_chromium()
    if path is None:
        if is_required():
            pytest.fail("no Chromium is installed")
        pytest.skip("no Chromium is installed")
    async with async_playwright() as playwright:
        running = await playwright.chromium.launch(executable_path=path, args=BROWSER_ARGUMENTS)
        try:
            yield running
        finally:
            await running.close()


@pytest_asyncio.fixture(loop_scope="module")
async def visitor(browser: Browser, demo: Demo) -> AsyncIterator[Visitor]:
    """At a wide screen."""
    page = await browser.new_page(viewport={"width": 1440, "height": 900})
    page.set_default_timeout(TIMEOUT_MS)
    yield Visitor(page, demo.url)
    await page.close()


@pytest_asyncio.fixture(loop_scope="module")
async def walker(browser: Browser, demo: Demo) -> AsyncIterator[Visitor]:
    """With a small telephone."""
    page = await browser.new_page(viewport={"width": 360, "height": 740})
    page.set_default_timeout(TIMEOUT_MS)
    yield Visitor(page, demo.url)
    await page.close()
