"""Roles of the configuration: who may do what, who hears of what, and under which title."""

from bot.domain.tickets import State
from tests.e2e.harness import ADMINISTRATOR, COORDINATOR, CURATOR, ROADS_HEAD, STAFF, Harness, message_text
from tests.e2e.queries import button_rows, get_ticket_state, send_report, wait_until_idle

MAYOR = 1031
WATCHER = 1032
WATCHER_OF_HOUSING = 1033

ROLES = """
[[roles]]
code = "coordinator"
title = "Специалист по работе с ЦУР"
may_not = ["dismiss"]
hears = ["reminders"]

[[roles]]
code = "curator"
hears_not = ["overdue"]

[[roles]]
code = "vice_mayor"
base = "block_curator"
title = "Вице-мэр"
hears = ["cards"]
hears_not = ["overdue"]
"""

PEOPLE = f"""
[[staff]]
name = "Вице-мэр по дорогам"
role = "vice_mayor"
sectors = ["roads"]
telegram_id = {WATCHER}

[[staff]]
name = "Вице-мэр по ЖКХ"
role = "vice_mayor"
sectors = ["housing"]
telegram_id = {WATCHER_OF_HOUSING}

[[staff]]
name = "Глава"
role = "head_of_town"
telegram_id = {MAYOR}
"""


async def start_town(bot: Harness) -> None:
    bot.settings["staff"] = STAFF + PEOPLE
    bot.settings["more"] = ROLES
    for number, name in ((MAYOR, "Пётр"), (WATCHER, "Олег"), (WATCHER_OF_HOUSING, "Анна")):
        bot.sandbox.telegram.user(number, name)
        await bot.sandbox.telegram.start_bot(number)
    await bot.start()


async def test_official_reads_the_title_of_the_town(closed_bot: Harness) -> None:
    await start_town(closed_bot)
    await closed_bot.wait_for_message(WATCHER, "Ваша роль: Вице-мэр.")
    await closed_bot.wait_for_message(MAYOR, "Ваша роль: глава.")
    await closed_bot.send_message(COORDINATOR, "/start")
    await closed_bot.wait_for_message(COORDINATOR, "Ваша роль: Специалист по работе с ЦУР.")


async def test_role_that_hears_of_cards_watches_its_block(closed_bot: Harness) -> None:
    bot = closed_bot
    await start_town(bot)
    await send_report(bot)
    head, watcher = await bot.wait_for_card(ROADS_HEAD, 1), await bot.wait_for_card(WATCHER, 1)
    assert button_rows(head)[0] == ["✅ Принять", "✍️ Ответить"]
    assert button_rows(watcher) == [["🕘 История"]]
    await wait_until_idle(bot)
    for person in (WATCHER_OF_HOUSING, MAYOR, COORDINATOR, CURATOR):
        assert not any("№1" in message_text(one) for one in bot.bot_messages(person))

    said = await bot.press_code(WATCHER, WATCHER, watcher["message_id"], "1:a:1")
    assert said["show_alert"]
    assert await get_ticket_state(bot, 1) is State.ASSIGNED
    await bot.press_button(ROADS_HEAD, head, "Принять")
    await bot.wait_for_card(WATCHER, 1, "В работе")


async def test_right_that_was_taken_away_is_refused(closed_bot: Harness) -> None:
    bot = closed_bot
    await start_town(bot)
    await send_report(bot)
    await bot.wait_for_card(ROADS_HEAD, 1)
    await bot.send_message(COORDINATOR, "/find 1")
    card = await bot.wait_for_card(COORDINATOR, 1)
    await bot.press_button(COORDINATOR, card, "Ещё")
    card = await bot.wait_for_card(COORDINATOR, 1)
    assert "🚫 Не требует ответа" not in [text for row in button_rows(card) for text in row]
    said = await bot.press_code(COORDINATOR, COORDINATOR, card["message_id"], "1:df:1:duplicate")
    assert said["show_alert"]
    assert await get_ticket_state(bot, 1) is State.ASSIGNED


async def test_role_hears_of_reminders_and_not_of_what_is_late(closed_bot: Harness) -> None:
    bot = closed_bot
    await start_town(bot)
    await send_report(bot)
    await bot.wait_for_card(ROADS_HEAD, 1)
    bot.set_time("20.11 15:00")
    for person in (ROADS_HEAD, COORDINATOR):
        await bot.wait_for_message(person, "Напоминание: №1 · ", "примите до 15:30")
    bot.set_time("20.11 15:30")
    await bot.wait_for_message(ROADS_HEAD, "Просрочено: №1")
    await wait_until_idle(bot)
    for person in (CURATOR, WATCHER, MAYOR, ADMINISTRATOR):
        assert not any(message_text(one).startswith("Просрочено") for one in bot.bot_messages(person)), person
