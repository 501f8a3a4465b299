"""Messages of a gap are read from the messenger's history, later or by the next process."""

import logging

import pytest

from sandbox.faults import Fault, FaultKind
from tests.e2e.harness import COMMUNITY, MARIA, PYOTR, ROADS_HEAD, Harness

ACCOUNT = f"vk:{COMMUNITY}"


async def lose_updates_while_stopped(bot: Harness) -> None:
    """Pause the bot; somebody writes, and VK forgets the event before the next poll."""
    assert bot.app is not None
    await bot.wait_for_inbox()
    await bot.stop()
    await bot.sandbox.vk.send_message(COMMUNITY, MARIA, "На Ленина 45 огромная яма на дороге")
    await bot.sandbox.vk.drop_events(COMMUNITY)


async def test_a_gap_is_read_back_at_once(bot: Harness) -> None:
    await lose_updates_while_stopped(bot)
    await bot.start()
    await bot.wait_for_card(ROADS_HEAD, 1, "Ленина")
    assert bot.app is not None
    async with bot.app.database.read() as uow:
        assert await uow.inbox.get_gap_start(ACCOUNT) is None


async def test_a_gap_is_remembered_until_the_history_could_be_read(
    bot: Harness, caplog: pytest.LogCaptureFixture
) -> None:
    await lose_updates_while_stopped(bot)
    bot.sandbox.vk.faults.order("messages.getConversations", Fault(FaultKind.HTTP_500), times=50)
    with caplog.at_level(logging.WARNING):
        await bot.start()
        await bot.wait_until(lambda: "history cannot be read" in caplog.text)
    await bot.sandbox.vk.send_message(COMMUNITY, PYOTR, "На Кирова 10 провал на дороге")
    await bot.wait_for_card(ROADS_HEAD, 1, "Кирова")  # what comes now does not wait for it
    await bot.stop()

    bot.sandbox.vk.faults.clear()
    await bot.start()
    await bot.wait_for_card(ROADS_HEAD, 2, "Ленина")
