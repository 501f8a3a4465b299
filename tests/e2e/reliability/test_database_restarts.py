"""PostgreSQL is restarted while people write: nothing is lost, nothing is done twice, the bot comes back by itself."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.messengers.port import Limits
from bot.messengers.rate_limits import Rate
from bot.outbox import worker
from bot.outbox.rate_limiter import Pace
from bot.runtime import supervisor
from tests.e2e.harness import (
    ADMINISTRATOR,
    COMMUNITY,
    COORDINATOR,
    CURATOR,
    GROUP,
    HOUSING_HEAD,
    ROADS_HEAD,
    Town,
    buttons,
)
from tests.e2e.queries import delivered
from tests.e2e.reliability.test_drain import note, queue
from tests.e2e.server import Server, missing, own_server

pytestmark = pytest.mark.skipif(missing() is not None, reason=missing() or "")

ANSWER = "Заделаем завтра, спасибо за сообщение."
ROUND = 10


@pytest.fixture
async def server() -> AsyncIterator[Server]:
    async with own_server() as server:
        yield server


@pytest.fixture
async def town(server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Town]:
    monkeypatch.setattr(worker, "Pace", lambda limits: Pace(Limits(Rate(1000))))
    town = Town(tmp_path, {"database": server.url, "more": "[problems]\njoin = false\n"})
    await town.open()
    try:
        await town.start()
        yield town
    finally:
        await town.close()


async def complain(town: Town, first: int) -> None:
    """A round of citizens writes, here and there."""
    for number in range(first, first + ROUND):
        text = f"На Ленина {number - 3000} огромная яма на дороге"
        if number % 2:
            town.sandbox.telegram.user(number, f"Житель {number}")
            await town.sandbox.telegram.say(GROUP, number, text)
        else:
            town.sandbox.vk.user(number, "Житель", str(number))
            await town.sandbox.vk.message(COMMUNITY, number, text)
        await town.sandbox.journal.wait_newer(town.sandbox.journal.revision, 0.05)


async def test_a_restart_under_load_loses_and_doubles_nothing(
    town: Town, server: Server, caplog: pytest.LogCaptureFixture
) -> None:
    await town.sandbox.telegram.say(GROUP, 2001, "На Мира 1 огромная яма на дороге")
    await town.press(ROADS_HEAD, await town.card(ROADS_HEAD, 1), "Ответить")
    await town.letter(ROADS_HEAD, "Ответ на №1")
    await town.write(ROADS_HEAD, ANSWER)
    preview = await town.letter(ROADS_HEAD, "(№1):", ANSWER)

    await asyncio.gather(complain(town, 3001), server.restart("immediate"))
    await town.sandbox.telegram.press(ROADS_HEAD, ROADS_HEAD, preview["message_id"], buttons(preview)[0])
    await asyncio.gather(complain(town, 3001 + ROUND), server.restart("fast"))
    await town.until(lambda: len(town.numbers(ROADS_HEAD)) == 1 + 2 * ROUND, seconds=60)
    await town.letter(GROUP, ANSWER)

    database = town.app.database if town.app else None
    assert database is not None
    await town.until(lambda: database.presence is not None)
    await delivered(town)
    numbers = town.numbers(ROADS_HEAD)  # with gaps: after a crash the server leaves out what may have been given out
    assert len(set(numbers)) == len(numbers) == 1 + 2 * ROUND
    assert len([text for text in town.texts(GROUP) if ANSWER in text]) == 1
    async with database.read() as uow:
        tickets = await uow.tickets.some(range(1, max(numbers) + 100))
        assert set(await uow.inbox.counts()) == {"done"}
        assert not {"queued", "sending", "failed"} & set(await uow.outbox.counts())
    assert len(tickets) == len({ticket.author_id for ticket in tickets.values()}) == 1 + 2 * ROUND
    assert "Traceback" not in caplog.text


async def test_what_was_sent_when_the_server_went_away_for_long_is_not_sent_again(
    town: Town, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The lead is lost, and deliveries are not cut off with it: they write down what has arrived."""
    monkeypatch.setattr(supervisor, "PATIENCE", 0.2)
    people = (ROADS_HEAD, HOUSING_HEAD, COORDINATOR, CURATOR, ADMINISTRATOR)
    await delivered(town)
    await queue(town, *(note(chat, f"№{chat}-{turn}", chat * 100 + turn) for turn in range(20) for chat in people))

    def got() -> list[str]:
        return [text.split("№")[1].split()[0] for chat in people for text in town.texts(chat) if "№" in text]

    await town.until(lambda: len(got()) >= 5)
    await server.end()
    await town.until(lambda: town.app is not None and not town.app.leads, seconds=20)
    await server.start()
    async with asyncio.timeout(60):
        while len(set(got())) < 100:
            town.pass_time(seconds=2)
            await town.sandbox.journal.wait_newer(town.sandbox.journal.revision, 0.05)
    await delivered(town)
    assert len(got()) == 100
