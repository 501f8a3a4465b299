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
from bot.scheduler.tasks import CLOCK_DRIVEN_TASKS
from bot.services.context import UseCaseContext
from bot.services.deadlines import due_notices
from bot.services.reports import digest
from sandbox.faults import FaultKind
from storage.tables import outbox
from tests.e2e.harness import (
    ADMINISTRATOR,
    COMMUNITY,
    CURATOR,
    GROUP,
    MARIA,
    POLL_INTERVAL_SECONDS,
    ROADS_HEAD,
    TIMEOUT_SECONDS,
    Harness,
)
from tests.e2e.messengers.test_webhook import free_port
from tests.e2e.queries import send_command
from tests.e2e.schedules import POTHOLE

VK = f"vk:{COMMUNITY}"


@dataclass(frozen=True)
class WatchedBot:
    """The town, and what its bot says of itself."""

    harness: Harness
    port: int

    async def wait_for_audit(self) -> None:
        """The other sweeps have come round, and the auditor, who believes what it sees twice, has looked."""
        await self.harness.wait_for_tasks(*CLOCK_DRIVEN_TASKS)
        await self.harness.wait_for_tasks("watchdog", times=2)
        # What may leave has left, though something is held back.
        await send_command(self.harness, CURATOR, "/help", "Команды")

    async def read_pages(self) -> tuple[list[str], str]:
        """The troubles on ``/readyz``, and their line in ``/metrics``."""
        troubles = json.loads(await self._get("readyz"))["troubles"]
        [*lines] = [line for line in (await self._get("metrics")).splitlines() if line.startswith("mcu_troubles")]
        return troubles, " ".join(lines)

    async def _get(self, page: str) -> str:
        async with aiohttp.ClientSession() as session, session.get(f"http://127.0.0.1:{self.port}/{page}") as answer:
            assert answer.status == 200
            return await answer.text()

    def warnings(self) -> list[str]:
        """Return the warnings that the administrator received."""
        return [text for text in self.harness.bot_texts(ADMINISTRATOR) if text.startswith("⚠️ Самопроверка")]


@pytest.fixture
async def watched(closed_bot: Harness) -> WatchedBot:
    port = free_port()
    closed_bot.settings["more"] = f'[http]\nlisten = "127.0.0.1:{port}"\n'
    await closed_bot.start()
    await closed_bot.wait_for_inbox()
    await closed_bot.wait_for_outbox()
    return WatchedBot(closed_bot, port)


async def queue_note(bot: Harness, **values: object) -> None:
    """A note to a citizen in VK."""
    assert bot.app is not None
    draft = OutboxDraft(OutboxKind.NOTE, VK, str(MARIA), facts={"code": "credentials", "title": "№1"}, **values)
    async with bot.app.database.begin() as uow:
        await uow.outbox.enqueue(draft, bot.clock.now())


async def retry_for_minutes(bot: Harness, minutes: int) -> None:
    """VK is written to in vain, every minute."""
    for _ in range(minutes):
        tried = await count_attempts(bot)
        bot.pass_time(minutes=1)
        async with asyncio.timeout(TIMEOUT_SECONDS):
            while await count_attempts(bot) == tried:
                await bot.sandbox.change_log.wait_for_change(bot.sandbox.change_log.revision, POLL_INTERVAL_SECONDS)


async def count_attempts(bot: Harness) -> int:
    """Return the number of failed attempts to send. (The sandbox does not count calls that it fails.)"""
    async with bot.read_tables() as connection:
        found = await connection.execute(select(func.sum(outbox.c.attempts)).where(outbox.c.status == "queued"))
        return int(found.scalar_one() or 0)


async def test_a_lone_message_that_fails_again_and_again_is_seen(watched: WatchedBot) -> None:
    bot, vk = watched.harness, watched.harness.sandbox.vk
    vk.faults.start_outage(FaultKind.HTTP_500, "messages.send")
    await vk.send_message(COMMUNITY, MARIA, "Добрый день")  # or nobody could write to her
    await bot.wait_for_inbox()
    await queue_note(bot)
    await retry_for_minutes(bot, 4)
    await watched.wait_for_audit()
    assert (await watched.read_pages(), watched.warnings()) == (([], ""), [])

    await retry_for_minutes(bot, 8)
    await watched.wait_for_audit()
    troubles, metrics = await watched.read_pages()
    assert (troubles, metrics) == (["outbox VK «Администрация»"], 'mcu_troubles{kind="outbox"} 1.0')
    [warning] = watched.warnings()
    assert "VK «Администрация»: сообщения слишком долго ждут отправки" in warning
    assert "python -m bot check" in warning

    vk.faults.end_outage()
    bot.pass_time(minutes=2)
    await watched.wait_for_audit()
    await watched.wait_for_audit()
    await bot.wait_for_message(ADMINISTRATOR, "снова в порядке", "VK «Администрация»")
    assert (await watched.read_pages())[0] == []
    assert len(watched.warnings()) == 1


async def test_new_leader_neither_repeats_nor_withdraws_a_warning(watched: WatchedBot) -> None:
    bot, vk = watched.harness, watched.harness.sandbox.vk
    for method in ("longpoll", "groups.getLongPollServer"):
        vk.faults.start_outage(FaultKind.REFUSE, method)
    assert bot.app is not None
    failing = bot.app.health.failing_since
    await bot.wait_until(lambda: VK in failing)
    bot.pass_time(minutes=6)
    await watched.wait_for_audit()
    assert (await watched.read_pages())[0] == ["silent VK «Администрация»"]

    await bot.stop()
    bot.clock.advance(timedelta(minutes=1))
    await bot.start()
    await watched.wait_for_audit()
    assert (await watched.read_pages())[0] == ["silent VK «Администрация»"]
    assert len(watched.warnings()) == 1
    assert bot.find_message(ADMINISTRATOR, "снова в порядке") is None

    vk.faults.end_outage()
    failing = bot.app.health.failing_since
    await bot.wait_until(lambda: VK not in failing)
    await watched.wait_for_audit()
    await bot.wait_for_message(ADMINISTRATOR, "снова в порядке", "VK «Администрация» не отвечает")


async def assert_warned_once(watched: WatchedBot, code: str, *pieces: str) -> None:
    """This trouble and no other is on the pages, and the administrator has been told of it, now and later, once."""
    for minutes in (0, 3):
        watched.harness.pass_time(minutes=minutes)
        await watched.wait_for_audit()
        assert await watched.read_pages() == ([code], f'mcu_troubles{{kind="{code}"}} 1.0')
        [warning] = watched.warnings()
        assert all(piece in warning for piece in pieces), warning


async def assert_resolved(watched: WatchedBot, words: str) -> None:
    """It is over, and that is told."""
    await watched.wait_for_audit()
    await watched.wait_for_audit()
    await watched.harness.wait_for_message(ADMINISTRATOR, "снова в порядке", words)
    assert await watched.read_pages() == ([], "")
    assert len(watched.warnings()) == 1


async def assert_no_warning(watched: WatchedBot) -> None:
    await watched.wait_for_audit()
    assert (await watched.read_pages(), watched.warnings()) == (([], ""), [])


async def do_nothing(ctx: UseCaseContext, **how: object) -> None:
    """Instead of a sweep."""


async def test_an_update_that_is_not_handled_for_a_minute(watched: WatchedBot) -> None:
    bot = watched.harness
    assert bot.app is not None
    now, lease = bot.clock.now(), timedelta(minutes=10)
    async with bot.app.database.begin() as uow:  # as another process would that is long at it
        await uow.inbox.store("telegram", [("stuck", "1:1", {"update_id": 5, "message": {}})], now)
        await uow.inbox.claim(now, lease, 10)
    await assert_no_warning(watched)

    bot.pass_time(minutes=2)
    await assert_warned_once(watched, "inbox", "входящие сообщения не обрабатываются", "Перезапустите бота")

    bot.pass_time(minutes=10)  # the other's lease has run out: the row is ours
    await bot.wait_for_inbox()
    await assert_resolved(watched, "входящие сообщения не обрабатываются")


async def test_a_term_that_has_ended_without_a_notice(watched: WatchedBot, monkeypatch: pytest.MonkeyPatch) -> None:
    bot = watched.harness
    await bot.sandbox.telegram.send_message(GROUP, MARIA, POTHOLE)
    await bot.wait_for_card(ROADS_HEAD, 1)
    with monkeypatch.context() as broken:
        broken.setattr(due_notices, "create_due_notices", do_nothing)
        bot.pass_time(minutes=31)  # half of the hour for accepting
        await assert_no_warning(watched)
        bot.pass_time(minutes=3)
        await assert_warned_once(watched, "terms", "напоминания о сроках не срабатывают", "Перезапустите бота")
    await bot.wait_for_message(ROADS_HEAD, "⏰", "№1")
    await assert_resolved(watched, "напоминания о сроках не срабатывают")


async def test_a_digest_that_was_not_sent(watched: WatchedBot, monkeypatch: pytest.MonkeyPatch) -> None:
    bot = watched.harness
    with monkeypatch.context() as broken:
        broken.setattr(digest, "is_due", do_nothing)  # None: never
        bot.set_time("21.11 09:05")
        await assert_no_warning(watched)
        bot.pass_time(minutes=7)
        await assert_warned_once(watched, "digest", "сводка не отправлена вовремя", "Перезапустите бота")
    await bot.wait_for_message(CURATOR, "Сводка за 20 ноября")
    await assert_resolved(watched, "сводка не отправлена вовремя")
