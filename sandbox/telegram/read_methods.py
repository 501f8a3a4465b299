"""Methods that tell about the bot, chats, files and commands, and that answer presses."""

from datetime import timedelta
from typing import Any

from sandbox.telegram.call import Call
from sandbox.telegram.errors import bad_request
from sandbox.telegram.text import utf16_length
from sandbox.telegram.world import Chat, World

Json = dict[str, Any]

MAX_DOWNLOAD_BYTES = 20 * 1024 * 1024
CALLBACK_ANSWER_WINDOW = timedelta(minutes=15)
_MAX_ANSWER_LENGTH = 200
_SCOPES = frozenset(
    (
        "default",
        "all_private_chats",
        "all_group_chats",
        "all_chat_administrators",
        "chat",
        "chat_administrators",
        "chat_member",
    )
)


def get_me(world: World, call: Call) -> Json:
    """``getMe``"""
    return {
        **world.me.user(),
        "can_join_groups": True,
        "can_read_all_group_messages": world.me.can_read_all_group_messages,
        "supports_inline_queries": False,
        "can_connect_to_business": False,
        "has_main_web_app": False,
    }


def get_chat(world: World, call: Call) -> Json:
    """``getChat``"""
    chat = world.readable_chat(call.params.get("chat_id"))
    found = {
        **chat.as_json(),
        "accent_color_id": 0,
        "max_reaction_count": 11,
        "accepted_gift_types": {
            "unlimited_gifts": False,
            "limited_gifts": False,
            "unique_gifts": False,
            "premium_subscription": False,
            "gifts_from_channels": False,
        },
    }
    if chat.linked_chat_id is not None:
        found["linked_chat_id"] = chat.linked_chat_id
    return found


def get_chat_member(world: World, call: Call) -> Json:
    """``getChatMember``"""
    chat = world.readable_chat(call.params.get("chat_id"))
    user_id = call.integer("user_id")
    if user_id is None:
        raise bad_request("invalid user_id specified")
    if user_id == world.me.id:
        return chat_member_object(world, chat.bot_status, world.me.user())
    if user_id not in world.users:
        raise bad_request("PARTICIPANT_ID_INVALID")
    return chat_member_object(world, chat.members.get(user_id, "left"), world.users[user_id])


def get_chat_administrators(world: World, call: Call) -> list[Json]:
    """``getChatAdministrators``"""
    chat = world.readable_chat(call.params.get("chat_id"))
    if chat.type == "private":
        raise bad_request("there are no administrators in the private chat")
    people = [
        chat_member_object(world, status, world.users[user_id])
        for user_id, status in chat.members.items()
        if status in ("creator", "administrator")
    ]
    return people + ([chat_member_object(world, "administrator", world.me.user())] if _bot_is_admin(chat) else [])


def _bot_is_admin(chat: Chat) -> bool:
    return chat.bot_status == "administrator"


def chat_member_object(world: World, status: str, user: Json) -> Json:
    """A ``ChatMember`` object."""
    found: Json = {"status": status, "user": user}
    if status == "creator":
        found["is_anonymous"] = False
    elif status == "administrator":
        rights = (
            "can_manage_chat can_delete_messages can_manage_video_chats can_restrict_members can_promote_members"
            " can_change_info can_invite_users can_post_stories can_edit_stories can_delete_stories"
        )
        found |= {"can_be_edited": False, "is_anonymous": False, **dict.fromkeys(rights.split(), True)}
    elif status == "restricted":
        rights = (
            "can_send_messages can_send_audios can_send_documents can_send_photos can_send_videos can_send_video_notes"
            " can_send_voice_notes can_send_polls can_send_other_messages can_add_web_page_previews can_change_info"
            " can_invite_users can_pin_messages can_manage_topics can_edit_tag can_react_to_messages"
        )
        found |= {"is_member": True, "until_date": 0, **dict.fromkeys(rights.split(), False)}
    elif status == "kicked":
        found["until_date"] = 0
    return found


def get_file(world: World, call: Call) -> Json:
    """``getFile``"""
    if not call.has("file_id"):
        raise bad_request("file_id not specified")
    stored = world.files.get(call.text("file_id"))
    if stored is None:
        raise bad_request("invalid file_id")
    if len(stored.data) > MAX_DOWNLOAD_BYTES:
        raise bad_request("file is too big")
    return {
        "file_id": stored.id,
        "file_unique_id": stored.id[-15:],
        "file_size": len(stored.data),
        "file_path": stored.path,
    }


def answer_callback_query(world: World, call: Call) -> bool:
    """``answerCallbackQuery``: once for each press, and not too late."""
    text = call.text("text")
    if utf16_length(text) > _MAX_ANSWER_LENGTH:
        raise bad_request("MESSAGE_TOO_LONG")
    press = world.presses.get(call.text("callback_query_id"))
    if press is None or press.answer is not None or world.now() - press.at > CALLBACK_ANSWER_WINDOW:
        raise bad_request("query is too old and response timeout expired or query ID is invalid")
    press.answer = {"text": text or None, "show_alert": call.flag("show_alert")}
    return True


def chat_action(world: World, call: Call) -> bool:
    """``sendChatAction``"""
    world.writable_chat(call.params.get("chat_id"))
    if not call.has("action"):
        raise bad_request("wrong parameter action in request")
    return True


# The command menu


def _scope(world: World, call: Call) -> tuple[str, str]:
    scope = call.object("scope") or {"type": "default"}
    kind = scope.get("type")
    if kind not in _SCOPES:
        raise bad_request("can't parse BotCommandScope: unsupported type specified")
    place = ""
    if kind in ("chat", "chat_administrators", "chat_member"):
        place = f":{world.requested_chat(scope.get('chat_id')).id}"
    return f"{kind}{place}", call.text("language_code")


def set_commands(world: World, call: Call) -> bool:
    """``setMyCommands``"""
    commands = call.array("commands")
    if commands is None or len(commands) > 100:
        raise bad_request("can't parse list of bot commands")
    for one in commands:
        name = str(one.get("command", "")).removeprefix("/")
        if not (1 <= len(name) <= 32 and name.replace("_", "a").isalnum() and name.isascii() and name == name.lower()):
            raise bad_request("BOT_COMMAND_INVALID")
        if not 1 <= utf16_length(str(one.get("description", ""))) <= 256:
            raise bad_request("BOT_COMMAND_DESCRIPTION_INVALID")
    world.commands[_scope(world, call)] = [dict(one) for one in commands]
    return True


def get_commands(world: World, call: Call) -> list[Json]:
    """``getMyCommands``"""
    return world.commands.get(_scope(world, call), [])


def delete_commands(world: World, call: Call) -> bool:
    """``deleteMyCommands``"""
    world.commands.pop(_scope(world, call), None)
    return True


# Webhook: the address is kept and stops long polling; ``hook`` says what is posted there.


def set_webhook(world: World, call: Call) -> bool:
    """``setWebhook``"""
    url = call.text("url")
    if url and not url.startswith(("https://", "http://127.0.0.1:")):  # this machine needs no certificate
        raise bad_request("bad webhook: An HTTPS URL must be provided for webhook")
    world.webhook = {"url": url, "has_custom_certificate": False, "secret_token": call.text("secret_token")}
    allowed = call.array("allowed_updates")
    if allowed is not None:
        world.queue.allowed = frozenset(map(str, allowed)) or None
    if call.flag("drop_pending_updates"):
        world.queue.clear()
    return True


def delete_webhook(world: World, call: Call) -> bool:
    """``deleteWebhook``"""
    world.webhook = {"url": ""}
    if call.flag("drop_pending_updates"):
        world.queue.clear()
    return True


def webhook_info(world: World, call: Call) -> Json:
    """``getWebhookInfo``"""
    return {
        "has_custom_certificate": False,
        "url": world.webhook["url"],
        "pending_update_count": len(world.queue.pending),
    }
