"""Posts with working hours of their own: terms, chains and approvals count in them, and say so."""

import pytest

from tests.databases import ON_BOTH
from tests.e2e.deadlines.test_terms import change_rules, press_path
from tests.e2e.harness import ADMINISTRATOR, COORDINATOR, HOUSING_HEAD, ROADS_HEAD, Harness, message_text
from tests.e2e.queries import get_ticket, list_audit, send_report, wait_until_idle
from tests.e2e.staff.test_people import open_page

ROUND_THE_CLOCK = """
[[post_hours]]
post = "Начальник отдела дорог"
working = ["00:00-24:00"]
weekdays = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
holidays = true
"""
CHAIN = """
[[rules]]
escalation = "a"
[[escalation]]
code = "a"
steps = [{ after = "accept_overdue", wait = "2wh", tell = ["administrator"] }]
"""


@pytest.fixture
def town(closed_bot: Harness) -> Harness:
    closed_bot.settings |= {"accept": "1wh", "answer": "8wh"}
    closed_bot.set_time("20.11 16:30")  # a Friday
    return closed_bot


async def start(bot: Harness, more: str = ROUND_THE_CLOCK) -> None:
    bot.settings["more"] = more
    await bot.start()
    await send_report(bot)


async def read_reasons(bot: Harness, who: int) -> str:
    await press_path(bot, who, "Ещё", "Почему такой срок?")
    return message_text(await bot.wait_for_message(who, "❓ Сроки сообщения №1"))


async def test_a_term_counts_in_the_hours_of_the_post_and_what_is_left_in_those_of_the_next(town: Harness) -> None:
    bot = town
    await start(bot)
    await bot.wait_for_card(ROADS_HEAD, 1, "принять до 17:30 · ответить до сб 21.11, 00:30")
    why = await read_reasons(bot, ROADS_HEAD)
    assert "8 рабочих часов (обычный срок); по часам должности «Начальник отдела дорог»: круглосуточно" in why
    bot.set_time("20.11 18:30")
    await press_path(bot, ROADS_HEAD, "Назад", "Передать", "ЖКХ")
    await bot.wait_for_card(HOUSING_HEAD, 1, "ответить до пн 23.11, 16:00")  # two hours were used, six are left
    why = await read_reasons(bot, HOUSING_HEAD)
    assert "пт 20.11, 18:30: сообщение у другой должности, дальше — по рабочим часам города" in why
    assert "пт 20.11, 16:30–18:30: считается 2 ч" in why
    assert "21 и 22 ноября: выходные — не считается" in why


@ON_BOTH
async def test_hours_that_are_added_or_changed_count_for_open_tickets(town: Harness) -> None:
    bot = town
    await start(bot, "")
    await bot.wait_for_card(ROADS_HEAD, 1, "ответить до пн 23.11, 16:30")
    await change_rules(bot, ROUND_THE_CLOCK)
    await bot.wait_for_card(ROADS_HEAD, 1, "ответить до сб 21.11, 00:30")
    told = await bot.wait_for_message(ADMINISTRATOR, "⏱ Правила, сроки или календарь изменились.")
    assert "у 1 открытого сообщения они теперь другие" in message_text(told)
    own_week = '[[post_hours]]\npost = "Начальник отдела дорог"\nworking = ["10:00-15:00"]\nweekdays = ["sun", "fri"]\n'
    await change_rules(bot, own_week)
    await bot.wait_for_card(ROADS_HEAD, 1, "ответить до пт 27.11, 13:00")
    why = await read_reasons(bot, ROADS_HEAD)
    assert "по часам должности «Начальник отдела дорог»: пт, вс 10:00–15:00" in why


async def test_a_post_that_is_renamed_works_in_the_hours_of_its_new_name_from_then_on(town: Harness) -> None:
    bot = town
    await start(bot)
    await bot.wait_for_card(ROADS_HEAD, 1, "ответить до сб 21.11, 00:30")
    bot.set_time("20.11 17:00")
    page = await open_page(bot, ADMINISTRATOR, "Начальник отдела дорог")
    await bot.press_button(ADMINISTRATOR, page, "Должность")
    await bot.wait_for_message(ADMINISTRATOR, "Напишите должность")
    await bot.send_message(ADMINISTRATOR, "Директор департамента")
    await bot.wait_for_card(ROADS_HEAD, 1, "ответить до пн 23.11, 16:30")
    assert [one.action for one in await list_audit(bot, 1)].count("terms_moved") == 1


async def test_a_chain_waits_in_the_hours_of_the_post_that_is_late(town: Harness) -> None:
    bot = town
    await start(bot, ROUND_THE_CLOCK + CHAIN)
    await bot.wait_for_card(ROADS_HEAD, 1, "принять до 17:30")
    bot.set_time("20.11 17:30")
    await bot.wait_for_message(ROADS_HEAD, "Просрочено: №1")
    bot.set_time("20.11 19:29")
    await wait_until_idle(bot)
    assert not bot.find_message(ADMINISTRATOR, "Просрочено: №1")
    bot.set_time("20.11 19:30")  # in the hours of the town it would be Monday, 11:00
    await bot.wait_for_message(ADMINISTRATOR, "Просрочено: №1")


@ON_BOTH
async def test_an_approver_has_the_hours_of_their_own_post(town: Harness) -> None:
    bot = town
    rules = '[[rules]]\napproval = ["coordinator"]\napprove = "2wh"\n'
    await start(bot, rules + '[[post_hours]]\npost = "Координатор"\nworking = ["09:00-20:00"]\n')
    bot.set_time("20.11 17:00")
    await press_path(bot, ROADS_HEAD, "Подготовить ответ")
    await bot.wait_for_message(ROADS_HEAD, "Ответ на №1")
    await bot.send_message(ROADS_HEAD, "Яму засыплют до 25.11.2026.")
    preview = await bot.wait_for_message(ROADS_HEAD, "Так ответ увидит житель")
    await bot.press_button(ROADS_HEAD, preview, "На согласование")
    await bot.wait_for_message(COORDINATOR, "на согласовании (№1)")
    bot.set_time("20.11 18:59")
    await wait_until_idle(bot)
    assert not bot.find_message(COORDINATOR, "Просрочено: №1")
    bot.set_time("20.11 19:00")  # in the hours of the town it would be Monday, 10:00
    await bot.wait_for_message(COORDINATOR, "Просрочено: №1")
    assert (await get_ticket(bot, 1)).is_open
