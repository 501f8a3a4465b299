"""At night nobody is disturbed without need: cards come silently, notices wait for one summary in the morning."""

import pytest

from tests.e2e.harness import ANNA, CURATOR, GROUP, HOUSING_HEAD, MARIA, PYOTR, ROADS_HEAD, Harness, message_text
from tests.e2e.schedules import (
    DANGER,
    KERB,
    LAMP,
    POTHOLE,
    TAP,
    deadline_notices,
    makes_sound,
    replied_text,
    send_report,
)


@pytest.fixture
async def night(closed_bot: Harness) -> Harness:
    """Half past nine in the evening; quiet from ten to eight; an hour to accept, eight to answer."""
    closed_bot.settings |= {"quiet_from": "22:00", "quiet_to": "08:00"}
    closed_bot.set_time("20.11 21:30")
    await closed_bot.start()
    return closed_bot


async def test_a_card_comes_silently_at_night_and_rings_by_day(night: Harness) -> None:
    await send_report(night, POTHOLE)
    assert makes_sound(await night.wait_for_card(ROADS_HEAD, 1))

    night.set_time("20.11 22:00")
    await send_report(night, LAMP, PYOTR)
    assert not makes_sound(await night.wait_for_card(ROADS_HEAD, 2))
    night.set_time("21.11 07:59")
    await send_report(night, KERB, ANNA)
    assert not makes_sound(await night.wait_for_card(ROADS_HEAD, 3))

    night.set_time("21.11 08:00")
    await send_report(night, TAP)
    assert makes_sound(await night.wait_for_card(HOUSING_HEAD, 4))


async def test_notices_wait_for_one_summary_in_the_morning(night: Harness) -> None:
    for text, who in ((POTHOLE, MARIA), (LAMP, PYOTR), (TAP, ANNA)):
        await send_report(night, text, who)
    await night.wait_for_card(ROADS_HEAD, 2)
    await night.wait_for_card(HOUSING_HEAD, 3)
    for moment in ("20.11 22:00", "20.11 22:30", "21.11 01:30", "21.11 05:30", "21.11 07:59"):
        night.set_time(moment)
        await night.wait_for_outbox()
    assert (
        deadline_notices(night, ROADS_HEAD)
        == deadline_notices(night, HOUSING_HEAD)
        == deadline_notices(night, CURATOR)
        == []
    )

    night.set_time("21.11 08:00")
    morning = await night.wait_for_message(ROADS_HEAD, "Просрочено: 2 сообщения", "№1", "№2")
    assert message_text(morning).startswith("Просрочено")
    assert makes_sound(morning)
    single = await night.wait_for_message(HOUSING_HEAD, "Просрочено: №3 · нет ответа, срок был 05:30")
    assert replied_text(single).startswith("🆕 №3")
    night.set_time("21.11 08:40")
    await night.wait_for_outbox()
    assert deadline_notices(night, CURATOR) == []
    night.set_time("21.11 12:00")
    watched = message_text(await night.wait_for_message(CURATOR, "Просрочено: 3", "отвечает:"))
    assert "№3 · ЖКХ · нет ответа, срок был 05:30" in watched
    await night.wait_for_outbox()
    assert [len(deadline_notices(night, person)) for person in (ROADS_HEAD, HOUSING_HEAD, CURATOR)] == [1, 1, 1]


async def test_the_summary_names_what_is_late_and_then_what_is_near(night: Harness) -> None:
    await send_report(night, POTHOLE)
    await night.press_button(ROADS_HEAD, await night.wait_for_card(ROADS_HEAD, 1), "Принять")
    night.set_time("21.11 03:00")
    await send_report(night, LAMP, PYOTR)
    await night.press_button(ROADS_HEAD, await night.wait_for_card(ROADS_HEAD, 2), "Принять")
    night.set_time("21.11 07:00")
    await night.wait_for_outbox()

    night.set_time("21.11 08:00")
    morning = message_text(
        await night.wait_for_message(ROADS_HEAD, "Просрочено: 1 сообщение", "⏰ Напоминания: 1 сообщение")
    )
    assert "\n№1 · нет ответа, срок был 05:30" in morning
    assert "\n№2 · ответьте до 11:00" in morning
    assert morning.index("№1") < morning.index("№2")


async def test_an_overdue_term_is_not_hidden_by_a_later_reminder(night: Harness) -> None:
    night.set_time("21.11 03:00")
    await send_report(night, POTHOLE)
    await night.wait_for_card(ROADS_HEAD, 1)
    for moment in ("21.11 04:00", "21.11 07:00"):
        night.set_time(moment)
        await night.wait_for_outbox()

    night.set_time("21.11 08:00")
    await night.wait_for_message(ROADS_HEAD, "Просрочено: №1 · не принято до 04:00")
    await night.wait_for_outbox()
    assert len(deadline_notices(night, ROADS_HEAD)) == 1


async def test_danger_rings_at_any_hour(night: Harness) -> None:
    night.set_time("21.11 01:00")
    await send_report(night, DANGER)
    assert makes_sound(await night.wait_for_card(ROADS_HEAD, 1, "[срочно]"))
    night.set_time("21.11 01:15")
    assert makes_sound(await night.wait_for_message(ROADS_HEAD, "⏰ Напоминание: №1"))
    night.set_time("21.11 01:30")
    assert makes_sound(await night.wait_for_message(ROADS_HEAD, "Просрочено: №1"))
    assert makes_sound(await night.wait_for_message(CURATOR, "Просрочено: №1"))


async def test_presses_commands_and_answers_are_not_held(night: Harness) -> None:
    await send_report(night, POTHOLE)
    await night.wait_for_card(ROADS_HEAD, 1)
    night.set_time("21.11 02:00")
    await night.send_message(ROADS_HEAD, "/my")
    assert makes_sound(await night.wait_for_message(ROADS_HEAD, "Ждут вас: 1 сообщение"))
    await night.answer_ticket(ROADS_HEAD, 1, "Закроем утром.")
    assert makes_sound(await night.wait_for_message(GROUP, "Закроем утром."))
    await night.wait_for_card(ROADS_HEAD, 1, "Отвечено")

    night.set_time("21.11 09:30")
    await night.wait_for_outbox()
    assert deadline_notices(night, ROADS_HEAD) == deadline_notices(night, CURATOR) == [], "it was answered in the night"


async def test_an_addition_comes_at_once_without_a_sound(night: Harness) -> None:
    night.set_time("20.11 23:00")
    await send_report(night, POTHOLE)
    await night.wait_for_card(ROADS_HEAD, 1)
    night.set_time("20.11 23:05")
    await send_report(night, "Там уже две машины колёса пробили")
    note = await night.wait_for_message(ROADS_HEAD, "➕ Житель дополнил сообщение №1")
    assert not makes_sound(note)


async def test_in_the_morning_it_is_the_next_head_s(night: Harness) -> None:
    await send_report(night, POTHOLE)
    card = await night.wait_for_card(ROADS_HEAD, 1)
    night.set_time("20.11 22:30")
    await night.wait_for_outbox()
    await night.press_button(ROADS_HEAD, card, "Передать")
    letters = night.bot_messages
    choice = await night.wait_until(
        lambda: next((one for one in letters(ROADS_HEAD) if "ЖКХ" in str(one.get("reply_markup"))), {})
    )
    await night.press_button(ROADS_HEAD, choice, "ЖКХ")
    await night.wait_for_card(HOUSING_HEAD, 1)

    night.set_time("21.11 08:00")
    await night.wait_for_message(HOUSING_HEAD, "Просрочено: №1 · нет ответа")
    await night.wait_for_outbox()
    assert deadline_notices(night, ROADS_HEAD) == []


async def test_the_morning_comes_though_the_bot_was_restarted_in_the_night(night: Harness) -> None:
    await send_report(night, POTHOLE)
    await night.wait_for_card(ROADS_HEAD, 1)
    night.set_time("20.11 23:00")
    await night.wait_for_outbox()
    await night.stop()
    night.set_time("21.11 03:00")
    await night.start()
    await night.wait_for_outbox()
    assert deadline_notices(night, ROADS_HEAD) == []
    await night.stop()
    night.set_time("21.11 08:30")
    await night.start()
    await night.wait_for_message(ROADS_HEAD, "Пока бот не работал", "№1 · нет ответа, срок был 05:30")
    await night.wait_for_outbox()
    assert len([text for text in night.bot_texts(ROADS_HEAD) if text.startswith("Пока бот")]) == 1
    assert deadline_notices(night, ROADS_HEAD) == []
