"""A sandbox for each test, and a town in it for each messenger."""

from collections.abc import AsyncIterator

import pytest

from sandbox.server import Sandbox
from tests.contract import max_harness, telegram_harness, vk_harness
from tests.contract.harness import Town

TOWNS = {"max": max_harness.open_town, "telegram": telegram_harness.open_town, "vk": vk_harness.open_town}


@pytest.fixture
async def sandbox() -> AsyncIterator[Sandbox]:
    async with Sandbox() as running:
        yield running


@pytest.fixture(params=sorted(TOWNS))
async def town(request: pytest.FixtureRequest, sandbox: Sandbox) -> AsyncIterator[Town]:
    async with TOWNS[request.param](sandbox) as opened:
        yield opened
