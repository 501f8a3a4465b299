"""The methods, and the parameters each of them knows."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sandbox.telegram import editing, read_methods, sending
from sandbox.telegram.call import Call
from sandbox.telegram.errors import bad_request
from sandbox.telegram.world import World

_SEND_PARAMS = (
    "business_connection_id chat_id message_thread_id direct_messages_topic_id disable_notification protect_content"
    " allow_paid_broadcast message_effect_id reply_parameters"
)
_SEND_ONE_PARAMS = f"{_SEND_PARAMS} suggested_post_parameters reply_markup"
_CAPTION_PARAMS = "caption parse_mode caption_entities"
_EDIT_PARAMS = "business_connection_id chat_id message_id inline_message_id reply_markup"
_COMMAND_PARAMS = "scope language_code"
_CAPTIONED_FILES = {
    "photo": "show_caption_above_media has_spoiler",
    "document": "thumbnail disable_content_type_detection",
    "video": "duration width height thumbnail cover start_timestamp show_caption_above_media has_spoiler"
    " supports_streaming",
    "voice": "duration",
    "audio": "duration performer title thumbnail",
    "animation": "duration width height thumbnail show_caption_above_media has_spoiler",
}
"""The kinds of files that words can stand under, and the parameters that each alone knows."""


@dataclass(frozen=True, slots=True)
class Method:
    """A method: what it does, which parameters it knows, and whether it writes to a chat (and so is rate limited)."""

    run: Callable[[World, Call], Any]
    params: frozenset[str]
    writes: bool = False

    def check(self, call: Call) -> None:
        """Refuse what the method does not know. The real server would ignore it; here it is a mistake to find."""
        if unknown := sorted(set(call.params) - self.params):
            raise bad_request(f"unknown parameter {unknown[0]} of {call.method}")


def _method(run: Callable[[World, Call], Any], params: str = "", *, writes: bool = False) -> Method:
    return Method(run, frozenset(params.split()), writes)


def method_table() -> dict[str, Method]:
    """Every method except ``getUpdates``, by its name in lower case (the real server does not mind case either)."""
    table = _reading_methods() | _settings_methods() | _sending_methods() | _file_methods() | _editing_methods()
    return {name.lower(): method for name, method in table.items()}


def _reading_methods() -> dict[str, Method]:
    """Return what asks about chats and files, and answers a press."""
    return {
        "getMe": _method(read_methods.get_me),
        "getChat": _method(read_methods.get_chat, "chat_id"),
        "getChatMember": _method(read_methods.get_chat_member, "chat_id user_id"),
        "getChatAdministrators": _method(read_methods.get_chat_administrators, "chat_id return_bots"),
        "getFile": _method(read_methods.get_file, "file_id"),
        "answerCallbackQuery": _method(
            read_methods.answer_callback_query, "callback_query_id text show_alert url cache_time"
        ),
        "sendChatAction": _method(
            read_methods.chat_action, "business_connection_id chat_id message_thread_id action", writes=True
        ),
    }


def _settings_methods() -> dict[str, Method]:
    """Return what changes the bot itself: its commands and its webhook."""
    return {
        "setMyCommands": _method(read_methods.set_commands, f"commands {_COMMAND_PARAMS}"),
        "getMyCommands": _method(read_methods.get_commands, _COMMAND_PARAMS),
        "deleteMyCommands": _method(read_methods.delete_commands, _COMMAND_PARAMS),
        "setWebhook": _method(
            read_methods.set_webhook,
            "url certificate ip_address max_connections allowed_updates drop_pending_updates secret_token",
        ),
        "deleteWebhook": _method(read_methods.delete_webhook, "drop_pending_updates"),
        "getWebhookInfo": _method(read_methods.webhook_info),
    }


def _sending_methods() -> dict[str, Method]:
    """Return what makes new messages without a file, and what makes several or copies one."""
    return {
        "sendMessage": _method(
            sending.send_message, f"{_SEND_ONE_PARAMS} text parse_mode entities link_preview_options", writes=True
        ),
        "sendLocation": _method(
            sending.send_location,
            f"{_SEND_ONE_PARAMS} latitude longitude horizontal_accuracy live_period heading proximity_alert_radius",
            writes=True,
        ),
        "sendMediaGroup": _method(sending.send_media_group, f"{_SEND_PARAMS} media", writes=True),
        "copyMessage": _method(
            sending.copy_message,
            f"{_SEND_ONE_PARAMS} {_CAPTION_PARAMS} from_chat_id message_id video_start_timestamp"
            " show_caption_above_media",
            writes=True,
        ),
    }


def _file_methods() -> dict[str, Method]:
    """Return what sends one file; a sticker and a round video have no caption."""
    table = {
        f"send{kind.title()}": _method(
            sending.send_file(kind), f"{_SEND_ONE_PARAMS} {_CAPTION_PARAMS} {kind} {more}", writes=True
        )
        for kind, more in _CAPTIONED_FILES.items()
    }
    return table | {
        "sendSticker": _method(sending.send_file("sticker"), f"{_SEND_ONE_PARAMS} sticker emoji", writes=True),
        "sendVideoNote": _method(
            sending.send_file("video_note"), f"{_SEND_ONE_PARAMS} video_note duration length thumbnail", writes=True
        ),
    }


def _editing_methods() -> dict[str, Method]:
    """Return what changes or deletes a message."""
    return {
        "editMessageText": _method(
            editing.edit_text, f"{_EDIT_PARAMS} text parse_mode entities link_preview_options rich_message", writes=True
        ),
        "editMessageCaption": _method(
            editing.edit_caption, f"{_EDIT_PARAMS} {_CAPTION_PARAMS} show_caption_above_media", writes=True
        ),
        "editMessageReplyMarkup": _method(editing.edit_markup, _EDIT_PARAMS, writes=True),
        "deleteMessage": _method(editing.delete, "chat_id message_id"),
    }
