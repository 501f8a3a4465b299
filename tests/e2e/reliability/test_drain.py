"""A full queue against servers that are as strict as the messengers: the pace runs on the town's clock."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

import pytest

from bot.app import App
from bot.config import load_config
from bot.domain.outbox import OutboxDraft, OutboxKind, Priority
from bot.runtime.options import RuntimeOptions
from sandbox.telegram.server import api_fault
from tests.databases import POSTGRES_URL, empty_database
from tests.e2e.harness import (
    ADMINISTRATOR,
    COORDINATOR,
    CURATOR,
    GROUP,
    HOUSING_HEAD,
    ROADS_HEAD,
    SECOND_GROUP,
    Harness,
    message_text,
)

STAFF = (ROADS_HEAD, HOUSING_HEAD, COORDINATOR, CURATOR, ADMINISTRATOR)
STEP_SECONDS = 0.25
NOTES_PER_CHAT = 15


@pytest.fixture
async def bot(tmp_path: Path) -> AsyncIterator[Harness]:
    async with running_harness(Harness(tmp_path, rate_limits=None)) as bot:
        yield bot


@pytest.fixture
async def shared_town(tmp_path: Path) -> AsyncIterator[Harness]:
    async with (
        empty_database("postgresql", tmp_path) as url,
        running_harness(Harness(tmp_path, {"database": url}, rate_limits=None)) as bot,
    ):
        yield bot


@asynccontextmanager
async def running_harness(bot: Harness) -> AsyncIterator[Harness]:
    """The pace runs on the town's clock, too."""
    bot.monotonic = lambda: bot.clock.now().timestamp()
    await bot.open()
    try:
        await bot.start()
        for _ in range(20):  # the welcome leaves
            bot.pass_time(seconds=STEP_SECONDS)
            await bot.sandbox.change_log.wait_for_change(bot.sandbox.change_log.revision, 0.02)
        yield bot
    finally:
        await bot.close()


def build_note(
    chat: int, name: str, ticket: int, *, kind: str = "private", priority: Priority = Priority.NOTE
) -> OutboxDraft:
    facts = {"code": "credentials", "title": name}
    return OutboxDraft(OutboxKind.NOTE, "telegram", str(chat), kind, ticket_id=ticket, facts=facts, priority=priority)


async def queue_notes(bot: Harness, *drafts: OutboxDraft) -> None:
    assert bot.app is not None
    async with bot.app.database.begin() as uow:
        await uow.outbox.enqueue_all(drafts, bot.clock.now())


async def pass_time_until(
    bot: Harness, done: list[int], most: float = 60.0, step: float = STEP_SECONDS, quiet_looks: int = 3
) -> float:
    """Let time pass step by step until each of the chats *done* has all of its notes; how many seconds that were.

    *quiet_looks*: a step has had its effect after that many looks without news, also on a busy machine; one where it
    does not matter in which second a note leaves.
    """
    assert bot.app is not None
    passed = 0.0
    while any(len(delivered_names(bot, chat)) < NOTES_PER_CHAT for chat in done):
        assert passed < most, {chat: len(delivered_names(bot, chat)) for chat in done}
        bot.clock.advance(timedelta(seconds=step))
        bot.app.runtime.outbox_wake_up.set()
        passed += step
        quiet = 0
        while quiet < quiet_looks:
            known = bot.sandbox.change_log.revision
            quiet = quiet + 1 if await bot.sandbox.change_log.wait_for_change(known, 0.02) == known else 0
    return passed


def delivered_names(bot: Harness, chat: int) -> list[str]:
    return [text.split()[1].strip(":") for text in map(message_text, bot.bot_messages(chat)) if "№" in text]


async def test_a_storm_delays_nobody_and_no_limit_is_overstepped(bot: Harness) -> None:
    bot.sandbox.telegram.rate_limits = True
    bot.sandbox.telegram.violations.clear()
    storm = [build_note(GROUP, f"№{n}", 9, kind="group") for n in range(300)]
    others = [build_note(chat, f"№{n}", n // 2) for n in range(NOTES_PER_CHAT - 1) for chat in STAFF]
    urgent = [build_note(chat, "№срочно", 100, priority=Priority.URGENT) for chat in STAFF]
    await queue_notes(bot, *storm, *others, *urgent)

    took = await pass_time_until(bot, list(STAFF))

    assert bot.sandbox.telegram.violations == []
    assert took <= NOTES_PER_CHAT + 1, "five one after another, then one a second"
    for chat in STAFF:
        rest = delivered_names(bot, chat)
        assert rest.index("№срочно") < 3  # what is on its way at the same moment may overtake it
        rest.remove("№срочно")
        assert set(rest) == {f"№{n}" for n in range(NOTES_PER_CHAT - 1)}
        for n in range(0, NOTES_PER_CHAT - 1, 2):  # two to a ticket
            assert rest.index(f"№{n}") < rest.index(f"№{n + 1}")
    in_the_group = delivered_names(bot, GROUP)
    assert 5 <= len(in_the_group) <= 20
    assert in_the_group == [f"№{n}" for n in range(len(in_the_group))]


async def test_after_complaints_it_goes_on_slower(bot: Harness) -> None:
    """However slow the messenger makes us, the queue goes on."""
    telegram = bot.sandbox.telegram
    await queue_notes(bot, *(build_note(chat, f"№{n}", n) for n in range(NOTES_PER_CHAT) for chat in STAFF))
    for _ in range(8):  # one complaint after the other leaves a tenth of the pace
        telegram.faults.order("sendMessage", api_fault(429, "Too Many Requests: retry after 3", retry_after=3), times=2)
        for _ in range(16):
            bot.pass_time(seconds=STEP_SECONDS)
            await bot.sandbox.change_log.wait_for_change(bot.sandbox.change_log.revision, 0.02)
    telegram.faults.clear()
    telegram.rate_limits = True
    telegram.violations.clear()
    await pass_time_until(bot, list(STAFF), most=600.0, step=1.0, quiet_looks=1)
    assert telegram.violations == []


async def test_a_restart_does_not_begin_the_minute_anew(bot: Harness) -> None:
    bot.sandbox.telegram.rate_limits = True
    bot.sandbox.telegram.violations.clear()
    await queue_notes(bot, *(build_note(SECOND_GROUP, f"№{n}", n, kind="group") for n in range(60)))
    await pass_time_until(bot, [SECOND_GROUP])
    await bot.stop()
    await bot.start()
    sent = len(delivered_names(bot, SECOND_GROUP))
    for _ in range(20):
        bot.pass_time(seconds=STEP_SECONDS)
        await bot.sandbox.change_log.wait_for_change(bot.sandbox.change_log.revision, 0.02)
    assert sent <= len(delivered_names(bot, SECOND_GROUP)) <= 20
    assert bot.sandbox.telegram.violations == []


@pytest.mark.skipif(POSTGRES_URL is None, reason="MCU_TEST_POSTGRES is not set")
async def test_several_processes_keep_one_pace_together_and_after_a_takeover(shared_town: Harness) -> None:
    bot = shared_town
    config = load_config(bot.folder / "config.toml")
    other = App(config, RuntimeOptions(clock=bot.clock, monotonic=bot.monotonic, tick_seconds=0.05, poll_seconds=5))
    await other.__aenter__()
    try:
        bot.sandbox.telegram.rate_limits = True
        bot.sandbox.telegram.violations.clear()
        await queue_notes(
            bot,
            *(build_note(SECOND_GROUP, f"№{n}", n, kind="group") for n in range(60)),
            *(build_note(chat, f"№{n}", n) for n in range(NOTES_PER_CHAT) for chat in STAFF),
        )
        await pass_time_until(bot, [SECOND_GROUP, *STAFF])
        assert bot.sandbox.telegram.violations == []

        await bot.stop()
        async with other.database.begin() as uow:
            await uow.outbox.enqueue(build_note(ROADS_HEAD, "№последнее", 99), bot.clock.now())
        for _ in range(400):  # the other takes over in its own time
            if "№последнее" in delivered_names(bot, ROADS_HEAD):
                break
            bot.pass_time(seconds=0.05)
            await bot.sandbox.change_log.wait_for_change(bot.sandbox.change_log.revision, 0.02)
        assert "№последнее" in delivered_names(bot, ROADS_HEAD)
        assert len(delivered_names(bot, SECOND_GROUP)) <= 20
        assert bot.sandbox.telegram.violations == []
    finally:
        await other.__aexit__()
