"""A person who has pressed a button waits for no queue: neither that of the messages nor that of other updates."""

import asyncio
from typing import Any

import pytest

from bot.inbox.worker import InboxWorker
from bot.outbox import worker as outbox_worker
from bot.outbox.rate_limiter import RateLimiter, Reservation
from bot.outbox.row_selection import RowSelection
from storage.repositories.inbox import Inbox
from storage.repositories.outbox import Outbox
from tests.e2e.harness import GROUP, HOUSING_HEAD, MARIA, ROADS_HEAD, Harness
from tests.e2e.queries import wait_until_idle
from tests.e2e.reliability.test_drain import build_note, queue_notes

HOLE = "На Ленина 45 огромная яма на дороге"


async def test_an_answer_and_its_effect_leave_while_the_queue_is_being_read(
    bot: Harness, monkeypatch: pytest.MonkeyPatch
) -> None:
    await bot.sandbox.telegram.send_message(GROUP, MARIA, HOLE)
    card = await bot.wait_for_card(ROADS_HEAD, 1)
    await wait_until_idle(bot)
    read, is_reading, go_on = Outbox.next_waiting, asyncio.Event(), asyncio.Event()

    async def reads_for_long(self: Outbox, *what: Any, chats: bool, **how: Any) -> Any:
        if chats:
            is_reading.set()
            await go_on.wait()
        return await read(self, *what, chats=chats, **how)

    monkeypatch.setattr(Outbox, "next_waiting", reads_for_long)
    await queue_notes(bot, build_note(HOUSING_HEAD, "№77", 77))
    await is_reading.wait()
    await bot.press_button(ROADS_HEAD, card, "✅ Принять")
    await bot.wait_for_card(ROADS_HEAD, 1, "🛠 В работе")
    go_on.set()
    await bot.wait_for_message(HOUSING_HEAD, "№77")


async def test_a_place_is_kept_for_the_effect_of_a_press_before_the_press_is_handled(
    bot: Harness, monkeypatch: pytest.MonkeyPatch
) -> None:
    await bot.sandbox.telegram.send_message(GROUP, MARIA, HOLE)
    card = await bot.wait_for_card(ROADS_HEAD, 1)
    await wait_until_idle(bot)
    events: list[str] = []
    handle, expect = InboxWorker._apply_batch, RateLimiter.expect_interactive

    async def notes_handling(self: InboxWorker, batch: Any, readings: Any) -> bool:
        events.append("handled")
        return await handle(self, batch, readings)

    def notes_expecting(self: RateLimiter, now: float) -> None:
        events.append("expected")
        expect(self, now)

    monkeypatch.setattr(InboxWorker, "_apply_batch", notes_handling)
    monkeypatch.setattr(RateLimiter, "expect_interactive", notes_expecting)
    await bot.press_button(ROADS_HEAD, card, "✅ Принять")
    await bot.wait_for_card(ROADS_HEAD, 1, "🛠 В работе")
    assert events == ["expected", "handled"]
    await bot.sandbox.telegram.send_message(GROUP, MARIA, "И ещё там же")
    await bot.wait_for_inbox()
    assert events == ["expected", "handled", "handled"]


async def test_a_full_queue_is_not_read_between_a_press_and_its_effect(
    bot: Harness, monkeypatch: pytest.MonkeyPatch
) -> None:
    await bot.sandbox.telegram.send_message(GROUP, MARIA, HOLE)
    card = await bot.wait_for_card(ROADS_HEAD, 1)
    await wait_until_idle(bot)
    events: list[str] = []
    expect, leave = RateLimiter.expect_interactive, Reservation.start
    read = outbox_worker.OutboxWorker._select_rows

    def notes_expecting(self: RateLimiter, now: float) -> None:
        events.append("expected")
        expect(self, now)

    def notes_leaving(self: Reservation, now: float) -> None:
        events.append("left")
        leave(self, now)

    async def notes_reading(self: outbox_worker.OutboxWorker, *, was_woken: bool) -> list[int]:
        if "left" not in events:
            events.append("read")
        return await read(self, was_woken=was_woken)

    monkeypatch.setattr(RowSelection, "is_saturated", property(lambda _: True))
    monkeypatch.setattr(outbox_worker, "MAX_PRESS_LOOKS", 10_000)  # however busy the machine is
    monkeypatch.setattr(RateLimiter, "expect_interactive", notes_expecting)
    monkeypatch.setattr(Reservation, "start", notes_leaving)
    monkeypatch.setattr(outbox_worker.OutboxWorker, "_select_rows", notes_reading)
    await queue_notes(bot, build_note(HOUSING_HEAD, "№77", 77))
    await bot.wait_for_message(HOUSING_HEAD, "№77")
    events.clear()
    await bot.press_button(ROADS_HEAD, card, "✅ Принять")
    await bot.wait_for_card(ROADS_HEAD, 1, "🛠 В работе")
    assert events[events.index("expected") :] == ["expected", "left"]
    await queue_notes(bot, build_note(HOUSING_HEAD, "№78", 78))
    await bot.wait_for_message(HOUSING_HEAD, "№78")


async def test_an_update_is_claimed_as_it_is_stored_where_nothing_else_is_handled(
    bot: Harness, monkeypatch: pytest.MonkeyPatch
) -> None:
    await wait_until_idle(bot)
    own_claims: list[int] = []
    claim = InboxWorker._claim_batch

    async def counts(self: InboxWorker) -> Any:
        rows = await claim(self)
        own_claims.append(len(rows))
        return rows

    monkeypatch.setattr(InboxWorker, "_claim_batch", counts)
    await bot.sandbox.telegram.send_message(GROUP, MARIA, HOLE)
    await bot.wait_for_card(ROADS_HEAD, 1)
    assert not any(own_claims)


async def test_updates_that_come_while_others_are_handled_wait_for_their_turn(
    bot: Harness, monkeypatch: pytest.MonkeyPatch
) -> None:
    await wait_until_idle(bot)
    handle, is_handling, go_on = InboxWorker._apply_batch, asyncio.Event(), asyncio.Event()
    batches: list[list[int]] = []

    async def handles_for_long(self: InboxWorker, batch: Any, readings: Any) -> bool:
        batches.append([one.row.id for one in batch])
        is_handling.set()
        await go_on.wait()
        return await handle(self, batch, readings)

    monkeypatch.setattr(InboxWorker, "_apply_batch", handles_for_long)
    stored: list[str] = []
    store = Inbox.store

    async def notes(self: Inbox, account: str, updates: Any, *more: Any) -> None:
        stored.extend(key for key, *_ in updates)
        await store(self, account, updates, *more)

    monkeypatch.setattr(Inbox, "store", notes)
    await bot.sandbox.telegram.send_message(GROUP, MARIA, HOLE)
    await is_handling.wait()
    await bot.sandbox.telegram.send_message(GROUP, MARIA, "И ещё там же")
    await bot.wait_until(lambda: len(stored) >= 2)
    assert len(batches) == 1
    go_on.set()
    await bot.wait_for_inbox()
    assert [len(batch) for batch in batches] == [1, 1]
    assert batches[0] < batches[1]
