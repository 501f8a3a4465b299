"""At night nobody is disturbed without need: cards come silently, notices wait for one summary in the morning."""

import pytest

from tests.e2e.harness import ANNA, CURATOR, GROUP, HOUSING_HEAD, MARIA, PYOTR, ROADS_HEAD, Town, words
from tests.e2e.schedules import DANGER, KERB, LAMP, POTHOLE, TAP, replies_to, report, rings, told


@pytest.fixture
async def night(closed_town: Town) -> Town:
    """Half past nine in the evening; quiet from ten to eight; an hour to accept, eight to answer."""
    closed_town.settings |= {"quiet_from": "22:00", "quiet_to": "08:00"}
    closed_town.at("20.11 21:30")
    await closed_town.start()
    return closed_town


async def test_a_card_comes_silently_at_night_and_rings_by_day(night: Town) -> None:
    await report(night, POTHOLE)
    assert rings(await night.card(ROADS_HEAD, 1))

    night.at("20.11 22:00")
    await report(night, LAMP, PYOTR)
    assert not rings(await night.card(ROADS_HEAD, 2))
    night.at("21.11 07:59")
    await report(night, KERB, ANNA)
    assert not rings(await night.card(ROADS_HEAD, 3))

    night.at("21.11 08:00")
    await report(night, TAP)
    assert rings(await night.card(HOUSING_HEAD, 4))


async def test_notices_wait_for_one_summary_in_the_morning(night: Town) -> None:
    for text, who in ((POTHOLE, MARIA), (LAMP, PYOTR), (TAP, ANNA)):
        await report(night, text, who)
    await night.card(ROADS_HEAD, 2)
    await night.card(HOUSING_HEAD, 3)
    for moment in ("20.11 22:00", "20.11 22:30", "21.11 01:30", "21.11 05:30", "21.11 07:59"):
        night.at(moment)
        await night.told()
    assert told(night, ROADS_HEAD) == told(night, HOUSING_HEAD) == told(night, CURATOR) == []

    night.at("21.11 08:00")
    morning = await night.letter(ROADS_HEAD, "Просрочено: 2 сообщения", "№1", "№2")
    assert words(morning).startswith("Просрочено")
    assert rings(morning)
    single = await night.letter(HOUSING_HEAD, "Просрочено: №3 · нет ответа, срок был 05:30")
    assert replies_to(single).startswith("🆕 №3")
    watched = words(await night.letter(CURATOR, "Просрочено: 3 сообщения"))
    assert "№3 · ЖКХ · нет ответа, срок был 05:30" in watched
    night.at("21.11 08:40")
    await night.told()
    assert [len(told(night, person)) for person in (ROADS_HEAD, HOUSING_HEAD, CURATOR)] == [1, 1, 1]


async def test_the_summary_names_what_is_late_and_then_what_is_near(night: Town) -> None:
    await report(night, POTHOLE)
    await night.press(ROADS_HEAD, await night.card(ROADS_HEAD, 1), "Принять")
    night.at("21.11 03:00")
    await report(night, LAMP, PYOTR)
    await night.press(ROADS_HEAD, await night.card(ROADS_HEAD, 2), "Принять")
    night.at("21.11 07:00")
    await night.told()

    night.at("21.11 08:00")
    morning = words(await night.letter(ROADS_HEAD, "Просрочено: 1 сообщение", "⏰ Напоминания: 1 сообщение"))
    assert "\n№1 · нет ответа, срок был 05:30" in morning
    assert "\n№2 · ответьте до 11:00" in morning
    assert morning.index("№1") < morning.index("№2")


async def test_an_overdue_term_is_not_hidden_by_a_later_reminder(night: Town) -> None:
    night.at("21.11 03:00")
    await report(night, POTHOLE)
    await night.card(ROADS_HEAD, 1)
    for moment in ("21.11 04:00", "21.11 07:00"):
        night.at(moment)
        await night.told()

    night.at("21.11 08:00")
    await night.letter(ROADS_HEAD, "Просрочено: №1 · не принято до 04:00")
    await night.told()
    assert len(told(night, ROADS_HEAD)) == 1


async def test_danger_rings_at_any_hour(night: Town) -> None:
    night.at("21.11 01:00")
    await report(night, DANGER)
    assert rings(await night.card(ROADS_HEAD, 1, "[срочно]"))
    night.at("21.11 01:15")
    assert rings(await night.letter(ROADS_HEAD, "⏰ Напоминание: №1"))
    night.at("21.11 01:30")
    assert rings(await night.letter(ROADS_HEAD, "Просрочено: №1"))
    assert rings(await night.letter(CURATOR, "Просрочено: №1"))


async def test_presses_commands_and_answers_are_not_held(night: Town) -> None:
    await report(night, POTHOLE)
    await night.card(ROADS_HEAD, 1)
    night.at("21.11 02:00")
    await night.write(ROADS_HEAD, "/my")
    assert rings(await night.letter(ROADS_HEAD, "Ждут вас: 1 сообщение"))
    await night.answer(ROADS_HEAD, 1, "Закроем утром.")
    assert rings(await night.letter(GROUP, "Закроем утром."))
    await night.card(ROADS_HEAD, 1, "Отвечено")

    night.at("21.11 09:30")
    await night.told()
    assert told(night, ROADS_HEAD) == told(night, CURATOR) == [], "it was answered in the night"


async def test_an_addition_comes_at_once_without_a_sound(night: Town) -> None:
    night.at("20.11 23:00")
    await report(night, POTHOLE)
    await night.card(ROADS_HEAD, 1)
    night.at("20.11 23:05")
    await report(night, "Там уже две машины колёса пробили")
    note = await night.letter(ROADS_HEAD, "➕ Житель дополнил сообщение №1")
    assert not rings(note)


async def test_in_the_morning_it_is_the_next_head_s(night: Town) -> None:
    await report(night, POTHOLE)
    card = await night.card(ROADS_HEAD, 1)
    night.at("20.11 22:30")
    await night.told()
    await night.press(ROADS_HEAD, card, "Передать")
    letters = night.letters
    choice = await night.until(
        lambda: next((one for one in letters(ROADS_HEAD) if "ЖКХ" in str(one.get("reply_markup"))), {})
    )
    await night.press(ROADS_HEAD, choice, "ЖКХ")
    await night.card(HOUSING_HEAD, 1)

    night.at("21.11 08:00")
    await night.letter(HOUSING_HEAD, "Просрочено: №1 · нет ответа")
    await night.told()
    assert told(night, ROADS_HEAD) == []


async def test_the_morning_comes_though_the_bot_was_restarted_in_the_night(night: Town) -> None:
    await report(night, POTHOLE)
    await night.card(ROADS_HEAD, 1)
    night.at("20.11 23:00")
    await night.told()
    await night.stop()
    night.at("21.11 03:00")
    await night.start()
    await night.told()
    assert told(night, ROADS_HEAD) == []
    await night.stop()
    night.at("21.11 08:30")
    await night.start()
    await night.letter(ROADS_HEAD, "Пока бот не работал", "№1 · нет ответа, срок был 05:30")
    await night.told()
    assert len([text for text in night.texts(ROADS_HEAD) if text.startswith("Пока бот")]) == 1
    assert told(night, ROADS_HEAD) == []
