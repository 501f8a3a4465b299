"""Many voices about one event: one card, one answer that reaches everybody, nobody twice."""

from typing import Any

from bot.domain.tickets import State
from sandbox.faults import Fault, FaultKind
from tests.databases import ON_BOTH
from tests.e2e.harness import (
    ANNA,
    COMMUNITY,
    COORDINATOR,
    GROUP,
    HOUSING_HEAD,
    ROADS_HEAD,
    SECOND_GROUP,
    Harness,
    button_labels,
    message_text,
)
from tests.e2e.queries import get_ticket, get_ticket_state, record_buttons, wait_until_idle

WATER = "На Заводской {house} нет воды с самого утра, трубу прорвало"
ANSWER = "Бригада на месте, воду дадут к 18:00."
FIRST_NEIGHBOUR = 3001
REFUSED = {"error": {"error_code": 901, "error_msg": "Can't send messages", "request_params": []}}


def add_neighbours(bot: Harness, count: int) -> list[int]:
    """Add *count* people who live in one street."""
    people = list(range(FIRST_NEIGHBOUR, FIRST_NEIGHBOUR + count))
    for number in people:
        bot.sandbox.telegram.user(number, f"Житель {number}")
        bot.sandbox.vk.user(number, "Житель", str(number))
    return people


async def report_outage(bot: Harness, who: int, chat: int = GROUP, house: int = 12) -> int:
    return await bot.sandbox.telegram.send_message(chat, who, WATER.format(house=house))


def list_cards(bot: Harness, head: int) -> list[dict[str, Any]]:
    return [letter for letter in bot.bot_messages(head) if "👤" in message_text(letter)]


async def test_messages_about_one_event_are_one_card_with_a_counter(bot: Harness) -> None:
    people = add_neighbours(bot, 5)
    for who in people[:3]:
        await report_outage(bot, who, house=12 + who % 3)
    await report_outage(bot, people[3], chat=SECOND_GROUP)
    await bot.sandbox.vk.send_message(COMMUNITY, people[4], WATER.format(house=14))
    await bot.wait_for_card(HOUSING_HEAD, 1, "5 человек, 2 чата, последний в 14:30")
    await wait_until_idle(bot)

    assert bot.ticket_numbers(HOUSING_HEAD) == [1]
    assert len(bot.bot_messages(HOUSING_HEAD)) == 2  # the welcome, the card: it was edited, nothing rang
    members = [await get_ticket(bot, number) for number in range(1, 6)]
    assert [member.lead_id for member in members] == [None, 1, 1, 1, 1]
    assert {member.author_id for member in members} == {str(who) for who in people}


@ON_BOTH
async def test_one_answer_reaches_everybody_and_a_chat_once(bot: Harness) -> None:
    people = add_neighbours(bot, 6)
    asked = [await report_outage(bot, who) for who in people[:3]]
    in_yards = await report_outage(bot, people[3], chat=SECOND_GROUP)
    vk = bot.sandbox.vk
    post = await vk.post(COMMUNITY, "Новости недели")
    comment = await vk.comment(COMMUNITY, post, people[4], WATER.format(house=16))
    await vk.send_message(COMMUNITY, people[5], WATER.format(house=14))
    await bot.wait_for_card(HOUSING_HEAD, 1, "6 человек, 3 чата")

    await bot.answer_ticket(HOUSING_HEAD, 1, ANSWER)

    await bot.wait_until(lambda: [m for m in vk.messages(COMMUNITY, people[5]) if m.text == ANSWER])
    await bot.wait_until(lambda: [c for c in vk.comments(COMMUNITY, post) if c.text == ANSWER])
    await bot.wait_for_card(HOUSING_HEAD, 1, "Отвечено")
    await wait_until_idle(bot)
    [here] = [letter for letter in bot.bot_messages(GROUP) if message_text(letter) == ANSWER]
    assert here["reply_to_message"]["message_id"] == asked[0]
    [there] = [letter for letter in bot.bot_messages(SECOND_GROUP) if message_text(letter) == ANSWER]
    assert there["reply_to_message"]["message_id"] == in_yards
    assert [c.reply_to_comment for c in vk.comments(COMMUNITY, post) if c.text == ANSWER] == [comment]
    assert len([m for m in vk.messages(COMMUNITY, people[5]) if m.text == ANSWER]) == 1
    assert [await get_ticket_state(bot, number) for number in range(1, 7)] == [State.ANSWERED] * 6


@ON_BOTH
async def test_members_are_accepted_handed_over_and_dismissed_together(bot: Harness) -> None:
    for who in add_neighbours(bot, 3):
        await report_outage(bot, who)
    card = await bot.wait_for_card(HOUSING_HEAD, 1, "3 человека")

    await bot.press_button(HOUSING_HEAD, card, "Принять")
    assert [await get_ticket_state(bot, number) for number in (1, 2, 3)] == [State.ACCEPTED] * 3

    await bot.press_button(HOUSING_HEAD, await bot.wait_for_card(HOUSING_HEAD, 1, "В работе"), "Передать")
    await bot.press_button(
        HOUSING_HEAD, await bot.wait_until(lambda: _find_with_button(bot, HOUSING_HEAD, "Дороги")), "Дороги"
    )
    card = await bot.wait_for_card(ROADS_HEAD, 1, "3 человека")
    assert [(await get_ticket(bot, number)).sector for number in (1, 2, 3)] == ["roads"] * 3

    await bot.press_button(ROADS_HEAD, card, "Ещё")
    await bot.press_button(
        ROADS_HEAD, await bot.wait_until(lambda: _find_with_button(bot, ROADS_HEAD, "Не требует")), "Не требует"
    )
    await bot.press_button(
        ROADS_HEAD, await bot.wait_until(lambda: _find_with_button(bot, ROADS_HEAD, "Уже отвечено")), "Уже отвечено"
    )
    assert [await get_ticket_state(bot, number) for number in (1, 2, 3)] == [State.DISMISSED] * 3
    assert bot.ticket_numbers(ROADS_HEAD) == [1]


def _find_with_button(bot: Harness, person: int, button: str) -> dict[str, Any] | None:
    return next((one for one in bot.bot_messages(person) if any(button in label for label in button_labels(one))), None)


@ON_BOTH
async def test_late_comers_get_the_answer_and_a_chat_again_after_a_while(bot: Harness) -> None:
    people = add_neighbours(bot, 7)
    for who in people[:2]:
        await report_outage(bot, who)
    await bot.wait_for_card(HOUSING_HEAD, 1, "2 человека")
    await bot.answer_ticket(HOUSING_HEAD, 1, ANSWER)
    await bot.wait_for_card(HOUSING_HEAD, 1, "Отвечено")

    def answers(chat: int) -> list[dict[str, Any]]:
        return [letter for letter in bot.bot_messages(chat) if message_text(letter) == ANSWER]

    await report_outage(bot, people[2])  # they can read it there
    await bot.wait_for_inbox()
    assert await get_ticket_state(bot, 3) is State.ANSWERED
    await bot.sandbox.vk.send_message(COMMUNITY, people[3], WATER.format(house=12))
    await bot.wait_until(lambda: [m for m in bot.sandbox.vk.messages(COMMUNITY, people[3]) if m.text == ANSWER])
    await report_outage(bot, people[4], chat=SECOND_GROUP)
    await bot.wait_until(lambda: answers(SECOND_GROUP))
    assert len(answers(GROUP)) == 1

    bot.pass_time(minutes=31)
    late = await report_outage(bot, people[5])
    await bot.wait_until(lambda: len(answers(GROUP)) == 2)
    assert answers(GROUP)[1]["reply_to_message"]["message_id"] == late
    await report_outage(bot, people[6])
    await wait_until_idle(bot)
    assert len(answers(GROUP)) == 2
    assert [await get_ticket_state(bot, number) for number in range(1, 8)] == [State.ANSWERED] * 7
    assert bot.ticket_numbers(HOUSING_HEAD) == [1]


@ON_BOTH
async def test_one_member_who_is_not_satisfied_returns_alone_and_several_return_all(bot: Harness) -> None:
    people = add_neighbours(bot, 7)
    for who in people:
        await report_outage(bot, who)
    await bot.wait_for_card(HOUSING_HEAD, 1, "7 человек")
    await bot.answer_ticket(HOUSING_HEAD, 1, ANSWER)
    await bot.wait_for_card(HOUSING_HEAD, 1, "Отвечено")
    posted = await bot.wait_for_message(GROUP, ANSWER)

    async def complain(who: int) -> None:
        await bot.sandbox.telegram.send_message(GROUP, who, "воды так и нет", reply_to=posted["message_id"])

    await complain(people[3])
    await bot.wait_for_card(HOUSING_HEAD, 4, "воды так и нет", "Возвращено 1 раз")
    await bot.wait_for_card(HOUSING_HEAD, 1, "Отвечено", "6 человек")
    await complain(people[0])  # the ticket that leads the others
    await bot.wait_for_card(HOUSING_HEAD, 1, "Возвращено 1 раз", "принять до")
    await wait_until_idle(bot)
    assert await get_ticket_state(bot, 2) is State.ANSWERED
    await complain(people[5])
    await bot.wait_for_message(HOUSING_HEAD, "Проблема №1 не решена: так 3 жителя говорят")
    assert [await get_ticket_state(bot, number) for number in (1, 2, 3, 5, 7)] == [State.REOPENED] * 5

    await bot.answer_ticket(HOUSING_HEAD, 1, "Теперь вода есть.")
    await bot.wait_for_message(GROUP, "Теперь вода есть")
    await bot.wait_for_card(HOUSING_HEAD, 1, "Отвечено")
    await wait_until_idle(bot)
    assert [await get_ticket_state(bot, number) for number in (2, 3, 5, 7)] == [State.ANSWERED] * 4


@ON_BOTH
async def test_danger_in_one_of_many_voices_rings_once(bot: Harness) -> None:
    people = add_neighbours(bot, 4)
    for who in people[:2]:
        await bot.sandbox.telegram.send_message(GROUP, who, "На Заводской 12 яма на дороге, объехать нельзя")
    await bot.wait_for_card(ROADS_HEAD, 1, "2 человека")
    before = len(bot.bot_messages(ROADS_HEAD))
    for who in people[2:]:
        text = "Заводская 12: в яму на дороге упал ребёнок, открытый люк, срочно, опасно для жизни!"
        await bot.sandbox.telegram.send_message(GROUP, who, text)
    await bot.wait_for_card(ROADS_HEAD, 1, "4 человека", "[срочно]")
    await wait_until_idle(bot)

    [rang] = bot.bot_messages(ROADS_HEAD)[before:]
    assert "теперь срочная" in message_text(rang)
    assert "№3" in message_text(rang)
    note = await bot.wait_for_message(COORDINATOR, "🔥 Срочно: №1", "упал ребёнок", "Открыть сообщение жителя")
    assert [text for text in bot.bot_texts(COORDINATOR) if "Срочно" in text] == [message_text(note)]


@ON_BOTH
async def test_the_coordinator_decides_about_many_at_once(bot: Harness) -> None:
    riddle = "У стадиона стая бродячих собак, отловите их наконец"
    for who in add_neighbours(bot, 2):
        await bot.sandbox.telegram.send_message(GROUP, who, riddle)
    card = await bot.wait_for_card(COORDINATOR, 1, "2 человека")
    await bot.press_button(COORDINATOR, card, "Дороги")
    await bot.wait_for_card(ROADS_HEAD, 1, "2 человека")
    assert [(await get_ticket(bot, number)).sector for number in (1, 2)] == ["roads", "roads"]


async def test_the_list_shows_who_wrote_what(bot: Harness) -> None:
    people = add_neighbours(bot, 10)
    for number, who in enumerate(people):
        await report_outage(bot, who, house=10 + number % 5)
    card = await bot.wait_for_card(HOUSING_HEAD, 1, "10 человек")

    await bot.press_button(HOUSING_HEAD, card, "Список: 10")
    first = await bot.wait_for_message(HOUSING_HEAD, "Проблема №1: 10 сообщений, страница 1 из 2", "Житель 3008")
    assert "Житель 3009" not in message_text(first)
    await bot.press_button(HOUSING_HEAD, first, "Дальше")
    second = await bot.wait_for_message(HOUSING_HEAD, "страница 2 из 2", "Житель 3010")
    assert second["message_id"] == first["message_id"]

    await bot.press_button(HOUSING_HEAD, second, "№10")
    await bot.wait_for_card(HOUSING_HEAD, 10, "Часть проблемы №1")


@ON_BOTH
async def test_a_message_is_taken_out_and_is_on_its_own(bot: Harness) -> None:
    for who in add_neighbours(bot, 3):
        await report_outage(bot, who)
    card = await bot.wait_for_card(HOUSING_HEAD, 1, "3 человека")
    await bot.press_button(HOUSING_HEAD, card, "Список")
    await bot.press_button(HOUSING_HEAD, await bot.wait_for_message(HOUSING_HEAD, "📋 Проблема №1"), "№3")

    await bot.press_button(HOUSING_HEAD, await bot.wait_for_card(HOUSING_HEAD, 3, "Часть проблемы №1"), "Отделить")

    await bot.wait_until(lambda: "✅ Принять" in button_labels(bot.find_message(HOUSING_HEAD, "№3 · ЖКХ") or {}))
    await bot.wait_for_card(HOUSING_HEAD, 3, "принять до 15:00")
    await bot.wait_for_card(HOUSING_HEAD, 1, "2 человека")
    await bot.answer_ticket(HOUSING_HEAD, 1, ANSWER)
    await bot.wait_for_card(HOUSING_HEAD, 1, "Отвечено")
    await wait_until_idle(bot)
    assert [await get_ticket_state(bot, number) for number in (1, 2, 3)] == [
        State.ANSWERED,
        State.ANSWERED,
        State.ASSIGNED,
    ]
    await report_outage(bot, add_neighbours(bot, 4)[3])
    await bot.wait_for_card(HOUSING_HEAD, 1, "3 человека")  # nothing joins what was taken out


async def test_member_split_after_wrong_answer_is_back_in_work(bot: Harness) -> None:
    for who in add_neighbours(bot, 2):
        await report_outage(bot, who)
    await bot.wait_for_card(HOUSING_HEAD, 1, "2 человека")
    await bot.answer_ticket(HOUSING_HEAD, 1, ANSWER)
    await bot.wait_for_card(HOUSING_HEAD, 1, "Отвечено")
    await bot.send_message(HOUSING_HEAD, "/find 2")
    await bot.press_button(HOUSING_HEAD, await bot.wait_for_card(HOUSING_HEAD, 2, "Часть проблемы №1"), "Отделить")
    assert await get_ticket_state(bot, 2) is State.REOPENED
    await bot.wait_for_card(HOUSING_HEAD, 2, "принять до")


@ON_BOTH
async def test_a_message_is_put_to_others_by_hand(bot: Harness) -> None:
    people = add_neighbours(bot, 3)
    for who in people[:2]:
        await report_outage(bot, who)
    await bot.wait_for_card(HOUSING_HEAD, 1, "2 человека")
    await bot.sandbox.telegram.send_message(
        SECOND_GROUP, people[2], "В подъезде на Полевой 3 сухие краны, это из-за вашей аварии?"
    )
    await bot.wait_for_card(HOUSING_HEAD, 3)
    await bot.sandbox.telegram.send_message(SECOND_GROUP, ANNA, "+1")
    card = await bot.wait_for_card(HOUSING_HEAD, 3, "Поддержали: 1 человек")

    await bot.press_button(HOUSING_HEAD, card, "Ещё")
    await bot.press_button(
        HOUSING_HEAD, await bot.wait_until(lambda: _find_with_button(bot, HOUSING_HEAD, "Объединить")), "Объединить"
    )
    await bot.press_button(
        HOUSING_HEAD,
        await bot.wait_until(lambda: _find_with_button(bot, HOUSING_HEAD, "№1 · На Завод")),
        "№1 · На Завод",
    )

    await bot.wait_for_card(HOUSING_HEAD, 3, "Часть проблемы №1")
    await bot.wait_for_card(HOUSING_HEAD, 1, "3 человека", "Поддержали: 1 человек")
    await bot.answer_ticket(HOUSING_HEAD, 1, ANSWER)
    await bot.wait_for_card(HOUSING_HEAD, 1, "Отвечено")
    await wait_until_idle(bot)
    assert await get_ticket_state(bot, 3) is State.ANSWERED


@ON_BOTH
async def test_two_problems_become_one_and_the_earlier_terms_stay(bot: Harness) -> None:
    people = add_neighbours(bot, 4)
    for who in people[:2]:
        await bot.sandbox.telegram.send_message(GROUP, who, "Полевая 3, воды нет")
    await bot.wait_for_card(HOUSING_HEAD, 1, "2 человека", "принять до 15:00")
    await bot.settle_and_advance(minutes=20)
    for who in people[2:]:
        await report_outage(bot, who)
    await bot.wait_for_card(HOUSING_HEAD, 3, "2 человека", "принять до 15:20")

    await bot.press_button(HOUSING_HEAD, await bot.wait_for_card(HOUSING_HEAD, 1), "Ещё")
    await bot.press_button(
        HOUSING_HEAD, await bot.wait_until(lambda: _find_with_button(bot, HOUSING_HEAD, "Объединить")), "Объединить"
    )
    await bot.press_button(
        HOUSING_HEAD,
        await bot.wait_until(lambda: _find_with_button(bot, HOUSING_HEAD, "№3 · На Завод")),
        "№3 · На Завод",
    )

    await bot.wait_for_card(HOUSING_HEAD, 3, "4 человека", "принять до 15:00")
    await bot.wait_for_card(HOUSING_HEAD, 1, "Часть проблемы №3")
    assert [(await get_ticket(bot, number)).lead_id for number in (1, 2, 3, 4)] == [3, 3, None, 3]
    await bot.answer_ticket(HOUSING_HEAD, 3, ANSWER)
    await bot.wait_for_card(HOUSING_HEAD, 3, "Отвечено")
    await wait_until_idle(bot)
    assert [await get_ticket_state(bot, number) for number in (1, 2, 3, 4)] == [State.ANSWERED] * 4


async def test_a_member_is_not_decided_by_itself(bot: Harness) -> None:
    for who in add_neighbours(bot, 2):
        await report_outage(bot, who)
    card = await bot.wait_for_card(HOUSING_HEAD, 1, "2 человека")
    await record_buttons(bot, HOUSING_HEAD, card["message_id"], 2)
    answered = await bot.press_code(HOUSING_HEAD, HOUSING_HEAD, card["message_id"], "1:a:2")
    assert "часть проблемы №1" in answered["text"]
    assert await get_ticket_state(bot, 2) is State.ASSIGNED


async def test_another_block_may_not_take_a_problem_apart(bot: Harness) -> None:
    for who in add_neighbours(bot, 2):
        await report_outage(bot, who)
    await bot.wait_for_card(HOUSING_HEAD, 1, "2 человека")
    await bot.send_message(ROADS_HEAD, "/help")
    letter = await bot.wait_for_message(ROADS_HEAD, "/my")
    await record_buttons(bot, ROADS_HEAD, letter["message_id"], 1, 2)
    for code in ("1:sp:2", "1:l:1:0", "1:mg:1", "1:mi:1:2", "1:fu:1"):
        assert (await bot.press_code(ROADS_HEAD, ROADS_HEAD, letter["message_id"], code))["show_alert"]
    assert (await get_ticket(bot, 2)).lead_id == 1


async def test_further_answer_reaches_all_who_were_answered(bot: Harness) -> None:
    people = add_neighbours(bot, 4)
    for who in people[:2]:
        await report_outage(bot, who)
    vk = bot.sandbox.vk
    await vk.send_message(COMMUNITY, people[2], WATER.format(house=14))
    await bot.wait_for_card(HOUSING_HEAD, 1, "3 человека")
    await bot.answer_ticket(HOUSING_HEAD, 1, ANSWER)
    card = await bot.wait_for_card(HOUSING_HEAD, 1, "Отвечено")
    await bot.press_button(HOUSING_HEAD, card, "Написать всем ещё")
    await bot.wait_for_message(HOUSING_HEAD, "Ещё одно сообщение по проблеме №1", "3 человека")
    await bot.send_message(HOUSING_HEAD, "Воду дали.")
    preview = await bot.wait_for_message(HOUSING_HEAD, "Так ответ увидит житель", "Воду дали.")
    await bot.press_button(HOUSING_HEAD, preview, "Отправить")

    await bot.wait_for_message(GROUP, "Воду дали.")
    await bot.wait_until(lambda: [m for m in vk.messages(COMMUNITY, people[2]) if m.text == "Воду дали."])
    await wait_until_idle(bot)
    assert [message_text(letter) for letter in bot.bot_messages(GROUP)] == [ANSWER, "Воду дали."]
    await vk.send_message(COMMUNITY, people[3], WATER.format(house=12))  # late: the present answer is the newest
    await bot.wait_until(lambda: [m for m in vk.messages(COMMUNITY, people[3]) if m.text == "Воду дали."])
    await wait_until_idle(bot)
    assert not [m for m in vk.messages(COMMUNITY, people[3]) if m.text == ANSWER]
    assert [await get_ticket_state(bot, number) for number in (1, 2, 3, 4)] == [State.ANSWERED] * 4


@ON_BOTH
async def test_a_post_that_fails_reaches_a_person_and_can_be_sent_again(bot: Harness) -> None:
    people = add_neighbours(bot, 3)
    for who in people[:2]:
        await report_outage(bot, who)
    await bot.wait_for_card(HOUSING_HEAD, 1, "2 человека")
    vk = bot.sandbox.vk
    await vk.send_message(COMMUNITY, people[2], WATER.format(house=14))
    await bot.wait_for_card(HOUSING_HEAD, 1, "3 человека")
    await bot.wait_until(lambda: [m for m in vk.messages(COMMUNITY, people[2]) if "принято" in m.text])
    vk.faults.order("messages.send", Fault(FaultKind.ANSWER, answer=REFUSED))
    await bot.answer_ticket(HOUSING_HEAD, 1, ANSWER)
    await bot.wait_for_card(HOUSING_HEAD, 1, "Отвечено", "Не дошло: 1 сообщение")
    assert await get_ticket_state(bot, 3) is State.ACCEPTED

    await bot.settle_and_advance(seconds=31)
    note = await bot.wait_for_message(HOUSING_HEAD, "дошёл не до всех", "Не опубликовано 1 из 3")
    await bot.press_button(HOUSING_HEAD, note, "ещё раз")
    await bot.wait_until(lambda: [m for m in vk.messages(COMMUNITY, people[2]) if m.text == ANSWER])
    await wait_until_idle(bot)
    assert await get_ticket_state(bot, 3) is State.ANSWERED
    assert len([letter for letter in bot.bot_messages(GROUP) if message_text(letter) == ANSWER]) == 1


async def test_one_set_of_reminders_for_all(bot: Harness) -> None:
    for who in add_neighbours(bot, 3):
        await report_outage(bot, who)
    await bot.wait_for_card(HOUSING_HEAD, 1, "3 человека")
    for _ in range(2):
        await bot.settle_and_advance(minutes=16)
        await bot.wait_for_outbox()
    told = [message_text(letter) for letter in bot.bot_messages(HOUSING_HEAD) if "👤" not in message_text(letter)][1:]
    assert len(told) == 2
    assert all("№1" in text for text in told)
    assert "Просрочено" in told[1]


@ON_BOTH
async def test_a_restart_changes_nothing(bot: Harness) -> None:
    people = add_neighbours(bot, 3)
    await report_outage(bot, people[0])
    await bot.wait_for_card(HOUSING_HEAD, 1)
    await bot.stop()
    await bot.start()
    await report_outage(bot, people[1])
    await bot.wait_for_card(HOUSING_HEAD, 1, "2 человека")
    await bot.stop()
    await bot.start()
    await report_outage(bot, people[2])
    await bot.wait_for_card(HOUSING_HEAD, 1, "3 человека")
    assert bot.ticket_numbers(HOUSING_HEAD) == [1]


async def test_an_interim_answer_reaches_everybody_and_answers_nobody(bot: Harness) -> None:
    people = add_neighbours(bot, 2)
    await report_outage(bot, people[0])
    await report_outage(bot, people[1], chat=SECOND_GROUP, house=14)
    card = await bot.wait_for_card(HOUSING_HEAD, 1, "2 человека")
    await bot.press_button(HOUSING_HEAD, card, "Ещё")
    await bot.wait_until(lambda: any("Промежуточный" in label for label in button_labels(card)))
    await bot.press_button(HOUSING_HEAD, card, "Промежуточный ответ")
    await bot.wait_for_message(HOUSING_HEAD, "📅 Промежуточный ответ на №1")
    await bot.send_message(HOUSING_HEAD, "Трубу заменят до 25.11.")
    preview = await bot.wait_for_message(HOUSING_HEAD, "Так промежуточный ответ увидит житель")
    await bot.press_button(HOUSING_HEAD, preview, "Отправить")
    for chat in (GROUP, SECOND_GROUP):
        await bot.wait_for_message(chat, "Трубу заменят до 25.11.")
    await wait_until_idle(bot)
    assert [await get_ticket_state(bot, number) for number in (1, 2)] == [State.POSTPONED] * 2
    assert (await get_ticket(bot, 2)).answer_due == (await get_ticket(bot, 1)).answer_due
    bot.set_time("25.11 09:00")
    await bot.wait_for_message(HOUSING_HEAD, "📅 №1: жителю обещано")
    assert [await get_ticket_state(bot, number) for number in (1, 2)] == [State.ACCEPTED] * 2


async def test_what_a_trouble_brings_joins_it_but_a_danger_does_not(bot: Harness) -> None:
    people = add_neighbours(bot, 4)
    heaps = ["Заводская 12, мусор не вывозят неделю", "На Заводской 12 баки переполнены, не вывозят мусор"]
    for who, text in zip(people, [*heaps, "Заводская 12, по двору крысы бегают"], strict=False):
        await bot.sandbox.telegram.send_message(GROUP, who, text)
        await wait_until_idle(bot)
    assert [(await get_ticket(bot, number)).lead_id for number in (1, 2, 3)] == [None, 1, 1]
    for who, text in zip(people, ["Заводская 12 без света", "Заводская 14, света нет"], strict=False):
        await bot.sandbox.telegram.send_message(SECOND_GROUP, who, text)
        await wait_until_idle(bot)
    await bot.sandbox.telegram.send_message(SECOND_GROUP, people[3], "На Заводской столб упал, провод под напряжением")
    await wait_until_idle(bot)

    assert [(await get_ticket(bot, number)).lead_id for number in (4, 5, 6)] == [None, 4, None]
