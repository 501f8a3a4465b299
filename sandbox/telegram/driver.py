"""What people in the town do, for tests and for the page."""

from dataclasses import dataclass
from typing import Any

from sandbox.change_log import Journal
from sandbox.telegram import posting
from sandbox.telegram.posting import FileLike
from sandbox.telegram.read_methods import member
from sandbox.telegram.town import Town
from sandbox.telegram.world import FIRST_SUPERGROUP, TELEGRAM_ITSELF, Chat, Press, World, wire

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Post:
    """A channel's post: its id in the channel, and the id of its copy in the discussion group, if there is one."""

    message_id: int
    copy_id: int | None


class Driver(Town):
    """Acts of people. Each wakes whoever waits for the journal; what the bot may hear becomes an update."""

    def __init__(self, world: World, journal: Journal) -> None:
        super().__init__(world)
        self.journal = journal

    async def say(
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
        raw: Json | None = None,
    ) -> int:
        """Somebody writes; *text* is the caption where there is a file. The message's id (of an album: the first).

        *album* is a list of photos: so many messages, the text under the first. *thread* is a forum topic or the
        discussion copy of a post. *forward_from*: a person's id, a hidden person's name, or a channel's or group's id.
        *sender_chat*: speak as this channel or as the group itself. *raw* overrides fields of the message.
        """
        chat = self._entered(chat_id, user_id)
        common = posting.speaker(self.world, user_id, sender_chat)
        if forward_from is not None:
            common["forward_origin"] = posting.origin(self.world, forward_from)
        replied = None if reply_to is None else chat.messages[reply_to]
        common |= self.world.threaded(chat, replied, thread)
        files = {
            "photo": photo,
            "video": video,
            "document": document,
            "voice": voice,
            "audio": audio,
            "video_note": video_note,
            "animation": animation,
            "sticker": sticker,
        }
        bodies: list[Json] = []
        if album:
            group = str(13_000_000_000 + self.world.serial())
            for number, one in enumerate(album):
                words = posting.worded(text if number == 0 else "", caption=True)
                picture = posting.attached(self.world, "photo", one)
                bodies.append({"media_group_id": group, **picture, **words})
        else:
            body: Json = {}
            for kind, file in files.items():
                if file is not None:
                    body |= posting.attached(self.world, kind, file)
            body |= posting.worded(text, caption=bool(body))
            if location is not None:
                body["location"] = {"latitude": location[0], "longitude": location[1]}
            bodies.append(body)
        messages = [self._heard(chat, common | body | (raw or {})) for body in bodies]
        await self.journal.changed()
        return int(messages[0]["message_id"])

    async def start_bot(self, user_id: int, payload: str = "") -> int:
        """Somebody presses «Start» (perhaps after a deep link with *payload*): the private chat is open."""
        return await self.say(user_id, user_id, f"/start {payload}".strip())

    async def edit(self, chat_id: int, message_id: int, text: str) -> None:
        """An author changes the words of a message."""
        chat = self.world.place(chat_id)
        message = chat.messages[message_id]
        caption = "text" not in message
        for name in ("text", "entities", "caption", "caption_entities"):
            message.pop(name, None)
        message.update(posting.worded(text, caption=caption))
        message["edit_date"] = int(self.world.now().timestamp())
        if posting.hears(self.world.me, chat, message):
            self.world.emit("edited_channel_post" if chat.type == "channel" else "edited_message", wire(message))
        await self.journal.changed()

    async def delete(self, chat_id: int, message_id: int) -> None:
        """A message disappears. Telegram does not tell bots."""
        del self.world.place(chat_id).messages[message_id]
        await self.journal.changed()

    async def press(self, user_id: int, chat_id: int, message_id: int, button: str) -> str:
        """Somebody presses the button with this text or callback data; the id of the callback query."""
        message = self.world.place(chat_id).messages[message_id]
        offered = [
            one
            for row in message.get("reply_markup", {}).get("inline_keyboard", [])
            for one in row
            if button in (one["text"], one.get("callback_data"))
        ]
        if not offered or "callback_data" not in offered[0]:
            raise LookupError(f"no such button under message {message_id} of chat {chat_id}: {button!r}")
        return await self.press_raw(user_id, chat_id, message_id, offered[0]["callback_data"])

    async def press_raw(self, user_id: int, chat_id: int, message_id: int, data: str) -> str:
        """A press with any data, also of a button that is not there (any more)."""
        chat = self.world.place(chat_id)
        press = Press(str(4_000_000_000_000 + self.world.serial()), user_id, self.world.now())
        self.world.presses[press.id] = press
        message = chat.messages.get(message_id)
        gone = {"message_id": message_id, "date": 0, "chat": chat.brief()}
        self.world.emit(
            "callback_query",
            {
                "id": press.id,
                "from": self.world.person(user_id),
                "message": gone if message is None else wire(message),
                "chat_instance": str(abs(chat_id) + 77),
                "data": data,
            },
        )
        await self.journal.changed()
        return press.id

    async def block(self, user_id: int) -> None:
        """A person blocks the bot."""
        await self._status(self.world.place(user_id), "kicked", user_id)

    async def unblock(self, user_id: int) -> None:
        """A person lets the bot write again."""
        await self._status(self.world.place(user_id), "member", user_id)

    async def kick_bot(self, chat_id: int, by: int = 1) -> None:
        """An administrator throws the bot out of a chat."""
        await self._status(self.world.place(chat_id), "kicked", by)

    async def restrict_bot(self, chat_id: int, by: int = 1) -> None:
        """An administrator forbids the bot to write."""
        await self._status(self.world.place(chat_id), "restricted", by)

    async def invite_bot(self, chat_id: int, by: int = 1, *, admin: bool = False) -> None:
        """An administrator adds the bot to a chat, or changes whether it is an administrator."""
        await self._status(self.world.place(chat_id), "administrator" if admin else "member", by)

    async def migrate(self, chat_id: int) -> int:
        """A basic group becomes a supergroup: a new chat without the old messages. Its id."""
        old = self.world.place(chat_id)
        if old.type != "group":
            raise ValueError("only a basic group can become a supergroup: make it with supergroup=False")
        new_id = -(FIRST_SUPERGROUP + abs(chat_id) % 1_000_000 + 2_000_000_000)
        new = Chat(
            new_id, "supergroup", old.title, bot_status=old.bot_status, linked=old.linked, members=dict(old.members)
        )
        self.world.chats[new_id] = new
        self._heard(old, {"from": self.world.person(1), "migrate_to_chat_id": new_id})
        old.migrated_to = new_id
        self._heard(new, {**posting.speaker(self.world, 1, new_id), "migrate_from_chat_id": chat_id})
        await self.journal.changed()
        return new_id

    async def post(self, channel_id: int, text: str = "", *, photo: FileLike | None = None) -> Post:
        """A channel publishes; a copy appears in its discussion group."""
        channel = self.world.place(channel_id)
        body = posting.attached(self.world, "photo", photo) if photo is not None else {}
        body |= posting.worded(text, caption=bool(body))
        message = self.world.put(channel, {"sender_chat": channel.brief(), **body})
        if posting.hears(self.world.me, channel, message):
            self.world.emit("channel_post", wire(message))
        copy_id = None
        if channel.linked is not None:
            source = {"type": "channel", "date": message["date"], "chat": channel.brief()}
            copied = {
                "from": {"id": TELEGRAM_ITSELF, "is_bot": False, "first_name": "Telegram"},
                "sender_chat": channel.brief(),
                "forward_origin": {**source, "message_id": message["message_id"]},
                "is_automatic_forward": True,
            }
            copy_id = int(self._heard(self.world.place(channel.linked), copied | body)["message_id"])
        await self.journal.changed()
        return Post(int(message["message_id"]), copy_id)

    async def push_raw(self, update: Json) -> int:
        """Queue an update (without ``update_id``) exactly as given: unknown kinds, broken ones. Its id."""
        update_id = self.world.queue.add(update, self.world.now())
        await self.journal.changed()
        return update_id

    def _entered(self, chat_id: int, user_id: int) -> Chat:
        person = self.world.person(user_id)
        chat = self.world.place(chat_id)
        if chat.type == "private":
            if chat.bot_status == "left":
                chat.bot_status = "member"
            chat.seen = True
        else:
            chat.members.setdefault(user_id, "member")
            if not person["is_bot"]:
                self.world.place(user_id).seen = True
        return chat

    async def react(self, chat_id: int, user_id: int, message_id: int, *emoji: str) -> None:
        """Somebody puts reactions under a message (none: takes them back). A bot hears of it as an administrator."""
        chat = self._entered(chat_id, user_id)
        message = chat.messages[message_id]
        reactions = message.setdefault("reactions_by", {})
        old, reactions[user_id] = reactions.get(user_id, ()), emoji
        if chat.bot_status == "administrator":
            signs = [[{"type": "emoji", "emoji": one} for one in several] for several in (old, emoji)]
            self.world.emit(
                "message_reaction",
                {
                    "chat": chat.brief(),
                    "message_id": message_id,
                    "user": self.world.person(user_id),
                    "date": int(self.world.now().timestamp()),
                    "old_reaction": signs[0],
                    "new_reaction": signs[1],
                },
            )
        await self.journal.changed()

    def _heard(self, chat: Chat, fields: Json) -> Json:
        message = self.world.put(chat, fields)
        if chat.bot_status != "kicked" and posting.hears(self.world.me, chat, message):
            self.world.emit("message", wire(message))
        return message

    async def _status(self, chat: Chat, status: str, by: int) -> None:
        old, chat.bot_status = chat.bot_status, status
        if status == "member":
            chat.seen = True
        me = self.world.me.user()
        self.world.emit(
            "my_chat_member",
            {
                "chat": chat.brief(),
                "from": self.world.person(by),
                "date": int(self.world.now().timestamp()),
                "old_chat_member": member(self.world, old, me),
                "new_chat_member": member(self.world, status, me),
            },
        )
        await self.journal.changed()
