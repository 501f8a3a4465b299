"""Internal faults must not reach the citizen: a failed insert, a slow send, a row that cannot be rendered."""

import logging
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy.exc import OperationalError

from bot.domain.outbox import OutboxKind, OutboxRow
from bot.messengers.port import SendRateLimits
from bot.messengers.rate_limits import Rate
from bot.outbox import card_data
from bot.outbox.handlers import OUTBOX_HANDLERS
from storage.errors import DatabaseUnreachable
from storage.repositories.inbox import Inbox
from storage.repositories.outbox import Outbox
from tests.e2e.harness import (
    ADMINISTRATOR,
    COORDINATOR,
    CURATOR,
    GROUP,
    HOUSING_HEAD,
    MARIA,
    PYOTR,
    ROADS_HEAD,
    Harness,
)
from tests.e2e.reliability.test_drain import build_note

HOLE = "На Ленина 45 огромная яма на дороге"


async def wait_until_nothing_is_sending(bot: Harness) -> None:
    """Collect the failed rows."""
    assert bot.app is not None
    while True:
        async with bot.app.database.read() as uow:
            if not (await uow.outbox.count_by_status()).get("sending"):
                return


async def test_a_batch_that_could_not_be_stored_is_asked_for_again(
    bot: Harness, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    whole = Inbox.store
    failed = []

    async def fails_once(self: Inbox, account: str, updates: object, now: object) -> None:
        if account == "telegram" and updates and not failed:
            failed.append(True)
            raise OperationalError("INSERT INTO inbox", [HOLE], Exception("disk is full"))
        await whole(self, account, updates, now)

    monkeypatch.setattr(Inbox, "store", fails_once)
    with caplog.at_level(logging.ERROR):
        await bot.sandbox.telegram.send_message(GROUP, MARIA, HOLE)
        await bot.wait_for_card(ROADS_HEAD, 1)
    assert failed


async def test_database_error_log_has_no_citizens_text(bot: Harness) -> None:
    assert bot.app is not None
    async with bot.app.database.begin() as uow:
        with pytest.raises(Exception, match="hidden") as caught:
            await uow._connection.exec_driver_sql("INSERT INTO nowhere VALUES (?)", ("секрет жителя",))
    assert "секрет" not in str(caught.value)


async def test_a_row_that_cannot_be_drawn_holds_up_nobody_and_is_told(
    bot: Harness, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = card_data.card_facts
    tries: list[int] = []

    async def breaks(work, ticket, person, card):
        if person.name == "Начальник отдела дорог":
            tries.append(ticket.id)
            raise KeyError("a view of a later release")
        return await whole(work, ticket, person, card)

    monkeypatch.setattr(card_data, "card_facts", breaks)
    await bot.sandbox.telegram.send_message(GROUP, MARIA, HOLE)
    await bot.sandbox.telegram.send_message(
        GROUP, PYOTR, "На Мира 7 прорвало трубу, вода в подвале, нет отопления в доме"
    )
    await bot.wait_for_card(HOUSING_HEAD, 2)
    for number in range(1, 6):
        await bot.wait_until(lambda n=number: len(tries) >= n)
        await wait_until_nothing_is_sending(bot)
        bot.pass_time(minutes=1)
    await bot.wait_for_message(ADMINISTRATOR, "не доставлено")


async def test_a_message_whose_delivery_cannot_be_recorded_is_sent_once_and_reported(
    bot: Harness, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def breaks(*_: object) -> None:
        raise KeyError("an id that fits into no column")

    broken = replace(OUTBOX_HANDLERS[OutboxKind.CARD], on_delivered=breaks)
    monkeypatch.setitem(OUTBOX_HANDLERS, OutboxKind.CARD, broken)
    await bot.sandbox.telegram.send_message(GROUP, MARIA, HOLE)
    await bot.wait_for_message(ADMINISTRATOR, "Сообщение отправлено, но бот не смог записать")
    await bot.settle_and_advance(minutes=5)  # longer than any lease
    await bot.wait_for_outbox()
    assert bot.ticket_numbers(ROADS_HEAD) == [1]


async def test_what_is_not_sent_holds_up_nobody_though_the_database_refuses_it_once(
    bot: Harness, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its claim would last for minutes, and what follows in its chat waits for it."""
    whole, refused = Outbox.finish, list[int]()

    async def refuses_once(self: Outbox, row: OutboxRow, *args: Any, **kwargs: Any) -> bool:
        if not refused:
            refused.append(row.id)
            raise DatabaseUnreachable("the connection broke")
        return await whole(self, row, *args, **kwargs)

    monkeypatch.setattr(Outbox, "finish", refuses_once)
    assert bot.app is not None
    now = bot.clock.now()
    async with bot.app.database.begin() as uow:
        late = replace(build_note(ROADS_HEAD, "№опоздало", 9), expires_at=now)
        await uow.outbox.enqueue_all([late, build_note(ROADS_HEAD, "№следом", 9)], now)
    await bot.wait_for_message(ROADS_HEAD, "№следом")
    assert refused
    assert bot.find_message(ROADS_HEAD, "№опоздало") is None


async def test_what_was_claimed_too_early_is_sent_though_the_database_refuses_to_release_it_once(
    bot: Harness, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Answers to commands are claimed at once, and find that the rate has no room for all of them."""
    whole, refused = Outbox.unclaim, list[int]()

    async def refuses_once(self: Outbox, row: OutboxRow) -> None:
        if not refused:
            refused.append(row.id)
            raise DatabaseUnreachable("the connection broke")
        await whole(self, row)

    monkeypatch.setattr(Outbox, "unclaim", refuses_once)
    await bot.stop()
    bot.rate_limits = SendRateLimits(Rate(1))
    await bot.start()
    people = (ROADS_HEAD, HOUSING_HEAD, COORDINATOR, CURATOR)
    for person in people:
        await bot.send_message(person, "/help")
    for person in people:  # the welcome names the command, too
        await bot.wait_until(lambda p=person: sum("/help —" in text for text in bot.bot_texts(p)) == 2)
    assert refused


async def test_a_reply_to_our_answer_goes_to_who_gave_it(bot: Harness) -> None:
    await bot.sandbox.telegram.send_message(GROUP, MARIA, HOLE)
    await bot.answer_ticket(ROADS_HEAD, 1, "Где именно?")
    answer = await bot.wait_for_message(GROUP, "Где именно?")

    await bot.sandbox.telegram.send_message(GROUP, MARIA, "возле рынка, я же писала", reply_to=answer["message_id"])

    await bot.wait_for_message(ROADS_HEAD, "Житель написал под ответом на №1", "возле рынка")
    assert not [text for text in bot.bot_texts(COORDINATOR) if "возле рынка" in text]
