"""Answering: the question, the preview, «Изменить», «Отмена», and the short cuts."""

from bot.domain.tickets import State
from tests.databases import ON_BOTH
from tests.e2e.harness import COORDINATOR, GROUP, PYOTR, ROADS_HEAD, Harness, message_text
from tests.e2e.queries import (
    HATCH,
    button_rows,
    get_ticket_state,
    list_audit,
    send_report,
    styled_spans,
    wait_for_preview,
    wait_until_idle,
)

ANSWER = "Добрый день. Бригада выехала, яму засыплют сегодня до 18:00."


@ON_BOTH
async def test_from_the_button_to_the_answer_under_the_message(bot: Harness) -> None:
    asked = await send_report(bot)
    card = await bot.wait_for_card(ROADS_HEAD, 1)

    await bot.press_button(ROADS_HEAD, card, "Ответить")
    question = await bot.wait_for_message(ROADS_HEAD, "✍️ Ответ на №1", HATCH, "Напишите текст")
    assert question["reply_to_message"]["message_id"] == card["message_id"]
    assert button_rows(question) == [["Отмена"]]
    assert await get_ticket_state(bot, 1) is State.ASSIGNED  # nothing is promised yet

    await bot.send_message(ROADS_HEAD, ANSWER)
    draft = await wait_for_preview(bot, ROADS_HEAD)
    shown, _, hint = message_text(draft).rpartition("\n\n")
    assert shown == f"Так ответ увидит житель (№1):\n\n{ANSWER}"
    assert hint == "ℹ️ Если сообщение жителя удалено, ответ начнётся так: «Мария, ответ на ваше сообщение:»"
    assert button_rows(draft) == [["📤 Отправить"], ["✍️ Изменить", "Отмена"]]
    await bot.wait_until(lambda: button_rows(question) == [])  # one thing to press at a time
    assert bot.bot_messages(GROUP) == []

    said = await bot.press_button(ROADS_HEAD, draft, "Отправить")
    assert said == {"text": "Ответ отправляется", "show_alert": False}
    answer = await bot.wait_for_message(GROUP)
    assert message_text(answer) == ANSWER
    assert answer["reply_to_message"]["message_id"] == asked
    await bot.wait_until(lambda: message_text(draft).startswith("✅ Ответ на №1 опубликован"))
    assert button_rows(draft) == []
    card = await bot.wait_for_card(
        ROADS_HEAD, 1, "✅ Отвечено: Начальник отдела дорог, пт 20.11, 14:30 · ответ", ANSWER
    )
    assert button_rows(card) == [["✏️ Исправить ответ"], ["⋯ Ещё"]]
    assert card["entities"][-2]["url"] == bot.sandbox.telegram.message_link(GROUP, answer["message_id"])
    assert [row.action for row in await list_audit(bot, 1)] == ["registered", "answer", "approve", "posted", "confirm"]
    assert len(bot.bot_messages(GROUP)) == 1


async def test_the_words_can_be_written_anew(bot: Harness) -> None:
    await send_report(bot)
    await bot.press_button(ROADS_HEAD, await bot.wait_for_card(ROADS_HEAD, 1), "Ответить")
    await bot.wait_for_message(ROADS_HEAD, "Ответ на №1")
    await bot.send_message(ROADS_HEAD, "Не знаю.")
    draft = await wait_for_preview(bot, ROADS_HEAD, "Не знаю.")

    await bot.press_button(ROADS_HEAD, draft, "Изменить")
    await bot.wait_until(lambda: message_text(draft).startswith("Хорошо, пришлите новый ответ на №1 целиком."))
    assert "Не знаю." in message_text(draft)  # to be copied
    assert button_rows(draft) == [["Отмена"]]

    await bot.send_message(ROADS_HEAD, ANSWER)
    again = await wait_for_preview(bot, ROADS_HEAD, ANSWER)
    assert "Не знаю" not in message_text(again)
    await bot.wait_until(lambda: button_rows(draft) == [])
    await bot.press_button(ROADS_HEAD, again, "Отправить")
    assert message_text(await bot.wait_for_message(GROUP)) == ANSWER


async def test_cancelling_sends_nothing(bot: Harness) -> None:
    await send_report(bot)
    card = await bot.wait_for_card(ROADS_HEAD, 1)
    await bot.press_button(ROADS_HEAD, card, "Ответить")
    question = await bot.wait_for_message(ROADS_HEAD, "Ответ на №1")
    await bot.press_button(ROADS_HEAD, question, "Отмена")
    await bot.wait_until(lambda: message_text(question) == "Отменено, жителю ничего не отправлено.")

    await bot.press_button(ROADS_HEAD, card, "Ответить")
    await bot.wait_until(lambda: len([t for t in bot.bot_texts(ROADS_HEAD) if t.startswith("✍️ Ответ на №1")]) == 1)
    await bot.send_message(ROADS_HEAD, ANSWER)
    draft = await wait_for_preview(bot, ROADS_HEAD)
    said = await bot.press_button(ROADS_HEAD, draft, "Отмена")
    assert said["text"] == "Отменено"
    await bot.wait_until(lambda: message_text(draft) == "Отменено, жителю ничего не отправлено.")
    assert not any(button_rows(letter) for letter in bot.bot_messages(ROADS_HEAD) if letter is not card)

    await bot.send_message(ROADS_HEAD, "И что теперь?")
    await bot.wait_for_message(ROADS_HEAD, "Чтобы ответить жителю, нажмите «Ответить»")
    assert bot.bot_messages(GROUP) == []
    assert await get_ticket_state(bot, 1) is State.ASSIGNED


async def test_a_reply_to_the_card_is_the_short_way(bot: Harness) -> None:
    await send_report(bot)
    card = await bot.wait_for_card(ROADS_HEAD, 1)
    await bot.send_message(ROADS_HEAD, ANSWER, reply_to=card["message_id"])
    await bot.press_button(ROADS_HEAD, await wait_for_preview(bot, ROADS_HEAD, ANSWER), "Отправить")
    assert message_text(await bot.wait_for_message(GROUP)) == ANSWER


async def test_a_reply_to_a_reminder_or_to_a_note_is_the_short_way_too(bot: Harness) -> None:
    await send_report(bot)
    await bot.wait_for_card(ROADS_HEAD, 1)
    await send_report(bot, "Там ещё и знак упал")
    note = await bot.wait_for_message(ROADS_HEAD, "Житель дополнил сообщение №1")
    await bot.send_message(ROADS_HEAD, "Сделаем.", reply_to=note["message_id"])
    await bot.press_button(ROADS_HEAD, await wait_for_preview(bot, ROADS_HEAD, "Сделаем."), "Отмена")

    await wait_until_idle(bot)
    bot.pass_time(minutes=31)
    reminder = await bot.wait_for_message(ROADS_HEAD, "Напоминание: №1")
    await bot.send_message(ROADS_HEAD, ANSWER, reply_to=reminder["message_id"])
    await bot.press_button(ROADS_HEAD, await wait_for_preview(bot, ROADS_HEAD, ANSWER), "Отправить")
    assert message_text(await bot.wait_for_message(GROUP)) == ANSWER


async def test_words_in_several_messages_are_one_answer(bot: Harness) -> None:
    await send_report(bot)
    await bot.press_button(ROADS_HEAD, await bot.wait_for_card(ROADS_HEAD, 1), "Ответить")
    await bot.wait_for_message(ROADS_HEAD, "Ответ на №1")
    await bot.send_message(ROADS_HEAD, "Яму засыплем сегодня.")
    first = await wait_for_preview(bot, ROADS_HEAD, "Яму засыплем сегодня.")
    await bot.send_message(ROADS_HEAD, "Спасибо за сигнал!")
    second = await wait_for_preview(bot, ROADS_HEAD, "Яму засыплем сегодня.\n\nСпасибо за сигнал!")
    await bot.wait_until(lambda: button_rows(first) == [])
    assert "новый вид — ниже" in message_text(first)
    await bot.press_button(ROADS_HEAD, second, "Отправить")
    assert message_text(await bot.wait_for_message(GROUP)) == "Яму засыплем сегодня.\n\nСпасибо за сигнал!"


async def test_a_slip_mended_in_ones_own_message_is_mended_in_the_draft(bot: Harness) -> None:
    await send_report(bot)
    card = await bot.wait_for_card(ROADS_HEAD, 1)
    slip = await bot.send_message(ROADS_HEAD, "Засыплем вчера.", reply_to=card["message_id"])
    first = await wait_for_preview(bot, ROADS_HEAD, "Засыплем вчера.")
    await bot.send_message(ROADS_HEAD, "Спасибо!")
    await wait_for_preview(bot, ROADS_HEAD, "Засыплем вчера.\n\nСпасибо!")
    await bot.sandbox.telegram.edit(ROADS_HEAD, slip, "Засыплем завтра.")

    mended = await wait_for_preview(bot, ROADS_HEAD, "Засыплем завтра.\n\nСпасибо!")

    await bot.wait_until(lambda: button_rows(first) == [])
    await bot.press_button(ROADS_HEAD, mended, "Отправить")
    assert message_text(await bot.wait_for_message(GROUP)) == "Засыплем завтра.\n\nСпасибо!"
    await bot.sandbox.telegram.edit(ROADS_HEAD, slip, "Засыплем через год.")  # too late, and no harm
    await wait_until_idle(bot)
    assert bot.bot_texts(GROUP) == ["Засыплем завтра.\n\nСпасибо!"]


async def test_an_answer_to_one_card_while_another_is_being_written(bot: Harness) -> None:
    await send_report(bot)
    first = await bot.wait_for_card(ROADS_HEAD, 1)
    await send_report(bot, "На Советской 12 на дороге разметка стёрлась", PYOTR)
    second = await bot.wait_for_card(ROADS_HEAD, 2)
    await bot.send_message(ROADS_HEAD, "Ответ первому", reply_to=first["message_id"])
    draft = await wait_for_preview(bot, ROADS_HEAD, "Ответ первому")

    await bot.send_message(ROADS_HEAD, "Ответ второму", reply_to=second["message_id"])

    await bot.press_button(ROADS_HEAD, await wait_for_preview(bot, ROADS_HEAD, "№2", "Ответ второму"), "Отправить")
    await bot.wait_until(lambda: button_rows(draft) == [])
    assert "Черновик ответа на №1 отложен" in message_text(draft)
    assert "Ответ первому" in message_text(draft)
    assert message_text(await bot.wait_for_message(GROUP)) == "Ответ второму"
    await wait_until_idle(bot)
    assert len(bot.bot_messages(GROUP)) == 1


async def test_an_answer_needs_words_or_a_file(bot: Harness) -> None:
    await send_report(bot)
    card = await bot.wait_for_card(ROADS_HEAD, 1)
    await bot.send_message(ROADS_HEAD, reply_to=card["message_id"], sticker=b"sticker")
    await bot.wait_for_message(ROADS_HEAD, "Напишите текст ответа или приложите")
    await bot.press_button(ROADS_HEAD, card, "Ответить")
    await bot.wait_for_message(ROADS_HEAD, "Ответ на №1")
    await bot.send_message(ROADS_HEAD, sticker=b"sticker")
    await bot.wait_until(lambda: len([t for t in bot.bot_texts(ROADS_HEAD) if t.startswith("Напишите текст")]) == 2)


@ON_BOTH
async def test_a_second_answer_is_pointed_to_the_correction(bot: Harness) -> None:
    await send_report(bot)
    card = await bot.wait_for_card(ROADS_HEAD, 1)
    await bot.answer_ticket(ROADS_HEAD, 1, ANSWER)
    await bot.wait_for_card(ROADS_HEAD, 1, "Отвечено")
    await bot.send_message(ROADS_HEAD, "И ещё: спасибо!", reply_to=card["message_id"])
    await bot.wait_for_message(ROADS_HEAD, "На сообщение №1 уже отвечено", "Исправить ответ")
    assert len(bot.bot_messages(GROUP)) == 1


async def test_words_that_look_like_markup_stay_words(bot: Harness) -> None:
    await send_report(bot)
    nasty = "<b>Цена</b> *100* [club1|руб.] & _всё_ 🛠 {number} %s\\n"
    await bot.answer_ticket(ROADS_HEAD, 1, nasty)
    answer = await bot.wait_for_message(GROUP)
    assert message_text(answer) == nasty
    assert not {"bold", "italic", "code", "text_link"} & {kind for kind, _ in styled_spans(answer)}


async def test_a_command_while_writing_is_a_command(bot: Harness) -> None:
    await send_report(bot)
    await bot.press_button(ROADS_HEAD, await bot.wait_for_card(ROADS_HEAD, 1), "Ответить")
    await bot.wait_for_message(ROADS_HEAD, "Ответ на №1")
    await bot.send_message(ROADS_HEAD, "/my")
    await bot.wait_for_message(ROADS_HEAD, "Ждут вас: 1 сообщение")
    await bot.wait_for_message(ROADS_HEAD, "Начатый текст (№1) сохранён")
    await bot.send_message(ROADS_HEAD, "/weather сегодня")
    await bot.wait_for_message(ROADS_HEAD, "Такой команды нет", "эти слова не вошли")
    await bot.send_message(ROADS_HEAD, ANSWER)
    for number, command in enumerate(("/мои", " /найти яму", "/Find яма", "/", "/ help", "//")):
        await bot.send_message(ROADS_HEAD, command)
        await bot.wait_until(lambda asides=number: count_asides(bot) == asides + 3)
    await bot.send_message(ROADS_HEAD, "/2 подъезд тоже")
    draft = await wait_for_preview(bot, ROADS_HEAD)
    draft = await wait_for_preview(bot, ROADS_HEAD, "/2 подъезд тоже")
    assert message_text(draft).split("\n\n")[1:3] == [ANSWER, "/2 подъезд тоже"]

    await bot.press_button(ROADS_HEAD, draft, "Отмена")
    await bot.send_message(ROADS_HEAD, "/help")
    await bot.wait_for_message(ROADS_HEAD, "Короткий путь")
    await wait_until_idle(bot)
    assert "сохранён" not in bot.bot_texts(ROADS_HEAD)[-1]


def count_asides(bot: Harness) -> int:
    """Count the messages that say that a draft goes on without a command."""
    return len([text for text in bot.bot_texts(ROADS_HEAD) if "эти слова не вошли" in text or "сохранён" in text])


async def test_everybody_who_has_the_card_sees_the_change(bot: Harness) -> None:
    await send_report(bot)
    card = await bot.wait_for_card(ROADS_HEAD, 1)
    await bot.send_message(COORDINATOR, "/find 1")
    watched = await bot.wait_for_card(COORDINATOR, 1)
    await bot.press_button(ROADS_HEAD, card, "Принять")
    await bot.wait_until(lambda: "В работе" in message_text(watched))
    await bot.answer_ticket(ROADS_HEAD, 1, ANSWER)
    await bot.wait_until(lambda: "Отвечено" in message_text(watched) and ANSWER in message_text(watched))
