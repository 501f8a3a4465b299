"""Terms run from the registration; before they end people are reminded, afterwards told on."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest

from bot.domain.people import Person
from bot.domain.tickets import Ticket
from bot.services.context import UseCaseContext
from bot.services.notifications import cards
from sandbox.faults import Fault, FaultKind
from tests.databases import ON_BOTH
from tests.e2e.harness import (
    ADMINISTRATOR,
    COORDINATOR,
    CURATOR,
    GROUP,
    HOUSING_HEAD,
    PYOTR,
    ROADS_HEAD,
    START_TIME,
    Harness,
    button_labels,
    message_text,
)
from tests.e2e.schedules import (
    BLOCK_CURATORS,
    HOUSING_CURATOR,
    KERB,
    LAMP,
    POTHOLE,
    ROADS_CURATOR,
    TAP,
    UNCLEAR_REPORT,
    add_officials,
    deadline_notices,
    replied_text,
    send_report,
)


async def find_with_button(bot: Harness, button: str) -> dict[str, Any]:
    """The roads' head's message that has such a button."""
    letters = bot.bot_messages
    return await bot.wait_until(
        lambda: next((one for one in letters(ROADS_HEAD) if any(button in label for label in button_labels(one))), {})
    )


@ON_BOTH
async def test_a_reminder_and_an_overdue_notice_reply_to_the_card(bot: Harness) -> None:
    await send_report(bot, POTHOLE)
    card = await bot.wait_for_card(ROADS_HEAD, 1)
    assert "принять до 15:30 · ответить до 22:30" in message_text(card)

    bot.set_time("20.11 15:00")
    reminder = await bot.wait_for_message(ROADS_HEAD, "⏰ Напоминание: №1 · примите до 15:30", "Яма на дороге")
    assert reminder["reply_to_message"]["message_id"] == card["message_id"]
    assert "reply_markup" not in reminder

    bot.set_time("20.11 15:30")
    notice = await bot.wait_for_message(ROADS_HEAD, "Просрочено: №1 · не принято до 15:30")
    assert message_text(notice).startswith("Просрочено")
    assert notice["reply_to_message"]["message_id"] == card["message_id"]
    bot.pass_time(seconds=1)
    await bot.wait_for_card(ROADS_HEAD, 1, "принять до 15:30 · ответить до 22:30 · Просрочено")

    bot.set_time("20.11 18:30")
    await bot.wait_for_message(ROADS_HEAD, "⏰ Напоминание: №1 · ответьте до 22:30")
    assert message_text(await bot.wait_for_message(CURATOR, "№1")).startswith(
        "Просрочено: №1 · Дороги · не принято до 15:30 · отвечает: Начальник отдела дорог"
    )
    bot.set_time("20.11 22:30")
    await bot.wait_for_message(ROADS_HEAD, "Просрочено: №1 · нет ответа, срок был 22:30")
    bot.set_time("21.11 12:00")
    await bot.wait_for_message(CURATOR, "Просрочено: №1 · Дороги · нет ответа")
    await bot.wait_for_outbox()
    assert (len(deadline_notices(bot, ROADS_HEAD)), len(deadline_notices(bot, CURATOR))) == (4, 2)
    assert deadline_notices(bot, HOUSING_HEAD) == deadline_notices(bot, COORDINATOR) == []


async def test_working_time_passes_over_the_weekend_and_days_off(closed_bot: Harness) -> None:
    closed_bot.settings |= {"accept": "1wh", "answer": "8wh", "calendar": "days_off = [2026-11-23]"}
    closed_bot.set_time("20.11 17:30")
    await closed_bot.start()
    bot = closed_bot
    await send_report(bot, POTHOLE)
    await bot.wait_for_card(ROADS_HEAD, 1, "принять до вт 24.11, 09:30 · ответить до вт 24.11, 17:30")

    bot.set_time("20.11 18:00")  # half of the term to accept is over exactly at the closing
    await bot.wait_for_message(ROADS_HEAD, "⏰ Напоминание: №1 · примите до вт 24.11, 09:30")
    bot.set_time("24.11 09:29")
    await bot.wait_for_outbox()
    assert len(deadline_notices(bot, ROADS_HEAD)) == 1

    bot.set_time("24.11 09:30")
    await bot.wait_for_message(ROADS_HEAD, "Просрочено: №1 · не принято до 09:30")
    bot.set_time("24.11 12:30")  # half an hour on Friday, three and a half on Tuesday
    await bot.wait_for_message(ROADS_HEAD, "⏰ Напоминание: №1 · ответьте до 17:30")
    bot.set_time("24.11 17:30")
    await bot.wait_for_message(ROADS_HEAD, "Просрочено: №1 · нет ответа, срок был 17:30")


async def test_block_curators_hear_of_their_own_block(closed_bot: Harness) -> None:
    closed_bot.settings["staff"] = BLOCK_CURATORS
    await add_officials(closed_bot, ROADS_CURATOR, HOUSING_CURATOR)
    await closed_bot.start()
    bot = closed_bot
    await send_report(bot, POTHOLE)
    await bot.wait_for_card(ROADS_HEAD, 1)

    bot.set_time("20.11 15:30")
    await bot.wait_for_outbox()
    bot.set_time("20.11 17:00")
    await bot.wait_for_message(ROADS_CURATOR, "Просрочено: №1")
    await bot.wait_for_message(CURATOR, "Просрочено: №1")
    await bot.wait_for_outbox()
    assert deadline_notices(bot, HOUSING_CURATOR) == []


async def test_coordinator_is_reminded_of_triage(bot: Harness) -> None:
    await send_report(bot, UNCLEAR_REPORT)
    card = await bot.wait_for_card(COORDINATOR, 1, "нужно выбрать отрасль")

    bot.set_time("20.11 15:00")
    reminder = await bot.wait_for_message(COORDINATOR, "⏰ Напоминание: №1 · примите до 15:30")
    assert reminder["reply_to_message"]["message_id"] == card["message_id"]
    bot.set_time("20.11 15:30")
    await bot.wait_for_message(COORDINATOR, "Просрочено: №1 · не принято")
    bot.set_time("20.11 17:00")
    await bot.wait_for_message(CURATOR, "Просрочено: №1 · отрасль не выбрана · не принято")


async def test_nothing_is_said_of_a_term_that_was_kept(bot: Harness) -> None:
    await send_report(bot, POTHOLE)
    await send_report(bot, TAP, PYOTR)
    await bot.press_button(ROADS_HEAD, await bot.wait_for_card(ROADS_HEAD, 1), "Принять")
    await bot.answer_ticket(HOUSING_HEAD, 2, "Слесарь будет сегодня.")
    await bot.wait_for_message(HOUSING_HEAD, "№2 · ", "Отвечено")

    bot.set_time("20.11 16:00")
    await bot.wait_for_outbox()
    assert (
        deadline_notices(bot, ROADS_HEAD) == deadline_notices(bot, HOUSING_HEAD) == deadline_notices(bot, CURATOR) == []
    )

    bot.set_time("20.11 18:30")  # the other term still runs
    await bot.wait_for_message(ROADS_HEAD, "⏰ Напоминание: №1 · ответьте до 22:30")
    await bot.answer_ticket(ROADS_HEAD, 1, "Яму заделали.")
    await bot.wait_for_message(ROADS_HEAD, "№1 · ", "Отвечено")
    bot.set_time("21.11 08:00")
    await bot.wait_for_outbox()
    assert len(deadline_notices(bot, ROADS_HEAD)) == 1
    assert deadline_notices(bot, HOUSING_HEAD) == deadline_notices(bot, CURATOR) == []


async def test_nothing_is_said_of_what_needs_no_answer_until_it_is_back(bot: Harness) -> None:
    await send_report(bot, POTHOLE)
    for button in ("Ещё", "Не требует ответа", "Повтор"):
        await bot.press_button(ROADS_HEAD, await find_with_button(bot, button), button)
    await bot.wait_for_card(ROADS_HEAD, 1, "Не требует ответа: повтор")
    bot.set_time("20.11 23:00")
    await bot.wait_for_outbox()
    assert deadline_notices(bot, ROADS_HEAD) == deadline_notices(bot, CURATOR) == []

    await bot.press_button(ROADS_HEAD, await bot.wait_for_card(ROADS_HEAD, 1), "Вернуть в работу")
    await bot.wait_for_card(ROADS_HEAD, 1, "ответить до сб 21.11, 07:00")
    bot.set_time("20.11 23:30")
    await bot.wait_for_message(ROADS_HEAD, "⏰ Напоминание: №1 · примите до сб 21.11, 00:00")
    await bot.wait_for_outbox()
    assert deadline_notices(bot, ROADS_HEAD, "Просрочено") == []


async def test_a_hand_over_keeps_the_answer_term_and_reminds_the_next_head(bot: Harness) -> None:
    await send_report(bot, POTHOLE)
    card = await bot.wait_for_card(ROADS_HEAD, 1, "принять до 15:30 · ответить до 22:30")
    await bot.press_button(ROADS_HEAD, card, "Принять")
    bot.set_time("20.11 14:50")
    await bot.press_button(ROADS_HEAD, await bot.wait_for_card(ROADS_HEAD, 1, "В работе"), "Передать")
    await bot.press_button(ROADS_HEAD, await find_with_button(bot, "ЖКХ"), "ЖКХ")
    await bot.wait_for_card(HOUSING_HEAD, 1, "принять до 15:30 · ответить до 22:30")

    bot.set_time("20.11 15:00")
    await bot.wait_for_message(HOUSING_HEAD, "⏰ Напоминание: №1 · примите до 15:30")
    bot.set_time("20.11 15:30")
    await bot.wait_for_message(HOUSING_HEAD, "Просрочено: №1 · не принято")
    bot.set_time("20.11 22:30")
    await bot.wait_for_message(HOUSING_HEAD, "Просрочено: №1 · нет ответа")
    await bot.wait_for_outbox()
    assert deadline_notices(bot, ROADS_HEAD) == []


@ON_BOTH
async def test_the_curator_hears_of_all_at_the_hours_of_the_lists(bot: Harness) -> None:
    for minute, text in enumerate((POTHOLE, LAMP, KERB, TAP)):
        bot.set_time(f"20.11 14:3{minute}")
        await send_report(bot, text, who=PYOTR + minute)
        await bot.wait_for_card(HOUSING_HEAD if text is TAP else ROADS_HEAD, minute + 1)
    for minute in range(4):
        bot.set_time(f"20.11 15:3{minute}")
        await bot.wait_for_message(HOUSING_HEAD if minute == 3 else ROADS_HEAD, f"№{minute + 1} · не принято")
    await bot.press_button(ROADS_HEAD, await bot.wait_for_message(ROADS_HEAD, "№2 · Дороги"), "Принять")
    bot.set_time("20.11 16:59")
    await bot.wait_for_outbox()
    assert deadline_notices(bot, CURATOR) == []

    bot.set_time("20.11 17:00")
    gathered = message_text(await bot.wait_for_message(CURATOR, "Просрочено: 3 сообщения"))
    assert "\n№3 · Дороги · не принято до 15:32 · отвечает: Начальник отдела дорог" in gathered
    assert "\n№4 · ЖКХ · не принято до 15:33 · отвечает: Начальник отдела ЖКХ" in gathered
    assert "№2" not in gathered, "it was accepted meanwhile"
    bot.set_time("20.11 21:59")
    await bot.wait_for_outbox()
    assert len(deadline_notices(bot, CURATOR)) == 1


@ON_BOTH
async def test_an_answer_on_its_way_is_not_overdue(bot: Harness) -> None:
    """The head has done his part; that the messenger does not answer is not his delay."""
    await send_report(bot, POTHOLE)
    await bot.press_button(ROADS_HEAD, await bot.wait_for_card(ROADS_HEAD, 1), "Ответить")
    await bot.wait_for_message(ROADS_HEAD, "Ответ на №1")
    await bot.send_message(ROADS_HEAD, "Яму заделали.")
    preview = await bot.wait_for_message(ROADS_HEAD, "Так ответ увидит житель")
    bot.sandbox.telegram.faults.order("sendMessage", Fault(FaultKind.HTTP_500), times=1000)
    await bot.press_button(ROADS_HEAD, preview, "Отправить")
    for tries, moment in enumerate(("20.11 14:31", "20.11 22:30", "20.11 22:35"), 1):
        await bot.wait_until(lambda least=tries: _count_attempts(bot) >= least)
        await bot.wait_for_outbox()
        bot.set_time(moment)
    bot.sandbox.telegram.faults.clear()
    bot.set_time("20.11 22:40")

    await bot.wait_for_message(ROADS_HEAD, "№1 · ", "Отвечено")
    await bot.wait_for_outbox()
    assert deadline_notices(bot, ROADS_HEAD) == deadline_notices(bot, CURATOR) == []


@ON_BOTH
async def test_a_due_moment_that_fails_is_reported_and_stops_no_other(
    bot: Harness, monkeypatch: pytest.MonkeyPatch
) -> None:
    recipients = cards.recipients

    async def breaks(ctx: UseCaseContext, ticket: Ticket) -> list[Person]:
        if ticket.id == 1 and bot.clock.now() > START_TIME + timedelta(minutes=10):
            raise KeyError("a state of a later release")
        return await recipients(ctx, ticket)

    monkeypatch.setattr(cards, "recipients", breaks)
    await send_report(bot, POTHOLE)
    await bot.wait_for_card(ROADS_HEAD, 1)
    await send_report(bot, TAP, PYOTR)
    await bot.wait_for_card(HOUSING_HEAD, 2)
    bot.set_time("20.11 15:01")
    await bot.wait_for_message(HOUSING_HEAD, "⏰", "№2")
    await bot.wait_for_message(ADMINISTRATOR, "плановая работа не удалась (сообщение №1)")


@ON_BOTH
async def test_a_notice_that_fails_is_reported_and_stops_nobody_elses(bot: Harness) -> None:
    await send_report(bot, POTHOLE)
    await bot.wait_for_card(ROADS_HEAD, 1)
    await send_report(bot, TAP, PYOTR)
    await bot.wait_for_card(HOUSING_HEAD, 2)
    assert bot.app is not None
    async with bot.app.database.begin() as uow:
        await uow.deadlines.add_notice(1, 1, "a code of a later release", bot.clock.now())
    bot.set_time("20.11 15:31")
    await bot.wait_for_message(HOUSING_HEAD, "Просрочено", "№2")
    await bot.wait_for_message(ADMINISTRATOR, "плановая работа не удалась")
    await bot.wait_for_outbox()
    assert sum("плановая работа" in text for text in bot.bot_texts(ADMINISTRATOR)) == 1


@ON_BOTH
async def test_a_notice_that_cannot_be_judged_is_dropped_and_reported(
    bot: Harness, monkeypatch: pytest.MonkeyPatch
) -> None:
    recipients = cards.recipients

    async def breaks(ctx: UseCaseContext, ticket: Ticket) -> Sequence[Person]:
        if ticket.id == 1 and (await ctx.uow.deadlines.list_pending_notices()):
            raise KeyError("a state of a later release")
        return await recipients(ctx, ticket)

    monkeypatch.setattr(cards, "recipients", breaks)
    await send_report(bot, POTHOLE)
    await bot.wait_for_card(ROADS_HEAD, 1)
    await send_report(bot, TAP, PYOTR)
    await bot.wait_for_card(HOUSING_HEAD, 2)
    bot.set_time("20.11 15:01")
    await bot.wait_for_message(HOUSING_HEAD, "⏰", "№2")
    await bot.wait_for_message(ADMINISTRATOR, "плановая работа не удалась (сообщение №1)")


def _count_attempts(bot: Harness) -> int:
    calls = bot.sandbox.telegram.calls
    return sum(name == "sendMessage" and str(call["chat_id"]) == str(GROUP) for name, call in calls)


@ON_BOTH
async def test_terms_that_ended_while_the_bot_was_down_are_told_once(bot: Harness) -> None:
    await send_report(bot, POTHOLE)
    await bot.wait_for_card(ROADS_HEAD, 1)
    await bot.stop()
    bot.set_time("20.11 22:45")
    await bot.start()

    summary = await bot.wait_for_message(ROADS_HEAD, "Пока бот не работал", "просрочено 1: №1", "№1 · нет ответа")
    assert replied_text(summary).startswith("🆕 №1")
    await bot.wait_for_message(CURATOR, "Пока бот не работал", "№1 · Дороги · нет ответа")
    await bot.stop()
    await bot.start()
    await bot.wait_for_outbox()
    for person in (ROADS_HEAD, CURATOR):
        assert len([text for text in bot.bot_texts(person) if text.startswith("Пока бот")]) == 1
        assert deadline_notices(bot, person) == []


@ON_BOTH
async def test_a_clock_put_back_an_hour_stops_nothing(bot: Harness) -> None:
    await send_report(bot, POTHOLE)
    await bot.wait_for_card(ROADS_HEAD, 1)
    bot.set_time("20.11 15:00")
    await bot.wait_for_message(ROADS_HEAD, "⏰ Напоминание: №1")
    await bot.wait_for_outbox()

    bot.set_time("20.11 14:00")
    await send_report(bot, TAP, PYOTR)
    await bot.press_button(HOUSING_HEAD, await bot.wait_for_card(HOUSING_HEAD, 2, "принять до 15:00"), "Принять")
    await bot.wait_for_card(HOUSING_HEAD, 2, "В работе")
    bot.set_time("20.11 15:01")
    await bot.wait_for_outbox()
    assert len(deadline_notices(bot, ROADS_HEAD)) == 1, "the reminder has come already"
    bot.set_time("20.11 15:30")
    await bot.wait_for_message(ROADS_HEAD, "Просрочено: №1 · не принято")
