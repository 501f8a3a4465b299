"""Acts of people in MAX become neutral events."""

from contextlib import suppress
from datetime import UTC

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.messengers.errors import FileUnavailable, MalformedUpdate, TemporaryFailure, UnknownUpdate
from bot.messengers.events import (
    Attachment,
    AuthorKind,
    ButtonPressed,
    Chat,
    ChatChange,
    ChatChanged,
    ChatKind,
    MediaKind,
    MessageDeleted,
    MessageEdited,
    MessagePosted,
)
from bot.messengers.max.attachments import pack_ref
from bot.messengers.max.chats import message_link
from bot.messengers.max.parsing import parse_update, raw_update
from sandbox.faults import FaultKind
from sandbox.max import max_fault
from tests.contract.harness import fetch_events
from tests.contract.max_harness import CHANNEL, CITIZEN, HOUSE_CHAT, NEIGHBOUR, open_harness

DIALOG = Chat("max", str(CITIZEN), ChatKind.PRIVATE, str(CITIZEN))
KINDS = [
    "message_created",
    "message_edited",
    "message_removed",
    "message_callback",
    "comment_created",
    "comment_edited",
    "comment_removed",
    "bot_started",
    "bot_stopped",
    "bot_added",
    "bot_removed",
    "bot_admin_permissions_changed",
]


@pytest.fixture
async def harness(sandbox):
    async with open_harness(sandbox) as harness:
        yield harness


async def test_a_message_in_a_group(harness):
    mid = await harness.server.send_message(HOUSE_CHAT, CITIZEN, "На Ленина 45 открыт люк")
    event = await harness.one_event(MessagePosted)
    assert event.chat == Chat("max", str(HOUSE_CHAT), ChatKind.GROUP, str(HOUSE_CHAT))
    assert (event.message_id, event.author.username) == (mid, "masha")
    assert event.link == message_link(mid)
    assert event.link.startswith(f"https://max.ru/c/{HOUSE_CHAT}/")
    assert event.sent_at.tzinfo is UTC


async def test_a_dialog_goes_by_the_persons_number(harness):
    mid = await harness.server.send_message(CITIZEN, CITIZEN, "Здравствуйте")
    event = await harness.one_event(MessagePosted)
    assert (event.chat, event.message_id, event.link) == (DIALOG, mid, None)
    await harness.server.edit(mid, "Здравствуйте!")
    assert (await harness.one_event(MessageEdited)).message.chat == DIALOG
    await harness.server.remove(mid)
    assert await harness.one_event(MessageDeleted) == MessageDeleted(DIALOG, mid)


async def test_an_album_is_one_message(harness):
    await harness.server.send_message(
        HOUSE_CHAT,
        CITIZEN,
        "Вот",
        photos=[b"one", b"two"],
        videos=[b"film"],
        files=[("акт.pdf", b"%PDF")],
        audio=b"song",
        location=(45.5, 133.4),
        sticker="smile",
    )
    event = await harness.one_event(MessagePosted)
    kinds = [item.kind for item in event.attachments]
    photo, video, audio, file = MediaKind.PHOTO, MediaKind.VIDEO, MediaKind.AUDIO, MediaKind.DOCUMENT
    assert kinds == [photo, photo, video, audio, file, MediaKind.LOCATION, MediaKind.STICKER]
    assert event.album is None
    place = event.attachments[5]
    assert (place.latitude, place.longitude, place.ref) == (45.5, 133.4, "")
    assert (event.attachments[4].name, event.attachments[4].mime, event.attachments[4].size) == (
        "акт.pdf",
        "application/pdf",
        4,
    )
    loaded = [(await harness.messenger.download(item)).data for item in event.attachments[:5]]
    assert loaded == [b"one", b"two", b"film", b"song", b"%PDF"]


async def test_kinds_of_attachments_that_nobody_knows_cost_no_words(harness):
    odd = [
        {"type": "hologram", "payload": {"depth": 3}},
        {"type": "share", "payload": {"url": "https://example.ru/news"}, "title": "Новость"},
        {"type": "contact", "payload": {"vcf_info": "BEGIN:VCARD"}},
        {"type": "location", "latitude": "север"},
        {"type": "image"},
        {"no": "type"},
    ]
    await harness.server.send_message(HOUSE_CHAT, CITIZEN, "Люк открыт", raw_attachments=odd)
    event = await harness.one_event(MessagePosted)
    assert event.text == "Люк открыт\nНовость (https://example.ru/news)"
    assert [(item.kind, item.name) for item in event.attachments] == [
        (MediaKind.OTHER, "hologram"),
        (MediaKind.OTHER, "contact"),
        (MediaKind.OTHER, "location"),
        (MediaKind.PHOTO, "photo.jpg"),
        (MediaKind.OTHER, "?"),
    ]
    with pytest.raises(FileUnavailable):
        await harness.messenger.download(event.attachments[3])


async def test_a_forwarded_message(harness):
    source = await harness.server.send_message(CITIZEN, NEIGHBOUR, "Третий день без воды", photos=[b"tap"])
    await harness.server.send_message(HOUSE_CHAT, CITIZEN, "Соседи пишут", forward=source)
    event = (await harness.new_events())[-1]
    assert event.text == "Соседи пишут\n\nТретий день без воды"
    assert (event.forwarded_from, len(event.attachments), event.reply_to) == ("Иван Петров", 1, None)


async def test_two_people_forward_the_same_without_a_word(harness):
    source = await harness.server.send_message(HOUSE_CHAT, NEIGHBOUR, "Третий день без воды")
    await harness.server.send_message(HOUSE_CHAT, CITIZEN, forward=source)
    await harness.server.send_message(CITIZEN, CITIZEN, forward=source)
    batch = await harness.messenger.fetch()
    assert len({one.key for one in batch.updates}) == 3
    forwards = [harness.messenger.parse(one.payload)[0] for one in batch.updates[1:]]
    assert {one.text for one in forwards} == {"Третий день без воды"}
    assert all(one.message_id.startswith("forward:") for one in forwards)


async def test_comments_under_a_post(harness):
    post = await harness.server.publish_post(CHANNEL, "Новость", photos=[b"picture"])
    comment = await harness.server.comment(post, CITIZEN, "Когда починят?")
    await harness.server.edit_comment(post, comment, "Когда починят дорогу?")
    await harness.server.comment(post, NEIGHBOUR, "Тоже жду", reply_to=comment)
    await harness.server.remove_comment(post, comment)
    published, asked, edited, replied, removed = await harness.new_events()
    place = Chat("max", post, ChatKind.WALL, str(CHANNEL), thread=post)
    assert (published.chat.kind, published.author.kind, published.author.id) == (
        ChatKind.CHANNEL,
        AuthorKind.CHAT,
        str(CHANNEL),
    )
    assert (asked.chat, asked.message_id, asked.link) == (place, comment, message_link(post))
    assert (edited.message.message_id, edited.message.text) == (comment, "Когда починят дорогу?")
    assert (replied.chat, replied.reply_to) == (place, comment)
    assert removed == MessageDeleted(place, comment)


async def test_starting_and_stopping(harness):
    await harness.server.start_bot(NEIGHBOUR, "code-7")
    await harness.server.start_bot(CITIZEN)
    await harness.server.stop_bot(CITIZEN)
    back, started, _, again, gone = await harness.new_events()
    assert (back.change, back.author.id) == (ChatChange.UNBLOCKED, str(NEIGHBOUR))
    assert (started.text, started.payload, started.chat.id) == ("/start code-7", "code-7", str(NEIGHBOUR))
    assert (again.text, again.payload) == ("/start", None)
    assert (gone.change, gone.chat) == (ChatChange.BLOCKED, DIALOG)


async def test_coming_into_chats_and_leaving_them(harness):
    await harness.server.remove_bot_from(HOUSE_CHAT, CITIZEN)
    await harness.server.add_bot_to(CHANNEL, CITIZEN)
    out, into = await harness.new_events()
    assert (out.change, out.chat.id, out.chat.kind) == (ChatChange.BOT_REMOVED, str(HOUSE_CHAT), ChatKind.GROUP)
    assert (into.change, into.chat.kind, into.author) == (
        ChatChange.BOT_ADDED,
        ChatKind.CHANNEL,
        None,
    )


async def test_an_update_of_the_summer_names_who_added_the_bot(harness):
    harness.server.world.is_of_november = False
    await harness.server.add_bot_to(CHANNEL, CITIZEN)
    assert (await harness.one_event(ChatChanged)).author.name == "Мария Кузнецова"


@pytest.mark.parametrize(
    ("rights", "change"),
    [
        (("read_all_messages", "write"), ChatChange.RIGHTS_CHANGED),
        (("read_all_messages",), ChatChange.BOT_MUTED),
        (("write",), ChatChange.BOT_DEAFENED),
        (None, ChatChange.BOT_DEAFENED),
    ],
)
def test_changed_rights_say_what_the_bot_may_do(rights, change):
    update = {"update_type": "bot_admin_permissions_changed", "timestamp": 1, "chat_id": CHANNEL, "user_id": CITIZEN}
    update |= {"bot_id": 4200, "is_channel": True, "is_admin": rights is not None, "permissions": rights and [*rights]}
    [event] = parse_update(update)
    assert (event.change, event.chat.id, event.chat.kind) == (change, str(CHANNEL), ChatKind.CHANNEL)


async def test_a_comment_without_an_author_is_nobodys_and_not_the_channels(harness):
    """Each has an author of its own, so that two strangers are never one."""
    post = await harness.server.publish_post(CHANNEL, "Субботник")
    await harness.new_events()
    first = await harness.server.comment(post, None, "Когда включат воду?")
    await harness.server.comment(post, None, "Тоже жду")
    one, other = await harness.new_events()
    assert (one.message_id, one.author.kind, one.author.name) == (first, AuthorKind.UNKNOWN, None)
    assert one.author.id != other.author.id
    assert max(len(one.author.id), len(other.author.id)) <= 64


async def test_addresses_behind_words_are_written_out(harness):
    body = {"mid": "mid.1", "seq": 1, "text": "😀 Схема тут и на town.ru", "attachments": None}
    body["markup"] = [
        {"type": "strong", "from": 3, "length": 5},
        {"type": "link", "from": 9, "length": 3, "url": "https://town.ru/plan"},
        {"type": "link", "from": 18, "length": 7, "url": "https://town.ru"},
        {"type": "link", "from": 90, "length": 7, "url": "https://town.ru"},
    ]
    message = {"sender": person(), "recipient": {"chat_id": HOUSE_CHAT, "chat_type": "chat"}, "timestamp": 1}
    await harness.push({"update_type": "message_created", "timestamp": 1, "message": message | {"body": body}})
    event = await harness.one_event(MessagePosted)
    assert event.text == "😀 Схема тут (https://town.ru/plan) и на town.ru"


CONTENT = {
    # Words, or the kind of file; `MediaKind.OTHER` is named to the person as not read; None: nothing of the person's.
    "audio": ({"payload": {"token": "t", "url": "https://a.ru/v"}, "transcription": "нет воды"}, MediaKind.AUDIO),
    "contact": (
        {"payload": {"vcf_info": "BEGIN:VCARD\nFN:Иван Петров\nTEL;TYPE=cell:+79001112233\nEND:VCARD"}},
        "Иван Петров, +79001112233",
    ),
    "data": ({"data": "код 5"}, "код 5"),
    "file": ({"payload": {"token": "t", "url": "https://a.ru/f"}, "filename": "a.pdf", "size": 5}, MediaKind.DOCUMENT),
    "hologram": ({"payload": {}}, MediaKind.OTHER),
    "image": ({"payload": {"photo_id": 1, "token": "t", "url": "https://a.ru/p"}}, MediaKind.PHOTO),
    "inline_keyboard": ({"payload": {"buttons": []}}, None),
    "location": ({"latitude": 45.47, "longitude": 133.42}, MediaKind.LOCATION),
    "reply_keyboard": ({"buttons": []}, None),
    "share": (
        {"payload": {"url": "https://town.ru/n"}, "title": "Новость", "description": "О воде"},
        "Новость (https://town.ru/n)",
    ),
    "sticker": ({"payload": {"code": "s", "url": "https://a.ru/s"}, "width": 1, "height": 1}, MediaKind.STICKER),
    "video": ({"payload": {"token": "t", "url": "https://a.ru/v"}}, MediaKind.VIDEO),
}
"""An attachment of every type in MAX's schema, and of one that does not exist."""


@pytest.mark.parametrize("kind", sorted(CONTENT))
async def test_every_kind_of_content_is_read_shown_or_named(harness, kind):
    fields, expected = CONTENT[kind]
    await harness.server.send_message(HOUSE_CHAT, CITIZEN, "Смотрите", raw_attachments=[{"type": kind, **fields}])
    event = await harness.one_event(MessagePosted)
    if expected is None:
        assert (event.text, event.attachments) == ("Смотрите", ())
    elif not isinstance(expected, MediaKind):
        assert (event.text, event.attachments) == (f"Смотрите\n{expected}", ())
    else:
        (found,) = event.attachments
        assert found.kind is expected
        assert found.kind is not MediaKind.OTHER or found.name == kind
        assert event.text == ("Смотрите\nнет воды" if kind == "audio" else "Смотрите")


async def test_only_an_unmonitored_chat_is_asked_for_its_title(harness):
    await harness.server.send_message(HOUSE_CHAT, CITIZEN, "раз")
    await harness.server.add_bot_to(CHANNEL, CITIZEN)
    await harness.server.publish_post(CHANNEL, "два")
    titles = [event.chat.title for event in await fetch_events(harness.messenger)]
    assert titles == [None, "Администрация", "Администрация"]
    assert len(harness.calls_of("getChat")) == 1


async def test_a_title_that_is_not_told_holds_nothing_up(harness):
    harness.fail_next("getChat", FaultKind.HANG)
    patient = harness.new_messenger(lookup=0.1)
    try:
        [event] = harness.messenger.parse({"update_type": "bot_added", "chat_id": -5, "user": person(), "timestamp": 1})
        assert (await patient.enrich(event)).chat.title is None
    finally:
        await patient.close()


async def test_a_press_under_a_message_that_is_gone(harness):
    press = {"timestamp": 1, "callback_id": "c1", "user": person(), "payload": "t1:a"}
    [event] = harness.messenger.parse(
        {"update_type": "message_callback", "timestamp": 2, "callback": press, "message": None}
    )
    assert isinstance(event, ButtonPressed)
    assert (event.chat, event.message_id, event.code, event.callback_id) == (DIALOG, None, "t1:a", "c1")


async def test_a_press_in_a_group(harness):
    mid = await harness.server.send_message(HOUSE_CHAT, CITIZEN, "раз")
    await harness.server.press_payload(CITIZEN, mid, "t1:a")
    event = await harness.one_event(ButtonPressed)
    assert (event.chat.id, event.chat.kind, event.message_id) == (str(HOUSE_CHAT), ChatKind.GROUP, mid)


async def test_a_voice_message_is_known_only_to_have_come(harness):
    await harness.server.send_voice(CITIZEN)
    [update] = (await harness.messenger.fetch()).updates
    with pytest.raises(UnknownUpdate) as caught:
        harness.messenger.parse(update.payload)
    assert caught.value.kind == "голосовое сообщение"


@pytest.mark.parametrize("kind", ["dialog_muted", "dialog_removed", "user_added", "chat_title_changed"])
def test_irrelevant_updates_are_ignored(kind):
    assert parse_update({"update_type": kind, "timestamp": 1, "chat_id": 5}) == ()


async def test_words_of_a_bot_are_known_as_such(harness):
    harness.server.world.ensure_user(77).is_bot = True
    await harness.server.send_message(HOUSE_CHAT, 77, "Погода на завтра")
    assert (await harness.one_event(MessagePosted)).author.kind is AuthorKind.BOT


def test_names_are_made_of_what_there_is():
    for sender, name in (
        ({"user_id": 1, "first_name": "Анна", "last_name": ""}, "Анна"),
        ({"user_id": 1, "name": "Анна К."}, "Анна К."),
        ({"user_id": 1}, None),
    ):
        recipient = {"chat_id": HOUSE_CHAT, "chat_type": "chat"}
        message = {"recipient": recipient, "timestamp": 1, "sender": sender, "body": {"mid": "mid.1", "text": None}}
        [event] = parse_update({"update_type": "message_created", "timestamp": 1, "message": message})
        assert (event.author.name, event.text) == (name, "")


def test_times_are_milliseconds():
    update = {"update_type": "bot_started", "chat_id": 5, "user": person(), "timestamp": 1_775_025_604_499}
    assert parse_update(update)[1].sent_at.isoformat() == "2026-04-01T06:40:04.499000+00:00"
    with pytest.raises(MalformedUpdate):
        parse_update(update | {"timestamp": 10**30})


def person():
    return {"user_id": CITIZEN, "first_name": "Мария", "is_bot": False}


# Files


async def test_files_that_cannot_be_had(harness):
    for item in (
        Attachment(MediaKind.PHOTO, "max", ""),
        Attachment(MediaKind.DOCUMENT, "max", pack_ref("t", "")),
        Attachment(MediaKind.DOCUMENT, "max", pack_ref("t", "https://[")),
        Attachment(MediaKind.DOCUMENT, "max", pack_ref("t", f"{harness.sandbox.url}/max/files/1"), size=50_000_000),
        Attachment(MediaKind.DOCUMENT, "max", pack_ref("t", f"{harness.sandbox.url}/max/files/999")),
        Attachment(MediaKind.VIDEO, "max", pack_ref("../me", "")),
        Attachment(MediaKind.VIDEO, "max", pack_ref("nosuchvideo", "")),
        Attachment(MediaKind.PHOTO, "telegram", "AgAC"),
    ):
        with pytest.raises(FileUnavailable):
            await harness.messenger.download(item)


async def test_a_file_larger_than_promised(harness, monkeypatch):
    monkeypatch.setattr("bot.messengers.max.media.DOWNLOAD_LIMIT", 10)
    await harness.server.send_message(HOUSE_CHAT, CITIZEN, photos=[b"far too large a picture"])
    [picture] = (await harness.one_event(MessagePosted)).attachments
    with pytest.raises(FileUnavailable):
        await harness.messenger.download(picture)


@pytest.mark.parametrize("kind", [FaultKind.HTTP_500, FaultKind.DROP])
async def test_a_file_server_that_fails_may_work_later(harness, kind):
    await harness.server.send_message(HOUSE_CHAT, CITIZEN, photos=[b"picture"])
    [picture] = (await harness.one_event(MessagePosted)).attachments
    harness.fail_next("file", kind)
    with pytest.raises(TemporaryFailure):
        await harness.messenger.download(picture)
    assert (await harness.messenger.download(picture)).data == b"picture"


async def test_a_video_that_is_not_ready(harness):
    await harness.server.send_message(HOUSE_CHAT, CITIZEN, videos=[b"film"])
    [film] = (await harness.one_event(MessagePosted)).attachments
    harness.faults.order("getVideoAttachmentDetails", max_fault(200, "", ""))
    with pytest.raises(FileUnavailable):
        await harness.messenger.download(film)


# Odd updates

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=4),
    max_leaves=12,
)
NAMES = ["message", "body", "recipient", "sender", "callback", "user", "link", "attachments", "payload", "chat_id"]
NAMES += ["user_id", "timestamp", "mid", "text", "chat_type", "type", "callback_id", "message_id", "post_id", "url"]
SHAPED = st.recursive(
    JSON,
    lambda inner: st.dictionaries(st.sampled_from(NAMES), inner, max_size=6) | st.lists(inner, max_size=3),
    max_leaves=20,
)


@given(st.sampled_from(KINDS), st.dictionaries(st.sampled_from(NAMES), SHAPED, max_size=8))
def test_whatever_comes_is_understood_or_set_aside(kind, fields):
    update = {"update_type": kind, **fields}
    raw = raw_update(update)
    assert 0 < len(raw.key) <= 128
    assert len(raw.conversation) <= 128
    with suppress(UnknownUpdate, MalformedUpdate):
        assert all(
            event.chat.account == "max" for event in parse_update(update) if not isinstance(event, MessageEdited)
        )


@given(JSON)
def test_the_same_update_has_the_same_key(thing):
    update = {"update_type": "bot_started", "thing": thing}
    assert raw_update(update).key == raw_update(dict(reversed(update.items()))).key


async def test_keys_and_conversations(harness):
    mid = await harness.server.send_message(HOUSE_CHAT, CITIZEN, "раз")
    await harness.server.edit(mid, "два")
    await harness.server.edit(mid, "три")
    await harness.server.remove(mid)
    await harness.server.start_bot(CITIZEN)
    await harness.server.send_message(CITIZEN, CITIZEN, "четыре")
    updates = (await harness.messenger.fetch()).updates
    assert len({one.key for one in updates}) == 6
    assert updates[0].key == f"message_created:{mid}"
    assert {one.conversation for one in updates[:4]} == {f"{HOUSE_CHAT}:{CITIZEN}"}
    assert {one.conversation for one in updates[4:]} == {f":{CITIZEN}"}


def test_the_long_ids_of_presses_make_short_keys():
    press = {"timestamp": 1, "callback_id": "f9LHodD0cOJ" * 30, "user": person(), "payload": "t1:a"}
    update = {"update_type": "message_callback", "timestamp": 2, "callback": press, "message": {}}
    other = update | {"callback": press | {"timestamp": 2}}
    assert len(raw_update(update).key) < 100
    assert raw_update(update).key != raw_update(other).key
