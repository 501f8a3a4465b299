"""Setting the town up, and looking at it."""

from typing import Any

from sandbox.max.state import ALL_RIGHTS, Chat, ChatType, Message, User
from sandbox.max.world import World

Json = dict[str, Any]


class MaxSetup:
    """People, chats, channels and their messages. A person's id also names the bot's dialog with that person."""

    def __init__(self, world: World) -> None:
        self.world = world

    # Setting up

    def user(self, user_id: int, first_name: str, last_name: str | None = None, username: str | None = None) -> int:
        """A person; the bot may write to him only after he has opened the dialog."""
        self.world.users[user_id] = User(user_id, first_name, last_name, username)
        return user_id

    def chat(
        self,
        chat_id: int,
        title: str,
        *,
        public: bool = False,
        admin: bool = True,
        rights: tuple[str, ...] = ALL_RIGHTS,
    ) -> Chat:
        """A group with the bot in it (its id is negative)."""
        return self._chat(chat_id, ChatType.CHAT, title, public, admin, rights)

    def channel(
        self,
        chat_id: int,
        title: str,
        *,
        public: bool = True,
        admin: bool = True,
        rights: tuple[str, ...] = ALL_RIGHTS,
    ) -> Chat:
        """A channel with the bot in it; its posts can be commented."""
        return self._chat(chat_id, ChatType.CHANNEL, title, public, admin, rights)

    def _chat(
        self, chat_id: int, kind: ChatType, title: str, public: bool, admin: bool, rights: tuple[str, ...]
    ) -> Chat:
        if chat_id >= 0:
            raise ValueError("the ids of chats and channels are negative")
        link = f"https://max.ru/place{abs(chat_id)}" if public else None
        chat = Chat(chat_id, kind, title, link, bot_is_admin=admin, rights=rights)
        self.world.chats[chat_id] = chat
        return chat

    def subscribe(self, url: str) -> None:
        """Somebody has subscribed the bot to a webhook."""
        self.world.subscribe(url, None, None)

    # Looking

    def messages(self, chat_id: int) -> list[Message]:
        """List all messages of a chat, oldest first."""
        try:
            chat = self.world.get_chat(chat_id)
        except KeyError:
            return []
        return [one for one in chat.messages.values() if not one.removed]

    def from_bot(self, chat_id: int) -> list[Message]:
        """List the bot's messages in a chat, oldest first."""
        return [one for one in self.messages(chat_id) if one.sender_id == self.world.me.user_id]

    def comments(self, post: str) -> list[Message]:
        """List the comments under a channel's post, oldest first."""
        chat, _ = self.world.get_message(post)
        return [one for one in chat.comments.get(post, {}).values() if not one.removed]

    def message(self, mid: str) -> Message:
        """Return a message that has not been deleted."""
        return self.world.get_message(mid)[1]

    def file(self, attachment: Json) -> bytes:
        """The bytes behind an attachment."""
        return self.world.files[attachment["payload"]["token"]].data

    @property
    def callback_answers(self) -> dict[str, Json]:
        """Answers to presses by callback id: ``notification`` or ``message``."""
        return {one.callback_id: one.answer for one in self.world.presses.values() if one.answer is not None}

    @property
    def pending_updates(self) -> list[Json]:
        """Updates the bot has not confirmed yet."""
        return self.world.queue.pending
