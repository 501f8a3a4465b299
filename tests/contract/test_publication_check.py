"""What one messenger alone can or cannot see of a posted answer; the rest is in the common suite."""

from collections.abc import AsyncIterator

import pytest

from bot.messengers.content import Content
from bot.messengers.errors import RetryAfter, TemporaryFailure
from bot.messengers.events import Chat, ChatKind
from bot.messengers.port import Placed, Standing, Target
from sandbox.faults import FaultKind
from sandbox.server import Sandbox
from sandbox.vk.errors import VkError
from sandbox.vk.script import calls_of
from tests.contract import max_harness, telegram_harness, vk_harness
from tests.contract.max_harness import MaxTown
from tests.contract.telegram_harness import TelegramTown
from tests.contract.vk_harness import CHAT, GROUP, IVAN, MARIA, VkTown

ANSWER = Content.of("Люк закрыт.")


@pytest.fixture
async def vk(sandbox: Sandbox) -> AsyncIterator[VkTown]:
    async with vk_harness.open_town(sandbox) as town:
        yield town


@pytest.fixture
async def max_(sandbox: Sandbox) -> AsyncIterator[MaxTown]:
    async with max_harness.open_town(sandbox) as town:
        yield town


@pytest.fixture
async def telegram(sandbox: Sandbox) -> AsyncIterator[TelegramTown]:
    async with telegram_harness.open_town(sandbox) as town:
        yield town


async def commented(town: VkTown, *, in_thread: bool = False) -> Placed:
    """An answer of ours under a comment, perhaps one within a thread."""
    asked = await town.vk.comment(GROUP, town.post, MARIA, "Люк открыт")
    if in_thread:
        asked = await town.vk.comment(GROUP, town.post, IVAN, "И у нас", reply_to=asked)
    sent = await town.messenger.send(Target(town.public, str(asked)), ANSWER, key="k1")
    return Placed(town.public, sent.ids, ours=True, question=str(asked), link=sent.link)


async def standing(town: VkTown | MaxTown | TelegramTown, placed: Placed) -> Standing:
    [seen] = await town.messenger.look([placed])
    return seen.standing


@pytest.mark.parametrize("in_thread", [False, True])
async def test_a_comment_is_read_with_the_service_key(vk: VkTown, in_thread: bool) -> None:
    placed = await commented(vk, in_thread=in_thread)
    [seen] = await vk.messenger.look([placed])
    assert (seen.standing, seen.question) == (Standing.STANDS, "И у нас" if in_thread else "Люк открыт")
    assert [call.method for call in vk.vk.calls if "getComment" in call.method] == ["execute:wall.getComments"] * 2
    await vk.vk.comment(GROUP, vk.post, IVAN, "Правда закрыт", reply_to=int(placed.ids[0]))
    await vk.vk.delete_comment(GROUP, vk.post, int(placed.ids[0]))
    assert await standing(vk, placed) is Standing.GONE  # also while somebody's answer to it stands


async def test_closed_comments_and_a_deleted_post(vk: VkTown) -> None:
    placed = await commented(vk)
    await vk.vk.close_comments(GROUP, vk.post)
    assert await standing(vk, placed) is Standing.CLOSED
    await vk.vk.close_comments(GROUP, vk.post, closed=False)
    assert await standing(vk, placed) is Standing.STANDS
    await vk.vk.delete_post(GROUP, vk.post)
    assert await standing(vk, placed) is Standing.GONE


async def test_without_a_service_key_comments_cannot_be_read(vk: VkTown) -> None:
    placed = await commented(vk)
    blind = vk.another(service_token=None)
    [seen] = await blind.look([placed])
    await blind.close()
    assert seen.standing is Standing.UNKNOWN


async def test_a_discussion_is_read_a_photo_is_not(vk: VkTown) -> None:
    there = await vk.vk.board_comment(GROUP, 31, IVAN, "Ответ по существу")
    topic = Chat(f"vk:{GROUP}", f"topic-{GROUP}_31", ChatKind.SHOWCASE, str(GROUP))
    photo = Chat(f"vk:{GROUP}", f"photo-{GROUP}_31", ChatKind.SHOWCASE, str(GROUP))
    assert await standing(vk, Placed(topic, (str(there),), ours=False)) is Standing.STANDS
    assert await standing(vk, Placed(topic, (str(there + 1),), ours=False)) is Standing.GONE
    assert await standing(vk, Placed(photo, (str(there),), ours=False)) is Standing.UNKNOWN


async def test_messages_are_read_with_the_communitys_key(vk: VkTown) -> None:
    asked = await vk.vk.say_in_conversation(GROUP, CHAT, MARIA, "Люк открыт")
    chat = Chat(f"vk:{GROUP}", str(CHAT), ChatKind.GROUP, str(GROUP))
    sent = await vk.messenger.send(Target(chat, str(asked.cmid)), ANSWER, key="k1")
    placed = Placed(chat, sent.ids, ours=True, question=str(asked.cmid), link=sent.link)
    [seen] = await vk.messenger.look([placed])
    assert (seen.standing, seen.question) == (Standing.STANDS, "Люк открыт")
    await vk.vk.delete_message(GROUP, CHAT, int(sent.ids[0]))
    assert await standing(vk, placed) is Standing.GONE


async def test_many_looks_are_few_calls(vk: VkTown) -> None:
    placed = [await commented(vk) for _ in range(30)]
    vk.vk.calls.clear()
    seen = await vk.messenger.look(placed)
    assert [one.standing for one in seen] == [Standing.STANDS] * 30
    assert [call.method for call in vk.vk.calls].count("execute") == 3


async def test_what_concerns_the_whole_call_is_raised(vk: VkTown) -> None:
    placed = await commented(vk)
    vk.refuse("execute", 6, "Too many requests per second")
    with pytest.raises(RetryAfter):
        await vk.messenger.look([placed])
    vk.fail("execute", FaultKind.HTTP_500)
    with pytest.raises(TemporaryFailure):
        await vk.messenger.look([placed])


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
        calls_of(code)
    assert caught.value.code == error
    assert calls_of('return [API.wall.get({"owner_id": -1, "need_likes": true}), API.users.get()];') == [
        ("wall.get", {"owner_id": "-1", "need_likes": "1"}),
        ("users.get", {}),
    ]


async def test_in_max_who_was_shown_out_sees_nothing(max_: MaxTown) -> None:
    asked = await max_.write_publicly("Люк открыт")
    sent = await max_.messenger.send(Target(max_.public, asked), ANSWER, key="k1")
    placed = Placed(max_.public, sent.ids, ours=True, question=asked)
    await max_.server.remove_bot_from(int(max_.public.id))
    assert await standing(max_, placed) is Standing.UNKNOWN


async def test_telegram_can_be_asked_for_our_own_messages_alone(telegram: TelegramTown) -> None:
    asked = await telegram.write_publicly("Люк открыт")
    sent = await telegram.messenger.send(Target(telegram.public, asked), ANSWER, key="k1")
    placed = Placed(telegram.public, sent.ids, ours=True, question=asked)
    assert await standing(telegram, Placed(telegram.public, (asked,), ours=False)) is Standing.UNKNOWN
    await telegram.server.kick_bot(int(telegram.public.id))
    assert await standing(telegram, placed) is Standing.UNKNOWN
