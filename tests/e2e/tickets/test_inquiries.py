"""«Запросить сведения» of another unit, «Вынести на рассмотрение», and what becomes of the questions."""

from typing import Any

import pytest

from tests.databases import ON_BOTH
from tests.e2e.harness import (
    COORDINATOR,
    HOUSING_HEAD,
    ROADS_HEAD,
    Harness,
    button_labels,
    message_text,
)
from tests.e2e.queries import button_rows, list_audit, send_report, wait_until_idle
from tests.e2e.schedules import MANAGER, WITH_MANAGER, add_officials

QUESTION = "Когда водоканал закончит раскопки на Ленина?"


@pytest.fixture
async def town(closed_bot: Harness) -> Harness:
    """A town with a manager and a ticket of the roads' head."""
    closed_bot.settings["staff"] = WITH_MANAGER
    await add_officials(closed_bot, MANAGER)
    await closed_bot.start()
    await send_report(closed_bot)
    await closed_bot.wait_for_card(ROADS_HEAD, 1)
    return closed_bot


async def press_in_menu(bot: Harness, *buttons: str, person: int = ROADS_HEAD) -> None:
    """Press «Ещё» and then these buttons of the card, one after another."""
    for button in ("Ещё", *buttons):
        card = await bot.wait_for_card(person, 1)
        await bot.wait_until(lambda button=button, card=card: any(button in one for one in button_labels(card)))
        await bot.press_button(person, card, button)


async def ask_housing(bot: Harness, words: str = QUESTION) -> dict[str, Any]:
    """The roads' head asks the housing block; the message that its head gets."""
    await press_in_menu(bot, "Запросить сведения", "ЖКХ")
    await bot.wait_for_message(ROADS_HEAD, "Запрос (ЖКХ) по №1", "Срок ответа")
    await bot.send_message(ROADS_HEAD, words)
    return await bot.wait_for_message(HOUSING_HEAD, "📨 Запрос сведений по №1", "Начальник отдела дорог")


@ON_BOTH
async def test_another_unit_answers_and_who_asked_reads_it_on_the_card(town: Harness) -> None:
    received = await ask_housing(town)
    assert QUESTION in message_text(received)
    await town.wait_for_card(ROADS_HEAD, 1, "📨 Запрос: ЖКХ, ответ до пн 23.11")

    [[button]] = [row for row in received["reply_markup"]["inline_keyboard"] if "Ответить на запрос" in row[0]["text"]]
    code = button["callback_data"]
    await town.press_button(HOUSING_HEAD, received, "Ответить на запрос")
    await town.wait_for_message(HOUSING_HEAD, "Вопрос по №1", "житель не увидит")
    await town.send_message(HOUSING_HEAD, "Закончат в среду")

    await town.wait_for_message(ROADS_HEAD, "📨 Ответ на запрос по №1 · ЖКХ (Начальник отдела ЖКХ)", "Закончат в среду")
    await town.wait_for_card(ROADS_HEAD, 1, "📨 ЖКХ (14:30): Закончат в среду")
    assert [row.action for row in await list_audit(town, 1)][-2:] == ["inquiry_asked", "inquiry_answered"]
    refused = await town.press_code(HOUSING_HEAD, HOUSING_HEAD, received["message_id"], code)  # an old screen
    assert "уже ответили: Начальник отдела ЖКХ" in str(refused)


async def test_a_late_answer_is_reminded_of_once_and_told_to_who_asked(town: Harness) -> None:
    await ask_housing(town, f"{QUESTION} до 20.11 16:30")
    await town.wait_for_card(ROADS_HEAD, 1, "ответ до 16:30")
    town.set_time("20.11 15:31")
    await town.wait_for_message(HOUSING_HEAD, "⏰ Ждём ответ на запрос по №1")
    assert town.find_message(ROADS_HEAD, "⏰ Ждём") is None
    town.set_time("20.11 16:31")
    await town.wait_for_message(HOUSING_HEAD, "Просрочено: ответ на запрос по №1")
    await town.wait_for_message(ROADS_HEAD, "Просрочено: ответ на запрос по №1")
    town.set_time("20.11 17:31")
    await wait_until_idle(town)
    assert sum("Просрочено: ответ на запрос" in text for text in town.bot_texts(ROADS_HEAD)) == 1


async def test_who_asks_a_unit_without_an_account_enters_its_answer(town: Harness) -> None:
    await press_in_menu(town, "Запросить сведения", "Другая организация")
    await town.wait_for_message(ROADS_HEAD, "Кого спросить по №1?")
    await town.send_message(ROADS_HEAD, "Водоканал")
    await town.wait_for_message(ROADS_HEAD, "Запрос (Водоканал) по №1")
    await town.send_message(ROADS_HEAD, QUESTION)
    sent = await town.wait_for_message(ROADS_HEAD, "записан: Водоканал", "внесите ответ")

    await town.press_button(ROADS_HEAD, sent, "Внести ответ")
    await town.wait_for_message(ROADS_HEAD, "Вопрос по №1")
    await town.send_message(ROADS_HEAD, "Сказали, что в среду")
    await town.wait_for_card(ROADS_HEAD, 1, "📨 Водоканал (14:30): Сказали, что в среду")


async def test_a_decision_comes_back_with_its_date_and_is_reminded_of(town: Harness) -> None:
    await press_in_menu(town, "Вынести на рассмотрение")
    await town.wait_for_message(ROADS_HEAD, "Вопрос по №1", "что нужно решить")
    await town.send_message(ROADS_HEAD, "Хватит ли денег на ремонт в этом году?")
    asked = await town.wait_for_message(MANAGER, "⚖️ Нужно решение по №1", "Хватит ли денег")
    await town.wait_for_card(ROADS_HEAD, 1, "⚖️ На рассмотрении, ответ до")
    await town.send_message(MANAGER, "/questions")
    await town.wait_for_message(MANAGER, "⚖️ Вопросы на рассмотрении", "№1", "Хватит ли денег")

    await town.press_button(MANAGER, asked, "Внести решение")
    await town.wait_for_message(MANAGER, "Напишите решение")
    await town.send_message(MANAGER, "Решение: засыпать из резерва, до 04.12")

    await town.wait_for_message(ROADS_HEAD, "⚖️ Решение по №1 · Руководитель МЦУ", "засыпать из резерва", "напомню")
    await town.wait_for_card(ROADS_HEAD, 1, "⚖️ Решение (Руководитель МЦУ, 14:30, до пт 04.12, 23:59)")
    await town.send_message(COORDINATOR, "/questions")
    await town.wait_for_message(COORDINATOR, "📌 №1 · решено, срок пт 04.12")
    town.set_time("04.12 09:00")
    await town.wait_for_message(ROADS_HEAD, "📌 Срок решения по №1", "засыпать из резерва")
    await town.send_message(ROADS_HEAD, "/find 1")
    await wait_until_idle(town)
    await press_in_menu(town, "История")
    await town.wait_for_message(ROADS_HEAD, "вопрос вынесен на рассмотрение — Начальник", "принято решение — Руков")


@pytest.mark.parametrize("words", ["до 25.11", "Когда? до 31.02", "Когда? до 19.11"])
async def test_a_question_without_words_or_with_a_wrong_date_is_refused(town: Harness, words: str) -> None:
    await press_in_menu(town, "Запросить сведения", "ЖКХ")
    await town.wait_for_message(ROADS_HEAD, "Запрос (ЖКХ) по №1")
    await town.send_message(ROADS_HEAD, words)
    await town.wait_until(
        lambda: any(
            town.find_message(ROADS_HEAD, one)
            for one in ("Эта дата не подходит", "имели в виду 19.11.2027", "нужен текст")
        )
    )
    assert await list_audit(town, 1, "inquiry_asked") == []
    await town.send_message(ROADS_HEAD, QUESTION)  # the dialog goes on
    await town.wait_for_message(HOUSING_HEAD, "📨 Запрос сведений по №1")


async def test_a_stranger_to_the_ticket_can_neither_ask_nor_answer(town: Harness) -> None:
    received = await ask_housing(town)
    card = await town.wait_for_card(ROADS_HEAD, 1)
    for code in ("1:ju:1:0", "1:jr:1:roads", "1:jd:1", "1:ja:1:77"):
        await town.press_code(HOUSING_HEAD, HOUSING_HEAD, received["message_id"], code)
    assert len(await list_audit(town, 1, "inquiry_asked")) == 1
    assert button_rows(card)[0] == ["✅ Принять", "✍️ Ответить"]
