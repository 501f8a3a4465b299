"""Terms run from the registration; before they end people are reminded, afterwards told on."""

from typing import Any

from sandbox.faults import Fault, FaultKind
from tests.databases import ON_BOTH
from tests.e2e.harness import COORDINATOR, CURATOR, GROUP, HOUSING_HEAD, PYOTR, ROADS_HEAD, Town, buttons, words
from tests.e2e.schedules import (
    BLOCK_CURATORS,
    HOUSING_CURATOR,
    KERB,
    LAMP,
    POTHOLE,
    RIDDLE,
    ROADS_CURATOR,
    TAP,
    newcomers,
    replies_to,
    report,
    told,
)

pytestmark = ON_BOTH


async def offering(town: Town, button: str) -> dict[str, Any]:
    """The roads' head's message that has such a button."""
    letters = town.letters
    return await town.until(
        lambda: next((one for one in letters(ROADS_HEAD) if any(button in label for label in buttons(one))), {})
    )


async def test_a_reminder_and_an_overdue_notice_reply_to_the_card(town: Town) -> None:
    await report(town, POTHOLE)
    card = await town.card(ROADS_HEAD, 1)
    assert "принять до 15:30 · ответить до 22:30" in words(card)

    town.at("20.11 15:00")
    reminder = await town.letter(ROADS_HEAD, "⏰ Напоминание: №1 · примите до 15:30", "Яма на дороге")
    assert reminder["reply_to_message"]["message_id"] == card["message_id"]
    assert "reply_markup" not in reminder

    town.at("20.11 15:30")
    notice = await town.letter(ROADS_HEAD, "Просрочено: №1 · не принято до 15:30")
    assert words(notice).startswith("Просрочено")
    assert notice["reply_to_message"]["message_id"] == card["message_id"]
    assert words(await town.letter(CURATOR, "№1")).startswith("Просрочено: №1 · Дороги · не принято до 15:30")
    town.pass_time(seconds=1)
    await town.card(ROADS_HEAD, 1, "принять до 15:30 · ответить до 22:30 · Просрочено")

    town.at("20.11 18:30")
    await town.letter(ROADS_HEAD, "⏰ Напоминание: №1 · ответьте до 22:30")
    town.at("20.11 22:30")
    await town.letter(ROADS_HEAD, "Просрочено: №1 · нет ответа, срок был 22:30")
    await town.letter(CURATOR, "Просрочено: №1 · Дороги · нет ответа, срок был 22:30")
    await town.told()
    assert (len(told(town, ROADS_HEAD)), len(told(town, CURATOR))) == (4, 2)
    assert told(town, HOUSING_HEAD) == told(town, COORDINATOR) == []


async def test_working_time_passes_over_the_weekend_and_days_off(closed_town: Town) -> None:
    closed_town.settings |= {"accept": "1wh", "answer": "8wh", "calendar": "days_off = [2026-11-23]"}
    closed_town.at("20.11 17:30")
    await closed_town.start()
    town = closed_town
    await report(town, POTHOLE)
    await town.card(ROADS_HEAD, 1, "принять до вт 24.11, 09:30 · ответить до вт 24.11, 17:30")

    town.at("20.11 18:00")  # half of the term to accept is over exactly at the closing
    await town.letter(ROADS_HEAD, "⏰ Напоминание: №1 · примите до вт 24.11, 09:30")
    town.at("24.11 09:29")
    await town.told()
    assert len(told(town, ROADS_HEAD)) == 1

    town.at("24.11 09:30")
    await town.letter(ROADS_HEAD, "Просрочено: №1 · не принято до 09:30")
    town.at("24.11 12:30")  # half an hour on Friday, three and a half on Tuesday
    await town.letter(ROADS_HEAD, "⏰ Напоминание: №1 · ответьте до 17:30")
    town.at("24.11 17:30")
    await town.letter(ROADS_HEAD, "Просрочено: №1 · нет ответа, срок был 17:30")


async def test_block_curators_hear_of_their_own_block(closed_town: Town) -> None:
    closed_town.settings["staff"] = BLOCK_CURATORS
    await newcomers(closed_town, ROADS_CURATOR, HOUSING_CURATOR)
    await closed_town.start()
    town = closed_town
    await report(town, POTHOLE)
    await town.card(ROADS_HEAD, 1)

    town.at("20.11 15:30")
    await town.letter(ROADS_CURATOR, "Просрочено: №1")
    await town.letter(CURATOR, "Просрочено: №1")
    await town.told()
    assert told(town, HOUSING_CURATOR) == []


async def test_what_waits_for_triage_is_the_coordinator_s(town: Town) -> None:
    await report(town, RIDDLE)
    card = await town.card(COORDINATOR, 1, "нужно выбрать отрасль")

    town.at("20.11 15:00")
    reminder = await town.letter(COORDINATOR, "⏰ Напоминание: №1 · примите до 15:30")
    assert reminder["reply_to_message"]["message_id"] == card["message_id"]
    town.at("20.11 15:30")
    await town.letter(COORDINATOR, "Просрочено: №1 · не принято")
    await town.letter(CURATOR, "Просрочено: №1 · отрасль не выбрана · не принято")


async def test_nothing_is_said_of_a_term_that_was_kept(town: Town) -> None:
    await report(town, POTHOLE)
    await report(town, TAP, PYOTR)
    await town.press(ROADS_HEAD, await town.card(ROADS_HEAD, 1), "Принять")
    await town.answer(HOUSING_HEAD, 2, "Слесарь будет сегодня.")
    await town.letter(HOUSING_HEAD, "№2 · ", "Отвечено")

    town.at("20.11 16:00")
    await town.told()
    assert told(town, ROADS_HEAD) == told(town, HOUSING_HEAD) == told(town, CURATOR) == []

    town.at("20.11 18:30")  # the other term still runs
    await town.letter(ROADS_HEAD, "⏰ Напоминание: №1 · ответьте до 22:30")
    await town.answer(ROADS_HEAD, 1, "Яму заделали.")
    await town.letter(ROADS_HEAD, "№1 · ", "Отвечено")
    town.at("21.11 08:00")
    await town.told()
    assert len(told(town, ROADS_HEAD)) == 1
    assert told(town, HOUSING_HEAD) == told(town, CURATOR) == []


async def test_nothing_is_said_of_what_needs_no_answer_until_it_is_back(town: Town) -> None:
    await report(town, POTHOLE)
    for button in ("Ещё", "Не требует ответа", "Повтор"):
        await town.press(ROADS_HEAD, await offering(town, button), button)
    await town.card(ROADS_HEAD, 1, "Не требует ответа: повтор")
    town.at("20.11 23:00")
    await town.told()
    assert told(town, ROADS_HEAD) == told(town, CURATOR) == []

    await town.press(ROADS_HEAD, await town.card(ROADS_HEAD, 1), "Вернуть в работу")
    await town.card(ROADS_HEAD, 1, "ответить до сб 21.11, 07:00")
    town.at("20.11 23:30")
    await town.letter(ROADS_HEAD, "⏰ Напоминание: №1 · примите до сб 21.11, 00:00")
    await town.told()
    assert told(town, ROADS_HEAD, "Просрочено") == []


async def test_a_hand_over_keeps_the_answer_term_and_reminds_the_next_head(town: Town) -> None:
    await report(town, POTHOLE)
    card = await town.card(ROADS_HEAD, 1, "принять до 15:30 · ответить до 22:30")
    await town.press(ROADS_HEAD, card, "Принять")
    town.at("20.11 14:50")
    await town.press(ROADS_HEAD, await town.card(ROADS_HEAD, 1, "В работе"), "Передать")
    await town.press(ROADS_HEAD, await offering(town, "ЖКХ"), "ЖКХ")
    await town.card(HOUSING_HEAD, 1, "принять до 15:30 · ответить до 22:30")

    town.at("20.11 15:00")
    await town.letter(HOUSING_HEAD, "⏰ Напоминание: №1 · примите до 15:30")
    town.at("20.11 15:30")
    await town.letter(HOUSING_HEAD, "Просрочено: №1 · не принято")
    town.at("20.11 22:30")
    await town.letter(HOUSING_HEAD, "Просрочено: №1 · нет ответа")
    await town.told()
    assert told(town, ROADS_HEAD) == []


async def test_the_curator_hears_the_first_at_once_and_the_next_ones_together(town: Town) -> None:
    for minute, text in enumerate((POTHOLE, LAMP, KERB, TAP)):
        town.at(f"20.11 14:3{minute}")
        await report(town, text, who=PYOTR + minute)
        await town.card(HOUSING_HEAD if text is TAP else ROADS_HEAD, minute + 1)

    town.at("20.11 15:30")
    await town.letter(CURATOR, "Просрочено: №1")
    for minute in (1, 2, 3):
        town.at(f"20.11 15:3{minute}")
        await town.letter(HOUSING_HEAD if minute == 3 else ROADS_HEAD, f"Просрочено: №{minute + 1}")
    await town.press(ROADS_HEAD, await town.letter(ROADS_HEAD, "№2 · Дороги"), "Принять")
    town.at("20.11 15:59")
    await town.told()
    assert len(told(town, CURATOR)) == 1

    town.at("20.11 16:00")
    gathered = words(await town.letter(CURATOR, "Просрочено: 2 сообщения"))
    assert "\n№3 · Дороги · не принято до 15:32" in gathered
    assert "\n№4 · ЖКХ · не принято до 15:33" in gathered
    assert "№2" not in gathered, "it was accepted meanwhile"
    town.at("20.11 16:31")
    await town.told()
    assert len(told(town, CURATOR)) == 2


async def test_what_was_put_away_unsaid_does_not_keep_the_curator_waiting(town: Town) -> None:
    """A notice that lost its point is not one that the curator was told."""
    await report(town, POTHOLE)
    await town.card(ROADS_HEAD, 1)
    town.at("20.11 15:30")
    await town.letter(CURATOR, "Просрочено: №1")
    town.at("20.11 15:45")
    await report(town, LAMP, PYOTR)
    await town.card(ROADS_HEAD, 2)
    town.at("20.11 15:50")
    await report(town, TAP)
    await town.press(ROADS_HEAD, await town.letter(ROADS_HEAD, "№1 · Дороги"), "Принять")

    town.at("20.11 16:45")
    await town.letter(CURATOR, "Просрочено: №2")
    town.at("20.11 16:50")
    await town.letter(HOUSING_HEAD, "Просрочено: №3")
    await town.press(HOUSING_HEAD, await town.letter(HOUSING_HEAD, "№3 · ЖКХ"), "Принять")
    town.at("20.11 17:15")  # the half hour is over, and nothing true is left to say
    await town.told()
    await report(town, KERB, PYOTR + 1)
    await town.card(ROADS_HEAD, 4)
    town.at("20.11 18:15")
    await town.letter(CURATOR, "Просрочено: №4")


async def test_an_answer_on_its_way_is_not_overdue(town: Town) -> None:
    """The head has done his part; that the messenger does not answer is not his delay."""
    await report(town, POTHOLE)
    await town.press(ROADS_HEAD, await town.card(ROADS_HEAD, 1), "Ответить")
    await town.letter(ROADS_HEAD, "Ответ на №1")
    await town.write(ROADS_HEAD, "Яму заделали.")
    preview = await town.letter(ROADS_HEAD, "Так ответ увидит житель")
    town.sandbox.telegram.faults.order("sendMessage", Fault(FaultKind.HTTP_500), times=1000)
    await town.press(ROADS_HEAD, preview, "Отправить")
    for tries, moment in enumerate(("20.11 14:31", "20.11 22:30", "20.11 22:35"), 1):
        await town.until(lambda least=tries: _tries(town) >= least)  # type: ignore[misc]
        await town.told()
        town.at(moment)
    town.sandbox.telegram.faults.clear()
    town.at("20.11 22:40")

    await town.letter(ROADS_HEAD, "№1 · ", "Отвечено")
    await town.told()
    assert told(town, ROADS_HEAD) == told(town, CURATOR) == []


def _tries(town: Town) -> int:
    calls = town.sandbox.telegram.calls
    return sum(name == "sendMessage" and str(call["chat_id"]) == str(GROUP) for name, call in calls)


async def test_terms_that_ended_while_the_bot_was_down_are_told_once(town: Town) -> None:
    await report(town, POTHOLE)
    await town.card(ROADS_HEAD, 1)
    await town.stop()
    town.at("20.11 22:45")
    await town.start()

    summary = await town.letter(ROADS_HEAD, "Пока бот не работал", "просрочено 1: №1", "№1 · нет ответа")
    assert replies_to(summary).startswith("🆕 №1")
    await town.letter(CURATOR, "Пока бот не работал", "№1 · Дороги · нет ответа")
    await town.stop()
    await town.start()
    await town.told()
    for person in (ROADS_HEAD, CURATOR):
        assert len([text for text in town.texts(person) if text.startswith("Пока бот")]) == 1
        assert told(town, person) == []


async def test_a_clock_put_back_an_hour_stops_nothing(town: Town) -> None:
    await report(town, POTHOLE)
    await town.card(ROADS_HEAD, 1)
    town.at("20.11 15:00")
    await town.letter(ROADS_HEAD, "⏰ Напоминание: №1")
    await town.told()

    town.at("20.11 14:00")
    await report(town, TAP, PYOTR)
    await town.press(HOUSING_HEAD, await town.card(HOUSING_HEAD, 2, "принять до 15:00"), "Принять")
    await town.card(HOUSING_HEAD, 2, "В работе")
    town.at("20.11 15:01")
    await town.told()
    assert len(told(town, ROADS_HEAD)) == 1, "the reminder has come already"
    town.at("20.11 15:30")
    await town.letter(ROADS_HEAD, "Просрочено: №1 · не принято")
