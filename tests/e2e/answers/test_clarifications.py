"""«Уточнить у жителя»: the question, the clocks that wait for the citizen's words, and where those go."""

from datetime import timedelta
from typing import Any

import pytest

from bot.domain.tickets import State
from tests.databases import ON_BOTH
from tests.e2e.harness import (
    COORDINATOR,
    GROUP,
    HOUSING_HEAD,
    MARIA,
    PYOTR,
    ROADS_HEAD,
    Harness,
    button_labels,
    message_text,
)
from tests.e2e.queries import (
    HATCH,
    ROOF,
    get_ticket,
    get_ticket_state,
    list_audit,
    open_history,
    record_buttons,
    refusal_codes,
    send_report,
    wait_until_idle,
)
from tests.e2e.schedules import deadline_notices

QUESTION = "У какого подъезда яма?"


@pytest.fixture
async def town(bot: Harness) -> Harness:
    """A ticket of the roads' head."""
    await send_report(bot)
    await bot.wait_for_card(ROADS_HEAD, 1)
    return bot


async def press_in_menu(bot: Harness, button: str, person: int = ROADS_HEAD, number: int = 1) -> dict[str, Any]:
    """Press «Ещё» and then *button* of the card; return the answer to the press."""
    await bot.press_button(person, await bot.wait_for_card(person, number), "Ещё")
    card = await bot.wait_until(lambda: card_with(bot, person, button))
    return await bot.press_button(person, card, button)


def card_with(bot: Harness, person: int, button: str) -> dict[str, Any] | None:
    found = [one for one in bot.bot_messages(person) if any(button in label for label in button_labels(one))]
    return found[-1] if found else None


async def write_question(bot: Harness, words: str = QUESTION, person: int = ROADS_HEAD) -> dict[str, Any]:
    """Open the dialog and write the question; return its preview."""
    await press_in_menu(bot, "Уточнить у жителя", person)
    await bot.wait_for_message(person, "❓ Вопрос жителю по №1")
    await bot.send_message(person, words)
    return await bot.wait_for_message(person, "Так вопрос увидит житель (№1)", words)


async def ask(bot: Harness, words: str = QUESTION, person: int = ROADS_HEAD) -> dict[str, Any]:
    """Ask the citizen; return the question in the chat."""
    await bot.press_button(person, await write_question(bot, words, person), "Отправить")
    return await bot.wait_for_message(GROUP, words)


@ON_BOTH
async def test_the_question_waits_under_the_citizens_words_and_their_reply_comes_back(town: Harness) -> None:
    before = await get_ticket(town, 1)
    question = await ask(town)
    assert message_text(question) == QUESTION
    assert question["reply_to_message"]["from"]["id"] == MARIA
    await town.wait_for_card(ROADS_HEAD, 1, "⏸ Ждём жителя с пт 20.11, 14:30, не дольше чем до пн 23.11, 14:30 (Нач")
    assert await get_ticket_state(town, 1) is State.ASSIGNED

    town.set_time("20.11 23:30")  # the usual term is over since 22:30
    await wait_until_idle(town)
    assert deadline_notices(town, ROADS_HEAD) == []
    assert "Просрочено" not in message_text(await town.wait_for_card(ROADS_HEAD, 1))
    await town.sandbox.telegram.send_message(GROUP, MARIA, "У третьего")  # to nobody in particular

    note = await town.wait_for_message(ROADS_HEAD, "💬 №1: житель ответил на вопрос", QUESTION, "У третьего")
    assert "№1 · " in message_text(note["reply_to_message"])  # with the card
    await town.wait_for_card(ROADS_HEAD, 1, "➕ У третьего", "💬 Житель ответил (23:30) на вопрос")
    after = await get_ticket(town, 1)
    assert after.answer_due - before.answer_due == town.clock.now() - before.registered_at
    assert after.accept_due - before.accept_due == town.clock.now() - before.registered_at
    town.pass_time(hours=7, minutes=59)
    await wait_until_idle(town)
    assert not [one for one in deadline_notices(town, ROADS_HEAD, "Просрочено") if "ответ" in one]
    town.pass_time(minutes=2)
    await town.wait_until(lambda: deadline_notices(town, ROADS_HEAD, "Просрочено"))
    card = await town.wait_for_card(ROADS_HEAD, 1)
    history = await open_history(town, ROADS_HEAD, card)
    assert "вопрос жителю, срок ответа стоит — Начальник отдела дорог" in history
    assert "житель ответил на вопрос" in history


async def test_silence_is_told_once_and_the_clock_goes_on(town: Harness) -> None:
    before = await get_ticket(town, 1)
    question = await ask(town)
    town.set_time("23.11 14:29")
    await wait_until_idle(town)
    assert town.find_message(ROADS_HEAD, "житель не ответил") is None
    town.set_time("23.11 14:31")
    await town.wait_for_message(ROADS_HEAD, "🤷 №1: житель не ответил на вопрос", QUESTION, "ответить до 22:30")
    await town.wait_for_card(ROADS_HEAD, 1, "🤷 Житель не ответил на вопрос", "ответить до 22:30")
    assert (await get_ticket(town, 1)).answer_due - before.answer_due == timedelta(days=3)
    town.set_time("23.11 22:31")
    await town.wait_until(lambda: deadline_notices(town, ROADS_HEAD, "Просрочено"))
    assert sum("житель не ответил на вопрос" in text for text in town.bot_texts(ROADS_HEAD)) == 1

    late = "Извините, у третьего подъезда"
    await town.sandbox.telegram.send_message(GROUP, MARIA, late, reply_to=question["message_id"])

    await town.wait_for_message(ROADS_HEAD, "💬 №1: житель ответил на вопрос", "у третьего подъезда")
    assert (await get_ticket(town, 1)).answer_due - before.answer_due == timedelta(days=3)


async def test_a_stranger_and_talk_with_neighbours_are_no_reply(town: Harness) -> None:
    question = await ask(town)
    other = await town.sandbox.telegram.send_message(GROUP, PYOTR, "У третьего", reply_to=question["message_id"])
    await town.sandbox.telegram.send_message(GROUP, MARIA, "А вы откуда знаете?", reply_to=other)
    await town.sandbox.telegram.send_message(GROUP, MARIA, "Здравствуйте")
    await wait_until_idle(town)
    assert town.find_message(ROADS_HEAD, "житель ответил") is None

    await town.sandbox.telegram.send_message(GROUP, MARIA, photo=b"\xff\xd8photo", reply_to=question["message_id"])

    await town.wait_for_message(ROADS_HEAD, "💬 №1: житель ответил на вопрос", "без текста, вложение")
    await town.settle_and_advance()
    await town.wait_until(lambda: any("photo" in one for one in town.bot_messages(ROADS_HEAD)))


async def test_another_matter_is_a_ticket_of_its_own(town: Harness) -> None:
    await ask(town)
    await send_report(town, ROOF)
    await town.wait_for_card(HOUSING_HEAD, 2)
    assert town.find_message(ROADS_HEAD, "житель ответил") is None
    await town.wait_for_card(ROADS_HEAD, 1, "⏸ Ждём жителя")


async def test_an_edit_of_the_message_is_an_answer_and_a_deletion_is_none(bot: Harness) -> None:
    message = await send_report(bot)
    await ask(bot)
    await bot.sandbox.telegram.edit(GROUP, message, f"{HATCH}, у третьего подъезда")
    await bot.wait_for_message(ROADS_HEAD, "💬 №1: житель дополнил своё сообщение", "у третьего подъезда")
    await bot.wait_for_card(ROADS_HEAD, 1, "💬 Житель ответил")


async def test_the_citizen_is_asked_one_thing_at_a_time(town: Harness) -> None:
    card = await town.wait_for_card(ROADS_HEAD, 1)
    await ask(town)
    await town.wait_for_card(ROADS_HEAD, 1, "⏸ Ждём жителя")
    pressed = await town.press_code(ROADS_HEAD, ROADS_HEAD, card["message_id"], "1:jc:1")
    assert "Жителя уже спросили" in pressed["text"]
    await town.press_button(ROADS_HEAD, await town.wait_for_card(ROADS_HEAD, 1), "Ещё")
    menu = await town.wait_until(lambda: card_with(town, ROADS_HEAD, "История"))
    assert not any("Уточнить" in label for label in button_labels(menu))
    assert await refusal_codes(town, 1) == ["already_asked"]


async def test_an_answer_ends_the_waiting_and_later_words_are_about_it(town: Harness) -> None:
    before = await get_ticket(town, 1)
    question = await ask(town)
    town.pass_time(hours=2)
    await town.answer_ticket(ROADS_HEAD, 1, "Яму на Ленина засыпали 20 ноября.")
    await town.wait_for_card(ROADS_HEAD, 1, "✅ Отвечено")
    assert (await get_ticket(town, 1)).answer_due - before.answer_due == timedelta(hours=2)
    await town.sandbox.telegram.send_message(GROUP, MARIA, "У третьего", reply_to=question["message_id"])
    town.pass_time(days=4)
    await wait_until_idle(town)
    assert town.find_message(ROADS_HEAD, "житель ответил") is None
    assert town.find_message(ROADS_HEAD, "житель не ответил") is None
    assert await get_ticket_state(town, 1) is State.ANSWERED


async def test_the_next_post_sees_the_question_and_gets_the_reply(town: Harness) -> None:
    question = await ask(town)
    await town.press_button(ROADS_HEAD, await town.wait_for_card(ROADS_HEAD, 1), "Передать")
    menu = await town.wait_until(lambda: card_with(town, ROADS_HEAD, "ЖКХ"))
    await town.press_button(ROADS_HEAD, menu, "ЖКХ")
    await town.wait_for_card(HOUSING_HEAD, 1, "⏸ Ждём жителя с", QUESTION)
    await town.sandbox.telegram.send_message(GROUP, MARIA, "У третьего", reply_to=question["message_id"])
    await town.wait_for_message(HOUSING_HEAD, "💬 №1: житель ответил на вопрос", QUESTION, "У третьего")
    await wait_until_idle(town)
    assert town.find_message(ROADS_HEAD, "💬 №1: житель ответил") is None  # the ticket is no concern of theirs any more


@pytest.mark.parametrize("words", ["", "слово " * 200])
async def test_a_question_without_words_or_too_long_is_refused(town: Harness, words: str) -> None:
    await press_in_menu(town, "Уточнить у жителя")
    await town.wait_for_message(ROADS_HEAD, "❓ Вопрос жителю по №1")
    await town.send_message(ROADS_HEAD, words, **({} if words else {"sticker": b"webp"}))
    await town.wait_for_message(ROADS_HEAD, "до 1000 знаков" if words else "Напишите текст")
    await wait_until_idle(town)
    assert town.bot_messages(GROUP) == []


async def test_a_preview_whose_ticket_has_ended_asks_nothing(town: Harness) -> None:
    preview = await write_question(town)
    send = str(preview["reply_markup"]["inline_keyboard"][0][0]["callback_data"])
    await town.send_message(COORDINATOR, "/find 1")
    await press_in_menu(town, "Не требует ответа", COORDINATOR)
    menu = await town.wait_until(lambda: card_with(town, COORDINATOR, "Повтор"))
    await town.press_button(COORDINATOR, menu, "Повтор")
    await town.wait_for_message(ROADS_HEAD, "закрыли без ответа, ваш черновик отменён")
    pressed = await town.press_code(ROADS_HEAD, ROADS_HEAD, preview["message_id"], send)
    assert "уже завершено" in pressed["text"]
    await wait_until_idle(town)
    assert town.bot_messages(GROUP) == []


async def test_where_a_person_posts_the_official_gets_the_words(closed_bot: Harness) -> None:
    closed_bot.settings["answers"] = "person"
    await closed_bot.start()
    message = await send_report(closed_bot)
    await closed_bot.wait_for_card(ROADS_HEAD, 1)
    await closed_bot.press_button(ROADS_HEAD, await write_question(closed_bot), "Утвердить")
    await closed_bot.wait_for_message(ROADS_HEAD, "✍️ Вопрос жителю по №1 нужно опубликовать вручную")
    assert closed_bot.bot_messages(GROUP) == []
    await closed_bot.wait_for_card(ROADS_HEAD, 1, "⏸ Ждём жителя")
    posted = await closed_bot.sandbox.telegram.send_message(GROUP, ROADS_HEAD, QUESTION, reply_to=message)
    await closed_bot.wait_for_message(ROADS_HEAD, "✅ Вопрос жителю по №1 опубликован: бот увидел его")
    await closed_bot.sandbox.telegram.send_message(GROUP, MARIA, "У третьего", reply_to=posted)
    await closed_bot.wait_for_message(ROADS_HEAD, "💬 №1: житель ответил на вопрос", "У третьего")
    assert await get_ticket_state(closed_bot, 1) is State.ASSIGNED


async def test_where_answers_are_off_nobody_is_asked(closed_bot: Harness) -> None:
    closed_bot.settings["answers"] = "off"
    await closed_bot.start()
    await send_report(closed_bot)
    await closed_bot.wait_for_card(ROADS_HEAD, 1)
    pressed = await press_in_menu(closed_bot, "Уточнить у жителя")
    assert "ответы там выключены" in pressed["text"]


async def test_of_a_problem_the_author_of_its_first_ticket_is_asked(bot: Harness) -> None:
    await send_report(bot)
    await send_report(bot, "Яма на Ленина 45, на дороге машины вязнут третий день", PYOTR)
    await bot.wait_for_card(ROADS_HEAD, 1, "2 ")
    question = await ask(bot)
    assert question["reply_to_message"]["from"]["id"] == MARIA
    await bot.sandbox.telegram.send_message(GROUP, PYOTR, "У третьего", reply_to=question["message_id"])
    await wait_until_idle(bot)
    assert bot.find_message(ROADS_HEAD, "житель ответил") is None
    assert [text for text in bot.bot_texts(GROUP) if QUESTION in text] == [QUESTION]
    await bot.sandbox.telegram.send_message(GROUP, MARIA, "У первого", reply_to=question["message_id"])
    await bot.wait_for_message(ROADS_HEAD, "💬 №1: житель ответил на вопрос", "У первого")


@ON_BOTH
async def test_a_rule_lets_the_approver_see_the_question_first(closed_bot: Harness) -> None:
    closed_bot.settings["more"] = '[[rules]]\napproval = ["coordinator"]\n'
    await closed_bot.start()
    await send_report(closed_bot)
    await closed_bot.wait_for_card(ROADS_HEAD, 1)
    before = await get_ticket(closed_bot, 1)
    await closed_bot.press_button(ROADS_HEAD, await write_question(closed_bot), "На согласование")
    await closed_bot.wait_for_message(ROADS_HEAD, "📨 Вопрос жителю по №1 — на согласовании у: Координатор")
    asked = await closed_bot.wait_for_message(COORDINATOR, "📝 Вопрос жителю на согласовании (№1)")
    letters = closed_bot.bot_texts(COORDINATOR)
    assert letters[letters.index(message_text(asked)) - 1] == QUESTION  # letter for letter
    await closed_bot.wait_for_card(ROADS_HEAD, 1, "📝 На согласовании у: Координатор")
    assert closed_bot.bot_messages(GROUP) == []
    assert (await get_ticket(closed_bot, 1)).answer_due == before.answer_due  # no clock stops before the release
    closed_bot.pass_time(minutes=30)

    await closed_bot.press_button(COORDINATOR, asked, "Опубликовать")

    question = await closed_bot.wait_for_message(GROUP, QUESTION)
    await closed_bot.wait_for_card(ROADS_HEAD, 1, "⏸ Ждём жителя с пт 20.11, 15:00", "(Начальник отдела дорог)")
    await closed_bot.sandbox.telegram.send_message(GROUP, MARIA, "У третьего", reply_to=question["message_id"])
    await closed_bot.wait_for_message(ROADS_HEAD, "💬 №1: житель ответил на вопрос", "У третьего")


async def test_a_question_that_nobody_can_read_lets_the_clock_go_on(bot: Harness) -> None:
    telegram = bot.sandbox.telegram
    await telegram.start_bot(MARIA)
    await bot.send_message(MARIA, HATCH)
    await bot.wait_for_card(ROADS_HEAD, 1)
    before = await get_ticket(bot, 1)
    preview = await write_question(bot)
    await telegram.block(MARIA)
    await bot.press_button(ROADS_HEAD, preview, "Отправить")
    await bot.wait_for_message(
        ROADS_HEAD, "⚠️ Вопрос жителю по №1 не опубликован", "житель запретил сообщения", QUESTION
    )
    await wait_until_idle(bot)
    assert "Ждём жителя" not in message_text(await bot.wait_for_card(ROADS_HEAD, 1))
    assert (await get_ticket(bot, 1)).answer_due == before.answer_due


async def test_in_a_private_chat_the_next_words_are_the_answer(bot: Harness) -> None:
    await bot.sandbox.telegram.start_bot(MARIA)
    await bot.send_message(MARIA, HATCH)
    await bot.wait_for_card(ROADS_HEAD, 1)
    await bot.press_button(ROADS_HEAD, await write_question(bot), "Отправить")
    await bot.wait_for_message(MARIA, QUESTION)
    bot.pass_time(hours=3)
    await bot.send_message(MARIA, "У подъезда номер три, там ещё лавочка")
    await bot.wait_for_message(ROADS_HEAD, "💬 №1: житель ответил на вопрос", "там ещё лавочка")
    await wait_until_idle(bot)
    assert bot.ticket_numbers(ROADS_HEAD) == [1]


async def test_a_restart_does_not_forget_whom_the_bot_waits_for(town: Harness) -> None:
    await ask(town)
    await town.stop()
    await town.start()
    town.set_time("20.11 15:00")
    await town.sandbox.telegram.send_message(GROUP, MARIA, "У третьего")
    await town.wait_for_message(ROADS_HEAD, "💬 №1: житель ответил на вопрос", "У третьего")


async def test_nobody_else_presses_the_button(town: Harness) -> None:
    card = await town.wait_for_card(ROADS_HEAD, 1)
    await town.send_message(HOUSING_HEAD, "/help")
    await record_buttons(town, HOUSING_HEAD, town.bot_messages(HOUSING_HEAD)[0]["message_id"], 1)
    pressed = await town.press_code(
        HOUSING_HEAD, HOUSING_HEAD, town.bot_messages(HOUSING_HEAD)[0]["message_id"], "1:jc:1"
    )
    assert "недоступно" in pressed["text"]
    assert "Ждём жителя" not in message_text(card)
    assert await refusal_codes(town, 1) == ["not_allowed"]


async def test_a_ticket_that_ended_while_waiting_reminds_of_nothing_later(town: Harness) -> None:
    await ask(town)
    town.set_time("20.11 15:00")
    await press_in_menu(town, "Не требует ответа")
    await town.press_button(ROADS_HEAD, await town.wait_until(lambda: card_with(town, ROADS_HEAD, "Повтор")), "Повтор")
    await town.wait_for_card(ROADS_HEAD, 1, "🚫 Не требует ответа")
    town.set_time("20.11 20:00")
    await town.press_button(ROADS_HEAD, await town.wait_for_card(ROADS_HEAD, 1), "Вернуть в работу")
    await town.wait_for_card(ROADS_HEAD, 1, "ответить до сб 21.11, 04:00")
    town.set_time("20.11 23:30")  # the former term, with the half an hour of waiting
    await wait_until_idle(town)
    assert "answer" not in [row.facts["limit"] for row in await list_audit(town, 1, "overdue")]
    assert town.find_message(ROADS_HEAD, "житель не ответил") is None
