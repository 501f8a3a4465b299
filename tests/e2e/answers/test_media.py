"""Pictures and documents: on the card, in the preview, in the answer, across messengers."""

from typing import Any

import pytest

from sandbox.faults import Fault, FaultKind
from tests.e2e.harness import COMMUNITY, GROUP, MARIA, ROADS_HEAD, Town, words
from tests.e2e.queries import HATCH, delivered, preview, report, rows

PHOTO = b"\xff\xd8\xff\xe0 a picture of a mended road"
SECOND = b"\xff\xd8\xff\xe0 the same road from the other side"
PDF = ("akt.pdf", b"%PDF-1.4 the act")


def pictures(town: Town, letters: list[dict[str, Any]]) -> list[bytes]:
    """The bytes of the photos in messages of Telegram."""
    return [town.sandbox.telegram.file(one["photo"][-1]["file_id"]) for one in letters if "photo" in one]


async def begin(town: Town) -> None:
    await town.press(ROADS_HEAD, await town.card(ROADS_HEAD, 1), "Ответить")
    await town.letter(ROADS_HEAD, "Ответ на №1")


async def test_a_photo_with_words_is_one_message(town: Town) -> None:
    asked = await report(town)
    await begin(town)
    await town.write(ROADS_HEAD, "Сделано!", photo=PHOTO)

    draft = await preview(town, ROADS_HEAD, "Сделано!")
    assert pictures(town, [draft]) == [PHOTO]
    await town.press(ROADS_HEAD, draft, "Отправить")

    answer = await town.letter(GROUP, "Сделано!")
    assert pictures(town, [answer]) == [PHOTO]
    assert answer["caption"] == "Сделано!"
    assert answer["reply_to_message"]["message_id"] == asked
    # What the head sees between «Отправить» and the publication may be over before a test looks.
    await town.until(lambda: "Ответ на №1 опубликован" in words(draft) and "1 вложение" in words(draft))
    assert rows(draft) == []


async def test_words_and_then_a_photo_are_one_draft(town: Town) -> None:
    await report(town)
    await begin(town)
    await town.write(ROADS_HEAD, "Яму засыпали.")
    await preview(town, ROADS_HEAD, "Яму засыпали.")
    await town.write(ROADS_HEAD, photo=PHOTO)
    draft = await town.until(lambda: next((one for one in town.letters(ROADS_HEAD) if "photo" in one), None))
    assert words(draft) == "Так ответ увидит житель (№1):\n\nЯму засыпали."
    await town.press(ROADS_HEAD, draft, "Отправить")
    answer = await town.letter(GROUP, "Яму засыпали.")
    assert pictures(town, [answer]) == [PHOTO]
    await delivered(town)
    assert len(town.letters(GROUP)) == 1


async def test_an_album_is_shown_once_and_sent_as_an_album(town: Town) -> None:
    asked = await report(town)
    await begin(town)
    await town.write(ROADS_HEAD, "До и после.", album=[PHOTO, SECOND])
    await delivered(town)
    town.pass_time(seconds=1)

    draft = await preview(town, ROADS_HEAD, "До и после.")
    await delivered(town)
    assert rows(draft) == [["📤 Отправить"], ["✍️ Изменить", "Отмена"]]
    assert pictures(town, town.letters(ROADS_HEAD)) == [PHOTO, SECOND]
    await town.press(ROADS_HEAD, draft, "Отправить")

    await delivered(town)
    answer = town.letters(GROUP)
    assert pictures(town, answer) == [PHOTO, SECOND]
    assert [words(one) for one in answer] == ["До и после.", ""]
    assert len({one["media_group_id"] for one in answer}) == 1
    assert answer[0]["reply_to_message"]["message_id"] == asked


async def test_a_photo_alone_and_a_document_alone(town: Town) -> None:
    await report(town)
    await begin(town)
    await town.write(ROADS_HEAD, photo=PHOTO)
    await preview(town, ROADS_HEAD)
    await town.write(ROADS_HEAD, document=PDF)
    await delivered(town)
    draft = await preview(town, ROADS_HEAD)
    await town.press(ROADS_HEAD, draft, "Отправить")
    await delivered(town)
    [photo, document] = town.letters(GROUP)
    assert pictures(town, [photo]) == [PHOTO]
    assert document["document"]["file_name"] == "akt.pdf"
    assert words(photo) == ""


async def test_a_long_text_does_not_fit_under_a_photo(town: Town) -> None:
    await report(town)
    await begin(town)
    long = "Работы идут по графику. " * 60
    await town.write(ROADS_HEAD, long)
    await preview(town, ROADS_HEAD)
    await town.write(ROADS_HEAD, photo=PHOTO)
    await delivered(town)
    draft = [one for one in town.letters(ROADS_HEAD) if "Отправить" in str(rows(one))][-1]
    await town.press(ROADS_HEAD, draft, "Отправить")
    await delivered(town)
    [text, photo] = town.letters(GROUP)
    assert words(text) == long.strip()
    assert pictures(town, [photo]) == [PHOTO]


async def test_a_photo_and_a_document_go_into_a_private_talk_of_vk(town: Town) -> None:
    vk = town.sandbox.vk
    await vk.message(COMMUNITY, MARIA, HATCH)
    await begin(town)
    await town.write(ROADS_HEAD, "Сделано!", photo=PHOTO)
    await preview(town, ROADS_HEAD, "Сделано!")
    await town.write(ROADS_HEAD, document=PDF)
    await delivered(town)
    draft = [one for one in town.letters(ROADS_HEAD) if "Отправить" in str(rows(one))][-1]
    await town.press(ROADS_HEAD, draft, "Отправить")

    [answer] = await town.until(lambda: [m for m in vk.messages(COMMUNITY, MARIA) if m.text == "Сделано!"])
    assert [one["type"] for one in answer.attachments] == ["photo", "doc"]
    assert [vk.file(one) for one in answer.attachments] == [PHOTO, PDF[1]]
    assert answer.attachments[1]["doc"]["title"] == "akt.pdf"


async def test_a_photo_goes_under_a_post_of_vk_as_a_document(town: Town) -> None:
    vk = town.sandbox.vk
    post = await vk.post(COMMUNITY, "Новости")
    asked = await vk.comment(COMMUNITY, post, MARIA, HATCH)
    await begin(town)
    await town.write(ROADS_HEAD, "Сделано!", photo=PHOTO)
    await town.press(ROADS_HEAD, await preview(town, ROADS_HEAD, "Сделано!"), "Отправить")

    [answer] = await town.until(lambda: [c for c in vk.comments(COMMUNITY, post) if c.text == "Сделано!"])
    assert answer.reply_to_comment == asked
    assert [one["type"] for one in answer.attachments] == ["doc"]
    assert vk.file(answer.attachments[0]) == PHOTO


async def test_a_picture_that_cannot_be_fetched_is_no_answer(town: Town) -> None:
    """The citizen must not read that something could not be loaded; the head must."""
    vk, telegram = town.sandbox.vk, town.sandbox.telegram
    await vk.message(COMMUNITY, MARIA, HATCH)
    await begin(town)
    await town.write(ROADS_HEAD, "Вот фото.", photo=PHOTO)
    draft = await preview(town, ROADS_HEAD, "Вот фото.")
    stored = telegram.world.files.pop(draft["photo"][-1]["file_id"])
    await town.press(ROADS_HEAD, draft, "Отправить")

    note = await town.letter(ROADS_HEAD, "⚠️ Ответ на №1 не опубликован", "не удалось загрузить вложение")
    assert not [m for m in vk.messages(COMMUNITY, MARIA) if m.out and "Вот фото" in m.text]

    telegram.world.files[stored.id] = stored
    await town.press(ROADS_HEAD, note, "Отправить ещё раз")
    again = await town.until(lambda: next((o for o in town.letters(ROADS_HEAD)[-1:] if "📤" in str(rows(o))), None))
    await town.press(ROADS_HEAD, again, "Отправить")
    [answer] = await town.until(lambda: [m for m in vk.messages(COMMUNITY, MARIA) if m.text == "Вот фото."])
    assert [one["type"] for one in answer.attachments] == ["photo"]


@pytest.mark.parametrize(("server", "method"), [("vk", "upload"), ("telegram", "file"), ("telegram", "getFile")])
async def test_a_stumble_on_the_way_of_a_picture_is_tried_again(town: Town, server: str, method: str) -> None:
    vk = town.sandbox.vk
    await vk.message(COMMUNITY, MARIA, HATCH)
    await begin(town)
    await town.write(ROADS_HEAD, "Вот фото.", photo=PHOTO)
    draft = await preview(town, ROADS_HEAD, "Вот фото.")
    getattr(town.sandbox, server).faults.order(method, Fault(FaultKind.HTTP_500))
    await town.press(ROADS_HEAD, draft, "Отправить")
    await delivered(town)
    town.pass_time(seconds=2)
    [answer] = await town.until(lambda: [m for m in vk.messages(COMMUNITY, MARIA) if m.text == "Вот фото."])
    assert vk.file(answer.attachments[0]) == PHOTO


async def test_the_citizens_pictures_come_along_from_vk_to_the_phone(town: Town) -> None:
    await town.sandbox.vk.message(COMMUNITY, MARIA, HATCH, photos=[PHOTO, SECOND], docs=[PDF])
    card = await town.card(ROADS_HEAD, 1, "📎 3 вложения")
    await delivered(town)
    town.pass_time(seconds=2)
    await delivered(town)
    letters = town.letters(ROADS_HEAD)
    assert pictures(town, letters) == [PHOTO, SECOND]
    files = [one for one in letters if "document" in one]
    assert [town.sandbox.telegram.file(one["document"]["file_id"]) for one in files] == [PDF[1]]
    first = next(one for one in letters if "photo" in one)
    assert first["reply_to_message"]["message_id"] == card["message_id"]
    assert first["disable_notification"]


async def test_a_reply_to_a_picture_of_the_ticket_is_an_answer(town: Town) -> None:
    await report(town, HATCH, photo=PHOTO)
    await town.card(ROADS_HEAD, 1)
    await delivered(town)
    town.pass_time(seconds=2)
    picture = await town.until(lambda: next((one for one in town.letters(ROADS_HEAD) if "photo" in one), None))
    await town.write(ROADS_HEAD, "Видим, едем.", reply_to=picture["message_id"])
    await town.press(ROADS_HEAD, await preview(town, ROADS_HEAD, "№1", "Видим, едем."), "Отправить")
    assert words(await town.letter(GROUP)) == "Видим, едем."
