"""Telegram's messages as the page draws them."""

from typing import Any

from sandbox.page.spans import telegram_blocks
from sandbox.telegram import TelegramServer
from sandbox.telegram.world import Chat

Json = dict[str, Any]

_FILES = ("document", "video", "voice", "audio", "video_note", "animation", "sticker")
_MAX_ITEMS = 150  # of each chat, the latest


def telegram_items(server: TelegramServer) -> list[Json]:
    """Every message that can be seen, chat by chat, oldest first."""
    items: list[Json] = []
    for chat in server.world.chats.values():
        if chat.type != "channel":
            items += _chat_items(server, chat)
    return items


def telegram_links(server: TelegramServer) -> dict[str, str]:
    """Address → key of the item it leads to."""
    links = {}
    for chat in server.world.chats.values():
        for number in chat.messages:
            address = server.message_link(chat.id, number)
            if address is not None:
                links[address] = _key(chat, number)
    return links


def _chat_items(server: TelegramServer, chat: Chat) -> list[Json]:
    items: list[Json] = []
    albums: dict[str, Json] = {}
    for message in list(chat.messages.values())[-_MAX_ITEMS:]:
        album = albums.get(message.get("media_group_id", ""))
        if album is not None:  # the further pictures of an album are shown with its first
            album["media"] += _media(message)
            continue
        item = _item(server, chat, message)
        if not (item["blocks"] or item["media"]):
            continue
        items.append(item)
        if "media_group_id" in message:
            albums[message["media_group_id"]] = item
    return items


def _item(server: TelegramServer, chat: Chat, message: Json) -> Json:
    caption = "text" not in message
    text = message.get("caption" if caption else "text", "")
    entities = message.get("caption_entities" if caption else "entities", [])
    item: Json = {
        "key": _key(chat, message["message_id"]),
        "place": f"telegram/{chat.id}",
        "id": message["message_id"],
        "at": message["date"],
        "from": _author(server, message),
        "blocks": telegram_blocks(text, entities),
        "media": _media(message),
    }
    if message.get("edit_date") and item["from"]["id"] != server.world.me.id:
        item["edited"] = True  # a bot's edits are no news to anybody: its cards live
    if replied := message.get("reply_to_message"):
        item["reply"] = {
            "key": _key(chat, replied["message_id"]),
            "name": _author(server, replied)["name"],
            "text": _summary(replied),
        }
    if origin := message.get("forward_origin"):
        item["forwarded"] = _origin(origin)
    if markup := message.get("reply_markup"):
        item["buttons"] = [[_button(one) for one in row] for row in markup.get("inline_keyboard", [])]
    return item


def _key(chat: Chat, number: int) -> str:
    return f"telegram/{chat.id}/{number}"


def _author(server: TelegramServer, message: Json) -> Json:
    if "sender_chat" in message:
        return {"id": message["sender_chat"]["id"], "name": message["sender_chat"].get("title", "Канал")}
    person = message.get("from", {})
    name = " ".join(filter(None, (person.get("first_name"), person.get("last_name"))))
    author: Json = {"id": person.get("id", 0), "name": name}
    if server.world.bot is not None and person.get("id") == server.world.bot.id:
        author["bot"] = True
    return author


def _media(message: Json) -> list[Json]:
    if "photo" in message:
        return [{"kind": "photo", "url": f"page/file/telegram/{message['photo'][-1]['file_id']}"}]
    if "location" in message:
        place = message["location"]
        return [{"kind": "location", "name": f"{place['latitude']:.5f}, {place['longitude']:.5f}"}]
    for kind in _FILES:
        if kind in message:
            file = message[kind]
            return [
                {"kind": kind, "url": f"page/file/telegram/{file['file_id']}", "name": file.get("file_name", "файл")}
            ]
    return []


def _summary(message: Json) -> str:
    said = str(message.get("text") or message.get("caption") or "")
    return " ".join(said.split())[:120] or "Вложение"


def _origin(origin: Json) -> str:
    person = origin.get("sender_user") or {}
    chat = origin.get("chat") or origin.get("sender_chat") or {}
    return str(person.get("first_name") or origin.get("sender_user_name") or chat.get("title") or "неизвестного")


def _button(button: Json) -> Json:
    if "url" in button:
        return {"text": button["text"], "href": button["url"]}
    if "copy_text" in button:
        return {"text": button["text"], "copies": button["copy_text"]["text"]}
    return {"text": button["text"], "code": button.get("callback_data", "")}
