"""MAX's places as chats of ours, its message numbers, its addresses.

A dialog has a number of its own in MAX, but a bot may write to a person by the person's number as well; ours is the
latter, so that an official known by ``max_id`` can be spoken to. Groups and channels have negative numbers. Comments
stand under a post: their place is the post's number.
"""

import base64
import re

from bot.messengers.events import Chat, ChatKind

ACCOUNT = "max"

_SITE = "https://max.ru/c"
_MID = re.compile(r"mid\.[A-Za-z0-9_-]+")
_FULL_MID = re.compile(r"mid\.([0-9a-f]{16})([0-9a-f]{16})")  # the chat's number and the message's place in it
_CHAT_KINDS = {"chat": ChatKind.GROUP, "channel": ChatKind.CHANNEL}
_SIGN_BIT = 1 << 63


def dialog_chat(user_id: int) -> Chat:
    """Our talk with one person."""
    return Chat(ACCOUNT, str(user_id), ChatKind.PRIVATE, str(user_id))


def group_or_channel(chat_id: int, chat_type: str | None = None) -> Chat:
    """A group or a channel; a kind that is still to be invented is taken for a group."""
    return Chat(ACCOUNT, str(chat_id), _CHAT_KINDS.get(chat_type or "", ChatKind.GROUP), str(chat_id))


def comments_chat(channel_id: int, post: str) -> Chat:
    """What is written under the post *post* of a channel."""
    return Chat(ACCOUNT, post, ChatKind.WALL, str(channel_id), thread=post)


def is_mid(text: str) -> bool:
    """Whether *text* can be the number of a message in MAX. Some of ours are not: a press on «Начать», a forwarded
    message without a word."""
    return _MID.fullmatch(text) is not None


def message_link(mid: str) -> str | None:
    """Where a member opens a message of a group or channel; dialogs have no addresses."""
    parts = _FULL_MID.fullmatch(mid)
    if parts is None:
        return None
    chat_id = (int(parts[1], 16) ^ _SIGN_BIT) - _SIGN_BIT
    if chat_id >= 0:
        return None
    place = base64.urlsafe_b64encode(bytes.fromhex(parts[2])).decode().rstrip("=")
    return f"{_SITE}/{chat_id}/{place}"
