"""JSON objects of the MAX Bot API, made from the server's state."""

from typing import Any

from sandbox.max.state import Chat, ChatType, Message, StoredFile, User
from sandbox.max.world import World

Json = dict[str, Any]


def millis(message: Message) -> int:
    return int(message.at.timestamp() * 1000)


def user_object(world: World, user_id: int) -> Json:
    """``User``"""
    if world.bot is not None and user_id == world.bot.user_id:
        user = User(user_id, world.bot.first_name, username=world.bot.username, is_bot=True)
    else:
        user = world.ensure_user(user_id)
    found: Json = {
        "user_id": user.user_id,
        "first_name": user.first_name,
        "is_bot": user.is_bot,
        "last_activity_time": world.millis(),
        "name": " ".join(part for part in (user.first_name, user.last_name) if part),
    }
    if not user.is_bot:
        found["last_name"] = user.last_name or ""
    if user.username:
        found["username"] = user.username
    return found


def recipient(world: World, chat: Chat, message: Message) -> Json:
    """``Recipient``: in a dialog the person who did not write."""
    found: Json = {"chat_id": chat.chat_id, "chat_type": chat.kind.value}
    if chat.kind is ChatType.DIALOG:
        found["user_id"] = chat.partner if message.sender_id == world.me.user_id else world.me.user_id
    if message.post is not None:
        found["post_id"] = message.post
    return found


def body_object(message: Message) -> Json:
    """``MessageBody``"""
    found: Json = {"mid": message.mid, "seq": message.seq, "text": message.text}
    if message.attachments:
        found["attachments"] = message.attachments
    if message.markup:
        found["markup"] = message.markup
    return found


def message_object(world: World, chat: Chat, message: Message) -> Json:
    """``Message``"""
    found: Json = {
        "recipient": recipient(world, chat, message),
        "timestamp": millis(message),
        "body": None if message.pure_forward else body_object(message),
    }
    if message.sender_id is not None:
        found["sender"] = user_object(world, message.sender_id)
    if message.link is not None:
        found["link"] = message.link
    if chat.link is not None and message.post is None:
        found["url"] = f"{chat.link}/{message.seq}"
    return found


def linked(world: World, kind: str, chat: Chat, message: Message) -> Json:
    """``LinkedMessage``: *message* replied to or forwarded."""
    found: Json = {"type": kind, "message": body_object(message)}
    if message.sender_id is not None:
        found["sender"] = user_object(world, message.sender_id)
    if kind == "forward":
        found["chat_id"] = chat.chat_id
    return found


def chat_object(world: World, chat: Chat) -> Json:
    """``Chat``"""
    found: Json = {
        "chat_id": chat.chat_id,
        "type": chat.kind.value,
        "status": "active" if chat.bot_in else "removed",
        "title": chat.title,
        "icon": None,
        "last_event_time": world.millis(),
        "participants_count": 2 if chat.kind is ChatType.DIALOG else len(chat.members) + 1,
        "is_public": chat.link is not None,
        "description": None,
    }
    if chat.link is not None:
        found["link"] = chat.link
    if chat.partner is not None:
        found["dialog_with_user"] = user_object(world, chat.partner)
    return found


def membership(world: World, chat: Chat) -> Json:
    """``ChatMember`` of the bot itself."""
    now = world.millis()
    return {
        **user_object(world, world.me.user_id),
        "last_access_time": now,
        "join_time": now,
        "is_owner": False,
        "is_admin": chat.bot_is_admin,
        "permissions": list(chat.rights) if chat.bot_is_admin else None,
    }


def file_object(world: World, stored: StoredFile) -> Json:
    """The attachment that shows a stored file."""
    url = world.file_url(stored)
    if stored.kind == "image":
        return {"type": "image", "payload": {"photo_id": stored.number, "token": stored.token, "url": url}}
    if stored.kind == "video":
        page = f"{world.base_url}/player/{stored.number}"  # a page to look at, not the film
        size = {"thumbnail": {"url": url}, "width": 640, "height": 480, "duration": 3}
        return {"type": "video", "payload": {"id": stored.number, "token": stored.token, "url": page}, **size}
    if stored.kind == "audio":
        return {"type": "audio", "payload": {"id": stored.number, "token": stored.token, "url": url}}
    shown: Json = {"fileId": stored.number, "token": stored.token, "url": url}
    return {"type": "file", "payload": shown, "filename": stored.name, "size": len(stored.data)}
