"""One bot and the town around it."""

import hashlib
from collections.abc import Callable
from datetime import datetime
from typing import Any

from sandbox.max.errors import message_not_found
from sandbox.max.state import Bot, Callback, Chat, ChatType, Message, StoredFile, Upload, User
from sandbox.max.updates import UpdateQueue
from sandbox.webhook_pusher import WebhookDelivery

Json = dict[str, Any]

_SEQ_SHIFT = 16  # a seq is the time in milliseconds and a counter
_UNSIGNED = 0xFFFF_FFFF_FFFF_FFFF


class World:
    """Everything behind the server. People are named by their ids; a dialog has an id of its own, as in MAX."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self.now = now
        self.bot: Bot | None = None
        self.users: dict[int, User] = {}
        self.chats: dict[int, Chat] = {}
        self.files: dict[str, StoredFile] = {}
        self.uploads: dict[str, Upload] = {}
        self.presses: dict[str, Callback] = {}
        self.subscriptions: list[Json] = []
        self.secrets: dict[str, str | None] = {}  # address of a subscription → what is shown there
        self.queue = UpdateQueue()
        self.locate: Callable[[], str] = lambda: ""
        self.slow_sends = 0  # how many sends every file uploaded from now on stays "not ready"
        self.edits_not_yet = 0  # how many edits are answered with 200 and ``success: false``
        self.is_of_november = True  # the API since November 2026; False: that of the summer
        self._serial = 0

    # People and places

    @property
    def me(self) -> Bot:
        if self.bot is None:
            raise RuntimeError("no bot has been registered: call add_bot() first")
        return self.bot

    def ensure_user(self, user_id: int) -> User:
        """The person with this id, made up if nobody has met him."""
        if user_id not in self.users:
            self.users[user_id] = User(user_id, f"Житель {user_id}")
        return self.users[user_id]

    def dialog_id(self, user_id: int) -> int:
        """The id of the bot's dialog with a person: positive, and another number than the person's."""
        return (self.me.user_id << 20) ^ user_id

    def ensure_dialog(self, user_id: int) -> Chat:
        """The bot's dialog with a person, made on demand (then nobody has opened it yet)."""
        chat_id = self.dialog_id(user_id)
        if chat_id not in self.chats:
            self.chats[chat_id] = Chat(chat_id, ChatType.DIALOG, partner=user_id)
        return self.chats[chat_id]

    def get_chat(self, chat_id: int) -> Chat:
        """The chat with this id; a person's id means the dialog with him. ``KeyError`` for neither."""
        if chat_id in self.chats:
            return self.chats[chat_id]
        if chat_id in self.users:
            return self.ensure_dialog(chat_id)
        raise KeyError(f"no chat {chat_id} in the sandbox")

    # Messages

    def next_serial(self) -> int:
        """A number never used before."""
        self._serial += 1
        return self._serial

    def millis(self) -> int:
        return int(self.now().timestamp() * 1000)

    def new_message(self, chat: Chat, sender_id: int | None, **fields: Any) -> Message:
        """Store a message in *chat* (with ``post``: among the comments of that post)."""
        seq = (self.millis() << _SEQ_SHIFT) + self.next_serial()
        mid = f"mid.{chat.chat_id & _UNSIGNED:016x}{seq & _UNSIGNED:016x}"
        message = Message(mid, seq, chat.chat_id, sender_id, self.now(), **fields)
        if message.post is None:
            chat.messages[mid] = message
        else:
            chat.comments.setdefault(message.post, {})[mid] = message
        return message

    def get_message(self, mid: str) -> tuple[Chat, Message]:
        """Return a message that has not been deleted; :class:`~sandbox.max.errors.ApiError` 404 otherwise."""
        for chat in self.chats.values():
            message = chat.messages.get(mid)
            if message is not None and not message.removed:
                return chat, message
        raise message_not_found(mid)

    def get_comment(self, post: str, mid: str) -> tuple[Chat, Message]:
        """Return a comment under *post*; 404 otherwise."""
        chat, _ = self.get_message(post)
        comment = chat.comments.get(post, {}).get(mid)
        if comment is None or comment.removed:
            raise message_not_found(mid)
        return chat, comment

    def emit(self, kind: str, **fields: Any) -> int:
        """Queue an update for the bot."""
        return self.queue.add({"update_type": kind, "timestamp": self.millis(), **fields}, self.now())

    # Subscriptions

    def subscribe(self, url: str, secret: str | None, kinds: list[str] | None) -> None:
        """Post updates to *url* (of *kinds* only, if given)."""
        self.unsubscribe(url)
        self.subscriptions.append({"url": url, "time": self.millis(), "update_types": kinds})
        self.secrets[url] = secret

    def unsubscribe(self, url: str) -> None:
        self.subscriptions = [one for one in self.subscriptions if one["url"] != url]
        self.secrets.pop(url, None)

    def pending_deliveries(self) -> list[WebhookDelivery]:
        """The oldest update that waits, for the address that is subscribed."""
        waiting = self.queue.pending
        if not self.subscriptions or not waiting:
            return []
        [*_, newest] = self.subscriptions
        update, secret = waiting[0], self.secrets[newest["url"]]

        def taken(status: int, text: str) -> bool:
            if status == 200:
                self.queue.confirm(update)
            return status == 200

        if newest["update_types"] is not None and update["update_type"] not in newest["update_types"]:
            self.queue.confirm(update)
            return self.pending_deliveries()
        return [WebhookDelivery(newest["url"], update, taken, {"X-Max-Bot-Api-Secret": secret} if secret else {})]

    # Files

    @property
    def base_url(self) -> str:
        """Return the server's own address."""
        return self.locate()

    def store_file(self, kind: str, name: str, data: bytes, *, token: str | None = None) -> StoredFile:
        """Store a file; its token says nothing to anybody."""
        number = self.next_serial()
        token = token or self.new_token(kind)
        stored = StoredFile(token, kind, name, data, number)
        self.files[token] = stored
        return stored

    def new_token(self, kind: str) -> str:
        return hashlib.sha256(f"{kind}:{self.next_serial()}".encode()).hexdigest()[:48]

    def file_url(self, stored: StoredFile) -> str:
        """Return the address of the bytes of *stored*."""
        return f"{self.base_url}/files/{stored.number}"
