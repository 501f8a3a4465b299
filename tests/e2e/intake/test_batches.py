"""Updates that arrive together are handled in one batch, with the same effect as one after another."""

import asyncio
import logging
import time
from collections.abc import Sequence
from typing import Any

import pytest

from bot.handlers.router import handle_event
from bot.inbox import worker
from bot.inbox.worker import MAX_ATTEMPTS, MAX_PROVEN_ATTEMPTS, MAX_SHARED_ATTEMPTS, PROVEN_SECONDS
from bot.messengers.events import Event
from bot.messengers.telegram.messenger import TelegramMessenger
from bot.services.context import UseCaseContext
from bot.understanding.analyzer import TextAnalyzer
from bot.understanding.events.matcher import EventMatcher
from bot.understanding.events.signatures import Signature
from bot.understanding.reading import Reading
from tests.e2e.harness import ADMINISTRATOR, ANNA, GROUP, HOUSING_HEAD, MARIA, PYOTR, ROADS_HEAD, SECOND_GROUP, Harness
from tests.e2e.queries import list_audit

PIT = "Яма на дороге, Ленина 45"
OTHER_PIT = "Кирова 10, яма на дороге"
MORE = "Яма глубокая, уже с полметра"
COLD = "На Ленина 45 нет отопления в квартире"
CURSED = "Яма на дороге, Гоголя 13"


async def test_each_message_of_a_batch_sees_what_the_earlier_ones_did(bot: Harness) -> None:
    telegram = bot.sandbox.telegram
    await bot.stop()
    first = await telegram.send_message(GROUP, MARIA, PIT)
    await telegram.send_message(GROUP, PYOTR, OTHER_PIT)
    await telegram.send_message(GROUP, MARIA, MORE)
    await telegram.send_message(SECOND_GROUP, MARIA, PIT)
    await telegram.send_message(GROUP, MARIA, COLD)
    await telegram.edit(GROUP, first, "Яма на дороге, Ленина 45, у самого перехода")
    await bot.start()

    await bot.wait_for_card(ROADS_HEAD, 1, "у самого перехода", f"➕ {MORE}", "Дворы")
    await bot.wait_for_card(ROADS_HEAD, 2, OTHER_PIT)
    await bot.wait_for_card(HOUSING_HEAD, 3, COLD)
    await bot.wait_for_inbox()
    assert bot.ticket_numbers(ROADS_HEAD) == [1, 2]
    assert [row.action for row in await list_audit(bot, 1)] == ["registered", "addition", "copy", "edited"]


async def test_one_event_that_fails_is_tried_again_and_its_neighbours_have_their_effect_once(
    bot: Harness, monkeypatch: pytest.MonkeyPatch
) -> None:
    telegram = bot.sandbox.telegram
    await bot.stop()
    await telegram.send_message(GROUP, MARIA, PIT)
    await telegram.send_message(GROUP, PYOTR, CURSED)
    await telegram.send_message(GROUP, MARIA, MORE)
    await telegram.send_message(GROUP, PYOTR, OTHER_PIT)
    reads = TextAnalyzer.read
    spells = 3  # prefetched, in the batch, alone

    def read(self: TextAnalyzer, text: str, district: str | None = None) -> Reading:
        nonlocal spells
        if text == CURSED and spells:
            spells -= 1
            raise ArithmeticError
        return reads(self, text, district)

    monkeypatch.setattr(TextAnalyzer, "read", read)
    await bot.start()
    await bot.wait_for_card(ROADS_HEAD, 1, PIT, f"➕ {MORE}")
    bot.pass_time(seconds=30)
    # Its author's next message has waited behind it, and no number has been left out.
    await bot.wait_for_card(ROADS_HEAD, 2, CURSED)
    await bot.wait_for_card(ROADS_HEAD, 3, OTHER_PIT)
    await bot.wait_for_inbox()
    assert bot.ticket_numbers(ROADS_HEAD) == [1, 2, 3]
    assert [row.action for row in await list_audit(bot, 1)] == ["registered", "addition"]
    assert not bot.find_message(ADMINISTRATOR, "не удалось обработать")


async def test_words_that_nobody_can_read_hold_nobody_else_up(bot: Harness, monkeypatch: pytest.MonkeyPatch) -> None:
    telegram = bot.sandbox.telegram
    await bot.stop()
    await telegram.send_message(GROUP, PYOTR, CURSED)
    await telegram.send_message(GROUP, MARIA, PIT)
    looks = EventMatcher.signature

    def look(self: EventMatcher, text: str, reading: Reading) -> Signature:
        if text == CURSED:
            raise ArithmeticError
        return looks(self, text, reading)

    monkeypatch.setattr(EventMatcher, "signature", look)
    await bot.start()
    await bot.wait_for_card(ROADS_HEAD, 1, PIT)
    assert bot.ticket_numbers(ROADS_HEAD) == [1]


@pytest.mark.parametrize("fault", [KeyError, ConnectionResetError])
@pytest.mark.parametrize("stage", ["parse", "enrich"])
async def test_an_update_at_which_we_stumble_is_buried_and_holds_nobody_else_up(
    bot: Harness,
    stage: str,
    fault: type[Exception],
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Whatever the fault is: one that looks like a database that is gone, too."""
    assert bot.app is not None
    telegram = bot.sandbox.telegram
    await bot.stop()
    await telegram.send_message(GROUP, PYOTR, CURSED)
    await telegram.send_message(GROUP, PYOTR, OTHER_PIT)
    await telegram.send_message(GROUP, MARIA, PIT)
    parses, enriches, tries = TelegramMessenger.parse, TelegramMessenger.enrich, []

    def stumble(whole: Any, at: str) -> None:
        if stage == at and CURSED in str(whole):
            tries.append(at)
            raise fault(CURSED)

    def parse(self: TelegramMessenger, payload: Any) -> Sequence[Event]:
        stumble(payload, "parse")
        return parses(self, payload)

    async def enrich(self: TelegramMessenger, event: Event) -> Event:
        stumble(event, "enrich")
        return await enriches(self, event)

    monkeypatch.setattr(TelegramMessenger, "parse", parse)
    monkeypatch.setattr(TelegramMessenger, "enrich", enrich)
    with caplog.at_level(logging.INFO):
        await bot.start()
        await bot.wait_for_card(ROADS_HEAD, 1, PIT)  # in the same batch
        wake_up = bot.app.runtime.inbox_wake_up
        for number in range(1, MAX_ATTEMPTS):
            await bot.wait_until(lambda n=number: caplog.text.count("event failed") == n)
            bot.pass_time(seconds=31)
            wake_up.set()
        await bot.wait_for_card(ROADS_HEAD, 2, OTHER_PIT)  # has waited behind it
        await bot.wait_for_message(
            ADMINISTRATOR, "Telegram: событие №", "не удалось обработать, оно сохранено и отложено"
        )
    await bot.wait_for_inbox()
    assert len(tries) == MAX_ATTEMPTS
    assert len([text for text in bot.bot_texts(ADMINISTRATOR) if "не удалось обработать" in text]) == 1
    assert bot.ticket_numbers(ROADS_HEAD) == [1, 2]
    assert fault.__name__ in caplog.text
    assert "Гоголя" not in caplog.text


class Lifetime:
    """The monotonic clock of the bot's processes, which a test puts forward."""

    def __init__(self) -> None:
        self.passed_seconds = 0.0

    def __call__(self) -> float:
        return time.monotonic() + self.passed_seconds


async def test_update_that_ends_the_process_is_set_aside_and_its_batch_is_not(
    bot: Harness, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """A cancelled task that nobody has asked to stop leaves what a dead process leaves: a claim, and no failure."""
    telegram = bot.sandbox.telegram
    await bot.stop()
    bot.monotonic = lifetime = Lifetime()
    await telegram.send_message(GROUP, MARIA, PIT)
    await telegram.send_message(GROUP, PYOTR, CURSED)
    await telegram.send_message(GROUP, PYOTR, OTHER_PIT)
    deaths: list[str] = []

    async def handle(ctx: UseCaseContext, event: Event) -> None:
        if CURSED in str(event):
            deaths.append(CURSED)
            raise asyncio.CancelledError
        await handle_event(ctx, event)

    monkeypatch.setattr(worker, "handle_event", handle)
    for number in range(1, MAX_ATTEMPTS + MAX_PROVEN_ATTEMPTS + 1):
        await bot.start()
        if number > MAX_SHARED_ATTEMPTS:
            await bot.wait_for_card(ROADS_HEAD, 1, PIT)
        if number > MAX_ATTEMPTS:
            lifetime.passed_seconds += PROVEN_SECONDS
        await bot.wait_until(lambda n=number: len(deaths) == n)
        await bot.stop()
    await bot.start()
    lifetime.passed_seconds += PROVEN_SECONDS
    await bot.wait_for_card(ROADS_HEAD, 2, OTHER_PIT)
    await bot.wait_for_message(ADMINISTRATOR, "Telegram: событие №", "не удалось обработать")
    await bot.wait_for_inbox()
    assert len(deaths) == MAX_ATTEMPTS + MAX_PROVEN_ATTEMPTS
    assert bot.ticket_numbers(ROADS_HEAD) == [1, 2]
    assert "the process did not survive it" in caplog.text


async def test_updates_outlive_any_number_of_processes_that_die_of_something_else(
    bot: Harness, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """A loop of restarts finds the same update at the head of the queue each time."""
    telegram = bot.sandbox.telegram
    await bot.stop()
    bot.monotonic = lifetime = Lifetime()
    deaths = 0

    async def handle(ctx: UseCaseContext, event: Event) -> None:
        nonlocal deaths
        await handle_event(ctx, event)
        if not lifetime.passed_seconds:
            deaths += 1
            raise asyncio.CancelledError

    monkeypatch.setattr(worker, "handle_event", handle)
    await telegram.send_message(GROUP, MARIA, PIT)
    await telegram.send_message(GROUP, PYOTR, OTHER_PIT)
    await telegram.send_message(GROUP, MARIA, MORE)
    for number in range(1, 2 * MAX_ATTEMPTS + 1):
        await bot.start()
        await bot.wait_until(lambda n=number: deaths == n)
        await bot.stop()
        if number == MAX_ATTEMPTS:
            await telegram.send_message(GROUP, ANNA, CURSED)
    await bot.start()
    assert bot.ticket_numbers(ROADS_HEAD) == []
    lifetime.passed_seconds = PROVEN_SECONDS
    await bot.wait_for_message(ROADS_HEAD, PIT, f"➕ {MORE}")
    await bot.wait_for_message(ROADS_HEAD, OTHER_PIT)
    await bot.wait_for_message(ROADS_HEAD, CURSED)
    await bot.wait_for_inbox()
    assert bot.ticket_numbers(ROADS_HEAD) == [1, 2, 3]
    assert "set aside" not in caplog.text
    assert not bot.find_message(ADMINISTRATOR, "не удалось обработать")


async def test_failures_at_commit_are_counted_across_restarts(
    bot: Harness, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """The row that no database accepts is written when the handler has long returned."""
    telegram = bot.sandbox.telegram
    await bot.stop()
    await telegram.send_message(GROUP, PYOTR, CURSED)
    await telegram.send_message(GROUP, MARIA, PIT)

    async def handle(ctx: UseCaseContext, event: Event) -> None:
        await handle_event(ctx, event)
        if CURSED in str(event):
            await ctx.uow.audit_log.record("odd", ctx.now, ticket_id=2**70)

    monkeypatch.setattr(worker, "handle_event", handle)
    with caplog.at_level(logging.INFO):
        await bot.start()
        await bot.wait_for_card(ROADS_HEAD, 1, PIT)  # in the same batch
        for number in range(1, MAX_ATTEMPTS):
            await bot.wait_until(lambda n=number: caplog.text.count("event failed") == n)
            bot.pass_time(seconds=31)
            if number == 3:
                await bot.stop()
                await bot.start()
            assert bot.app is not None
            bot.app.runtime.inbox_wake_up.set()
        await bot.wait_for_message(ADMINISTRATOR, "Telegram: событие №", "не удалось обработать")
    assert caplog.text.count("event failed") == MAX_ATTEMPTS
    assert bot.ticket_numbers(ROADS_HEAD) == [1]
