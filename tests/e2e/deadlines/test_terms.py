"""Terms by rules: they explain themselves, and open tickets follow a changed rule or calendar."""

from tests.databases import ON_BOTH
from tests.e2e.harness import ADMINISTRATOR, COORDINATOR, CURATOR, ROADS_HEAD, Harness, message_text
from tests.e2e.queries import button_rows, get_ticket, send_report, wait_until_idle

RULES = """
[[rules]]
sector = "roads"
accept = "2wh"
answer = "1wd"

[[rules]]
sector = "housing"
answer = "3wd"
"""


async def open_town(bot: Harness, rules: str = RULES) -> None:
    bot.settings |= {"accept": "1wh", "answer": "8wh", "more": rules}
    bot.set_time("20.11 16:30")  # a Friday
    await bot.start()


async def change_rules(bot: Harness, rules: str) -> None:
    """Start the bot once more with other rules."""
    await bot.wait_for_outbox()
    await bot.stop()
    bot.settings["more"] = rules
    await bot.start()


async def press_path(bot: Harness, who: int, *buttons: str) -> None:
    """Press these buttons of the person's card, one after the other."""
    await wait_until_idle(bot)
    card = await bot.wait_for_card(who, 1)
    for button in buttons:
        await bot.wait_until(lambda button=button: any(button in one for row in button_rows(card) for one in row))
        await bot.press_button(who, card, button)


async def test_terms_follow_the_rules_and_say_why(closed_bot: Harness) -> None:
    bot = closed_bot
    await open_town(bot)
    await send_report(bot)
    await bot.wait_for_card(ROADS_HEAD, 1, "принять до пн 23.11, 09:30 · ответить до пн 23.11, 16:30")
    await press_path(bot, ROADS_HEAD, "Ещё", "Почему такой срок?")
    why = message_text(await bot.wait_for_message(ROADS_HEAD, "❓ Сроки сообщения №1"))
    assert "Принять до пн 23.11, 09:30" in why
    assert "пт 20.11, 16:30: отсчёт, срок — 2 рабочих часа (по правилу №1)" in why
    assert "пт 20.11, 16:30–18:00: считается 1 ч 30 мин" in why
    assert "21 и 22 ноября: выходные — не считается" in why
    assert "пн 23.11, 09:00–09:30: считается 30 мин" in why


async def test_a_ticket_handed_over_gets_the_terms_of_its_new_block(closed_bot: Harness) -> None:
    bot = closed_bot
    await open_town(bot)
    await send_report(bot)
    await bot.wait_for_card(ROADS_HEAD, 1)
    await press_path(bot, ROADS_HEAD, "Передать", "ЖКХ")
    await bot.wait_until(lambda: bot.find_message(ROADS_HEAD, "ответить до ср 25.11, 16:30"))


@ON_BOTH
async def test_open_tickets_follow_changed_rules_and_the_administrator_reads_how_many(closed_bot: Harness) -> None:
    bot = closed_bot
    await open_town(bot)
    await send_report(bot)
    await bot.wait_for_card(ROADS_HEAD, 1, "ответить до пн 23.11, 16:30")
    await change_rules(bot, RULES.replace("1wd", "2wd"))
    await bot.wait_for_card(ROADS_HEAD, 1, "ответить до вт 24.11, 16:30")
    told = await bot.wait_for_message(ADMINISTRATOR, "⏱ Правила, сроки или календарь изменились.")
    assert "у 1 открытого сообщения они теперь другие" in message_text(told)


@ON_BOTH
async def test_a_deadline_that_a_person_has_set_survives_changed_rules(closed_bot: Harness) -> None:
    bot = closed_bot
    await open_town(bot)
    await send_report(bot)
    await bot.wait_for_card(ROADS_HEAD, 1)
    await bot.send_message(COORDINATOR, "/find 1")
    await press_path(bot, COORDINATOR, "Ещё", "Изменить данные", "Срок ответа")
    await bot.wait_for_message(COORDINATOR, "До какого времени")
    await bot.send_message(COORDINATOR, "26.11.2026 12:00")
    await bot.wait_for_card(ROADS_HEAD, 1, "ответить до чт 26.11, 12:00")
    await change_rules(bot, RULES.replace("1wd", "5wd"))
    told = await bot.wait_for_message(ADMINISTRATOR, "⏱ Правила, сроки или календарь изменились.")
    assert "сроки остались прежними" in message_text(told)
    assert f"{(await get_ticket(bot, 1)).answer_due:%d.%m %H}" == "26.11 02"  # 12:00 in Vladivostok
    await press_path(bot, ROADS_HEAD, "Ещё", "Почему такой срок?")
    await bot.wait_for_message(ROADS_HEAD, "срок поставлен", "до чт 26.11, 12:00")


async def test_who_only_watches_asks_under_the_history(closed_bot: Harness) -> None:
    bot = closed_bot
    await open_town(bot)
    await send_report(bot)
    await bot.wait_for_card(ROADS_HEAD, 1)
    await bot.send_message(CURATOR, "/find 1")
    await bot.press_button(CURATOR, await bot.wait_for_card(CURATOR, 1), "История")
    history = await bot.wait_for_message(CURATOR, "🕘 История №1")
    await bot.press_button(CURATOR, history, "Почему такой срок?")
    await bot.wait_for_message(CURATOR, "❓ Сроки сообщения №1", "1 рабочий день (по правилу №1)")
