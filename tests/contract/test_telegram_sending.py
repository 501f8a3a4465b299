"""Messages of the bot as Telegram accepts them."""

from typing import Any

import pytest

from bot.messengers.content import Bold, Button, Content, Link, Quote, Text
from bot.messengers.errors import (
    CallbackExpired,
    ChatMigrated,
    Conflict,
    FileUnavailable,
    MessageGone,
    MessengerError,
    NotModified,
    RecipientUnreachable,
    Rejected,
    RejectReason,
    ReplyTargetGone,
    RetryAfter,
    TemporaryFailure,
)
from bot.messengers.events import Attachment, Chat, ChatKind, MediaKind, MessagePosted, Upload
from bot.messengers.port import MenuCommand, Severity, Target
from bot.messengers.telegram import TelegramMessenger
from sandbox.faults import Fault, FaultKind
from sandbox.server import Sandbox
from sandbox.telegram import TelegramServer, api_fault
from tests.contract.harness import TOKEN, fetch_events
from tests.contract.telegram_harness import CITIZEN, GROUP, TelegramHarness, open_harness

BASIC = -4455
FORUM = -1001111111111
CHANNEL = -1009876543210
PRIVATE = TelegramHarness.private
PUBLIC = TelegramHarness.public


def photo(data: bytes = b"picture") -> Upload:
    return Upload(MediaKind.PHOTO, "photo.jpg", "image/jpeg", data)


def paper(data: bytes = b"paper") -> Upload:
    return Upload(MediaKind.DOCUMENT, "акт.pdf", "application/pdf", data)


def place(chat_id: int, kind: ChatKind = ChatKind.GROUP, thread: str = "") -> Chat:
    return Chat("telegram", str(chat_id), kind, str(chat_id), None, thread)


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


async def send_content(
    bot: TelegramMessenger, content: Content, chat: Chat = PRIVATE, reply_to: str | None = None
) -> list[str]:
    ids: list[str] = []
    for part in bot.split(content, chat.kind):
        ids += (await bot.send(Target(chat, reply_to), part, key="k")).ids
    return ids


def last_message(server: TelegramServer, chat_id: int = CITIZEN) -> dict[str, Any]:
    return server.from_bot(chat_id)[-1]


# Texts


async def test_looks_become_entities(server: TelegramServer, bot: TelegramMessenger) -> None:
    await send_content(
        bot, Content.of(Bold("№1 😀"), "\n", Quote("<b>яма</b>"), "\n", Link("открыть", "https://a.ru/x?y=1"))
    )
    message = last_message(server)
    assert message["text"] == "№1 😀\n<b>яма</b>\nоткрыть"
    assert message["entities"] == [
        {"type": "bold", "offset": 0, "length": 5},
        {"type": "blockquote", "offset": 6, "length": 10},
        {"type": "text_link", "offset": 17, "length": 7, "url": "https://a.ru/x?y=1"},
    ]
    [(_, params)] = [call for call in server.calls if call[0] == "sendMessage"]
    assert params["link_preview_options"] == '{"is_disabled": true}'
    assert "parse_mode" not in params


async def test_an_address_telegram_would_refuse_is_left_out(server: TelegramServer, bot: TelegramMessenger) -> None:
    await send_content(bot, Content.of(Link("открыть", "http://localhost"), Link("ещё", "не адрес"), Bold("  ")))
    assert last_message(server)["text"] == "открытьещё"
    assert "entities" not in last_message(server)


async def test_long_rows_go_on_in_the_next(server: TelegramServer, bot: TelegramMessenger) -> None:
    row = [Button(str(number), f"c{number}") for number in range(11)]
    await send_content(bot, Content.of("Выберите", keyboard=[row, [Button("сайт", url="https://a.ru")]]))
    rows = last_message(server)["reply_markup"]["inline_keyboard"]
    assert [len(one) for one in rows] == [8, 3, 1]
    assert rows[2] == [{"text": "сайт", "url": "https://a.ru"}]


async def test_a_button_telegram_would_refuse_is_left_out(server: TelegramServer, bot: TelegramMessenger) -> None:
    rows = [[Button("открыть", url="http://localhost/1")], [Button("Да\ud83d", "y"), Button("?", url="не адрес")]]
    await send_content(bot, Content.of("№1", keyboard=rows))
    [[button]] = last_message(server)["reply_markup"]["inline_keyboard"]
    assert button["callback_data"] == "y"


# Files


@pytest.mark.parametrize("name", ['a"b\r\nX-Evil: 1/..\\c.pdf', "акт\0\ud83d.pdf", "", "я" * 300 + ".pdf"])
async def test_any_name_of_a_file(server: TelegramServer, bot: TelegramMessenger, name: str) -> None:
    await send_content(
        bot, Content.of("Акт").with_media([Upload(MediaKind.DOCUMENT, name, "application/pdf", b"paper")])
    )
    document = last_message(server)["document"]
    assert server.file(document["file_id"]) == b"paper"
    assert document["file_name"].endswith(".pdf") or not name


async def test_one_photo_carries_words_and_buttons(server: TelegramServer, bot: TelegramMessenger) -> None:
    await send_content(bot, Content.of(Bold("Готово"), keyboard=[[Button("Да", "y")]]).with_media([photo()]))
    [message] = server.from_bot(CITIZEN)
    assert (message["caption"], message["caption_entities"][0]["type"]) == ("Готово", "bold")
    assert message["reply_markup"]["inline_keyboard"][0][0]["callback_data"] == "y"


async def test_text_too_long_for_caption_is_sent_first(server: TelegramServer, bot: TelegramMessenger) -> None:
    await send_content(bot, Content.of("а" * 1025, keyboard=[[Button("Да", "y")]]).with_media([photo()]))
    words, picture = server.from_bot(CITIZEN)
    assert len(words["text"]) == 1025
    assert "reply_markup" in words
    assert "caption" not in picture
    assert "photo" in picture


async def test_an_album_takes_a_caption_but_no_buttons(server: TelegramServer, bot: TelegramMessenger) -> None:
    await send_content(bot, Content.of("Было и стало").with_media([photo(b"1"), photo(b"2")]))
    first, second = server.from_bot(CITIZEN)
    assert first["media_group_id"] == second["media_group_id"]
    assert (first["caption"], second.get("caption")) == ("Было и стало", None)
    await send_content(bot, Content.of("Было?", keyboard=[[Button("Да", "y")]]).with_media([photo(b"1"), photo(b"2")]))
    words, *album = server.from_bot(CITIZEN)[2:]
    assert (words["text"], "reply_markup" in words, len(album)) == ("Было?", True, 2)


async def test_whole_text_is_never_a_caption(server: TelegramServer, bot: TelegramMessenger) -> None:
    content = Content((Text("№1"),), ((Button("Да", "y"),),), (photo(),), whole=True)
    await send_content(bot, content)
    words, picture = server.from_bot(CITIZEN)
    assert (words["text"], "reply_markup" in words, "photo" in picture) == ("№1", True, True)


async def test_kinds_of_files_that_travel_together(server: TelegramServer, bot: TelegramMessenger) -> None:
    video = Upload(MediaKind.VIDEO, "v.mp4", "video/mp4", b"v")
    voice = Upload(MediaKind.VOICE, "v.oga", "audio/ogg", b"o")
    audio = Upload(MediaKind.AUDIO, "a.mp3", "audio/mpeg", b"a")
    spot = Attachment(MediaKind.LOCATION, "vk:1", latitude=45.4, longitude=133.4)
    mixed = [photo(), paper(), video, voice, audio, spot, paper(b"2")]
    await send_content(bot, Content.of("Всё сразу").with_media(mixed))
    methods = [method for method, _ in server.calls if method.startswith("send")]
    assert methods == ["sendMediaGroup", "sendMediaGroup", "sendVoice", "sendAudio", "sendLocation"]
    assert last_message(server)["location"] == {"latitude": 45.4, "longitude": 133.4}
    assert last_message(server).get("caption") is None


async def test_eleven_photos_are_two_messages(server: TelegramServer, bot: TelegramMessenger) -> None:
    made = bot.split(Content.of("Фото").with_media([photo(bytes([n])) for n in range(11)]), ChatKind.PRIVATE)
    assert [len(part.media) for part in made] == [10, 1]
    ids = await send_content(bot, Content.of("Фото").with_media([photo(bytes([n + 1])) for n in range(11)]))
    assert len(set(ids)) == 11


async def test_a_picture_telegram_takes_for_none_goes_as_a_document(
    server: TelegramServer, bot: TelegramMessenger
) -> None:
    await send_content(bot, Content().with_media([Upload(MediaKind.PHOTO, "p.heic", "image/heic", b"heic")]))
    assert "document" in last_message(server)


@pytest.mark.parametrize("sent", ["photo", "video", "video_note", "animation", "document", "voice", "audio", "sticker"])
async def test_every_kind_of_file_goes_back_as_it_came(
    server: TelegramServer, bot: TelegramMessenger, sent: str
) -> None:
    await server.send_message(CITIZEN, CITIZEN, **{sent: b"content"})
    [event] = await fetch_events(bot)
    assert isinstance(event, MessagePosted)
    await send_content(bot, Content.of("Вот").with_media(event.attachments))
    assert sent in last_message(server)


async def test_media_of_another_messenger_is_a_link(server: TelegramServer, bot: TelegramMessenger) -> None:
    foreign = Attachment(MediaKind.VIDEO, "vk:1", "video1_2", link="https://vk.com/video1_2")
    lost = Attachment(MediaKind.PHOTO, "vk:1", "photo1_2")
    await send_content(bot, Content.of("Яма").with_media([foreign, lost]))
    [message] = server.from_bot(CITIZEN)
    assert message["text"] == "Яма\n📎 видео"
    assert message["entities"][0]["url"] == "https://vk.com/video1_2"


# Chats


async def test_topics_and_comments(server: TelegramServer, bot: TelegramMessenger) -> None:
    server.group(FORUM, "Дом 5", forum=True)
    topic = await server.send_message(FORUM, 1, raw={"forum_topic_created": {"name": "ЖКХ"}})
    await send_content(bot, Content.of("В тему"), place(FORUM, thread=f"topic-{topic}"))
    assert last_message(server, FORUM)["message_thread_id"] == topic
    server.channel(CHANNEL, "Администрация", discussion=GROUP)
    post = await server.publish_post(CHANNEL, "Ремонт")
    await send_content(bot, Content.of("Под пост"), place(GROUP, thread=str(post.copy_id)))
    assert last_message(server, GROUP)["reply_to_message"]["message_id"] == post.copy_id
    await server.delete(GROUP, post.copy_id or 0)
    await send_content(bot, Content.of("Пост удалён"), place(GROUP, thread=str(post.copy_id)))
    assert "reply_to_message" not in last_message(server, GROUP)


async def test_links_to_what_was_sent(server: TelegramServer, bot: TelegramMessenger) -> None:
    [part] = bot.split(Content.of("Ответ"), ChatKind.GROUP)
    sent = await bot.send(Target(PUBLIC), part, key="k")
    assert sent.link == server.message_link(GROUP, int(sent.ids[0]))
    assert (await bot.send(Target(PRIVATE), part, key="k")).link is None


async def test_an_answer_to_a_message_of_a_kind_to_be_invented(server: TelegramServer, bot: TelegramMessenger) -> None:
    odd = await server.send_message(GROUP, CITIZEN, "яма", raw={"forward_origin": {"type": "hologram"}})
    assert await send_content(bot, Content.of("Ответ"), PUBLIC, str(odd))
    assert last_message(server, GROUP)["reply_to_message"]["forward_origin"] == {"type": "hologram"}


# Edits


async def test_words_under_a_photo_are_changed_there(server: TelegramServer, bot: TelegramMessenger) -> None:
    [number] = await send_content(bot, Content.of("Закроем").with_media([photo()]))
    long = "Закрыли " + "слово " * 400
    await bot.edit(PRIVATE, number, Content.of(long, whole=True))
    assert last_message(server)["caption"].startswith("Закрыли")
    assert last_message(server)["caption"].endswith("…")
    with pytest.raises(Rejected) as refused:  # the bot does not cut an official's text silently
        await bot.edit(PRIVATE, number, Content.of(long))
    assert refused.value.reason is RejectReason.TOO_LONG
    await bot.edit(PRIVATE, number, Content.of("Закрыли").with_media([photo()]))
    assert last_message(server)["caption"] == "Закрыли"


async def test_a_card_with_files_is_changed_part_by_part(server: TelegramServer, bot: TelegramMessenger) -> None:
    spot = Attachment(MediaKind.LOCATION, "telegram", latitude=45.4, longitude=133.4)
    card = Content((Text("№1"),), (), (photo(), spot), whole=True)
    ids = await send_content(bot, card)
    for number, part in zip(ids, bot.split(card, ChatKind.PRIVATE), strict=True):
        changed = part if part.media else Content.of("№1 · В работе", whole=True)
        await bot.edit(PRIVATE, number, changed)
    assert [one.get("text") for one in server.from_bot(CITIZEN)] == ["№1 · В работе", None, None]


async def test_the_same_again(server: TelegramServer, bot: TelegramMessenger) -> None:
    card = Content.of("№1", keyboard=[[Button("Да", "y")]])
    [number] = await send_content(bot, card)
    with pytest.raises(NotModified):
        await bot.edit(PRIVATE, number, card)


async def test_edit_is_refused_when_impossible(server: TelegramServer, bot: TelegramMessenger) -> None:
    theirs = await server.send_message(CITIZEN, CITIZEN, "моё")
    for number in (str(theirs), "4040"):
        with pytest.raises(MessageGone):
            await bot.edit(PRIVATE, number, Content.of("наше"))


async def test_a_late_answer_to_a_press(server: TelegramServer, bot: TelegramMessenger) -> None:
    with pytest.raises(CallbackExpired):
        await bot.answer_callback("404")


async def test_a_long_answer_to_a_press_is_cut(server: TelegramServer, bot: TelegramMessenger) -> None:
    press = await server.press_callback_data(CITIZEN, CITIZEN, 1, "x")
    await bot.answer_callback(press, "слово " * 100, alert=True)
    assert server.callback_answers[press]["show_alert"]
    assert server.callback_answers[press]["text"].endswith("…")


# Errors

GROUP_ERRORS = [
    (400, "Bad Request: chat not found", Rejected, RejectReason.NO_RIGHTS),
    (400, "Bad Request: not enough rights to send text messages to the chat", Rejected, RejectReason.NO_RIGHTS),
    (400, "Bad Request: CHAT_WRITE_FORBIDDEN", Rejected, RejectReason.NO_RIGHTS),
    (400, "Bad Request: TOPIC_CLOSED", Rejected, RejectReason.NO_RIGHTS),
    (400, "Bad Request: message thread not found", Rejected, RejectReason.GONE),
    (400, "Bad Request: message to be replied not found", ReplyTargetGone, None),
    (400, "Bad Request: replied message not found", ReplyTargetGone, None),
    (400, "Bad Request: message is too long", Rejected, RejectReason.TOO_LONG),
    (400, "Bad Request: message caption is too long", Rejected, RejectReason.TOO_LONG),
    (400, "Bad Request: MEDIA_CAPTION_TOO_LONG", Rejected, RejectReason.TOO_LONG),
    (400, "Bad Request: BUTTON_DATA_INVALID", Rejected, RejectReason.BAD_MARKUP),
    (400, "Bad Request: reply markup is too long", Rejected, RejectReason.BAD_MARKUP),
    (400, "Bad Request: can't parse entities: something", Rejected, RejectReason.BAD_REQUEST),
    (400, "Bad Request: something nobody has seen", Rejected, RejectReason.BAD_REQUEST),
    (400, "Bad Request: wrong file identifier/HTTP URL specified", FileUnavailable, None),
    (403, "Forbidden: bot was kicked from the supergroup chat", Rejected, RejectReason.NO_RIGHTS),
    (403, "Forbidden: bot is not a member of the supergroup chat", Rejected, RejectReason.NO_RIGHTS),
    (403, "Forbidden: user is deactivated", RecipientUnreachable, None),
    (403, "Forbidden: bot can't initiate conversation with a user", RecipientUnreachable, None),
    (413, "Request Entity Too Large", Rejected, RejectReason.BAD_REQUEST),
    (500, "Internal Server Error", TemporaryFailure, None),
    (502, "Bad Gateway", TemporaryFailure, None),
    (418, "I'm a teapot", TemporaryFailure, None),
]


@pytest.mark.parametrize(("code", "description", "kind", "reason"), GROUP_ERRORS)
async def test_errors_become_ours(
    server: TelegramServer,
    bot: TelegramMessenger,
    code: int,
    description: str,
    kind: type[MessengerError],
    reason: RejectReason | None,
) -> None:
    server.faults.order("sendMessage", api_fault(code, description))
    with pytest.raises(kind) as caught:
        await send_content(bot, Content.of("Ответ"), PUBLIC)
    assert getattr(caught.value, "reason", None) is reason


async def test_the_limits_own_words(server: TelegramServer, bot: TelegramMessenger) -> None:
    server.faults.order("sendMessage", api_fault(429, "Too Many Requests: retry after 7", retry_after=7))
    with pytest.raises(RetryAfter) as caught:
        await send_content(bot, Content.of("Ответ"))
    assert caught.value.seconds == 7


@pytest.mark.parametrize("answer", [{"ok": False}, {"ok": True}, {}, {"ok": True, "result": []}])
async def test_answers_that_are_none(server: TelegramServer, bot: TelegramMessenger, answer: dict[str, Any]) -> None:
    server.faults.order("sendMessage", Fault(FaultKind.ANSWER, 200, answer))
    with pytest.raises(TemporaryFailure) as caught:
        await send_content(bot, Content.of("Ответ"))
    assert caught.value.outcome_unknown


async def test_a_refused_connection_carried_nothing_out(sandbox: Sandbox) -> None:
    nobody = TelegramMessenger(TOKEN, "http://127.0.0.1:1", request_timeout=2)
    with pytest.raises(TemporaryFailure) as caught:
        await nobody.fetch()
    await nobody.close()
    assert not caught.value.outcome_unknown


async def test_somebody_the_bot_has_never_met(server: TelegramServer, bot: TelegramMessenger) -> None:
    server.user(777, "Начальник")
    with pytest.raises(RecipientUnreachable):  # Telegram says: chat not found
        await send_content(bot, Content.of("Карточка"), place(777, ChatKind.PRIVATE))
    await server.send_message(GROUP, 777, "я тут")
    with pytest.raises(RecipientUnreachable):  # and now: bot can't initiate conversation
        await send_content(bot, Content.of("Карточка"), place(777, ChatKind.PRIVATE))
    await server.start_bot(777)
    assert await send_content(bot, Content.of("Карточка"), place(777, ChatKind.PRIVATE))


async def test_a_group_that_moved(server: TelegramServer, bot: TelegramMessenger) -> None:
    server.group(BASIC, "Малый", supergroup=False)
    old = await server.send_message(BASIC, CITIZEN, "яма")
    new_id = await server.migrate(BASIC)
    with pytest.raises(ChatMigrated) as caught:
        await send_content(bot, Content.of("Ответ"), place(BASIC), str(old))
    assert caught.value.new_id == str(new_id)
    with pytest.raises(ReplyTargetGone):
        await send_content(bot, Content.of("Ответ"), place(new_id), str(old + 500))


async def test_a_chat_the_bot_was_thrown_out_of(server: TelegramServer, bot: TelegramMessenger) -> None:
    await server.kick_bot(GROUP)
    with pytest.raises(Rejected) as caught:
        await send_content(bot, Content.of("Ответ"), PUBLIC)
    assert caught.value.reason is RejectReason.NO_RIGHTS


async def test_a_code_that_is_too_long(server: TelegramServer, bot: TelegramMessenger) -> None:
    with pytest.raises(Rejected) as caught:
        await send_content(bot, Content.of("№1", keyboard=[[Button("Да", "я" * 33)]]))
    assert caught.value.reason is RejectReason.BAD_MARKUP


# Downloads


async def test_files_bots_may_not_download(server: TelegramServer, bot: TelegramMessenger) -> None:
    await server.send_message(CITIZEN, CITIZEN, video=b"\1" * (20 * 1024 * 1024 + 1))
    [event] = await fetch_events(bot)
    assert isinstance(event, MessagePosted)
    [video] = event.attachments
    with pytest.raises(FileUnavailable):
        await bot.download(video)
    unsized = Attachment(video.kind, video.origin, video.ref)
    with pytest.raises(FileUnavailable):  # the server refuses it
        await bot.download(unsized)
    with pytest.raises(FileUnavailable):
        await bot.download(Attachment(MediaKind.PHOTO, "telegram", "unheard-of"))


async def test_downloads_that_fail(server: TelegramServer, bot: TelegramMessenger) -> None:
    await server.send_message(CITIZEN, CITIZEN, photo=b"picture")
    [event] = await fetch_events(bot)
    assert isinstance(event, MessagePosted)
    [picture] = event.attachments
    for kind in (FaultKind.HTTP_500, FaultKind.DROP):
        server.faults.order("file", Fault(kind), times=2)  # the client retries a dropped GET once
        with pytest.raises(TemporaryFailure):
            await bot.download(picture)
        server.faults.clear()
    server.faults.order("file", api_fault(404, "Not Found"))
    with pytest.raises(FileUnavailable):
        await bot.download(picture)
    assert (await bot.download(picture)).data == b"picture"


# Polling


async def test_the_first_poll_names_no_offset_and_later_ones_confirm(
    server: TelegramServer, harness: TelegramHarness
) -> None:
    fresh = harness.new_messenger()
    first = await server.send_message(CITIZEN, CITIZEN, "раз")
    await fresh.fetch()
    assert len(server.pending_updates) == 2  # the citizen's start, and this message
    await fresh.fetch()
    assert server.pending_updates == []
    await fresh.close()
    offsets = [params.get("offset") for method, params in server.calls if method == "getUpdates"][-2:]
    assert offsets[0] is None
    assert offsets[1] is not None
    assert first


async def test_more_than_a_batch(server: TelegramServer, bot: TelegramMessenger) -> None:
    for number in range(130):
        await server.send_message(CITIZEN, CITIZEN, str(number))
    sizes = [len((await bot.fetch()).updates) for _ in range(3)]
    assert sizes == [100, 30, 0]


async def test_two_programs_with_one_token(server: TelegramServer, harness: TelegramHarness) -> None:
    server.faults.order("getUpdates", api_fault(409, "Conflict: terminated by other getUpdates request"))
    with pytest.raises(Conflict):
        await harness.messenger.fetch()


async def test_a_webhook_left_behind_is_removed(server: TelegramServer, harness: TelegramHarness) -> None:
    server.world.webhook = {"url": "https://example.ru/hook"}
    fresh = harness.new_messenger()
    await fresh.fetch()
    await fresh.close()
    assert server.world.webhook["url"] == ""


async def test_only_wanted_kinds_are_asked_for(server: TelegramServer, bot: TelegramMessenger) -> None:
    await bot.fetch()
    asked = [params["allowed_updates"] for method, params in server.calls if method == "getUpdates"][-1]
    assert '"my_chat_member"' in asked
    assert '"chat_member"' not in asked


# The self-check


async def check_findings(harness: TelegramHarness, *chats: tuple[int, str]) -> list[str]:
    fresh = TelegramMessenger(TOKEN, f"{harness.sandbox.url}/telegram", chats)
    found = await fresh.check()
    await fresh.close()
    return [one.text for one in found if one.severity is Severity.FAULT]


async def test_privacy_mode_is_found(harness: TelegramHarness, server: TelegramServer) -> None:
    server.world.me.can_read_all_group_messages = False
    [text] = await check_findings(harness, (GROUP, "Подслушано"))
    assert "/setprivacy" in text
    await server.invite_bot(GROUP, admin=True)
    assert await check_findings(harness, (GROUP, "Подслушано")) == []


async def test_chats_the_bot_cannot_serve_are_found(harness: TelegramHarness, server: TelegramServer) -> None:
    server.group(BASIC, "Малый", supergroup=False)
    new_id = await server.migrate(BASIC)
    server.channel(CHANNEL, "Новости", discussion=GROUP, bot_is_admin=True)
    found = await check_findings(
        harness, (BASIC, "Малый"), (CHANNEL, "Новости"), (-1005, "Нет такого"), (GROUP, "Есть")
    )
    assert [str(new_id) in found[0], str(GROUP) in found[1], "Добавьте" in found[2]] == [True] * 3
    assert len(found) == 3
    await server.kick_bot(GROUP)
    assert "Добавьте" in (await check_findings(harness, (GROUP, "Есть")))[0]
    await server.restrict_bot(GROUP)
    assert "запрещено писать" in (await check_findings(harness, (GROUP, "Есть")))[0]


async def test_nothing_listens(harness: TelegramHarness) -> None:
    nobody = TelegramMessenger(TOKEN, "http://127.0.0.1:1", request_timeout=2)
    [finding] = await nobody.check()
    await nobody.close()
    assert "не отвечает" in finding.text


async def test_a_token_that_is_none(harness: TelegramHarness) -> None:
    nobody = TelegramMessenger("no token", f"{harness.sandbox.url}/telegram")
    [finding] = await nobody.check()
    await nobody.close()
    assert "@BotFather" in finding.text


# The menu


async def test_a_menu_for_one_chat(server: TelegramServer, bot: TelegramMessenger) -> None:
    await bot.set_commands(PRIVATE, [MenuCommand("my", "Мои сообщения"), MenuCommand("help", "Помощь")])
    assert [one["command"] for one in server.commands(CITIZEN)] == ["my", "help"]
    assert server.commands() == []
    await bot.set_commands(PRIVATE, [])
    assert server.commands(CITIZEN) == []
