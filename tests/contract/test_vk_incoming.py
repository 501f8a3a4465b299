"""Acts of people in VK become neutral events."""

import asyncio
import json
from contextlib import suppress
from datetime import UTC

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.messengers.errors import FileUnavailable, MalformedUpdate, TemporaryFailure, UnknownUpdate
from bot.messengers.events import (
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
    OwnMessageSeen,
    PagePosted,
)
from bot.messengers.vk.chats import VkChats
from bot.messengers.vk.parsing import EVENT_PARSERS, IGNORED_EVENTS, parse_update, raw_update
from sandbox.faults import FaultKind
from tests.contract.vk_harness import CHAT, GROUP, IVAN, MARIA, PHOTO, open_vk_harness


@pytest.fixture
async def harness(sandbox):
    async with open_vk_harness(sandbox) as harness:
        yield harness


async def test_a_comment_under_a_post(harness):
    post = await harness.vk.post(GROUP, "Субботник в воскресенье")
    await harness.vk.comment(GROUP, post, MARIA, "На Ленина 45 открыт люк", photo=PHOTO)
    event = await harness.one_event(MessagePosted)
    place = f"wall-{GROUP}_{post}"
    assert event.chat == Chat(f"vk:{GROUP}", place, ChatKind.WALL, str(GROUP), "Администрация", str(post))
    assert (event.text, event.author.id, event.author.kind) == ("На Ленина 45 открыт люк", "7", AuthorKind.PERSON)
    assert event.reply_to is None
    assert event.link == f"https://vk.com/{place}?reply={event.message_id}"
    assert event.sent_at.tzinfo is UTC
    assert abs((harness.sandbox.change_log.now() - event.sent_at).total_seconds()) < 60
    (picture,) = event.attachments
    assert picture.kind is MediaKind.PHOTO
    assert (await harness.messenger.download(picture)).data == PHOTO


async def test_an_answer_in_a_thread_of_comments(harness):
    post = await harness.vk.post(GROUP, "Новость")
    first = await harness.vk.comment(GROUP, post, MARIA, "Когда включат воду?")
    second = await harness.vk.comment(GROUP, post, IVAN, "Тоже жду", reply_to=first)
    event = (await harness.new_events())[-1]
    assert event.reply_to == str(first)
    assert event.link.endswith(f"?reply={second}&thread={first}")


async def test_comments_change_go_and_return(harness):
    post = await harness.vk.post(GROUP, "Новость")
    comment = await harness.vk.comment(GROUP, post, MARIA, "Яма")
    await harness.vk.edit_comment(GROUP, post, comment, "Яма на Мира, 3")
    await harness.vk.delete_comment(GROUP, post, comment)
    await harness.vk.restore_comment(GROUP, post, comment)
    posted, edited, deleted, restored = await harness.new_events()
    assert isinstance(edited, MessageEdited)
    assert edited.message.text == "Яма на Мира, 3"
    assert deleted == MessageDeleted(posted.chat, str(comment))
    assert isinstance(restored, MessagePosted)
    assert restored.message_id == posted.message_id


async def test_visitors_write_on_the_wall_and_propose_posts(harness):
    await harness.vk.post(GROUP, "Своя запись никого не касается")
    post = await harness.vk.visitor_post(GROUP, MARIA, "Не горит фонарь", photos=[PHOTO])
    idea = await harness.vk.visitor_post(GROUP, IVAN, "Предложение", suggested=True)
    own, proposed = await harness.new_events()
    assert (own.chat.id, own.chat.kind, own.message_id) == (f"wall-{GROUP}_{post}", ChatKind.WALL, "post")
    assert own.link == f"https://vk.com/wall-{GROUP}_{post}"
    assert own.attachments[0].kind is MediaKind.PHOTO
    assert (proposed.chat.id, proposed.chat.kind) == (f"wall-{GROUP}_{idea}", ChatKind.SHOWCASE)


async def test_the_community_itself_is_no_person(harness):
    post = await harness.vk.post(GROUP, "Новость")
    await harness.vk.comment(GROUP, post, -GROUP, "Спасибо за сигнал")
    event = await harness.one_event(MessagePosted)
    assert (event.author.kind, event.author.id) == (AuthorKind.CHAT, f"-{GROUP}")


async def test_a_private_message_with_everything(harness):
    await harness.vk.send_message(
        GROUP,
        MARIA,
        "Смотрите",
        photos=[PHOTO],
        docs=[("план.pdf", b"%PDF-1.4")],
        video="Потоп",
        voice=b"OggS",
        sticker=9,
        geo=(45.4708, 133.4225),
    )
    event = await harness.one_event(MessagePosted)
    chat = event.chat
    assert (chat.id, chat.kind, chat.source_id) == (str(MARIA), ChatKind.PRIVATE, str(GROUP))
    assert (event.message_id, event.link) == ("1", f"https://vk.com/gim{GROUP}?sel={MARIA}")
    by_kind = {attachment.kind: attachment for attachment in event.attachments}
    assert set(by_kind) == set(MediaKind) - {MediaKind.AUDIO, MediaKind.OTHER}
    assert (by_kind[MediaKind.LOCATION].latitude, by_kind[MediaKind.LOCATION].longitude) == (45.4708, 133.4225)
    document = by_kind[MediaKind.DOCUMENT]
    assert (document.name, document.size) == ("план.pdf", 8)
    assert (await harness.messenger.download(document)).mime == "application/pdf"
    assert (await harness.messenger.download(by_kind[MediaKind.VOICE])).data == b"OggS"
    film = by_kind[MediaKind.VIDEO]
    assert film.name == "Потоп"
    assert film.link.startswith(f"https://vk.com/video{MARIA}_")
    with pytest.raises(FileUnavailable):
        await harness.messenger.download(film)


async def test_files_that_are_gone_or_too_large(harness, monkeypatch):
    monkeypatch.setattr("bot.messengers.vk.media.DOWNLOAD_LIMIT", 10)
    await harness.vk.send_message(GROUP, MARIA, photos=[b"\xff\xd8" + b"x" * 20], docs=[("a.txt", b"x" * 20)])
    picture, document = (await harness.one_event(MessagePosted)).attachments
    for attachment in (picture, document):
        with pytest.raises(FileUnavailable):
            await harness.messenger.download(attachment)
    monkeypatch.undo()
    harness.fail_next("file", FaultKind.HTTP_500)
    with pytest.raises(TemporaryFailure):
        await harness.messenger.download(picture)
    harness.vk.world.files.clear()
    with pytest.raises(FileUnavailable):
        await harness.messenger.download(picture)


async def test_forwarded_words_belong_to_the_message(harness):
    await harness.vk.send_message(GROUP, MARIA, "Перешлите коммунальщикам", forward=[(IVAN, "Прорвало трубу на Мира")])
    event = await harness.messenger.enrich(await harness.one_event(MessagePosted))
    assert event.text == "Перешлите коммунальщикам\n\nПрорвало трубу на Мира"
    assert event.forwarded_from == "Иван Петров"
    await harness.vk.send_message(GROUP, MARIA, forward=[(MARIA, "Своё же")])
    assert (await harness.one_event(MessagePosted)).forwarded_from is None


async def test_replies_payloads_and_the_button_start(harness):
    first = await harness.vk.send_message(GROUP, MARIA, "Раз")
    await harness.vk.send_message(GROUP, MARIA, "Два", reply_to=first.cmid)
    await harness.vk.send_message(GROUP, MARIA, "Начать", payload={"command": "start"}, ref="invite_9")
    await harness.vk.send_message(GROUP, MARIA, "Да", payload={"c": "y:1"})
    await harness.vk.send_message(GROUP, MARIA, "Да", payload='["x"]')
    _, reply, start, code, strange = await harness.new_events()
    assert reply.reply_to == str(first.cmid)
    assert (start.text, start.payload) == ("/start", "invite_9")
    assert (code.text, code.payload) == ("Да", "y:1")
    assert strange.payload == '["x"]'


async def test_conversations_of_several_people(harness):
    await harness.vk.send_to_conversation(GROUP, CHAT, MARIA, "Вода ржавая")
    event = await harness.one_event(MessagePosted)
    assert (event.chat.id, event.chat.kind) == (str(CHAT), ChatKind.GROUP)
    assert event.link == f"https://vk.com/gim{GROUP}?sel=c5"
    await harness.vk.send_to_conversation(GROUP, CHAT, MARIA, "", action={"type": "chat_title_update", "text": "х"})
    await harness.vk.send_to_conversation(
        GROUP, CHAT, MARIA, "", action={"type": "chat_invite_user", "member_id": -GROUP}
    )
    await harness.vk.send_to_conversation(
        GROUP, CHAT, MARIA, "", action={"type": "chat_kick_user", "member_id": -GROUP}
    )
    renamed, came, went = await harness.new_events()
    assert renamed.service
    assert (came.change, went.change) == (ChatChange.BOT_ADDED, ChatChange.BOT_REMOVED)


async def test_edits_of_people_count_ours_do_not(harness):
    message = await harness.vk.send_message(GROUP, MARIA, "Яма")
    await harness.vk.edit_message(GROUP, MARIA, message.cmid, "Яма у школы")
    posted, edited = await harness.new_events()
    assert isinstance(edited, MessageEdited)
    assert (edited.message.message_id, edited.message.text) == (posted.message_id, "Яма у школы")


async def test_allowing_and_forbidding_messages(harness):
    await harness.vk.allow_messages(GROUP, MARIA)
    await harness.vk.deny_messages(GROUP, MARIA)
    came, went = await harness.new_events()
    assert isinstance(came, ChatChanged)
    assert (came.change, went.change) == (ChatChange.UNBLOCKED, ChatChange.BLOCKED)
    assert went.chat.id == went.author.id == str(MARIA)


async def test_comments_where_we_cannot_answer(harness):
    places = {
        await harness.vk.photo_comment(GROUP, 31, MARIA, "а"): (f"photo-{GROUP}_31", "?reply="),
        await harness.vk.video_comment(GROUP, 32, MARIA, "б"): (f"video-{GROUP}_32", "?reply="),
        await harness.vk.market_comment(GROUP, 33, MARIA, "в"): (f"market-{GROUP}_33", "?reply="),
        await harness.vk.board_comment(GROUP, 34, MARIA, "г"): (f"topic-{GROUP}_34", "?post="),
    }
    for event in await harness.new_events():
        chat_id, query = places.pop(int(event.message_id))
        assert (event.chat.id, event.chat.kind) == (chat_id, ChatKind.SHOWCASE)
        assert event.link == f"https://vk.com/{chat_id}{query}{event.message_id}"
    assert not places


async def test_names_are_asked_for_once_and_together(harness):
    post = await harness.vk.post(GROUP, "Новость")
    for person in (MARIA, IVAN, MARIA):
        await harness.vk.comment(GROUP, post, person, "Здравствуйте")
    events = await harness.new_events()
    named = await asyncio.gather(*(harness.messenger.enrich(event) for event in events))
    assert [event.author.name for event in named] == ["Мария Кузнецова", "Иван Петров", "Мария Кузнецова"]
    assert await harness.messenger.enrich(events[0]) == named[0]
    assert await harness.messenger.enrich(MessageEdited(events[1])) == MessageEdited(named[1])
    assert [call["user_ids"] for call in harness.calls_of("users.get")] == [f"{MARIA},{IVAN}"]


@pytest.mark.parametrize("kind", [FaultKind.HTTP_500, FaultKind.HANG, FaultKind.REFUSE])
async def test_a_name_that_does_not_come_stops_nobody(harness, kind):
    await harness.vk.send_message(GROUP, MARIA, "Добрый день")
    event = await harness.one_event(MessagePosted)
    harness.fail_next("users.get", kind)
    hasty = harness.new_messenger(lookup=0.5)
    assert await hasty.enrich(event) == event
    await hasty.close()
    assert (await harness.messenger.enrich(event)).author.name == "Мария Кузнецова"


async def test_updates_keep_their_key_and_their_conversation(harness):
    post = await harness.vk.post(GROUP, "Новость")
    await harness.vk.comment(GROUP, post, MARIA, "Раз")
    await harness.vk.send_message(GROUP, MARIA, "Два")
    await harness.vk.visitor_post(GROUP, IVAN, "Три")
    batch = await harness.messenger.fetch()
    keys = {update.key for update in batch.updates}
    assert keys == {update.payload["event_id"] for update in batch.updates}
    assert [update.conversation for update in batch.updates][1:3] == [
        f"wall-{GROUP}_{post}:{MARIA}",
        f"{MARIA}:{MARIA}",
    ]


def read(payload):
    return parse_update(VkChats(f"vk:{GROUP}", GROUP, "Администрация"), payload)


@pytest.mark.parametrize("kind", sorted(IGNORED_EVENTS))
def test_irrelevant_updates_are_ignored(kind):
    assert read({"type": kind, "object": {}}) == ()


def test_our_own_words_come_back_and_mean_nothing():
    mine = {"out": 1, "peer_id": 7, "from_id": -GROUP, "date": 1, "conversation_message_id": 2, "text": "Ответ"}
    assert read({"type": "message_new", "object": {"message": mine}}) == ()
    assert read({"type": "message_edit", "object": mine}) == ()
    [seen] = read({"type": "message_reply", "object": mine})
    assert isinstance(seen, OwnMessageSeen), "whether the bot has sent it, the database knows"
    assert (seen.chat.id, seen.message_id) == ("7", "2")


async def test_the_communitys_own_post_is_a_sign_of_life(harness):
    post = await harness.vk.post(GROUP, "Новость")
    batch = await harness.messenger.fetch()
    [event] = harness.messenger.parse(batch.updates[0].payload)
    assert isinstance(event, PagePosted)
    assert (event.post_id, event.chat.source_id) == (str(post), str(GROUP))


def test_managers_own_message_is_parsed():
    mine = {"out": 1, "peer_id": 7, "from_id": -GROUP, "date": 1, "conversation_message_id": 2, "text": "Ответ"}
    [event] = read({"type": "message_reply", "object": mine | {"admin_author_id": 77}})
    assert (event.text, event.message_id, event.chat.id, event.chat.kind) == ("Ответ", "2", "7", ChatKind.PRIVATE)
    assert (event.author.id, event.author.kind, event.author.speaker) == (f"-{GROUP}", AuthorKind.CHAT, "77")


def test_an_update_of_an_unknown_kind_is_named():
    with pytest.raises(UnknownUpdate) as caught:
        read({"type": "hologram_new", "object": {}})
    assert caught.value.kind == "hologram_new"


GOOD = {"out": 0, "peer_id": 7, "from_id": 7, "date": 1700000000, "conversation_message_id": 2, "text": "Яма"}


@pytest.mark.parametrize(
    "payload",
    [
        {},
        {"type": 5},
        {"type": "message_new"},
        {"type": "message_new", "object": []},
        *({"type": "message_new", "object": {"message": {k: v for k, v in GOOD.items() if k != gone}}}
          for gone in ("peer_id", "from_id", "date", "conversation_message_id")),
        {"type": "message_new", "object": {"message": GOOD | {"date": 10**20}}},
        {"type": "message_new", "object": {"message": GOOD | {"text": 5}}},
        {"type": "message_new", "object": {"message": GOOD | {"attachments": {}}}},
        {"type": "wall_reply_new", "object": {"id": "x"}},
        {"type": "message_event", "object": {"user_id": 7}},
        {"type": "message_deny", "object": {"user_id": True}},
    ],
)  # fmt: skip
def test_unreadable_update_is_malformed(payload):
    with pytest.raises(MalformedUpdate):
        read(payload)


@pytest.mark.parametrize(
    "attachment",
    [
        {},
        {"type": "photo"},
        {"type": "photo", "photo": {"sizes": []}},
        {"type": "hologram", "hologram": {}},
        {"type": 4},
    ],
)
def test_a_strange_attachment_costs_no_words(attachment):
    (event,) = read({"type": "message_new", "object": {"message": GOOD | {"attachments": [attachment]}}})
    assert event.text == "Яма"
    assert [one.kind for one in event.attachments] == [MediaKind.OTHER]


@pytest.mark.parametrize(
    ("attachment", "kind", "name", "link"),
    [
        ({"type": "audio", "audio": {"artist": "Хор", "title": "Гимн"}}, MediaKind.AUDIO, "Хор — Гимн", None),
        ({"type": "graffiti", "graffiti": {"url": "https://a.ru/g.png"}}, MediaKind.PHOTO, "graffiti.png", None),
        ({"type": "poll", "poll": {"id": 1}}, MediaKind.OTHER, "poll", None),
        (
            {"type": "audio_message", "audio_message": {"link_mp3": "https://a.ru/v.mp3"}},
            MediaKind.VOICE,
            "voice.mp3",
            None,
        ),
        (
            {"type": "photo", "photo": {"id": 1, "owner_id": 7, "orig_photo": {"url": "https://a.ru/o.jpg"}}},
            MediaKind.PHOTO,
            "photo7_1.jpg",
            "https://vk.com/photo7_1",
        ),
    ],
    ids=lambda value: value.get("type") if isinstance(value, dict) else "",
)
def test_every_kind_of_attachment_has_a_word(attachment, kind, name, link):
    (event,) = read({"type": "message_new", "object": {"message": GOOD | {"attachments": [attachment]}}})
    (found,) = event.attachments
    assert (found.kind, found.name, found.link) == (kind, name, link)


def test_the_largest_picture_is_chosen_also_without_measures():
    sizes = [{"type": letter, "url": f"https://a.ru/{letter}", "width": 0, "height": 0} for letter in "wsmz"]
    photo = {"type": "photo", "photo": {"id": 1, "owner_id": 7, "sizes": sizes}}
    (event,) = read({"type": "message_new", "object": {"message": GOOD | {"attachments": [photo]}}})
    assert event.attachments[0].ref == "https://a.ru/w"


@pytest.mark.parametrize(
    ("geo", "point"),
    [
        ({"coordinates": "45.47 133.42"}, (45.47, 133.42)),
        ({"coordinates": {"latitude": 45.47, "longitude": 133.42}}, (45.47, 133.42)),
        ({"coordinates": "somewhere"}, None),
        ({}, None),
    ],
)
def test_a_place_on_the_map_in_both_spellings(geo, point):
    post = {"id": 5, "owner_id": -GROUP, "from_id": 7, "date": 1700000000, "text": "Яма", "geo": geo}
    (event,) = read({"type": "wall_post_new", "object": post})
    assert [(one.latitude, one.longitude) for one in event.attachments] == ([point] if point else [])


@pytest.mark.parametrize(
    ("payload", "code"),
    [({"c": "t:1"}, "t:1"), ('{"c":"t:1"}', "t:1"), ({"x": 1}, '{"x": 1}'), ("not json", "not json"), (None, "")],
)
def test_a_press_carries_its_code_however_vk_writes_it(payload, code):
    thing = {"user_id": 7, "peer_id": 7, "event_id": "e:1", "payload": payload, "conversation_message_id": 3}
    (event,) = read({"type": "message_event", "object": thing})
    assert isinstance(event, ButtonPressed)
    assert (event.code, event.message_id) == (code, "3")


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.sampled_from([*GOOD, "object", "message", "type", "attachments", "photo", "geo"]), inner)
    ),
    max_leaves=25,
)


@given(kind=st.sampled_from([*EVENT_PARSERS, "?"]), thing=JSON)
def test_no_update_breaks_anything(kind, thing):
    update = raw_update({"type": kind, "object": thing})
    assert update.key == raw_update({"type": kind, "object": json.loads(json.dumps(thing))}).key
    assert isinstance(update.conversation, str)
    assert isinstance(raw_update(thing).key, str)
    with suppress(UnknownUpdate, MalformedUpdate):
        read(update.payload)
