"""What MAX's refusals mean to us: the one table.

MAX answers with an HTTP status and ``{"code", "message"}``. Few codes are documented (dev.max.ru, «Ошибки»), more have
been seen. What is not known is judged by the status and by what was asked for.
"""

from collections.abc import Callable
from dataclasses import dataclass

from bot.messengers.errors import (
    BadCredentials,
    CallbackExpired,
    Conflict,
    MessageGone,
    MessengerError,
    RecipientUnreachable,
    Rejected,
    RejectReason,
    ReplyTargetGone,
    RetryAfter,
    TemporaryFailure,
)

RATE_LIMIT_PAUSE_SECONDS = 1.0  # seconds after 429: MAX names none, its limits are per second

_EDIT_OPERATIONS = frozenset({"editMessage", "editComment"})
_NOT_READY_SIGNS = ("attachment.not.ready", "not.processed")


@dataclass(frozen=True, slots=True)
class MaxOperation:
    """What a call was about: the operation's name in MAX's schema; *private*: into a person's dialog; *replying*: as a
    reply to a message."""

    name: str
    private: bool = False
    replying: bool = False


@dataclass(frozen=True, slots=True)
class MaxErrorResponse:
    """What MAX said: status, code, message (in lower case), and how long to wait, if it named it."""

    status: int
    code: str = ""
    message: str = ""
    retry_after: float | None = None


def translate_error(operation: MaxOperation, response: MaxErrorResponse) -> MessengerError:
    """Our error for it. Its text holds the operation and the code, never MAX's words: they may quote people."""
    note = f"MAX {response.status} on {operation.name}" + (f" ({response.code[:60]})" if response.code else "")
    for applies, make in _RULES:
        if applies(operation, response):
            return make(note, response)
    return Rejected(note, RejectReason.BAD_REQUEST)


Predicate = Callable[[MaxOperation, MaxErrorResponse], bool]
ErrorFactory = Callable[[str, MaxErrorResponse], MessengerError]


def _has_status(*statuses: int) -> Predicate:
    return lambda asked, said: said.status in statuses


def _rejected(reason: RejectReason) -> ErrorFactory:
    return lambda note, said: Rejected(note, reason)


def _error_of(kind: type[MessengerError]) -> ErrorFactory:
    return lambda note, said: kind(note)


def _is_attachment_not_ready(asked: MaxOperation, said: MaxErrorResponse) -> bool:
    return any(sign in said.code or sign in said.message for sign in _NOT_READY_SIGNS)


def _is_edit_too_late(asked: MaxOperation, said: MaxErrorResponse) -> bool:
    return asked.name in _EDIT_OPERATIONS and said.status in (403, 404, 422)


def _is_reply_target_gone(asked: MaxOperation, said: MaxErrorResponse) -> bool:
    if not asked.replying:
        return False
    if said.code.startswith("message."):
        return said.status in (400, 403, 404)
    return said.status == 400 and any(word in said.message for word in ("link", "mid", "reply"))


def _is_recipient_unreachable(asked: MaxOperation, said: MaxErrorResponse) -> bool:
    return asked.private and (said.status in (403, 404) or "dialog.suspended" in said.message)


def _is_400_with(*words: str) -> Predicate:
    return lambda asked, said: said.status == 400 and any(word in said.message for word in words)


# First match wins: the particular before the general.
_RULES: tuple[tuple[Predicate, ErrorFactory], ...] = (
    (_has_status(401), _error_of(BadCredentials)),
    (_has_status(429), lambda note, said: RetryAfter(note, said.retry_after or RATE_LIMIT_PAUSE_SECONDS)),
    (lambda asked, said: said.status >= 500, lambda note, said: TemporaryFailure(note, outcome_unknown=True)),
    (_is_attachment_not_ready, _error_of(TemporaryFailure)),
    (lambda asked, said: asked.name == "getUpdates" and said.status in (405, 409), _error_of(Conflict)),
    (lambda asked, said: asked.name == "answerOnCallback", _error_of(CallbackExpired)),
    (_is_edit_too_late, _error_of(MessageGone)),
    (lambda asked, said: asked.name == "getMessageById" and said.status == 404, _error_of(MessageGone)),
    (_is_reply_target_gone, _error_of(ReplyTargetGone)),
    (_is_recipient_unreachable, _error_of(RecipientUnreachable)),
    (lambda asked, said: asked.name == "createComment" and said.status == 404, _rejected(RejectReason.GONE)),
    (_has_status(403, 404), _rejected(RejectReason.NO_RIGHTS)),
    (_is_400_with("button", "keyboard"), _rejected(RejectReason.BAD_MARKUP)),
    (_is_400_with("too long", "at most 4000", "maxlength"), _rejected(RejectReason.TOO_LONG)),
)
