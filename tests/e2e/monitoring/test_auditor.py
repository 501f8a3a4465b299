"""Whatever should have happened and did not is told to the administrator once, with what to do, and shows in
``/readyz`` and ``/metrics`` until it is over."""

import asyncio
import json
from dataclasses import dataclass
from datetime import timedelta

import aiohttp
import pytest
from sqlalchemy import func, select

from bot.domain.outbox import OutboxDraft, OutboxKind
from bot.scheduler.scheduler import BY_THE_CLOCK
from bot.services.context import Work
from bot.services.deadlines import reminders
from bot.services.reports import digest
from sandbox.faults import FaultKind
from storage.tables import outbox
from tests.e2e.harness import ADMINISTRATOR, COMMUNITY, CURATOR, GLANCE, GROUP, MARIA, PATIENCE, ROADS_HEAD, Town
from tests.e2e.messengers.test_webhook import free_port
from tests.e2e.schedules import POTHOLE

VK = f"vk:{COMMUNITY}"


@dataclass(frozen=True)
class Watched:
    """The town, and what its bot says of itself."""

    town: Town
    port: int

    async def looked(self) -> None:
        """The other sweeps have come round, and the auditor, who believes what it sees twice, has looked."""
        await self.town.swept(*BY_THE_CLOCK)
        await self.town.swept("audit", times=2)
        before = len(self.town.letters(CURATOR))
        await self.town.write(CURATOR, "/help")  # what may leave has left, though something be held back
        await self.town.until(lambda: len(self.town.letters(CURATOR)) > before)

    async def pages(self) -> tuple[list[str], str]:
        """The troubles on ``/readyz``, and their line in ``/metrics``."""
        troubles = json.loads(await self._get("readyz"))["troubles"]
        [*lines] = [line for line in (await self._get("metrics")).splitlines() if line.startswith("mcu_troubles")]
        return troubles, " ".join(lines)

    async def _get(self, page: str) -> str:
        async with aiohttp.ClientSession() as session, session.get(f"http://127.0.0.1:{self.port}/{page}") as answer:
            assert answer.status == 200
            return await answer.text()

    def warnings(self) -> list[str]:
        """What the administrator was warned of."""
        return [text for text in self.town.texts(ADMINISTRATOR) if text.startswith("⚠️ Самопроверка")]


@pytest.fixture
async def watched(closed_town: Town) -> Watched:
    port = free_port()
    closed_town.settings["more"] = f'[http]\nlisten = "127.0.0.1:{port}"\n'
    await closed_town.start()
    await closed_town.told()
    return Watched(closed_town, port)


async def queue(town: Town, **values: object) -> None:
    """A note to a citizen in VK."""
    assert town.app is not None
    draft = OutboxDraft(OutboxKind.NOTE, VK, str(MARIA), facts={"code": "credentials", "title": "№1"}, **values)  # type: ignore[arg-type]
    async with town.app.database.begin() as uow:
        await uow.outbox.put(draft, town.clock.now())


async def minutes_of_trying(town: Town, minutes: int) -> None:
    """VK is written to in vain, every minute."""
    for _ in range(minutes):
        tried = await attempts(town)
        town.pass_time(minutes=1)
        async with asyncio.timeout(PATIENCE):
            while await attempts(town) == tried:
                await town.sandbox.journal.wait_newer(town.sandbox.journal.revision, GLANCE)


async def attempts(town: Town) -> int:
    """How often something was tried to be sent that has not arrived. (The sandbox counts no calls that it fails.)"""
    assert town.app is not None
    async with town.app.database.engine.connect() as connection:
        found = await connection.execute(select(func.sum(outbox.c.attempts)).where(outbox.c.status == "queued"))
        return int(found.scalar_one() or 0)


async def test_a_lone_message_that_fails_again_and_again_is_seen(watched: Watched) -> None:
    town, vk = watched.town, watched.town.sandbox.vk
    vk.faults.down(FaultKind.HTTP_500, "messages.send")
    await vk.message(COMMUNITY, MARIA, "Добрый день")  # or nobody could write to her
    await town.settled()
    await queue(town)
    await minutes_of_trying(town, 4)
    await watched.looked()
    assert (await watched.pages(), watched.warnings()) == (([], ""), [])

    await minutes_of_trying(town, 8)
    await watched.looked()
    troubles, metrics = await watched.pages()
    assert (troubles, metrics) == (["outbox VK «Администрация»"], 'mcu_troubles{kind="outbox"} 1')
    [warning] = watched.warnings()
    assert "VK «Администрация»: сообщения слишком долго ждут отправки" in warning
    assert "python -m bot check" in warning

    vk.faults.up()
    town.pass_time(minutes=2)
    await watched.looked()
    await watched.looked()
    await town.letter(ADMINISTRATOR, "снова в порядке", "VK «Администрация»")
    assert (await watched.pages())[0] == []
    assert len(watched.warnings()) == 1


async def test_who_leads_next_neither_repeats_a_warning_nor_takes_it_back(watched: Watched) -> None:
    town, vk = watched.town, watched.town.sandbox.vk
    for method in ("longpoll", "groups.getLongPollServer"):
        vk.faults.down(FaultKind.REFUSE, method)
    await vk.message(COMMUNITY, MARIA, "Добрый день")  # wakes the poll that waits: it fails
    assert town.app is not None
    failing = town.app.health.failing
    await town.until(lambda: VK in failing)
    town.pass_time(minutes=6)
    await watched.looked()
    assert (await watched.pages())[0] == ["silent VK «Администрация»"]

    await town.stop()
    town.clock.advance(timedelta(minutes=1))
    await town.start()
    await watched.looked()
    assert (await watched.pages())[0] == ["silent VK «Администрация»"]
    assert len(watched.warnings()) == 1
    assert town.find(ADMINISTRATOR, "снова в порядке") is None

    vk.faults.up()
    await town.letter(ADMINISTRATOR, "снова в порядке", "VK «Администрация» не отвечает")


async def warned_once(watched: Watched, code: str, *pieces: str) -> None:
    """This trouble and no other is on the pages, and the administrator has been told of it, now and later, once."""
    for minutes in (0, 3):
        watched.town.pass_time(minutes=minutes)
        await watched.looked()
        assert await watched.pages() == ([code], f'mcu_troubles{{kind="{code}"}} 1')
        [warning] = watched.warnings()
        assert all(piece in warning for piece in pieces), warning


async def over(watched: Watched, words: str) -> None:
    """It is over, and that is told."""
    await watched.looked()
    await watched.looked()
    await watched.town.letter(ADMINISTRATOR, "снова в порядке", words)
    assert await watched.pages() == ([], "")
    assert len(watched.warnings()) == 1


async def quiet_so_far(watched: Watched) -> None:
    await watched.looked()
    assert (await watched.pages(), watched.warnings()) == (([], ""), [])


async def does_nothing(work: Work, **how: object) -> None:
    """Instead of a sweep."""


async def test_an_update_that_is_not_handled_for_a_minute(watched: Watched) -> None:
    town = watched.town
    assert town.app is not None
    now, lease = town.clock.now(), timedelta(minutes=10)
    async with town.app.database.begin() as uow:  # as another process would that is long at it
        await uow.inbox.store("telegram", [("stuck", "1:1", {"update_id": 5, "message": {}})], now)
        await uow.inbox.claim(now, lease, 10)
    await quiet_so_far(watched)

    town.pass_time(minutes=2)
    await warned_once(watched, "inbox", "входящие сообщения не обрабатываются", "Перезапустите бота")

    town.pass_time(minutes=10)  # the other's lease has run out: the row is ours
    await town.settled()
    await over(watched, "входящие сообщения не обрабатываются")


async def test_a_term_that_has_ended_without_a_notice(watched: Watched, monkeypatch: pytest.MonkeyPatch) -> None:
    town = watched.town
    await town.sandbox.telegram.say(GROUP, MARIA, POTHOLE)
    await town.card(ROADS_HEAD, 1)
    with monkeypatch.context() as broken:
        broken.setattr(reminders, "sweep", does_nothing)
        town.pass_time(minutes=31)  # half of the hour for accepting
        await quiet_so_far(watched)
        town.pass_time(minutes=3)
        await warned_once(watched, "terms", "напоминания о сроках не срабатывают", "Перезапустите бота")
    await town.letter(ROADS_HEAD, "⏰", "№1")
    await over(watched, "напоминания о сроках не срабатывают")


async def test_a_digest_that_was_not_sent(watched: Watched, monkeypatch: pytest.MonkeyPatch) -> None:
    town = watched.town
    with monkeypatch.context() as broken:
        broken.setattr(digest, "send_daily", does_nothing)
        town.at("21.11 09:05")
        await quiet_so_far(watched)
        town.pass_time(minutes=7)
        await warned_once(watched, "digest", "сводка не отправлена вовремя", "Перезапустите бота")
    await town.letter(CURATOR, "Сводка за 20 ноября")
    await over(watched, "сводка не отправлена вовремя")
