"""Own quiet hours and days off: set in /settings, and kept by everything that would ring."""

from typing import Any

from tests.databases import ON_BOTH
from tests.e2e.deadlines.test_quiet_hours import DANGER, LAMP, POTHOLE, deadline_notices, makes_sound, send_report
from tests.e2e.harness import (
    COORDINATOR,
    CURATOR,
    HOUSING_HEAD,
    PYOTR,
    ROADS_HEAD,
    Harness,
    button_labels,
    message_text,
)
from tests.e2e.queries import button_shown, wait_until_idle


async def open_page(bot: Harness, person: int, button: str) -> dict[str, Any]:
    """Open a page of the settings."""
    await bot.send_message(person, "/settings")
    page = await bot.wait_for_message(person, "⚙️ Куда приходят")
    await bot.press_button(person, page, button)
    await bot.wait_until(lambda: button_shown(page, "Назад"))
    return page


async def toggle(bot: Harness, person: int, page: dict[str, Any], day: str) -> None:
    await bot.press_button(person, page, day)
    await bot.wait_until(lambda: f"✅ {day}" in button_labels(page))


@ON_BOTH
async def test_on_a_day_off_notices_wait_for_the_next_working_morning_and_the_card_stays(bot: Harness) -> None:
    """Saturday and Sunday are off for the head alone; nobody else gets the head's work."""
    page = await open_page(bot, ROADS_HEAD, "Выходные")
    await toggle(bot, ROADS_HEAD, page, "сб")
    await toggle(bot, ROADS_HEAD, page, "вс")
    assert message_text(page).startswith("🗓 Выходные: сб, вс")

    bot.set_time("21.11 10:00")
    await send_report(bot, POTHOLE)
    card = await bot.wait_for_card(ROADS_HEAD, 1)
    assert not makes_sound(card)
    assert button_shown(card, "Принять"), "a day off is no absence"
    for moment in ("21.11 11:00", "21.11 18:00", "22.11 18:00", "23.11 07:59"):
        bot.set_time(moment)
        await bot.wait_for_outbox()
    assert deadline_notices(bot, ROADS_HEAD) == []
    assert len(deadline_notices(bot, CURATOR)) >= 1, "it is a working day for the curator"
    assert bot.ticket_numbers(COORDINATOR) == []

    bot.set_time("23.11 08:00")
    morning = await bot.wait_for_message(ROADS_HEAD, "Просрочено: №1")
    assert makes_sound(morning)
    await bot.wait_for_outbox()
    assert len(deadline_notices(bot, ROADS_HEAD)) == 1


async def test_danger_rings_on_a_day_off(bot: Harness) -> None:
    page = await open_page(bot, ROADS_HEAD, "Выходные")
    await toggle(bot, ROADS_HEAD, page, "сб")
    bot.set_time("21.11 10:00")
    await send_report(bot, DANGER)
    assert makes_sound(await bot.wait_for_card(ROADS_HEAD, 1, "[срочно]"))
    bot.set_time("21.11 11:00")
    assert makes_sound(await bot.wait_for_message(ROADS_HEAD, "Просрочено: №1"))


async def test_own_quiet_hours_replace_those_of_the_town(bot: Harness) -> None:
    page = await open_page(bot, ROADS_HEAD, "Тихие часы")
    assert message_text(page).startswith("🌙 Тихие часы: нет (общие)")
    await bot.press_button(ROADS_HEAD, page, "Изменить")
    await bot.wait_for_message(ROADS_HEAD, "С какого и до какого часа")
    await bot.send_message(ROADS_HEAD, "ночью")
    await bot.wait_for_message(ROADS_HEAD, "Не получилось прочитать часы. Напишите так: 22:00–08:00")
    await bot.send_message(ROADS_HEAD, "с 20 до 9")
    page = await bot.wait_for_message(ROADS_HEAD, "🌙 Тихие часы: 20:00–09:00")

    bot.set_time("20.11 21:00")
    await send_report(bot, POTHOLE)
    assert not makes_sound(await bot.wait_for_card(ROADS_HEAD, 1))
    bot.set_time("20.11 23:00")
    await bot.wait_for_outbox()
    bot.set_time("21.11 08:59")
    await bot.wait_for_outbox()
    assert deadline_notices(bot, ROADS_HEAD) == []
    bot.set_time("21.11 09:00")
    await bot.wait_for_message(ROADS_HEAD, "Просрочено: №1")

    await bot.press_button(ROADS_HEAD, page, "Как у всех")
    await bot.wait_until(lambda: message_text(page).startswith("🌙 Тихие часы: нет (общие)"))
    bot.set_time("21.11 21:00")
    await send_report(bot, LAMP, PYOTR)
    assert makes_sound(await bot.wait_for_card(ROADS_HEAD, 2))


@ON_BOTH
async def test_single_days_off_are_written_and_taken_back(bot: Harness) -> None:
    page = await open_page(bot, ROADS_HEAD, "Выходные")
    await bot.press_button(ROADS_HEAD, page, "Добавить даты")
    await bot.wait_for_message(ROADS_HEAD, "Какие дни выходные?")
    await bot.send_message(ROADS_HEAD, "01.11.2026")
    await bot.wait_for_message(ROADS_HEAD, "Эти дни уже прошли.")
    await bot.send_message(ROADS_HEAD, "21.11, 31.12")
    page = await bot.wait_for_message(ROADS_HEAD, "🗓 Выходные: 21.11.2026, 31.12.2026")
    bot.set_time("21.11 10:00")
    await send_report(bot, POTHOLE)
    assert not makes_sound(await bot.wait_for_card(ROADS_HEAD, 1))

    await bot.press_button(ROADS_HEAD, page, "Убрать даты")
    await bot.wait_until(lambda: message_text(page).startswith("🗓 Выходные: нет"))
    await send_report(bot, LAMP, PYOTR)
    assert makes_sound(await bot.wait_for_card(ROADS_HEAD, 2))


async def test_a_week_without_a_working_day_and_forged_codes_are_refused(bot: Harness) -> None:
    page = await open_page(bot, HOUSING_HEAD, "Выходные")
    for day in ("пн", "вт", "ср", "чт", "пт", "сб"):
        await toggle(bot, HOUSING_HEAD, page, day)
    said = await bot.press_button(HOUSING_HEAD, page, "вс")
    assert "Хотя бы один день недели должен быть рабочим" in said["text"]
    for code in ("days=7", "days=x", "quiet=days", "quiet=5"):
        said = await bot.press_code(HOUSING_HEAD, HOUSING_HEAD, page["message_id"], f"1:g:0:{code}")
        assert said["show_alert"], code
    await wait_until_idle(bot)
