"""Messages of the bot in VK, and their appearance there."""

import json
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain.clock import SystemClock
from bot.messengers.content import Bold, Button, Content, Link, Mention, Quote, Text
from bot.messengers.errors import (
    CallbackExpired,
    MessageGone,
    RecipientUnreachable,
    Rejected,
    RejectReason,
    ReplyTargetGone,
)
from bot.messengers.events import Attachment, ButtonPressed, Chat, ChatKind, MediaKind, MessagePosted, Upload
from bot.messengers.port import Target
from bot.messengers.vk.rendering import render_keyboard, render_text, split_content
from bot.messengers.vk.send_keys import VkSendKey
from tests.contract.vk_harness import CHAT, GROUP, IVAN, MARIA, PHOTO, open_vk_harness

ACCOUNT = f"vk:{GROUP}"
WITH_MARIA = Chat(ACCOUNT, str(MARIA), ChatKind.PRIVATE, str(GROUP))
NEIGHBOURS = Chat(ACCOUNT, str(CHAT), ChatKind.GROUP, str(GROUP))


@pytest.fixture
async def harness(sandbox):
    async with open_vk_harness(sandbox) as harness:
        yield harness


def wall_chat(post: int, kind: ChatKind = ChatKind.WALL) -> Chat:
    return Chat(ACCOUNT, f"wall-{GROUP}_{post}", kind, str(GROUP), thread=str(post))


async def test_an_answer_stands_under_the_citizens_comment(harness):
    post = await harness.vk.post(GROUP, "Новость")
    comment = await harness.vk.comment(GROUP, post, MARIA, "Люк открыт")
    sent = await harness.messenger.send(
        Target(wall_chat(post), str(comment)), Content.of("Закрыли ", Bold("сегодня")), key="1"
    )
    answer = harness.vk.comments(GROUP, post)[-1]
    assert (answer.text, answer.from_id, answer.reply_to_comment) == ("Закрыли сегодня", -GROUP, comment)
    assert sent.ids == (str(answer.id),)
    assert sent.link == f"https://vk.com/wall-{GROUP}_{post}?reply={answer.id}&thread={comment}"


async def test_a_visitors_post_is_answered_below_it(harness):
    post = await harness.vk.visitor_post(GROUP, MARIA, "Нет воды")
    event = await harness.one_event(MessagePosted)
    sent = await harness.messenger.send(Target(event.chat, event.message_id), Content.of("Дали"), key="1")
    (answer,) = harness.vk.comments(GROUP, post)
    assert answer.reply_to_comment is None
    assert sent.link == f"https://vk.com/wall-{GROUP}_{post}?reply={answer.id}"


async def test_the_same_key_shows_one_message_and_another_key_another(harness):
    post = await harness.vk.post(GROUP, "Новость")
    await harness.vk.send_message(GROUP, MARIA, "Здравствуйте")
    for target in (Target(wall_chat(post)), Target(WITH_MARIA)):
        first = await harness.messenger.send(target, Content.of("Ответ"), key="outbox:5:0")
        assert await harness.messenger.send(target, Content.of("Ответ"), key="outbox:5:0") == first
        second = await harness.messenger.send(target, Content.of("Ответ"), key="outbox:5:1")
        assert second.ids != first.ids
    assert len(harness.vk.comments(GROUP, post)) == 2
    assert len(harness.vk.messages(GROUP, MARIA)) == 3


def own_key(row: str, ago: timedelta = timedelta()) -> str:
    """Return a key as a row of the outbox has it, queued *ago*."""
    return f"{int((SystemClock().now() - ago).timestamp()):x}.{row}:0"


def lookups(harness) -> list[str]:
    return [c.method for c in harness.vk.calls if c.method == "messages.getByConversationMessageId"]


async def test_a_message_that_vk_takes_for_an_older_one_is_sent_all_the_same(harness):
    """VK answers a known ``random_id`` with the number of the earlier message, as if it had sent this one."""
    await harness.vk.send_message(GROUP, MARIA, "Здравствуйте")
    key = own_key("9f3a")
    older = VkSendKey.derive(key, str(MARIA)).random_id
    theirs = harness.vk.world.add_message(GROUP, MARIA, -GROUP, "Ответ другого сообщения", random_id=older)
    theirs.date -= timedelta(minutes=30)
    sent = await harness.messenger.send(Target(WITH_MARIA), Content.of("Яму засыпали"), key=key)
    shown = harness.vk.messages(GROUP, MARIA)[-1]
    assert (shown.text, sent.ids) == ("Яму засыпали", (str(shown.cmid),))
    assert await harness.messenger.send(Target(WITH_MARIA), Content.of("Яму засыпали"), key=key) == sent
    assert [m.text for m in harness.vk.messages(GROUP, MARIA)].count("Яму засыпали") == 1


async def test_a_row_that_was_sent_before_a_crash_is_not_sent_again_with_other_words(harness):
    """A card shows the newest state at every attempt."""
    await harness.vk.send_message(GROUP, MARIA, "Здравствуйте")
    key = own_key("9f3a", timedelta(minutes=5))
    first = await harness.messenger.send(Target(WITH_MARIA), Content.of("Новое"), key=key)
    restarted = harness.new_messenger()
    try:
        assert await restarted.send(Target(WITH_MARIA), Content.of("В работе"), key=key) == first
    finally:
        await restarted.close()
    assert [m.text for m in harness.vk.messages(GROUP, MARIA)] == ["Здравствуйте", "Новое"]


async def test_only_the_first_message_and_repetitions_cost_a_call_more(harness):
    await harness.vk.send_message(GROUP, MARIA, "Здравствуйте")
    await harness.messenger.send(Target(WITH_MARIA), Content.of("Один"), key=own_key("1"))
    assert len(lookups(harness)) == 1
    second, third = own_key("2"), own_key("3")  # a key names its second, which may end before it is used again
    for key in (second, third):
        await harness.messenger.send(Target(WITH_MARIA), Content.of(key), key=key)
    assert len(lookups(harness)) == 1
    await harness.messenger.send(Target(WITH_MARIA), Content.of("Два"), key=second)
    assert len(lookups(harness)) == 2


def test_keys_use_all_that_vk_allows() -> None:
    ids = [VkSendKey.derive(f"6928c2f1.{row:x}:0", "7").random_id for row in range(2000)]
    assert 0 not in ids
    assert len(set(ids)) == 2000
    assert -(2**31) <= min(ids) < -(2**30)
    assert 2**30 < max(ids) < 2**31


def test_rows_of_release_010_keep_their_keys() -> None:
    """They may have been sent by that release, under these keys."""
    key = VkSendKey.derive("5:0", "7")
    assert (key.random_id, key.guid, key.since) == (1622029564, "c15c69f97b3ac7b189695d2aa6fe7351", None)


@pytest.mark.parametrize("chat", [WITH_MARIA, NEIGHBOURS])
async def test_conversations_are_answered_by_a_reply(harness, chat):
    if chat is WITH_MARIA:
        message = await harness.vk.send_message(GROUP, MARIA, "Яма")
    else:
        message = await harness.vk.send_to_conversation(GROUP, CHAT, MARIA, "Яма")
    sent = await harness.messenger.send(Target(chat, str(message.cmid)), Content.of("Засыпали"), key="1")
    answer = harness.vk.messages(GROUP, message.peer_id)[-1]
    assert (answer.reply, answer.text, sent.ids) == (message, "Засыпали", (str(answer.cmid),))


async def test_reply_target_may_be_gone(harness):
    post = await harness.vk.post(GROUP, "Новость")
    comment = await harness.vk.comment(GROUP, post, MARIA, "Люк")
    await harness.vk.delete_comment(GROUP, post, comment)
    message = await harness.vk.send_message(GROUP, MARIA, "Яма")
    await harness.vk.delete_message(GROUP, MARIA, message.cmid)
    for target in (Target(wall_chat(post), str(comment)), Target(WITH_MARIA, str(message.cmid))):
        with pytest.raises(ReplyTargetGone):
            await harness.messenger.send(target, Content.of("Ответ"), key="1")
        assert await harness.messenger.send(Target(target.chat), Content.of("Ответ"), key="1")


async def test_places_where_we_may_not_or_cannot_write(harness):
    post = await harness.vk.post(GROUP, "Новость")
    await harness.vk.close_comments(GROUP, post)
    with pytest.raises(Rejected) as closed:
        await harness.messenger.send(Target(wall_chat(post)), Content.of("Ответ"), key="1")
    await harness.vk.delete_post(GROUP, post)
    with pytest.raises(Rejected) as gone:
        await harness.messenger.send(Target(wall_chat(post)), Content.of("Ответ"), key="1")
    with pytest.raises(RecipientUnreachable):
        await harness.messenger.send(Target(WITH_MARIA), Content.of("Ответ"), key="1")
    calls = len(harness.vk.calls)
    with pytest.raises(Rejected) as heard:
        await harness.messenger.send(Target(wall_chat(post, ChatKind.SHOWCASE)), Content.of("Ответ"), key="1")
    assert len(harness.vk.calls) == calls
    reasons = [caught.value.reason for caught in (closed, gone, heard)]
    assert reasons == [RejectReason.NO_RIGHTS, RejectReason.GONE, RejectReason.NO_RIGHTS]


async def test_a_person_who_forbids_messages_is_unreachable(harness):
    await harness.vk.send_message(GROUP, MARIA, "Здравствуйте")
    await harness.vk.deny_messages(GROUP, MARIA)
    with pytest.raises(RecipientUnreachable):
        await harness.messenger.send(Target(WITH_MARIA), Content.of("Ответ"), key="1")
    await harness.vk.allow_messages(GROUP, MARIA)
    assert await harness.messenger.send(Target(WITH_MARIA), Content.of("Ответ"), key="1")


async def test_photos_and_files_reach_a_conversation(harness):
    await harness.vk.send_message(GROUP, MARIA, "Здравствуйте")
    media = (
        Upload(MediaKind.PHOTO, "after.jpg", "image/jpeg", PHOTO),
        Upload(MediaKind.PHOTO, "broken.jpg", "image/jpeg", b"no picture at all"),
        Upload(MediaKind.DOCUMENT, 'приказ "5".pdf', "application/pdf", b"%PDF"),
        Upload(MediaKind.AUDIO, "song.mp3", "audio/mpeg", b"ID3"),
        Attachment(MediaKind.LOCATION, latitude=45.47, longitude=133.42),
    )
    await harness.messenger.send(Target(WITH_MARIA), Content.of("Сделано").with_media(media), key="1")
    shown = harness.vk.messages(GROUP, MARIA)[-1]
    assert [thing["type"] for thing in shown.attachments] == ["photo", "doc", "doc"]
    assert shown.attachments[2]["doc"]["title"] == 'приказ "5".pdf'
    assert shown.text == "Сделано\nВложение: song.mp3"  # VK refuses such documents, so a line replaces the file
    assert shown.geo["coordinates"] == {"latitude": 45.47, "longitude": 133.42}


async def test_photos_go_under_posts_as_documents(harness):
    post = await harness.vk.post(GROUP, "Новость")
    media = (
        Upload(MediaKind.PHOTO, "after.jpg", "image/jpeg", PHOTO),
        Attachment(MediaKind.LOCATION, latitude=45.47, longitude=133.42),
    )
    await harness.messenger.send(Target(wall_chat(post)), Content.of("Сделано").with_media(media), key="1")
    (answer,) = harness.vk.comments(GROUP, post)
    assert [thing["type"] for thing in answer.attachments] == ["doc"]
    assert answer.text == "Сделано\nКоординаты: 45.470000, 133.420000"


async def test_citizens_attachments_can_be_sent_again(harness):
    await harness.vk.send_message(GROUP, MARIA, "Смотрите", photos=[PHOTO], video="Потоп")
    seen = await harness.one_event(MessagePosted)
    stranger = Attachment(MediaKind.VIDEO, "telegram", "file-id", "clip.mp4", link="https://t.me/c/1/2")
    await harness.messenger.send(Target(WITH_MARIA), Content(media=(*seen.attachments, stranger)), key="1")
    shown = harness.vk.messages(GROUP, MARIA)[-1]
    assert [thing["type"] for thing in shown.attachments] == ["photo", "video"]
    assert shown.text == "Вложение: clip.mp4 — https://t.me/c/1/2"


async def test_an_edit_keeps_what_is_attached_and_replied_to(harness):
    message = await harness.vk.send_message(GROUP, MARIA, "Яма")
    part = Content.of("Черновик", keyboard=[[Button("Да", "y")]]).with_media(
        [Upload(MediaKind.PHOTO, "a.jpg", "image/jpeg", PHOTO)]
    )
    sent = await harness.messenger.send(Target(WITH_MARIA, str(message.cmid)), part, key="1")
    await harness.messenger.edit(WITH_MARIA, sent.ids[0], Content.of("Чистовик", keyboard=[[Button("Нет", "n")]]))
    shown = harness.vk.messages(GROUP, MARIA)[-1]
    assert (shown.text, len(shown.attachments), shown.reply) == ("Чистовик", 1, message)
    assert shown.keyboard["buttons"][0][0]["action"]["label"] == "Нет"
    restarted = harness.new_messenger()  # remembers nothing, so it has to ask
    try:
        await restarted.edit(WITH_MARIA, sent.ids[0], Content.of("Готово"))
    finally:
        await restarted.close()
    assert (shown.text, len(shown.attachments), shown.keyboard) == ("Готово", 1, None)


async def test_edit_is_refused_where_vk_forbids_it(harness):
    post = await harness.vk.post(GROUP, "Новость")
    theirs = await harness.vk.send_message(GROUP, MARIA, "Моё")
    with pytest.raises(MessageGone):
        await harness.messenger.edit(WITH_MARIA, str(theirs.cmid), Content.of("Чужое"))
    with pytest.raises(MessageGone):
        await harness.messenger.edit(WITH_MARIA, "99", Content.of("Ничьё"))
    sent = await harness.messenger.send(Target(WITH_MARIA), Content.of("Старое"), key="1")
    harness.vk.messages(GROUP, MARIA)[-1].date -= timedelta(hours=25)
    with pytest.raises(MessageGone):
        await harness.messenger.edit(WITH_MARIA, sent.ids[0], Content.of("Новое"))
    answer = await harness.messenger.send(Target(wall_chat(post)), Content.of("Ответ"), key="1")
    with pytest.raises(Rejected) as caught:
        await harness.messenger.edit(wall_chat(post), answer.ids[0], Content.of("Исправлено"))
    assert caught.value.reason is RejectReason.NO_RIGHTS
    assert ChatKind.WALL not in harness.messenger.capabilities.can_edit_in


async def test_a_button_is_pressed_and_the_press_answered_once(harness):
    await harness.vk.send_message(GROUP, MARIA, "Здравствуйте")
    card = Content.of("Карточка", keyboard=[[Button("✅ Принять", "v1:acc:142")], [Button("Сайт", url="https://a.ru")]])
    sent = await harness.messenger.send(Target(WITH_MARIA), card, key="1")
    await harness.vk.press_button(MARIA, GROUP, harness.vk.messages(GROUP, MARIA)[-1], "✅ Принять")
    press = await harness.one_event(ButtonPressed)
    assert (press.code, press.message_id, press.author.id, press.chat.id) == ("v1:acc:142", sent.ids[0], "7", "7")
    await harness.messenger.answer_callback(press.callback_id, "Принято. " * 20, alert=True)
    (answered,) = harness.vk.event_answers
    assert answered.answer["type"] == "show_snackbar"
    assert len(answered.answer["text"]) <= 90
    for late in (press.callback_id, "7:7:unknown", "nonsense"):
        with pytest.raises(CallbackExpired):
            await harness.messenger.answer_callback(late)


async def test_a_press_without_words_only_stops_the_spinner(harness):
    await harness.vk.send_message(GROUP, MARIA, "Здравствуйте")
    await harness.messenger.send(Target(WITH_MARIA), Content.of("?", keyboard=[[Button("Да", "y")]]), key="1")
    message = harness.vk.messages(GROUP, MARIA)[-1]
    await harness.vk.press_button(MARIA, GROUP, message, "Да")
    press = await harness.one_event(ButtonPressed)
    await harness.messenger.answer_callback(press.callback_id)
    assert harness.vk.event_answers[0].answer is None


async def test_any_keyboard_of_ours_is_taken(harness):
    await harness.vk.send_message(GROUP, MARIA, "Здравствуйте")
    capabilities = harness.messenger.capabilities
    full = [
        [
            Button("Очень длинное название отраслевого блока администрации", f"v1:to:{row}:{column}")
            for column in range(width)
        ]
        for row, width in enumerate([capabilities.buttons_per_row] * capabilities.button_rows)
    ]
    wide, tall = [[Button(str(n), str(n)) for n in range(9)]], [[Button(str(n), str(n))] for n in range(9)]
    for number, keyboard in enumerate((full, wide, tall, [[]])):
        part = Content.of("Куда передать?", keyboard=keyboard)
        await harness.messenger.send(Target(WITH_MARIA), part, key=str(number))
    counts = [
        sum(map(len, (message.keyboard or {"buttons": []})["buttons"]))
        for message in harness.vk.messages(GROUP, MARIA)[1:]
    ]
    assert counts == [10, 9, 6, 0]


def test_a_keyboard_keeps_within_ten_buttons():
    rows = json.loads(render_keyboard([[Button(str(n), str(n)) for n in range(4)]] * 6))["buttons"]
    assert [len(row) for row in rows] == [4, 4, 2]


@pytest.mark.parametrize(
    ("spans", "shown"),
    [
        ((Text("Ответ: "), Bold("да")), "Ответ: да"),
        ((Link("открыть", "https://vk.com/wall-1_2"),), "открыть: https://vk.com/wall-1_2"),
        ((Link("https://a.ru", "https://a.ru"),), "https://a.ru"),
        ((Text("Вы писали:"), Quote("Яма"), Text("Засыпали.")), "Вы писали:\n«Яма»\nЗасыпали."),
        ((Quote("Яма"), Text("\nЗасыпали.")), "«Яма»\nЗасыпали."),
        ((Text("[id1|Павел] и @id1 и *club5, [но] это | нет"),),
         "[\u200bid1|Павел] и @\u200bid1 и *\u200bclub5, [но] это | нет"),
        ((Text("почта a@b.ru"),), "почта a@b.ru"),
        ((Mention("Мария Ким", "5"), Text(", ответ")), "[id5|Мария Ким], ответ"),
        ((Mention("[id1|Мэр", "5"),), "[\u200bid1|Мэр"),
        ((Mention("Клуб", "-5"),), "Клуб"),
    ],
)  # fmt: skip
def test_spans_are_written_in_plain_words(spans, shown):
    assert render_text(spans) == shown


SPANS = st.lists(
    st.sampled_from([Text, Bold, Quote, lambda text: Link(text, "https://example.ru/1")]).flatmap(
        lambda make: st.tuples(st.text("аб «»[|@id1 \n😀.", max_size=60), st.integers(1, 80)).map(
            lambda pair: make(pair[0] * pair[1])
        )
    ),
    max_size=6,
)


@settings(deadline=None)
@given(spans=SPANS, whole=st.booleans())
def test_no_part_is_longer_than_vk_takes(spans, whole):
    parts = split_content(Content(tuple(spans), whole=whole))
    assert len(parts) == 1 or not whole
    assert all(len(render_text(part.spans).encode("utf-16-le")) <= 2 * 4096 for part in parts)


async def test_words_of_people_are_shown_as_they_are(harness):
    await harness.vk.send_message(GROUP, MARIA, "Здравствуйте")
    for number, (text, shown) in enumerate(
        [
            ("<b>&amp;</b> *_`[x](y)", "<b>&amp;</b> *_`[x](y)"),
            ("до\x00после\ud83d", "допосле\ufffd"),
            ("שלום \u202eтекст\u200b'; DROP TABLE x; --", "שלום \u202eтекст\u200b'; DROP TABLE x; --"),
            ("😀" * 200, "😀" * 200),
        ]
    ):
        await harness.messenger.send(Target(WITH_MARIA), Content.of(text), key=str(number))
        assert harness.vk.messages(GROUP, MARIA)[-1].text == shown


async def test_long_answers_are_parted_and_buttons_hang_under_the_last(harness):
    post = await harness.vk.post(GROUP, "Новость")
    await harness.vk.send_message(GROUP, MARIA, "Здравствуйте")
    text = "\n\n".join(f"Абзац {n}. " + "Слово, " * 150 for n in range(8))
    content = Content.of(Quote("Вопрос [id1|x] " * 50), text, keyboard=[[Button("Да", "y")]])
    for target in (Target(WITH_MARIA), Target(wall_chat(post))):
        parts = harness.messenger.split(content, target.chat.kind)
        assert len(parts) > 2
        for number, part in enumerate(parts):
            await harness.messenger.send(target, part, key=str(number))
    sent = harness.vk.messages(GROUP, MARIA)[1:]
    assert [bool(message.keyboard) for message in sent] == [False] * (len(sent) - 1) + [True]
    assert all(message.text.startswith(("«Вопрос", "Абзац")) for message in sent)


async def test_a_whole_card_stays_one_message(harness):
    photos = [Upload(MediaKind.PHOTO, f"{n}.jpg", "image/jpeg", PHOTO) for n in range(12)]
    card = Content.of("🆕 №142\n", Quote("текст " * 2000), "\nсрок", keyboard=[[Button("Да", "y")]], whole=True)
    (part,) = harness.messenger.split(card.with_media(photos), ChatKind.PRIVATE)
    await harness.vk.send_message(GROUP, IVAN, "Здравствуйте")
    await harness.messenger.send(Target(Chat(ACCOUNT, str(IVAN), ChatKind.PRIVATE, str(GROUP))), part, key="1")
    shown = harness.vk.messages(GROUP, IVAN)[-1]
    assert len(shown.text) <= 4096
    assert shown.text.startswith("🆕 №142")
    assert shown.text.endswith("…»\nсрок")
    assert (len(shown.attachments), bool(shown.keyboard)) == (10, True)


def test_many_photos_make_several_messages():
    photos = tuple(Upload(MediaKind.PHOTO, f"{n}.jpg", "image/jpeg", PHOTO) for n in range(23))
    parts = split_content(Content.of("Фото", keyboard=[[Button("Да", "y")]]).with_media(photos))
    assert [(part.plain_text, len(part.media), len(part.keyboard)) for part in parts] == [
        ("Фото", 10, 0),
        ("", 10, 0),
        ("", 3, 1),
    ]
    (empty,) = split_content(Content())
    assert empty == Content()
