"""What goes wrong for one message is no trouble of the others."""

import asyncio
from typing import Any

import pytest
from sqlalchemy.exc import OperationalError

from bot.domain.channels import Way
from bot.domain.outbox import OutboxDraft, OutboxKind, Priority
from bot.messengers.errors import TemporaryFailure
from bot.messengers.port import Sent
from bot.messengers.telegram.messenger import TelegramMessenger
from bot.outbox import render_data
from bot.outbox.worker import UNDER_WAY
from sandbox.faults import FaultKind
from sandbox.telegram.server import api_fault
from storage.repositories.outbox import Outbox
from tests.e2e.harness import GROUP, HOUSING_HEAD, MARIA, ROADS_HEAD, Town
from tests.e2e.queries import delivered
from tests.e2e.reliability.test_drain import note, queue

HOLE = "На Ленина 45 огромная яма на дороге"


def calls(town: Town, method: str) -> int:
    return sum(1 for name, _ in town.sandbox.telegram.calls if name == method)


async def counts(town: Town) -> dict[str, int]:
    assert town.app is not None
    async with town.app.database.read() as uow:
        return await uow.outbox.counts()


async def test_a_complaint_about_a_press_holds_up_no_message(town: Town) -> None:
    await delivered(town)
    refusal = api_fault(429, "Too Many Requests: retry after 3000", retry_after=3000)
    town.sandbox.telegram.faults.order("answerCallbackQuery", refusal)
    press = {"press_id": "1", "code": ""}
    await queue(town, OutboxDraft(OutboxKind.PRESS, "telegram", "", facts=press, priority=Priority.PRESS))
    await town.until(lambda: calls(town, "answerCallbackQuery"))
    await queue(town, note(HOUSING_HEAD, "№77", 77, priority=Priority.URGENT))
    await town.letter(HOUSING_HEAD, "№77")


async def test_a_lost_database_is_no_fault_of_the_message_that_was_being_drawn(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Even if its messenger had failed many times before."""
    await delivered(town)
    whole, works, lost = render_data.card_facts, asyncio.Event(), asyncio.Event()

    async def loses(*what: Any) -> Any:
        if lost.is_set() or not works.is_set():
            return await whole(*what)
        lost.set()
        raise OperationalError("SELECT", {}, Exception("connection was closed in the middle of operation"))

    monkeypatch.setattr(render_data, "card_facts", loses)
    town.sandbox.telegram.faults.down(FaultKind.HTTP_500, "sendMessage")
    before = calls(town, "sendMessage")
    await town.sandbox.telegram.say(GROUP, MARIA, HOLE)
    async with asyncio.timeout(30):
        while calls(town, "sendMessage") < before + 12:  # to the head and to the coordinator
            town.pass_time(minutes=2)
            await town.sandbox.journal.wait_newer(town.sandbox.journal.revision, 0.05)
    works.set()
    async with asyncio.timeout(30):
        while not lost.is_set():
            town.pass_time(minutes=2)
            await town.sandbox.journal.wait_newer(town.sandbox.journal.revision, 0.05)
    town.sandbox.telegram.faults.up()
    async with asyncio.timeout(30):
        while not town.numbers(ROADS_HEAD):
            town.pass_time(minutes=2)
            await town.sandbox.journal.wait_newer(town.sandbox.journal.revision, 0.05)
    assert "failed" not in await counts(town)


async def test_a_failure_is_over_with_the_next_success_though_the_sending_loop_fell_meanwhile(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    await delivered(town)
    send, waiting = TelegramMessenger.send, Outbox.waiting
    on_its_way, fails, fell = asyncio.Event(), asyncio.Event(), asyncio.Event()

    async def fails_once(self: TelegramMessenger, *what: Any, **how: Any) -> Sent:
        if on_its_way.is_set():
            return await send(self, *what, **how)
        on_its_way.set()
        await fails.wait()
        raise TemporaryFailure("no answer")

    async def falls_once(self: Outbox, *what: Any) -> Any:
        if on_its_way.is_set() and not fell.is_set():
            fell.set()
            raise OperationalError("SELECT", {}, Exception("connection was closed in the middle of operation"))
        return await waiting(self, *what)

    monkeypatch.setattr(TelegramMessenger, "send", fails_once)
    monkeypatch.setattr(Outbox, "waiting", falls_once)
    await queue(town, note(ROADS_HEAD, "№1", 1))
    await on_its_way.wait()
    await fell.wait()
    await queue(town, note(HOUSING_HEAD, "№2", 2))
    await town.letter(HOUSING_HEAD, "№2")  # the loop runs again
    fails.set()
    async with asyncio.timeout(10):
        while not await failing(town):
            await town.sandbox.journal.wait_newer(town.sandbox.journal.revision, 0.02)
    town.pass_time(minutes=2)
    await town.letter(ROADS_HEAD, "№1")
    await delivered(town)
    assert await failing(town) == set()


async def failing(town: Town) -> set[str]:
    assert town.app is not None
    async with town.app.database.read() as uow:
        return await uow.outages.failing(Way.OUT)


async def test_few_are_in_hand_where_they_leave_one_by_one_so_that_something_urgent_comes_soon(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    people = range(5001, 5031)
    for person in people:
        town.sandbox.telegram.user(person, f"Начальник {person}")
        await town.sandbox.telegram.start_bot(person)
    await delivered(town)
    send, open_, sent = TelegramMessenger.send, asyncio.Event(), list[str]()

    async def slow(self: TelegramMessenger, target: Any, part: Any, **how: Any) -> Sent:
        await open_.wait()
        sent.append(part.plain)
        return await send(self, target, part, **how)

    monkeypatch.setattr(TelegramMessenger, "send", slow)
    await queue(town, *(note(person, f"№{person}", person) for person in people))
    async with asyncio.timeout(10):
        while (await counts(town)).get("sending", 0) < UNDER_WAY:
            await town.sandbox.journal.wait_newer(town.sandbox.journal.revision, 0.02)
    await queue(town, note(HOUSING_HEAD, "№77", 77, priority=Priority.URGENT))
    open_.set()
    await town.letter(HOUSING_HEAD, "№77")
    # Those that were in hand, and at most as many that were chosen just before it came.
    assert next(number for number, text in enumerate(sent) if "№77" in text) < 2 * UNDER_WAY
