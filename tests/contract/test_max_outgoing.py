"""Messages of the bot in MAX, and their appearance there."""

import hashlib
import re
import ssl
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.messengers.content import Bold, Button, Content, Link, Mention, Quote, Text
from bot.messengers.errors import (
    BadCredentials,
    CallbackExpired,
    FileUnavailable,
    MessageGone,
    RecipientUnreachable,
    Rejected,
    RejectReason,
    ReplyTargetGone,
    TemporaryFailure,
)
from bot.messengers.events import Attachment, ButtonPressed, Chat, ChatKind, MediaKind, Upload
from bot.messengers.max.chats import comments_chat, message_link
from bot.messengers.max.client import CERTIFICATES
from bot.messengers.max.rendering import BUTTON_ROWS, TEXT_LIMIT, length, render_html, render_keyboard, split_content
from bot.messengers.port import MenuCommand, Target
from sandbox.faults import FaultKind
from tests.contract.max_harness import CHANNEL, CITIZEN, HOUSE_CHAT, NEIGHBOUR, open_harness

PICTURE = Upload(MediaKind.PHOTO, "фото «двора».jpg", "image/jpeg", b"a picture")
SECOND = Upload(MediaKind.PHOTO, "2.png", "image/png", b"another picture")
PAPER = Upload(MediaKind.DOCUMENT, "акт.pdf", "application/pdf", b"a paper")
FILM = Upload(MediaKind.VIDEO, "film.mp4", "video/mp4", b"a film")
VOICE = Upload(MediaKind.VOICE, "voice.ogg", "audio/ogg", b"a voice")
SONG = Upload(MediaKind.AUDIO, "song.mp3", "audio/mpeg", b"a song")
PLACE = Attachment(MediaKind.LOCATION, "telegram", latitude=45.5, longitude=133.4)


@pytest.fixture
async def harness(sandbox):
    async with open_harness(sandbox) as harness:
        yield harness


async def send_content(harness, content, chat=None, reply_to=None, **more):
    """Send all parts of *content*; return the confirmations."""
    chat = chat or harness.private
    sent = []
    for number, part in enumerate(harness.messenger.split(content, chat.kind)):
        sent.append(await harness.messenger.send(Target(chat, reply_to), part, key=f"k{number}", **more))
        reply_to = None
    return sent


def shown_messages(harness, chat_id=CITIZEN):
    return harness.server.from_bot(chat_id)


async def test_looks(harness):
    words = [
        Bold("№142 & <b>"),
        Text("\n"),
        Quote("яма\nу дома"),
        Text(" см. "),
        Link("здесь", "https://a.ru/?q=1&r=2"),
    ]
    await send_content(harness, Content.of(*words))
    [message] = shown_messages(harness)
    assert message.text == "№142 & <b>\nяма\nу дома см. здесь"
    assert [(one["type"], one["from"], one["length"]) for one in message.markup] == [
        ("strong", 0, 10),
        ("quote", 11, 10),
        ("link", 26, 5),
    ]
    assert message.markup[2]["url"] == "https://a.ru/?q=1&r=2"
    [call] = harness.calls_of("sendMessage")
    assert (call["disable_link_preview"], call["notify"], call["user_id"]) == ("true", True, str(CITIZEN))


@pytest.mark.parametrize("url", ["", "javascript:alert(1)", "https://", "http://[", "https://a.ru/" + "x" * 2100])
async def test_an_odd_address_breaks_no_message(harness, url):
    await send_content(
        harness, Content.of(Link("здесь", url), keyboard=[[Button("Открыть", url=url), Button("Да", "y")]])
    )
    [message] = shown_messages(harness)
    assert (message.text, message.markup) == ("здесь", [])
    assert [[one["text"] for one in row] for row in message.keyboard] == [["Да"]]


async def test_wide_and_high_keyboards(harness):
    wide = [Button(str(number), f"c{number}") for number in range(16)]
    pages = [Button("Карта", url="https://a.ru"), *[Button(f"Стр. {number}", "p") for number in range(4)]]
    high = [[Button("ж" * 200, "y" * 2000)]] * 40
    await send_content(harness, Content.of("Выберите", keyboard=[wide, pages, *high]))
    [message] = shown_messages(harness)
    assert [len(row) for row in message.keyboard[:5]] == [7, 7, 2, 3, 2]
    assert len(message.keyboard) == BUTTON_ROWS
    assert (len(message.keyboard[-1][0]["text"]), len(message.keyboard[-1][0]["payload"])) == (128, 1024)
    assert render_keyboard([[Button("Открыть", url="нет")], []]) is None
    assert render_keyboard([[Button(" ", "c")]])["payload"]["buttons"][0][0]["text"] == "…"


async def test_pictures_go_with_the_words_and_the_rest_follows(harness):
    media = [PICTURE, PAPER, PLACE, SECOND, VOICE, FILM, SONG]
    sent = await send_content(harness, Content.of("Готово", keyboard=[[Button("Да", "y")]]).with_media(media))
    first, *rest = shown_messages(harness)
    assert (first.text, [one["type"] for one in first.media]) == ("Готово", ["image", "image", "video"])
    assert first.keyboard
    kinds = [[one["type"] for one in message.media] for message in rest]
    assert kinds == [["file"], ["location"], ["file"], ["audio"]]  # MAX does not list OGG as an audio format
    assert [one.ids[0] for one in sent] == [message.mid for message in shown_messages(harness)]
    assert {file["filename"] for message in rest for file in message.media if file["type"] == "file"} == {
        "акт.pdf",
        "voice.ogg",
    }


async def test_many_pictures_are_several_messages(harness):
    pictures = [Upload(MediaKind.PHOTO, f"{number}.jpg", "image/jpeg", b"%d" % number) for number in range(13)]
    await send_content(harness, Content(media=tuple(pictures)))
    assert [len(message.media) for message in shown_messages(harness)] == [10, 3]


async def test_a_place_stands_alone(harness):
    await send_content(harness, Content.of("Вот здесь").with_media([PLACE]))
    words, place = shown_messages(harness)
    assert (words.text, words.media) == ("Вот здесь", [])
    assert place.media == [{"type": "location", "latitude": 45.5, "longitude": 133.4}]


async def test_known_media_is_sent_by_token(harness):
    await harness.server.send_message(CITIZEN, CITIZEN, photos=[b"one"], files=[("a.txt", b"text")])
    await harness.server.send_message(CITIZEN, CITIZEN, sticker="smile")
    things = [item for event in await harness.new_events() for item in event.attachments]
    await send_content(harness, Content(media=tuple(things)))
    assert [one["type"] for message in shown_messages(harness) for one in message.media] == ["image", "file", "sticker"]
    assert harness.calls_of("getUploadUrl") == []


async def test_unsupported_media_is_named(harness):
    elsewhere = Attachment(MediaKind.VIDEO, "vk:1", "video1_2", "Яма", link="https://vk.com/video1_2")
    poll = Attachment(MediaKind.OTHER, "max", name="poll")
    await send_content(harness, Content.of("Смотрите").with_media([elsewhere, poll]))
    [message] = shown_messages(harness)
    assert message.text == "Смотрите\n📎 Яма"
    assert message.markup[0]["url"] == "https://vk.com/video1_2"


async def test_a_picture_that_is_none_goes_as_a_file(harness):
    harness.refuse_next("upload", 400, "bad.image")
    await send_content(harness, Content.of("Готово").with_media([PICTURE]))
    [message] = shown_messages(harness)
    assert (message.text, [one["type"] for one in message.media]) == ("Готово", ["file"])


async def test_a_file_that_max_does_not_take_is_named(harness):
    harness.refuse_next("upload", 400, "bad.file")
    await send_content(harness, Content.of("Готово").with_media([PAPER]))
    harness.refuse_next("upload", 400, "bad.file")
    await send_content(harness, Content(media=(PAPER,)))
    assert [message.text for message in shown_messages(harness)] == ["Готово\n📎 акт.pdf", "📎 акт.pdf"]


async def test_a_file_that_is_not_ready_is_uploaded_once(harness):
    harness.server.delay_uploads(2)
    [part] = harness.messenger.split(Content.of("Готово").with_media([PICTURE]), ChatKind.PRIVATE)
    for _ in range(2):
        with pytest.raises(TemporaryFailure) as caught:
            await harness.messenger.send(Target(harness.private), part, key="k")
        assert not caught.value.outcome_unknown
    await harness.messenger.send(Target(harness.private), part, key="k")
    assert len(harness.calls_of("getUploadUrl")) == 1
    assert len(shown_messages(harness)) == 1


@pytest.mark.parametrize("kind", [FaultKind.HTTP_500, FaultKind.DROP, FaultKind.REFUSE])
async def test_an_upload_that_fails_is_tried_again_later(harness, kind):
    harness.fail_next("upload", kind)
    content = Content.of("Готово").with_media([PICTURE])
    with pytest.raises(TemporaryFailure):
        await send_content(harness, content)
    assert shown_messages(harness) == []
    await send_content(harness, content)
    assert harness.server.file(shown_messages(harness)[0].media[0]) == b"a picture"


async def test_the_token_stays_with_the_api(harness):
    await send_content(harness, Content.of("Готово").with_media([PICTURE]))
    [upload] = harness.server.world.uploads.values()
    assert upload.used
    assert upload.authorization is None


async def test_silence(harness):
    await send_content(harness, Content.of("Тихо"), silent=True)
    await send_content(harness, Content.of("Громко"))
    assert [message.notify for message in shown_messages(harness)] == [False, True]


async def test_addresses_of_what_was_sent(harness):
    [private] = await send_content(harness, Content.of("раз"))
    [public] = await send_content(harness, Content.of("два"), harness.public)
    harness.server.world.chats[HOUSE_CHAT].link = "https://max.ru/house"
    [known] = await send_content(harness, Content.of("три"), harness.public)
    assert private.link is None
    assert public.link == message_link(public.ids[0])
    assert known.link.startswith("https://max.ru/house/")


async def test_a_reply_to_what_has_no_number_is_no_reply(harness):
    for reply_to in ("start:1", "forward:1:2", "41"):
        with pytest.raises(ReplyTargetGone):
            await send_content(harness, Content.of("раз"), reply_to=reply_to)
    assert harness.calls_of("sendMessage") == []


async def test_send_to_read_only_place_is_refused(harness):
    channel = Chat("max", str(CHANNEL), ChatKind.CHANNEL, str(CHANNEL))
    for chat, reason in (
        (channel, RejectReason.NO_RIGHTS),
        (Chat("max", "двор", ChatKind.GROUP, "двор"), RejectReason.BAD_REQUEST),
        (Chat("max", "двор", ChatKind.WALL, "двор"), RejectReason.BAD_REQUEST),
        (Chat("max", "-5", ChatKind.GROUP, "-5"), RejectReason.NO_RIGHTS),
    ):
        with pytest.raises(Rejected) as caught:
            await send_content(harness, Content.of("раз"), chat)
        assert caught.value.reason is reason


async def test_person_without_dialog_is_unreachable(harness):
    with pytest.raises(RecipientUnreachable):
        await send_content(harness, Content.of("раз"), Chat("max", str(NEIGHBOUR), ChatKind.PRIVATE, str(NEIGHBOUR)))


@pytest.mark.parametrize("token", ["", "токен", "a\nb"])
async def test_a_token_that_is_none(harness, token):
    stranger = harness.new_messenger(token="x")
    stranger._client._token = token
    with pytest.raises(BadCredentials):
        await stranger.fetch()
    await stranger.close()


# Comments


async def test_an_answer_under_a_comment(harness):
    post = await harness.server.publish_post(CHANNEL, "Новость")
    asked = await harness.server.comment(post, CITIZEN, "Когда?")
    place = comments_chat(CHANNEL, post)
    words = Content.of(
        Mention("Мария", "5"), ": завтра, см. ", Link("план", "https://a.ru"), keyboard=[[Button("Да", "y")]]
    )
    [sent] = await send_content(harness, words.with_media([PICTURE, PLACE]), place, asked)
    answer = harness.server.comments(post)[-1]
    assert answer.text == "Мария: завтра, см. план: https://a.ru\n📎 фото «двора».jpg\n📍 45.500000, 133.400000"
    assert answer.reply_to == asked
    assert sent.link == message_link(post)
    [part] = harness.messenger.split(Content.of("Сегодня."), ChatKind.WALL)
    await harness.messenger.edit(place, sent.ids[0], part)
    assert answer.text == "Сегодня."


async def test_comments_that_are_closed_gone_or_too_old(harness):
    post = await harness.server.publish_post(CHANNEL, "Новость")
    place = comments_chat(CHANNEL, post)
    asked = await harness.server.comment(post, CITIZEN, "Когда?")
    [sent] = await send_content(harness, Content.of("Завтра."), place, asked)
    await harness.server.remove_comment(post, asked)
    with pytest.raises(ReplyTargetGone):
        await send_content(harness, Content.of("Завтра."), place, asked)
    [part] = harness.messenger.split(Content.of("Сегодня."), ChatKind.WALL)
    harness.server.comments(post)[-1].at -= timedelta(hours=27)
    with pytest.raises(MessageGone):
        await harness.messenger.edit(place, sent.ids[0], part)
    harness.server.world.chats[CHANNEL].comments_open = False
    with pytest.raises(Rejected) as caught:
        await send_content(harness, Content.of("Завтра."), place)
    assert caught.value.reason is RejectReason.NO_RIGHTS
    await harness.server.remove(post)
    with pytest.raises(Rejected) as caught:
        await send_content(harness, Content.of("Завтра."), place)
    assert caught.value.reason is RejectReason.GONE


# Edits


async def edit_message(harness, mid, content, chat=None):
    chat = chat or harness.private
    [part] = harness.messenger.split(content, chat.kind)
    await harness.messenger.edit(chat, mid, part)


async def test_an_edit_keeps_pictures_and_the_reply(harness):
    asked = await harness.server.send_message(CITIZEN, CITIZEN, "Когда?")
    content = Content.of("Завтра.", keyboard=[[Button("Да", "y")]]).with_media([PICTURE, SECOND])
    [sent] = await send_content(harness, content, reply_to=asked)
    [message] = shown_messages(harness)
    await edit_message(harness, sent.ids[0], Content.of("Сегодня."))
    assert (message.text, message.keyboard, len(message.media), message.reply_to) == ("Сегодня.", [], 2, asked)
    [call] = harness.calls_of("editMessage")
    assert call["link"] == {"type": "reply", "mid": asked}
    assert harness.calls_of("getMessageById") == []


async def test_after_a_restart_an_edit_asks_what_is_there(harness):
    asked = await harness.server.send_message(CITIZEN, CITIZEN, "Когда?")
    await send_content(harness, Content.of("Завтра.").with_media([FILM]), reply_to=asked)
    await send_content(harness, Content(media=(PLACE,)))
    film, place = shown_messages(harness)
    again = harness.new_messenger()
    try:
        for mid, words in ((film.mid, "Сегодня."), (film.mid, "Сейчас."), (place.mid, "Здесь.")):
            [part] = again.split(Content.of(words), ChatKind.PRIVATE)
            await again.edit(harness.private, mid, part)
    finally:
        await again.close()
    assert (film.text, film.reply_to, [one["type"] for one in film.media]) == ("Сейчас.", asked, ["video"])
    assert [one["type"] for one in place.media] == ["location"]
    assert len(harness.calls_of("getMessageById")) == 2


async def test_a_file_alone_is_not_edited(harness):
    [sent] = await send_content(harness, Content(media=(PAPER,)))
    await harness.messenger.edit(harness.private, sent.ids[0], Content(media=(PAPER,)))
    assert harness.calls_of("editMessage") == []


@pytest.mark.parametrize("november", [False, True])
async def test_edits_that_come_too_late(harness, november):
    harness.server.world.is_of_november = november
    [old] = await send_content(harness, Content.of("Завтра."))
    [card] = await send_content(harness, Content.of("Карточка", keyboard=[[Button("Да", "y")]]))
    for message in shown_messages(harness):
        message.at -= timedelta(days=8)
    with pytest.raises(MessageGone):
        await edit_message(harness, old.ids[0], Content.of("Сегодня."))
    await edit_message(harness, card.ids[0], Content.of("В работе", keyboard=[[Button("Да", "y")]]))
    assert [message.text for message in shown_messages(harness)] == ["Завтра.", "В работе"]


async def test_an_edit_that_is_not_taken_yet_is_no_success_and_no_loss(harness):
    [card] = await send_content(harness, Content.of("Карточка"))
    harness.server.world.edits_not_yet = 1
    with pytest.raises(TemporaryFailure):
        await edit_message(harness, card.ids[0], Content.of("В работе"))
    await edit_message(harness, card.ids[0], Content.of("В работе"))
    assert [message.text for message in shown_messages(harness)] == ["В работе"]


async def test_messages_that_cannot_be_edited(harness):
    theirs = await harness.server.send_message(CITIZEN, CITIZEN, "Когда?")
    [gone] = await send_content(harness, Content.of("Завтра."))
    await harness.server.remove(gone.ids[0])
    for mid in (theirs, gone.ids[0], "mid.00000000000000000000000000000000", "41"):
        with pytest.raises(MessageGone):
            await edit_message(harness, mid, Content.of("Сегодня."))


async def test_an_edit_of_much_is_cut(harness):
    [sent] = await send_content(harness, Content.of("Завтра.", whole=True))
    await harness.messenger.edit(harness.private, sent.ids[0], Content.of("слово " * 2000))
    assert len(shown_messages(harness)[0].text) <= TEXT_LIMIT
    await harness.messenger.edit(harness.private, sent.ids[0], Content())
    assert shown_messages(harness)[0].text == "…"


# Presses and everything else


async def test_presses_are_answered_in_words_or_not_at_all(harness):
    [sent] = await send_content(harness, Content.of("Карточка", keyboard=[[Button("Да", "y")]]))
    await harness.messenger.fetch()
    for _ in range(3):
        await harness.server.press_button(CITIZEN, sent.ids[0], "Да")
    first, second, third = [one.callback_id for one in await harness.new_events() if isinstance(one, ButtonPressed)]
    await harness.messenger.answer_callback(first, "Принято " * 60, alert=True)
    await harness.messenger.answer_callback(second)
    [call] = harness.calls_of("answerOnCallback")
    assert len(call["notification"]) <= 200
    for press_id in (first, second):
        with pytest.raises(CallbackExpired):
            await harness.messenger.answer_callback(press_id, "Принято")
    again = harness.new_messenger()
    try:
        await again.answer_callback(third, "Принято")
        with pytest.raises(CallbackExpired):  # answered before a restart
            await again.answer_callback(first, "Принято")
    finally:
        await again.close()
    with pytest.raises(CallbackExpired):
        await harness.messenger.answer_callback("never", "Принято")


async def test_one_list_of_commands_for_all_is_left_alone(harness):
    await harness.messenger.set_commands(harness.private, [MenuCommand("my", "Мои сообщения")])
    assert harness.server.world.me.commands == []


async def test_nothing_is_sent_twice_by_itself(harness):
    for fault in (FaultKind.DROP, FaultKind.HTTP_500, FaultKind.REFUSE):
        harness.fail_next("sendMessage", fault)
        with pytest.raises(TemporaryFailure):
            await send_content(harness, Content.of("раз"))
    assert len(shown_messages(harness)) == 1  # the one whose answer was dropped


async def test_an_answer_without_the_messages_number(harness):
    harness.refuse_next("sendMessage", 200, "ok")
    with pytest.raises(TemporaryFailure) as caught:
        await send_content(harness, Content.of("раз"))
    assert caught.value.outcome_unknown


async def test_closing_ends_what_is_under_way(harness):
    await harness.messenger.close()
    with pytest.raises(TemporaryFailure):
        await send_content(harness, Content.of("раз"))
    with pytest.raises(FileUnavailable):
        await harness.messenger.download(PLACE)


SPANS = st.lists(
    st.one_of(
        st.builds(Text, st.text(max_size=40)),
        st.builds(Bold, st.text(max_size=40)),
        st.builds(Quote, st.text(max_size=4000)),
        st.builds(Link, st.text(max_size=20), st.sampled_from(["https://a.ru/?a=1&b=2", "нет"])),
    ),
    max_size=8,
)


@given(SPANS, st.booleans(), st.sampled_from([ChatKind.PRIVATE, ChatKind.WALL]))
def test_every_part_fits(spans, whole, kind):
    made = split_content(Content(tuple(spans), whole=whole), kind)
    assert made
    for part in made:
        written = render_html(part.spans)
        assert len(written.encode("utf-16-le", "surrogatepass")) // 2 <= TEXT_LIMIT
        assert sum(map(length, part.spans)) <= TEXT_LIMIT


def test_the_ministrys_authority_comes_along():
    """Both certificates are those of gosuslugi.ru/crt; no other is trusted in addition to the system's own."""
    found = re.findall("-----BEGIN CERTIFICATE-----.*?-----END CERTIFICATE-----", CERTIFICATES.read_text(), re.DOTALL)
    prints = [hashlib.sha256(ssl.PEM_cert_to_DER_cert(one)).hexdigest() for one in found]
    assert prints == [
        "d26d2d0231b7c39f92cc738512ba54103519e4405d68b5bd703e9788ca8ecf31",
        "bbbde2103e790b999ec62bd03cf625a5a2e7c316e10afe6a490eedead8b3fd9b",
    ]


async def test_a_server_that_is_not_there(harness):
    nowhere = harness.new_messenger()
    nowhere._client._api_base = "https://127.0.0.1:9"
    with pytest.raises(TemporaryFailure) as caught:
        await nowhere.fetch()
    await nowhere.close()
    assert not caught.value.outcome_unknown
