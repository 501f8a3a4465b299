"""Absence: who stands in, what goes over and comes back, and what is refused."""

import pytest

from tests.e2e.harness import (
    ADMINISTRATOR,
    COORDINATOR,
    HOUSING_HEAD,
    MARIA,
    PYOTR,
    ROADS_HEAD,
    STAFF,
    Harness,
    message_text,
)
from tests.e2e.queries import button_rows, button_shown, send_report, wait_until_idle
from tests.e2e.staff.people_file import apply_people


async def plan(bot: Harness, who: int, days: str, stand_in: str) -> None:
    """Plan own days, and ask a colleague."""
    await bot.send_message(who, f"/away {days}")
    letter = await bot.wait_for_message(who, "Кто замещает?")
    await bot.press_button(who, letter, stand_in)


async def test_tickets_go_over_to_the_stand_in_and_come_back(bot: Harness) -> None:
    await send_report(bot)
    await bot.wait_for_card(ROADS_HEAD, 1)
    await plan(bot, ROADS_HEAD, "21.11–24.11", "ЖКХ")
    asked = await bot.wait_for_message(HOUSING_HEAD, "просит заместить", "с 21.11.2026 по 24.11.2026")
    await bot.press_button(HOUSING_HEAD, asked, "Согласен")
    await bot.wait_for_message(ROADS_HEAD, "Вас замещает Начальник отдела ЖКХ")
    assert not bot.find_message(HOUSING_HEAD, "№1 · ")

    bot.set_time("21.11 09:30")
    await bot.wait_for_message(HOUSING_HEAD, "в отпуске по 24.11.2026", "Перешло: 1 сообщение")
    card = await bot.wait_for_card(HOUSING_HEAD, 1, "Ответственный в отпуске, его замещают")
    assert any("Принять" in one for row in button_rows(card) for one in row)
    own = await bot.wait_for_card(ROADS_HEAD, 1)
    await bot.wait_until(lambda: not any("Принять" in one for row in button_rows(own) for one in row))
    await send_report(bot, "На Мира 7 огромная яма на дороге")
    await bot.wait_for_card(HOUSING_HEAD, 2)
    await bot.press_button(HOUSING_HEAD, card, "Принять")

    bot.set_time("25.11 09:30")
    await bot.wait_for_message(ROADS_HEAD, "С возвращением!")
    back = await bot.wait_for_card(ROADS_HEAD, 2)
    await bot.wait_until(lambda: any("Принять" in one for row in button_rows(back) for one in row))
    await wait_until_idle(bot)
    kept = await bot.wait_for_card(HOUSING_HEAD, 1)
    assert any("Ответить" in one for row in button_rows(kept) for one in row), "what was taken stays"
    assert "В работе: Начальник отдела ЖКХ" in message_text(kept)


async def test_a_stand_in_who_agrees_after_the_absence_has_begun_hears_what_came_over(bot: Harness) -> None:
    await bot.answer_ticket(ROADS_HEAD, await report_and_wait(bot, 1), "Яму на Ленина заделали сегодня, 20 ноября.")
    await bot.wait_for_card(ROADS_HEAD, 1, "Отвечено")
    await report_and_wait(bot, 2)
    await bot.send_message(ROADS_HEAD, "/away сегодня")
    told = await bot.wait_for_message(ROADS_HEAD, "🏖 Начальник отдела дорог в отпуске по 20.11.2026", "не выбран")
    assert "Перешло: 1 сообщение" in message_text(told), "an answered one is not worked on"
    await bot.wait_for_card(COORDINATOR, 2)
    question = await bot.wait_for_message(ROADS_HEAD, "Кто замещает?")
    assert told["message_id"] < question["message_id"], "it has begun, and then there is something to choose"
    await bot.press_button(ROADS_HEAD, question, "ЖКХ")
    await bot.press_button(HOUSING_HEAD, await bot.wait_for_message(HOUSING_HEAD, "просит заместить"), "Согласен")
    begun = await bot.wait_for_message(HOUSING_HEAD, "в отпуске по 20.11.2026: замещает Начальник отдела ЖКХ")
    assert "Перешло: 1 сообщение" in message_text(begun)
    assert button_shown(await bot.wait_for_card(HOUSING_HEAD, 2), "Принять")


async def test_an_absence_begins_while_the_colleague_has_not_answered(bot: Harness) -> None:
    await plan(bot, ROADS_HEAD, "21.11–24.11", "ЖКХ")
    await bot.wait_for_message(HOUSING_HEAD, "просит заместить")
    bot.set_time("21.11 09:30")
    told = await bot.wait_for_message(ROADS_HEAD, "в отпуске по 24.11.2026", "ждём согласия (Начальник отдела ЖКХ)")
    assert "Перешло" not in message_text(told)
    assert not bot.find_message(HOUSING_HEAD, "в отпуске по")


async def report_and_wait(bot: Harness, number: int) -> int:
    """A citizen writes about another hole, and the head has the card of that number."""
    await send_report(bot, f"На Мира {number} огромная яма на дороге", MARIA if number == 1 else PYOTR)
    await bot.wait_for_card(ROADS_HEAD, number)
    return number


async def test_a_refusal_lets_choose_somebody_else_and_an_administrator_decides(bot: Harness) -> None:
    await plan(bot, ROADS_HEAD, "21.11–24.11", "ЖКХ")
    asked = await bot.wait_for_message(HOUSING_HEAD, "просит заместить")
    await bot.press_button(HOUSING_HEAD, asked, "Не могу")
    again = await bot.wait_for_message(ROADS_HEAD, "не может вас заместить")
    await bot.press_button(ROADS_HEAD, again, "Выбрать другого")
    await bot.send_message(ADMINISTRATOR, "/people")
    people = await bot.wait_for_message(ADMINISTRATOR, "👥 Сотрудники")
    await bot.press_button(ADMINISTRATOR, people, "Начальник отдела дорог")
    await bot.wait_until(lambda: any("Отпуск" in one for row in button_rows(people) for one in row))
    await bot.press_button(ADMINISTRATOR, people, "Отпуск")
    days = await bot.wait_for_message(ADMINISTRATOR, "замещающий не выбран")
    await bot.press_button(ADMINISTRATOR, days, "Кто замещает")
    letter = await bot.wait_for_message(ADMINISTRATOR, "Кто замещает?")
    await bot.press_button(ADMINISTRATOR, letter, "ЖКХ")
    await bot.wait_for_message(ADMINISTRATOR, "Замещает Начальник отдела ЖКХ, согласие не нужно")


async def test_who_has_just_been_asked_to_choose_is_not_reminded_at_once(bot: Harness) -> None:
    await bot.send_message(ROADS_HEAD, "/away завтра")
    await bot.wait_for_message(ROADS_HEAD, "Кто замещает?")
    bot.pass_time(minutes=59)
    await wait_until_idle(bot)
    assert not bot.find_message(ROADS_HEAD, "а замещающего ещё нет")
    assert not bot.find_message(ADMINISTRATOR, "а замещающего ещё нет")
    bot.pass_time(minutes=1)
    await bot.wait_for_message(ROADS_HEAD, "а замещающего ещё нет")
    await bot.wait_for_message(ADMINISTRATOR, "а замещающего ещё нет")


async def test_nobody_stands_in_is_mentioned_in_time_and_once(bot: Harness) -> None:
    await bot.send_message(ROADS_HEAD, "/away 01.12–14.12")
    await bot.wait_for_message(ROADS_HEAD, "Кто замещает?")
    for moment, count in (("24.11 10:00", 1), ("25.11 10:00", 1), ("28.11 10:00", 2), ("30.11 10:00", 3)):
        bot.set_time(moment)
        await bot.wait_until(
            lambda count=count: sum("а замещающего ещё нет" in one for one in bot.bot_texts(ROADS_HEAD)) == count
        )
    await bot.wait_for_message(ADMINISTRATOR, "а замещающего ещё нет")


@pytest.mark.parametrize(
    ("days", "words"),
    [
        ("на рыбалку", "Не получилось прочитать дни."),
        ("32.13", "Не получилось прочитать дни."),
        ("24.11–21.11.2026", "кончается раньше"),
        ("01.11–05.11", "уже прошли"),
        ("01.12.2028–05.12.2028", "Проверьте год"),
    ],
)
async def test_unsuitable_days_are_refused_in_words(bot: Harness, days: str, words: str) -> None:
    await bot.send_message(ROADS_HEAD, f"/away {days}")
    await bot.wait_for_message(ROADS_HEAD, words)


async def test_two_people_cannot_stand_in_for_each_other_nor_be_away_twice(bot: Harness) -> None:
    await plan(bot, ROADS_HEAD, "21.11–24.11", "ЖКХ")
    await bot.press_button(HOUSING_HEAD, await bot.wait_for_message(HOUSING_HEAD, "просит заместить"), "Согласен")
    await bot.send_message(ROADS_HEAD, "/away 24.11–26.11")
    await bot.wait_for_message(ROADS_HEAD, "отпуск уже отмечен")
    await plan(bot, HOUSING_HEAD, "23.11–27.11", "дорог")
    await wait_until_idle(bot)
    assert not bot.find_message(ROADS_HEAD, "просит заместить"), "the roads' head is away on two of these days"


async def start_absence(bot: Harness) -> None:
    """Let the housing head stand in for the roads' head, who is away from today."""
    await plan(bot, ROADS_HEAD, "21.11–24.11", "ЖКХ")
    await bot.press_button(HOUSING_HEAD, await bot.wait_for_message(HOUSING_HEAD, "просит заместить"), "Согласен")
    bot.set_time("21.11 09:30")
    await bot.wait_for_message(HOUSING_HEAD, "в отпуске по 24.11.2026")


async def test_a_stand_in_who_blocks_the_bot_is_replaced_by_who_sorts_until_they_return(bot: Harness) -> None:
    await start_absence(bot)
    await bot.sandbox.telegram.block(HOUSING_HEAD)
    await send_report(bot)

    card = await bot.wait_for_card(COORDINATOR, 1)
    assert button_shown(card, "Принять")
    assert not bot.find_message(ROADS_HEAD, "🆕 №1"), "the head is on holiday"

    await bot.sandbox.telegram.unblock(HOUSING_HEAD)
    await bot.send_message(HOUSING_HEAD, "/my")
    back = await bot.wait_for_card(HOUSING_HEAD, 1)
    await bot.wait_until(lambda: button_shown(back, "Принять"))
    await bot.wait_until(lambda: not button_shown(card, "Принять"))


async def test_a_dismissed_stand_in_leaves_the_choice_open_and_everybody_is_told(bot: Harness) -> None:
    await start_absence(bot)
    await send_report(bot)
    await bot.wait_for_card(HOUSING_HEAD, 1)

    bot.settings["staff"] = "[[staff]]".join(one for one in STAFF.split("[[staff]]") if "housing" not in one)
    await apply_people(bot)

    asked = await bot.wait_for_message(ROADS_HEAD, "Начальник отдела ЖКХ не может вас заместить.")
    await bot.wait_for_message(ADMINISTRATOR, "а замещающего ещё нет")
    await bot.wait_for_card(COORDINATOR, 1)
    await bot.press_button(ROADS_HEAD, asked, "Выбрать другого")
    letter = await bot.wait_for_message(ROADS_HEAD, "Кто замещает?")
    await bot.press_button(ROADS_HEAD, letter, "Координатор")
    await bot.press_button(COORDINATOR, await bot.wait_for_message(COORDINATOR, "просит заместить"), "Согласен")
    await bot.wait_for_message(ROADS_HEAD, "Вас замещает Координатор")
    await wait_until_idle(bot)
    assert sum("а замещающего ещё нет" in one for one in bot.bot_texts(ADMINISTRATOR)) == 1


async def test_another_stand_in_is_chosen_during_the_absence_and_the_first_loses_the_cards(bot: Harness) -> None:
    await start_absence(bot)
    await send_report(bot)
    card = await bot.wait_for_card(HOUSING_HEAD, 1)
    await bot.send_message(ROADS_HEAD, "/away")
    days = await bot.wait_for_message(ROADS_HEAD, "🏖 Отпуск", "замещает Начальник отдела ЖКХ")
    await bot.press_button(ROADS_HEAD, days, "Кто замещает")
    letters = bot.bot_messages
    again = await bot.wait_until(
        lambda: next((one for one in letters(ROADS_HEAD)[::-1] if button_shown(one, "Координатор")), None)
    )
    await bot.press_button(ROADS_HEAD, again, "Координатор")
    await bot.press_button(COORDINATOR, await bot.wait_for_message(COORDINATOR, "просит заместить"), "Согласен")

    assert button_shown(await bot.wait_for_card(COORDINATOR, 1), "Принять")
    await bot.wait_until(lambda: not button_shown(card, "Принять"))


BLOCK = """
[[staff]]
name = "Заместитель по дорогам"
role = "deputy"
sectors = ["roads"]
telegram_id = 1006

[[staff]]
name = "Куратор блока дорог"
role = "block_curator"
sectors = ["roads"]
telegram_id = 1007

[[staff]]
name = "Куратор блока ЖКХ"
role = "block_curator"
sectors = ["housing"]
telegram_id = 1008
"""
DEPUTY, BLOCK_CURATOR, OTHER_CURATOR = 1006, 1007, 1008


async def open_block(bot: Harness, more: str = "") -> None:
    bot.settings |= {"staff": STAFF + BLOCK, "more": more}
    for number in (DEPUTY, BLOCK_CURATOR, OTHER_CURATOR):
        bot.sandbox.telegram.user(number, f"Сотрудник {number}")
        await bot.sandbox.telegram.start_bot(number)
    await bot.start()


async def test_nobody_left_is_replaced_by_the_block_curator_then_by_who_sorts(closed_bot: Harness) -> None:
    bot = closed_bot
    await open_block(bot)
    await send_report(bot)
    await bot.wait_for_card(ROADS_HEAD, 1)
    for who in (ROADS_HEAD, DEPUTY):
        await bot.send_message(who, "/away 21.11–24.11")
        await bot.wait_for_message(who, "Кто замещает?")
    await wait_until_idle(bot)
    assert bot.ticket_numbers(BLOCK_CURATOR) == []

    bot.set_time("21.11 09:30")

    await bot.wait_for_message(BLOCK_CURATOR, "в отпуске", "сообщения получает Куратор блока дорог")
    card = await bot.wait_for_card(BLOCK_CURATOR, 1, "Ответственный в отпуске, его замещают")
    await wait_until_idle(bot)
    assert bot.ticket_numbers(COORDINATOR) == bot.ticket_numbers(OTHER_CURATOR) == []
    await bot.press_button(BLOCK_CURATOR, card, "Принять")
    await bot.wait_for_card(BLOCK_CURATOR, 1, "В работе: Куратор блока дорог")

    await bot.sandbox.telegram.block(BLOCK_CURATOR)
    await send_report(bot, "На Мира 7 огромная яма на дороге")
    second = await bot.wait_for_card(COORDINATOR, 2)
    assert button_shown(second, "Принять")
    await bot.sandbox.telegram.unblock(BLOCK_CURATOR)
    await bot.send_message(BLOCK_CURATOR, "/my")
    back = await bot.wait_for_card(BLOCK_CURATOR, 2)
    await bot.wait_until(lambda: button_shown(back, "Принять"))
    await bot.wait_until(lambda: not button_shown(second, "Принять"))

    bot.set_time("25.11 09:30")

    await bot.wait_for_message(ROADS_HEAD, "С возвращением!")
    await bot.wait_until(lambda: not button_shown(back, "Принять"))
    assert button_shown(await bot.wait_for_card(ROADS_HEAD, 2), "Принять")
    kept = await bot.wait_for_card(BLOCK_CURATOR, 1)
    await bot.press_button(BLOCK_CURATOR, kept, "Ответить")
    await bot.wait_for_message(BLOCK_CURATOR, "Ответ на №1")


async def test_the_work_of_a_head_who_has_blocked_the_bot_is_not_the_curators(closed_bot: Harness) -> None:
    """Curators of blocks are deputy mayors: an absence that everybody knows of reaches them, a blocked bot does not."""
    bot = closed_bot
    await open_block(bot)
    for who in (ROADS_HEAD, DEPUTY):
        await bot.sandbox.telegram.block(who)
    await send_report(bot)
    await bot.wait_for_card(COORDINATOR, 1)
    assert bot.ticket_numbers(BLOCK_CURATOR) == []


async def test_an_approval_of_absent_heads_goes_to_the_block_curator(closed_bot: Harness) -> None:
    bot = closed_bot
    await open_block(bot, '[[rules]]\nsector = "roads"\napproval = ["coordinator", "head"]\n')
    for who in (ROADS_HEAD, DEPUTY):
        await bot.send_message(who, "/away 21.11–24.11")
        await bot.wait_for_message(who, "Кто замещает?")
    await send_report(bot)
    card = await bot.wait_for_card(ROADS_HEAD, 1)
    await bot.press_button(ROADS_HEAD, card, "Принять")
    await bot.press_button(ROADS_HEAD, card, "Подготовить ответ")
    await bot.wait_for_message(ROADS_HEAD, "Ответ на №1")
    await bot.send_message(ROADS_HEAD, "Засыплем до 25.11.2026.")
    preview = await bot.wait_for_message(ROADS_HEAD, "Так ответ увидит житель")
    await bot.press_button(ROADS_HEAD, preview, "На согласование")
    bot.set_time("21.11 09:30")
    await bot.press_button(COORDINATOR, await bot.wait_for_message(COORDINATOR, "на согласовании (№1)"), "Согласовать")
    await bot.wait_for_message(BLOCK_CURATOR, "на согласовании (№1)")
