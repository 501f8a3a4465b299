"""Talk that may be about a problem: one quiet list for the coordinator, two buttons for each message."""

from datetime import timedelta
from typing import Any

import pytest

from tests.e2e.harness import ANNA, COORDINATOR, GROUP, MARIA, PYOTR, ROADS_HEAD, STAFF, START, Town, words
from tests.e2e.queries import audit, delivered, rows, ticket
from tests.e2e.schedules import rings

PUDDLE = "Лужа у магазина всё ещё там"
WATER = "Вода сегодня какая-то не такая"
CAT = "Кот у подъезда третий день сидит"
LIST = "Бот не уверен, о проблеме ли это"


@pytest.fixture
async def chat(closed_town: Town) -> Town:
    """The group is one where neighbours talk."""
    closed_town.settings["kind"] = "chat"
    await closed_town.start()
    return closed_town


async def talk(town: Town, *texts: str, who: int = MARIA) -> list[int]:
    said = [await town.sandbox.telegram.say(GROUP, who, text) for text in texts]
    await town.settled()
    return said


async def listed(town: Town, person: int = COORDINATOR) -> dict[str, Any]:
    return await town.letter(person, LIST)


async def rests(town: Town) -> None:
    """The sweep of doubts has come round, and all that is due has been sent."""
    await town.swept("doubts")
    await delivered(town)


async def test_a_doubtful_message_becomes_a_ticket_or_not_by_one_press(chat: Town) -> None:
    await talk(chat, PUDDLE, "Всем доброе утро!", "Какая красота в парке, гуляем")
    await talk(chat, WATER, who=PYOTR)
    await rests(chat)
    assert chat.find(COORDINATOR, LIST) is None, "two of them are worth no list yet"

    chat.pass_time(hours=2)
    letter = await listed(chat)
    assert not rings(letter)
    assert "2 сообщения" in words(letter)
    assert (PUDDLE in words(letter), WATER in words(letter), "красота" in words(letter)) == (True, True, False)
    assert "Telegram «Подслушано»" in words(letter)
    assert rows(letter) == [["1. О проблеме", "1. Не требует ответа"], ["2. О проблеме", "2. Не требует ответа"]]

    said = await chat.press(COORDINATOR, letter, "1. О проблеме")
    assert said["text"] == "Зарегистрировано: №1"
    await chat.until(lambda: "1 сообщение" in words(letter))
    assert PUDDLE not in words(letter)
    made = await ticket(chat, 1)
    assert (made.text, made.author_name) == (PUDDLE, "Мария")
    assert made.registered_at == START + timedelta(hours=2), "its term runs from now"
    assert made.accept_due == made.registered_at + timedelta(hours=1)
    await chat.card(ROADS_HEAD, 1, PUDDLE)
    assert len(await audit(chat, 1, "is_problem")) == 1

    said = await chat.press(COORDINATOR, letter, "1. Не требует ответа")
    assert said["text"] == "Отмечено: не требует ответа"
    await chat.until(lambda: "разобраны" in words(letter))
    assert rows(letter) == []
    assert len([text for text in chat.texts(COORDINATOR) if LIST in text or "разобраны" in text]) == 1


async def test_what_was_sorted_once_is_sorted(chat: Town) -> None:
    [said] = await talk(chat, PUDDLE)
    chat.pass_time(hours=2)
    letter = await listed(chat)
    stored = await chat.stored("telegram", GROUP, said)
    assert stored is not None
    await chat.press(COORDINATOR, letter, "О проблеме")
    await chat.card(ROADS_HEAD, 1)
    for code in (f"1:qp:0:{stored.id}", f"1:qt:0:{stored.id}", "1:qp:0:77777", "1:qt:0:x", "1:qp:0:"):
        answer = await chat.press_raw(COORDINATOR, COORDINATOR, letter["message_id"], code)
        assert answer["text"] == "Это сообщение уже разобрано, список обновлён."
    assert chat.numbers(ROADS_HEAD) == [1]


async def test_only_who_sorts_may_say(chat: Town) -> None:
    [said] = await talk(chat, PUDDLE)
    stored = await chat.stored("telegram", GROUP, said)
    assert stored is not None
    for code in (f"1:qp:0:{stored.id}", f"1:qt:0:{stored.id}", "1:q:0:1"):
        answer = await chat.press_raw(ROADS_HEAD, ROADS_HEAD, 1, code)
        assert "недоступно" in answer["text"]
    chat.pass_time(hours=2)
    assert "1 сообщение" in words(await listed(chat))
    assert chat.find(ROADS_HEAD, LIST) is None


async def test_many_come_at_once_page_by_page_and_renewed(chat: Town) -> None:
    places = ("бани", "почты", "рынка", "клуба", "парка", "моста", "пруда", "кафе", "аптеки", "вокзала", "леса", "реки")
    for place in places:
        await talk(chat, f"Лужа у {place} всё ещё там")
    letter = await listed(chat)
    assert "страница 1 из 3" in words(letter)
    assert [len(row) for row in rows(letter)] == [2, 2, 2, 2, 2, 1]

    await chat.press(COORDINATOR, letter, "Дальше ›")
    await chat.until(lambda: "страница 2 из 3" in words(letter))
    assert "6. " in words(letter)
    await chat.press(COORDINATOR, letter, "Дальше ›")
    await chat.until(lambda: rows(letter)[-1] == ["‹ Раньше"])
    await chat.press(COORDINATOR, letter, "12. Не требует ответа")
    await chat.press(COORDINATOR, letter, "11. Не требует ответа")
    await chat.until(lambda: "страница 2 из 2" in words(letter))

    # What comes meanwhile changes the list in place, later; a new one comes when the first has waited.
    await talk(chat, CAT, who=ANNA)
    chat.pass_time(minutes=10)
    await chat.until(lambda: CAT in words(letter) or "11 сообщений" in words(letter))
    chat.pass_time(hours=2)
    await chat.until(lambda: "теперь ниже" in words(letter))
    fresh = await listed(chat)
    assert fresh["message_id"] != letter["message_id"]
    assert "11 сообщений" in words(fresh)
    assert not rings(fresh)


async def test_at_night_the_list_rests_until_the_morning(closed_town: Town) -> None:
    closed_town.settings |= {"kind": "chat", "quiet_from": "22:00", "quiet_to": "08:00"}
    await closed_town.start()
    closed_town.at("20.11 21:30")
    await talk(closed_town, PUDDLE)
    closed_town.at("21.11 03:00")
    await rests(closed_town)
    assert closed_town.find(COORDINATOR, LIST) is None
    closed_town.at("21.11 08:00")
    assert PUDDLE in words(await listed(closed_town))


async def test_what_has_found_its_ticket_or_was_taken_back_is_not_asked_about(chat: Town) -> None:
    edited, deleted, other = await talk(chat, PUDDLE, WATER, CAT)
    await chat.sandbox.telegram.edit(GROUP, edited, "На Ленина 45 яма на дороге, в ней лужа, машины вязнут")
    await chat.card(ROADS_HEAD, 1)
    assert chat.app is not None
    async with chat.app.database.begin() as uow:
        gone = await uow.messages.by_place("telegram", str(GROUP), str(deleted))
        assert gone is not None
        await uow.messages.mark_deleted(gone.id, chat.clock.now())
    chat.pass_time(hours=2)
    letter = await listed(chat)
    assert "1 сообщение" in words(letter)
    assert CAT in words(letter)
    assert other


async def test_two_coordinators_see_one_another(closed_town: Town) -> None:
    second = '[[staff]]\nname = "Второй координатор"\nrole = "coordinator"\ntelegram_id = 1011\n'
    closed_town.settings |= {"kind": "chat", "staff": STAFF + second}
    closed_town.sandbox.telegram.user(1011, "Зоя")
    await closed_town.sandbox.telegram.start_bot(1011)
    await closed_town.start()
    await talk(closed_town, PUDDLE, WATER)
    closed_town.pass_time(hours=2)
    mine, hers = await listed(closed_town), await listed(closed_town, 1011)
    await closed_town.press(COORDINATOR, mine, "1. Не требует ответа")
    await closed_town.until(lambda: "1 сообщение" in words(mine))
    closed_town.pass_time(minutes=10)
    await closed_town.until(lambda: "1 сообщение" in words(hers))
