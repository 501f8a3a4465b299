"""The check that published answers are still visible, with the present texts of the questions."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any

from bot.messengers.errors import MalformedUpdate, MessageGone, RecipientUnreachable, Rejected
from bot.messengers.events import Chat, ChatKind
from bot.messengers.json_reader import find_text, object_or_empty
from bot.messengers.max import chats, parsing
from bot.messengers.max.client import MaxClient
from bot.messengers.max.errors import MaxOperation
from bot.messengers.port import CheckResult, PublishedAnswer, Visibility


async def check_published(client: MaxClient, published: Sequence[PublishedAnswer]) -> list[CheckResult]:
    return [await _check_one(client, one) for one in published]


async def _check_one(client: MaxClient, answer: PublishedAnswer) -> CheckResult:
    """Check one answer. MAX answers 404 for a deleted message, and also for any message of a chat that the bot left."""
    for mid in answer.ids:
        try:
            await _fetch_message(client, answer.chat, mid)
        except MessageGone:
            is_member = answer.chat.kind is ChatKind.PRIVATE or await _is_member(client, answer.chat)
            return CheckResult(Visibility.GONE if is_member else Visibility.UNKNOWN)
        except (Rejected, RecipientUnreachable):
            return CheckResult(Visibility.UNKNOWN)
    question = bare = None
    if answer.question_id is not None and chats.is_mid(answer.question_id):
        with suppress(MessageGone, Rejected, RecipientUnreachable, MalformedUpdate):
            message = await _fetch_message(client, answer.chat, answer.question_id)
            question, bare = parsing.text_of(message), find_text(object_or_empty(message, "body"), "text")
    return CheckResult(Visibility.VISIBLE, question, bare)


async def _fetch_message(client: MaxClient, chat: Chat, mid: str) -> Mapping[str, Any]:
    if not chats.is_mid(mid):
        raise MessageGone("MAX: not a message id")
    is_comment = chat.kind is ChatKind.WALL
    path = f"/messages/{chats.post_id_of(chat)}/comments/{mid}" if is_comment else f"/messages/{mid}"
    return await client.call("GET", path, MaxOperation("getMessageById"))


async def _is_member(client: MaxClient, chat: Chat) -> bool:
    try:
        answer = await client.call("GET", f"/chats/{chat.source_id}", MaxOperation("getChat"))
    except Rejected:
        return False
    return find_text(answer, "status") in (None, "active")
