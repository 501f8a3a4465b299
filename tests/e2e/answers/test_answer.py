"""Answering: the question, the preview, «Изменить», «Отмена», and the short cuts."""

from bot.domain.tickets import State
from tests.databases import ON_BOTH
from tests.e2e.harness import COORDINATOR, GROUP, PYOTR, ROADS_HEAD, Town, words
from tests.e2e.queries import HATCH, audit, delivered, looks, preview, report, rows, state

pytestmark = ON_BOTH

ANSWER = "Бригада выехала, яму засыплют сегодня до 18:00."


async def test_from_the_button_to_the_answer_under_the_message(town: Town) -> None:
    asked = await report(town)
    card = await town.card(ROADS_HEAD, 1)

    await town.press(ROADS_HEAD, card, "Ответить")
    question = await town.letter(ROADS_HEAD, "✍️ Ответ на №1", HATCH, "Напишите текст")
    assert question["reply_to_message"]["message_id"] == card["message_id"]
    assert rows(question) == [["Отмена"]]
    assert await state(town, 1) is State.ASSIGNED  # nothing is promised yet

    await town.write(ROADS_HEAD, ANSWER)
    draft = await preview(town, ROADS_HEAD)
    assert words(draft) == f"Так ответ увидит житель (№1):\n\n{ANSWER}"
    assert rows(draft) == [["📤 Отправить"], ["✍️ Изменить", "Отмена"]]
    await town.until(lambda: rows(question) == [])  # one thing to press at a time
    assert town.letters(GROUP) == []

    said = await town.press(ROADS_HEAD, draft, "Отправить")
    assert said == {"text": "Ответ отправляется", "show_alert": False}
    answer = await town.letter(GROUP)
    assert words(answer) == ANSWER
    assert answer["reply_to_message"]["message_id"] == asked
    await town.until(lambda: words(draft).startswith("✅ Ответ на №1 опубликован"))
    assert rows(draft) == []
    card = await town.card(ROADS_HEAD, 1, "✅ Отвечено: Начальник отдела дорог, пт 20.11, 14:30 · ответ", ANSWER)
    assert rows(card) == [["✏️ Исправить ответ"], ["🕘 История"]]
    assert card["entities"][-2]["url"] == town.sandbox.telegram.link(GROUP, answer["message_id"])
    assert [row.action for row in await audit(town, 1)] == ["registered", "answer", "approve", "posted", "confirm"]
    assert len(town.letters(GROUP)) == 1


async def test_the_words_can_be_written_anew(town: Town) -> None:
    await report(town)
    await town.press(ROADS_HEAD, await town.card(ROADS_HEAD, 1), "Ответить")
    await town.letter(ROADS_HEAD, "Ответ на №1")
    await town.write(ROADS_HEAD, "Не знаю.")
    draft = await preview(town, ROADS_HEAD, "Не знаю.")

    await town.press(ROADS_HEAD, draft, "Изменить")
    await town.until(lambda: words(draft).startswith("Хорошо, пришлите новый ответ на №1 целиком."))
    assert "Не знаю." in words(draft)  # to be copied
    assert rows(draft) == [["Отмена"]]

    await town.write(ROADS_HEAD, ANSWER)
    again = await preview(town, ROADS_HEAD, ANSWER)
    assert "Не знаю" not in words(again)
    await town.until(lambda: rows(draft) == [])
    await town.press(ROADS_HEAD, again, "Отправить")
    assert words(await town.letter(GROUP)) == ANSWER


async def test_cancelling_sends_nothing(town: Town) -> None:
    await report(town)
    card = await town.card(ROADS_HEAD, 1)
    await town.press(ROADS_HEAD, card, "Ответить")
    question = await town.letter(ROADS_HEAD, "Ответ на №1")
    await town.press(ROADS_HEAD, question, "Отмена")
    await town.until(lambda: words(question) == "Отменено, жителю ничего не отправлено.")

    await town.press(ROADS_HEAD, card, "Ответить")
    await town.until(lambda: len([t for t in town.texts(ROADS_HEAD) if t.startswith("✍️ Ответ на №1")]) == 1)
    await town.write(ROADS_HEAD, ANSWER)
    draft = await preview(town, ROADS_HEAD)
    said = await town.press(ROADS_HEAD, draft, "Отмена")
    assert said["text"] == "Отменено"
    await town.until(lambda: words(draft) == "Отменено, жителю ничего не отправлено.")
    assert not any(rows(letter) for letter in town.letters(ROADS_HEAD) if letter is not card)

    await town.write(ROADS_HEAD, "И что теперь?")
    await town.letter(ROADS_HEAD, "Чтобы ответить жителю, нажмите «Ответить»")
    assert town.letters(GROUP) == []
    assert await state(town, 1) is State.ASSIGNED


async def test_a_reply_to_the_card_is_the_short_way(town: Town) -> None:
    await report(town)
    card = await town.card(ROADS_HEAD, 1)
    await town.write(ROADS_HEAD, ANSWER, reply_to=card["message_id"])
    await town.press(ROADS_HEAD, await preview(town, ROADS_HEAD, ANSWER), "Отправить")
    assert words(await town.letter(GROUP)) == ANSWER


async def test_a_reply_to_a_reminder_or_to_a_note_is_the_short_way_too(town: Town) -> None:
    await report(town)
    await town.card(ROADS_HEAD, 1)
    await report(town, "Там ещё и знак упал")
    note = await town.letter(ROADS_HEAD, "Житель дополнил сообщение №1")
    await town.write(ROADS_HEAD, "Сделаем.", reply_to=note["message_id"])
    await town.press(ROADS_HEAD, await preview(town, ROADS_HEAD, "Сделаем."), "Отмена")

    await delivered(town)
    town.pass_time(minutes=31)
    reminder = await town.letter(ROADS_HEAD, "Напоминание: №1")
    await town.write(ROADS_HEAD, ANSWER, reply_to=reminder["message_id"])
    await town.press(ROADS_HEAD, await preview(town, ROADS_HEAD, ANSWER), "Отправить")
    assert words(await town.letter(GROUP)) == ANSWER


async def test_words_in_several_messages_are_one_answer(town: Town) -> None:
    await report(town)
    await town.press(ROADS_HEAD, await town.card(ROADS_HEAD, 1), "Ответить")
    await town.letter(ROADS_HEAD, "Ответ на №1")
    await town.write(ROADS_HEAD, "Яму засыплем сегодня.")
    first = await preview(town, ROADS_HEAD, "Яму засыплем сегодня.")
    await town.write(ROADS_HEAD, "Спасибо за сигнал!")
    second = await preview(town, ROADS_HEAD, "Яму засыплем сегодня.\n\nСпасибо за сигнал!")
    await town.until(lambda: rows(first) == [])
    assert "новый вид — ниже" in words(first)
    await town.press(ROADS_HEAD, second, "Отправить")
    assert words(await town.letter(GROUP)) == "Яму засыплем сегодня.\n\nСпасибо за сигнал!"


async def test_a_slip_mended_in_ones_own_message_is_mended_in_the_draft(town: Town) -> None:
    await report(town)
    card = await town.card(ROADS_HEAD, 1)
    slip = await town.write(ROADS_HEAD, "Засыплем вчера.", reply_to=card["message_id"])
    first = await preview(town, ROADS_HEAD, "Засыплем вчера.")
    await town.write(ROADS_HEAD, "Спасибо!")
    await preview(town, ROADS_HEAD, "Засыплем вчера.\n\nСпасибо!")
    await town.sandbox.telegram.edit(ROADS_HEAD, slip, "Засыплем завтра.")

    mended = await preview(town, ROADS_HEAD, "Засыплем завтра.\n\nСпасибо!")

    await town.until(lambda: rows(first) == [])
    await town.press(ROADS_HEAD, mended, "Отправить")
    assert words(await town.letter(GROUP)) == "Засыплем завтра.\n\nСпасибо!"
    await town.sandbox.telegram.edit(ROADS_HEAD, slip, "Засыплем через год.")  # too late, and no harm
    await delivered(town)
    assert town.texts(GROUP) == ["Засыплем завтра.\n\nСпасибо!"]


async def test_an_answer_to_one_card_while_another_is_being_written(town: Town) -> None:
    await report(town)
    first = await town.card(ROADS_HEAD, 1)
    await report(town, "На Советской 12 на дороге разметка стёрлась", PYOTR)
    second = await town.card(ROADS_HEAD, 2)
    await town.write(ROADS_HEAD, "Ответ первому", reply_to=first["message_id"])
    draft = await preview(town, ROADS_HEAD, "Ответ первому")

    await town.write(ROADS_HEAD, "Ответ второму", reply_to=second["message_id"])

    await town.press(ROADS_HEAD, await preview(town, ROADS_HEAD, "№2", "Ответ второму"), "Отправить")
    await town.until(lambda: rows(draft) == [])
    assert "Черновик ответа на №1 отложен" in words(draft)
    assert "Ответ первому" in words(draft)
    assert words(await town.letter(GROUP)) == "Ответ второму"
    await delivered(town)
    assert len(town.letters(GROUP)) == 1


async def test_an_answer_needs_words_or_a_file(town: Town) -> None:
    await report(town)
    card = await town.card(ROADS_HEAD, 1)
    await town.write(ROADS_HEAD, reply_to=card["message_id"], sticker=b"sticker")
    await town.letter(ROADS_HEAD, "Напишите текст ответа или приложите")
    await town.press(ROADS_HEAD, card, "Ответить")
    await town.letter(ROADS_HEAD, "Ответ на №1")
    await town.write(ROADS_HEAD, sticker=b"sticker")
    await town.until(lambda: len([t for t in town.texts(ROADS_HEAD) if t.startswith("Напишите текст")]) == 2)


async def test_a_second_answer_is_pointed_to_the_correction(town: Town) -> None:
    await report(town)
    card = await town.card(ROADS_HEAD, 1)
    await town.answer(ROADS_HEAD, 1, ANSWER)
    await town.card(ROADS_HEAD, 1, "Отвечено")
    await town.write(ROADS_HEAD, "И ещё: спасибо!", reply_to=card["message_id"])
    await town.letter(ROADS_HEAD, "На сообщение №1 уже отвечено", "Исправить ответ")
    assert len(town.letters(GROUP)) == 1


async def test_words_that_look_like_markup_stay_words(town: Town) -> None:
    await report(town)
    nasty = "<b>Цена</b> *100* [id1|руб.] & _всё_ 🛠 {number} %s\\n"
    await town.answer(ROADS_HEAD, 1, nasty)
    answer = await town.letter(GROUP)
    assert words(answer) == nasty
    assert not {"bold", "italic", "code", "text_link"} & {kind for kind, _ in looks(answer)}


async def test_a_command_while_writing_is_a_command(town: Town) -> None:
    await report(town)
    await town.press(ROADS_HEAD, await town.card(ROADS_HEAD, 1), "Ответить")
    await town.letter(ROADS_HEAD, "Ответ на №1")
    await town.write(ROADS_HEAD, "/my")
    await town.letter(ROADS_HEAD, "Ждут вас: 1 сообщение")
    await town.write(ROADS_HEAD, "/weather сегодня")
    await town.letter(ROADS_HEAD, "Такой команды нет")
    await town.write(ROADS_HEAD, ANSWER)
    draft = await preview(town, ROADS_HEAD)
    assert words(draft).endswith(f"\n\n{ANSWER}")


async def test_everybody_who_has_the_card_sees_the_change(town: Town) -> None:
    await report(town)
    card = await town.card(ROADS_HEAD, 1)
    await town.write(COORDINATOR, "/find 1")
    watched = await town.card(COORDINATOR, 1)
    await town.press(ROADS_HEAD, card, "Принять")
    await town.until(lambda: "В работе" in words(watched))
    await town.answer(ROADS_HEAD, 1, ANSWER)
    await town.until(lambda: "Отвечено" in words(watched) and ANSWER in words(watched))
