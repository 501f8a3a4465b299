"""The state behind the server: people, chats, messages, files, and what the bot has not heard yet."""

import copy
import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sandbox.telegram.errors import ApiError, bad_request, forbidden
from sandbox.telegram.updates import UpdateQueue

Json = dict[str, Any]

FIRST_SUPERGROUP = 1_000_000_000_000
TELEGRAM_SERVICE_USER = 777000
ANONYMOUS_ADMIN = 1087968824
CHANNEL_BOT = 136817688
# Kept with a message for the page and for tests; the bot never gets it.
INTERNAL_FIELDS = ("disable_notification", "reactions_by")

_KIND_NAMES = {"group": "group chat", "supergroup": "supergroup chat", "channel": "channel chat"}


@dataclass(slots=True)
class Chat:
    """A conversation. ``bot_status`` is the bot's membership; in a private chat ``left`` means never started."""

    id: int
    type: str
    title: str | None = None
    username: str | None = None
    first_name: str | None = None
    last_name: str | None = None
    is_forum: bool = False
    linked_chat_id: int | None = None
    bot_status: str = "member"
    known_to_bot: bool = True  # whether the bot may know that this chat exists
    migrated_to: int | None = None
    members: dict[int, str] = field(default_factory=dict)
    messages: dict[int, Json] = field(default_factory=dict)
    next_id: int = 1

    def as_json(self) -> Json:
        """The ``Chat`` object."""
        found: Json = {"id": self.id, "type": self.type}
        for name in ("title", "username", "first_name", "last_name"):
            if getattr(self, name) is not None:
                found[name] = getattr(self, name)
        if self.is_forum:
            found["is_forum"] = True
        return found

    @property
    def has_own_ids(self) -> bool:
        """Supergroups and channels number their messages themselves; all other chats share the bot's numbers."""
        return self.type in ("supergroup", "channel")


@dataclass(slots=True)
class Bot:
    """The bot itself."""

    id: int
    token: str
    username: str
    first_name: str
    can_read_all_group_messages: bool = True

    def user(self) -> Json:
        return {"id": self.id, "is_bot": True, "first_name": self.first_name, "username": self.username}


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A file the server keeps."""

    id: str
    kind: str
    data: bytes = field(repr=False)
    path: str
    name: str | None = None
    mime: str | None = None


@dataclass(slots=True)
class CallbackQuery:
    """A callback query that waits for its answer."""

    id: str
    user_id: int
    at: datetime
    answer: Json | None = None


class World:
    """One bot and the town around it."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self.now = now
        self.bot: Bot | None = None
        self.users: dict[int, Json] = {}
        self.chats: dict[int, Chat] = {}
        self.files: dict[str, StoredFile] = {}
        self.paths: dict[str, StoredFile] = {}
        self.presses: dict[str, CallbackQuery] = {}
        self.idle_edits: list[str] = []  # chat/message of edits that would have changed nothing
        self.queue = UpdateQueue()
        self.commands: dict[tuple[str, str], list[Json]] = {}
        self.webhook: Json = {"url": ""}
        self._shared_id = 1
        self._serial = 0

    # People and places

    @property
    def me(self) -> Bot:
        if self.bot is None:
            raise RuntimeError("no bot has been registered: call add_bot() first")
        return self.bot

    def ensure_user(self, user_id: int) -> Json:
        """The ``User`` object of a person, who is made up if nobody has met him."""
        if user_id not in self.users:
            self.users[user_id] = {
                "id": user_id,
                "is_bot": False,
                "first_name": f"Житель {user_id}",
                "language_code": "ru",
            }
        return self.users[user_id]

    def get_chat(self, chat_id: int) -> Chat:
        """The chat with this id; a known person's private chat is made on demand. ``KeyError`` for nobody."""
        if chat_id in self.chats:
            return self.chats[chat_id]
        if chat_id <= 0 or chat_id not in self.users:
            raise KeyError(f"no chat {chat_id} in the sandbox")
        person = self.users[chat_id]
        chat = Chat(chat_id, "private", bot_status="left", known_to_bot=False)
        chat.username, chat.first_name = person.get("username"), person["first_name"]
        chat.last_name = person.get("last_name")
        self.chats[chat_id] = chat
        return chat

    def requested_chat(self, wanted: Any) -> Chat:
        """The chat a request names, if the bot may know it."""
        if wanted in (None, ""):
            raise bad_request("chat_id is empty")
        text = str(wanted)
        if text.startswith("@"):
            for chat in self.chats.values():
                if chat.has_own_ids and chat.username and chat.username.lower() == text[1:].lower():
                    return chat
            raise bad_request("chat not found")
        try:
            chat = self.get_chat(int(text))
        except (KeyError, ValueError):
            raise bad_request("chat not found") from None
        if not chat.known_to_bot:
            raise bad_request("chat not found")
        return chat

    def writable_chat(self, wanted: Any) -> Chat:
        """The chat a request names, if the bot may write there."""
        chat = self.requested_chat(wanted)
        if chat.migrated_to is not None:
            raise bad_request("group chat was upgraded to a supergroup chat", migrate_to_chat_id=chat.migrated_to)
        if refusal := self._access_error(chat):
            raise refusal
        if chat.bot_status == "restricted" or (chat.type == "channel" and chat.bot_status != "administrator"):
            raise bad_request("not enough rights to send text messages to the chat")
        return chat

    def readable_chat(self, wanted: Any) -> Chat:
        """The chat a request names, if the bot is (still) in it."""
        chat = self.requested_chat(wanted)
        if chat.type != "private" and (refusal := self._access_error(chat)):
            raise refusal
        return chat

    @staticmethod
    def _access_error(chat: Chat) -> ApiError | None:
        if chat.type == "private":
            return {
                "left": forbidden("bot can't initiate conversation with a user"),
                "kicked": forbidden("bot was blocked by the user"),
                "deactivated": forbidden("user is deactivated"),
            }.get(chat.bot_status)
        name = _KIND_NAMES[chat.type]
        return {
            "kicked": forbidden(f"bot was kicked from the {name}"),
            "left": forbidden(f"bot is not a member of the {name}"),
        }.get(chat.bot_status)

    # Messages

    def next_serial(self) -> int:
        """A number never used before: for files, presses, albums."""
        self._serial += 1
        return self._serial

    def next_message_id(self, chat: Chat) -> int:
        if chat.has_own_ids:
            chat.next_id += 1
            return chat.next_id - 1
        self._shared_id += 1
        return self._shared_id - 1

    def add_message(self, chat: Chat, fields: Json) -> Json:
        """Store a new message in *chat*."""
        message = {
            "message_id": self.next_message_id(chat),
            "date": int(self.now().timestamp()),
            "chat": chat.as_json(),
            **fields,
        }
        chat.messages[message["message_id"]] = message
        return message

    def thread_fields(self, chat: Chat, reply_to: Json | None, thread: int | None) -> Json:
        """The fields that place a message in a conversation."""
        fields: Json = {}
        if reply_to is not None:
            nested = {key: value for key, value in to_wire(reply_to).items() if key != "reply_to_message"}
            fields["reply_to_message"] = nested
            if thread is None and chat.type == "supergroup":
                thread = reply_to.get("message_thread_id")
                if thread is None and not chat.is_forum:
                    thread = reply_to["message_id"]
        if thread is not None:
            fields["message_thread_id"] = thread
            if chat.is_forum:
                fields["is_topic_message"] = True
        return fields

    def emit(self, kind: str, body: Json) -> int | None:
        """Queue an update for the bot, unless it asked not to get this kind."""
        if self.bot is None or not self.queue.is_allowed(kind):
            return None
        return self.queue.add({kind: body}, self.now())

    # Files

    def store_file(self, kind: str, data: bytes, name: str | None = None, mime: str | None = None) -> StoredFile:
        """Store a file; its id says nothing to anybody, like the real ones."""
        number = self.next_serial()
        mark = hashlib.sha256(f"{kind}:{number}".encode()).hexdigest()[:40]
        suffix = name.rsplit(".", 1)[-1] if name and "." in name else "bin"
        stored = StoredFile(f"AgACAgI{mark}", kind, data, f"{kind}s/file_{number}.{suffix}", name, mime)
        self.files[stored.id] = self.paths[stored.path] = stored
        return stored


def to_wire(message: Json) -> Json:
    """A message as the bot gets it."""
    return {key: copy.deepcopy(value) for key, value in message.items() if key not in INTERNAL_FIELDS}
