"""Checks of posted answers that only one messenger can or cannot make; the common suite has the others."""

from collections.abc import AsyncIterator

import pytest

from bot.messengers.content import Content
from bot.messengers.errors import RetryAfter, TemporaryFailure
from bot.messengers.events import Chat, ChatKind
from bot.messengers.port import PublishedAnswer, Target, Visibility
from sandbox.faults import FaultKind
from sandbox.server import Sandbox
from sandbox.vk.errors import VkError
from sandbox.vk.script import parse_calls
from tests.contract import max_harness, telegram_harness, vk_harness
from tests.contract.max_harness import MaxHarness
from tests.contract.telegram_harness import TelegramHarness
from tests.contract.vk_harness import CHAT, GROUP, IVAN, MARIA, VkHarness

ANSWER = Content.of("Люк закрыт.")


@pytest.fixture
async def vk(sandbox: Sandbox) -> AsyncIterator[VkHarness]:
    async with vk_harness.open_harness(sandbox) as harness:
        yield harness


@pytest.fixture
async def max_(sandbox: Sandbox) -> AsyncIterator[MaxHarness]:
    async with max_harness.open_harness(sandbox) as harness:
        yield harness


@pytest.fixture
async def telegram(sandbox: Sandbox) -> AsyncIterator[TelegramHarness]:
    async with telegram_harness.open_harness(sandbox) as harness:
        yield harness


async def publish_reply(harness: VkHarness, *, in_thread: bool = False) -> PublishedAnswer:
    """Publish an answer of the bot to a comment, or to one within a thread."""
    asked = await harness.vk.comment(GROUP, harness.post, MARIA, "Люк открыт")
    if in_thread:
        asked = await harness.vk.comment(GROUP, harness.post, IVAN, "И у нас", reply_to=asked)
    sent = await harness.messenger.send(Target(harness.public, str(asked)), ANSWER, key="k1")
    return PublishedAnswer(harness.public, sent.ids, sent_by_bot=True, question_id=str(asked), link=sent.link)


async def published_visibility(
    harness: VkHarness | MaxHarness | TelegramHarness, placed: PublishedAnswer
) -> Visibility:
    [seen] = await harness.messenger.check_published([placed])
    return seen.visibility


@pytest.mark.parametrize("in_thread", [False, True])
async def test_a_comment_is_read_with_the_service_key(vk: VkHarness, in_thread: bool) -> None:
    placed = await publish_reply(vk, in_thread=in_thread)
    [seen] = await vk.messenger.check_published([placed])
    assert (seen.visibility, seen.question_text) == (Visibility.VISIBLE, "И у нас" if in_thread else "Люк открыт")
    assert [call.method for call in vk.vk.calls if "getComment" in call.method] == ["execute:wall.getComments"] * 2
    await vk.vk.comment(GROUP, vk.post, IVAN, "Правда закрыт", reply_to=int(placed.ids[0]))
    await vk.vk.delete_comment(GROUP, vk.post, int(placed.ids[0]))
    assert await published_visibility(vk, placed) is Visibility.GONE  # even if a reply to it exists


async def test_closed_comments_and_a_deleted_post(vk: VkHarness) -> None:
    placed = await publish_reply(vk)
    await vk.vk.close_comments(GROUP, vk.post)
    assert await published_visibility(vk, placed) is Visibility.CLOSED
    await vk.vk.close_comments(GROUP, vk.post, closed=False)
    assert await published_visibility(vk, placed) is Visibility.VISIBLE
    await vk.vk.delete_post(GROUP, vk.post)
    assert await published_visibility(vk, placed) is Visibility.GONE


async def test_without_a_service_key_comments_cannot_be_read(vk: VkHarness) -> None:
    placed = await publish_reply(vk)
    blind = vk.new_messenger(service_token=None)
    [seen] = await blind.check_published([placed])
    await blind.close()
    assert seen.visibility is Visibility.UNKNOWN


async def test_a_discussion_is_read_a_photo_is_not(vk: VkHarness) -> None:
    there = await vk.vk.board_comment(GROUP, 31, IVAN, "Ответ по существу")
    topic = Chat(f"vk:{GROUP}", f"topic-{GROUP}_31", ChatKind.SHOWCASE, str(GROUP))
    photo = Chat(f"vk:{GROUP}", f"photo-{GROUP}_31", ChatKind.SHOWCASE, str(GROUP))
    assert (
        await published_visibility(vk, PublishedAnswer(topic, (str(there),), sent_by_bot=False)) is Visibility.VISIBLE
    )
    assert (
        await published_visibility(vk, PublishedAnswer(topic, (str(there + 1),), sent_by_bot=False)) is Visibility.GONE
    )
    assert (
        await published_visibility(vk, PublishedAnswer(photo, (str(there),), sent_by_bot=False)) is Visibility.UNKNOWN
    )


async def test_messages_are_read_with_the_communitys_key(vk: VkHarness) -> None:
    asked = await vk.vk.send_to_conversation(GROUP, CHAT, MARIA, "Люк открыт")
    chat = Chat(f"vk:{GROUP}", str(CHAT), ChatKind.GROUP, str(GROUP))
    sent = await vk.messenger.send(Target(chat, str(asked.cmid)), ANSWER, key="k1")
    placed = PublishedAnswer(chat, sent.ids, sent_by_bot=True, question_id=str(asked.cmid), link=sent.link)
    [seen] = await vk.messenger.check_published([placed])
    assert (seen.visibility, seen.question_text) == (Visibility.VISIBLE, "Люк открыт")
    await vk.vk.delete_message(GROUP, CHAT, int(sent.ids[0]))
    assert await published_visibility(vk, placed) is Visibility.GONE


async def test_many_looks_are_few_calls(vk: VkHarness) -> None:
    placed = [await publish_reply(vk) for _ in range(30)]
    vk.vk.calls.clear()
    seen = await vk.messenger.check_published(placed)
    assert [one.visibility for one in seen] == [Visibility.VISIBLE] * 30
    assert [call.method for call in vk.vk.calls].count("execute") == 3


async def test_error_of_the_whole_call_is_raised(vk: VkHarness) -> None:
    placed = await publish_reply(vk)
    vk.refuse_next("execute", 6, "Too many requests per second")
    with pytest.raises(RetryAfter):
        await vk.messenger.check_published([placed])
    vk.fail_next("execute", FaultKind.HTTP_500)
    with pytest.raises(TemporaryFailure):
        await vk.messenger.check_published([placed])


@pytest.mark.parametrize(
    ("code", "error"),
    [
        ("API.wall.get({})", 12),
        ("return [API.wall.get({]);", 12),
        ("return [API.wall.get({}) API.wall.get({})];", 12),
        ("var a = 1; return [a];", 12),
        ("return [" + ", ".join(["API.users.get({})"] * 26) + "];", 13),
    ],
)
def test_the_sandbox_takes_only_scripts_that_it_understands(code: str, error: int) -> None:
    with pytest.raises(VkError) as caught:
        parse_calls(code)
    assert caught.value.code == error
    assert parse_calls('return [API.wall.get({"owner_id": -1, "need_likes": true}), API.users.get()];') == [
        ("wall.get", {"owner_id": "-1", "need_likes": "1"}),
        ("users.get", {}),
    ]


async def test_in_max_who_was_shown_out_sees_nothing(max_: MaxHarness) -> None:
    asked = await max_.write_publicly("Люк открыт")
    sent = await max_.messenger.send(Target(max_.public, asked), ANSWER, key="k1")
    placed = PublishedAnswer(max_.public, sent.ids, sent_by_bot=True, question_id=asked)
    await max_.server.remove_bot_from(int(max_.public.id))
    assert await published_visibility(max_, placed) is Visibility.UNKNOWN


async def test_telegram_can_be_asked_for_our_own_messages_alone(telegram: TelegramHarness) -> None:
    asked = await telegram.write_publicly("Люк открыт")
    sent = await telegram.messenger.send(Target(telegram.public, asked), ANSWER, key="k1")
    placed = PublishedAnswer(telegram.public, sent.ids, sent_by_bot=True, question_id=asked)
    assert (
        await published_visibility(telegram, PublishedAnswer(telegram.public, (asked,), sent_by_bot=False))
        is Visibility.UNKNOWN
    )
    await telegram.server.kick_bot(int(telegram.public.id))
    assert await published_visibility(telegram, placed) is Visibility.UNKNOWN
