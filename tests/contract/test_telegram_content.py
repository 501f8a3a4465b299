"""Every field of the Bot API's `Message` is read into words, shown as a file, said to the person, or no content."""

from typing import Any

import pytest

from bot.domain.messages import UnreadKind
from bot.messengers.events import Attachment, MediaKind, MessagePosted
from bot.messengers.telegram.attachments import ENVELOPE_FIELDS, FILE_FIELDS, SERVICE_FIELDS, UNREAD_FIELDS
from bot.messengers.telegram.words import WORD_FIELDS
from sandbox.server import Sandbox
from sandbox.telegram import TelegramServer
from sandbox.telegram.posting import file_attachment
from tests.contract.harness import fetch_events
from tests.contract.telegram_harness import CITIZEN, GROUP, TelegramHarness, open_harness

CHANNEL = -1009876543210

MESSAGE_FIELDS = """
message_id message_thread_id direct_messages_topic from sender_chat sender_boost_count sender_business_bot sender_tag
date guest_query_id business_connection_id chat forward_origin is_topic_message is_automatic_forward reply_to_message
external_reply quote reply_to_story reply_to_checklist_task_id reply_to_poll_option_id via_bot guest_bot_caller_user
guest_bot_caller_chat edit_date has_protected_content is_from_offline is_paid_post media_group_id author_signature
paid_star_count text entities link_preview_options suggested_post_info effect_id rich_message animation audio document
live_photo paid_media photo sticker story video video_note voice caption caption_entities show_caption_above_media
has_media_spoiler checklist contact dice game poll venue location new_chat_members left_chat_member chat_owner_left
chat_owner_changed new_chat_title new_chat_photo delete_chat_photo group_chat_created supergroup_chat_created
channel_chat_created message_auto_delete_timer_changed migrate_to_chat_id migrate_from_chat_id pinned_message invoice
successful_payment refunded_payment users_shared chat_shared gift unique_gift gift_upgrade_sent connected_website
write_access_allowed passport_data proximity_alert_triggered boost_added chat_background_set checklist_tasks_done
checklist_tasks_added direct_message_price_changed forum_topic_created forum_topic_edited forum_topic_closed
forum_topic_reopened general_forum_topic_hidden general_forum_topic_unhidden giveaway_created giveaway giveaway_winners
giveaway_completed managed_bot_created paid_message_price_changed poll_option_added poll_option_deleted
suggested_post_approved suggested_post_approval_failed suggested_post_declined suggested_post_paid
suggested_post_refunded video_chat_scheduled video_chat_started video_chat_ended video_chat_participants_invited
web_app_data reply_markup
"""
"""Every field of `Message` in the Bot API of November 2026. A field of a later one belongs here and into a table."""

POINT = {"latitude": 45.4, "longitude": 133.4}
USER = {"id": 7, "is_bot": False, "first_name": "Пётр"}
STORY_CHAT = {"id": CHANNEL, "type": "channel", "title": "Новости", "username": "lgo_news"}
POLL = {
    "id": "1",
    "question": "Где яма?",
    "options": [
        {"persistent_id": "a", "text": "Ленина 45", "voter_count": 0},
        {"persistent_id": "b", "text": "Мира 3", "voter_count": 2},
    ],
    "total_voter_count": 2,
    "is_closed": False,
    "is_anonymous": True,
    "type": "regular",
    "allows_multiple_answers": False,
    "allows_revoting": True,
    "members_only": False,
}


def stored_file(server: TelegramServer, kind: str, data: bytes = b"data") -> Any:
    return file_attachment(server.world, kind, data)[kind]


def live_photo(server: TelegramServer) -> dict[str, Any]:
    film = {name: value for name, value in stored_file(server, "video").items() if name != "file_name"}
    return film | {"photo": stored_file(server, "photo", b"still")}


def paragraph(text: Any) -> dict[str, Any]:
    return {"type": "paragraph", "text": text}


def words_of(server: TelegramServer) -> dict[str, tuple[dict[str, Any], str]]:
    """Contents that are read, each with the words."""
    rich = [
        {"type": "heading", "text": "Двор", "size": 1},
        paragraph(["Яма у ", {"type": "url", "text": "дома", "url": "https://ya.ru/maps/1"}, "."]),
        {"type": "list", "items": [{"label": "1.", "blocks": [paragraph({"type": "bold", "text": "Ленина 45"})]}]},
        {"type": "table", "cells": [[{"text": text, "align": "left", "valign": "top"} for text in ("дом", "5")]]},
        {"type": "details", "summary": "Ещё", "blocks": [paragraph("нет света")]},
        {"type": "photo", "photo": stored_file(server, "photo"), "caption": {"text": "Вот она"}},
        {"type": "divider"},
    ]
    tasks = [{"id": 1, "text": "фонарь"}, {"id": 2, "text": "люк", "completion_date": 5}]
    external = {
        "origin": {"type": "channel", "date": 5, "chat": STORY_CHAT, "message_id": 5},
        "chat": STORY_CHAT,
        "message_id": 5,
    }
    linked = {"type": "text_link", "offset": 3, "length": 3, "url": "https://ya.ru/maps/1"}
    return {
        "text": ({"text": "🕳 тут", "entities": [linked]}, "🕳 тут (https://ya.ru/maps/1)"),
        "caption": (
            {"photo": stored_file(server, "photo"), "caption": "🕳 тут", "caption_entities": [linked]},
            "🕳 тут (https://ya.ru/maps/1)",
        ),
        "rich_message": (
            {"rich_message": {"blocks": rich}},
            "Двор\nЯма у дома (https://ya.ru/maps/1).\n1. Ленина 45\nдом | 5\nЕщё\nнет света\nВот она",
        ),
        "checklist": ({"checklist": {"title": "Починить", "tasks": tasks}}, "Починить\n☐ фонарь\n☑ люк"),
        "checklist_tasks_added": ({"checklist_tasks_added": {"tasks": tasks[:1]}}, "☐ фонарь"),
        "poll": ({"poll": POLL}, "Где яма?\n• Ленина 45\n• Мира 3"),
        "poll_option_added": (
            {"poll_option_added": {"option_persistent_id": "c", "option_text": "Кирова 10"}},
            "Кирова 10",
        ),
        "contact": ({"contact": {"phone_number": "+79240000001", "first_name": "Фёдор"}}, "Фёдор, +79240000001"),
        "venue": (
            {"venue": {"location": POINT, "title": "Вокзал", "address": "Ленина, 1"}, "location": POINT},
            "Вокзал, Ленина, 1",
        ),
        "external_reply": (
            {"text": "Когда?", "external_reply": external, "quote": {"text": "Ремонт на Мира", "position": 0}},
            "Когда?\n\n«Ремонт на Мира»\n(Новости, https://t.me/lgo_news/5)",
        ),
    }


def files_of(server: TelegramServer) -> dict[str, tuple[dict[str, Any], list[MediaKind]]]:
    """Contents that are shown, each with the kinds of the files."""
    paid = [
        {"type": "photo", "photo": stored_file(server, "photo")},
        {"type": "video", "video": stored_file(server, "video")},
        {"type": "live_photo", "live_photo": live_photo(server)},
        {"type": "preview"},
    ]
    return {
        "live_photo": ({"live_photo": live_photo(server)}, [MediaKind.PHOTO]),
        "paid_media": (
            {"paid_media": {"star_count": 1, "paid_media": paid}},
            [MediaKind.PHOTO, MediaKind.VIDEO, MediaKind.PHOTO, MediaKind.OTHER],
        ),
        "location": ({"location": POINT}, [MediaKind.LOCATION]),
        "dice": ({"dice": {"emoji": "🎲", "value": 4}}, [MediaKind.STICKER]),
    }


def unread_of(server: TelegramServer) -> dict[str, dict[str, Any]]:
    """Contents that can be neither read nor shown."""
    game = {"title": "Тетрис", "description": "…", "photo": stored_file(server, "photo")}
    invoice = {"title": "Т", "description": "О", "start_parameter": "s", "currency": "XTR", "total_amount": 1}
    giveaway = {"winners_selection_date": 5, "winner_count": 1}
    winners = {"chat": STORY_CHAT, "giveaway_message_id": 5, "winners": [USER]}
    return {
        "game": {"game": game},
        "invoice": {"invoice": invoice},
        "story": {"story": {"chat": STORY_CHAT, "id": 9}},
        "reply_to_story": {"text": "А у нас?", "reply_to_story": {"chat": STORY_CHAT, "id": 9}},
        "giveaway": {"giveaway": giveaway | {"chats": [STORY_CHAT]}},
        "giveaway_winners": {"giveaway_winners": giveaway | winners},
        "passport_data": {"passport_data": {"data": []}},
    }


PLAIN_FILES = {"animation", "audio", "document", "photo", "sticker", "video", "video_note", "voice"}
"""Files that other tests send: `test_files` in ``test_telegram_parsing.py``."""


def test_every_field_has_one_fate() -> None:
    tables = (WORD_FIELDS, FILE_FIELDS, UNREAD_FIELDS, ENVELOPE_FIELDS, SERVICE_FIELDS)
    assert sorted(field for table in tables for field in table) == sorted(MESSAGE_FIELDS.split())


async def test_every_content_has_a_sample(server: TelegramServer) -> None:
    assert words_of(server).keys() == WORD_FIELDS
    assert files_of(server).keys() == FILE_FIELDS - PLAIN_FILES
    assert unread_of(server).keys() == UNREAD_FIELDS


@pytest.fixture
async def harness(sandbox: Sandbox) -> Any:
    async with open_harness(sandbox) as opened:
        yield opened


@pytest.fixture
def server(harness: TelegramHarness) -> TelegramServer:
    return harness.server


async def receive(harness: TelegramHarness, content: dict[str, Any]) -> MessagePosted:
    await harness.server.send_message(GROUP, CITIZEN, content=content)
    [event] = await fetch_events(harness.messenger)
    assert isinstance(event, MessagePosted)
    assert not event.service
    return event


@pytest.mark.parametrize("field", sorted(WORD_FIELDS))
async def test_content_that_is_read(harness: TelegramHarness, field: str) -> None:
    content, words = words_of(harness.server)[field]
    event = await receive(harness, content)
    assert event.text == words
    assert not [one for one in event.attachments if one.kind is MediaKind.OTHER]


@pytest.mark.parametrize("field", sorted(FILE_FIELDS - PLAIN_FILES))
async def test_content_that_is_shown(harness: TelegramHarness, field: str) -> None:
    content, kinds = files_of(harness.server)[field]
    event = await receive(harness, content)
    assert [one.kind for one in event.attachments] == kinds
    photos = [one for one in event.attachments if one.kind is MediaKind.PHOTO]
    for photo in photos:
        assert (await harness.messenger.download(photo)).data in (b"still", b"data")


@pytest.mark.parametrize("field", sorted(UNREAD_FIELDS))
async def test_content_that_is_said(harness: TelegramHarness, field: str) -> None:
    event = await receive(harness, unread_of(harness.server)[field])
    [unread] = event.attachments
    assert (unread.kind, unread.name) == (MediaKind.OTHER, field.removeprefix("reply_to_"))
    assert UnreadKind.of(unread.name) is not UnreadKind.OTHER
    assert unread.link == ("https://t.me/lgo_news/s/9" if "story" in field else None)


async def test_pictures_of_another_chat_come_with_the_question(harness: TelegramHarness) -> None:
    origin = {"type": "hidden_user", "date": 5, "sender_user_name": "Сосед"}
    external = {"origin": origin, "photo": stored_file(harness.server, "photo", b"pit")}
    event = await receive(harness, {"text": "Чья это яма?", "external_reply": external})
    assert event.text == "Чья это яма?\n\n(Сосед)"
    [photo] = event.attachments
    assert (await harness.messenger.download(photo)).data == b"pit"


async def test_files_inside_a_paste_and_a_poll_are_shown(server: TelegramServer, harness: TelegramHarness) -> None:
    voice = {"type": "voice_note", "voice_note": stored_file(server, "voice")}
    place = {"type": "map", "location": POINT, "zoom": 15, "width": 100, "height": 100}
    slides = {"type": "slideshow", "blocks": [{"type": "video", "video": stored_file(server, "video")}]}
    event = await receive(harness, {"rich_message": {"blocks": [paragraph("Вот"), voice, place, slides]}})
    assert [one.kind for one in event.attachments] == [MediaKind.VOICE, MediaKind.LOCATION, MediaKind.VIDEO]
    options = [POLL["options"][0] | {"media": {"photo": stored_file(server, "photo")}}]
    event = await receive(harness, {"poll": POLL | {"options": options}})
    assert [one.kind for one in event.attachments] == [MediaKind.PHOTO]


async def test_a_field_of_a_later_release_is_named(server: TelegramServer, harness: TelegramHarness) -> None:
    await server.send_message(GROUP, CITIZEN, raw={"hologram": {"id": 1}})
    [event] = await fetch_events(harness.messenger)
    assert isinstance(event, MessagePosted)
    assert event.attachments == (Attachment(MediaKind.OTHER, "telegram", name="hologram"),)


async def test_the_letters_of_an_iphone_are_composed(harness: TelegramHarness) -> None:
    event = await receive(harness, {"text": "Трои\u0306ка: е\u0308лка"})
    assert event.text == "Тройка: ёлка"


@pytest.mark.parametrize(
    "content",
    [
        {"contact": {"first_name": "Фёдор"}},
        {"poll": POLL | {"colour": "red"}},
        {"rich_message": {"blocks": [{"type": "hologram"}]}},
        {"location": {"latitude": "45", "longitude": 1.0}},
    ],
)
async def test_the_sandbox_knows_what_the_bot_api_describes(server: TelegramServer, content: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="message"):
        await server.send_message(GROUP, CITIZEN, content=content)


def test_deep_nesting_is_read_to_a_bound(harness: TelegramHarness) -> None:
    deep: Any = "дно"
    for _ in range(500):
        deep = {"type": "bold", "text": [deep]}
    body = {"message_id": 1, "date": 1, "chat": {"id": 5, "type": "private"}, "from": USER}
    body |= {"rich_message": {"blocks": [paragraph(deep), paragraph("Яма")]}}
    [event] = harness.messenger.parse({"update_id": 1, "message": body})
    assert isinstance(event, MessagePosted)
    assert event.text == "Яма"
