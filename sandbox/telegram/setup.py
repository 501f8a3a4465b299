"""People, chats and messages of the sandbox's Telegram."""

from typing import Any

from sandbox.telegram.world import FIRST_SUPERGROUP, Chat, World

Json = dict[str, Any]


class TelegramSetup:
    """People, groups, channels and their messages."""

    def __init__(self, world: World) -> None:
        self.world = world

    # Setting up

    def user(
        self,
        user_id: int,
        first_name: str,
        last_name: str | None = None,
        username: str | None = None,
        *,
        is_bot: bool = False,
    ) -> int:
        """A person (or another bot); known to the bot only after they have met."""
        person: Json = {"id": user_id, "is_bot": is_bot, "first_name": first_name}
        if last_name:
            person["last_name"] = last_name
        if username:
            person["username"] = username
        self.world.users[user_id] = person | ({} if is_bot else {"language_code": "ru"})
        return user_id

    def group(
        self,
        chat_id: int,
        title: str,
        *,
        supergroup: bool = True,
        username: str | None = None,
        bot_is_admin: bool = True,
        forum: bool = False,
    ) -> Chat:
        """A group with the bot in it. A supergroup's id begins with -100, a basic group's does not."""
        if supergroup != (chat_id <= -FIRST_SUPERGROUP):
            raise ValueError(f"id {chat_id} does not suit a {'super' if supergroup else 'basic '}group")
        chat = Chat(
            chat_id,
            "supergroup" if supergroup else "group",
            title,
            username,
            is_forum=forum,
            bot_status="administrator" if bot_is_admin else "member",
        )
        self.world.chats[chat_id] = chat
        return chat

    def channel(
        self,
        chat_id: int,
        title: str,
        *,
        username: str | None = None,
        discussion: int | None = None,
        bot_is_admin: bool = False,
    ) -> Chat:
        """A channel, perhaps with a discussion group (which must exist); the bot is usually only in the latter."""
        if chat_id > -FIRST_SUPERGROUP:
            raise ValueError(f"a channel's id begins with -100, not {chat_id}")
        status = "administrator" if bot_is_admin else "left"
        chat = Chat(chat_id, "channel", title, username, bot_status=status, linked_chat_id=discussion)
        self.world.chats[chat_id] = chat
        if discussion is not None:
            self.world.chats[discussion].linked_chat_id = chat_id
        return chat

    # Looking

    def messages(self, chat_id: int) -> list[Json]:
        """List all messages of a chat, oldest first; the bot's own have ``from.is_bot``."""
        chat = self.world.chats.get(chat_id)
        return [] if chat is None else list(chat.messages.values())

    def message(self, chat_id: int, message_id: int) -> Json:
        """One message; ``KeyError`` if it is not there."""
        return self.world.chats[chat_id].messages[message_id]

    def from_bot(self, chat_id: int) -> list[Json]:
        """List the bot's messages in a chat, oldest first."""
        return [one for one in self.messages(chat_id) if one.get("from", {}).get("id") == self.world.me.id]

    def message_link(self, chat_id: int, message_id: int) -> str | None:
        """Return the address that opens a message; private chats and basic groups have none."""
        chat = self.world.chats[chat_id]
        if not chat.has_own_ids:
            return None
        name = chat.username or f"c/{abs(chat_id) - FIRST_SUPERGROUP}"
        return f"https://t.me/{name}/{message_id}"

    @property
    def callback_answers(self) -> dict[str, Json]:
        """Answers to presses by the callback query's id: ``text`` and ``show_alert``."""
        return {one.id: one.answer for one in self.world.presses.values() if one.answer is not None}

    @property
    def pending_updates(self) -> list[Json]:
        """Updates the bot has not confirmed yet."""
        return self.world.queue.pending

    def file(self, file_id: str) -> bytes:
        """The bytes behind a ``file_id``."""
        return self.world.files[file_id].data

    def commands(self, chat_id: int | None = None) -> list[Json]:
        """The command menu of one chat, or the default one."""
        scope = "default" if chat_id is None else f"chat:{chat_id}"
        return self.world.commands.get((scope, ""), [])
