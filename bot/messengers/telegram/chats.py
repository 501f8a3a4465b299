"""Chats of Telegram: ids, threads, links, and the place of a message in its chat."""

from typing import Any

from aiogram.types import ReplyParameters

from bot.messengers.errors import Rejected, RejectReason
from bot.messengers.events import Chat, ChatKind
from bot.messengers.json_reader import JsonObject, find_int, find_object, find_text, get_int
from bot.messengers.port import Target

ACCOUNT = "telegram"

TOPIC_PREFIX = "topic-"
"""The start of ``Chat.thread`` for a forum topic, before its number. A bare number is the message above the
comments."""

_SUPERGROUP_ID_OFFSET = 1_000_000_000_000
_CHAT_KINDS = {
    "private": ChatKind.PRIVATE,
    "group": ChatKind.GROUP,
    "supergroup": ChatKind.GROUP,
    "channel": ChatKind.CHANNEL,
}


def parse_chat(body: JsonObject, account: str, thread: str = "") -> Chat:
    chat_id = str(get_int(body, "id"))
    kind = _CHAT_KINDS.get(find_text(body, "type") or "", ChatKind.GROUP)
    return Chat(account, chat_id, kind, chat_id, find_text(body, "title"), thread)


def thread_of(body: JsonObject) -> str:
    """Return the conversation within the chat: a forum topic, or the comments under a post.

    Outside forums Telegram also numbers every chain of replies. A reply to an ordinary message belongs to the
    conversation of the whole group, so that a person who goes on after an answer is still in one conversation.
    """
    thread = find_int(body, "message_thread_id")
    if thread is None:
        return ""
    if body.get("is_topic_message") is True:
        return f"{TOPIC_PREFIX}{thread}"
    replied = find_object(body, "reply_to_message")
    if replied is None or replied.get("message_id") != thread or replied.get("is_automatic_forward") is True:
        return str(thread)
    return ""


def message_link(chat: JsonObject, message_id: int) -> str | None:
    """Return the address of a message of *chat*; private chats and basic groups have none."""
    if find_text(chat, "type") not in ("supergroup", "channel"):
        return None
    if username := find_text(chat, "username"):
        return f"https://t.me/{username}/{message_id}"
    chat_id = -(find_int(chat, "id") or 0) - _SUPERGROUP_ID_OFFSET
    return f"https://t.me/c/{chat_id}/{message_id}" if chat_id > 0 else None


def chat_id_of(chat: Chat) -> int:
    return parse_id(chat.id)


def parse_id(text: str) -> int:
    try:
        return int(text)
    except ValueError:
        raise Rejected("not an id of Telegram", RejectReason.BAD_REQUEST) from None


def is_private(chat: Chat) -> bool:
    return chat.kind is ChatKind.PRIVATE


def placement_fields(target: Target) -> dict[str, Any]:
    """Return the fields that place a message in its chat: reply, topic or comments.

    A reply needs no topic (tdlib/telegram-bot-api, issue 447), and one that does not exist any more is refused.
    """
    thread = target.chat.thread
    placed: dict[str, Any] = {}
    if target.reply_to is not None:
        placed["reply_parameters"] = ReplyParameters(
            message_id=parse_id(target.reply_to), allow_sending_without_reply=False
        )
    elif thread.startswith(TOPIC_PREFIX):
        placed["message_thread_id"] = parse_id(thread.removeprefix(TOPIC_PREFIX))
    elif thread.isdecimal():  # comments are replies to a post, so an answer without a target replies to it, too
        placed["reply_parameters"] = ReplyParameters(message_id=int(thread), allow_sending_without_reply=True)
    return placed
