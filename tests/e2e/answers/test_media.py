"""Pictures and documents: on the card, in the preview, in the answer, across messengers."""

from typing import Any

import pytest

from sandbox.faults import Fault, FaultKind
from tests.e2e.harness import COMMUNITY, GROUP, MARIA, ROADS_HEAD, Harness, message_text
from tests.e2e.queries import HATCH, button_rows, send_report, wait_for_preview, wait_until_idle

PHOTO = b"\xff\xd8\xff\xe0 a picture of a mended road"
SECOND = b"\xff\xd8\xff\xe0 the same road from the other side"
PDF = ("akt.pdf", b"%PDF-1.4 the act")


def photo_bytes(bot: Harness, letters: list[dict[str, Any]]) -> list[bytes]:
    """The bytes of the photos in messages of Telegram."""
    return [bot.sandbox.telegram.file(one["photo"][-1]["file_id"]) for one in letters if "photo" in one]


async def start_answer(bot: Harness) -> None:
    await bot.press_button(ROADS_HEAD, await bot.wait_for_card(ROADS_HEAD, 1), "Ответить")
    await bot.wait_for_message(ROADS_HEAD, "Ответ на №1")


async def test_a_photo_with_words_is_one_message(bot: Harness) -> None:
    asked = await send_report(bot)
    await start_answer(bot)
    await bot.send_message(ROADS_HEAD, "Сделано!", photo=PHOTO)

    draft = await wait_for_preview(bot, ROADS_HEAD, "Сделано!")
    assert photo_bytes(bot, [draft]) == [PHOTO]
    await bot.press_button(ROADS_HEAD, draft, "Отправить")

    answer = await bot.wait_for_message(GROUP, "Сделано!")
    assert photo_bytes(bot, [answer]) == [PHOTO]
    assert answer["caption"] == "Сделано!"
    assert answer["reply_to_message"]["message_id"] == asked
    # What the head sees between «Отправить» and the publication may be over before a test looks.
    await bot.wait_until(
        lambda: "Ответ на №1 опубликован" in message_text(draft) and "1 вложение" in message_text(draft)
    )
    assert button_rows(draft) == []


async def test_words_and_then_a_photo_are_one_draft(bot: Harness) -> None:
    await send_report(bot)
    await start_answer(bot)
    await bot.send_message(ROADS_HEAD, "Яму засыпали.")
    await wait_for_preview(bot, ROADS_HEAD, "Яму засыпали.")
    await bot.send_message(ROADS_HEAD, photo=PHOTO)
    draft = await bot.wait_until(lambda: next((one for one in bot.bot_messages(ROADS_HEAD) if "photo" in one), None))
    assert message_text(draft).startswith("Так ответ увидит житель (№1):\n\nЯму засыпали.\n\nℹ️")
    await bot.press_button(ROADS_HEAD, draft, "Отправить")
    answer = await bot.wait_for_message(GROUP, "Яму засыпали.")
    assert photo_bytes(bot, [answer]) == [PHOTO]
    await wait_until_idle(bot)
    assert len(bot.bot_messages(GROUP)) == 1


async def test_an_album_is_shown_once_and_sent_as_an_album(bot: Harness) -> None:
    asked = await send_report(bot)
    await start_answer(bot)
    await bot.send_message(ROADS_HEAD, "До и после.", album=[PHOTO, SECOND])
    await wait_until_idle(bot)
    bot.pass_time(seconds=1)

    draft = await wait_for_preview(bot, ROADS_HEAD, "До и после.")
    await wait_until_idle(bot)
    assert button_rows(draft) == [["📤 Отправить"], ["✍️ Изменить", "Отмена"]]
    assert photo_bytes(bot, bot.bot_messages(ROADS_HEAD)) == [PHOTO, SECOND]
    await bot.press_button(ROADS_HEAD, draft, "Отправить")

    await wait_until_idle(bot)
    answer = bot.bot_messages(GROUP)
    assert photo_bytes(bot, answer) == [PHOTO, SECOND]
    assert [message_text(one) for one in answer] == ["До и после.", ""]
    assert len({one["media_group_id"] for one in answer}) == 1
    assert answer[0]["reply_to_message"]["message_id"] == asked


async def test_a_photo_alone_and_a_document_alone(bot: Harness) -> None:
    await send_report(bot)
    await start_answer(bot)
    await bot.send_message(ROADS_HEAD, photo=PHOTO)
    await wait_for_preview(bot, ROADS_HEAD)
    await bot.send_message(ROADS_HEAD, document=PDF)
    await wait_until_idle(bot)
    draft = await wait_for_preview(bot, ROADS_HEAD)
    await bot.press_button(ROADS_HEAD, draft, "Отправить")
    await wait_until_idle(bot)
    [photo, document] = bot.bot_messages(GROUP)
    assert photo_bytes(bot, [photo]) == [PHOTO]
    assert document["document"]["file_name"] == "akt.pdf"
    assert message_text(photo) == ""


async def test_a_long_text_does_not_fit_under_a_photo(bot: Harness) -> None:
    await send_report(bot)
    await start_answer(bot)
    long = "Работы идут по графику. " * 60
    await bot.send_message(ROADS_HEAD, long)
    await wait_for_preview(bot, ROADS_HEAD)
    await bot.send_message(ROADS_HEAD, photo=PHOTO)
    await wait_until_idle(bot)
    draft = [one for one in bot.bot_messages(ROADS_HEAD) if "Отправить" in str(button_rows(one))][-1]
    await bot.press_button(ROADS_HEAD, draft, "Отправить")
    await wait_until_idle(bot)
    [text, photo] = bot.bot_messages(GROUP)
    assert message_text(text) == long.strip()
    assert photo_bytes(bot, [photo]) == [PHOTO]


async def test_a_photo_and_a_document_go_into_a_private_talk_of_vk(bot: Harness) -> None:
    vk = bot.sandbox.vk
    await vk.send_message(COMMUNITY, MARIA, HATCH)
    await start_answer(bot)
    await bot.send_message(ROADS_HEAD, "Сделано!", photo=PHOTO)
    await wait_for_preview(bot, ROADS_HEAD, "Сделано!")
    await bot.send_message(ROADS_HEAD, document=PDF)
    await wait_until_idle(bot)
    draft = [one for one in bot.bot_messages(ROADS_HEAD) if "Отправить" in str(button_rows(one))][-1]
    await bot.press_button(ROADS_HEAD, draft, "Отправить")

    [answer] = await bot.wait_until(lambda: [m for m in vk.messages(COMMUNITY, MARIA) if m.text == "Сделано!"])
    assert [one["type"] for one in answer.attachments] == ["photo", "doc"]
    assert [vk.file(one) for one in answer.attachments] == [PHOTO, PDF[1]]
    assert answer.attachments[1]["doc"]["title"] == "akt.pdf"


async def test_a_photo_goes_under_a_post_of_vk_as_a_document(bot: Harness) -> None:
    vk = bot.sandbox.vk
    post = await vk.post(COMMUNITY, "Новости")
    asked = await vk.comment(COMMUNITY, post, MARIA, HATCH)
    await start_answer(bot)
    await bot.send_message(ROADS_HEAD, "Сделано!", photo=PHOTO)
    await bot.press_button(ROADS_HEAD, await wait_for_preview(bot, ROADS_HEAD, "Сделано!"), "Отправить")

    [answer] = await bot.wait_until(lambda: [c for c in vk.comments(COMMUNITY, post) if c.text == "Сделано!"])
    assert answer.reply_to_comment == asked
    assert [one["type"] for one in answer.attachments] == ["doc"]
    assert vk.file(answer.attachments[0]) == PHOTO


async def test_a_picture_that_cannot_be_fetched_is_no_answer(bot: Harness) -> None:
    """The citizen must not read that something could not be loaded; the head must."""
    vk, telegram = bot.sandbox.vk, bot.sandbox.telegram
    await vk.send_message(COMMUNITY, MARIA, HATCH)
    await start_answer(bot)
    await bot.send_message(ROADS_HEAD, "Вот фото.", photo=PHOTO)
    draft = await wait_for_preview(bot, ROADS_HEAD, "Вот фото.")
    stored = telegram.world.files.pop(draft["photo"][-1]["file_id"])
    await bot.press_button(ROADS_HEAD, draft, "Отправить")

    note = await bot.wait_for_message(ROADS_HEAD, "⚠️ Ответ на №1 не опубликован", "не удалось загрузить вложение")
    assert not [m for m in vk.messages(COMMUNITY, MARIA) if m.out and "Вот фото" in m.text]

    telegram.world.files[stored.id] = stored
    await bot.press_button(ROADS_HEAD, note, "Отправить ещё раз")
    again = await bot.wait_until(
        lambda: next((o for o in bot.bot_messages(ROADS_HEAD)[-1:] if "📤" in str(button_rows(o))), None)
    )
    await bot.press_button(ROADS_HEAD, again, "Отправить")
    [answer] = await bot.wait_until(lambda: [m for m in vk.messages(COMMUNITY, MARIA) if m.text == "Вот фото."])
    assert [one["type"] for one in answer.attachments] == ["photo"]


@pytest.mark.parametrize(("server", "method"), [("vk", "upload"), ("telegram", "file"), ("telegram", "getFile")])
async def test_a_stumble_on_the_way_of_a_picture_is_tried_again(bot: Harness, server: str, method: str) -> None:
    vk = bot.sandbox.vk
    await vk.send_message(COMMUNITY, MARIA, HATCH)
    await start_answer(bot)
    await bot.send_message(ROADS_HEAD, "Вот фото.", photo=PHOTO)
    draft = await wait_for_preview(bot, ROADS_HEAD, "Вот фото.")
    getattr(bot.sandbox, server).faults.order(method, Fault(FaultKind.HTTP_500))
    await bot.press_button(ROADS_HEAD, draft, "Отправить")
    await wait_until_idle(bot)
    bot.pass_time(seconds=2)
    [answer] = await bot.wait_until(lambda: [m for m in vk.messages(COMMUNITY, MARIA) if m.text == "Вот фото."])
    assert vk.file(answer.attachments[0]) == PHOTO


async def test_the_citizens_pictures_come_along_from_vk_to_the_phone(bot: Harness) -> None:
    await bot.sandbox.vk.send_message(COMMUNITY, MARIA, HATCH, photos=[PHOTO, SECOND], docs=[PDF])
    card = await bot.wait_for_card(ROADS_HEAD, 1, "📎 3 вложения")
    await wait_until_idle(bot)
    bot.pass_time(seconds=2)
    await wait_until_idle(bot)
    letters = bot.bot_messages(ROADS_HEAD)
    assert photo_bytes(bot, letters) == [PHOTO, SECOND]
    files = [one for one in letters if "document" in one]
    assert [bot.sandbox.telegram.file(one["document"]["file_id"]) for one in files] == [PDF[1]]
    first = next(one for one in letters if "photo" in one)
    assert first["reply_to_message"]["message_id"] == card["message_id"]
    assert first["disable_notification"]


async def test_a_reply_to_a_picture_of_the_ticket_is_an_answer(bot: Harness) -> None:
    await send_report(bot, HATCH, photo=PHOTO)
    await bot.wait_for_card(ROADS_HEAD, 1)
    await wait_until_idle(bot)
    bot.pass_time(seconds=2)
    picture = await bot.wait_until(lambda: next((one for one in bot.bot_messages(ROADS_HEAD) if "photo" in one), None))
    await bot.send_message(ROADS_HEAD, "Видим, едем.", reply_to=picture["message_id"])
    await bot.press_button(ROADS_HEAD, await wait_for_preview(bot, ROADS_HEAD, "№1", "Видим, едем."), "Отправить")
    assert message_text(await bot.wait_for_message(GROUP)) == "Видим, едем."
