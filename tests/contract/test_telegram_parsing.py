"""Telegram's updates become neutral events."""

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.messengers.errors import MalformedUpdate, UnknownUpdate
from bot.messengers.events import (
    AuthorKind,
    ButtonPressed,
    ChatChange,
    ChatChanged,
    ChatKind,
    MediaKind,
    MessageEdited,
    MessagePosted,
)
from bot.messengers.telegram import TelegramMessenger
from bot.messengers.telegram.parsing import conversation_key, parse_update
from sandbox.server import Sandbox
from sandbox.telegram import TelegramServer
from tests.contract.harness import fetch_events
from tests.contract.telegram_harness import CITIZEN, GROUP, TelegramHarness, open_harness

CHANNEL = -1009876543210
BASIC = -4455


@pytest.fixture
async def harness(sandbox: Sandbox) -> Any:
    async with open_harness(sandbox) as opened:
        yield opened


@pytest.fixture
def server(harness: TelegramHarness) -> TelegramServer:
    return harness.server


@pytest.fixture
def bot(harness: TelegramHarness) -> TelegramMessenger:
    return harness.messenger


async def posted_message(bot: TelegramMessenger) -> MessagePosted:
    [event] = await fetch_events(bot)
    assert isinstance(event, MessagePosted)
    return event


# Authors


async def test_an_anonymous_administrator_is_the_group(server: TelegramServer, bot: TelegramMessenger) -> None:
    await server.send_message(GROUP, 1, "Правила чата", sender_chat=GROUP)
    author = (await posted_message(bot)).author
    assert (author.id, author.kind, author.name) == (str(GROUP), AuthorKind.CHAT, "Подслушано")


async def test_a_person_who_speaks_as_a_channel(server: TelegramServer, bot: TelegramMessenger) -> None:
    server.channel(CHANNEL, "Чужой канал")
    await server.send_message(GROUP, 1, "Реклама", sender_chat=CHANNEL)
    author = (await posted_message(bot)).author
    assert (author.id, author.kind) == (str(CHANNEL), AuthorKind.CHAT)


async def test_another_bot(server: TelegramServer, bot: TelegramMessenger) -> None:
    server.user(900, "Модератор", is_bot=True)
    await server.send_message(GROUP, 900, "Ругаться нельзя")
    assert (await posted_message(bot)).author.kind is AuthorKind.BOT


async def test_a_channels_post_and_the_comments_under_it(server: TelegramServer, bot: TelegramMessenger) -> None:
    server.channel(CHANNEL, "Администрация", discussion=GROUP)
    post = await server.publish_post(CHANNEL, "Ремонт на Ленина", photo=b"picture")
    assert post.copy_id is not None
    comment = await server.send_message(GROUP, CITIZEN, "Когда закончите?", reply_to=post.copy_id)
    await server.send_message(GROUP, CITIZEN, "И ещё про люк", reply_to=comment)
    copy, first, second = await fetch_events(bot)
    assert isinstance(copy, MessagePosted)
    assert copy.automatic
    assert copy.author.kind is AuthorKind.CHAT
    assert isinstance(first, MessagePosted)
    assert isinstance(second, MessagePosted)
    assert (first.automatic, first.reply_to) == (False, str(post.copy_id))
    assert first.chat.thread == second.chat.thread == str(post.copy_id)


async def test_a_channel_itself(server: TelegramServer, bot: TelegramMessenger) -> None:
    server.channel(CHANNEL, "Администрация", username="lgo", bot_is_admin=True)
    post = await server.publish_post(CHANNEL, "Ремонт на Ленина")
    event = await posted_message(bot)
    assert (event.chat.kind, event.author.kind) == (ChatKind.CHANNEL, AuthorKind.CHAT)
    assert event.link == f"https://t.me/lgo/{post.message_id}"
    await server.edit(CHANNEL, post.message_id, "Ремонт на Мира")
    [edited] = await fetch_events(bot)
    assert isinstance(edited, MessageEdited)


# Chats


async def test_a_reply_in_the_groups_talk_stays_in_it(server: TelegramServer, bot: TelegramMessenger) -> None:
    first = await server.send_message(GROUP, CITIZEN, "На Ленина яма")
    await server.send_message(GROUP, 502, "Да, большая", reply_to=first)
    _, reply = await fetch_events(bot)
    assert isinstance(reply, MessagePosted)
    assert (reply.chat.thread, reply.reply_to) == ("", str(first))


async def test_a_forum_topic(server: TelegramServer, bot: TelegramMessenger) -> None:
    server.group(-1001111111111, "Дом 5", forum=True)
    topic = await server.send_message(-1001111111111, 1, raw={"forum_topic_created": {"name": "ЖКХ", "icon_color": 0}})
    await server.send_message(-1001111111111, CITIZEN, "Течёт крыша", reply_to=topic, thread=topic)
    created, event = await fetch_events(bot)
    assert isinstance(created, MessagePosted)
    assert created.service
    assert isinstance(event, MessagePosted)
    assert (event.chat.thread, event.reply_to) == (f"topic-{topic}", None)


async def test_links(server: TelegramServer, bot: TelegramMessenger) -> None:
    server.group(-1002222222222, "Открытый", username="openchat")
    server.group(BASIC, "Малый", supergroup=False)
    numbers = [
        await server.send_message(GROUP, CITIZEN, "а"),
        await server.send_message(-1002222222222, CITIZEN, "б"),
        await server.send_message(BASIC, CITIZEN, "в"),
        await server.send_message(CITIZEN, CITIZEN, "г"),
    ]
    links = [event.link for event in await fetch_events(bot) if isinstance(event, MessagePosted)]
    assert links == [
        f"https://t.me/c/1234567890/{numbers[0]}",
        f"https://t.me/openchat/{numbers[1]}",
        None,
        None,
    ]
    assert links[0] == server.message_link(GROUP, numbers[0])


# Contents


async def test_an_album_is_several_messages_with_one_mark(server: TelegramServer, bot: TelegramMessenger) -> None:
    await server.send_message(GROUP, CITIZEN, "Смотрите", album=[b"one", b"two", b"three"])
    found = [event for event in await fetch_events(bot) if isinstance(event, MessagePosted)]
    assert [event.text for event in found] == ["Смотрите", "", ""]
    assert len({event.album for event in found}) == 1
    assert found[0].album
    pictures = [(await bot.download(event.attachments[0])).data for event in found]
    assert pictures == [b"one", b"two", b"three"]


@pytest.mark.parametrize(
    ("sent", "kind"),
    [
        ({"video": b"v"}, MediaKind.VIDEO),
        ({"video_note": b"n"}, MediaKind.VIDEO),
        ({"animation": b"a"}, MediaKind.VIDEO),
        ({"document": ("акт.pdf", b"d")}, MediaKind.DOCUMENT),
        ({"voice": b"o"}, MediaKind.VOICE),
        ({"audio": b"u"}, MediaKind.AUDIO),
        ({"sticker": b"s"}, MediaKind.STICKER),
    ],
)
async def test_files(server: TelegramServer, bot: TelegramMessenger, sent: dict[str, Any], kind: MediaKind) -> None:
    await server.send_message(GROUP, CITIZEN, **sent)
    [one] = (await posted_message(bot)).attachments
    assert one.kind is kind
    [content] = sent.values()
    found = await bot.download(one)
    assert found.data == (content[1] if isinstance(content, tuple) else content)
    if kind is MediaKind.DOCUMENT:
        assert (found.name, found.mime) == ("акт.pdf", "application/pdf")


async def test_a_place(server: TelegramServer, bot: TelegramMessenger) -> None:
    await server.send_message(GROUP, CITIZEN, location=(45.47, 133.42))
    [one] = (await posted_message(bot)).attachments
    assert (one.kind, one.latitude, one.longitude) == (MediaKind.LOCATION, 45.47, 133.42)
    place = {"latitude": 45.0, "longitude": 133.0}
    await server.send_message(
        GROUP, CITIZEN, raw={"venue": {"location": place, "title": "Вокзал", "address": "Ленина, 1"}}
    )
    [one] = (await posted_message(bot)).attachments
    assert (one.kind, one.name, one.latitude) == (MediaKind.LOCATION, "Вокзал, Ленина, 1", 45.0)


@pytest.mark.parametrize("field", ["poll", "contact", "story", "something_from_the_future"])
async def test_unknown_content_is_parsed_without_text(
    server: TelegramServer, bot: TelegramMessenger, field: str
) -> None:
    await server.send_message(GROUP, CITIZEN, raw={field: {"id": "1"}})
    [one] = (await posted_message(bot)).attachments
    assert one.kind is MediaKind.OTHER


@pytest.mark.parametrize(
    ("source", "name"),
    [(777, "Житель 777"), ("Пётр Скрытный", "Пётр Скрытный"), (CHANNEL, "Новости"), (GROUP, "Подслушано")],
)
async def test_forwarded_words(server: TelegramServer, bot: TelegramMessenger, source: int | str, name: str) -> None:
    server.channel(CHANNEL, "Новости")
    server.user(777, "Житель 777")
    await server.send_message(CITIZEN, CITIZEN, "Отключат воду", forward_from=source)
    event = await posted_message(bot)
    assert (event.forwarded_from, event.text) == (name, "Отключат воду")


async def test_a_forward_of_a_kind_to_be_invented(server: TelegramServer, bot: TelegramMessenger) -> None:
    await server.send_message(CITIZEN, CITIZEN, "Отключат воду", raw={"forward_origin": {"type": "hologram", "who": 5}})
    event = await posted_message(bot)
    assert event.text == "Отключат воду"
    assert event.forwarded_from


async def test_a_deep_link(server: TelegramServer, bot: TelegramMessenger) -> None:
    await server.start_bot(502, "invite-7")
    await server.send_message(502, 502, "/start@lgo_bot invite-8")
    await server.start_bot(502)
    found = [event.payload for event in await fetch_events(bot) if isinstance(event, MessagePosted)]
    assert found == ["invite-7", "invite-8", None]


@pytest.mark.parametrize("field", ["new_chat_members", "left_chat_member", "pinned_message", "new_chat_title"])
async def test_notices_of_telegram(server: TelegramServer, bot: TelegramMessenger, field: str) -> None:
    await server.send_message(GROUP, CITIZEN, raw={field: {}})
    event = await posted_message(bot)
    assert event.service
    assert event.attachments == ()


async def test_halves_of_signs_and_nul_do_not_get_in(server: TelegramServer, bot: TelegramMessenger) -> None:
    await server.send_message(
        GROUP, CITIZEN, "яма\0 \ud83d тут", raw={"from": {"id": CITIZEN, "first_name": "\udc00М\0"}}
    )
    event = await posted_message(bot)
    assert event.text == "яма \ufffd тут"
    assert event.author.name == "\ufffdМ"


# Changes of the bot's membership or rights


async def test_a_person_blocks_and_comes_back(server: TelegramServer, bot: TelegramMessenger) -> None:
    await server.block(CITIZEN)
    await server.unblock(CITIZEN)
    found = [(event.change, event.chat.kind) for event in await fetch_events(bot) if isinstance(event, ChatChanged)]
    assert found == [(ChatChange.BLOCKED, ChatKind.PRIVATE), (ChatChange.UNBLOCKED, ChatKind.PRIVATE)]


async def test_in_and_out_of_a_group(server: TelegramServer, bot: TelegramMessenger) -> None:
    await server.restrict_bot(GROUP)
    await server.kick_bot(GROUP)
    await server.invite_bot(GROUP)
    await server.invite_bot(GROUP, admin=True)
    found = [event.change for event in await fetch_events(bot) if isinstance(event, ChatChanged)]
    assert found == [ChatChange.BOT_MUTED, ChatChange.BOT_REMOVED, ChatChange.BOT_ADDED]


async def test_a_group_becomes_a_supergroup(server: TelegramServer, bot: TelegramMessenger) -> None:
    server.group(BASIC, "Малый", supergroup=False)
    new_id = await server.migrate(BASIC)
    change, notice = await fetch_events(bot)
    assert isinstance(change, ChatChanged)
    assert (change.change, change.chat.id, change.new_id) == (ChatChange.MIGRATED, str(BASIC), str(new_id))
    assert isinstance(notice, MessagePosted)
    assert notice.service
    assert notice.chat.id == str(new_id)


# Presses


async def test_a_press_under_a_message_that_is_gone(server: TelegramServer, bot: TelegramMessenger) -> None:
    await server.press_callback_data(CITIZEN, CITIZEN, 77, "t1:a")
    [event] = await fetch_events(bot)
    assert isinstance(event, ButtonPressed)
    assert (event.message_id, event.code, event.chat.id) == ("77", "t1:a", str(CITIZEN))


def test_a_press_without_a_message_or_without_a_code() -> None:
    person = {"id": 5, "is_bot": False, "first_name": "М"}
    [event] = parse_update({"callback_query": {"id": "1", "from": person, "data": "x"}}, "telegram")
    assert isinstance(event, ButtonPressed)
    assert event.message_id is None
    assert not parse_update({"callback_query": {"id": "1", "from": person, "game_short_name": "x"}}, "telegram")


# Odd shapes


def test_kinds_nobody_asked_for_are_passed_over() -> None:
    assert not parse_update({"update_id": 1, "poll": {}}, "telegram")
    with pytest.raises(UnknownUpdate) as caught:
        parse_update({"update_id": 1, "telepathy": {}}, "telegram")
    assert caught.value.kind == "telepathy"
    with pytest.raises(UnknownUpdate):
        parse_update({"update_id": 1}, "telegram")


@pytest.mark.parametrize("date", [None, "now", 10**20, -(10**18)])
def test_impossible_times(date: object) -> None:
    message = {"message_id": 1, "chat": {"id": 5, "type": "private"}, "from": {"id": 5}, "date": date}
    with pytest.raises(MalformedUpdate):
        parse_update({"message": message}, "telegram")


def test_moments_are_in_utc() -> None:
    message = {"message_id": 1, "chat": {"id": 5, "type": "private"}, "from": {"id": 5}, "date": 1_800_000_000}
    [event] = parse_update({"message": message}, "telegram")
    assert isinstance(event, MessagePosted)
    assert event.sent_at == datetime.fromtimestamp(1_800_000_000, UTC)


FIELDS = st.sampled_from(
    (
        "message",
        "edited_message",
        "channel_post",
        "callback_query",
        "my_chat_member",
        "chat",
        "from",
        "id",
        "type",
        "date",
        "text",
        "message_id",
        "data",
        "message_thread_id",
        "reply_to_message",
        "forward_origin",
        "sender_chat",
        "photo",
        "location",
        "venue",
        "video",
        "entities",
        "file_id",
        "old_chat_member",
        "new_chat_member",
        "status",
        "migrate_to_chat_id",
        "media_group_id",
    )
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 10**19) | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(FIELDS | st.text(max_size=4), inner, max_size=6),
    max_leaves=25,
)


@given(st.dictionaries(FIELDS | st.just("update_id"), JSON, max_size=4))
def test_no_shape_of_an_update_surprises(update: dict[str, Any]) -> None:
    assert ":" in conversation_key(update)
    try:
        parse_update(update, "telegram")
    except (UnknownUpdate, MalformedUpdate):
        return


ANY_FIELD = st.dictionaries(FIELDS | st.text(max_size=4), JSON, max_size=8)


@given(ANY_FIELD)
def test_no_odd_field_hides_a_message(odd: dict[str, Any]) -> None:
    must = {"message_id": 7, "chat": {"id": 5, "type": "private"}, "from": {"id": 5}, "date": 0, "text": "яма"}
    must |= {"migrate_to_chat_id": None, "sender_chat": None}
    [event] = parse_update({"update_id": 1, "message": odd | must}, "telegram")
    assert isinstance(event, MessagePosted)
    assert event.text == "яма"
