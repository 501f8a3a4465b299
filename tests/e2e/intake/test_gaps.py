"""Messages of a gap are read from the messenger's history, later or by the next process."""

import logging

import pytest

from sandbox.faults import Fault, FaultKind
from tests.e2e.harness import COMMUNITY, MARIA, PYOTR, ROADS_HEAD, Harness

ACCOUNT = f"vk:{COMMUNITY}"


async def lose_updates_while_stopped(town: Harness) -> None:
    """Pause the bot; somebody writes, and VK forgets the event before the next poll."""
    assert town.app is not None
    await town.wait_for_inbox()
    await town.stop()
    await town.sandbox.vk.send_message(COMMUNITY, MARIA, "На Ленина 45 огромная яма на дороге")
    await town.sandbox.vk.drop_events(COMMUNITY)


async def test_a_gap_is_read_back_at_once(town: Harness) -> None:
    await lose_updates_while_stopped(town)
    await town.start()
    await town.wait_for_card(ROADS_HEAD, 1, "Ленина")
    assert town.app is not None
    async with town.app.database.read() as uow:
        assert await uow.inbox.get_gap_start(ACCOUNT) is None


async def test_a_gap_is_remembered_until_the_history_could_be_read(
    town: Harness, caplog: pytest.LogCaptureFixture
) -> None:
    await lose_updates_while_stopped(town)
    town.sandbox.vk.faults.order("messages.getConversations", Fault(FaultKind.HTTP_500), times=50)
    with caplog.at_level(logging.WARNING):
        await town.start()
        await town.wait_until(lambda: "history cannot be read" in caplog.text)
    await town.sandbox.vk.send_message(COMMUNITY, PYOTR, "На Кирова 10 провал на дороге")
    await town.wait_for_card(ROADS_HEAD, 1, "Кирова")  # what comes now does not wait for it
    await town.stop()

    town.sandbox.vk.faults.clear()
    await town.start()
    await town.wait_for_card(ROADS_HEAD, 2, "Ленина")
