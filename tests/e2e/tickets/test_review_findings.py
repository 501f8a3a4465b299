"""Two things at once, and what somebody with a modified app may press: nothing is lost, nothing of others is shown."""

import asyncio
from typing import Any

import pytest

from bot.domain.tickets import State
from sandbox.telegram.server import api_fault
from tests.e2e.harness import (
    COORDINATOR,
    CURATOR,
    GROUP,
    HOUSING_HEAD,
    MARIA,
    PYOTR,
    ROADS_HEAD,
    SECOND_GROUP,
    Harness,
    message_text,
)
from tests.e2e.queries import (
    HATCH,
    ROOF,
    UNCLEAR_REPORT,
    button_rows,
    get_ticket_state,
    refusal_codes,
    send_report,
    wait_for_preview,
    wait_until_idle,
)

OTHER_HATCH = "На Кирова 10 яма на дороге, колесо пробил"


async def test_two_replies_to_two_cards_at_once_lose_no_words(bot: Harness) -> None:
    await send_report(bot)
    first = await bot.wait_for_card(ROADS_HEAD, 1)
    await send_report(bot, OTHER_HATCH, PYOTR)
    second = await bot.wait_for_card(ROADS_HEAD, 2)
    await wait_until_idle(bot)
    await bot.stop()
    await bot.send_message(ROADS_HEAD, "Первый ответ.", reply_to=first["message_id"])
    await bot.send_message(ROADS_HEAD, "Второй ответ.", reply_to=second["message_id"])
    await bot.start()

    given_up = await bot.wait_for_message(ROADS_HEAD, "Черновик ответа на №1", "Первый ответ.")
    assert "Жителю ничего не отправлено" in message_text(given_up)
    assert button_rows(given_up) == []
    draft = await wait_for_preview(bot, ROADS_HEAD, "(№2)", "Второй ответ.")
    await wait_until_idle(bot)
    assert bot.find_message(ROADS_HEAD, "Так ответ увидит житель", "(№1)") is None
    await bot.press_button(ROADS_HEAD, draft, "Отправить")
    assert message_text(await bot.wait_for_message(GROUP)) == "Второй ответ."
    assert await get_ticket_state(bot, 1) is State.ASSIGNED


async def test_a_failed_publication_of_another_block_is_not_shown(bot: Harness) -> None:
    await send_report(bot)
    await bot.wait_for_card(ROADS_HEAD, 1)
    await send_report(bot, ROOF, PYOTR)
    await bot.wait_for_card(HOUSING_HEAD, 2)
    await bot.press_button(HOUSING_HEAD, await bot.wait_for_card(HOUSING_HEAD, 2), "Ответить")
    await bot.wait_for_message(HOUSING_HEAD, "Ответ на №2")
    await bot.send_message(HOUSING_HEAD, "Тайна чужого блока.")
    draft = await wait_for_preview(bot, HOUSING_HEAD, "Тайна")
    await wait_until_idle(bot)
    bot.sandbox.telegram.faults.order("sendMessage", api_fault(403, "Forbidden: not enough rights"))
    await bot.press_button(HOUSING_HEAD, draft, "Отправить")
    failed = await bot.wait_for_message(HOUSING_HEAD, "№2", "не опубликован")
    code = failed["reply_markup"]["inline_keyboard"][0][0]["callback_data"]
    assert code == "1:rt:2:1"

    card = await bot.wait_for_card(ROADS_HEAD, 1)
    said = await bot.press_code(ROADS_HEAD, ROADS_HEAD, card["message_id"], "1:rt:1:1")

    assert said["show_alert"]
    await wait_until_idle(bot)
    assert bot.find_message(ROADS_HEAD, "Тайна") is None
    assert await refusal_codes(bot, 1) == ["outdated"]


async def test_by_hand_is_said_of_ones_own_ticket_alone(closed_bot: Harness) -> None:
    bot = closed_bot
    bot.settings["answers"] = "person"
    await bot.start()
    await send_report(bot)
    card = await bot.wait_for_card(ROADS_HEAD, 1)
    await send_report(bot, ROOF, PYOTR)
    await bot.answer_ticket(HOUSING_HEAD, 2, "Комиссия завтра.")
    await bot.wait_for_message(HOUSING_HEAD, "нужно опубликовать вручную")

    said = await bot.press_code(ROADS_HEAD, ROADS_HEAD, card["message_id"], "1:p:1:1")

    assert said["show_alert"]
    assert "Кнопка устарела" in said["text"]
    assert await get_ticket_state(bot, 2) is State.PUBLISHING


async def test_a_colleagues_reply_in_triage_is_offered_when_the_sector_is_chosen(bot: Harness) -> None:
    asked = await send_report(bot, UNCLEAR_REPORT)
    card = await bot.wait_for_card(COORDINATOR, 1, "нужно выбрать отрасль")
    await bot.sandbox.telegram.send_message(GROUP, CURATOR, "Завтра починим.", reply_to=asked)
    await bot.wait_for_message(COORDINATOR, "Считать это ответом?")  # those who sort may answer, too

    await bot.press_button(COORDINATOR, card, "Дороги")

    note = await bot.wait_for_message(ROADS_HEAD, "ответили в самом чате (Куратор)", "Завтра починим.")
    await bot.press_button(ROADS_HEAD, note, "Да, это ответ")
    await bot.wait_for_card(ROADS_HEAD, 1, "✅ Отвечено", "Завтра починим.")


async def test_a_colleagues_reply_goes_to_the_citizens_other_chats(bot: Harness) -> None:
    asked = await send_report(bot)
    await bot.wait_for_card(ROADS_HEAD, 1)
    copy = await bot.sandbox.telegram.send_message(SECOND_GROUP, MARIA, HATCH)
    await bot.wait_for_card(ROADS_HEAD, 1, "«Дворы»")
    await bot.sandbox.telegram.send_message(GROUP, CURATOR, "Завтра починим.", reply_to=asked)

    await bot.press_button(ROADS_HEAD, await bot.wait_for_message(ROADS_HEAD, "Считать это ответом?"), "Да, это ответ")

    answer = await bot.wait_for_message(SECOND_GROUP, "Завтра починим.")
    assert answer["reply_to_message"]["message_id"] == copy
    await wait_until_idle(bot)
    assert bot.bot_messages(GROUP) == []


async def test_a_card_asked_for_while_its_change_is_on_the_way_comes(
    bot: Harness, monkeypatch: pytest.MonkeyPatch
) -> None:
    await send_report(bot)
    card = await bot.wait_for_card(ROADS_HEAD, 1)
    await wait_until_idle(bot)
    assert bot.app is not None
    messenger = bot.app.messengers["telegram"]
    edit, reached, go = type(messenger).edit, asyncio.Event(), asyncio.Event()

    async def slow(self: Any, *given: Any) -> None:
        await edit(self, *given)
        if not reached.is_set():
            reached.set()
            await go.wait()

    monkeypatch.setattr(type(messenger), "edit", slow)
    await bot.press_button(ROADS_HEAD, card, "Принять")
    await bot.wait_until(reached.is_set)
    await bot.send_message(ROADS_HEAD, "/find 1")
    await bot.wait_for_message(ROADS_HEAD, "карточка теперь ниже")
    go.set()

    await wait_until_idle(bot)
    newest = bot.bot_messages(ROADS_HEAD)[-1]
    assert newest["message_id"] != card["message_id"]
    assert message_text(newest).startswith("🛠 №1")
    assert message_text(card) == "№1: карточка теперь ниже."
    assert button_rows(card) == []


async def test_a_year_that_cannot_be_meant_is_asked_again(bot: Harness) -> None:
    await bot.send_message(COORDINATOR, "/new На Ленина 45 яма на дороге")
    for question, choice in (("Откуда пришло", "ПОС"), ("Номер", "Нет номера")):
        await bot.press_button(COORDINATOR, await bot.wait_for_message(COORDINATOR, question), choice)
    await bot.wait_for_message(COORDINATOR, "До какого времени")
    await bot.send_message(COORDINATOR, "25.11.2062 15:00")
    again = await bot.wait_for_message(COORDINATOR, "Проверьте год")
    assert button_rows(again) == [["Обычный срок"], ["Отмена"]]


async def test_the_words_under_a_photo_are_typed_in_and_the_photo_is_said_to_be_left(bot: Harness) -> None:
    await bot.send_message(COORDINATOR, "/new")
    await bot.wait_for_message(COORDINATOR, "Новое сообщение")
    await bot.send_message(COORDINATOR, "На Ленина 45 яма на дороге", photo=b"picture")
    letter = await bot.wait_for_message(COORDINATOR, "Откуда пришло сообщение?")
    assert "Файлы сюда не вносятся" in message_text(letter)
    await bot.press_button(COORDINATOR, letter, "ПОС")
    for question, choice in (("Номер", "Нет номера"), ("До какого", "Обычный срок"), ("кто это", "Гражданин")):
        await bot.press_button(COORDINATOR, await bot.wait_for_message(COORDINATOR, question), choice)
    await bot.wait_for_card(ROADS_HEAD, 1, "На Ленина 45 яма на дороге")


async def test_words_that_come_too_late_are_refused_in_words_about_the_message(bot: Harness) -> None:
    await send_report(bot)
    card = await bot.wait_for_card(ROADS_HEAD, 1)
    await bot.press_button(ROADS_HEAD, card, "Передать")
    await bot.wait_until(lambda: any("ЖКХ" in row for row in button_rows(card)))
    await bot.press_button(ROADS_HEAD, card, "ЖКХ")
    await bot.wait_for_message(ROADS_HEAD, "Сообщение №1 передано")
    await bot.send_message(ROADS_HEAD, "Засыплем.", reply_to=card["message_id"])
    await bot.wait_for_message(ROADS_HEAD, "Сообщение №1 сейчас не у вас", "Жителю ничего не отправлено")

    other = await bot.wait_for_card(HOUSING_HEAD, 1)
    await bot.press_button(HOUSING_HEAD, other, "Ещё")
    await bot.wait_until(lambda: any("Не требует" in row[0] for row in button_rows(other)))
    await bot.press_button(HOUSING_HEAD, other, "Не требует ответа")
    await bot.wait_until(lambda: any("Повтор" in row for row in button_rows(other)))
    await bot.press_button(HOUSING_HEAD, other, "Повтор")
    await bot.wait_for_card(HOUSING_HEAD, 1, "🚫")
    await bot.send_message(HOUSING_HEAD, "Засыплем.", reply_to=other["message_id"])
    refusal = await bot.wait_for_message(HOUSING_HEAD, "Сообщение №1 уже закрыто без ответа")
    assert "Кнопка" not in message_text(refusal)
