"""Terms run from the registration; before they end people are reminded, afterwards told on."""

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

pytestmark = ON_BOTH


async def find_with_button(town: Harness, button: str) -> dict[str, Any]:
    """The roads' head's message that has such a button."""
    letters = town.bot_messages
    return await town.wait_until(
        lambda: next((one for one in letters(ROADS_HEAD) if any(button in label for label in button_labels(one))), {})
    )


async def test_a_reminder_and_an_overdue_notice_reply_to_the_card(town: Harness) -> None:
    await send_report(town, POTHOLE)
    card = await town.wait_for_card(ROADS_HEAD, 1)
    assert "принять до 15:30 · ответить до 22:30" in message_text(card)

    town.set_time("20.11 15:00")
    reminder = await town.wait_for_message(ROADS_HEAD, "⏰ Напоминание: №1 · примите до 15:30", "Яма на дороге")
    assert reminder["reply_to_message"]["message_id"] == card["message_id"]
    assert "reply_markup" not in reminder

    town.set_time("20.11 15:30")
    notice = await town.wait_for_message(ROADS_HEAD, "Просрочено: №1 · не принято до 15:30")
    assert message_text(notice).startswith("Просрочено")
    assert notice["reply_to_message"]["message_id"] == card["message_id"]
    assert message_text(await town.wait_for_message(CURATOR, "№1")).startswith(
        "Просрочено: №1 · Дороги · не принято до 15:30"
    )
    town.pass_time(seconds=1)
    await town.wait_for_card(ROADS_HEAD, 1, "принять до 15:30 · ответить до 22:30 · Просрочено")

    town.set_time("20.11 18:30")
    await town.wait_for_message(ROADS_HEAD, "⏰ Напоминание: №1 · ответьте до 22:30")
    town.set_time("20.11 22:30")
    await town.wait_for_message(ROADS_HEAD, "Просрочено: №1 · нет ответа, срок был 22:30")
    await town.wait_for_message(CURATOR, "Просрочено: №1 · Дороги · нет ответа, срок был 22:30")
    await town.wait_for_outbox()
    assert (len(deadline_notices(town, ROADS_HEAD)), len(deadline_notices(town, CURATOR))) == (4, 2)
    assert deadline_notices(town, HOUSING_HEAD) == deadline_notices(town, COORDINATOR) == []


async def test_working_time_passes_over_the_weekend_and_days_off(closed_town: Harness) -> None:
    closed_town.settings |= {"accept": "1wh", "answer": "8wh", "calendar": "days_off = [2026-11-23]"}
    closed_town.set_time("20.11 17:30")
    await closed_town.start()
    town = closed_town
    await send_report(town, POTHOLE)
    await town.wait_for_card(ROADS_HEAD, 1, "принять до вт 24.11, 09:30 · ответить до вт 24.11, 17:30")

    town.set_time("20.11 18:00")  # half of the term to accept is over exactly at the closing
    await town.wait_for_message(ROADS_HEAD, "⏰ Напоминание: №1 · примите до вт 24.11, 09:30")
    town.set_time("24.11 09:29")
    await town.wait_for_outbox()
    assert len(deadline_notices(town, ROADS_HEAD)) == 1

    town.set_time("24.11 09:30")
    await town.wait_for_message(ROADS_HEAD, "Просрочено: №1 · не принято до 09:30")
    town.set_time("24.11 12:30")  # half an hour on Friday, three and a half on Tuesday
    await town.wait_for_message(ROADS_HEAD, "⏰ Напоминание: №1 · ответьте до 17:30")
    town.set_time("24.11 17:30")
    await town.wait_for_message(ROADS_HEAD, "Просрочено: №1 · нет ответа, срок был 17:30")


async def test_block_curators_hear_of_their_own_block(closed_town: Harness) -> None:
    closed_town.settings["staff"] = BLOCK_CURATORS
    await add_officials(closed_town, ROADS_CURATOR, HOUSING_CURATOR)
    await closed_town.start()
    town = closed_town
    await send_report(town, POTHOLE)
    await town.wait_for_card(ROADS_HEAD, 1)

    town.set_time("20.11 15:30")
    await town.wait_for_message(ROADS_CURATOR, "Просрочено: №1")
    await town.wait_for_message(CURATOR, "Просрочено: №1")
    await town.wait_for_outbox()
    assert deadline_notices(town, HOUSING_CURATOR) == []


async def test_coordinator_is_reminded_of_triage(town: Harness) -> None:
    await send_report(town, UNCLEAR_REPORT)
    card = await town.wait_for_card(COORDINATOR, 1, "нужно выбрать отрасль")

    town.set_time("20.11 15:00")
    reminder = await town.wait_for_message(COORDINATOR, "⏰ Напоминание: №1 · примите до 15:30")
    assert reminder["reply_to_message"]["message_id"] == card["message_id"]
    town.set_time("20.11 15:30")
    await town.wait_for_message(COORDINATOR, "Просрочено: №1 · не принято")
    await town.wait_for_message(CURATOR, "Просрочено: №1 · отрасль не выбрана · не принято")


async def test_nothing_is_said_of_a_term_that_was_kept(town: Harness) -> None:
    await send_report(town, POTHOLE)
    await send_report(town, TAP, PYOTR)
    await town.press_button(ROADS_HEAD, await town.wait_for_card(ROADS_HEAD, 1), "Принять")
    await town.answer_ticket(HOUSING_HEAD, 2, "Слесарь будет сегодня.")
    await town.wait_for_message(HOUSING_HEAD, "№2 · ", "Отвечено")

    town.set_time("20.11 16:00")
    await town.wait_for_outbox()
    assert (
        deadline_notices(town, ROADS_HEAD)
        == deadline_notices(town, HOUSING_HEAD)
        == deadline_notices(town, CURATOR)
        == []
    )

    town.set_time("20.11 18:30")  # the other term still runs
    await town.wait_for_message(ROADS_HEAD, "⏰ Напоминание: №1 · ответьте до 22:30")
    await town.answer_ticket(ROADS_HEAD, 1, "Яму заделали.")
    await town.wait_for_message(ROADS_HEAD, "№1 · ", "Отвечено")
    town.set_time("21.11 08:00")
    await town.wait_for_outbox()
    assert len(deadline_notices(town, ROADS_HEAD)) == 1
    assert deadline_notices(town, HOUSING_HEAD) == deadline_notices(town, CURATOR) == []


async def test_nothing_is_said_of_what_needs_no_answer_until_it_is_back(town: Harness) -> None:
    await send_report(town, POTHOLE)
    for button in ("Ещё", "Не требует ответа", "Повтор"):
        await town.press_button(ROADS_HEAD, await find_with_button(town, button), button)
    await town.wait_for_card(ROADS_HEAD, 1, "Не требует ответа: повтор")
    town.set_time("20.11 23:00")
    await town.wait_for_outbox()
    assert deadline_notices(town, ROADS_HEAD) == deadline_notices(town, CURATOR) == []

    await town.press_button(ROADS_HEAD, await town.wait_for_card(ROADS_HEAD, 1), "Вернуть в работу")
    await town.wait_for_card(ROADS_HEAD, 1, "ответить до сб 21.11, 07:00")
    town.set_time("20.11 23:30")
    await town.wait_for_message(ROADS_HEAD, "⏰ Напоминание: №1 · примите до сб 21.11, 00:00")
    await town.wait_for_outbox()
    assert deadline_notices(town, ROADS_HEAD, "Просрочено") == []


async def test_a_hand_over_keeps_the_answer_term_and_reminds_the_next_head(town: Harness) -> None:
    await send_report(town, POTHOLE)
    card = await town.wait_for_card(ROADS_HEAD, 1, "принять до 15:30 · ответить до 22:30")
    await town.press_button(ROADS_HEAD, card, "Принять")
    town.set_time("20.11 14:50")
    await town.press_button(ROADS_HEAD, await town.wait_for_card(ROADS_HEAD, 1, "В работе"), "Передать")
    await town.press_button(ROADS_HEAD, await find_with_button(town, "ЖКХ"), "ЖКХ")
    await town.wait_for_card(HOUSING_HEAD, 1, "принять до 15:30 · ответить до 22:30")

    town.set_time("20.11 15:00")
    await town.wait_for_message(HOUSING_HEAD, "⏰ Напоминание: №1 · примите до 15:30")
    town.set_time("20.11 15:30")
    await town.wait_for_message(HOUSING_HEAD, "Просрочено: №1 · не принято")
    town.set_time("20.11 22:30")
    await town.wait_for_message(HOUSING_HEAD, "Просрочено: №1 · нет ответа")
    await town.wait_for_outbox()
    assert deadline_notices(town, ROADS_HEAD) == []


async def test_the_curator_hears_the_first_at_once_and_the_next_ones_together(town: Harness) -> None:
    for minute, text in enumerate((POTHOLE, LAMP, KERB, TAP)):
        town.set_time(f"20.11 14:3{minute}")
        await send_report(town, text, who=PYOTR + minute)
        await town.wait_for_card(HOUSING_HEAD if text is TAP else ROADS_HEAD, minute + 1)

    town.set_time("20.11 15:30")
    await town.wait_for_message(CURATOR, "Просрочено: №1")
    for minute in (1, 2, 3):
        town.set_time(f"20.11 15:3{minute}")
        await town.wait_for_message(HOUSING_HEAD if minute == 3 else ROADS_HEAD, f"Просрочено: №{minute + 1}")
    await town.press_button(ROADS_HEAD, await town.wait_for_message(ROADS_HEAD, "№2 · Дороги"), "Принять")
    town.set_time("20.11 15:59")
    await town.wait_for_outbox()
    assert len(deadline_notices(town, CURATOR)) == 1

    town.set_time("20.11 16:00")
    gathered = message_text(await town.wait_for_message(CURATOR, "Просрочено: 2 сообщения"))
    assert "\n№3 · Дороги · не принято до 15:32" in gathered
    assert "\n№4 · ЖКХ · не принято до 15:33" in gathered
    assert "№2" not in gathered, "it was accepted meanwhile"
    town.set_time("20.11 16:31")
    await town.wait_for_outbox()
    assert len(deadline_notices(town, CURATOR)) == 2


async def test_cancelled_notice_does_not_delay_the_curator(town: Harness) -> None:
    """A notice that lost its point is not one that the curator was told."""
    await send_report(town, POTHOLE)
    await town.wait_for_card(ROADS_HEAD, 1)
    town.set_time("20.11 15:30")
    await town.wait_for_message(CURATOR, "Просрочено: №1")
    town.set_time("20.11 15:45")
    await send_report(town, LAMP, PYOTR)
    await town.wait_for_card(ROADS_HEAD, 2)
    town.set_time("20.11 15:50")
    await send_report(town, TAP)
    await town.press_button(ROADS_HEAD, await town.wait_for_message(ROADS_HEAD, "№1 · Дороги"), "Принять")

    town.set_time("20.11 16:45")
    await town.wait_for_message(CURATOR, "Просрочено: №2")
    town.set_time("20.11 16:50")
    await town.wait_for_message(HOUSING_HEAD, "Просрочено: №3")
    await town.press_button(HOUSING_HEAD, await town.wait_for_message(HOUSING_HEAD, "№3 · ЖКХ"), "Принять")
    town.set_time("20.11 17:15")  # the half hour is over, and nothing true is left to say
    await town.wait_for_outbox()
    await send_report(town, KERB, PYOTR + 1)
    await town.wait_for_card(ROADS_HEAD, 4)
    town.set_time("20.11 18:15")
    await town.wait_for_message(CURATOR, "Просрочено: №4")


async def test_an_answer_on_its_way_is_not_overdue(town: Harness) -> None:
    """The head has done his part; that the messenger does not answer is not his delay."""
    await send_report(town, POTHOLE)
    await town.press_button(ROADS_HEAD, await town.wait_for_card(ROADS_HEAD, 1), "Ответить")
    await town.wait_for_message(ROADS_HEAD, "Ответ на №1")
    await town.send_message(ROADS_HEAD, "Яму заделали.")
    preview = await town.wait_for_message(ROADS_HEAD, "Так ответ увидит житель")
    town.sandbox.telegram.faults.order("sendMessage", Fault(FaultKind.HTTP_500), times=1000)
    await town.press_button(ROADS_HEAD, preview, "Отправить")
    for tries, moment in enumerate(("20.11 14:31", "20.11 22:30", "20.11 22:35"), 1):
        await town.wait_until(lambda least=tries: _count_attempts(town) >= least)  # type: ignore[misc]
        await town.wait_for_outbox()
        town.set_time(moment)
    town.sandbox.telegram.faults.clear()
    town.set_time("20.11 22:40")

    await town.wait_for_message(ROADS_HEAD, "№1 · ", "Отвечено")
    await town.wait_for_outbox()
    assert deadline_notices(town, ROADS_HEAD) == deadline_notices(town, CURATOR) == []


async def test_a_due_moment_that_fails_is_reported_and_stops_no_other(
    town: Harness, monkeypatch: pytest.MonkeyPatch
) -> None:
    recipients = cards.recipients

    async def breaks(ctx: UseCaseContext, ticket: Ticket) -> list[Person]:
        if ticket.id == 1 and town.clock.now() > START_TIME + timedelta(minutes=10):
            raise KeyError("a state of a later release")
        return await recipients(ctx, ticket)

    monkeypatch.setattr(cards, "recipients", breaks)
    await send_report(town, POTHOLE)
    await town.wait_for_card(ROADS_HEAD, 1)
    await send_report(town, TAP, PYOTR)
    await town.wait_for_card(HOUSING_HEAD, 2)
    town.set_time("20.11 15:01")
    await town.wait_for_message(HOUSING_HEAD, "⏰", "№2")
    await town.wait_for_message(ADMINISTRATOR, "плановая работа не удалась (сообщение №1)")


def _count_attempts(town: Harness) -> int:
    calls = town.sandbox.telegram.calls
    return sum(name == "sendMessage" and str(call["chat_id"]) == str(GROUP) for name, call in calls)


async def test_terms_that_ended_while_the_bot_was_down_are_told_once(town: Harness) -> None:
    await send_report(town, POTHOLE)
    await town.wait_for_card(ROADS_HEAD, 1)
    await town.stop()
    town.set_time("20.11 22:45")
    await town.start()

    summary = await town.wait_for_message(ROADS_HEAD, "Пока бот не работал", "просрочено 1: №1", "№1 · нет ответа")
    assert replied_text(summary).startswith("🆕 №1")
    await town.wait_for_message(CURATOR, "Пока бот не работал", "№1 · Дороги · нет ответа")
    await town.stop()
    await town.start()
    await town.wait_for_outbox()
    for person in (ROADS_HEAD, CURATOR):
        assert len([text for text in town.bot_texts(person) if text.startswith("Пока бот")]) == 1
        assert deadline_notices(town, person) == []


async def test_a_clock_put_back_an_hour_stops_nothing(town: Harness) -> None:
    await send_report(town, POTHOLE)
    await town.wait_for_card(ROADS_HEAD, 1)
    town.set_time("20.11 15:00")
    await town.wait_for_message(ROADS_HEAD, "⏰ Напоминание: №1")
    await town.wait_for_outbox()

    town.set_time("20.11 14:00")
    await send_report(town, TAP, PYOTR)
    await town.press_button(HOUSING_HEAD, await town.wait_for_card(HOUSING_HEAD, 2, "принять до 15:00"), "Принять")
    await town.wait_for_card(HOUSING_HEAD, 2, "В работе")
    town.set_time("20.11 15:01")
    await town.wait_for_outbox()
    assert len(deadline_notices(town, ROADS_HEAD)) == 1, "the reminder has come already"
    town.set_time("20.11 15:30")
    await town.wait_for_message(ROADS_HEAD, "Просрочено: №1 · не принято")
