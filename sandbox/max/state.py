"""State of the sandbox's MAX: people, chats, messages, files, presses."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

Json = dict[str, Any]

ALL_RIGHTS = ("read_all_messages", "add_remove_members", "change_chat_info", "pin_message", "write", "edit", "delete")
"""The rights of an administrator unless somebody says otherwise."""


class ChatType(StrEnum):
    """``chat_type``"""

    DIALOG = "dialog"
    CHAT = "chat"
    CHANNEL = "channel"


@dataclass(slots=True)
class User:
    """A person, or a bot."""

    user_id: int
    first_name: str
    last_name: str | None = None
    username: str | None = None
    is_bot: bool = False


@dataclass(slots=True)
class Message:
    """A message. ``sender_id`` is ``None`` for a message of the channel itself.

    ``link`` is the reply or forward as MAX shows it. ``post`` is the channel's post whose comment this is. ``notify``
    is kept for the page and for tests.
    """

    mid: str
    seq: int
    chat_id: int
    sender_id: int | None
    at: datetime
    text: str = ""
    attachments: list[Json] = field(default_factory=list)
    markup: list[Json] = field(default_factory=list)
    link: Json | None = None
    post: str | None = None
    notify: bool = True
    edited: datetime | None = None
    removed: bool = False
    pure_forward: bool = False  # nothing of one's own: MAX then shows no body

    @property
    def keyboard(self) -> list[list[Json]]:
        """The rows of buttons under it."""
        for one in self.attachments:
            if one["type"] == "inline_keyboard":
                rows: list[list[Json]] = one["payload"]["buttons"]
                return rows
        return []

    @property
    def media(self) -> list[Json]:
        """Return the attachments without the keyboard."""
        return [one for one in self.attachments if one["type"] != "inline_keyboard"]

    @property
    def reply_to(self) -> str | None:
        """The mid of the message that this one answers."""
        if self.link is None or self.link["type"] != "reply":
            return None
        return str(self.link["message"]["mid"])


@dataclass(slots=True)
class Chat:
    """A conversation. In a dialog ``partner`` is the person, and the bot may write once ``open``."""

    chat_id: int
    kind: ChatType
    title: str | None = None
    link: str | None = None
    partner: int | None = None
    open: bool = False
    stopped: bool = False
    bot_in: bool = True
    bot_is_admin: bool = True
    rights: tuple[str, ...] = ALL_RIGHTS
    members: set[int] = field(default_factory=set)
    messages: dict[str, Message] = field(default_factory=dict)
    comments: dict[str, dict[str, Message]] = field(default_factory=dict)
    comments_open: bool = True

    @property
    def bot_gets_events(self) -> bool:
        """Return whether the bot gets events of this chat: in groups and channels only as administrator."""
        if self.kind is ChatType.DIALOG:
            return True
        return self.bot_in and self.bot_is_admin and "read_all_messages" in self.rights


@dataclass(slots=True)
class StoredFile:
    """A file the server keeps. ``pending``: so many sends still find it not worked through."""

    token: str
    kind: str  # image, video, audio, file
    name: str
    data: bytes = field(repr=False)
    number: int = 0
    sends_until_ready: int = 0


@dataclass(slots=True)
class Upload:
    """An address to upload one file to. ``authorization``: what came along, which the address does not ask for."""

    id: str
    kind: str
    token: str
    used: bool = False
    authorization: str | None = None


@dataclass(slots=True)
class Callback:
    """A pressed button that waits for its answer."""

    callback_id: str
    user_id: int
    chat_id: int
    mid: str
    at: datetime
    answer: Json | None = None


@dataclass(slots=True)
class Bot:
    """The bot itself."""

    user_id: int
    token: str
    username: str
    first_name: str
    commands: list[Json] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Call:
    """A call that somebody made of the API; the token is left out."""

    name: str
    query: dict[str, str]
    body: Json
