"""After the answer: thanks, «не решено», the question «Вопрос решён?», and the end of a ticket."""

from typing import Any

from tests.e2e.harness import (
    ANNA,
    COMMUNITY,
    COORDINATOR,
    GROUP,
    MARIA,
    PYOTR,
    ROADS_HEAD,
    Harness,
    button_labels,
    message_text,
)

PIT = "Яма на дороге, Ленина 45"
ANSWER = "Яму засыпали сегодня утром."
ASKS = '[[rules]]\nsector = "roads"\nsatisfaction = true\n'


async def answer(bot: Harness, number: int = 1, text: str = ANSWER) -> None:
    await bot.answer_ticket(ROADS_HEAD, number, text)
    await bot.wait_for_card(ROADS_HEAD, number, "Отвечено")


async def report(bot: Harness, text: str = PIT) -> dict[str, Any]:
    """Maria writes in the group and is answered there; return the bot's answer."""
    await bot.sandbox.telegram.send_message(GROUP, MARIA, text)
    await answer(bot)
    return await bot.wait_for_message(GROUP, ANSWER)


async def reply(bot: Harness, person: int, words: str, to: dict[str, Any]) -> int:
    return await bot.sandbox.telegram.send_message(GROUP, person, words, reply_to=to["message_id"])


async def test_not_solved_returns_the_same_ticket_with_the_words(bot: Harness) -> None:
    posted = await report(bot)
    bot.pass_time(hours=3)
    await reply(bot, MARIA, "Спасибо, яма теперь глубже", posted)

    await bot.wait_for_message(ROADS_HEAD, "№1: житель говорит, что вопрос не решён", "теперь глубже", "1 раз")
    card = await bot.wait_for_card(ROADS_HEAD, 1, PIT, "➕ Спасибо, яма теперь глубже", "Возвращено 1 раз")
    assert "✅ Принять" in button_labels(card)
    assert "принять до" in message_text(card)
    assert bot.ticket_numbers(ROADS_HEAD) == [1]


async def test_thanks_and_talk_get_no_ticket_and_no_term(bot: Harness) -> None:
    posted = await report(bot)
    bot.pass_time(hours=3)
    await reply(bot, MARIA, "Спасибо, будем ждать", posted)
    await reply(bot, MARIA, "понятно", posted)
    await reply(bot, PYOTR, "Спасибо за ответ!", posted)
    await reply(bot, PYOTR, "Яма на дороге, Кирова 10", posted)
    await bot.wait_for_card(ROADS_HEAD, 2, "Кирова, 10")
    assert bot.ticket_numbers(ROADS_HEAD) == [1, 2]
    assert "Отвечено" in message_text(await bot.wait_for_card(ROADS_HEAD, 1))


async def test_solved_in_words_ends_the_ticket_and_a_complaint_reopens_it(bot: Harness) -> None:
    posted = await report(bot)
    await reply(bot, MARIA, "Да, яму засыпали, спасибо", posted)
    await bot.wait_for_card(ROADS_HEAD, 1, "Житель подтвердил, что вопрос решён")
    bot.pass_time(days=5)
    await reply(bot, MARIA, "опять провалилось, ничего не сделали", posted)
    card = await bot.wait_for_card(ROADS_HEAD, 1, "Возвращено 1 раз")
    assert "подтвердил" not in message_text(card)


async def test_words_that_the_bot_cannot_read_are_for_the_one_who_answered(bot: Harness) -> None:
    posted = await report(bot)
    bot.pass_time(hours=3)
    await reply(bot, MARIA, "Стою с биноклем у окна, интересное кино", posted)
    asked = await bot.wait_for_message(ROADS_HEAD, "Житель написал под ответом на №1", "с биноклем")
    await bot.press_button(ROADS_HEAD, asked, "Вернуть в работу")
    await bot.wait_for_card(ROADS_HEAD, 1, "➕ Стою с биноклем", "Возвращено 1 раз")
    assert "устарела" in (await bot.press_button(ROADS_HEAD, asked, "Вернуть в работу"))["text"]


async def test_after_too_many_returns_the_coordinator_decides(closed_bot: Harness) -> None:
    bot = closed_bot
    bot.settings["more"] = '[[rules]]\nsector = "roads"\nreopen_at_most = 1\n'
    await bot.start()
    posted = await report(bot)
    await reply(bot, MARIA, "ничего не сделали", posted)
    await bot.wait_for_card(ROADS_HEAD, 1, "Возвращено 1 раз")
    await answer(bot, text="Засыпали ещё раз.")
    posted = await bot.wait_for_message(GROUP, "Засыпали ещё раз")
    await reply(bot, MARIA, "не решено", posted)
    card = await bot.wait_for_card(COORDINATOR, 1, "нужно выбрать отрасль", "Возвращено 2 раза")
    await bot.press_button(COORDINATOR, card, "Дороги")
    await bot.wait_for_card(ROADS_HEAD, 1, "принять до")


async def test_a_stranger_returns_nothing(bot: Harness) -> None:
    posted = await report(bot)
    bot.pass_time(hours=3)
    await reply(bot, PYOTR, "Ничего не сделали! Яма на дороге, Ленина 45", posted)
    await bot.wait_for_card(ROADS_HEAD, 2, "Пётр")
    assert "Отвечено" in message_text(await bot.wait_for_card(ROADS_HEAD, 1))


async def test_a_late_complaint_is_a_new_ticket_that_names_the_former(bot: Harness) -> None:
    posted = await report(bot)
    bot.pass_time(days=91)
    await reply(bot, MARIA, "Опять яма на дороге, ничего не сделали", posted)
    await bot.wait_for_card(ROADS_HEAD, 2, "Житель уже писал: №1")


async def test_an_edit_of_thanks_into_a_complaint_counts_once(bot: Harness) -> None:
    posted = await report(bot)
    message = await reply(bot, MARIA, "Спасибо", posted)
    await bot.wait_for_inbox()
    await bot.sandbox.telegram.edit(GROUP, message, "Спасибо, но ничего не сделали")
    await bot.wait_for_card(ROADS_HEAD, 1, "➕ Спасибо, но ничего не сделали", "Возвращено 1 раз")
    await bot.sandbox.telegram.edit(GROUP, message, "Спасибо, но ничего не сделали!!!")
    await bot.wait_for_card(ROADS_HEAD, 1, "не сделали!!!", "Возвращено 1 раз")


async def test_the_question_is_asked_once_with_buttons_in_private(closed_bot: Harness) -> None:
    bot = closed_bot
    bot.settings["more"] = ASKS
    await bot.start()
    await bot.send_message(MARIA, PIT)
    await answer(bot)
    bot.pass_time(hours=25)
    asked = await bot.wait_for_message(MARIA, "Вопрос решён?")
    assert button_labels(asked) == ["Да", "Нет"]

    forged = await bot.press_code(PYOTR, MARIA, asked["message_id"], "1:kn:1")
    assert "для автора" in forged["text"]
    await bot.press_button(MARIA, asked, "Нет")
    await bot.wait_for_card(ROADS_HEAD, 1, "Возвращено 1 раз")
    await bot.wait_for_message(MARIA, "№1 снова в работе")
    await bot.press_code(MARIA, MARIA, asked["message_id"], "1:kn:1")
    await bot.send_message(MARIA, "яма на том же месте")
    await bot.wait_for_card(ROADS_HEAD, 1, "➕ яма на том же месте", "Возвращено 1 раз")

    await answer(bot, text="Теперь засыпали.")
    bot.pass_time(hours=25)
    asked = await bot.wait_for_message(MARIA, "Вопрос решён?")
    await bot.press_button(MARIA, asked, "Да")
    await bot.wait_for_card(ROADS_HEAD, 1, "Житель подтвердил", "Возвращено 1 раз")
    await bot.wait_for_message(MARIA, "вопрос решён. Спасибо")
    bot.pass_time(days=3)
    await bot.wait_for_outbox()
    assert not [text for text in bot.bot_texts(MARIA) if text.endswith("Вопрос решён?")]


async def test_the_question_waits_for_the_morning_and_is_asked_in_words_in_public(closed_bot: Harness) -> None:
    bot = closed_bot
    bot.settings |= {"more": ASKS, "quiet_from": "22:00", "quiet_to": "08:00"}
    bot.config_replacements["[follow_up]"] = '[answers]\nask_solved_after = "12h"\n\n[follow_up]'
    await bot.start()
    await report(bot)
    bot.set_time("21.11 07:59")
    await bot.wait_for_outbox()
    assert bot.find_message(GROUP, "Вопрос решён?") is None
    bot.set_time("21.11 08:01")
    asked = await bot.wait_for_message(GROUP, "Вопрос решён?", "«да» или «нет»")
    assert button_labels(asked) == []
    await reply(bot, MARIA, "нет", asked)
    await bot.wait_for_card(ROADS_HEAD, 1, "➕ нет", "Возвращено 1 раз")


async def test_silence_ends_an_answered_ticket(bot: Harness) -> None:
    await report(bot)
    bot.pass_time(days=13)
    await bot.wait_for_tasks("silence")
    assert "Вернуть в работу" not in str(button_labels(await bot.wait_for_card(ROADS_HEAD, 1)))
    bot.pass_time(days=2)
    card = await bot.wait_until(
        lambda: (card := bot.find_message(ROADS_HEAD, "№1 · ")) and "↩️ Вернуть в работу" in button_labels(card) and card
    )
    assert "Отвечено" in message_text(card)


async def test_vk_messages_and_comments(closed_bot: Harness) -> None:
    bot, vk = closed_bot, closed_bot.sandbox.vk
    bot.settings["more"] = ASKS
    await bot.start()
    await vk.send_message(COMMUNITY, MARIA, PIT)
    await bot.wait_for_card(ROADS_HEAD, 1)
    await answer(bot)
    bot.pass_time(hours=25)
    await bot.wait_until(lambda: [m for m in vk.messages(COMMUNITY, MARIA) if "Вопрос решён?" in m.text])
    await vk.send_message(COMMUNITY, MARIA, "ничего не изменилось")
    await bot.wait_for_card(ROADS_HEAD, 1, "➕ ничего не изменилось", "Возвращено 1 раз")

    post = await vk.post(COMMUNITY, "Новости недели")
    await vk.comment(COMMUNITY, post, PYOTR, "На Кирова 10 яма на дороге")
    await bot.wait_for_card(ROADS_HEAD, 2)
    await answer(bot, 2)
    await bot.wait_until(lambda: [c for c in vk.comments(COMMUNITY, post) if c.text == ANSWER])
    await vk.comment(COMMUNITY, post, ANNA, "Спасибо")
    await bot.wait_for_inbox()
    assert bot.ticket_numbers(ROADS_HEAD) == [1, 2]


async def test_control_date_keeps_an_answered_ticket_and_reminds(bot: Harness) -> None:
    await report(bot)
    await bot.press_button(ROADS_HEAD, await bot.wait_for_card(ROADS_HEAD, 1), "Ещё")
    menu = await bot.wait_until(
        lambda: (card := bot.find_message(ROADS_HEAD, "№1 · ")) and "📌 Контроль" in button_labels(card) and card
    )
    await bot.press_button(ROADS_HEAD, menu, "Контроль")
    await bot.wait_for_message(ROADS_HEAD, "До какого дня №1 на контроле?")
    await bot.send_message(ROADS_HEAD, "вчера")
    await bot.wait_for_message(ROADS_HEAD, "Это время уже прошло")
    await bot.send_message(ROADS_HEAD, "15 декабря в 10:00")
    await bot.wait_for_card(ROADS_HEAD, 1, "На контроле до")
    bot.set_time("15.12 09:59")
    await bot.wait_for_tasks("silence", "control")
    assert bot.find_message(ROADS_HEAD, "Контроль: №1") is None
    bot.set_time("15.12 10:01")
    reminder = await bot.wait_for_message(ROADS_HEAD, "Контроль: №1")
    await bot.press_button(ROADS_HEAD, reminder, "Вернуть в работу")
    await bot.wait_for_card(ROADS_HEAD, 1, "Возвращено 1 раз", "принять до")


async def test_nothing_is_said_where_answers_are_off(closed_bot: Harness) -> None:
    bot = closed_bot
    bot.settings |= {"more": ASKS, "answers": "off"}
    await bot.start()
    await bot.sandbox.telegram.send_message(GROUP, MARIA, PIT)
    await answer(bot)
    bot.pass_time(hours=25)
    await bot.wait_for_outbox()
    await bot.sandbox.telegram.send_message(GROUP, MARIA, "Ничего не сделали, яма на дороге на месте")
    await bot.wait_for_card(ROADS_HEAD, 1, "Возвращено 1 раз")
    await bot.wait_for_outbox()
    assert bot.bot_texts(GROUP) == []
