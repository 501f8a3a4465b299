"""Contents beyond plain text: each is read into words, shown, or said to the person who sent it."""

from typing import Any

import pytest

from sandbox.telegram.posting import file_attachment
from sandbox.telegram.server import api_fault
from tests.e2e.harness import (
    COMMUNITY,
    COORDINATOR,
    CURATOR,
    GROUP,
    MARIA,
    PYOTR,
    ROADS_HEAD,
    SECOND_GROUP,
    Harness,
)
from tests.e2e.queries import get_ticket, list_audit, wait_for_preview, wait_until_idle

PIT = "Яма на дороге, Ленина 45"
PHOTO, SECOND_PHOTO = b"\xff\xd8first photo", b"\xff\xd8second photo"
DAMAGED = b"damaged picture of nothing"
AUDIO_UNREAD = "Аудио я не читаю, напишите словами."
FORUM, CHANNEL = -1001000000007, -1001000000008


async def unread_counts(bot: Harness) -> dict[str, int]:
    assert bot.app is not None
    async with bot.app.database.read() as uow:
        return await uow.unread_content.count_by_kind()


async def test_an_address_behind_words_and_a_quoted_post_reach_the_card(bot: Harness) -> None:
    link = {"type": "text_link", "offset": 0, "length": 3, "url": "https://example.org/pit"}
    origin = {"type": "hidden_user", "date": 5, "sender_user_name": "Сосед Фёдор"}
    await bot.sandbox.telegram.send_message(
        GROUP,
        MARIA,
        content={
            "text": "Где ремонт?",
            "entities": [link],
            "external_reply": {"origin": origin},
            "quote": {"text": PIT, "position": 0},
        },
    )
    await bot.wait_for_card(ROADS_HEAD, 1, "Где (https://example.org/pit) ремонт?", f"«{PIT}»", "(Сосед Фёдор)")


async def test_unread_content_is_said_once_for_each_kind_and_counted(bot: Harness) -> None:
    telegram = bot.sandbox.telegram
    chat = {"id": CHANNEL, "type": "channel", "title": "Новости"}
    for _ in range(2):
        await bot.send_message(MARIA, audio=b"song")
        await telegram.send_message(GROUP, MARIA, audio=b"song")
        await telegram.send_message(SECOND_GROUP, MARIA, audio=b"song")
    await bot.send_message(MARIA, content={"story": {"chat": chat, "id": 5}})
    await bot.send_message(MARIA, "https://example.org/1")
    await bot.send_message(PYOTR, sticker=b"smile")
    await telegram.send_message(GROUP, PYOTR, "https://example.org/1")
    await wait_until_idle(bot)
    assert bot.bot_texts(MARIA) == [
        AUDIO_UNREAD,
        "Истории я не читаю, напишите словами.",
        "Ссылки без пояснения я не читаю, напишите словами.",
    ]
    assert bot.bot_texts(GROUP) == [AUDIO_UNREAD]
    assert bot.bot_messages(GROUP)[0]["reply_to_message"]["audio"]
    assert bot.bot_texts(SECOND_GROUP) == bot.bot_texts(PYOTR) == []
    assert await unread_counts(bot) == {"audio": 6, "story": 1, "link": 1}
    assert bot.ticket_numbers(COORDINATOR) == []


async def test_a_recording_can_be_heard_where_there_is_a_ticket(bot: Harness) -> None:
    await bot.send_message(MARIA, PIT)
    await bot.wait_for_card(ROADS_HEAD, 1)
    await bot.send_message(MARIA, audio=b"noise of the night")
    await bot.wait_for_message(MARIA, AUDIO_UNREAD)
    await bot.wait_for_message(ROADS_HEAD, "Житель дополнил сообщение №1: вложение")
    await bot.settle_and_advance()
    await bot.wait_until(lambda: [one for one in bot.bot_messages(ROADS_HEAD) if "audio" in one])


@pytest.mark.parametrize("policy", ["person", "off"])
async def test_where_the_bot_does_not_write_a_person_is_told_or_nobody(closed_bot: Harness, policy: str) -> None:
    bot = closed_bot
    bot.settings["answers"] = policy
    await bot.start()
    await bot.sandbox.telegram.send_message(GROUP, MARIA, audio=b"song")
    await wait_until_idle(bot)
    assert bot.bot_texts(GROUP) == []
    assert await unread_counts(bot) == {"audio": 1}
    assert bot.ticket_numbers(COORDINATOR) == ([1] if policy == "person" else [])


async def test_pictures_without_words_in_an_official_place_reach_a_person(bot: Harness) -> None:
    telegram = bot.sandbox.telegram
    await telegram.send_message(GROUP, MARIA, photo=PHOTO)
    await telegram.send_message(SECOND_GROUP, PYOTR, photo=PHOTO)
    await bot.wait_for_card(COORDINATOR, 1, "Без текста, только вложения", "👤 Мария", "«Подслушано»")
    post = await bot.sandbox.vk.post(COMMUNITY, "Ремонт на Мира")
    await bot.sandbox.vk.comment(COMMUNITY, post, PYOTR, "", photo=SECOND_PHOTO)
    await bot.wait_for_card(COORDINATOR, 2, "Без текста, только вложения", "👤 Пётр", "«Администрация»")
    await wait_until_idle(bot)
    assert bot.ticket_numbers(COORDINATOR) == [1, 2]


async def test_every_caption_of_an_album_is_read(bot: Harness) -> None:
    """A further caption joins the ticket, also if it is urgent; one about another house is a ticket of its own."""
    album = {"media_group_id": "a1"}
    captions = (PIT, "Тут же оголённый провод искрит", "А это Кирова 10, яма на дороге")
    for caption in captions:
        await bot.sandbox.telegram.send_message(GROUP, MARIA, caption, photo=PHOTO, raw=album)
    await bot.wait_for_card(ROADS_HEAD, 1, "срочно", PIT, f"➕ {captions[1]}", "📎 2 вложения")
    await bot.wait_for_card(ROADS_HEAD, 2, captions[2], "📎 1 вложение")
    assert (await get_ticket(bot, 1)).urgent


async def test_a_live_location_is_one_line_of_history(bot: Harness) -> None:
    telegram = bot.sandbox.telegram
    await telegram.send_message(GROUP, MARIA, PIT)
    moving = {"location": {"latitude": 45.4, "longitude": 133.4, "live_period": 3600}}
    sent = await telegram.send_message(GROUP, MARIA, content=moving)
    for step in range(5):
        await telegram.move(GROUP, sent, (45.5 + step / 100, 133.4))
    await wait_until_idle(bot)
    assert len(await list_audit(bot, 1, "edited")) == 1
    kept = await bot.find_stored_message("telegram", GROUP, sent)
    assert kept is not None
    assert kept.media[0]["latitude"] == 45.54


async def test_decomposed_letters_are_found_and_are_the_same(bot: Harness) -> None:
    decomposed = "Трои\u0306ная яма на Чаи\u0306ковского 3, е\u0308лки мешают проезду по дороге"
    await bot.sandbox.telegram.send_message(GROUP, MARIA, decomposed)
    await bot.wait_for_card(ROADS_HEAD, 1, "Тройная яма")
    await bot.sandbox.telegram.send_message(
        SECOND_GROUP, MARIA, "Тройная яма на Чайковского 3, ёлки мешают проезду по дороге"
    )
    await wait_until_idle(bot)
    assert bot.ticket_numbers(ROADS_HEAD) == [1]
    await bot.send_message(ROADS_HEAD, "/find чаи\u0306ковского")
    await bot.wait_for_message(ROADS_HEAD, "Найдено", "№1")


async def test_the_channel_of_a_discussion_answers_in_the_towns_name(closed_bot: Harness) -> None:
    bot, telegram = closed_bot, closed_bot.sandbox.telegram
    telegram.channel(CHANNEL, "Администрация округа", discussion=GROUP)
    telegram.channel(CHANNEL - 1, "Чужой канал")
    await bot.start()
    asked = await telegram.send_message(GROUP, MARIA, PIT)
    await bot.wait_for_card(ROADS_HEAD, 1)
    await telegram.send_message(GROUP, PYOTR, "Пишите нам!", reply_to=asked, sender_chat=CHANNEL - 1)
    await telegram.send_message(GROUP, CURATOR, "Засыплем завтра.", reply_to=asked, sender_chat=CHANNEL)
    offer = await bot.wait_for_message(ROADS_HEAD, "На сообщение №1 ответили в самом чате", "Администрация округа")
    await bot.press_button(ROADS_HEAD, offer, "Да, это ответ")
    await bot.wait_for_card(ROADS_HEAD, 1, "✅ Отвечено", "Засыплем завтра.")
    assert not bot.find_message(ROADS_HEAD, "Пишите нам")


async def answer_card(bot: Harness, number: int, text: str) -> None:
    card = await bot.wait_for_card(ROADS_HEAD, number)
    await bot.send_message(ROADS_HEAD, text, reply_to=card["message_id"])
    await bot.press_button(ROADS_HEAD, await wait_for_preview(bot, ROADS_HEAD, text), "Отправить")


async def test_an_answer_outlives_its_topic_and_the_forum(closed_bot: Harness) -> None:
    """A reply needs no topic; where the topic took the question along, the group itself reads the answer."""
    bot, telegram = closed_bot, closed_bot.sandbox.telegram
    telegram.group(FORUM, "Дом 5", forum=True)
    bot.settings["second_group"] = str(FORUM)
    await bot.start()
    topic = await telegram.send_message(FORUM, PYOTR, raw={"forum_topic_created": {"name": "Двор", "icon_color": 0}})
    asked = await telegram.send_message(FORUM, MARIA, PIT, thread=topic)
    await telegram.send_message(FORUM, PYOTR, "Яма на дороге, Кирова 10", thread=topic)
    await bot.wait_for_card(ROADS_HEAD, 2)
    telegram.world.chats[FORUM].is_forum = False
    await answer_card(bot, 1, "Засыплем завтра.")
    assert (await bot.wait_for_message(FORUM, "Засыплем завтра."))["reply_to_message"]["message_id"] == asked
    telegram.world.chats[FORUM].is_forum = True
    await telegram.delete_topic(FORUM, topic)
    await answer_card(bot, 2, "Засыплем в среду.")
    answer = await bot.wait_for_message(FORUM, "Пётр", "Засыплем в среду.")
    assert "message_thread_id" not in answer
    await bot.wait_for_card(ROADS_HEAD, 2, "✅ Отвечено")


def photos_of(bot: Harness) -> list[bytes]:
    files = bot.sandbox.telegram.world.files
    return [files[one["photo"][-1]["file_id"]].data for one in bot.bot_messages(ROADS_HEAD) if "photo" in one]


async def test_a_bad_picture_costs_only_itself_and_is_named(bot: Harness) -> None:
    """A picture that is none to Telegram goes as a document; what is refused even so is named and linked."""
    telegram, pictures = bot.sandbox.telegram, [PHOTO, DAMAGED, SECOND_PHOTO]
    await bot.sandbox.vk.send_message(COMMUNITY, MARIA, PIT, photos=pictures)
    await bot.wait_for_card(ROADS_HEAD, 1, "📎 3 вложения")
    await bot.settle_and_advance()
    document = await bot.wait_until(lambda: [one for one in bot.bot_messages(ROADS_HEAD) if "document" in one])
    assert telegram.file(document[0]["document"]["file_id"]) == DAMAGED
    await bot.wait_until(lambda: photos_of(bot) == [PHOTO, SECOND_PHOTO])

    telegram.faults.order("sendDocument", api_fault(400, "Bad Request: file must be non-empty"))
    await bot.sandbox.vk.send_message(COMMUNITY, PYOTR, "Яма на дороге, Кирова 10", photos=pictures)
    await bot.wait_for_card(ROADS_HEAD, 2)
    await bot.settle_and_advance()
    note = await bot.wait_for_message(ROADS_HEAD, "📎 фото «photo", "не удалось показать: открыть вложение")
    assert note["entities"][0]["url"].startswith("https://vk.com/photo")
    assert photos_of(bot) == [PHOTO, SECOND_PHOTO] * 2


async def test_a_file_that_cannot_be_fetched_is_named_with_the_message(bot: Harness) -> None:
    """A head in another messenger gets the name and the address of a citizen's file of Telegram."""
    large: Any = file_attachment(bot.sandbox.telegram.world, "document", ("план.pdf", b"%PDF"))
    sent = await bot.sandbox.telegram.send_message(GROUP, MARIA, PIT, raw=large)
    bot.sandbox.telegram.faults.order("sendDocument", api_fault(400, "Bad Request: wrong file identifier specified"))
    await bot.wait_for_card(ROADS_HEAD, 1)
    await bot.settle_and_advance()
    note = await bot.wait_for_message(ROADS_HEAD, "📎 документ «план.pdf» не удалось показать: открыть вложение")
    assert note["entities"][0]["url"] == bot.sandbox.telegram.message_link(GROUP, sent)
