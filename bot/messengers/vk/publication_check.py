"""Whether what was posted still stands: messages by the community's key, comments on walls by the application's.

A community's key may not read comments (``wall.getComment`` takes people's keys alone), a service key may: without one
we learn of a deleted comment only by its event. Comments under photos, videos and goods can be read by people alone.
"""

import re
from collections.abc import Sequence
from typing import Any

from bot.messengers.errors import MalformedUpdate, MessageGone, MessengerError, Rejected, RejectReason, RetryAfter
from bot.messengers.errors import TemporaryFailure as Temporary
from bot.messengers.events import ChatKind
from bot.messengers.port import Placed, Seen, Standing
from bot.messengers.vk.chats import wall_of
from bot.messengers.vk.client import VkClient
from bot.messengers.vk.execute import Answer, Ask, execute
from bot.messengers.vk.fields import items, maybe_whole, words
from bot.messengers.vk.parsing_messages import text_of

_THREAD = re.compile(r"[?&]thread=(\d+)")
_TOPIC = re.compile(r"topic-(\d+)_(\d+)")

_UNKNOWN = Seen(Standing.UNKNOWN)


class Lookout:
    """One community's eyes. *reader* has a service key, if there is one."""

    def __init__(self, client: VkClient, reader: VkClient | None) -> None:
        self._client = client
        self._reader = reader

    async def look(self, placed: Sequence[Placed]) -> list[Seen]:
        """See :meth:`bot.messengers.port.Messenger.look`."""
        seen = [_UNKNOWN] * len(placed)
        for client, wanted in ((self._client, _is_talk), (self._reader, _is_readable)):
            chosen = [(at, one) for at, one in enumerate(placed) if wanted(one)]
            if client is None or not chosen:
                continue
            asked = [(at, one, ask) for at, one in chosen for ask in _asks(one)]
            answers = await execute(client, [ask for _, _, ask in asked])
            for at, one in chosen:
                found = [answer for (place, _, _), answer in zip(asked, answers, strict=True) if place == at]
                seen[at] = _talk_seen(one, found[0]) if _is_talk(one) else _comments_seen(one, found)
        return seen


def _is_talk(placed: Placed) -> bool:
    return placed.chat.kind in (ChatKind.PRIVATE, ChatKind.GROUP)


def _is_readable(placed: Placed) -> bool:
    return wall_of(placed.chat) is not None or _TOPIC.fullmatch(placed.chat.id) is not None


def _asks(placed: Placed) -> list[Ask]:
    """The calls that show the answer's messages and, last, the question."""
    if _is_talk(placed):
        numbers = [one for one in (*placed.ids, placed.question or "") if one.isdigit()]
        params = {"peer_id": int(placed.chat.id), "conversation_message_ids": ",".join(numbers)}
        return [Ask("messages.getByConversationMessageId", params)]
    return [_comment(placed, one) for one in (*placed.ids, placed.question or "") if one.isdigit()]


def _comment(placed: Placed, comment_id: str) -> Ask:
    topic = _TOPIC.fullmatch(placed.chat.id)
    start = {"start_comment_id": int(comment_id), "count": 1}
    if topic is not None:
        return Ask("board.getComments", {"group_id": int(topic[1]), "topic_id": int(topic[2]), **start})
    wall = wall_of(placed.chat)
    assert wall is not None  # noqa: S101 - _is_readable has looked
    found = _THREAD.search(placed.link or "")
    thread = int(found[1]) if found and found[1] != comment_id else None
    return Ask("wall.getComments", {"owner_id": wall.owner_id, "post_id": wall.post_id, "comment_id": thread, **start})


def _talk_seen(placed: Placed, answer: Answer) -> Seen:
    if isinstance(answer, MessengerError):
        return _failed(answer)
    there = {maybe_whole(one, "conversation_message_id"): one for one in items(answer, "items") if not _deleted(one)}
    standing = Standing.STANDS if all(int(one) in there for one in placed.ids if one.isdigit()) else Standing.GONE
    question = there.get(int(placed.question)) if placed.question and placed.question.isdigit() else None
    return Seen(standing, _text(question) if question is not None else None)


def _comments_seen(placed: Placed, answers: Sequence[Answer]) -> Seen:
    ids = [one for one in placed.ids if one.isdigit()]
    for comment_id, answer in zip(ids, answers, strict=False):
        if isinstance(answer, MessengerError):
            return _failed(answer)
        if _named(answer, comment_id) is None:
            return Seen(Standing.GONE)
    question = None
    if placed.question is not None and placed.question.isdigit() and len(answers) > len(ids):
        last = answers[len(ids)]
        question = None if isinstance(last, MessengerError) else _named(last, placed.question)
    return Seen(Standing.STANDS, words(question, "text") if question is not None else None)


def _named(answer: Any, comment_id: str) -> Any | None:
    """The comment of that number, if it stands: VK shows a deleted one as such or goes on to the next."""
    found = items(answer, "items") if isinstance(answer, dict) else []
    return next((one for one in found if one.get("id") == int(comment_id) and not _deleted(one)), None)


def _deleted(thing: Any) -> bool:
    return thing.get("deleted") in (1, True)


def _text(message: Any) -> str | None:
    try:
        return text_of(message)
    except MalformedUpdate:
        return None


def _failed(error: MessengerError) -> Seen:
    """What an error says of the place. Raises what says nothing of it."""
    match error:
        case RetryAfter() | Temporary():
            raise error
        case MessageGone() | Rejected(reason=RejectReason.GONE):
            return Seen(Standing.GONE)
        case Rejected(reason=RejectReason.CLOSED):
            return Seen(Standing.CLOSED)
    return _UNKNOWN
