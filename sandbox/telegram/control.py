"""Acts of people in the sandbox's Telegram, for tests and for the page."""

from dataclasses import dataclass
from typing import Any

from sandbox.change_log import ChangeLog
from sandbox.telegram import posting
from sandbox.telegram.content import check_content
from sandbox.telegram.posting import FileLike
from sandbox.telegram.read_methods import chat_member_object
from sandbox.telegram.setup import TelegramSetup
from sandbox.telegram.world import FIRST_SUPERGROUP, TELEGRAM_SERVICE_USER, CallbackQuery, Chat, World, to_wire

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class PublishedPost:
    """A channel's post: its id in the channel, and the id of its copy in the discussion group, if there is one."""

    message_id: int
    copy_id: int | None


class TelegramControl(TelegramSetup):
    """Acts of people. Each is noted in the change log; an act that the bot may see becomes an update."""

    def __init__(self, world: World, change_log: ChangeLog) -> None:
        super().__init__(world)
        self.change_log = change_log

    async def send_message(
        self,
        chat_id: int,
        user_id: int,
        text: str = "",
        *,
        reply_to: int | None = None,
        thread: int | None = None,
        photo: FileLike | None = None,
        video: FileLike | None = None,
        document: FileLike | None = None,
        voice: FileLike | None = None,
        audio: FileLike | None = None,
        video_note: FileLike | None = None,
        animation: FileLike | None = None,
        sticker: FileLike | None = None,
        location: tuple[float, float] | None = None,
        album: list[FileLike] | None = None,
        forward_from: int | str | None = None,
        sender_chat: int | None = None,
        content: Json | None = None,
        raw: Json | None = None,
    ) -> int:
        """Somebody writes; *text* is the caption where there is a file. The message's id (of an album: the first).

        *album* is a list of photos: so many messages, the text under the first. *thread* is a forum topic or the
        discussion copy of a post. *forward_from*: a person's id, a hidden person's name, or a channel's or group's id.
        *sender_chat*: speak as this channel or as the group itself. *content*: other content (a poll, a contact …),
        strictly as the Bot API describes it; *raw* overrides fields of the message with anything.
        """
        chat = self._join_chat(chat_id, user_id)
        common = posting.sender_fields(self.world, user_id, sender_chat)
        if forward_from is not None:
            common["forward_origin"] = posting.forward_origin(self.world, forward_from)
        replied = None if reply_to is None else chat.messages[reply_to]
        common |= self.world.thread_fields(chat, replied, thread)
        files = {"photo": photo, "video": video, "document": document, "voice": voice, "audio": audio}
        files |= {"video_note": video_note, "animation": animation, "sticker": sticker}
        if album:
            bodies = posting.album_bodies(self.world, album, text)
        else:
            bodies = [posting.single_body(self.world, files, text, location) | check_content(content or {})]
        messages = [self._emit_message(chat, common | body | (raw or {})) for body in bodies]
        await self.change_log.notify()
        return int(messages[0]["message_id"])

    async def start_bot(self, user_id: int, payload: str = "") -> int:
        """Somebody presses «Start» (perhaps after a deep link with *payload*): the private chat is open."""
        return await self.send_message(user_id, user_id, f"/start {payload}".strip())

    async def edit(self, chat_id: int, message_id: int, text: str) -> None:
        """An author changes the words of a message."""
        chat = self.world.get_chat(chat_id)
        message = chat.messages[message_id]
        caption = "text" not in message
        for name in ("text", "entities", "caption", "caption_entities"):
            message.pop(name, None)
        message.update(posting.text_with_entities(text, caption=caption))
        message["edit_date"] = int(self.world.now().timestamp())
        if posting.bot_receives(self.world.me, chat, message):
            self.world.emit("edited_channel_post" if chat.type == "channel" else "edited_message", to_wire(message))
        await self.change_log.notify()

    async def move(self, chat_id: int, message_id: int, point: tuple[float, float]) -> None:
        """The author of a live location has moved."""
        chat = self.world.get_chat(chat_id)
        message = chat.messages[message_id]
        message["location"] = message["location"] | {"latitude": point[0], "longitude": point[1]}
        message["edit_date"] = int(self.world.now().timestamp())
        self.world.emit("edited_message", to_wire(message))
        await self.change_log.notify()

    async def delete(self, chat_id: int, message_id: int) -> None:
        """A message disappears. Telegram does not tell bots."""
        del self.world.get_chat(chat_id).messages[message_id]
        await self.change_log.notify()

    async def delete_topic(self, chat_id: int, topic: int) -> None:
        """An administrator deletes a forum topic with its messages."""
        messages = self.world.get_chat(chat_id).messages
        for number in [one for one in messages if one == topic or messages[one].get("message_thread_id") == topic]:
            del messages[number]
        await self.change_log.notify()

    async def press_button(self, user_id: int, chat_id: int, message_id: int, button: str) -> str:
        """Somebody presses the button with this text or callback data; the id of the callback query."""
        message = self.world.get_chat(chat_id).messages[message_id]
        offered = [
            one
            for row in message.get("reply_markup", {}).get("inline_keyboard", [])
            for one in row
            if button in (one["text"], one.get("callback_data"))
        ]
        if not offered or "callback_data" not in offered[0]:
            raise LookupError(f"no such button under message {message_id} of chat {chat_id}: {button!r}")
        return await self.press_callback_data(user_id, chat_id, message_id, offered[0]["callback_data"])

    async def press_callback_data(self, user_id: int, chat_id: int, message_id: int, data: str) -> str:
        """A press with any data, also of a button that is not there (any more)."""
        chat = self.world.get_chat(chat_id)
        press = CallbackQuery(str(4_000_000_000_000 + self.world.next_serial()), user_id, self.world.now())
        self.world.presses[press.id] = press
        message = chat.messages.get(message_id)
        gone = {"message_id": message_id, "date": 0, "chat": chat.as_json()}
        self.world.emit(
            "callback_query",
            {
                "id": press.id,
                "from": self.world.ensure_user(user_id),
                "message": gone if message is None else to_wire(message),
                "chat_instance": str(abs(chat_id) + 77),
                "data": data,
            },
        )
        await self.change_log.notify()
        return press.id

    async def block(self, user_id: int) -> None:
        """A person blocks the bot."""
        await self._set_bot_status(self.world.get_chat(user_id), "kicked", user_id)

    async def unblock(self, user_id: int) -> None:
        """A person lets the bot write again."""
        await self._set_bot_status(self.world.get_chat(user_id), "member", user_id)

    async def kick_bot(self, chat_id: int, by: int = 1) -> None:
        """An administrator throws the bot out of a chat."""
        await self._set_bot_status(self.world.get_chat(chat_id), "kicked", by)

    async def restrict_bot(self, chat_id: int, by: int = 1) -> None:
        """An administrator forbids the bot to write."""
        await self._set_bot_status(self.world.get_chat(chat_id), "restricted", by)

    async def invite_bot(self, chat_id: int, by: int = 1, *, admin: bool = False) -> None:
        """An administrator adds the bot to a chat, or changes whether it is an administrator."""
        await self._set_bot_status(self.world.get_chat(chat_id), "administrator" if admin else "member", by)

    async def migrate(self, chat_id: int) -> int:
        """A basic group becomes a supergroup: a new chat without the old messages. Its id."""
        old = self.world.get_chat(chat_id)
        if old.type != "group":
            raise ValueError("only a basic group can become a supergroup: make it with supergroup=False")
        new_id = -(FIRST_SUPERGROUP + abs(chat_id) % 1_000_000 + 2_000_000_000)
        new = Chat(
            new_id,
            "supergroup",
            old.title,
            bot_status=old.bot_status,
            linked_chat_id=old.linked_chat_id,
            members=dict(old.members),
        )
        self.world.chats[new_id] = new
        self._emit_message(old, {"from": self.world.ensure_user(1), "migrate_to_chat_id": new_id})
        old.migrated_to = new_id
        self._emit_message(new, {**posting.sender_fields(self.world, 1, new_id), "migrate_from_chat_id": chat_id})
        await self.change_log.notify()
        return new_id

    async def publish_post(self, channel_id: int, text: str = "", *, photo: FileLike | None = None) -> PublishedPost:
        """A channel publishes; a copy appears in its discussion group."""
        channel = self.world.get_chat(channel_id)
        body = posting.file_attachment(self.world, "photo", photo) if photo is not None else {}
        body |= posting.text_with_entities(text, caption=bool(body))
        message = self.world.add_message(channel, {"sender_chat": channel.as_json(), **body})
        if posting.bot_receives(self.world.me, channel, message):
            self.world.emit("channel_post", to_wire(message))
        copy_id = None
        if channel.linked_chat_id is not None:
            source = {"type": "channel", "date": message["date"], "chat": channel.as_json()}
            copied = {
                "from": {"id": TELEGRAM_SERVICE_USER, "is_bot": False, "first_name": "Telegram"},
                "sender_chat": channel.as_json(),
                "forward_origin": {**source, "message_id": message["message_id"]},
                "is_automatic_forward": True,
            }
            copy_id = int(self._emit_message(self.world.get_chat(channel.linked_chat_id), copied | body)["message_id"])
        await self.change_log.notify()
        return PublishedPost(int(message["message_id"]), copy_id)

    async def push_raw(self, update: Json) -> int:
        """Queue an update (without ``update_id``) exactly as given: unknown kinds, broken ones. Its id."""
        update_id = self.world.queue.add(update, self.world.now())
        await self.change_log.notify()
        return update_id

    def _join_chat(self, chat_id: int, user_id: int) -> Chat:
        person = self.world.ensure_user(user_id)
        chat = self.world.get_chat(chat_id)
        if chat.type == "private":
            if chat.bot_status == "left":
                chat.bot_status = "member"
            chat.known_to_bot = True
        else:
            chat.members.setdefault(user_id, "member")
            if not person["is_bot"]:
                self.world.get_chat(user_id).known_to_bot = True
        return chat

    async def react(self, chat_id: int, user_id: int, message_id: int, *emoji: str) -> None:
        """Somebody puts reactions under a message (none: takes them back). A bot hears of it as an administrator."""
        chat = self._join_chat(chat_id, user_id)
        message = chat.messages[message_id]
        reactions = message.setdefault("reactions_by", {})
        old, reactions[user_id] = reactions.get(user_id, ()), emoji
        if chat.bot_status == "administrator":
            signs = [[{"type": "emoji", "emoji": one} for one in several] for several in (old, emoji)]
            self.world.emit(
                "message_reaction",
                {
                    "chat": chat.as_json(),
                    "message_id": message_id,
                    "user": self.world.ensure_user(user_id),
                    "date": int(self.world.now().timestamp()),
                    "old_reaction": signs[0],
                    "new_reaction": signs[1],
                },
            )
        await self.change_log.notify()

    def _emit_message(self, chat: Chat, fields: Json) -> Json:
        message = self.world.add_message(chat, fields)
        if chat.bot_status != "kicked" and posting.bot_receives(self.world.me, chat, message):
            self.world.emit("message", to_wire(message))
        return message

    async def _set_bot_status(self, chat: Chat, status: str, by: int) -> None:
        old, chat.bot_status = chat.bot_status, status
        if status == "member":
            chat.known_to_bot = True
        me = self.world.me.user()
        self.world.emit(
            "my_chat_member",
            {
                "chat": chat.as_json(),
                "from": self.world.ensure_user(by),
                "date": int(self.world.now().timestamp()),
                "old_chat_member": chat_member_object(self.world, old, me),
                "new_chat_member": chat_member_object(self.world, status, me),
            },
        )
        await self.change_log.notify()
