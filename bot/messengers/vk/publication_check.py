"""The check that published answers are still visible: messages with the community's key, comments with a service key.

A community's key may not read comments (``wall.getComment`` takes people's keys only), a service key may; without one
the bot learns of a deleted comment only from its event. Only people can read comments under photos, videos and goods.
"""

import re
from collections.abc import Callable, Sequence
from typing import Any

from bot.messengers.errors import MalformedUpdate, MessageGone, MessengerError, Rejected, RejectReason, RetryAfter
from bot.messengers.errors import TemporaryFailure as Temporary
from bot.messengers.events import ChatKind
from bot.messengers.json_reader import JsonObject, find_nonzero_int, find_text, get_objects
from bot.messengers.port import CheckResult, PublishedAnswer, Visibility
from bot.messengers.vk.chats import wall_post_of
from bot.messengers.vk.client import VkClient
from bot.messengers.vk.execute import ApiCall, CallResult, execute_calls
from bot.messengers.vk.parsing_messages import text_of
from bot.messengers.vk.words import read_words

_THREAD = re.compile(r"[?&]thread=(\d+)")
_TOPIC = re.compile(r"topic-(\d+)_(\d+)")

_UNKNOWN = CheckResult(Visibility.UNKNOWN)


class VkPublicationChecker:
    """The checker of one community; *service_client* has a service key, if there is one."""

    def __init__(self, client: VkClient, service_client: VkClient | None) -> None:
        self._client = client
        self._service_client = service_client

    async def check_published(self, published: Sequence[PublishedAnswer]) -> list[CheckResult]:
        """See `bot.messengers.port.Messenger.check_published`."""
        results = [_UNKNOWN] * len(published)
        for client, wanted in ((self._client, _is_conversation), (self._service_client, _is_readable)):
            chosen = [(at, one) for at, one in enumerate(published) if wanted(one)]
            if client is None or not chosen:
                continue
            calls = [(at, one, call) for at, one in chosen for call in _calls_for(one)]
            answers = await execute_calls(client, [call for _, _, call in calls])
            for at, one in chosen:
                found = [answer for (place, _, _), answer in zip(calls, answers, strict=True) if place == at]
                results[at] = (
                    _conversation_result(one, found[0]) if _is_conversation(one) else _comments_result(one, found)
                )
        return results


def _is_conversation(placed: PublishedAnswer) -> bool:
    return placed.chat.kind in (ChatKind.PRIVATE, ChatKind.GROUP)


def _is_readable(placed: PublishedAnswer) -> bool:
    return wall_post_of(placed.chat) is not None or _TOPIC.fullmatch(placed.chat.id) is not None


def _calls_for(placed: PublishedAnswer) -> list[ApiCall]:
    """Return the calls that read the answer's messages and, last, the question."""
    if _is_conversation(placed):
        numbers = [one for one in (*placed.ids, placed.question_id or "") if one.isdigit()]
        params = {"peer_id": int(placed.chat.id), "conversation_message_ids": ",".join(numbers)}
        return [ApiCall("messages.getByConversationMessageId", params)]
    return [_comment_call(placed, one) for one in (*placed.ids, placed.question_id or "") if one.isdigit()]


def _comment_call(placed: PublishedAnswer, comment_id: str) -> ApiCall:
    topic = _TOPIC.fullmatch(placed.chat.id)
    start = {"start_comment_id": int(comment_id), "count": 1}
    if topic is not None:
        return ApiCall("board.getComments", {"group_id": int(topic[1]), "topic_id": int(topic[2]), **start})
    wall = wall_post_of(placed.chat)
    assert wall is not None  # noqa: S101 - _is_readable has checked it
    found = _THREAD.search(placed.link or "")
    thread = int(found[1]) if found and found[1] != comment_id else None
    return ApiCall(
        "wall.getComments", {"owner_id": wall.owner_id, "post_id": wall.post_id, "comment_id": thread, **start}
    )


def _conversation_result(placed: PublishedAnswer, answer: CallResult) -> CheckResult:
    if isinstance(answer, MessengerError):
        return _result_of_error(answer)
    there = {
        find_nonzero_int(one, "conversation_message_id"): one
        for one in get_objects(answer, "items")
        if not _is_deleted(one)
    }
    standing = Visibility.VISIBLE if all(int(one) in there for one in placed.ids if one.isdigit()) else Visibility.GONE
    question = there.get(int(placed.question_id)) if placed.question_id and placed.question_id.isdigit() else None
    return _with_question(standing, question, text_of)


def _comments_result(placed: PublishedAnswer, answers: Sequence[CallResult]) -> CheckResult:
    ids = [one for one in placed.ids if one.isdigit()]
    for comment_id, answer in zip(ids, answers, strict=False):
        if isinstance(answer, MessengerError):
            return _result_of_error(answer)
        if _find_comment(answer, comment_id) is None:
            return CheckResult(Visibility.GONE)
    question = None
    if placed.question_id is not None and placed.question_id.isdigit() and len(answers) > len(ids):
        last = answers[len(ids)]
        question = None if isinstance(last, MessengerError) else _find_comment(last, placed.question_id)
    return _with_question(Visibility.VISIBLE, question, read_words)


def _find_comment(answer: Any, comment_id: str) -> Any | None:
    """Return the comment of that number if it exists: VK marks a deleted one or continues with the next."""
    found = get_objects(answer, "items") if isinstance(answer, dict) else []
    return next((one for one in found if one.get("id") == int(comment_id) and not _is_deleted(one)), None)


def _is_deleted(thing: Any) -> bool:
    return thing.get("deleted") in (1, True)


def _with_question(visibility: Visibility, question: Any, read: Callable[[JsonObject], str]) -> CheckResult:
    """Return the result with the present text of *question*, if there is one and it can be read."""
    if question is None:
        return CheckResult(visibility)
    try:
        return CheckResult(visibility, read(question), find_text(question, "text"))
    except MalformedUpdate:
        return CheckResult(visibility)


def _result_of_error(error: MessengerError) -> CheckResult:
    """Return what an error says about the answer; re-raise an error that says nothing about it."""
    match error:
        case RetryAfter() | Temporary():
            raise error
        case MessageGone() | Rejected(reason=RejectReason.GONE):
            return CheckResult(Visibility.GONE)
        case Rejected(reason=RejectReason.CLOSED):
            return CheckResult(Visibility.CLOSED)
    return _UNKNOWN
