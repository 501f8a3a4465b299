"""Fixtures: a sandbox for each test, and in it a harness for each messenger."""

from collections.abc import AsyncIterator

import pytest

from sandbox.server import Sandbox
from tests.contract import max_harness, telegram_harness, vk_harness
from tests.contract.harness import MessengerHarness

HARNESSES = {"max": max_harness.open_harness, "telegram": telegram_harness.open_harness, "vk": vk_harness.open_harness}


@pytest.fixture
async def sandbox() -> AsyncIterator[Sandbox]:
    async with Sandbox() as running:
        yield running


@pytest.fixture(params=sorted(HARNESSES))
async def harness(request: pytest.FixtureRequest, sandbox: Sandbox) -> AsyncIterator[MessengerHarness]:
    async with HARNESSES[request.param](sandbox) as opened:
        yield opened
