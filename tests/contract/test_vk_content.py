"""Every kind of content in VK is read into words, shown as a file, or named as not read."""

from typing import Any

import pytest

from bot.messengers.events import MediaKind, MessageEdited, MessagePosted
from bot.messengers.vk.words import render_mentions
from sandbox.faults import FaultKind
from tests.contract.harness import fetch_events
from tests.contract.vk_harness import CHAT, GROUP, IVAN, MARIA, PHOTO, open_vk_harness

POST = {"id": 5, "owner_id": -3, "from_id": -3, "text": "На Мира прорвало трубу"}
PICTURE = {"id": 1, "owner_id": 7, "sizes": [{"url": "https://a.ru/p.jpg", "type": "w"}]}

CONTENT: dict[str, tuple[dict[str, Any], str | MediaKind]] = {
    # Words, or the kind of file; `MediaKind.OTHER` is named to the person as not read.
    "album": ({"title": "Двор", "id": 2}, "Двор"),
    "app": ({"name": "Опросы", "id": 2}, "Опросы"),
    "article": ({"title": "О воде", "url": "https://vk.com/@town-water"}, "О воде (https://vk.com/@town-water)"),
    "audio": ({"artist": "Хор", "title": "Гимн"}, MediaKind.AUDIO),
    "audio_message": ({"link_ogg": "https://a.ru/v.ogg", "transcript": "нет воды"}, MediaKind.VOICE),
    "audio_playlist": ({"title": "Песни"}, "Песни"),
    "call": ({"initiator_id": 7, "state": "reached"}, MediaKind.OTHER),
    "clip": ({"id": 2, "owner_id": 7, "title": "Потоп"}, MediaKind.VIDEO),
    "doc": ({"id": 2, "owner_id": 7, "title": "план.pdf", "url": "https://a.ru/d"}, MediaKind.DOCUMENT),
    "donut_link": ({"text": "Поддержать", "owner_id": -3}, "Поддержать"),
    "event": ({"id": 3, "text": "Сход граждан", "address": "Мира, 3"}, "Сход граждан"),
    "gift": ({"id": 3, "thumb_256": "https://a.ru/g.png"}, MediaKind.OTHER),
    "graffiti": ({"id": 3, "owner_id": 7, "url": "https://a.ru/g.png"}, MediaKind.PHOTO),
    "group": ({"id": 3, "text": "Посёлок"}, "Посёлок"),
    "hologram": ({"glow": 1}, MediaKind.OTHER),
    "link": ({"title": "Новость", "url": "https://town.ru/n"}, "Новость (https://town.ru/n)"),
    "market": (
        {"id": 2, "owner_id": -3, "title": "Дрова", "price": {"text": "900 ₽"}},
        "Дрова, 900 ₽ (https://vk.com/market-3?w=product-3_2)",
    ),
    "market_album": ({"id": 2, "owner_id": -3, "title": "Дрова"}, "Дрова"),
    "market_market_album": ({"id": 2, "owner_id": -3, "title": "Дрова"}, "Дрова"),
    "mini_app": ({"title": "Госуслуги", "url": "https://vk.com/app1"}, "Госуслуги (https://vk.com/app1)"),
    "note": ({"title": "Заметка", "view_url": "https://vk.com/note7_1"}, "Заметка (https://vk.com/note7_1)"),
    "page": ({"title": "Правила", "view_url": "https://vk.com/page-3_1"}, "Правила (https://vk.com/page-3_1)"),
    "photo": (PICTURE, MediaKind.PHOTO),
    "photos_list": ({"text": "7_1,7_2"}, "7_1,7_2"),
    "podcast": ({"title": "Выпуск 1", "url": "https://vk.com/podcast-3_1"}, "Выпуск 1 (https://vk.com/podcast-3_1)"),
    "podcasts": ({"title": "Выпуск 1"}, "Выпуск 1"),
    "poll": ({"question": "Кто за?", "answers": [{"text": "Да"}, {"text": "Нет"}]}, "Кто за?\n• Да\n• Нет"),
    "posted_photo": ({"id": 1, "owner_id": 7, "photo_604": "https://a.ru/p.jpg"}, MediaKind.PHOTO),
    "situational_theme": ({"title": "Паводок"}, "Паводок"),
    "sticker": ({"sticker_id": 9, "images": [{"url": "https://a.ru/s.png"}]}, MediaKind.STICKER),
    "story": ({"id": 4, "owner_id": 7}, "https://vk.com/story7_4"),
    "textlive": ({"title": "Хроника", "url": "https://vk.com/textlive1"}, "Хроника (https://vk.com/textlive1)"),
    "textpost": ({"text": "Эфир"}, "Эфир"),
    "textpost_publish": ({"title": "Эфир"}, "Эфир"),
    "video": ({"id": 2, "owner_id": 7, "title": "Потоп"}, MediaKind.VIDEO),
    "video_playlist": ({"title": "Двор"}, "Двор"),
    "wall": (POST, "На Мира прорвало трубу\nhttps://vk.com/wall-3_5"),
    "wall_reply": (POST | {"post_id": 4}, "На Мира прорвало трубу\nhttps://vk.com/wall-3_4?reply=5"),
}  # fmt: skip
"""An attachment of every type in VK's schema 5.199 (messages, posts, comments), of the types that its documentation
adds (story, mini_app, podcast), and of one that does not exist."""


@pytest.fixture
async def harness(sandbox):
    async with open_vk_harness(sandbox, poll=0) as harness:
        yield harness


@pytest.mark.parametrize("kind", sorted(CONTENT))
async def test_every_kind_of_content_is_read_shown_or_named(harness, kind):
    body, expected = CONTENT[kind]
    await harness.vk.send_message(GROUP, MARIA, "Смотрите", raw_attachments=[{"type": kind, kind: body}])
    event = await harness.one_event(MessagePosted)
    if not isinstance(expected, MediaKind):
        assert (event.text, event.attachments) == (f"Смотрите\n{expected}", ())
        return
    (found,) = event.attachments
    assert found.kind is expected
    assert found.kind is not MediaKind.OTHER or found.name == kind
    assert event.text == ("Смотрите\nнет воды" if kind == "audio_message" else "Смотрите")


async def test_a_shared_post_brings_its_pictures_and_the_post_it_shares(harness):
    inner = POST | {"text": "Там же", "attachments": [{"type": "photo", "photo": PICTURE}]}
    shared = POST | {"copy_history": [inner], "attachments": [{"type": "poll", "poll": {"question": "Давно?"}}]}
    await harness.vk.send_message(GROUP, MARIA, raw_attachments=[{"type": "wall", "wall": shared}])
    event = await harness.one_event(MessagePosted)
    assert event.text == "На Мира прорвало трубу\nДавно?\n\nТам же\nhttps://vk.com/wall-3_5"
    assert [one.kind for one in event.attachments] == [MediaKind.PHOTO]


async def test_a_visitors_post_with_a_poll_and_a_place(harness):
    poll = {"type": "poll", "poll": {"question": "Кому темно?", "answers": [{"text": "Мне"}]}}
    place = {"type": "place", "coordinates": "45.47 133.42", "place": {"title": "Сквер", "address": "Мира, 3"}}
    await harness.vk.visitor_post(GROUP, MARIA, "Фонарь", raw_attachments=[poll], geo=place)
    event = await harness.one_event(MessagePosted)
    assert event.text == "Фонарь\nКому темно?\n• Мне\nСквер, Мира, 3"
    assert [one.point for one in event.attachments] == [(45.47, 133.42)]


async def test_an_address_that_the_text_names_is_not_repeated(harness):
    preview = {"type": "link", "link": {"title": "Город", "url": "https://town.ru/n/"}}
    await harness.vk.comment(
        GROUP, await harness.vk.post(GROUP, "Новость"), MARIA, "См. town.ru/n", raw_attachments=[preview]
    )
    assert (await harness.one_event(MessagePosted)).text == "См. town.ru/n"  # fmt: skip


async def test_forwarded_words_are_read_at_every_level(harness):
    deep = {"from_id": IVAN, "text": "Прорвало", "reply_message": {"from_id": IVAN, "text": "Где?", "date": 1}}
    forwarded = {"from_id": IVAN, "text": "Смотри", "fwd_messages": [deep]}
    await harness.vk.send_message(GROUP, MARIA, "Вот", forward=[forwarded])
    assert (await harness.one_event(MessagePosted)).text == "Вот\n\nСмотри\n\nПрорвало\n\nГде?"


async def test_a_message_whose_pictures_vk_left_out_arrives_whole(harness):
    await harness.vk.send_message(GROUP, MARIA, "Двор", photos=[PHOTO] * 9)
    await harness.vk.edit_message(GROUP, MARIA, 1, "Наш двор")
    posted, edited = await fetch_events(harness.messenger)
    assert isinstance(posted, MessagePosted)
    assert isinstance(edited, MessageEdited)
    for message in (posted, edited.message):
        assert [one.kind for one in message.attachments] == [MediaKind.PHOTO] * 9
        assert not message.cropped
    assert edited.message.text == "Наш двор"


async def test_forwarded_pictures_that_vk_left_out_arrive_whole(harness):
    photos = [{"type": "photo", "photo": PICTURE}] * 8
    await harness.vk.send_message(GROUP, MARIA, forward=[{"from_id": IVAN, "text": "Двор", "attachments": photos}])
    (event,) = await fetch_events(harness.messenger)
    assert [one.kind for one in event.attachments] == [MediaKind.PHOTO] * 8


@pytest.mark.parametrize("kind", [FaultKind.HTTP_500, FaultKind.HANG])
async def test_pictures_that_cannot_be_had_are_named(sandbox, kind):
    async with open_vk_harness(sandbox, poll=0, lookup=0.5) as harness:
        await harness.vk.send_to_conversation(GROUP, CHAT, MARIA, "Двор", photos=[PHOTO] * 8)
        harness.fail_next("messages.getByConversationMessageId", kind)
        (event,) = await fetch_events(harness.messenger)
    assert [(one.kind, one.name) for one in event.attachments][1:] == [(MediaKind.OTHER, "часть вложений")]


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        ("[id1|Мария], спасибо", "Мария, спасибо"),
        ("[club1|Мой город] и [public2|Новости]", "Мой город и Новости"),
        ("[id5:bp-1_22|Мария], когда?", "Мария, когда?"),
        ("@id1 (Мария) и *club2 (Город)", "Мария и Город"),
        ("[https://vk.com/wall-1_2|запись]", "запись (https://vk.com/wall-1_2)"),
        ("[https://vk.com/id1|https://vk.com/id1]", "https://vk.com/id1"),
        ("[кв. 5|подъезд 2] дом [3]", "[кв. 5|подъезд 2] дом [3]"),
        ("[id1|] @id1 почта@id1.ru", "[id1|] @id1 почта@id1.ru"),
    ],
)
def test_mentions_are_shown_by_name(raw, shown):
    assert render_mentions(raw) == shown


@pytest.mark.parametrize(
    ("state", "name"), [("deleted", "Удалённый пользователь"), ("banned", "Мария Кузнецова"), (None, "Мария Кузнецова")]
)
async def test_a_deleted_page_has_no_name_of_vks(harness, state, name):
    if state:
        harness.vk.deactivate_user(MARIA, state)
    await harness.vk.send_message(GROUP, MARIA, "Яма")
    (event,) = await fetch_events(harness.messenger)
    assert event.author.name == name


async def test_the_words_of_a_community_are_shared_with_its_address(harness):
    await harness.vk.send_message(GROUP, MARIA, forward=[(-3, "Потоп")])
    (event,) = await fetch_events(harness.messenger)
    assert event.forwarded_from == "vk.com/club3"
