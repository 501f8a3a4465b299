"""Whatever should have happened and did not is told to the administrator once, with what to do, and shows in
``/readyz`` and ``/metrics`` until it is over."""

import asyncio
import json
from dataclasses import dataclass
from datetime import timedelta

import aiohttp
import pytest
from sqlalchemy import func, select

from bot.domain.records.outgoing import OutboxDraft, OutboxKind
from bot.jobs.ticks import BY_THE_CLOCK
from sandbox.faults import FaultKind
from storage.tables import outbox
from tests.e2e.test_webhook import free_port
from tests.e2e.town import ADMINISTRATOR, COMMUNITY, CURATOR, GLANCE, MARIA, PATIENCE, Town

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
