"""Attachments of a citizen's message: pictures, videos, files, locations, forwarded messages."""

from typing import Any

from tests.e2e.harness import (
    COMMUNITY,
    COORDINATOR,
    GROUP,
    HOUSING_HEAD,
    MARIA,
    PYOTR,
    ROADS_HEAD,
    SECOND_GROUP,
    Harness,
    message_text,
)

PIT = "Яма на дороге, Ленина 45"
OTHER_PIT = "Кирова 10, яма на дороге"
PHOTO, SECOND_PHOTO = b"\xff\xd8first photo", b"\xff\xd8second photo"
POINT = (45.4712, 133.4021)


def file_fields(letters: list[dict[str, Any]], kind: str) -> list[dict[str, Any]]:
    return [letter for letter in letters if kind in letter]


def file_bytes(bot: Harness, thing: Any) -> bytes:
    """Return the bytes of a photo (largest size) or another file of a message of the bot."""
    largest = thing[-1] if isinstance(thing, list) else thing
    return bot.sandbox.telegram.world.files[largest["file_id"]].data


async def test_a_photo_comes_to_the_head_as_a_reply_to_the_card(bot: Harness) -> None:
    await bot.sandbox.telegram.send_message(GROUP, MARIA, PIT, photo=PHOTO)
    card = await bot.wait_for_card(ROADS_HEAD, 1, "Яма на дороге", "📎 1 вложение")
    await bot.settle_and_advance()
    shown = await bot.wait_until(lambda: file_fields(bot.bot_messages(ROADS_HEAD), "photo"))
    assert file_bytes(bot, shown[0]["photo"]) == PHOTO
    assert shown[0]["reply_to_message"]["message_id"] == card["message_id"]


async def test_photos_wait_for_a_head_who_was_away(bot: Harness) -> None:
    telegram = bot.sandbox.telegram
    await telegram.block(ROADS_HEAD)
    await telegram.send_message(GROUP, MARIA, PIT, photo=PHOTO)
    await bot.wait_for_message(COORDINATOR, "Начальник отдела дорог не получает карточки")
    await bot.settle_and_advance()
    await bot.wait_until(lambda: file_fields(bot.bot_messages(COORDINATOR), "photo"))
    await telegram.unblock(ROADS_HEAD)
    await bot.wait_for_card(ROADS_HEAD, 1)
    await bot.settle_and_advance()
    await bot.wait_until(lambda: file_fields(bot.bot_messages(ROADS_HEAD), "photo"))


async def test_video_document_and_voice_come_along(bot: Harness) -> None:
    say = bot.sandbox.telegram.send_message
    await say(GROUP, MARIA, PIT, video=b"film")
    await say(GROUP, PYOTR, OTHER_PIT, document=("смета.pdf", b"%PDF"))
    await say(MARIA, MARIA, voice=b"OggS")
    await bot.wait_for_card(ROADS_HEAD, 2, "📎 1 вложение")
    await bot.wait_for_card(COORDINATOR, 3, "Без текста, только вложения", "личное сообщение")
    await bot.settle_and_advance()
    await bot.wait_until(lambda: file_fields(bot.bot_messages(ROADS_HEAD), "video"))
    document = await bot.wait_until(lambda: file_fields(bot.bot_messages(ROADS_HEAD), "document"))
    assert document[0]["document"]["file_name"] == "смета.pdf"
    await bot.wait_until(lambda: file_fields(bot.bot_messages(COORDINATOR), "voice"))


async def test_files_of_vk_are_carried_over_and_a_film_is_linked(bot: Harness) -> None:
    await bot.sandbox.vk.send_message(
        COMMUNITY, MARIA, PIT, photos=[PHOTO, SECOND_PHOTO], docs=[("акт.pdf", b"%PDF")], video="Яма", geo=POINT
    )
    card = await bot.wait_for_card(ROADS_HEAD, 1, "📎 4 вложения", "точка на карте")
    assert [e["url"] for e in card["entities"] if "133.4021,45.4712" in e.get("url", "")]
    await bot.settle_and_advance()
    photos = await bot.wait_until(
        lambda: [f for f in [file_fields(bot.bot_messages(ROADS_HEAD), "photo")] if len(f) == 2]
    )
    assert [file_bytes(bot, photo["photo"]) for photo in photos[0]] == [PHOTO, SECOND_PHOTO]
    document = await bot.wait_until(lambda: file_fields(bot.bot_messages(ROADS_HEAD), "document"))
    assert file_bytes(bot, document[0]["document"]) == b"%PDF"
    await bot.wait_for_message(ROADS_HEAD, "открыть вложение")


async def test_a_place_on_the_map_stands_on_the_card(bot: Harness) -> None:
    await bot.send_message(MARIA, PIT)
    await bot.wait_for_card(ROADS_HEAD, 1)
    await bot.send_message(MARIA, location=POINT)
    await bot.wait_for_message(ROADS_HEAD, "Житель дополнил сообщение №1")
    await bot.settle_and_advance()
    card = await bot.wait_for_card(ROADS_HEAD, 1, "точка на карте")
    assert any("133.4021,45.4712" in entity.get("url", "") for entity in card["entities"])


async def test_forwarded_words_name_whose_they_are(bot: Harness) -> None:
    await bot.sandbox.telegram.send_message(GROUP, MARIA, PIT, forward_from="Сосед Фёдор")
    card = await bot.wait_for_card(ROADS_HEAD, 1, "Переслано от: Сосед Фёдор", "Яма на дороге")
    assert "👤 Мария" in message_text(card)
    await bot.sandbox.vk.send_message(COMMUNITY, MARIA, "", forward=[(PYOTR, OTHER_PIT)])
    await bot.wait_for_card(ROADS_HEAD, 2, "Переслано от: Пётр Ли", "Кирова")


async def test_a_photo_alone_is_a_ticket_in_private_and_joins_among_neighbours(bot: Harness) -> None:
    telegram = bot.sandbox.telegram
    await bot.send_message(MARIA, photo=PHOTO)
    await bot.wait_for_card(COORDINATOR, 1, "Без текста, только вложения")
    await bot.wait_for_message(MARIA, "Сообщение №1 принято")
    await bot.sandbox.vk.send_message(COMMUNITY, PYOTR, photos=[PHOTO])
    await bot.wait_for_card(COORDINATOR, 2, "Без текста, только вложения")
    await bot.wait_until(lambda: [m for m in bot.sandbox.vk.messages(COMMUNITY, PYOTR) if "№2 принято" in m.text])

    lonely = await telegram.send_message(SECOND_GROUP, MARIA, photo=SECOND_PHOTO)
    await telegram.send_message(SECOND_GROUP, PYOTR, PIT)
    card = await bot.wait_for_card(ROADS_HEAD, 3)
    await telegram.send_message(SECOND_GROUP, PYOTR, photo=SECOND_PHOTO)
    told = await bot.wait_for_message(ROADS_HEAD, "Житель дополнил сообщение №3: вложение")
    assert told["reply_to_message"]["message_id"] == card["message_id"]
    kept = await bot.find_stored_message("telegram", SECOND_GROUP, lonely)
    assert kept is not None
    assert kept.ticket_id is None


async def test_the_answer_to_a_private_message_comes_into_the_private_chat(bot: Harness) -> None:
    asked = await bot.send_message(MARIA, PIT)
    told = await bot.wait_for_message(MARIA, "Сообщение №1 принято")
    assert told["reply_to_message"]["message_id"] == asked
    await bot.answer_ticket(ROADS_HEAD, 1, "Засыплем до пятницы.")
    answer = await bot.wait_for_message(MARIA, "Засыплем до пятницы.")
    assert answer["reply_to_message"]["message_id"] == asked


async def test_an_album_is_one_ticket_and_one_album_for_the_head(bot: Harness) -> None:
    await bot.sandbox.telegram.send_message(GROUP, MARIA, PIT, album=[PHOTO, SECOND_PHOTO])
    await bot.wait_for_card(ROADS_HEAD, 1, "Яма на дороге", "📎 2 вложения")
    await bot.settle_and_advance()
    shown = await bot.wait_until(
        lambda: [f for f in [file_fields(bot.bot_messages(ROADS_HEAD), "photo")] if len(f) == 2]
    )
    assert shown[0][0]["media_group_id"] == shown[0][1]["media_group_id"]
    assert [file_bytes(bot, one["photo"]) for one in shown[0]] == [PHOTO, SECOND_PHOTO]
    await bot.sandbox.telegram.send_message(GROUP, PYOTR, OTHER_PIT)
    await bot.wait_for_card(ROADS_HEAD, 2)
    assert bot.ticket_numbers(ROADS_HEAD) == [1, 2]
    assert not bot.find_message(ROADS_HEAD, "дополнил")


async def send_late_captioned_album(bot: Harness, chat: int, author: int, text: str) -> None:
    """An album whose words stand under the second picture."""
    group = {"media_group_id": f"album-{chat}-{author}"}
    await bot.sandbox.telegram.send_message(chat, author, photo=PHOTO, raw=group)
    await bot.sandbox.telegram.send_message(chat, author, text, photo=SECOND_PHOTO, raw=group)


async def test_the_words_of_an_album_may_stand_under_any_picture(bot: Harness) -> None:
    await send_late_captioned_album(bot, GROUP, MARIA, PIT)
    await bot.wait_for_card(ROADS_HEAD, 1, "Яма на дороге", "📎 2 вложения")
    await send_late_captioned_album(bot, PYOTR, PYOTR, "Крыша течёт, Мира 3")
    await bot.wait_for_card(HOUSING_HEAD, 2, "Крыша течёт", "📎 2 вложения")
    await bot.wait_for_message(PYOTR, "Сообщение №2 принято")
    await bot.settle_and_advance()
    shown = await bot.wait_until(
        lambda: [f for f in [file_fields(bot.bot_messages(ROADS_HEAD), "photo")] if len(f) == 2]
    )
    assert shown[0][0]["media_group_id"] == shown[0][1]["media_group_id"]
    await bot.send_message(MARIA, photo=PHOTO)
    await bot.wait_for_card(COORDINATOR, 3)
    assert bot.ticket_numbers(COORDINATOR) == [3]


async def test_an_album_about_another_house_does_not_vanish_in_the_open_ticket(bot: Harness) -> None:
    await bot.sandbox.telegram.send_message(GROUP, MARIA, PIT)
    await bot.wait_for_card(ROADS_HEAD, 1)
    await send_late_captioned_album(bot, GROUP, MARIA, OTHER_PIT)
    await bot.wait_for_card(ROADS_HEAD, 2, "Кирова", "📎 2 вложения")
    await bot.settle_and_advance()
    await bot.wait_until(lambda: len(file_fields(bot.bot_messages(ROADS_HEAD), "photo")) == 2)
    await bot.sandbox.telegram.send_message(GROUP, PYOTR, "Проезжая часть на Садовой 7 вся в ямах")
    await bot.wait_for_card(ROADS_HEAD, 3)
    assert "вложени" not in message_text(await bot.wait_for_card(ROADS_HEAD, 1))
    assert not bot.find_message(ROADS_HEAD, "дополнил")


async def test_nobody_sees_an_album_before_its_words_may_have_come(bot: Harness) -> None:
    """The parts of an album come as messages of their own, a moment apart."""
    group = {"media_group_id": "77"}
    await bot.send_message(MARIA, photo=PHOTO, raw=group)
    await bot.wait_for_message(MARIA, "Сообщение №1 принято")
    await bot.send_message(PYOTR, photo=PHOTO)
    await bot.wait_for_card(COORDINATOR, 2)
    await bot.send_message(MARIA, PIT, photo=SECOND_PHOTO, raw=group)
    await bot.wait_for_card(ROADS_HEAD, 1, PIT, "📎 2 вложения")
    await bot.settle_and_advance()
    await bot.wait_until(lambda: len(file_fields(bot.bot_messages(COORDINATOR), "photo")) == 1)
    assert bot.ticket_numbers(COORDINATOR) == [2]


async def test_an_album_with_late_words_joins_with_its_words(bot: Harness) -> None:
    await bot.sandbox.telegram.send_message(GROUP, MARIA, PIT)
    await bot.wait_for_card(ROADS_HEAD, 1)
    await send_late_captioned_album(bot, GROUP, MARIA, "Яма уже с полметра")
    await bot.wait_for_message(ROADS_HEAD, "Житель дополнил сообщение №1", "Яма уже с полметра")
    await bot.settle_and_advance()
    await bot.wait_for_card(ROADS_HEAD, 1, "➕ Яма уже с полметра", "📎 2 вложения")
    assert len([text for text in bot.bot_texts(ROADS_HEAD) if "дополнил" in text]) == 1
