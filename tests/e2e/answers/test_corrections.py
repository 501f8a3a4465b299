"""«Исправить ответ»: where the messenger lets us."""

from bot.domain.tickets import State
from tests.e2e.harness import COMMUNITY, GROUP, MARIA, ROADS_HEAD, SECOND_GROUP, Town, words
from tests.e2e.queries import HATCH, audit, delivered, report, rows, state

PHOTO = b"\xff\xd8\xff\xe0 a mended road"


async def answered(town: Town, text: str = "Засыплем завтра.") -> None:
    await town.answer(ROADS_HEAD, 1, text)
    await town.card(ROADS_HEAD, 1, "✅ Отвечено")
    await delivered(town)


async def correct(town: Town, text: str) -> dict[str, object]:
    card = await town.card(ROADS_HEAD, 1, "✅ Отвечено")
    await town.press(ROADS_HEAD, card, "Исправить ответ")
    question = await town.letter(ROADS_HEAD, "✏️ Исправление ответа на №1", "Пришлите новый текст целиком")
    assert rows(question) == [["Отмена"]]
    await town.write(ROADS_HEAD, text)
    draft = await town.letter(ROADS_HEAD, "Так будет выглядеть исправленный ответ", text[:50])
    await town.until(lambda: rows(question) == [])
    return draft


async def test_the_published_words_change_where_they_stand(town: Town) -> None:
    await report(town)
    await answered(town)
    draft = await correct(town, "Засыплем сегодня.")
    assert rows(draft) == [["📤 Опубликовать исправление"], ["✍️ Переписать", "Отмена"]]
    said = await town.press(ROADS_HEAD, draft, "Опубликовать исправление")
    assert said["text"] == "Ответ исправляется"

    answer = await town.letter(GROUP, "Засыплем сегодня.")
    await delivered(town)
    assert town.letters(GROUP) == [answer]
    await town.card(ROADS_HEAD, 1, "✅ Отвечено", "Засыплем сегодня.")
    assert words(draft).startswith("✏️ Ответ на №1 исправляется")
    assert await state(town, 1) is State.ANSWERED
    assert [row.action for row in await audit(town, 1)][-1] == "correct"


async def test_cancelling_leaves_the_answer_as_it_was(town: Town) -> None:
    await report(town)
    await answered(town)
    draft = await correct(town, "Не засыплем.")
    await town.press(ROADS_HEAD, draft, "Отмена")
    await town.until(lambda: words(draft) == "Отменено, у жителя остаётся прежний ответ.")
    await delivered(town)
    assert [words(one) for one in town.letters(GROUP)] == ["Засыплем завтра."]


async def test_the_last_words_count(town: Town) -> None:
    await report(town)
    await answered(town)
    await correct(town, "Раз.")
    await town.write(ROADS_HEAD, "Два.")
    draft = await town.letter(ROADS_HEAD, "исправленный ответ", "Два.")
    assert "Раз." not in words(draft)
    await town.write(ROADS_HEAD, photo=PHOTO)
    await town.letter(ROADS_HEAD, "Исправить можно только текст")
    await town.press(ROADS_HEAD, draft, "Опубликовать исправление")
    await town.letter(GROUP, "Два.")


async def test_words_under_a_photo_change_too(town: Town) -> None:
    await report(town)
    card = await town.card(ROADS_HEAD, 1)
    await town.write(ROADS_HEAD, "Готово", reply_to=card["message_id"], photo=PHOTO)
    await town.press(ROADS_HEAD, await town.letter(ROADS_HEAD, "Так ответ увидит", "Готово"), "Отправить")
    await town.letter(GROUP, "Готово")
    await delivered(town)
    await town.press(ROADS_HEAD, await correct(town, "Готово, вот фото."), "Опубликовать исправление")
    answer = await town.letter(GROUP, "Готово, вот фото.")
    assert "photo" in answer
    assert len(town.letters(GROUP)) == 1


async def test_in_a_private_talk_of_vk(town: Town) -> None:
    vk = town.sandbox.vk
    await vk.message(COMMUNITY, MARIA, HATCH)
    await town.card(ROADS_HEAD, 1)
    await answered(town)
    await town.press(ROADS_HEAD, await correct(town, "Засыплем сегодня."), "Опубликовать исправление")
    await town.until(lambda: [m for m in vk.messages(COMMUNITY, MARIA) if m.text == "Засыплем сегодня."])
    assert not [m for m in vk.messages(COMMUNITY, MARIA) if m.text == "Засыплем завтра."]


async def test_a_comment_on_the_wall_of_vk_cannot_be_changed(town: Town) -> None:
    vk = town.sandbox.vk
    post = await vk.post(COMMUNITY, "Новости")
    await vk.comment(COMMUNITY, post, MARIA, HATCH)
    await town.card(ROADS_HEAD, 1)
    await answered(town)
    card = await town.card(ROADS_HEAD, 1)
    assert rows(card) == [["🕘 История"]]  # a button that could only refuse is not shown
    said = await town.press_raw(ROADS_HEAD, ROADS_HEAD, card["message_id"], "1:c:1")
    assert said["show_alert"]
    assert "мессенджер не даёт исправить" in said["text"]
    assert await state(town, 1) is State.ANSWERED


async def test_every_place_of_the_answer_changes(town: Town) -> None:
    await report(town)
    await town.card(ROADS_HEAD, 1)
    await delivered(town)
    await town.sandbox.telegram.say(SECOND_GROUP, MARIA, HATCH)
    await town.card(ROADS_HEAD, 1, "«Дворы»")
    await answered(town)
    await town.letter(SECOND_GROUP, "Засыплем завтра.")
    await delivered(town)
    await town.press(ROADS_HEAD, await correct(town, "Засыплем сегодня."), "Опубликовать исправление")
    for chat in (GROUP, SECOND_GROUP):
        await town.letter(chat, "Засыплем сегодня.")
        assert len(town.letters(chat)) == 1


async def test_a_shorter_text_leaves_nothing_of_the_longer_one(town: Town) -> None:
    await report(town)
    card = await town.card(ROADS_HEAD, 1)
    long = "\n\n".join(f"Абзац {n}. " + "Работы идут. " * 60 for n in range(8))
    for part in (long[: len(long) // 2], long[len(long) // 2 :]):
        await town.write(ROADS_HEAD, part, reply_to=card["message_id"])
    await delivered(town)
    draft = [one for one in town.letters(ROADS_HEAD) if "📤 Отправить" in str(rows(one))][-1]
    await town.press(ROADS_HEAD, draft, "Отправить")
    await town.card(ROADS_HEAD, 1, "✅ Отвечено")
    await delivered(town)
    assert len(town.letters(GROUP)) == 2

    await town.press(ROADS_HEAD, await correct(town, "Работы окончены."), "Опубликовать исправление")
    await town.letter(GROUP, "Работы окончены.")
    await delivered(town)
    assert [words(one) for one in town.letters(GROUP)] == [
        "Работы окончены.",
        "(Ответ исправлен, он в сообщении выше.)",
    ]


async def test_a_longer_text_that_would_need_another_message_is_refused(town: Town) -> None:
    await report(town)
    await answered(town)
    await town.press(ROADS_HEAD, await town.card(ROADS_HEAD, 1), "Исправить ответ")
    await town.letter(ROADS_HEAD, "Исправление ответа на №1")
    await town.write(ROADS_HEAD, "Очень длинно. " * 250)
    await delivered(town)
    await town.write(ROADS_HEAD, "Ещё длиннее. " * 300)
    await delivered(town)
    draft = [one for one in town.letters(ROADS_HEAD) if "Опубликовать исправление" in str(rows(one))][-1]
    await town.press(ROADS_HEAD, draft, "Опубликовать исправление")
    await delivered(town)
    if words(town.letters(GROUP)[0]) == "Засыплем завтра.":
        await town.letter(ROADS_HEAD, "⚠️ Ответ на №1 исправить не удалось", "текст слишком длинный")


async def test_a_correction_that_nobody_will_ever_read_is_taken_back(town: Town) -> None:
    await report(town)
    await answered(town)
    answer = await town.letter(GROUP, "Засыплем завтра.")
    await town.sandbox.telegram.delete(GROUP, answer["message_id"])
    await town.press(ROADS_HEAD, await correct(town, "Засыплем сегодня."), "Опубликовать исправление")

    await town.letter(ROADS_HEAD, "Ответ на №1 исправить не удалось", "Там остался прежний текст")
    card = await town.card(ROADS_HEAD, 1, "✅ Отвечено", "Засыплем завтра.")
    await delivered(town)
    assert "сегодня" not in words(card)
    assert [row.action for row in await audit(town, 1)][-2:] == ["correct", "correction_failed"]
    await town.press(ROADS_HEAD, card, "Исправить ответ")
    await town.letter(ROADS_HEAD, "Сейчас опубликовано:\nЗасыплем завтра.")


async def test_a_correction_that_somebody_reads_stays_though_another_place_keeps_the_old_words(town: Town) -> None:
    await report(town)
    await town.card(ROADS_HEAD, 1)
    await delivered(town)
    await town.sandbox.telegram.say(SECOND_GROUP, MARIA, HATCH)
    await town.card(ROADS_HEAD, 1, "«Дворы»")
    await answered(town)
    gone = await town.letter(SECOND_GROUP, "Засыплем завтра.")
    await delivered(town)
    await town.sandbox.telegram.delete(SECOND_GROUP, gone["message_id"])
    await town.press(ROADS_HEAD, await correct(town, "Засыплем сегодня."), "Опубликовать исправление")

    await town.letter(GROUP, "Засыплем сегодня.")
    await town.letter(ROADS_HEAD, "Ответ на №1 исправить не удалось", "Дворы")
    await delivered(town)
    await town.card(ROADS_HEAD, 1, "✅ Отвечено", "Засыплем сегодня.")
    await town.press(ROADS_HEAD, await correct(town, "Засыпали."), "Опубликовать исправление")
    await town.letter(GROUP, "Засыпали.")
