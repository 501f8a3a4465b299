"""Translation of MAX's errors to the bot's own, in one table.

MAX answers with an HTTP status and ``{"code", "message"}``. Since November 2026 every refusal carries a code that says
what is wrong, and the messages may change; older servers have one code for many things, which the messages tell apart.
Few codes are documented (dev.max.ru, «Ошибки»), others are known from experience. An unknown code is judged by the
status and by the operation.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

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
_GONE_CODES = frozenset({"message.not.found", "message.not_found", "not.found", "access.denied"})
_NOT_READY_SIGNS = ("attachment.not.ready", "not.processed")


@dataclass(frozen=True, slots=True)
class MaxOperation:
    """The failed operation, by its name in MAX's schema.

    ``private``: it concerned a person's dialog; ``replying``: it was to send a reply to a message.
    """

    name: str
    private: bool = False
    replying: bool = False


@dataclass(frozen=True, slots=True)
class MaxErrorResponse:
    """MAX's answer: status, code, message (in lower case), and the seconds to wait, if it names them."""

    status: int
    code: str = ""
    message: str = ""
    retry_after: float | None = None

    @classmethod
    def of(cls, status: int, answer: Mapping[str, Any], retry_after: float | None = None) -> "MaxErrorResponse":
        """Read the body of a refusal; a call that changes something is also refused with 200 and ``success: false``."""
        code, words = str(answer.get("code") or ""), str(answer.get("message") or "").lower()
        return cls(status, code.removeprefix("error.").removeprefix("errors."), words, retry_after)


def translate_error(operation: MaxOperation, response: MaxErrorResponse) -> MessengerError:
    """Return the bot's error. Its text has the operation and the code, never MAX's message, which may quote people."""
    note = f"MAX {response.status} on {operation.name}" + (f" ({response.code[:60]})" if response.code else "")
    for applies, make in _RULES:
        if applies(operation, response):
            return make(note, response)
    return Rejected(note, RejectReason.BAD_REQUEST)


Predicate = Callable[[MaxOperation, MaxErrorResponse], bool]
ErrorFactory = Callable[[str, MaxErrorResponse], MessengerError]


def _pause(response: MaxErrorResponse) -> float:
    return response.retry_after or RATE_LIMIT_PAUSE_SECONDS


def _has_status(*statuses: int) -> Predicate:
    return lambda operation, response: response.status in statuses


def _rejected(reason: RejectReason) -> ErrorFactory:
    return lambda note, response: Rejected(note, reason)


def _error_of(kind: type[MessengerError]) -> ErrorFactory:
    return lambda note, response: kind(note)


def _is_attachment_not_ready(operation: MaxOperation, response: MaxErrorResponse) -> bool:
    return any(sign in response.code or sign in response.message for sign in _NOT_READY_SIGNS)


def _is_edit_too_late(operation: MaxOperation, response: MaxErrorResponse) -> bool:
    if operation.name not in _EDIT_OPERATIONS:
        return False
    # An answer of old servers with 200 has no code, and only its message says that the time for edits is over.
    is_late = "timeout_exceeded" in response.code or (response.status == 200 and "too old" in response.message)
    return is_late or response.code in _GONE_CODES or response.status in (403, 404, 422)


def _is_reply_target_gone(operation: MaxOperation, response: MaxErrorResponse) -> bool:
    if not operation.replying:
        return False
    if response.code.startswith("message."):
        return response.status in (400, 403, 404)
    return response.status == 400 and any(word in response.message for word in ("link", "mid", "reply"))


def _has_code(*codes: str) -> Predicate:
    return lambda operation, response: response.code in codes


def _is_recipient_unreachable(operation: MaxOperation, response: MaxErrorResponse) -> bool:
    codes = response.code in ("chat.denied", "dialog.suspended", "dialog.not.found")
    return operation.private and (codes or response.status in (403, 404) or "dialog.suspended" in response.message)


def _is_400_with(*words: str) -> Predicate:
    return lambda operation, response: response.status == 400 and any(word in response.message for word in words)


# The first match wins, so specific rules precede general ones.
_RULES: tuple[tuple[Predicate, ErrorFactory], ...] = (
    (_has_status(401), _error_of(BadCredentials)),
    (_has_code("too.many.requests", "rate.limit"), lambda note, response: RetryAfter(note, _pause(response))),
    (_has_status(429), lambda note, response: RetryAfter(note, _pause(response))),
    (
        lambda operation, response: response.status >= 500,
        lambda note, response: TemporaryFailure(note, outcome_unknown=True),
    ),
    (_is_attachment_not_ready, _error_of(TemporaryFailure)),
    (lambda operation, response: operation.name == "getUpdates" and response.status in (405, 409), _error_of(Conflict)),
    (lambda operation, response: operation.name == "answerOnCallback", _error_of(CallbackExpired)),
    (_is_edit_too_late, _error_of(MessageGone)),
    (_has_code("comments.disabled"), _rejected(RejectReason.CLOSED)),
    # 200 and ``success: false`` without a reason: not yet, as with 429.
    (_has_status(200), _error_of(TemporaryFailure)),
    (lambda operation, response: operation.name == "getMessageById" and response.status == 404, _error_of(MessageGone)),
    (_is_reply_target_gone, _error_of(ReplyTargetGone)),
    (_is_recipient_unreachable, _error_of(RecipientUnreachable)),
    (
        lambda operation, response: operation.name == "createComment" and response.status == 404,
        _rejected(RejectReason.GONE),
    ),
    (_has_status(403, 404), _rejected(RejectReason.NO_RIGHTS)),
    (_is_400_with("button", "keyboard"), _rejected(RejectReason.BAD_MARKUP)),
    (_is_400_with("too long", "at most 4000", "maxlength"), _rejected(RejectReason.TOO_LONG)),
)
