"""Acts of people in the sandbox's VK and reads of its state, for tests and for the page."""

import secrets
from collections.abc import Sequence
from typing import Any

from sandbox.change_log import ChangeLog
from sandbox.vk.messages import payload_text
from sandbox.vk.render import comment_object, cropped_object, message_object, post_object
from sandbox.vk.state import (
    CHAT_PEERS,
    EVENT_TYPES,
    Call,
    CallbackServer,
    Comment,
    Community,
    Dialog,
    Message,
    MessageEvent,
    Post,
    User,
)
from sandbox.vk.world import World

Document = tuple[str, bytes]  # a file's name and its bytes


class VkControl:
    """The driver. Coroutines change something and tell the journal; everything else only looks."""

    def __init__(self, change_log: ChangeLog) -> None:
        self.change_log = change_log
        self.world = World(change_log)

    # -- who there is

    def community(self, id: int, title: str, token: str) -> Community:
        """Found a community; its key may do everything and all its events are switched on."""
        return self.world.community(id, title, token)

    def service_key(self, key: str) -> None:
        """An application with a service key: it reads what is public."""
        self.world.service_keys.add(key)

    def user(self, id: int, first_name: str, last_name: str) -> User:
        """Register a person."""
        return self.world.user(id, first_name, last_name)

    def deactivate_user(self, id: int, state: str = "deleted") -> None:
        """A person deletes their page, or VK bans it (``banned``)."""
        self.world.users[id].deactivated = state

    def conversation(self, group_id: int, peer_id: int, title: str) -> Dialog:
        """Let the community into a conversation of several people (*peer_id* ≥ 2000000001)."""
        if peer_id <= CHAT_PEERS:
            raise ValueError("a conversation's peer id is above 2000000000")
        dialog = self.world.ensure_dialog(group_id, peer_id)
        dialog.title = title
        return dialog

    # -- walls

    async def post(self, group_id: int, text: str) -> int:
        """The community writes on its own wall; the post's id."""
        return await self._add_post(group_id, -group_id, text, "post")

    async def visitor_post(
        self,
        group_id: int,
        user_id: int,
        text: str,
        *,
        suggested: bool = False,
        photos: Sequence[bytes] = (),
        raw_attachments: Sequence[dict[str, Any]] = (),
        **more: Any,
    ) -> int:
        """A visitor writes on the wall, or (*suggested*) proposes a post; its id. *more*: fields such as ``geo``."""
        kind = "suggest" if suggested else "post"
        return await self._add_post(group_id, user_id, text, kind, photos, raw_attachments, more)

    async def _add_post(
        self,
        group_id: int,
        from_id: int,
        text: str,
        kind: str,
        photos: Sequence[bytes] = (),
        raw_attachments: Sequence[dict[str, Any]] = (),
        more: dict[str, Any] | None = None,
    ) -> int:
        world = self.world
        things = [*self._attachments(from_id, photos=photos), *raw_attachments]
        now = self.change_log.now()
        post = Post(world.next_id(), -group_id, from_id, now, text, kind, things, more=more or {})
        world.posts[(group_id, post.id)] = post
        world.emit(group_id, "wall_post_new", post_object(post))
        await self.change_log.notify()
        return post.id

    async def comment(
        self,
        group_id: int,
        post_id: int,
        user_id: int,
        text: str,
        *,
        reply_to: int | None = None,
        photo: bytes | None = None,
        document: Document | None = None,
        raw_attachments: Sequence[dict[str, Any]] = (),
    ) -> int:
        """A person comments a post (*user_id* = ``-group_id``: the community itself does); the comment's id."""
        post = self.world.posts[(group_id, post_id)]
        files = self._attachments(user_id, photos=[photo] if photo else (), documents=[document] if document else ())
        things = [*files, *raw_attachments]
        comment = self.world.add_comment(post.comments, user_id, text, reply_to_comment=reply_to, attachments=things)
        return await self._emit_comment(group_id, "wall_reply_new", comment, post_id=post_id)

    async def edit_comment(self, group_id: int, post_id: int, comment_id: int, text: str) -> None:
        comment = self.world.posts[(group_id, post_id)].comments[comment_id]
        comment.text = text
        await self._emit_comment(group_id, "wall_reply_edit", comment, post_id=post_id)

    async def delete_comment(
        self, group_id: int, post_id: int, comment_id: int, *, deleter_id: int | None = None
    ) -> None:
        comment = self.world.posts[(group_id, post_id)].comments[comment_id]
        comment.deleted = True
        gone = {"owner_id": -group_id, "id": comment_id, "post_id": post_id}
        self.world.emit(group_id, "wall_reply_delete", gone | {"deleter_id": deleter_id or comment.from_id})
        await self.change_log.notify()

    async def restore_comment(self, group_id: int, post_id: int, comment_id: int) -> None:
        comment = self.world.posts[(group_id, post_id)].comments[comment_id]
        comment.deleted = False
        await self._emit_comment(group_id, "wall_reply_restore", comment, post_id=post_id)

    async def like_comment(
        self, group_id: int, post_id: int, comment_id: int, user_id: int, *, on: bool = True
    ) -> None:
        """Somebody likes a comment, or takes the like back."""
        liked = {
            "liker_id": user_id,
            "object_type": "comment",
            "object_owner_id": -group_id,
            "object_id": comment_id,
            "thread_reply_id": 0,
            "post_id": post_id,
        }
        self.world.emit(group_id, "like_add" if on else "like_remove", liked)
        await self.change_log.notify()

    async def close_comments(self, group_id: int, post_id: int, *, closed: bool = True) -> None:
        self.world.posts[(group_id, post_id)].comments_closed = closed
        await self.change_log.notify()

    async def delete_post(self, group_id: int, post_id: int) -> None:
        del self.world.posts[(group_id, post_id)]
        await self.change_log.notify()

    async def _emit_comment(self, group_id: int, kind: str, comment: Comment, **place: int) -> int:
        self.world.emit(group_id, kind, comment_object(comment, -group_id, **place))
        await self.change_log.notify()
        return comment.id

    # -- comments where a community's key cannot answer

    async def photo_comment(self, group_id: int, photo_id: int, user_id: int, text: str) -> int:
        return await self._comment_on("photo", group_id, photo_id, user_id, text)

    async def video_comment(self, group_id: int, video_id: int, user_id: int, text: str) -> int:
        return await self._comment_on("video", group_id, video_id, user_id, text)

    async def market_comment(self, group_id: int, item_id: int, user_id: int, text: str) -> int:
        return await self._comment_on("market", group_id, item_id, user_id, text)

    async def board_comment(self, group_id: int, topic_id: int, user_id: int, text: str) -> int:
        return await self._comment_on("board", group_id, topic_id, user_id, text)

    async def _comment_on(self, kind: str, group_id: int, thing_id: int, user_id: int, text: str) -> int:
        comment = self.world.add_comment(self.world.showcases[f"{kind}-{group_id}_{thing_id}"], user_id, text)
        if kind == "board":
            event, place = "board_post_new", {"topic_id": thing_id, "topic_owner_id": -group_id}
        elif kind == "market":
            event, place = "market_comment_new", {"item_id": thing_id, "market_owner_id": -group_id}
        else:
            event, place = f"{kind}_comment_new", {f"{kind}_id": thing_id, f"{kind}_owner_id": -group_id}
        return await self._emit_comment(group_id, event, comment, **place)

    # -- messages

    async def send_message(
        self,
        group_id: int,
        user_id: int,
        text: str = "",
        *,
        photos: Sequence[bytes] = (),
        docs: Sequence[Document] = (),
        video: str | None = None,
        geo: tuple[float, float] | None = None,
        voice: bytes | None = None,
        sticker: int | None = None,
        forward: Sequence[tuple[int, str] | dict[str, Any]] = (),
        raw_attachments: Sequence[dict[str, Any]] = (),
        payload: Any = None,
        ref: str | None = None,
        reply_to: int | None = None,
    ) -> Message:
        """A person writes to the community in private, which also allows the community to answer.

        *forward*: (author's id, text) of messages he forwards, or fields of such a message. *video*: its title.
        *reply_to*: a cmid. *raw_attachments* are attached as they are.
        """
        things = [*self._attachments(user_id, photos, docs, video, voice), *raw_attachments]
        if sticker is not None:
            images = [{"url": f"{self.world.base_url}/files/sticker.png", "width": 64, "height": 64}]
            things.append({"type": "sticker", "sticker": {"sticker_id": sticker, "images": images}})
        more: dict[str, Any] = {"attachments": things, "ref": ref, "forwarded": self._forwarded_messages(forward)}
        if geo:
            point = {"latitude": geo[0], "longitude": geo[1]}
            more["geo"] = {"type": "point", "coordinates": point}
        if payload is not None:
            more["payload"] = payload_text(payload)
        dialog = self.world.ensure_dialog(group_id, user_id)
        dialog.allowed = True
        if reply_to is not None:
            more["reply"] = dialog.messages[reply_to]
        return await self._receive_message(group_id, user_id, user_id, text, more)

    async def send_to_conversation(
        self,
        group_id: int,
        peer_id: int,
        user_id: int,
        text: str,
        *,
        photos: Sequence[bytes] = (),
        reply_to: int | None = None,
        action: dict[str, Any] | None = None,
    ) -> Message:
        """A person writes where several people talk, the community among them."""
        more: dict[str, Any] = {"attachments": self._attachments(user_id, photos), "action": action}
        if reply_to is not None:
            more["reply"] = self.world.dialogs[(group_id, peer_id)].messages[reply_to]
        return await self._receive_message(group_id, peer_id, user_id, text, more)

    async def _receive_message(
        self, group_id: int, peer_id: int, user_id: int, text: str, more: dict[str, Any]
    ) -> Message:
        message = self.world.add_message(group_id, peer_id, user_id, text, **more)
        self.world.emit(group_id, "message_new", _with_client(message))
        await self.change_log.notify()
        return message

    async def answer_as_manager(self, group_id: int, peer_id: int, manager: int, text: str) -> Message:
        """A manager of the community answers in its messages, with VK's own application."""
        message = self.world.add_message(group_id, peer_id, -group_id, text, manager=manager)
        self.world.emit(group_id, "message_reply", message_object(message))
        await self.change_log.notify()
        return message

    async def edit_message(self, group_id: int, peer_id: int, cmid: int, text: str) -> None:
        message = self.world.dialogs[(group_id, peer_id)].messages[cmid]
        message.text, message.edited = text, self.change_log.now()
        self.world.emit(group_id, "message_edit", cropped_object(message_object(message)))
        await self.change_log.notify()

    async def delete_message(self, group_id: int, peer_id: int, cmid: int) -> None:
        """A person takes his message back; VK tells the community nothing."""
        self.world.dialogs[(group_id, peer_id)].messages[cmid].deleted = True
        await self.change_log.notify()

    async def allow_messages(self, group_id: int, user_id: int) -> None:
        """A person presses «Разрешить сообщения»."""
        self.world.ensure_dialog(group_id, user_id).allowed = True
        self.world.emit(group_id, "message_allow", {"user_id": user_id, "key": ""})
        await self.change_log.notify()

    async def deny_messages(self, group_id: int, user_id: int) -> None:
        """A person forbids the community to write to him."""
        self.world.ensure_dialog(group_id, user_id).allowed = False
        self.world.emit(group_id, "message_deny", {"user_id": user_id})
        await self.change_log.notify()

    async def press_button(self, user_id: int, group_id: int, message: Message, button: str) -> str | None:
        """Press the button that reads *button*; the press's event id (``None`` for a button that writes)."""
        rows: list[list[dict[str, Any]]] = (message.keyboard or {}).get("buttons", [])
        action = next(b["action"] for row in rows for b in row if b["action"].get("label") == button)
        if action["type"] == "text":
            more = {"payload": payload_text(action["payload"])} if "payload" in action else {}
            await self._receive_message(group_id, message.peer_id, user_id, button, more)
            return None
        if action["type"] != "callback":
            raise ValueError("this button opens something and tells nobody")
        return await self.press_payload(user_id, group_id, message.peer_id, message.cmid, action.get("payload", "{}"))

    async def press_payload(self, user_id: int, group_id: int, peer_id: int, cmid: int, payload: object) -> str:
        """A press with any payload, also of a button that is not there, under any message; the press's event id."""
        press = MessageEvent(secrets.token_hex(6), group_id, user_id, peer_id, self.change_log.now())
        self.world.presses[press.event_id] = press
        event = {"user_id": user_id, "peer_id": peer_id, "event_id": press.event_id}
        event |= {"payload": payload, "conversation_message_id": cmid}
        self.world.emit(group_id, "message_event", event)
        await self.change_log.notify()
        return press.event_id

    # -- mischief

    async def add_callback_server_as_manager(self, group_id: int, url: str, secret: str) -> str:
        """A manager types an address into the community's settings and switches everything on; the string it must
        answer."""
        community = self.world.communities[group_id]
        number = max(community.servers, default=0) + 1
        community.servers[number] = CallbackServer(number, url, "by hand", secret, events=set(EVENT_TYPES))
        await self.change_log.notify()
        return community.confirmation

    async def push_raw(self, group_id: int, event: dict[str, Any]) -> None:
        """Put any object at all into the long poll."""
        self.world.communities[group_id].log.append(event)
        await self.change_log.notify()

    async def fail_longpoll(self, group_id: int, code: int) -> None:
        """The next poll (or the waiting one) answers ``failed: code``; 1 and 3 lose what was not read yet."""
        self.world.communities[group_id].log.scheduled_failures.append(code)
        await self.change_log.notify()

    async def drop_events(self, group_id: int) -> None:
        """Forget the events so far: a reader with an older ``ts`` gets ``failed: 1``."""
        self.world.communities[group_id].log.drop_all()
        await self.change_log.notify()

    # -- looking

    def comments(self, group_id: int, post_id: int) -> list[Comment]:
        """List the comments under a post, oldest first."""
        return [c for c in self.world.posts[(group_id, post_id)].comments.values() if not c.deleted]

    def messages(self, group_id: int, peer_id: int) -> list[Message]:
        """List the messages of a conversation, oldest first."""
        dialog = self.world.dialogs.get((group_id, peer_id))
        return [m for m in dialog.messages.values() if not m.deleted] if dialog else []

    def posts(self, group_id: int) -> list[Post]:
        """The community's wall, oldest first."""
        return [post for (group, _), post in self.world.posts.items() if group == group_id]

    def conversations(self, group_id: int) -> list[Dialog]:
        """The community's conversations that have messages or a title, in the order they began."""
        dialogs = [dialog for (group, _), dialog in self.world.dialogs.items() if group == group_id]
        return [dialog for dialog in dialogs if dialog.messages or dialog.title]

    def file(self, attachment: dict[str, Any]) -> bytes:
        """The bytes behind an attachment of a message, a comment or a post."""
        return self.world.files[attachment[attachment["type"]]["id"]].data

    @property
    def event_answers(self) -> list[MessageEvent]:
        """The presses that were answered, oldest first."""
        return [press for press in self.world.presses.values() if press.answered]

    @property
    def calls(self) -> list[Call]:
        """Every call of the API so far."""
        return self.world.calls

    # -- things attached

    def _attachments(
        self,
        owner_id: int,
        photos: Sequence[bytes] = (),
        documents: Sequence[Document] = (),
        video: str | None = None,
        voice: bytes | None = None,
    ) -> list[dict[str, Any]]:
        store = self.world.store_file
        files = [store(owner_id, "photo", "photo.jpg", data) for data in photos]
        files += [store(owner_id, "doc", name, data) for name, data in documents]
        if video is not None:
            files.append(store(owner_id, "video", video, b""))
        if voice is not None:
            files.append(store(owner_id, "audio_message", "voice.ogg", voice))
        return [self.world.attachment_object(file) for file in files]

    def _forwarded_messages(self, forward: Sequence[tuple[int, str] | dict[str, Any]]) -> list[dict[str, Any]]:
        date = int(self.change_log.now().timestamp())
        plain = {"date": date, "conversation_message_id": 1, "attachments": []}
        given = [one if isinstance(one, dict) else {"from_id": one[0], "text": one[1]} for one in forward]
        return [plain | one for one in given]


def _with_client(message: Message) -> dict[str, Any]:
    actions = ["text", "vkpay", "open_app", "location", "open_link", "callback", "intent_subscribe"]
    client = {"button_actions": actions, "keyboard": True, "inline_keyboard": True, "carousel": True, "lang_id": 0}
    return {"message": cropped_object(message_object(message)), "client_info": client}
