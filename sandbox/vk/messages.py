"""The methods of the ``messages`` section that a community's key may call."""

import json
from datetime import timedelta
from typing import Any

from sandbox.vk.errors import VkError, invalid_parameter
from sandbox.vk.files import resolve_attachments
from sandbox.vk.keyboards import parse_keyboard
from sandbox.vk.params import Params
from sandbox.vk.render import conversation_object, message_object, unread_count
from sandbox.vk.state import CHAT_PEERS, Community, Dialog, Message
from sandbox.vk.world import World

TEXT_LIMIT = 4096
EDIT_WINDOW = timedelta(hours=24)
CALLBACK_ANSWER_WINDOW = timedelta(seconds=60)
# dev.vk.com, messages.send: a random_id is compared with the last messages of the same conversation, within an hour.
RANDOM_ID_WINDOW, RANDOM_ID_MESSAGES = timedelta(hours=1), 100
RANDOM_ID_RANGE = range(-(2**31), 2**31)


def send(world: World, community: Community, params: Params) -> Any:
    """``messages.send``: to one peer the answer is the message's id, to ``peer_ids`` a list of results."""
    random_id = params.integer("random_id")
    if random_id not in RANDOM_ID_RANGE:
        raise invalid_parameter("random_id is not within int32")
    draft = _parse_draft(world, community, params)
    if params.has("peer_ids"):
        return [
            _send_result(world, community, peer, random_id, draft, params) for peer in params.integers("peer_ids", 100)
        ]
    peer_id = params.integer("peer_id", 0) or params.integer("user_id", 0)
    if not peer_id and params.has("chat_id"):
        peer_id = CHAT_PEERS + params.integer("chat_id")
    if not peer_id:
        raise invalid_parameter("you should specify peer_id, user_id, domain, chat_id or user_ids param")
    return _deliver(world, community, peer_id, random_id, draft, params).id


def _send_result(
    world: World, community: Community, peer_id: int, random_id: int, draft: dict[str, Any], params: Params
) -> dict[str, Any]:
    try:
        message = _deliver(world, community, peer_id, random_id, draft, params)
    except VkError as refusal:
        if refusal.code not in {901, 917}:
            raise
        error = {"code": refusal.code, "description": refusal.message}
        return {"peer_id": peer_id, "message_id": 0, "conversation_message_id": 0, "error": error}
    return {"peer_id": peer_id, "message_id": message.id, "conversation_message_id": message.cmid}


def _parse_draft(world: World, community: Community, params: Params) -> dict[str, Any]:
    """Check the parameters common to ``messages.send`` and ``messages.edit``: text, attachments, keyboard, place."""
    text = params.text("message")
    if len(text) > TEXT_LIMIT:
        raise VkError(914)
    draft: dict[str, Any] = {
        "text": text,
        "attachments": resolve_attachments(
            world, community, params.text("attachment"), {"photo", "doc", "video", "wall"}
        ),
    }
    if params.has("keyboard"):
        if not community.bots_enabled:
            raise VkError(912)
        draft["keyboard"] = parse_keyboard(params.text("keyboard"))
    if params.has("lat") and params.has("long"):
        point = {"latitude": float(params.text("lat")), "longitude": float(params.text("long"))}
        draft["geo"] = {"type": "point", "coordinates": point}
    if len(params.text("payload")) > 1000:
        raise invalid_parameter("payload is too long")
    if not text and not draft["attachments"] and "geo" not in draft:
        raise invalid_parameter("message is empty or invalid")
    return draft


def _deliver(
    world: World, community: Community, peer_id: int, random_id: int, draft: dict[str, Any], params: Params
) -> Message:
    dialog = _writable_dialog(world, community, peer_id)
    if random_id and (repeated := _find_repeated(world, dialog, random_id)):
        return repeated
    reply, forwarded = _resolve_quotes(world, community, dialog, params)
    more = draft | {"random_id": random_id, "reply": reply, "forwarded": forwarded}
    message = world.add_message(community.id, peer_id, -community.id, more.pop("text"), **more)
    dialog.read_up_to = message.cmid
    world.emit(community.id, "message_reply", message_object(message))
    return message


def _find_repeated(world: World, dialog: Dialog, random_id: int) -> Message | None:
    """The recent message of the community with this number, which VK answers with instead of sending another."""
    since = world.change_log.now() - RANDOM_ID_WINDOW
    for sent in list(dialog.messages.values())[-RANDOM_ID_MESSAGES:]:
        if sent.out and sent.random_id == random_id and sent.date >= since:
            return sent
    return None


def _writable_dialog(world: World, community: Community, peer_id: int) -> Dialog:
    dialog = world.dialogs.get((community.id, peer_id))
    if peer_id > CHAT_PEERS:
        if dialog is None:
            raise VkError(917)
        return dialog
    if peer_id not in world.users:
        raise invalid_parameter("peer_id is invalid")
    if dialog is None or not dialog.allowed:
        raise VkError(901)
    return dialog


def _resolve_quotes(
    world: World, community: Community, dialog: Dialog, params: Params
) -> tuple[Message | None, list[dict[str, Any]]]:
    if params.has("reply_to"):
        wanted = params.integer("reply_to")
        found = [m for m in dialog.messages.values() if m.id == wanted and not m.deleted]
        if not found:
            raise invalid_parameter("reply_to is invalid")
        return found[0], []
    if not params.has("forward"):
        return None, []
    forward = params.document("forward")
    if not isinstance(forward, dict):
        raise invalid_parameter("forward should be an object")
    ids = forward.get("conversation_message_ids") or []
    if not isinstance(ids, list) or not ids:
        raise invalid_parameter("forward should have conversation_message_ids")
    if len(ids) > 100:
        raise VkError(913)
    source = world.dialogs.get((community.id, int(forward.get("peer_id", dialog.peer_id))))
    chosen = [source.messages.get(int(cmid)) for cmid in ids] if source else []
    found = [message for message in chosen if message is not None and not message.deleted]
    if len(found) != len(ids):
        raise VkError(921)
    if forward.get("is_reply"):
        if len(found) != 1 or source is not dialog:
            raise invalid_parameter("forward is_reply needs one message of the same chat")
        return found[0], []
    return None, [message_object(message, nested=True) for message in found]


def edit(world: World, community: Community, params: Params) -> int:
    """``messages.edit``: what is not passed again (keyboard, attachments) is gone."""
    dialog = world.dialogs.get((community.id, params.integer("peer_id")))
    if not params.has("cmid") and not params.has("message_id"):
        raise invalid_parameter("message_id or cmid is required")
    message = _own_message(dialog, params)
    if not message.out:
        raise VkError(15)
    if message.action:
        raise VkError(920)
    now = world.change_log.now()
    if now - message.date > EDIT_WINDOW:
        raise VkError(909)
    draft = _parse_draft(world, community, params)
    message.text, message.attachments = draft["text"], draft["attachments"]
    message.keyboard, message.geo = draft.get("keyboard"), draft.get("geo")
    if not params.flag("keep_forward_messages"):
        message.reply, message.forwarded = None, []
    message.edited = now
    world.emit(community.id, "message_edit", message_object(message))
    return 1


def _own_message(dialog: Dialog | None, params: Params) -> Message:
    cmid, message_id = params.integer("cmid", 0), params.integer("message_id", 0)
    for message in dialog.messages.values() if dialog else ():
        if not message.deleted and (message.cmid == cmid or (message_id and message.id == message_id)):
            return message
    raise invalid_parameter("message_id or cmid is invalid")


def delete(world: World, community: Community, params: Params) -> list[dict[str, int]]:
    peer_id = params.integer("peer_id")
    dialog = world.dialogs.get((community.id, peer_id))
    results = []
    for cmid in params.integers("cmids", 100):
        message = dialog.messages.get(cmid) if dialog else None
        gone = message is not None and message.out and not message.deleted
        if message is not None and gone:
            message.deleted = True
        results.append({"peer_id": peer_id, "conversation_message_id": cmid, "response": int(gone)})
    return results


def send_event_answer(world: World, community: Community, params: Params) -> int:
    """``messages.sendMessageEventAnswer``: once per press and within a minute of it."""
    for name in ("event_id", "user_id", "peer_id"):
        if not params.has(name):
            raise invalid_parameter(f"{name} is undefined")
    press = world.presses.get(params.text("event_id"))
    known = (
        press is not None
        and press.group_id == community.id
        and press.user_id == params.integer("user_id")
        and press.peer_id == params.integer("peer_id")
    )
    if press is None or not known or press.answered:
        raise invalid_parameter("event_id is invalid")
    if world.change_log.now() - press.at > CALLBACK_ANSWER_WINDOW:
        raise invalid_parameter("event_id is expired")
    press.answer = _event_data(params)
    press.answered = True
    return 1


def _event_data(params: Params) -> dict[str, Any] | None:
    if not params.has("event_data"):
        return None
    if len(params.text("event_data")) > 1000:
        raise invalid_parameter("event_data is too long")
    data = params.document("event_data")
    if not isinstance(data, dict) or data.get("type") not in {"show_snackbar", "open_link", "open_app"}:
        raise invalid_parameter("event_data has an unknown type")
    if data["type"] == "show_snackbar" and not 0 < len(str(data.get("text", ""))) <= 90:
        raise invalid_parameter("event_data text is empty or longer than 90 characters")
    return data


def get_conversations(world: World, community: Community, params: Params) -> dict[str, Any]:
    chosen = params.text("filter", "all")
    if chosen not in {"all", "archive", "important", "sorted_chats", "unanswered", "unread"}:
        raise invalid_parameter("filter is invalid")
    limit = params.integer("count", 20)
    if not 0 <= limit <= 200:
        raise invalid_parameter("count should be between 0 and 200")
    dialogs = [d for (group, _), d in world.dialogs.items() if group == community.id and d.messages]
    if chosen == "unread":
        dialogs = [d for d in dialogs if unread_count(d)]
    elif chosen == "unanswered":
        dialogs = [d for d in dialogs if not d.messages[max(d.messages)].out]
    offset = params.integer("offset", 0)
    dialogs.sort(key=lambda d: d.messages[max(d.messages)].date, reverse=True)
    items = [conversation_object(dialog) for dialog in dialogs[offset : offset + limit]]
    return {"count": len(dialogs), "items": items}


def is_allowed(world: World, community: Community, params: Params) -> dict[str, int]:
    """``messages.isMessagesFromGroupAllowed``"""
    if params.integer("group_id") != community.id:
        raise VkError(15, "Access denied: the key belongs to another community")
    dialog = world.dialogs.get((community.id, params.integer("user_id")))
    return {"is_allowed": int(dialog is not None and dialog.allowed)}


def get_history(world: World, community: Community, params: Params) -> dict[str, Any]:
    peer_id = params.integer("peer_id", 0) or params.integer("user_id")
    limit = params.integer("count", 20)
    if not 0 <= limit <= 200:
        raise invalid_parameter("count should be between 0 and 200")
    dialog = world.dialogs.get((community.id, peer_id))
    if dialog is None:
        return {"count": 0, "items": []}
    messages = [m for m in dialog.messages.values() if not m.deleted]
    if not params.flag("rev"):
        messages.reverse()
    offset = params.integer("offset", 0)
    return {"count": len(messages), "items": [message_object(m) for m in messages[offset : offset + limit]]}


def get_by_cmid(world: World, community: Community, params: Params) -> dict[str, Any]:
    dialog = world.dialogs.get((community.id, params.integer("peer_id")))
    wanted = params.integers("conversation_message_ids", 100)
    if not wanted:
        raise invalid_parameter("conversation_message_ids is undefined")
    found = [dialog.messages[cmid] for cmid in wanted if cmid in dialog.messages] if dialog else []
    alive = [message_object(message) for message in found if not message.deleted]
    return {"count": len(alive), "items": alive}


def payload_text(payload: Any) -> str:
    """A payload as VK keeps it: JSON in a string."""
    return payload if isinstance(payload, str) else json.dumps(payload, ensure_ascii=False)
