"""Acts of people in the messages of the sandbox's VK."""

import secrets
from collections.abc import Sequence
from typing import Any

from sandbox.vk.acts import Acts, Document
from sandbox.vk.messages import payload_text
from sandbox.vk.render import cropped_object, message_object
from sandbox.vk.state import (
    Message,
    MessageEvent,
)


class MessageActs(Acts):
    """Messages, and presses of their buttons."""

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

    def _forwarded_messages(self, forward: Sequence[tuple[int, str] | dict[str, Any]]) -> list[dict[str, Any]]:
        date = int(self.change_log.now().timestamp())
        plain = {"date": date, "conversation_message_id": 1, "attachments": []}
        given = [one if isinstance(one, dict) else {"from_id": one[0], "text": one[1]} for one in forward]
        return [plain | one for one in given]


def _with_client(message: Message) -> dict[str, Any]:
    actions = ["text", "vkpay", "open_app", "location", "open_link", "callback", "intent_subscribe"]
    client = {"button_actions": actions, "keyboard": True, "inline_keyboard": True, "carousel": True, "lang_id": 0}
    return {"message": cropped_object(message_object(message)), "client_info": client}
