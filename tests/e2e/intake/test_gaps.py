"""What a messenger could not tell us is read back from its history, be it later, be it by the next process."""

import logging

import pytest

from sandbox.faults import Fault, FaultKind
from tests.e2e.harness import COMMUNITY, MARIA, PYOTR, ROADS_HEAD, Town

ACCOUNT = f"vk:{COMMUNITY}"


async def asleep(town: Town) -> None:
    """The bot stands still; somebody writes, and VK forgets it before anybody asks."""
    assert town.app is not None
    await town.settled()
    await town.stop()
    await town.sandbox.vk.message(COMMUNITY, MARIA, "На Ленина 45 огромная яма на дороге")
    await town.sandbox.vk.lose_history(COMMUNITY)


async def test_a_gap_is_read_back_at_once(town: Town) -> None:
    await asleep(town)
    await town.start()
    await town.card(ROADS_HEAD, 1, "Ленина")
    assert town.app is not None
    async with town.app.database.read() as uow:
        assert await uow.inbox.gap(ACCOUNT) is None


async def test_a_gap_is_remembered_until_the_history_could_be_read(
    town: Town, caplog: pytest.LogCaptureFixture
) -> None:
    await asleep(town)
    town.sandbox.vk.faults.order("messages.getConversations", Fault(FaultKind.HTTP_500), times=50)
    with caplog.at_level(logging.WARNING):
        await town.start()
        await town.until(lambda: "history cannot be read" in caplog.text)
    await town.sandbox.vk.message(COMMUNITY, PYOTR, "На Кирова 10 провал на дороге")
    await town.card(ROADS_HEAD, 1, "Кирова")  # what comes now does not wait for it
    await town.stop()

    town.sandbox.vk.faults.clear()
    await town.start()
    await town.card(ROADS_HEAD, 2, "Ленина")
