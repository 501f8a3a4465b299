"""PostgreSQL is restarted while people write: nothing is lost or done twice, and the bot recovers automatically."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.runtime import supervisor
from tests.e2e.harness import (
    ADMINISTRATOR,
    COMMUNITY,
    COORDINATOR,
    CURATOR,
    GROUP,
    HOUSING_HEAD,
    ROADS_HEAD,
    TIMEOUT_SECONDS,
    Harness,
    button_labels,
)
from tests.e2e.queries import wait_until_idle
from tests.e2e.reliability.test_drain import build_note, queue_notes
from tests.e2e.server import PostgresServer, running_postgres, unavailable_reason

pytestmark = pytest.mark.skipif(unavailable_reason() is not None, reason=unavailable_reason() or "")

ANSWER = "Заделаем завтра, спасибо за сообщение."
CITIZENS_PER_ROUND = 10


@pytest.fixture
async def server() -> AsyncIterator[PostgresServer]:
    async with running_postgres() as server:
        yield server


@pytest.fixture
async def bot(server: PostgresServer, tmp_path: Path) -> AsyncIterator[Harness]:
    bot = Harness(tmp_path, {"database": server.url, "more": "[problems]\njoin = false\n"})
    await bot.open()
    try:
        await bot.start()
        yield bot
    finally:
        await bot.close()


async def send_complaints(bot: Harness, first: int) -> None:
    """A round of citizens writes, here and there."""
    for number in range(first, first + CITIZENS_PER_ROUND):
        text = f"На Ленина {number - 3000} огромная яма на дороге"
        if number % 2:
            bot.sandbox.telegram.user(number, f"Житель {number}")
            await bot.sandbox.telegram.send_message(GROUP, number, text)
        else:
            bot.sandbox.vk.user(number, "Житель", str(number))
            await bot.sandbox.vk.send_message(COMMUNITY, number, text)
        await bot.sandbox.change_log.wait_for_change(bot.sandbox.change_log.revision, 0.05)


async def test_a_restart_under_load_loses_and_doubles_nothing(
    bot: Harness, server: PostgresServer, caplog: pytest.LogCaptureFixture
) -> None:
    await bot.sandbox.telegram.send_message(GROUP, 2001, "На Мира 1 огромная яма на дороге")
    await bot.press_button(ROADS_HEAD, await bot.wait_for_card(ROADS_HEAD, 1), "Ответить")
    await bot.wait_for_message(ROADS_HEAD, "Ответ на №1")
    await bot.send_message(ROADS_HEAD, ANSWER)
    preview = await bot.wait_for_message(ROADS_HEAD, "(№1):", ANSWER)

    await asyncio.gather(send_complaints(bot, 3001), server.restart("immediate"))
    await bot.sandbox.telegram.press_button(ROADS_HEAD, ROADS_HEAD, preview["message_id"], button_labels(preview)[0])
    await asyncio.gather(send_complaints(bot, 3001 + CITIZENS_PER_ROUND), server.restart("fast"))
    await bot.wait_until(lambda: len(bot.ticket_numbers(ROADS_HEAD)) == 1 + 2 * CITIZENS_PER_ROUND, seconds=60)
    await bot.wait_for_message(GROUP, ANSWER)

    database = bot.app.database if bot.app else None
    assert database is not None
    await bot.wait_until(lambda: database.presence_lock_id is not None)
    await wait_until_idle(bot)
    numbers = bot.ticket_numbers(
        ROADS_HEAD
    )  # with gaps: after a crash the server leaves out what may have been given out
    assert len(set(numbers)) == len(numbers) == 1 + 2 * CITIZENS_PER_ROUND
    assert len([text for text in bot.bot_texts(GROUP) if ANSWER in text]) == 1
    async with database.read() as uow:
        tickets = await uow.tickets.get_many(range(1, max(numbers) + 100))
        assert set(await uow.inbox.count_by_status()) == {"done"}
        assert not {"queued", "sending", "failed"} & set(await uow.outbox.count_by_status())
    assert len(tickets) == len({ticket.author_id for ticket in tickets.values()}) == 1 + 2 * CITIZENS_PER_ROUND
    assert "Traceback" not in caplog.text


async def test_send_during_long_database_outage_is_not_repeated(
    bot: Harness, server: PostgresServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The lead is lost, and deliveries are not cut off with it: they write down what has arrived."""
    monkeypatch.setattr(supervisor, "SHUTDOWN_TIMEOUT_SECONDS", 0.2)
    people = (ROADS_HEAD, HOUSING_HEAD, COORDINATOR, CURATOR, ADMINISTRATOR)
    await wait_until_idle(bot)
    await queue_notes(
        bot, *(build_note(chat, f"№{chat}-{turn}", chat * 100 + turn) for turn in range(20) for chat in people)
    )

    def got() -> list[str]:
        return [text.split("№")[1].split()[0] for chat in people for text in bot.bot_texts(chat) if "№" in text]

    await bot.wait_until(lambda: len(got()) >= 5)
    await server.stop()
    await bot.wait_until(lambda: bot.app is not None and not bot.app.is_leader, seconds=20)
    await server.start()
    async with asyncio.timeout(2 * TIMEOUT_SECONDS):
        while len(set(got())) < 100:
            bot.pass_time(seconds=2)
            await bot.sandbox.change_log.wait_for_change(bot.sandbox.change_log.revision, 0.2)
    await wait_until_idle(bot)
    assert len(got()) == 100
