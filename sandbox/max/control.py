"""Acts of people in the sandbox's MAX, for tests and for the page."""

from collections.abc import Sequence
from typing import Any

from sandbox.change_log import ChangeLog
from sandbox.max.render import file_object, linked, message_object, user_object
from sandbox.max.setup import MaxSetup
from sandbox.max.state import ALL_RIGHTS, Callback, Chat, ChatType, Message
from sandbox.max.world import World

Json = dict[str, Any]
FileLike = bytes | tuple[str, bytes]
"""The bytes of a file, or its name and bytes."""

_NAMES = {"image": "photo.jpg", "video": "video.mp4", "audio": "audio.mp3", "file": "document.pdf"}


class MaxControl(MaxSetup):
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
        photos: Sequence[FileLike] = (),
        videos: Sequence[FileLike] = (),
        files: Sequence[FileLike] = (),
        audio: FileLike | None = None,
        location: tuple[float, float] | None = None,
        sticker: str | None = None,
        raw_attachments: Sequence[Json] = (),
        forward: str | tuple[int, str] | None = None,
        reply_to: str | None = None,
    ) -> str:
        """Somebody writes; the message's mid. All that is attached comes as one message.

        *chat_id* may be a person's: the dialog with the bot. *forward* is a message's mid, or a person and words of his
        from elsewhere. *raw_attachments* are attached as they are (kinds that nobody knows).
        """
        chat = self._join_chat(chat_id, user_id)
        attachments = [
            *(self._file_attachment("image", one) for one in photos),
            *(self._file_attachment("video", one) for one in videos),
            *(self._file_attachment("audio", one) for one in ([audio] if audio is not None else [])),
            *(self._file_attachment("file", one) for one in files),
            *raw_attachments,
        ]
        if location is not None:
            attachments.append({"type": "location", "latitude": location[0], "longitude": location[1]})
        if sticker is not None:
            shown = {"code": sticker, "url": f"{self.world.base_url}/stickers/{sticker}"}
            attachments.append({"type": "sticker", "payload": shown, "width": 128, "height": 128})
        link = self._message_link(forward, reply_to)
        pure = forward is not None and not text and not attachments
        message = self.world.new_message(
            chat, user_id, text=text, attachments=attachments, link=link, pure_forward=pure
        )
        return await self._emit_created(chat, message)

    def _message_link(self, forward: str | tuple[int, str] | None, reply_to: str | None) -> Json | None:
        if reply_to is not None:
            chat, source = self.world.get_message(reply_to)
            return linked(self.world, "reply", chat, source)
        if isinstance(forward, str):
            chat, source = self.world.get_message(forward)
            return linked(self.world, "forward", chat, source)
        if forward is None:
            return None
        author, words = forward
        elsewhere = Chat(-(10**9) - self.world.next_serial(), ChatType.CHAT)
        return linked(self.world, "forward", elsewhere, self.world.new_message(elsewhere, author, text=words))

    def _file_attachment(self, kind: str, file: FileLike) -> Json:
        name, data = file if isinstance(file, tuple) else (_NAMES[kind], file)
        return file_object(self.world, self.world.store_file(kind, name, data))

    async def _emit_created(self, chat: Chat, message: Message) -> str:
        if chat.bot_gets_events and not chat.stopped:
            self.world.emit("message_created", message=message_object(self.world, chat, message), user_locale="ru")
        await self.change_log.notify()
        return message.mid

    async def report_own(self, mid: str) -> None:
        """MAX tells the bot of a message in its own name; its documentation neither promises nor excludes that."""
        await self._emit_created(*self.world.get_message(mid))

    async def send_voice(self, user_id: int) -> None:
        """Somebody sends the bot a voice message, of which MAX tells bots nothing but that it came."""
        self._join_chat(user_id, user_id)
        self.world.emit("message_created", user_locale="ru")
        await self.change_log.notify()

    async def publish_post(self, channel_id: int, text: str, *, photos: Sequence[FileLike] = ()) -> str:
        """A channel publishes; the post's mid."""
        chat = self.world.chats[channel_id]
        attachments = [self._file_attachment("image", one) for one in photos]
        return await self._emit_created(chat, self.world.new_message(chat, None, text=text, attachments=attachments))

    async def edit(self, mid: str, text: str) -> None:
        """An author changes the words of a message."""
        chat, message = self.world.get_message(mid)
        message.text, message.edited = text, self.world.now()
        if chat.bot_gets_events and not chat.stopped:
            self.world.emit("message_edited", message=message_object(self.world, chat, message))
        await self.change_log.notify()

    async def remove(self, mid: str, *, by: int | None = None) -> None:
        """A message is taken back, by its author unless somebody else is named."""
        chat, message = self.world.get_message(mid)
        message.removed = True
        if chat.bot_gets_events:
            who = by or message.sender_id or 0
            self.world.emit("message_removed", message_id=mid, chat_id=chat.chat_id, user_id=who)
        await self.change_log.notify()

    # Comments under a channel's post

    async def comment(self, post: str, user_id: int | None, text: str, *, reply_to: str | None = None) -> str:
        """Somebody comments a channel's post; the comment's mid. ``None``: MAX does not say who it was."""
        chat, _ = self.world.get_message(post)
        link = None
        if reply_to is not None:
            link = linked(self.world, "reply", chat, self.world.get_comment(post, reply_to)[1])
        message = self.world.new_message(chat, user_id, text=text, link=link, post=post)
        return await self._emit_comment("comment_created", chat, message)

    async def edit_comment(self, post: str, mid: str, text: str) -> None:
        chat, message = self.world.get_comment(post, mid)
        message.text, message.edited = text, self.world.now()
        await self._emit_comment("comment_edited", chat, message)

    async def remove_comment(self, post: str, mid: str) -> None:
        chat, message = self.world.get_comment(post, mid)
        message.removed = True
        if chat.bot_gets_events:
            who = message.sender_id
            self.world.emit("comment_removed", message_id=mid, chat_id=chat.chat_id, user_id=who, post_id=post)
        await self.change_log.notify()

    async def _emit_comment(self, kind: str, chat: Chat, message: Message) -> str:
        if chat.bot_gets_events:
            self.world.emit(kind, message=message_object(self.world, chat, message))
        await self.change_log.notify()
        return message.mid

    # Buttons

    async def press_button(self, user_id: int, mid: str, button: str) -> str:
        """Somebody presses the button with this text or payload; the callback's id."""
        buttons = [one for row in self.message(mid).keyboard for one in row if one["type"] == "callback"]
        offered = [one for one in buttons if button in (one["text"], one["payload"])]
        if not offered:
            raise LookupError(f"no such button under {mid}: {button!r}")
        return await self.press_payload(user_id, mid, offered[0]["payload"])

    async def press_payload(self, user_id: int, mid: str, payload: str) -> str:
        """A press with any payload, also of a button that is not there (any more), under a message that may be gone."""
        chat = next(one for one in self.world.chats.values() if mid in one.messages)
        message = chat.messages[mid]
        press = Callback(f"f9LHodD0cOJ{self.world.new_token('press')}", user_id, chat.chat_id, mid, self.world.now())
        self.world.presses[press.callback_id] = press
        self.world.emit(
            "message_callback",
            callback={
                "timestamp": self.world.millis(),
                "callback_id": press.callback_id,
                "user": user_object(self.world, user_id),
                "payload": payload,
            },
            message=None if message.removed else message_object(self.world, chat, message),
            user_locale="ru",
        )
        await self.change_log.notify()
        return press.callback_id

    # The bot's standing

    async def start_bot(self, user_id: int, payload: str | None = None) -> None:
        """Somebody presses «Начать» (perhaps after a deep link with *payload*): the dialog is open."""
        chat = self.world.ensure_dialog(user_id)
        chat.open, chat.stopped = True, False
        more = {} if payload is None else {"payload": payload}
        self._emit_membership("bot_started", chat, user_id, user_id=user_id, user_locale="ru", **more)
        await self.change_log.notify()

    async def stop_bot(self, user_id: int) -> None:
        """Somebody stops the bot."""
        chat = self.world.ensure_dialog(user_id)
        chat.stopped = True
        self._emit_membership("bot_stopped", chat, user_id, user_locale="ru")
        await self.change_log.notify()

    async def add_bot_to(
        self, chat_id: int, by: int = 1, *, admin: bool = True, rights: tuple[str, ...] = ALL_RIGHTS
    ) -> None:
        """Somebody lets the bot into a chat or channel."""
        chat = self.world.chats[chat_id]
        chat.bot_in, chat.bot_is_admin, chat.rights = True, admin, rights
        channel = chat.kind is ChatType.CHANNEL
        if self.world.is_of_november and not self.world.subscriptions:
            self.world.emit("bot_added", chat_id=chat_id, is_channel=channel)  # polled updates name nobody
        else:
            self._emit_membership("bot_added", chat, by, is_channel=channel)
        await self.change_log.notify()

    async def change_rights(self, chat_id: int, *rights: str, admin: bool = True, by: int = 1) -> None:
        """Somebody changes the bot's rights; MAX tells webhooks alone."""
        chat = self.world.chats[chat_id]
        chat.bot_is_admin, chat.rights = admin, rights
        if self.world.subscriptions:
            self.world.emit(
                "bot_admin_permissions_changed",
                chat_id=chat_id,
                user_id=by,
                bot_id=self.world.me.user_id,
                is_channel=chat.kind is ChatType.CHANNEL,
                is_admin=admin,
                permissions=list(rights) if admin else None,
            )
        await self.change_log.notify()

    async def remove_bot_from(self, chat_id: int, by: int = 1) -> None:
        """Somebody throws the bot out of a chat or channel."""
        chat = self.world.chats[chat_id]
        chat.bot_in = False
        self._emit_membership("bot_removed", chat, by, is_channel=chat.kind is ChatType.CHANNEL)
        await self.change_log.notify()

    def _emit_membership(self, kind: str, chat: Chat, by: int, **more: Any) -> None:
        self.world.emit(kind, chat_id=chat.chat_id, user=user_object(self.world, by), **more)

    # Mischief

    async def push_raw(self, update: Json) -> None:
        """Queue an update exactly as given: unknown kinds, broken ones."""
        self.world.queue.add(update, self.world.now())
        await self.change_log.notify()

    def delay_uploads(self, sends: int = 1) -> None:
        """Let every file uploaded from now on be "not ready" for its first *sends* uses."""
        self.world.slow_sends = sends

    def _join_chat(self, chat_id: int, user_id: int) -> Chat:
        self.world.ensure_user(user_id)
        chat = self.world.get_chat(chat_id)
        if chat.kind is ChatType.DIALOG:
            chat.open, chat.stopped = True, False
        else:
            chat.members.add(user_id)
        return chat
