"""Translation of Telegram's errors to the bot's own, in one table.

Telegram has no error codes below the HTTP status, only English descriptions; they are matched here and nowhere else.
"""

from collections.abc import Callable
from dataclasses import dataclass

from aiogram.exceptions import (
    AiogramError,
    TelegramAPIError,
    TelegramBadRequest,
    TelegramConflictError,
    TelegramEntityTooLarge,
    TelegramForbiddenError,
    TelegramMigrateToChat,
    TelegramNetworkError,
    TelegramNotFound,
    TelegramRetryAfter,
    TelegramServerError,
    TelegramUnauthorizedError,
)

from bot.messengers.connections import UNSENT_ERRORS, trouble_of
from bot.messengers.errors import (
    BadCredentials,
    CallbackExpired,
    ChatMigrated,
    Conflict,
    FileUnavailable,
    MessageGone,
    MessengerError,
    NotModified,
    RecipientUnreachable,
    Rejected,
    RejectReason,
    ReplyTargetGone,
    RetryAfter,
    TemporaryFailure,
)


class NoTextToEdit(MessageGone):
    """The message is a photo or file, whose text is edited as a caption."""


class TopicGone(Rejected):
    """The forum topic was deleted, or the group is no forum any more."""

    def __init__(self, message: str) -> None:
        super().__init__(message, RejectReason.GONE)


class WebhookActive(Conflict):
    """An earlier set-up left a webhook behind, and Telegram refuses polling while there is one."""


@dataclass(frozen=True, slots=True)
class _DescriptionRule:
    """A rule: a description with one of ``substrings`` (lower case) becomes this error."""

    substrings: tuple[str, ...]
    make_error: Callable[[str], MessengerError]


def _rejected(reason: RejectReason) -> Callable[[str], MessengerError]:
    return lambda note: Rejected(note, reason)


# The first match wins, so specific rules precede general ones.
_BAD_REQUESTS = (
    _DescriptionRule(("message is not modified",), NotModified),
    _DescriptionRule(("there is no text in the message",), NoTextToEdit),
    _DescriptionRule(
        ("message to be replied not found", "replied message not found", "reply message not found"), ReplyTargetGone
    ),
    _DescriptionRule(
        (
            "message to edit not found",
            "message can't be edited",
            "there is no caption in the message",
            "message_id_invalid",
        ),
        MessageGone,
    ),
    _DescriptionRule(("query is too old", "query id is invalid", "query_id_invalid"), CallbackExpired),
    _DescriptionRule(
        (
            "file is too big",
            "wrong file_id",
            "invalid file_id",
            "wrong file identifier",
            "wrong remote file",
            "file is temporarily unavailable",
            "file reference",
            "file must be non-empty",
            "can't use file of type",
            "image_process_failed",
            "photo_",
            "media_empty",
            "media_invalid",
        ),
        FileUnavailable,
    ),
    _DescriptionRule(
        ("user not found", "user_is_blocked", "peer_id_invalid", "user is deactivated", "input_user_deactivated"),
        RecipientUnreachable,
    ),
    _DescriptionRule(("message thread not found", "topic_deleted"), TopicGone),
    # In "reply markup is too long" the markup is too long, not the text.
    _DescriptionRule(
        ("button_", "inline keyboard", "reply markup", "reply_markup"), _rejected(RejectReason.BAD_MARKUP)
    ),
    _DescriptionRule(("too long", "_too_long"), _rejected(RejectReason.TOO_LONG)),
    _DescriptionRule(
        (
            "not enough rights",
            "have no rights",
            "no write access",
            "chat_write_forbidden",
            "chat_send_",
            "chat_restricted",
            "chat_admin_required",
            "need administrator rights",
            "topic_closed",
            "group chat was deactivated",
            "chat not found",
            "channel_private",
        ),
        _rejected(RejectReason.NO_RIGHTS),
    ),
)
_FORBIDDEN = (
    _DescriptionRule(
        ("bot was blocked", "can't initiate conversation", "user is deactivated", "messages to bots"),
        RecipientUnreachable,
    ),
)


def translate_error(error: AiogramError, method: str, *, private: bool = False) -> MessengerError:
    """Return the bot's error for *error* of *method*; *private*: the call concerned a person's private chat."""
    if isinstance(error, TelegramRetryAfter):
        return RetryAfter(f"{method}: 429", float(error.retry_after))
    if isinstance(error, TelegramMigrateToChat):
        return ChatMigrated(f"{method}: migrated", str(error.migrate_to_chat_id))
    if isinstance(error, TelegramEntityTooLarge):  # a network error in aiogram
        return Rejected(f"{method}: 413", RejectReason.BAD_REQUEST)
    if isinstance(error, TelegramNetworkError):
        # Without a connection nothing was executed; after any other failure the outcome is unknown.
        cause = error.__cause__ or error
        unsent = isinstance(cause, UNSENT_ERRORS)
        trouble = trouble_of(cause)
        return TemporaryFailure(f"{method}: no answer ({trouble.value})", outcome_unknown=not unsent, trouble=trouble)
    if isinstance(error, TelegramAPIError):
        return _translate_api_error(error, method, private=private)
    # An answer that cannot be decoded is an error page of a proxy.
    return TemporaryFailure(f"{method}: unreadable answer", outcome_unknown=True)


def _translate_api_error(error: TelegramAPIError, method: str, *, private: bool) -> MessengerError:
    if isinstance(error, TelegramNotFound) and "method not found" in error.message:
        return Rejected(f"{method}: the server does not know it", RejectReason.BAD_REQUEST)
    if isinstance(error, TelegramUnauthorizedError | TelegramNotFound):
        return BadCredentials(f"{method}: the token is not accepted")
    if isinstance(error, TelegramConflictError):
        if "webhook is active" in error.message.lower():
            return WebhookActive(f"{method}: 409 (webhook is active)")
        return Conflict(f"{method}: 409")
    if isinstance(error, TelegramServerError):
        return TemporaryFailure(f"{method}: server error", outcome_unknown=True)
    description = error.message.lower()
    if isinstance(error, TelegramForbiddenError):
        found = _first_match(_FORBIDDEN, description, f"{method}: 403")
        return found or Rejected(f"{method}: 403", RejectReason.NO_RIGHTS)
    if isinstance(error, TelegramBadRequest):
        note = f"{method}: 400"
        if private and "chat not found" in description:
            return RecipientUnreachable(note)
        return _first_match(_BAD_REQUESTS, description, note) or Rejected(note, RejectReason.BAD_REQUEST)
    return TemporaryFailure(f"{method}: unknown kind of answer", outcome_unknown=True)


def _first_match(rules: tuple[_DescriptionRule, ...], description: str, note: str) -> MessengerError | None:
    for rule in rules:
        for sign in rule.substrings:
            if sign in description:
                return rule.make_error(f"{note} ({sign})")
    return None
