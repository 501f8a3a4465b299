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
    Town,
    words,
)
from tests.e2e.queries import HATCH, RIDDLE, ROOF, delivered, preview, refusals, report, rows, state

OTHER_HATCH = "На Кирова 10 яма на дороге, колесо пробил"


async def test_two_replies_to_two_cards_at_once_lose_no_words(town: Town) -> None:
    await report(town)
    first = await town.card(ROADS_HEAD, 1)
    await report(town, OTHER_HATCH, PYOTR)
    second = await town.card(ROADS_HEAD, 2)
    await delivered(town)
    await town.stop()
    await town.write(ROADS_HEAD, "Первый ответ.", reply_to=first["message_id"])
    await town.write(ROADS_HEAD, "Второй ответ.", reply_to=second["message_id"])
    await town.start()

    given_up = await town.letter(ROADS_HEAD, "Черновик ответа на №1", "Первый ответ.")
    assert "Жителю ничего не отправлено" in words(given_up)
    assert rows(given_up) == []
    draft = await preview(town, ROADS_HEAD, "(№2)", "Второй ответ.")
    await delivered(town)
    assert town.find(ROADS_HEAD, "Так ответ увидит житель", "(№1)") is None
    await town.press(ROADS_HEAD, draft, "Отправить")
    assert words(await town.letter(GROUP)) == "Второй ответ."
    assert await state(town, 1) is State.ASSIGNED


async def test_a_failed_publication_of_another_block_is_not_shown(town: Town) -> None:
    await report(town)
    await town.card(ROADS_HEAD, 1)
    await report(town, ROOF, PYOTR)
    await town.card(HOUSING_HEAD, 2)
    await town.press(HOUSING_HEAD, await town.card(HOUSING_HEAD, 2), "Ответить")
    await town.letter(HOUSING_HEAD, "Ответ на №2")
    await town.write(HOUSING_HEAD, "Тайна чужого блока.")
    draft = await preview(town, HOUSING_HEAD, "Тайна")
    await delivered(town)
    town.sandbox.telegram.faults.order("sendMessage", api_fault(403, "Forbidden: not enough rights"))
    await town.press(HOUSING_HEAD, draft, "Отправить")
    failed = await town.letter(HOUSING_HEAD, "№2", "не опубликован")
    code = failed["reply_markup"]["inline_keyboard"][0][0]["callback_data"]
    assert code == "1:rt:2:1"

    card = await town.card(ROADS_HEAD, 1)
    said = await town.press_raw(ROADS_HEAD, ROADS_HEAD, card["message_id"], "1:rt:1:1")

    assert said["show_alert"]
    await delivered(town)
    assert town.find(ROADS_HEAD, "Тайна") is None
    assert await refusals(town, 1) == ["outdated"]


async def test_by_hand_is_said_of_ones_own_ticket_alone(closed_town: Town) -> None:
    town = closed_town
    town.settings["answers"] = "person"
    await town.start()
    await report(town)
    card = await town.card(ROADS_HEAD, 1)
    await report(town, ROOF, PYOTR)
    await town.answer(HOUSING_HEAD, 2, "Комиссия завтра.")
    await town.letter(HOUSING_HEAD, "нужно опубликовать вручную")

    said = await town.press_raw(ROADS_HEAD, ROADS_HEAD, card["message_id"], "1:p:1:1")

    assert said["show_alert"]
    assert "Кнопка устарела" in said["text"]
    assert await state(town, 2) is State.PUBLISHING


async def test_a_colleagues_reply_in_triage_is_offered_when_the_sector_is_chosen(town: Town) -> None:
    asked = await report(town, RIDDLE)
    card = await town.card(COORDINATOR, 1, "нужно выбрать отрасль")
    await town.sandbox.telegram.say(GROUP, CURATOR, "Завтра починим.", reply_to=asked)
    await delivered(town)
    assert town.find(COORDINATOR, "Считать это ответом?") is None  # it could only be refused

    await town.press(COORDINATOR, card, "Дороги")

    note = await town.letter(ROADS_HEAD, "ответили в самом чате (Куратор)", "Завтра починим.")
    await town.press(ROADS_HEAD, note, "Да, это ответ")
    await town.card(ROADS_HEAD, 1, "✅ Отвечено", "Завтра починим.")


async def test_a_colleagues_reply_goes_to_the_citizens_other_chats(town: Town) -> None:
    asked = await report(town)
    await town.card(ROADS_HEAD, 1)
    copy = await town.sandbox.telegram.say(SECOND_GROUP, MARIA, HATCH)
    await town.card(ROADS_HEAD, 1, "«Дворы»")
    await town.sandbox.telegram.say(GROUP, CURATOR, "Завтра починим.", reply_to=asked)

    await town.press(ROADS_HEAD, await town.letter(ROADS_HEAD, "Считать это ответом?"), "Да, это ответ")

    answer = await town.letter(SECOND_GROUP, "Завтра починим.")
    assert answer["reply_to_message"]["message_id"] == copy
    await delivered(town)
    assert town.letters(GROUP) == []


async def test_a_card_asked_for_while_its_change_is_on_the_way_comes(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    await report(town)
    card = await town.card(ROADS_HEAD, 1)
    await delivered(town)
    assert town.app is not None
    messenger = town.app.messengers["telegram"]
    edit, reached, go = type(messenger).edit, asyncio.Event(), asyncio.Event()

    async def slow(self: Any, *given: Any) -> None:
        await edit(self, *given)
        if not reached.is_set():
            reached.set()
            await go.wait()

    monkeypatch.setattr(type(messenger), "edit", slow)
    await town.press(ROADS_HEAD, card, "Принять")
    await town.until(reached.is_set)
    await town.write(ROADS_HEAD, "/find 1")
    await town.letter(ROADS_HEAD, "карточка теперь ниже")
    go.set()

    await delivered(town)
    newest = town.letters(ROADS_HEAD)[-1]
    assert newest["message_id"] != card["message_id"]
    assert words(newest).startswith("🛠 №1")
    assert words(card) == "№1: карточка теперь ниже."
    assert rows(card) == []


async def test_a_year_that_cannot_be_meant_is_asked_again(town: Town) -> None:
    await town.write(COORDINATOR, "/new На Ленина 45 яма на дороге")
    for question, choice in (("Откуда пришло", "ПОС"), ("Номер", "Нет номера")):
        await town.press(COORDINATOR, await town.letter(COORDINATOR, question), choice)
    await town.letter(COORDINATOR, "До какого времени")
    await town.write(COORDINATOR, "25.11.2062 15:00")
    again = await town.letter(COORDINATOR, "Проверьте год")
    assert rows(again) == [["Обычный срок"], ["Отмена"]]


async def test_the_words_under_a_photo_are_typed_in_and_the_photo_is_said_to_be_left(town: Town) -> None:
    await town.write(COORDINATOR, "/new")
    await town.letter(COORDINATOR, "Новое сообщение")
    await town.write(COORDINATOR, "На Ленина 45 яма на дороге", photo=b"picture")
    letter = await town.letter(COORDINATOR, "Откуда пришло сообщение?")
    assert "Файлы сюда не вносятся" in words(letter)
    await town.press(COORDINATOR, letter, "ПОС")
    for question, choice in (("Номер", "Нет номера"), ("До какого", "Обычный срок")):
        await town.press(COORDINATOR, await town.letter(COORDINATOR, question), choice)
    await town.card(ROADS_HEAD, 1, "На Ленина 45 яма на дороге")


async def test_words_that_come_too_late_are_refused_in_words_about_the_message(town: Town) -> None:
    await report(town)
    card = await town.card(ROADS_HEAD, 1)
    await town.press(ROADS_HEAD, card, "Передать")
    await town.until(lambda: any("ЖКХ" in row for row in rows(card)))
    await town.press(ROADS_HEAD, card, "ЖКХ")
    await town.letter(ROADS_HEAD, "Сообщение №1 передано")
    await town.write(ROADS_HEAD, "Засыплем.", reply_to=card["message_id"])
    await town.letter(ROADS_HEAD, "Сообщение №1 сейчас не у вас", "Жителю ничего не отправлено")

    other = await town.card(HOUSING_HEAD, 1)
    await town.press(HOUSING_HEAD, other, "Ещё")
    await town.until(lambda: any("Не требует" in row[0] for row in rows(other)))
    await town.press(HOUSING_HEAD, other, "Не требует ответа")
    await town.until(lambda: any("Повтор" in row for row in rows(other)))
    await town.press(HOUSING_HEAD, other, "Повтор")
    await town.card(HOUSING_HEAD, 1, "🚫")
    await town.write(HOUSING_HEAD, "Засыплем.", reply_to=other["message_id"])
    refusal = await town.letter(HOUSING_HEAD, "Сообщение №1 уже закрыто без ответа")
    assert "Кнопка" not in words(refusal)
