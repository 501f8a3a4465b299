"""Methods that change or remove messages of the bot."""

from typing import Any

from sandbox.telegram import markup
from sandbox.telegram.call import Call
from sandbox.telegram.errors import bad_request
from sandbox.telegram.media import KINDS
from sandbox.telegram.sending import caption_fields, text_fields
from sandbox.telegram.world import Chat, World, to_wire

Json = dict[str, Any]

_NOT_MODIFIED = (
    "message is not modified: specified new message content and reply markup are exactly the same as a current content"
    " and reply markup of the message"
)


def edit_text(world: World, call: Call) -> Json:
    """``editMessageText``. Without ``reply_markup`` the keyboard goes away, as on the real server."""
    fields = text_fields(call)
    chat, message = _own_message(world, call)
    if "text" not in message:
        raise bad_request("there is no text in the message to edit")
    return _apply_edit(world, chat, message, ("text", "entities"), fields | _keyboard(call))


def edit_caption(world: World, call: Call) -> Json:
    """``editMessageCaption``"""
    fields = caption_fields(call.text("caption"), call.array("caption_entities"), call.text("parse_mode"))
    chat, message = _own_message(world, call)
    if not any(kind in message for kind in KINDS):
        raise bad_request("there is no caption in the message to edit")
    return _apply_edit(world, chat, message, ("caption", "caption_entities"), fields | _keyboard(call))


def edit_markup(world: World, call: Call) -> Json:
    """``editMessageReplyMarkup``"""
    chat, message = _own_message(world, call)
    return _apply_edit(world, chat, message, (), _keyboard(call))


def delete(world: World, call: Call) -> bool:
    """``deleteMessage``"""
    chat = world.writable_chat(call.params.get("chat_id"))
    message = chat.messages.get(_message_id(call))
    if message is None:
        raise bad_request("message to delete not found")
    if message.get("from", {}).get("id") != world.me.id and chat.bot_status != "administrator":
        raise bad_request("message can't be deleted")
    del chat.messages[message["message_id"]]
    return True


def _message_id(call: Call) -> int:
    found = call.integer("message_id")
    if not found:
        raise bad_request("message identifier is not specified")
    return found


def _keyboard(call: Call) -> Json:
    found = markup.parse_inline_keyboard(call.object("reply_markup"), only_inline=True)
    return {"reply_markup": found} if found else {}


def _own_message(world: World, call: Call) -> tuple[Chat, Json]:
    number = _message_id(call)
    chat = world.writable_chat(call.params.get("chat_id"))
    message = chat.messages.get(number)
    if message is None:
        raise bad_request("message to edit not found")
    if message.get("from", {}).get("id") != world.me.id and chat.type != "channel":
        raise bad_request("message can't be edited")
    return chat, message


def _apply_edit(world: World, chat: Chat, message: Json, content: tuple[str, ...], fields: Json) -> Json:
    replaced = (*content, "reply_markup")
    if {name: message[name] for name in replaced if name in message} == fields:
        if content:  # without words it is the only way to find out whether a message is still there
            world.idle_edits.append(f"{chat.id}/{message['message_id']}")
        raise bad_request(_NOT_MODIFIED)
    for name in replaced:
        message.pop(name, None)
    message.update(fields)
    message["edit_date"] = int(world.now().timestamp())
    chat.messages[message["message_id"]] = message
    return to_wire(message)
