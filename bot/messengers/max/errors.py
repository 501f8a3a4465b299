"""What MAX's refusals mean to us: the one table.

MAX answers with an HTTP status and ``{"code", "message"}``. Few codes are documented (dev.max.ru, «Ошибки»), more have
been seen. What is not known is judged by the status and by what was asked for.
"""

from collections.abc import Callable
from dataclasses import dataclass

from bot.messengers.errors import (
    BadCredentials,
    Conflict,
    MessageGone,
    MessengerError,
    PressExpired,
    RecipientUnreachable,
    Rejected,
    RejectReason,
    ReplyTargetGone,
    RetryAfter,
    TemporaryFailure,
)

PAUSE = 1.0  # seconds after 429: MAX names none, its limits are per second

_EDITS = frozenset({"editMessage", "editComment"})
_NOT_READY = ("attachment.not.ready", "not.processed")


@dataclass(frozen=True, slots=True)
class Asked:
    """What a call was about: the operation's name in MAX's schema; *private*: into a person's dialog; *replying*: as a
    reply to a message."""

    name: str
    private: bool = False
    replying: bool = False


@dataclass(frozen=True, slots=True)
class Said:
    """What MAX said: status, code, message (in lower case), and how long to wait, if it named it."""

    status: int
    code: str = ""
    message: str = ""
    retry_after: float | None = None


def refusal(asked: Asked, said: Said) -> MessengerError:
    """Our error for it. Its text holds the operation and the code, never MAX's words: they may quote people."""
    note = f"MAX {said.status} on {asked.name}" + (f" ({said.code[:60]})" if said.code else "")
    for applies, make in _RULES:
        if applies(asked, said):
            return make(note, said)
    return Rejected(note, RejectReason.BAD_REQUEST)


Applies = Callable[[Asked, Said], bool]
Make = Callable[[str, Said], MessengerError]


def _status(*statuses: int) -> Applies:
    return lambda asked, said: said.status in statuses


def _rejected(reason: RejectReason) -> Make:
    return lambda note, said: Rejected(note, reason)


def _plain(kind: type[MessengerError]) -> Make:
    return lambda note, said: kind(note)


def _not_ready(asked: Asked, said: Said) -> bool:
    return any(sign in said.code or sign in said.message for sign in _NOT_READY)


def _edit_too_late(asked: Asked, said: Said) -> bool:
    return asked.name in _EDITS and said.status in (403, 404, 422)


def _reply_target(asked: Asked, said: Said) -> bool:
    if not asked.replying:
        return False
    if said.code.startswith("message."):
        return said.status in (400, 403, 404)
    return said.status == 400 and any(word in said.message for word in ("link", "mid", "reply"))


def _nobody_there(asked: Asked, said: Said) -> bool:
    return asked.private and (said.status in (403, 404) or "dialog.suspended" in said.message)


def _in_400(*words: str) -> Applies:
    return lambda asked, said: said.status == 400 and any(word in said.message for word in words)


# First match wins: the particular before the general.
_RULES: tuple[tuple[Applies, Make], ...] = (
    (_status(401), _plain(BadCredentials)),
    (_status(429), lambda note, said: RetryAfter(note, said.retry_after or PAUSE)),
    (lambda asked, said: said.status >= 500, lambda note, said: TemporaryFailure(note, outcome_unknown=True)),
    (_not_ready, _plain(TemporaryFailure)),
    (lambda asked, said: asked.name == "getUpdates" and said.status in (405, 409), _plain(Conflict)),
    (lambda asked, said: asked.name == "answerOnCallback", _plain(PressExpired)),
    (_edit_too_late, _plain(MessageGone)),
    (lambda asked, said: asked.name == "getMessageById" and said.status == 404, _plain(MessageGone)),
    (_reply_target, _plain(ReplyTargetGone)),
    (_nobody_there, _plain(RecipientUnreachable)),
    (lambda asked, said: asked.name == "createComment" and said.status == 404, _rejected(RejectReason.GONE)),
    (_status(403, 404), _rejected(RejectReason.NO_RIGHTS)),
    (_in_400("button", "keyboard"), _rejected(RejectReason.BAD_MARKUP)),
    (_in_400("too long", "at most 4000", "maxlength"), _rejected(RejectReason.TOO_LONG)),
)
