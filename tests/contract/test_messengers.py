"""The suite that every messenger passes; ``harness.py`` says how a messenger joins."""

import asyncio
import time
import traceback
from contextlib import suppress
from datetime import UTC
from typing import Any, cast

import pytest

from bot.messengers.content import Bold, Button, Content, Link, Mention, Mono, Quote, Text
from bot.messengers.errors import (
    BadCredentials,
    CallbackExpired,
    FileUnavailable,
    MalformedUpdate,
    MessengerError,
    NotModified,
    RecipientUnreachable,
    ReplyTargetGone,
    RetryAfter,
    TemporaryFailure,
    UnknownUpdate,
)
from bot.messengers.events import (
    Attachment,
    AuthorKind,
    ButtonPressed,
    ChatKind,
    MediaKind,
    MessageEdited,
    MessagePosted,
    Upload,
)
from bot.messengers.http_body import MAX_JSON_DEPTH
from bot.messengers.port import MenuCommand, PublishedAnswer, Severity, Target, Visibility, WebhookReceiver
from sandbox.faults import Fault, FaultKind
from tests.contract.harness import TOKEN, MessengerHarness, fetch_events

HOLE = "На Ленина 45 третий день открыт люк"
CARD = Content.of(
    Bold("№142 · Дороги"),
    Text("\n"),
    Quote(HOLE),
    Text("\nпринять до 15:30"),
    keyboard=[[Button("Принять", "t1:a"), Button("Ответить", "t1:r")], [Button("Ещё", "t1:m")]],
    whole=True,
)
NASTY = [
    "<b>жирно</b> & <script>alert(1)</script> *звёзды* _подчёркнуто_ [скобки](http://a.ru) `код`",
    "'; DROP TABLE ticket; --",
    "справа\u202eаверпс \u200bнулевая\u200b ширина",
    "😀" * 200,
    "=HYPERLINK(1) +7 -1 @all",
    "[дом|двор] @all #хэштег",
]
MENTIONS = "[id1|club1] @id1 (имя)"


async def only_event(harness: MessengerHarness) -> MessagePosted:
    [event] = await fetch_events(harness.messenger)
    assert isinstance(event, MessagePosted)
    return event


# Incoming


async def test_a_private_message(harness: MessengerHarness) -> None:
    message_id = await harness.write_privately(HOLE)
    event = await only_event(harness)
    assert (event.text, event.message_id) == (HOLE, message_id)
    assert event.chat.account == harness.messenger.account
    assert (event.chat.kind, event.chat.id) == (ChatKind.PRIVATE, harness.private.id)
    assert (event.author.id, event.author.kind) == (harness.citizen, AuthorKind.PERSON)
    assert event.author.name == "Мария Кузнецова"
    assert event.sent_at.tzinfo is UTC
    assert not event.automatic
    assert not event.service


async def test_an_update_that_is_brought_reads_like_one_that_is_polled(harness: MessengerHarness) -> None:
    await harness.write_privately(HOLE)
    [polled] = (await harness.messenger.fetch()).updates
    pushing = cast(WebhookReceiver, harness.messenger)
    brought = pushing.receive({**polled.payload, "secret": "hush"} if "event_id" in polled.payload else polled.payload)
    assert brought == polled
    assert pushing.accepts(polled.payload)
    assert await pushing.handshake(polled.payload, trusted=True) is None
    assert not pushing.header_secret({})
    assert pushing.body_secret(polled.payload) == ""


async def test_a_press_is_known_before_it_is_parsed(harness: MessengerHarness) -> None:
    sent = await harness.messenger.send(Target(harness.private), CARD, key="1")
    await harness.write_privately(HOLE)
    await harness.press_button(sent.ids[0], "Принять")
    updates = [one for one in (await harness.messenger.fetch()).updates if harness.messenger.parse(one.payload)]
    parsed = [isinstance(event, ButtonPressed) for one in updates for event in harness.messenger.parse(one.payload)]
    assert [one.is_press for one in updates] == parsed
    assert sorted(parsed) == [False, True]


async def test_a_public_message(harness: MessengerHarness) -> None:
    message_id = await harness.write_publicly(HOLE)
    event = await only_event(harness)
    assert (event.text, event.message_id) == (HOLE, message_id)
    assert (event.chat.id, event.chat.kind, event.chat.source_id) == (
        harness.public.id,
        harness.public.kind,
        harness.public.source_id,
    )
    assert event.author.id == harness.citizen
    assert event.link is not None
    assert event.link.startswith("https://")


async def test_a_reply_names_what_it_replies_to(harness: MessengerHarness) -> None:
    first = await harness.write_publicly(HOLE)
    await harness.write_publicly("И у нас тоже", reply_to=first)
    _, event = await fetch_events(harness.messenger)
    assert isinstance(event, MessagePosted)
    assert event.reply_to == first


async def test_an_edit(harness: MessengerHarness) -> None:
    message_id = await harness.write_publicly(HOLE)
    posted = await only_event(harness)
    await harness.edit_publicly(message_id, HOLE + "!")
    [event] = await fetch_events(harness.messenger)
    assert isinstance(event, MessageEdited)
    assert (event.message.message_id, event.message.text) == (message_id, HOLE + "!")
    assert event.message.chat == posted.chat
    assert event.message.author.id == posted.author.id


@pytest.mark.parametrize("text", NASTY)
async def test_a_citizens_words_arrive_as_they_are(harness: MessengerHarness, text: str) -> None:
    await harness.write_privately(text)
    assert (await only_event(harness)).text == text


@pytest.mark.parametrize("public", [False, True])
async def test_a_photo_with_words(harness: MessengerHarness, public: bool) -> None:
    write = harness.write_publicly if public else harness.write_privately
    await write("Вот она", photo=b"the largest picture")
    event = await only_event(harness)
    assert event.text == "Вот она"
    [picture] = event.attachments
    assert (picture.kind, picture.origin) == (MediaKind.PHOTO, harness.messenger.account)
    assert (await harness.messenger.download(picture)).data == b"the largest picture"


async def test_a_strangers_file_is_not_downloaded(harness: MessengerHarness) -> None:
    with pytest.raises(FileUnavailable):
        await harness.messenger.download(Attachment(MediaKind.PHOTO, "elsewhere", "ref"))


async def test_conversations_keep_their_order_by_chat_and_author(harness: MessengerHarness) -> None:
    await harness.write_privately("раз")
    await harness.write_privately("два")
    await harness.write_publicly("три")
    first, second, third = (await harness.messenger.fetch()).updates
    assert first.conversation == second.conversation != third.conversation
    assert len({first.key, second.key, third.key}) == 3


async def test_unstored_updates_come_again_after_restart(harness: MessengerHarness) -> None:
    stored = (await harness.messenger.fetch()).cursor
    await harness.write_privately("раз")
    await harness.write_publicly("два")
    lost = await harness.messenger.fetch()
    again = harness.new_messenger()
    again.set_cursor(stored)
    try:
        found = await again.fetch()
    finally:
        await again.close()
    assert [one.key for one in found.updates] == [one.key for one in lost.updates]
    assert [one.payload for one in found.updates] == [one.payload for one in lost.updates]


async def test_stored_updates_do_not_come_again(harness: MessengerHarness) -> None:
    await harness.write_privately("раз")
    before = await harness.messenger.fetch()
    await harness.write_privately("два")
    after = await harness.messenger.fetch()
    assert {one.key for one in before.updates}.isdisjoint(one.key for one in after.updates)
    assert (len(before.updates), len(after.updates)) == (1, 1)
    assert not (await harness.messenger.fetch()).updates


async def test_a_failed_poll_loses_nothing(harness: MessengerHarness) -> None:
    await harness.write_privately("раз")
    harness.faults.order(harness.poll_method, Fault(FaultKind.DROP))
    with pytest.raises(TemporaryFailure):
        await harness.messenger.fetch()
    assert (await only_event(harness)).text == "раз"


async def test_odd_updates_harm_nobody(harness: MessengerHarness) -> None:
    await harness.push(harness.unknown_update())
    await harness.push(harness.malformed_update())
    await harness.write_privately(HOLE)
    unknown, malformed, good = (await harness.messenger.fetch()).updates
    with pytest.raises(UnknownUpdate):
        harness.messenger.parse(unknown.payload)
    with pytest.raises(MalformedUpdate):
        harness.messenger.parse(malformed.payload)
    [event] = harness.messenger.parse(good.payload)
    assert isinstance(event, MessagePosted)


async def test_a_poll_can_be_cancelled(harness: MessengerHarness) -> None:
    harness.faults.order(harness.poll_method, Fault(FaultKind.HANG))
    began = time.monotonic()
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(harness.messenger.fetch(), 0.2)
    assert time.monotonic() - began < 3


# Outgoing


async def test_a_card_with_buttons(harness: MessengerHarness) -> None:
    [part] = harness.messenger.split(CARD, ChatKind.PRIVATE)
    sent = await harness.messenger.send(Target(harness.private), part, key="k1")
    [shown] = harness.shown_privately()
    assert sent.ids == (shown.id,)
    assert shown.buttons == (("Принять", "Ответить"), ("Ещё",))
    for words in ("№142 · Дороги", HOLE, "принять до 15:30"):
        assert words in shown.text


async def test_an_answer_is_a_reply_to_the_citizens_message(harness: MessengerHarness) -> None:
    message_id = await harness.write_publicly(HOLE)
    event = await only_event(harness)
    [part] = harness.messenger.split(Content.of("Люк закрыт."), event.chat.kind)
    sent = await harness.messenger.send(Target(event.chat, message_id), part, key="k1")
    [shown] = harness.shown_publicly()
    assert (shown.text, shown.reply_to, shown.id) == ("Люк закрыт.", message_id, sent.ids[0])
    assert sent.link is not None


async def test_a_reply_in_private(harness: MessengerHarness) -> None:
    message_id = await harness.write_privately(HOLE)
    [part] = harness.messenger.split(Content.of("Люк закрыт."), ChatKind.PRIVATE)
    await harness.messenger.send(Target(harness.private, message_id), part, key="k1")
    [shown] = harness.shown_privately()
    assert (shown.text, shown.reply_to) == ("Люк закрыт.", message_id)


async def test_the_message_to_reply_to_is_gone(harness: MessengerHarness) -> None:
    message_id = await harness.write_publicly(HOLE)
    event = await only_event(harness)
    await harness.delete_publicly(message_id)
    await harness.messenger.fetch()
    [part] = harness.messenger.split(Content.of("Люк закрыт."), event.chat.kind)
    with pytest.raises(ReplyTargetGone):
        await harness.messenger.send(Target(event.chat, message_id), part, key="k1")
    named = Content.of(Mention(event.author.name or "Мария", event.author.id), ", люк закрыт.")
    [part] = harness.messenger.split(named, event.chat.kind)
    await harness.messenger.send(Target(event.chat), part, key="k2")
    [shown] = harness.shown_publicly()
    assert shown.text in (named.plain_text, f"[id{event.author.id}|{event.author.name}], люк закрыт.")


@pytest.mark.parametrize("kind", [ChatKind.PRIVATE, ChatKind.GROUP, ChatKind.WALL])
def test_a_long_text_is_parted_and_nothing_is_lost(harness: MessengerHarness, kind: ChatKind) -> None:
    words = "\n\n".join(f"Абзац {number}. " + "Слова о дороге. " * 60 for number in range(12))
    keyboard = CARD.keyboard
    made = harness.messenger.split(Content((Text(words),), keyboard), kind)
    assert len(made) > 1
    assert all(len(part.plain_text) <= harness.messenger.capabilities.text_limit for part in made)
    assert "".join("".join(part.plain_text for part in made).split()) == "".join(words.split())
    assert [bool(part.keyboard) for part in made] == [False] * (len(made) - 1) + [True]


async def test_every_part_of_a_long_text_is_accepted(harness: MessengerHarness) -> None:
    words = "Очень длинный ответ 😀 с подробностями. " * 300
    made = harness.messenger.split(Content((Text(words),)), ChatKind.PRIVATE)
    for number, part in enumerate(made):
        await harness.messenger.send(Target(harness.private), part, key=f"k{number}")
    assert "".join("".join(one.text for one in harness.shown_privately()).split()) == "".join(words.split())


def test_whole_content_is_cut_not_split(harness: MessengerHarness) -> None:
    long_card = Content((Text("№142\n"), Quote("слово " * 2000), Text("\nдо 15:30")), CARD.keyboard, whole=True)
    [part] = harness.messenger.split(long_card, ChatKind.PRIVATE)
    assert len(part.plain_text) <= harness.messenger.capabilities.text_limit
    assert part.keyboard == CARD.keyboard
    assert part.plain_text.startswith("№142")
    assert "…" in part.plain_text
    assert part.plain_text.endswith("до 15:30")


async def test_a_cut_card_is_accepted(harness: MessengerHarness) -> None:
    long_card = Content((Bold("№142\n"), Quote("😀 слово " * 1000), Text("\nдо 15:30")), CARD.keyboard, whole=True)
    [part] = harness.messenger.split(long_card, ChatKind.PRIVATE)
    await harness.messenger.send(Target(harness.private), part, key="k1")
    assert harness.shown_privately()[0].buttons


@pytest.mark.parametrize("text", [*NASTY, MENTIONS, "\0\x07нуль", "\ud83d половина", "а" * 4096, "\u200b", ""])
async def test_any_words_can_be_sent(harness: MessengerHarness, text: str) -> None:
    made = harness.messenger.split(Content.of(Quote(text), Text(""), Bold(text)), ChatKind.PRIVATE)
    assert made
    for number, part in enumerate(made):
        await harness.messenger.send(Target(harness.private), part, key=f"k{number}")
    if text in NASTY[:2]:
        assert text in harness.shown_privately()[0].text


async def test_a_link_is_shown(harness: MessengerHarness) -> None:
    [part] = harness.messenger.split(Content.of("см. ", Link("здесь", "https://example.ru/1")), ChatKind.PRIVATE)
    await harness.messenger.send(Target(harness.private), part, key="k1")
    assert "здесь" in harness.shown_privately()[0].text


@pytest.mark.parametrize("length", [200, 1000, 5000])
async def test_words_to_copy(harness: MessengerHarness, length: int) -> None:
    """The text arrives unchanged; a button that copies it exists only where the text is short enough."""
    words = "<Засыплем> & укатаем 😀 " * (length // 20)
    copied = words[:length]
    rows = [[Button("Скопировать", copies=copied), Button("Готово", "t1:p")], [Button("Ещё раз", copies=copied)]]
    made = harness.messenger.split(Content((Mono(words),), tuple(map(tuple, rows))), ChatKind.PRIVATE)
    for number, part in enumerate(made):
        await harness.messenger.send(Target(harness.private), part, key=f"k{number}")
    shown = harness.shown_privately()
    assert "".join("".join(one.text for one in shown).split()) == "".join(words.split())
    if len(copied.encode("utf-16-le")) // 2 <= harness.messenger.capabilities.copy_button_limit:
        assert shown[-1].buttons == (("Скопировать", "Готово"), ("Ещё раз",))
    else:
        assert shown[-1].buttons == (("Готово",),)


async def test_an_edit_of_a_card(harness: MessengerHarness) -> None:
    [part] = harness.messenger.split(CARD, ChatKind.PRIVATE)
    sent = await harness.messenger.send(Target(harness.private), part, key="k1")
    changed = Content.of("№142 · В работе", keyboard=[[Button("Ответить", "t1:r")]], whole=True)
    [part] = harness.messenger.split(changed, ChatKind.PRIVATE)
    await harness.messenger.edit(harness.private, sent.ids[0], part)
    [shown] = harness.shown_privately()
    assert (shown.id, shown.text, shown.buttons) == (sent.ids[0], "№142 · В работе", (("Ответить",),))
    with suppress(NotModified):  # not every messenger refuses
        await harness.messenger.edit(harness.private, sent.ids[0], part)
    [part] = harness.messenger.split(Content.of("Закрыто", whole=True), ChatKind.PRIVATE)
    await harness.messenger.edit(harness.private, sent.ids[0], part)
    assert harness.shown_privately() == [harness.shown_privately()[0]]
    assert harness.shown_privately()[0].buttons == ()


async def test_an_edit_of_an_answer(harness: MessengerHarness) -> None:
    message_id = await harness.write_publicly(HOLE)
    event = await only_event(harness)
    if event.chat.kind not in harness.messenger.capabilities.can_edit_in:
        pytest.skip("this messenger allows no edits there")
    [part] = harness.messenger.split(Content.of("Закроем завтра."), event.chat.kind)
    sent = await harness.messenger.send(Target(event.chat, message_id), part, key="k1")
    [part] = harness.messenger.split(Content.of("Закрыто."), event.chat.kind)
    await harness.messenger.edit(event.chat, sent.ids[0], part)
    assert [one.text for one in harness.shown_publicly()] == ["Закрыто."]


async def test_a_message_to_edit_that_is_not_there(harness: MessengerHarness) -> None:
    [part] = harness.messenger.split(CARD, ChatKind.PRIVATE)
    with pytest.raises(MessengerError) as caught:
        await harness.messenger.edit(harness.private, "99999", part)
    assert not isinstance(caught.value, TemporaryFailure)


async def test_a_press(harness: MessengerHarness) -> None:
    [part] = harness.messenger.split(CARD, ChatKind.PRIVATE)
    sent = await harness.messenger.send(Target(harness.private), part, key="k1")
    await harness.messenger.fetch()
    await harness.press_button(sent.ids[0], "Принять")
    [event] = await fetch_events(harness.messenger)
    assert isinstance(event, ButtonPressed)
    assert (event.code, event.message_id, event.author.id) == ("t1:a", sent.ids[0], harness.citizen)
    assert (event.chat.id, event.chat.kind) == (harness.private.id, ChatKind.PRIVATE)
    await harness.messenger.answer_callback(event.callback_id, "Принято")
    assert harness.press_answers() == ["Принято"]


async def test_a_press_is_answered_once(harness: MessengerHarness) -> None:
    [part] = harness.messenger.split(CARD, ChatKind.PRIVATE)
    sent = await harness.messenger.send(Target(harness.private), part, key="k1")
    await harness.messenger.fetch()
    await harness.press_button(sent.ids[0], "Ещё")
    [event] = await fetch_events(harness.messenger)
    assert isinstance(event, ButtonPressed)
    await harness.messenger.answer_callback(event.callback_id)
    with pytest.raises(CallbackExpired):
        await harness.messenger.answer_callback(event.callback_id)


async def test_bytes_become_a_picture(harness: MessengerHarness) -> None:
    picture = Upload(MediaKind.PHOTO, "photo.jpg", "image/jpeg", b"a picture from elsewhere")
    paper = Upload(MediaKind.DOCUMENT, "акт.pdf", "application/pdf", b"a document from elsewhere")
    made = harness.messenger.split(Content.of("Готово").with_media([picture, paper]), ChatKind.PRIVATE)
    for number, part in enumerate(made):
        await harness.messenger.send(Target(harness.private), part, key=f"k{number}")
    shown = harness.shown_privately()
    assert {one for message in shown for one in message.files} == {picture.data, paper.data}
    assert [one.text for one in shown if one.text] == ["Готово"]


async def test_a_picture_goes_back_where_it_came_from(harness: MessengerHarness) -> None:
    await harness.write_privately("Вот", photo=b"the largest picture")
    [picture] = (await only_event(harness)).attachments
    made = harness.messenger.split(Content.of("Ваше фото").with_media([picture]), ChatKind.PRIVATE)
    for number, part in enumerate(made):
        await harness.messenger.send(Target(harness.private), part, key=f"k{number}")
    assert [one for message in harness.shown_privately() for one in message.files] == [b"the largest picture"]


async def test_a_silent_message(harness: MessengerHarness) -> None:
    [part] = harness.messenger.split(Content.of("Тихо"), ChatKind.PRIVATE)
    await harness.messenger.send(Target(harness.private), part, key="k1", silent=True)
    assert harness.shown_privately()[0].silent in (True, None)


# Visibility of published answers


async def publish_answer(harness: MessengerHarness) -> PublishedAnswer:
    """Publish an answer to a citizen's public message."""
    message_id = await harness.write_publicly(HOLE)
    event = await only_event(harness)
    [part] = harness.messenger.split(Content.of("Люк закрыт."), event.chat.kind)
    sent = await harness.messenger.send(Target(event.chat, message_id), part, key="k1")
    await harness.messenger.fetch()
    return PublishedAnswer(event.chat, sent.ids, sent_by_bot=True, question_id=message_id, link=sent.link)


async def test_an_answer_that_stands_and_a_look_that_nobody_notices(harness: MessengerHarness) -> None:
    placed = await publish_answer(harness)
    before = harness.shown_publicly()
    [seen] = await harness.messenger.check_published([placed])
    assert seen.visibility is Visibility.VISIBLE
    assert seen.question_text in (HOLE, None)  # None if the messenger does not let bots read
    assert harness.shown_publicly() == before
    assert not (await harness.messenger.fetch()).updates


async def test_a_question_that_was_changed_since(harness: MessengerHarness) -> None:
    placed = await publish_answer(harness)
    assert placed.question_id is not None
    await harness.edit_publicly(placed.question_id, "Люк закрыт, спасибо! А яма?")
    [seen] = await harness.messenger.check_published([placed])
    assert seen.visibility is Visibility.VISIBLE
    assert seen.question_text in ("Люк закрыт, спасибо! А яма?", None)


async def test_an_answer_that_was_deleted(harness: MessengerHarness) -> None:
    placed = await publish_answer(harness)
    await harness.delete_publicly(placed.ids[0])
    assert [one.visibility for one in await harness.messenger.check_published([placed])] == [Visibility.GONE]


async def test_several_answers_at_once_keep_their_order(harness: MessengerHarness) -> None:
    first = await publish_answer(harness)
    [part] = harness.messenger.split(Content.of("Здравствуйте!"), ChatKind.PRIVATE)
    sent = await harness.messenger.send(Target(harness.private), part, key="k2")
    second = PublishedAnswer(harness.private, sent.ids, sent_by_bot=True, link=sent.link)
    await harness.delete_publicly(first.ids[0])
    seen = await harness.messenger.check_published([second, first, second])
    assert [one.visibility for one in seen] == [Visibility.VISIBLE, Visibility.GONE, Visibility.VISIBLE]
    assert await harness.messenger.check_published([]) == []


async def test_a_look_that_fails_says_nothing(harness: MessengerHarness) -> None:
    [part] = harness.messenger.split(Content.of("Здравствуйте!"), ChatKind.PRIVATE)
    sent = await harness.messenger.send(Target(harness.private), part, key="k1")
    placed = PublishedAnswer(harness.private, sent.ids, sent_by_bot=True)
    stranger = harness.new_messenger(token="4200:wrong")
    try:
        with pytest.raises(MessengerError):
            await stranger.check_published([placed])
    finally:
        await stranger.close()


# Errors


async def send_one(harness: MessengerHarness, key: str = "k1") -> None:
    [part] = harness.messenger.split(Content.of("Люк закрыт."), ChatKind.PRIVATE)
    await harness.messenger.send(Target(harness.private), part, key=key)


async def test_too_fast(harness: MessengerHarness) -> None:
    # Twice: a messenger's package may wait and retry once, but must not hide the limit.
    harness.faults.order(harness.send_method, harness.rate_limit_fault(3), times=2)
    with pytest.raises(RetryAfter) as caught:
        await send_one(harness)
    assert caught.value.seconds > 0
    assert harness.shown_privately() == []


@pytest.mark.parametrize("kind", [FaultKind.HTTP_500, FaultKind.REFUSE])
async def test_a_server_that_fails(harness: MessengerHarness, kind: FaultKind) -> None:
    harness.faults.order(harness.send_method, Fault(kind))
    with pytest.raises(TemporaryFailure):
        await send_one(harness)
    assert harness.shown_privately() == []
    await send_one(harness)
    assert len(harness.shown_privately()) == 1


@pytest.mark.parametrize(
    "kind",
    [FaultKind.HTML_502, FaultKind.PAGE_1251, FaultKind.ENDLESS, FaultKind.GZIP_BOMB, FaultKind.DEEP_JSON],
)
async def test_an_answer_that_cannot_be_read_is_a_failure_at_once(harness: MessengerHarness, kind: FaultKind) -> None:
    """No such answer raises anything else, exhausts memory, or is taken for a success."""
    target = Target(harness.private)
    harness.faults.order(harness.send_method, Fault(kind))
    with pytest.raises(TemporaryFailure) as caught:
        await harness.messenger.send(target, Content.of(HOLE), key="1")
    assert caught.value.outcome_unknown
    harness.faults.order(harness.poll_method, Fault(kind))
    with pytest.raises(TemporaryFailure):
        await harness.messenger.fetch()
    await harness.messenger.send(target, Content.of(HOLE), key="2")
    await harness.write_privately(HOLE)
    assert [event.text for event in await fetch_events(harness.messenger)] == [HOLE]


async def test_odd_values_in_an_update_leave_the_others_of_its_poll_readable(harness: MessengerHarness) -> None:
    """A poll that failed for one update would be repeated with the same update."""
    deep: list[Any] = []
    for _ in range(2 * MAX_JSON_DEPTH):
        deep = [deep]
    await harness.push(harness.malformed_update() | {"deep": deep, "none": [float("nan")]})
    await harness.write_privately(HOLE)
    odd, good = (await harness.messenger.fetch()).updates
    assert odd.payload["none"] == [None]
    with pytest.raises(MalformedUpdate):
        harness.messenger.parse(odd.payload)
    [event] = harness.messenger.parse(good.payload)
    assert isinstance(event, MessagePosted)


async def test_a_page_of_a_provider_that_refuses_is_no_doubtful_outcome(harness: MessengerHarness) -> None:
    harness.faults.order(harness.send_method, Fault(FaultKind.PAGE_1251, status=403))
    with pytest.raises(TemporaryFailure) as caught:
        await harness.messenger.send(Target(harness.private), Content.of(HOLE), key="1")
    assert not caught.value.outcome_unknown


async def test_a_dropped_connection_leaves_the_outcome_unknown(harness: MessengerHarness) -> None:
    harness.faults.order(harness.send_method, Fault(FaultKind.DROP))
    with pytest.raises(TemporaryFailure) as caught:
        await send_one(harness)
    assert caught.value.outcome_unknown
    await send_one(harness)
    assert len(harness.shown_privately()) == (1 if harness.messenger.capabilities.idempotent else 2)


async def test_a_server_that_hangs(harness: MessengerHarness) -> None:
    harness.faults.order(harness.send_method, Fault(FaultKind.HANG))
    impatient = harness.new_messenger(request_timeout=1)
    [part] = impatient.split(Content.of("Люк закрыт."), ChatKind.PRIVATE)
    try:
        with pytest.raises(TemporaryFailure) as caught:
            await asyncio.wait_for(impatient.send(Target(harness.private), part, key="k1"), 8)
    finally:
        await impatient.close()
    assert caught.value.outcome_unknown


async def test_a_person_who_wants_nothing_from_us(harness: MessengerHarness) -> None:
    await harness.block_bot()
    with pytest.raises(RecipientUnreachable):
        await send_one(harness)


async def test_a_wrong_token(harness: MessengerHarness) -> None:
    stranger = harness.new_messenger(token="4200:wrong")
    try:
        with pytest.raises(BadCredentials):
            await stranger.fetch()
        [part] = stranger.split(Content.of("Люк закрыт."), ChatKind.PRIVATE)
        with pytest.raises(BadCredentials):
            await stranger.send(Target(harness.private), part, key="k1")
        findings = await stranger.check()
    finally:
        await stranger.close()
    assert Severity.FAULT in {one.severity for one in findings}


async def test_errors_tell_no_secrets(harness: MessengerHarness) -> None:
    harness.faults.order(harness.send_method, Fault(FaultKind.HTTP_500))
    with pytest.raises(MessengerError) as caught:
        await send_one(harness)
    said = "".join(traceback.format_exception(caught.value))
    assert "Люк" not in said.replace('Content.of("Люк закрыт.")', "")  # the traceback also shows a line of this file
    assert TOKEN not in said


# Everything else


async def test_the_self_check_finds_nothing_wrong(harness: MessengerHarness) -> None:
    findings = await harness.messenger.check()
    assert findings
    assert [one for one in findings if one.severity is Severity.FAULT] == []


async def test_a_command_menu_is_no_message(harness: MessengerHarness) -> None:
    await harness.messenger.set_commands(harness.private, [MenuCommand("my", "Мои сообщения")])
    await harness.messenger.set_commands(harness.private, [])
    assert harness.shown_privately() == []


async def test_closing_twice_is_no_harm(harness: MessengerHarness) -> None:
    await harness.messenger.close()
    await harness.messenger.close()
