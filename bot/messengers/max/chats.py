"""Chats of MAX, its message ids and links.

A dialog has an id of its own in MAX, but a bot may also write to a person by the person's id. The bot uses the latter,
so that it can write to an official known by ``max_id``. Groups and channels have negative ids. The chat of comments is
the post that they belong to.
"""

import base64
import re

from bot.messengers.errors import Rejected, RejectReason
from bot.messengers.events import Chat, ChatKind

ACCOUNT = "max"

_SITE = "https://max.ru/c"
_MID = re.compile(r"mid\.[A-Za-z0-9_-]+")
_FULL_MID = re.compile(r"mid\.([0-9a-f]{16})([0-9a-f]{16})")  # the chat's id and the message's number in it
_CHAT_KINDS = {"chat": ChatKind.GROUP, "channel": ChatKind.CHANNEL}
_SIGN_BIT = 1 << 63


def dialog_chat(user_id: int) -> Chat:
    """Return the dialog with one person."""
    return Chat(ACCOUNT, str(user_id), ChatKind.PRIVATE, str(user_id))


def group_or_channel(chat_id: int, chat_type: str | None = None) -> Chat:
    """Return a group or a channel; an unknown kind counts as a group."""
    return Chat(ACCOUNT, str(chat_id), _CHAT_KINDS.get(chat_type or "", ChatKind.GROUP), str(chat_id))


def comments_chat(channel_id: int, post: str) -> Chat:
    """Return the comments under the post *post* of a channel."""
    return Chat(ACCOUNT, post, ChatKind.WALL, str(channel_id), thread=post)


def is_mid(text: str) -> bool:
    """Return whether *text* can be a message id in MAX. Some stored ids are not: a press on «Начать», a forwarded
    message without text."""
    return _MID.fullmatch(text) is not None


def message_link(mid: str) -> str | None:
    """Return the address of a message of a group or channel; dialogs have none."""
    parts = _FULL_MID.fullmatch(mid)
    if parts is None:
        return None
    chat_id = (int(parts[1], 16) ^ _SIGN_BIT) - _SIGN_BIT
    if chat_id >= 0:
        return None
    number = base64.urlsafe_b64encode(bytes.fromhex(parts[2])).decode().rstrip("=")
    return f"{_SITE}/{chat_id}/{number}"


def require_id(text: str) -> str:
    if not text.removeprefix("-").isdecimal():
        raise Rejected("MAX: not the id of a chat or a person", RejectReason.BAD_REQUEST)
    return text


def post_id_of(chat: Chat) -> str:
    if not is_mid(chat.id):
        raise Rejected("MAX: not the id of a post", RejectReason.BAD_REQUEST)
    return chat.id
