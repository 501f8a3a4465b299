"""Messages of the bot in MAX, and their appearance there."""

import hashlib
import re
import ssl
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.messengers.content import Bold, Button, Content, Link, Quote, Text
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
async def town(sandbox):
    async with open_harness(sandbox) as town:
        yield town


async def send_content(town, content, chat=None, reply_to=None, **more):
    """All the parts of *content*; what was sent."""
    chat = chat or town.private
    sent = []
    for number, part in enumerate(town.messenger.split(content, chat.kind)):
        sent.append(await town.messenger.send(Target(chat, reply_to), part, key=f"k{number}", **more))
        reply_to = None
    return sent


def shown_messages(town, chat_id=CITIZEN):
    return town.server.from_bot(chat_id)


async def test_looks(town):
    words = [
        Bold("№142 & <b>"),
        Text("\n"),
        Quote("яма\nу дома"),
        Text(" см. "),
        Link("здесь", "https://a.ru/?q=1&r=2"),
    ]
    await send_content(town, Content.of(*words))
    [message] = shown_messages(town)
    assert message.text == "№142 & <b>\nяма\nу дома см. здесь"
    assert [(one["type"], one["from"], one["length"]) for one in message.markup] == [
        ("strong", 0, 10),
        ("quote", 11, 10),
        ("link", 26, 5),
    ]
    assert message.markup[2]["url"] == "https://a.ru/?q=1&r=2"
    [call] = town.calls_of("sendMessage")
    assert (call["disable_link_preview"], call["notify"], call["user_id"]) == ("true", True, str(CITIZEN))


@pytest.mark.parametrize("url", ["", "javascript:alert(1)", "https://", "http://[", "https://a.ru/" + "x" * 2100])
async def test_an_odd_address_breaks_no_message(town, url):
    await send_content(town, Content.of(Link("здесь", url), keyboard=[[Button("Открыть", url=url), Button("Да", "y")]]))
    [message] = shown_messages(town)
    assert (message.text, message.markup) == ("здесь", [])
    assert [[one["text"] for one in row] for row in message.keyboard] == [["Да"]]


async def test_wide_and_high_keyboards(town):
    wide = [Button(str(number), f"c{number}") for number in range(16)]
    pages = [Button("Карта", url="https://a.ru"), *[Button(f"Стр. {number}", "p") for number in range(4)]]
    high = [[Button("ж" * 200, "y" * 2000)]] * 40
    await send_content(town, Content.of("Выберите", keyboard=[wide, pages, *high]))
    [message] = shown_messages(town)
    assert [len(row) for row in message.keyboard[:5]] == [7, 7, 2, 3, 2]
    assert len(message.keyboard) == BUTTON_ROWS
    assert (len(message.keyboard[-1][0]["text"]), len(message.keyboard[-1][0]["payload"])) == (128, 1024)
    assert render_keyboard([[Button("Открыть", url="нет")], []]) is None
    assert render_keyboard([[Button(" ", "c")]])["payload"]["buttons"][0][0]["text"] == "…"


async def test_pictures_go_with_the_words_and_the_rest_follows(town):
    media = [PICTURE, PAPER, PLACE, SECOND, VOICE, FILM, SONG]
    sent = await send_content(town, Content.of("Готово", keyboard=[[Button("Да", "y")]]).with_media(media))
    first, *rest = shown_messages(town)
    assert (first.text, [one["type"] for one in first.media]) == ("Готово", ["image", "image", "video"])
    assert first.keyboard
    kinds = [[one["type"] for one in message.media] for message in rest]
    assert kinds == [["file"], ["location"], ["file"], ["audio"]]  # MAX lists no OGG among its kinds of sound
    assert [one.ids[0] for one in sent] == [message.mid for message in shown_messages(town)]
    assert {file["filename"] for message in rest for file in message.media if file["type"] == "file"} == {
        "акт.pdf",
        "voice.ogg",
    }


async def test_many_pictures_are_several_messages(town):
    pictures = [Upload(MediaKind.PHOTO, f"{number}.jpg", "image/jpeg", b"%d" % number) for number in range(13)]
    await send_content(town, Content(media=tuple(pictures)))
    assert [len(message.media) for message in shown_messages(town)] == [10, 3]


async def test_a_place_stands_alone(town):
    await send_content(town, Content.of("Вот здесь").with_media([PLACE]))
    words, place = shown_messages(town)
    assert (words.text, words.media) == ("Вот здесь", [])
    assert place.media == [{"type": "location", "latitude": 45.5, "longitude": 133.4}]


async def test_known_media_is_sent_by_token(town):
    await town.server.send_message(CITIZEN, CITIZEN, photos=[b"one"], files=[("a.txt", b"text")])
    await town.server.send_message(CITIZEN, CITIZEN, sticker="smile")
    things = [item for event in await town.new_events() for item in event.attachments]
    await send_content(town, Content(media=tuple(things)))
    assert [one["type"] for message in shown_messages(town) for one in message.media] == ["image", "file", "sticker"]
    assert town.calls_of("getUploadUrl") == []


async def test_unsupported_media_is_named(town):
    elsewhere = Attachment(MediaKind.VIDEO, "vk:1", "video1_2", "Яма", link="https://vk.com/video1_2")
    poll = Attachment(MediaKind.OTHER, "max", name="poll")
    await send_content(town, Content.of("Смотрите").with_media([elsewhere, poll]))
    [message] = shown_messages(town)
    assert message.text == "Смотрите\n📎 Яма"
    assert message.markup[0]["url"] == "https://vk.com/video1_2"


async def test_a_picture_that_is_none_goes_as_a_file(town):
    town.refuse_next("upload", 400, "bad.image")
    await send_content(town, Content.of("Готово").with_media([PICTURE]))
    [message] = shown_messages(town)
    assert (message.text, [one["type"] for one in message.media]) == ("Готово", ["file"])


async def test_a_file_that_max_does_not_take_is_named(town):
    town.refuse_next("upload", 400, "bad.file")
    await send_content(town, Content.of("Готово").with_media([PAPER]))
    town.refuse_next("upload", 400, "bad.file")
    await send_content(town, Content(media=(PAPER,)))
    assert [message.text for message in shown_messages(town)] == ["Готово\n📎 акт.pdf", "📎 акт.pdf"]


async def test_a_file_that_is_not_ready_is_uploaded_once(town):
    town.server.delay_uploads(2)
    [part] = town.messenger.split(Content.of("Готово").with_media([PICTURE]), ChatKind.PRIVATE)
    for _ in range(2):
        with pytest.raises(TemporaryFailure) as caught:
            await town.messenger.send(Target(town.private), part, key="k")
        assert not caught.value.outcome_unknown
    await town.messenger.send(Target(town.private), part, key="k")
    assert len(town.calls_of("getUploadUrl")) == 1
    assert len(shown_messages(town)) == 1


@pytest.mark.parametrize("kind", [FaultKind.HTTP_500, FaultKind.DROP, FaultKind.REFUSE])
async def test_an_upload_that_fails_is_tried_again_later(town, kind):
    town.fail_next("upload", kind)
    content = Content.of("Готово").with_media([PICTURE])
    with pytest.raises(TemporaryFailure):
        await send_content(town, content)
    assert shown_messages(town) == []
    await send_content(town, content)
    assert town.server.file(shown_messages(town)[0].media[0]) == b"a picture"


async def test_the_token_stays_with_the_api(town):
    await send_content(town, Content.of("Готово").with_media([PICTURE]))
    [upload] = town.server.world.uploads.values()
    assert upload.used
    assert upload.authorization is None


async def test_silence(town):
    await send_content(town, Content.of("Тихо"), silent=True)
    await send_content(town, Content.of("Громко"))
    assert [message.notify for message in shown_messages(town)] == [False, True]


async def test_addresses_of_what_was_sent(town):
    [private] = await send_content(town, Content.of("раз"))
    [public] = await send_content(town, Content.of("два"), town.public)
    town.server.world.chats[HOUSE_CHAT].link = "https://max.ru/house"
    [known] = await send_content(town, Content.of("три"), town.public)
    assert private.link is None
    assert public.link == message_link(public.ids[0])
    assert known.link.startswith("https://max.ru/house/")


async def test_a_reply_to_what_has_no_number_is_no_reply(town):
    for reply_to in ("start:1", "forward:1:2", "41"):
        with pytest.raises(ReplyTargetGone):
            await send_content(town, Content.of("раз"), reply_to=reply_to)
    assert town.calls_of("sendMessage") == []


async def test_send_to_read_only_place_is_refused(town):
    channel = Chat("max", str(CHANNEL), ChatKind.CHANNEL, str(CHANNEL))
    for chat, reason in (
        (channel, RejectReason.NO_RIGHTS),
        (Chat("max", "двор", ChatKind.GROUP, "двор"), RejectReason.BAD_REQUEST),
        (Chat("max", "двор", ChatKind.WALL, "двор"), RejectReason.BAD_REQUEST),
        (Chat("max", "-5", ChatKind.GROUP, "-5"), RejectReason.NO_RIGHTS),
    ):
        with pytest.raises(Rejected) as caught:
            await send_content(town, Content.of("раз"), chat)
        assert caught.value.reason is reason


async def test_person_without_dialog_is_unreachable(town):
    with pytest.raises(RecipientUnreachable):
        await send_content(town, Content.of("раз"), Chat("max", str(NEIGHBOUR), ChatKind.PRIVATE, str(NEIGHBOUR)))


@pytest.mark.parametrize("token", ["", "токен", "a\nb"])
async def test_a_token_that_is_none(town, token):
    stranger = town.new_messenger(token="x")
    stranger._client._token = token
    with pytest.raises(BadCredentials):
        await stranger.fetch()
    await stranger.close()


# Comments


async def test_an_answer_under_a_comment(town):
    post = await town.server.publish_post(CHANNEL, "Новость")
    asked = await town.server.comment(post, CITIZEN, "Когда?")
    place = comments_chat(CHANNEL, post)
    words = Content.of("Завтра, см. ", Link("план", "https://a.ru"), keyboard=[[Button("Да", "y")]])
    [sent] = await send_content(town, words.with_media([PICTURE, PLACE]), place, asked)
    ours = town.server.comments(post)[-1]
    assert ours.text == "Завтра, см. план: https://a.ru\n📎 фото «двора».jpg\n📍 45.500000, 133.400000"
    assert ours.reply_to == asked
    assert sent.link == message_link(post)
    [part] = town.messenger.split(Content.of("Сегодня."), ChatKind.WALL)
    await town.messenger.edit(place, sent.ids[0], part)
    assert ours.text == "Сегодня."


async def test_comments_that_are_closed_gone_or_too_old(town):
    post = await town.server.publish_post(CHANNEL, "Новость")
    place = comments_chat(CHANNEL, post)
    asked = await town.server.comment(post, CITIZEN, "Когда?")
    [sent] = await send_content(town, Content.of("Завтра."), place, asked)
    await town.server.remove_comment(post, asked)
    with pytest.raises(ReplyTargetGone):
        await send_content(town, Content.of("Завтра."), place, asked)
    [part] = town.messenger.split(Content.of("Сегодня."), ChatKind.WALL)
    town.server.comments(post)[-1].at -= timedelta(hours=27)
    with pytest.raises(MessageGone):
        await town.messenger.edit(place, sent.ids[0], part)
    town.server.world.chats[CHANNEL].comments_open = False
    with pytest.raises(Rejected) as caught:
        await send_content(town, Content.of("Завтра."), place)
    assert caught.value.reason is RejectReason.NO_RIGHTS
    await town.server.remove(post)
    with pytest.raises(Rejected) as caught:
        await send_content(town, Content.of("Завтра."), place)
    assert caught.value.reason is RejectReason.GONE


# Changing


async def edit_message(town, mid, content, chat=None):
    chat = chat or town.private
    [part] = town.messenger.split(content, chat.kind)
    await town.messenger.edit(chat, mid, part)


async def test_an_edit_keeps_pictures_and_the_reply(town):
    asked = await town.server.send_message(CITIZEN, CITIZEN, "Когда?")
    content = Content.of("Завтра.", keyboard=[[Button("Да", "y")]]).with_media([PICTURE, SECOND])
    [sent] = await send_content(town, content, reply_to=asked)
    [message] = shown_messages(town)
    await edit_message(town, sent.ids[0], Content.of("Сегодня."))
    assert (message.text, message.keyboard, len(message.media), message.reply_to) == ("Сегодня.", [], 2, asked)
    [call] = town.calls_of("editMessage")
    assert call["link"] == {"type": "reply", "mid": asked}
    assert town.calls_of("getMessageById") == []


async def test_after_a_restart_an_edit_asks_what_is_there(town):
    asked = await town.server.send_message(CITIZEN, CITIZEN, "Когда?")
    await send_content(town, Content.of("Завтра.").with_media([FILM]), reply_to=asked)
    await send_content(town, Content(media=(PLACE,)))
    film, place = shown_messages(town)
    again = town.new_messenger()
    try:
        for mid, words in ((film.mid, "Сегодня."), (film.mid, "Сейчас."), (place.mid, "Здесь.")):
            [part] = again.split(Content.of(words), ChatKind.PRIVATE)
            await again.edit(town.private, mid, part)
    finally:
        await again.close()
    assert (film.text, film.reply_to, [one["type"] for one in film.media]) == ("Сейчас.", asked, ["video"])
    assert [one["type"] for one in place.media] == ["location"]
    assert len(town.calls_of("getMessageById")) == 2


async def test_a_file_alone_is_not_edited(town):
    [sent] = await send_content(town, Content(media=(PAPER,)))
    await town.messenger.edit(town.private, sent.ids[0], Content(media=(PAPER,)))
    assert town.calls_of("editMessage") == []


async def test_edits_that_come_too_late(town):
    [old] = await send_content(town, Content.of("Завтра."))
    [card] = await send_content(town, Content.of("Карточка", keyboard=[[Button("Да", "y")]]))
    for message in shown_messages(town):
        message.at -= timedelta(days=8)
    with pytest.raises(MessageGone):
        await edit_message(town, old.ids[0], Content.of("Сегодня."))
    await edit_message(town, card.ids[0], Content.of("В работе", keyboard=[[Button("Да", "y")]]))
    assert [message.text for message in shown_messages(town)] == ["Завтра.", "В работе"]


async def test_messages_that_cannot_be_edited(town):
    theirs = await town.server.send_message(CITIZEN, CITIZEN, "Когда?")
    [gone] = await send_content(town, Content.of("Завтра."))
    await town.server.remove(gone.ids[0])
    for mid in (theirs, gone.ids[0], "mid.00000000000000000000000000000000", "41"):
        with pytest.raises(MessageGone):
            await edit_message(town, mid, Content.of("Сегодня."))


async def test_an_edit_of_much_is_cut(town):
    [sent] = await send_content(town, Content.of("Завтра.", whole=True))
    await town.messenger.edit(town.private, sent.ids[0], Content.of("слово " * 2000))
    assert len(shown_messages(town)[0].text) <= TEXT_LIMIT
    await town.messenger.edit(town.private, sent.ids[0], Content())
    assert shown_messages(town)[0].text == "…"


# Presses and the rest


async def test_presses_are_answered_in_words_or_not_at_all(town):
    [sent] = await send_content(town, Content.of("Карточка", keyboard=[[Button("Да", "y")]]))
    await town.messenger.fetch()
    for _ in range(3):
        await town.server.press_button(CITIZEN, sent.ids[0], "Да")
    first, second, third = [one.callback_id for one in await town.new_events() if isinstance(one, ButtonPressed)]
    await town.messenger.answer_callback(first, "Принято " * 60, alert=True)
    await town.messenger.answer_callback(second)
    [call] = town.calls_of("answerOnCallback")
    assert len(call["notification"]) <= 200
    for press_id in (first, second):
        with pytest.raises(CallbackExpired):
            await town.messenger.answer_callback(press_id, "Принято")
    again = town.new_messenger()
    try:
        await again.answer_callback(third, "Принято")
        with pytest.raises(CallbackExpired):  # answered before a restart
            await again.answer_callback(first, "Принято")
    finally:
        await again.close()
    with pytest.raises(CallbackExpired):
        await town.messenger.answer_callback("never", "Принято")


async def test_one_list_of_commands_for_all_is_left_alone(town):
    await town.messenger.set_commands(town.private, [MenuCommand("my", "Мои сообщения")])
    assert town.server.world.me.commands == []


async def test_nothing_is_sent_twice_by_itself(town):
    for fault in (FaultKind.DROP, FaultKind.HTTP_500, FaultKind.REFUSE):
        town.fail_next("sendMessage", fault)
        with pytest.raises(TemporaryFailure):
            await send_content(town, Content.of("раз"))
    assert len(shown_messages(town)) == 1  # the one whose answer was dropped


async def test_an_answer_without_the_messages_number(town):
    town.refuse_next("sendMessage", 200, "ok")
    with pytest.raises(TemporaryFailure) as caught:
        await send_content(town, Content.of("раз"))
    assert caught.value.outcome_unknown


async def test_closing_ends_what_is_under_way(town):
    await town.messenger.close()
    with pytest.raises(TemporaryFailure):
        await send_content(town, Content.of("раз"))
    with pytest.raises(FileUnavailable):
        await town.messenger.download(PLACE)


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
    """Both certificates are those of gosuslugi.ru/crt; nothing else is trusted in addition to the system's own."""
    found = re.findall("-----BEGIN CERTIFICATE-----.*?-----END CERTIFICATE-----", CERTIFICATES.read_text(), re.DOTALL)
    prints = [hashlib.sha256(ssl.PEM_cert_to_DER_cert(one)).hexdigest() for one in found]
    assert prints == [
        "d26d2d0231b7c39f92cc738512ba54103519e4405d68b5bd703e9788ca8ecf31",
        "bbbde2103e790b999ec62bd03cf625a5a2e7c316e10afe6a490eedead8b3fd9b",
    ]


async def test_a_server_that_is_not_there(town):
    nowhere = town.new_messenger()
    nowhere._client._api_base = "https://127.0.0.1:9"
    with pytest.raises(TemporaryFailure) as caught:
        await nowhere.fetch()
    await nowhere.close()
    assert not caught.value.outcome_unknown
