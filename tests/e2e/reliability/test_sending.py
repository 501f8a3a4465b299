"""The failure of one message does not affect the others."""

import asyncio
import time
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy.exc import OperationalError

from bot.domain.channels import Direction
from bot.domain.outbox import OutboxDraft, OutboxKind, OutboxRow, Priority
from bot.inbox import receiver
from bot.messengers.errors import TemporaryFailure
from bot.messengers.port import Sent, Target
from bot.messengers.telegram.messenger import TelegramMessenger
from bot.outbox import card_data
from bot.outbox.in_flight import MIN_LIMIT
from bot.outbox.row_selection import MAX_AHEAD
from sandbox.faults import Fault, FaultKind
from sandbox.telegram.server import api_fault
from storage.repositories.base import MAX_WAIT
from storage.repositories.outbox import Outbox
from tests.e2e.harness import ADMINISTRATOR, GROUP, HOUSING_HEAD, MARIA, ROADS_HEAD, Harness
from tests.e2e.queries import list_audit, send_report, wait_for_preview, wait_until_idle
from tests.e2e.reliability.test_drain import build_note, queue_notes

HOLE = "На Ленина 45 огромная яма на дороге"


def count_calls(bot: Harness, method: str) -> int:
    return sum(1 for name, _ in bot.sandbox.telegram.calls if name == method)


async def outbox_counts(bot: Harness) -> dict[str, int]:
    assert bot.app is not None
    async with bot.app.database.read() as uow:
        return await uow.outbox.count_by_status()


async def test_a_complaint_about_a_press_holds_up_no_message(bot: Harness) -> None:
    await wait_until_idle(bot)
    refusal = api_fault(429, "Too Many Requests: retry after 3000", retry_after=3000)
    bot.sandbox.telegram.faults.order("answerCallbackQuery", refusal)
    press = {"press_id": "1", "code": ""}
    await queue_notes(
        bot, OutboxDraft(OutboxKind.CALLBACK_ANSWER, "telegram", "", facts=press, priority=Priority.INTERACTIVE)
    )
    await bot.wait_until(lambda: count_calls(bot, "answerCallbackQuery"))
    await queue_notes(bot, build_note(HOUSING_HEAD, "№77", 77, priority=Priority.URGENT))
    await bot.wait_for_message(HOUSING_HEAD, "№77")


async def test_a_lost_database_is_no_fault_of_the_message_that_was_being_drawn(
    bot: Harness, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Even if its messenger had failed many times before."""
    await wait_until_idle(bot)
    whole, works, lost = card_data.card_facts, asyncio.Event(), asyncio.Event()

    async def loses(*what: Any) -> Any:
        if lost.is_set() or not works.is_set():
            return await whole(*what)
        lost.set()
        raise OperationalError("SELECT", {}, Exception("connection was closed"), connection_invalidated=True)

    monkeypatch.setattr(card_data, "card_facts", loses)
    bot.sandbox.telegram.faults.start_outage(FaultKind.HTTP_500, "sendMessage")
    before = count_calls(bot, "sendMessage")
    await bot.sandbox.telegram.send_message(GROUP, MARIA, HOLE)
    async with asyncio.timeout(30):
        while count_calls(bot, "sendMessage") < before + 12:  # to the head and to the coordinator
            bot.pass_time(minutes=2)
            await bot.sandbox.change_log.wait_for_change(bot.sandbox.change_log.revision, 0.05)
    works.set()
    async with asyncio.timeout(30):
        while not lost.is_set():
            bot.pass_time(minutes=2)
            await bot.sandbox.change_log.wait_for_change(bot.sandbox.change_log.revision, 0.05)
    bot.sandbox.telegram.faults.end_outage()
    async with asyncio.timeout(30):
        while not bot.ticket_numbers(ROADS_HEAD):
            bot.pass_time(minutes=2)
            await bot.sandbox.change_log.wait_for_change(bot.sandbox.change_log.revision, 0.05)
    assert "failed" not in await outbox_counts(bot)


async def test_a_failure_is_over_with_the_next_success_though_the_sending_loop_fell_meanwhile(
    bot: Harness, monkeypatch: pytest.MonkeyPatch
) -> None:
    await wait_until_idle(bot)
    send, waiting = TelegramMessenger.send, Outbox.next_waiting
    on_its_way, fails, fell = asyncio.Event(), asyncio.Event(), asyncio.Event()

    async def fails_once(self: TelegramMessenger, *what: Any, **how: Any) -> Sent:
        if on_its_way.is_set():
            return await send(self, *what, **how)
        on_its_way.set()
        await fails.wait()
        raise TemporaryFailure("no answer")

    async def falls_once(self: Outbox, *what: Any, **how: Any) -> Any:
        if on_its_way.is_set() and not fell.is_set():
            fell.set()
            raise OperationalError("SELECT", {}, Exception("connection was closed"), connection_invalidated=True)
        return await waiting(self, *what, **how)

    monkeypatch.setattr(TelegramMessenger, "send", fails_once)
    monkeypatch.setattr(Outbox, "next_waiting", falls_once)
    await queue_notes(bot, build_note(ROADS_HEAD, "№1", 1))
    await on_its_way.wait()
    await fell.wait()
    await queue_notes(bot, build_note(HOUSING_HEAD, "№2", 2))
    await bot.wait_for_message(HOUSING_HEAD, "№2")  # the loop runs again
    fails.set()
    async with asyncio.timeout(10):
        while not await failing_accounts(bot):
            await bot.sandbox.change_log.wait_for_change(bot.sandbox.change_log.revision, 0.02)
    bot.pass_time(minutes=2)
    await bot.wait_for_message(ROADS_HEAD, "№1")
    await wait_until_idle(bot)
    assert await failing_accounts(bot) == set()


async def failing_accounts(bot: Harness) -> set[str]:
    assert bot.app is not None
    async with bot.app.database.read() as uow:
        return await uow.outages.list_failing_accounts(Direction.OUT)


async def test_few_are_in_hand_so_that_something_urgent_comes_soon(
    bot: Harness, monkeypatch: pytest.MonkeyPatch
) -> None:
    people = range(5001, 5031)
    for person in people:
        bot.sandbox.telegram.user(person, f"Начальник {person}")
        await bot.sandbox.telegram.start_bot(person)
    await wait_until_idle(bot)
    send, open_, sent = TelegramMessenger.send, asyncio.Event(), list[str]()

    async def slow(self: TelegramMessenger, target: Any, part: Any, **how: Any) -> Sent:
        await open_.wait()
        sent.append(part.plain_text)
        return await send(self, target, part, **how)

    monkeypatch.setattr(TelegramMessenger, "send", slow)
    await queue_notes(bot, *(build_note(person, f"№{person}", person) for person in people))
    async with asyncio.timeout(10):
        while (await outbox_counts(bot)).get("sending", 0) < MIN_LIMIT + MAX_AHEAD:
            await bot.sandbox.change_log.wait_for_change(bot.sandbox.change_log.revision, 0.02)
    await queue_notes(bot, build_note(HOUSING_HEAD, "№77", 77, priority=Priority.URGENT))
    open_.set()
    await bot.wait_for_message(HOUSING_HEAD, "№77")
    # Those that were in hand, and at most as many that were chosen just before it came.
    assert next(number for number, text in enumerate(sent) if "№77" in text) < 2 * (MIN_LIMIT + MAX_AHEAD)


async def test_a_wait_of_a_day_is_bounded_and_told(closed_bot: Harness) -> None:
    """The chat is tried again after a quarter of an hour, whatever number the messenger names."""
    bot, passed = closed_bot, [0.0]
    bot.monotonic = lambda: time.monotonic() + passed[0]
    await bot.start()
    await wait_until_idle(bot)
    refusal = api_fault(429, "Too Many Requests: retry after 86400", retry_after=86400)
    bot.sandbox.telegram.faults.order("sendMessage", refusal)
    await queue_notes(bot, build_note(HOUSING_HEAD, "№77", 77))
    await bot.wait_for_message(ADMINISTRATOR, "Telegram: мессенджер просит ничего не отправлять ещё 24 часа")
    passed[0] = MAX_WAIT.total_seconds()
    bot.pass_time(seconds=MAX_WAIT.total_seconds())
    await bot.wait_for_message(HOUSING_HEAD, "№77")


async def test_a_poll_that_is_told_to_wait_for_a_day_goes_on(bot: Harness, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(receiver, "MAX_POLL_PAUSE_SECONDS", 0.05)
    refusal = api_fault(429, "Too Many Requests: retry after 86400", retry_after=86400)
    bot.sandbox.telegram.faults.order("getUpdates", refusal, times=2)
    await send_report(bot, HOLE)
    await send_report(bot, "На Мира 7 прорвало трубу")
    await bot.wait_for_card(ROADS_HEAD, 1)


@pytest.mark.parametrize("status", [200, 403])
async def test_a_providers_page_is_no_reason_to_wait_for_the_lease(bot: Harness, status: int) -> None:
    """A page that came with a refusal leaves no doubt; any other one does, and the audit says so."""
    await send_report(bot, HOLE)
    card = await bot.wait_for_card(ROADS_HEAD, 1)
    await bot.send_message(ROADS_HEAD, "Засыплем сегодня", reply_to=card["message_id"])
    draft = await wait_for_preview(bot, ROADS_HEAD, "Засыплем сегодня")
    await wait_until_idle(bot)
    bot.sandbox.telegram.faults.order("sendMessage", Fault(FaultKind.PAGE_1251, status=status))
    await bot.press_button(ROADS_HEAD, draft, "Отправить")
    await wait_until_idle(bot)
    bot.pass_time(seconds=2)
    await bot.wait_for_message(GROUP, "Засыплем сегодня")
    await bot.wait_for_card(ROADS_HEAD, 1, "✅ Отвечено")
    assert len(await list_audit(bot, 1, "resent")) == (status == 200)


async def test_first_copy_of_a_preview_that_was_sent_twice_can_be_pressed(bot: Harness) -> None:
    """The bot has recorded only the second; the head may press either."""
    await send_report(bot, HOLE)
    card = await bot.wait_for_card(ROADS_HEAD, 1)
    await wait_until_idle(bot)
    await bot.press_button(ROADS_HEAD, card, "Ответить")
    await bot.wait_for_message(ROADS_HEAD, "Ответ на №1")
    await wait_until_idle(bot)
    bot.sandbox.telegram.faults.order("sendMessage", Fault(FaultKind.DROP))
    await bot.send_message(ROADS_HEAD, "Засыплем сегодня")
    first = await wait_for_preview(bot, ROADS_HEAD, "Засыплем сегодня")
    await wait_until_idle(bot)
    bot.pass_time(seconds=2)
    await bot.wait_until(lambda: sum("Так ответ увидит" in text for text in bot.bot_texts(ROADS_HEAD)) == 2)
    await wait_until_idle(bot)
    await bot.press_button(ROADS_HEAD, first, "Отправить")
    await bot.wait_for_message(GROUP, "Засыплем сегодня")


async def test_an_error_that_nobody_foresaw_is_a_failed_delivery(bot: Harness, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is tried again at once, not when the row's lease has expired."""
    await wait_until_idle(bot)
    send, failures = TelegramMessenger.send, [LookupError("no such codec")]

    async def break_once(self: TelegramMessenger, *args: Any, **more: Any) -> Sent:
        if failures:
            raise failures.pop()
        return await send(self, *args, **more)

    monkeypatch.setattr(TelegramMessenger, "send", break_once)
    await queue_notes(bot, build_note(HOUSING_HEAD, "№77", 77))
    await wait_until_idle(bot)
    bot.pass_time(seconds=2)
    await bot.wait_for_message(HOUSING_HEAD, "№77")


async def test_an_error_of_the_program_is_given_up_after_five_tries_and_told(
    bot: Harness, monkeypatch: pytest.MonkeyPatch
) -> None:
    await wait_until_idle(bot)
    send, tries = TelegramMessenger.send, []

    async def break_always(self: TelegramMessenger, target: Target, *args: Any, **more: Any) -> Sent:
        if target.chat.id == str(HOUSING_HEAD):
            tries.append(target)
            raise LookupError("no such codec")
        return await send(self, target, *args, **more)

    monkeypatch.setattr(TelegramMessenger, "send", break_always)
    await queue_notes(bot, build_note(HOUSING_HEAD, "№77", 77))
    for _ in range(7):
        await wait_until_idle(bot)
        bot.pass_time(minutes=2)
    await bot.wait_for_message(ADMINISTRATOR, "не доставлено", "ошибка в самом боте")
    assert len(tries) == 5


async def test_sender_that_thaws_after_a_takeover_writes_the_audit_and_empties_its_card(
    bot: Harness, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its claim on the row fences it: the bot goes on with the card that the other process has sent."""
    await wait_until_idle(bot)
    send, taken = TelegramMessenger.send, list[OutboxRow]()

    async def lose_claim_once(self: TelegramMessenger, *args: Any, **more: Any) -> Sent:
        sent = await send(self, *args, **more)
        assert bot.app is not None
        if not taken:
            async with bot.app.database.begin() as uow:
                await uow.outbox.release_leases()
                taken.extend(await uow.outbox.claim(range(1000), bot.clock.now(), timedelta(hours=1)))
        return sent

    monkeypatch.setattr(TelegramMessenger, "send", lose_claim_once)
    await send_report(bot, HOLE)
    first = await bot.wait_for_card(ROADS_HEAD, 1)
    while len(await list_audit(bot, 1, "resent")) < 1:
        await bot.sandbox.change_log.wait_for_change(bot.sandbox.change_log.revision, 0.02)
    assert [row.ticket_id for row in taken] == [1]
    await bot.wait_until(lambda: "карточка теперь ниже" in str(first.get("text")))
    assert "reply_markup" not in first
    while (await outbox_counts(bot))["sending"] > 1:  # the edit's own record
        await bot.sandbox.change_log.wait_for_change(bot.sandbox.change_log.revision, 0.02)

    assert bot.app is not None
    async with bot.app.database.begin() as uow:
        await uow.outbox.release_leases([row.holder for row in taken])
    await wait_until_idle(bot)
    card = await bot.wait_until(lambda: bot.find_message(ROADS_HEAD, "№1 ·"))
    assert card["message_id"] > first["message_id"]
    await bot.press_button(ROADS_HEAD, card, "Принять")
    await bot.wait_until(lambda: "Принять" not in str(card.get("reply_markup")))
    assert len(await list_audit(bot, 1, "resent")) == 2
