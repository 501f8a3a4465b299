"""Talk that may be about a problem: one quiet list for the coordinator, two buttons for each message."""

from datetime import timedelta
from typing import Any

import pytest

from tests.e2e.harness import (
    ANNA,
    COORDINATOR,
    GROUP,
    MARIA,
    PYOTR,
    ROADS_HEAD,
    STAFF,
    START_TIME,
    Harness,
    message_text,
)
from tests.e2e.queries import button_rows, get_ticket, list_audit, record_buttons, wait_until_idle
from tests.e2e.schedules import makes_sound

PUDDLE = "Лужа у магазина всё ещё там"
WATER = "Вода сегодня какая-то не такая"
CAT = "Кот на дереве всё сидит"
LIST = "Бот не уверен, о проблеме ли это"


@pytest.fixture
async def chat(closed_bot: Harness) -> Harness:
    """The group is one where neighbours talk."""
    closed_bot.settings["kind"] = "chat"
    await closed_bot.start()
    return closed_bot


async def send_talk(bot: Harness, *texts: str, who: int = MARIA) -> list[int]:
    said = [await bot.sandbox.telegram.send_message(GROUP, who, text) for text in texts]
    await bot.wait_for_inbox()
    return said


async def wait_for_list(bot: Harness, person: int = COORDINATOR) -> dict[str, Any]:
    return await bot.wait_for_message(person, LIST)


async def wait_for_review_queue(bot: Harness) -> None:
    """The sweep of doubts has come round, and all that is due has been sent."""
    await bot.wait_for_tasks("review_queue")
    await wait_until_idle(bot)


async def test_a_doubtful_message_becomes_a_ticket_or_not_by_one_press(chat: Harness) -> None:
    await send_talk(chat, PUDDLE, "Всем доброе утро!", "Какая красота в парке, гуляем")
    await send_talk(chat, WATER, who=PYOTR)
    await wait_for_review_queue(chat)
    assert chat.find_message(COORDINATOR, LIST) is None, "two of them are worth no list yet"

    chat.pass_time(hours=2)
    letter = await wait_for_list(chat)
    assert not makes_sound(letter)
    assert "2 сообщения" in message_text(letter)
    assert (PUDDLE in message_text(letter), WATER in message_text(letter), "красота" in message_text(letter)) == (
        True,
        True,
        False,
    )
    assert "Telegram «Подслушано»" in message_text(letter)
    assert button_rows(letter) == [["1. О проблеме", "1. Не требует ответа"], ["2. О проблеме", "2. Не требует ответа"]]

    said = await chat.press_button(COORDINATOR, letter, "1. О проблеме")
    assert said["text"] == "Зарегистрировано: №1"
    await chat.wait_until(lambda: "1 сообщение" in message_text(letter))
    assert PUDDLE not in message_text(letter)
    made = await get_ticket(chat, 1)
    assert (made.text, made.author_name) == (PUDDLE, "Мария")
    assert made.registered_at == START_TIME + timedelta(hours=2), "its term runs from now"
    assert made.accept_due == made.registered_at + timedelta(hours=1)
    await chat.wait_for_card(ROADS_HEAD, 1, PUDDLE)
    assert len(await list_audit(chat, 1, "is_problem")) == 1

    said = await chat.press_button(COORDINATOR, letter, "1. Не требует ответа")
    assert said["text"] == "Отмечено: не требует ответа"
    await chat.wait_until(lambda: "разобраны" in message_text(letter))
    assert button_rows(letter) == []
    assert len([text for text in chat.bot_texts(COORDINATOR) if LIST in text or "разобраны" in text]) == 1


async def test_sorted_item_does_not_return(chat: Harness) -> None:
    [said] = await send_talk(chat, PUDDLE)
    chat.pass_time(hours=2)
    letter = await wait_for_list(chat)
    stored = await chat.find_stored_message("telegram", GROUP, said)
    assert stored is not None
    await chat.press_button(COORDINATOR, letter, "О проблеме")
    await chat.wait_for_card(ROADS_HEAD, 1)
    for code in (f"1:qp:0:{stored.id}", f"1:qt:0:{stored.id}", "1:qp:0:77777", "1:qt:0:x", "1:qp:0:"):
        answer = await chat.press_code(COORDINATOR, COORDINATOR, letter["message_id"], code)
        assert answer["text"] == "Это сообщение уже разобрано, список обновлён."
    assert chat.ticket_numbers(ROADS_HEAD) == [1]


async def test_only_who_sorts_may_say(chat: Harness) -> None:
    [said] = await send_talk(chat, PUDDLE)
    stored = await chat.find_stored_message("telegram", GROUP, said)
    assert stored is not None
    await record_buttons(chat, ROADS_HEAD, 1, 0)
    for code in (f"1:qp:0:{stored.id}", f"1:qt:0:{stored.id}", "1:q:0:1"):
        answer = await chat.press_code(ROADS_HEAD, ROADS_HEAD, 1, code)
        assert "недоступно" in answer["text"]
    chat.pass_time(hours=2)
    assert "1 сообщение" in message_text(await wait_for_list(chat))
    assert chat.find_message(ROADS_HEAD, LIST) is None


async def test_many_come_at_once_page_by_page_and_renewed(chat: Harness) -> None:
    places = (
        "бани",
        "почты",
        "рынка",
        "клуба",
        "парка",
        "моста",
        "банка",
        "кафе",
        "аптеки",
        "вокзала",
        "сада",
        "церкви",
    )
    for place in places:
        await send_talk(chat, f"Лужа у {place} всё ещё там")
    letter = await wait_for_list(chat)
    assert "страница 1 из 3" in message_text(letter)
    assert [len(row) for row in button_rows(letter)] == [2, 2, 2, 2, 2, 1]

    await chat.press_button(COORDINATOR, letter, "Дальше ›")
    await chat.wait_until(lambda: "страница 2 из 3" in message_text(letter))
    assert "6. " in message_text(letter)
    await chat.press_button(COORDINATOR, letter, "Дальше ›")
    await chat.wait_until(lambda: button_rows(letter)[-1] == ["‹ Раньше"])
    await chat.press_button(COORDINATOR, letter, "12. Не требует ответа")
    await chat.press_button(COORDINATOR, letter, "11. Не требует ответа")
    await chat.wait_until(lambda: "страница 2 из 2" in message_text(letter))

    # What comes meanwhile changes the list in place, later; a new one comes when the first has waited.
    await send_talk(chat, CAT, who=ANNA)
    chat.pass_time(minutes=10)
    await chat.wait_until(lambda: CAT in message_text(letter) or "11 сообщений" in message_text(letter))
    chat.pass_time(hours=2)
    await chat.wait_until(lambda: "теперь ниже" in message_text(letter))
    fresh = await wait_for_list(chat)
    assert fresh["message_id"] != letter["message_id"]
    assert "11 сообщений" in message_text(fresh)
    assert not makes_sound(fresh)


async def test_at_night_the_list_rests_until_the_morning(closed_bot: Harness) -> None:
    closed_bot.settings |= {"kind": "chat", "quiet_from": "22:00", "quiet_to": "08:00"}
    await closed_bot.start()
    closed_bot.set_time("20.11 21:30")
    await send_talk(closed_bot, PUDDLE)
    closed_bot.set_time("21.11 03:00")
    await wait_for_review_queue(closed_bot)
    assert closed_bot.find_message(COORDINATOR, LIST) is None
    closed_bot.set_time("21.11 08:00")
    assert PUDDLE in message_text(await wait_for_list(closed_bot))


async def test_resolved_or_deleted_message_leaves_the_queue(chat: Harness) -> None:
    edited, deleted, other = await send_talk(chat, PUDDLE, WATER, CAT)
    await chat.sandbox.telegram.edit(GROUP, edited, "На Ленина 45 яма на дороге, в ней лужа, машины вязнут")
    await chat.wait_for_card(ROADS_HEAD, 1)
    assert chat.app is not None
    async with chat.app.database.begin() as uow:
        gone = await uow.messages.find_by_external_id("telegram", str(GROUP), str(deleted))
        assert gone is not None
        await uow.messages.mark_deleted(gone.id, chat.clock.now())
    chat.pass_time(hours=2)
    letter = await wait_for_list(chat)
    assert "1 сообщение" in message_text(letter)
    assert CAT in message_text(letter)
    assert other


async def test_two_coordinators_see_one_another(closed_bot: Harness) -> None:
    second = '[[staff]]\nname = "Второй координатор"\nrole = "coordinator"\ntelegram_id = 1011\n'
    closed_bot.settings |= {"kind": "chat", "staff": STAFF + second}
    closed_bot.sandbox.telegram.user(1011, "Зоя")
    await closed_bot.sandbox.telegram.start_bot(1011)
    await closed_bot.start()
    await send_talk(closed_bot, PUDDLE, WATER)
    closed_bot.pass_time(hours=2)
    mine, hers = await wait_for_list(closed_bot), await wait_for_list(closed_bot, 1011)
    await closed_bot.press_button(COORDINATOR, mine, "1. Не требует ответа")
    await closed_bot.wait_until(lambda: "1 сообщение" in message_text(mine))
    closed_bot.pass_time(minutes=10)
    await closed_bot.wait_until(lambda: "1 сообщение" in message_text(hers))
