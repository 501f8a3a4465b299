"""«Исправить ответ»: where the messenger lets us."""

from bot.domain.tickets import State
from tests.e2e.harness import COMMUNITY, GROUP, MARIA, ROADS_HEAD, SECOND_GROUP, Harness, message_text
from tests.e2e.queries import HATCH, button_rows, get_ticket_state, list_audit, send_report, wait_until_idle

PHOTO = b"\xff\xd8\xff\xe0 a mended road"


async def publish_answer(bot: Harness, text: str = "Засыплем завтра.") -> None:
    await bot.answer_ticket(ROADS_HEAD, 1, text)
    await bot.wait_for_card(ROADS_HEAD, 1, "✅ Отвечено")
    await wait_until_idle(bot)


async def correct_answer(bot: Harness, text: str) -> dict[str, object]:
    card = await bot.wait_for_card(ROADS_HEAD, 1, "✅ Отвечено")
    await bot.press_button(ROADS_HEAD, card, "Исправить ответ")
    question = await bot.wait_for_message(ROADS_HEAD, "✏️ Исправление ответа на №1", "Пришлите новый текст целиком")
    assert button_rows(question) == [["Отмена"]]
    await bot.send_message(ROADS_HEAD, text)
    draft = await bot.wait_for_message(ROADS_HEAD, "Так будет выглядеть исправленный ответ", text[:50])
    await bot.wait_until(lambda: button_rows(question) == [])
    return draft


async def test_the_published_words_change_where_they_stand(bot: Harness) -> None:
    await send_report(bot)
    await publish_answer(bot)
    draft = await correct_answer(bot, "Засыплем сегодня.")
    assert button_rows(draft) == [["📤 Опубликовать исправление"], ["✍️ Переписать", "Отмена"]]
    said = await bot.press_button(ROADS_HEAD, draft, "Опубликовать исправление")
    assert said["text"] == "Ответ исправляется"

    answer = await bot.wait_for_message(GROUP, "Засыплем сегодня.")
    await wait_until_idle(bot)
    assert bot.bot_messages(GROUP) == [answer]
    await bot.wait_for_card(ROADS_HEAD, 1, "✅ Отвечено", "Засыплем сегодня.")
    assert message_text(draft).startswith("✏️ Ответ на №1 исправляется")
    assert await get_ticket_state(bot, 1) is State.ANSWERED
    assert [row.action for row in await list_audit(bot, 1)][-1] == "correct"


async def test_cancelling_leaves_the_answer_as_it_was(bot: Harness) -> None:
    await send_report(bot)
    await publish_answer(bot)
    draft = await correct_answer(bot, "Не засыплем.")
    await bot.press_button(ROADS_HEAD, draft, "Отмена")
    await bot.wait_until(lambda: message_text(draft) == "Отменено, у жителя остаётся прежний ответ.")
    await wait_until_idle(bot)
    assert [message_text(one) for one in bot.bot_messages(GROUP)] == ["Засыплем завтра."]


async def test_the_last_words_count(bot: Harness) -> None:
    await send_report(bot)
    await publish_answer(bot)
    await correct_answer(bot, "Раз.")
    await bot.send_message(ROADS_HEAD, "Два.")
    draft = await bot.wait_for_message(ROADS_HEAD, "исправленный ответ", "Два.")
    assert "Раз." not in message_text(draft)
    await bot.send_message(ROADS_HEAD, photo=PHOTO)
    await bot.wait_for_message(ROADS_HEAD, "Исправить можно только текст")
    await bot.press_button(ROADS_HEAD, draft, "Опубликовать исправление")
    await bot.wait_for_message(GROUP, "Два.")


async def test_words_under_a_photo_change_too(bot: Harness) -> None:
    await send_report(bot)
    card = await bot.wait_for_card(ROADS_HEAD, 1)
    await bot.send_message(ROADS_HEAD, "Готово", reply_to=card["message_id"], photo=PHOTO)
    await bot.press_button(
        ROADS_HEAD, await bot.wait_for_message(ROADS_HEAD, "Так ответ увидит", "Готово"), "Отправить"
    )
    await bot.wait_for_message(GROUP, "Готово")
    await wait_until_idle(bot)
    await bot.press_button(ROADS_HEAD, await correct_answer(bot, "Готово, вот фото."), "Опубликовать исправление")
    answer = await bot.wait_for_message(GROUP, "Готово, вот фото.")
    assert "photo" in answer
    assert len(bot.bot_messages(GROUP)) == 1


async def test_in_a_private_talk_of_vk(bot: Harness) -> None:
    vk = bot.sandbox.vk
    await vk.send_message(COMMUNITY, MARIA, HATCH)
    await bot.wait_for_card(ROADS_HEAD, 1)
    await publish_answer(bot)
    await bot.press_button(ROADS_HEAD, await correct_answer(bot, "Засыплем сегодня."), "Опубликовать исправление")
    await bot.wait_until(lambda: [m for m in vk.messages(COMMUNITY, MARIA) if m.text == "Засыплем сегодня."])
    assert not [m for m in vk.messages(COMMUNITY, MARIA) if m.text == "Засыплем завтра."]


async def test_a_comment_on_the_wall_of_vk_cannot_be_changed(bot: Harness) -> None:
    vk = bot.sandbox.vk
    post = await vk.post(COMMUNITY, "Новости")
    await vk.comment(COMMUNITY, post, MARIA, HATCH)
    await bot.wait_for_card(ROADS_HEAD, 1)
    await publish_answer(bot)
    card = await bot.wait_for_card(ROADS_HEAD, 1)
    assert button_rows(card) == [["⋯ Ещё"]]  # a button that could only refuse is not shown
    said = await bot.press_code(ROADS_HEAD, ROADS_HEAD, card["message_id"], "1:c:1")
    assert said["show_alert"]
    assert "мессенджер не даёт исправить" in said["text"]
    assert await get_ticket_state(bot, 1) is State.ANSWERED


async def test_every_place_of_the_answer_changes(bot: Harness) -> None:
    await send_report(bot)
    await bot.wait_for_card(ROADS_HEAD, 1)
    await wait_until_idle(bot)
    await bot.sandbox.telegram.send_message(SECOND_GROUP, MARIA, HATCH)
    await bot.wait_for_card(ROADS_HEAD, 1, "«Дворы»")
    await publish_answer(bot)
    await bot.wait_for_message(SECOND_GROUP, "Засыплем завтра.")
    await wait_until_idle(bot)
    await bot.press_button(ROADS_HEAD, await correct_answer(bot, "Засыплем сегодня."), "Опубликовать исправление")
    for chat in (GROUP, SECOND_GROUP):
        await bot.wait_for_message(chat, "Засыплем сегодня.")
        assert len(bot.bot_messages(chat)) == 1


async def test_a_shorter_text_leaves_nothing_of_the_longer_one(bot: Harness) -> None:
    await send_report(bot)
    card = await bot.wait_for_card(ROADS_HEAD, 1)
    long = "\n\n".join(f"Абзац {n}. " + "Работы идут. " * 60 for n in range(8))
    for part in (long[: len(long) // 2], long[len(long) // 2 :]):
        await bot.send_message(ROADS_HEAD, part, reply_to=card["message_id"])
    await wait_until_idle(bot)
    draft = [one for one in bot.bot_messages(ROADS_HEAD) if "📤 Отправить" in str(button_rows(one))][-1]
    await bot.press_button(ROADS_HEAD, draft, "Отправить")
    await bot.wait_for_card(ROADS_HEAD, 1, "✅ Отвечено")
    await wait_until_idle(bot)
    assert len(bot.bot_messages(GROUP)) == 2

    await bot.press_button(ROADS_HEAD, await correct_answer(bot, "Работы окончены."), "Опубликовать исправление")
    await bot.wait_for_message(GROUP, "Работы окончены.")
    await wait_until_idle(bot)
    assert [message_text(one) for one in bot.bot_messages(GROUP)] == [
        "Работы окончены.",
        "(Ответ исправлен, он в сообщении выше.)",
    ]


async def test_a_longer_text_that_would_need_another_message_is_refused(bot: Harness) -> None:
    await send_report(bot)
    await publish_answer(bot)
    await bot.press_button(ROADS_HEAD, await bot.wait_for_card(ROADS_HEAD, 1), "Исправить ответ")
    await bot.wait_for_message(ROADS_HEAD, "Исправление ответа на №1")
    await bot.send_message(ROADS_HEAD, "Очень длинно. " * 250)
    await wait_until_idle(bot)
    await bot.send_message(ROADS_HEAD, "Ещё длиннее. " * 300)
    await wait_until_idle(bot)
    draft = [one for one in bot.bot_messages(ROADS_HEAD) if "Опубликовать исправление" in str(button_rows(one))][-1]
    await bot.press_button(ROADS_HEAD, draft, "Опубликовать исправление")
    await wait_until_idle(bot)
    if message_text(bot.bot_messages(GROUP)[0]) == "Засыплем завтра.":
        await bot.wait_for_message(ROADS_HEAD, "⚠️ Ответ на №1 исправить не удалось", "текст слишком длинный")


async def test_a_correction_that_nobody_will_ever_read_is_taken_back(bot: Harness) -> None:
    await send_report(bot)
    await publish_answer(bot)
    answer = await bot.wait_for_message(GROUP, "Засыплем завтра.")
    await bot.sandbox.telegram.delete(GROUP, answer["message_id"])
    await bot.press_button(ROADS_HEAD, await correct_answer(bot, "Засыплем сегодня."), "Опубликовать исправление")

    await bot.wait_for_message(ROADS_HEAD, "Ответ на №1 исправить не удалось", "Там остался прежний текст")
    card = await bot.wait_for_card(ROADS_HEAD, 1, "✅ Отвечено", "Засыплем завтра.")
    await wait_until_idle(bot)
    assert "сегодня" not in message_text(card)
    assert [row.action for row in await list_audit(bot, 1)][-2:] == ["correct", "correction_failed"]
    await bot.press_button(ROADS_HEAD, card, "Исправить ответ")
    await bot.wait_for_message(ROADS_HEAD, "Сейчас опубликовано:\nЗасыплем завтра.")


async def test_a_correction_that_somebody_reads_stays_though_another_place_keeps_the_old_words(bot: Harness) -> None:
    await send_report(bot)
    await bot.wait_for_card(ROADS_HEAD, 1)
    await wait_until_idle(bot)
    await bot.sandbox.telegram.send_message(SECOND_GROUP, MARIA, HATCH)
    await bot.wait_for_card(ROADS_HEAD, 1, "«Дворы»")
    await publish_answer(bot)
    gone = await bot.wait_for_message(SECOND_GROUP, "Засыплем завтра.")
    await wait_until_idle(bot)
    await bot.sandbox.telegram.delete(SECOND_GROUP, gone["message_id"])
    await bot.press_button(ROADS_HEAD, await correct_answer(bot, "Засыплем сегодня."), "Опубликовать исправление")

    await bot.wait_for_message(GROUP, "Засыплем сегодня.")
    await bot.wait_for_message(ROADS_HEAD, "Ответ на №1 исправить не удалось", "Дворы")
    await wait_until_idle(bot)
    await bot.wait_for_card(ROADS_HEAD, 1, "✅ Отвечено", "Засыплем сегодня.")
    await bot.press_button(ROADS_HEAD, await correct_answer(bot, "Засыпали."), "Опубликовать исправление")
    await bot.wait_for_message(GROUP, "Засыпали.")
