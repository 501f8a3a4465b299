"""MAX's messages as the page draws them."""

import base64
from typing import Any

from sandbox.max import MaxServer
from sandbox.max.state import Chat, ChatType, Message
from sandbox.page.spans import max_blocks

Json = dict[str, Any]

_SITE = "https://max.ru/c"
_MAX_ITEMS = 150  # of each chat, the latest
_KINDS = {"image": "photo", "file": "document"}


def max_items(server: MaxServer) -> list[Json]:
    """Every message that can be seen, chat by chat, oldest first."""
    return [item for chat in server.world.chats.values() for item in _chat_items(server, chat)]


def max_links(server: MaxServer) -> dict[str, str]:
    """Address → key of the item it leads to; dialogs have no addresses."""
    return {
        f"{_SITE}/{chat.chat_id}/{_link_suffix(message)}": _key(chat, message.mid)
        for chat in server.world.chats.values()
        if chat.kind is not ChatType.DIALOG
        for message in chat.messages.values()
    }


def _link_suffix(message: Message) -> str:
    """The second half of a message's number, as MAX writes it into addresses."""
    return base64.urlsafe_b64encode(bytes.fromhex(message.mid[-16:])).decode().rstrip("=")


def _chat_items(server: MaxServer, chat: Chat) -> list[Json]:
    numbered = list(enumerate(chat.messages.values()))
    return [_item(server, chat, message, at) for at, message in numbered[-_MAX_ITEMS:] if not message.removed]


def _item(server: MaxServer, chat: Chat, message: Message, at: int) -> Json:
    item: Json = {
        "key": _key(chat, message.mid),
        "place": _chat_path(chat),
        "id": message.mid,
        "order": at,
        "at": int(message.at.timestamp()),
        "from": _author(server, chat, message.sender_id),
        "blocks": max_blocks(message.text, message.markup),
        "media": [_media(one) for one in message.media],
    }
    if message.edited and not item["from"].get("bot"):
        item["edited"] = True
    source = message.link["message"] if message.link else None
    if message.reply_to is not None and source:
        author = (message.link or {}).get("sender", {}).get("user_id")
        item["reply"] = {
            "key": _key(chat, message.reply_to),
            "name": _author(server, chat, author)["name"],
            "text": " ".join(str(source.get("text") or "").split())[:120] or "Вложение",
        }
    if message.keyboard:
        item["buttons"] = [[_button(one) for one in row] for row in message.keyboard]
    return item


def _chat_path(chat: Chat) -> str:
    return f"max/{chat.partner if chat.kind is ChatType.DIALOG else chat.chat_id}"


def _key(chat: Chat, mid: str) -> str:
    return f"{_chat_path(chat)}/{mid}"


def _author(server: MaxServer, chat: Chat, user_id: int | None) -> Json:
    if user_id is None:
        return {"id": chat.chat_id, "name": chat.title or "Канал"}
    bot = server.world.bot
    if bot is not None and user_id == bot.user_id:
        return {"id": user_id, "name": bot.first_name, "bot": True}
    person = server.world.ensure_user(user_id)
    return {"id": user_id, "name": " ".join(part for part in (person.first_name, person.last_name) if part)}


def _media(attachment: Json) -> Json:
    if attachment["type"] == "location":
        point = f"{attachment['latitude']:.5f}, {attachment['longitude']:.5f}"
        return {"kind": "location", "name": point}
    payload = attachment.get("payload", {})
    kind = _KINDS.get(attachment["type"], attachment["type"])
    shown: Json = {"kind": kind, "name": attachment.get("filename") or "файл"}
    if "token" in payload:
        shown["url"] = f"page/file/max/{payload['token']}"
    return shown


def _button(button: Json) -> Json:
    if button["type"] == "link":
        return {"text": button["text"], "href": button["url"]}
    if button["type"] == "clipboard":
        return {"text": button["text"], "copies": button.get("payload", "")}
    return {"text": button["text"], "code": button.get("payload", "")}
