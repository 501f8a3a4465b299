"""Translation of VK's errors, and of the exceptions of ``vk_api`` and ``requests``, to the bot's own.

The codes are those of dev.vk.com, «Ошибки»; where one code means several things, the method and VK's ``error_msg`` tell
them apart.
"""

from collections.abc import Callable, Mapping

import requests
from urllib3.exceptions import NameResolutionError, NewConnectionError
from vk_api.exceptions import ApiError, ApiHttpError

from bot.messengers.errors import (
    BadCredentials,
    CallbackExpired,
    ConnectionTrouble,
    MessageGone,
    MessengerError,
    RecipientUnreachable,
    Rejected,
    RejectReason,
    ReplyTargetGone,
    RetryAfter,
    TemporaryFailure,
)
from bot.messengers.vk.transport import ProxyRefused

ErrorFactory = Callable[[str], MessengerError]

FLOOD_PAUSE = 30.0  # seconds after error 9: VK names none; its flood window is half a minute in practice
DAY_LIMIT_PAUSE = 600.0  # after error 29, the limit on calls a day: try again now and then


def _rejected(reason: RejectReason) -> ErrorFactory:
    return lambda words: Rejected(words, reason)


_ERRORS_BY_CODE: dict[int, ErrorFactory] = {
    1: TemporaryFailure,
    5: BadCredentials,
    6: lambda words: RetryAfter(words, 1.0, whole_account=True),
    7: _rejected(RejectReason.NO_RIGHTS),
    9: lambda words: RetryAfter(words, FLOOD_PAUSE),
    10: TemporaryFailure,
    14: _rejected(RejectReason.CAPTCHA),
    15: _rejected(RejectReason.NO_RIGHTS),
    17: _rejected(RejectReason.CAPTCHA),  # VK wants a person to confirm
    18: RecipientUnreachable,  # the page was deleted or blocked
    27: BadCredentials,
    28: BadCredentials,
    29: lambda words: RetryAfter(words, DAY_LIMIT_PAUSE, whole_account=True),
    30: RecipientUnreachable,  # a private profile
    100: _rejected(RejectReason.BAD_REQUEST),
    203: _rejected(RejectReason.NO_RIGHTS),
    210: _rejected(RejectReason.NO_RIGHTS),
    211: _rejected(RejectReason.NO_RIGHTS),
    212: _rejected(RejectReason.NO_RIGHTS),
    213: _rejected(RejectReason.NO_RIGHTS),
    222: _rejected(RejectReason.LINKS),
    223: _rejected(RejectReason.NO_RIGHTS),
    900: RecipientUnreachable,
    901: RecipientUnreachable,
    902: RecipientUnreachable,
    909: MessageGone,
    910: _rejected(RejectReason.TOO_LONG),
    911: _rejected(RejectReason.BAD_MARKUP),
    912: _rejected(RejectReason.BAD_MARKUP),
    913: _rejected(RejectReason.BAD_REQUEST),
    914: _rejected(RejectReason.TOO_LONG),
    917: _rejected(RejectReason.NO_RIGHTS),
    920: MessageGone,
    922: _rejected(RejectReason.NO_RIGHTS),
    925: _rejected(RejectReason.NO_RIGHTS),
    936: RecipientUnreachable,
    945: _rejected(RejectReason.NO_RIGHTS),
    946: _rejected(RejectReason.NO_RIGHTS),
    983: RecipientUnreachable,
}
_REPLY_TARGET_CODES = frozenset({15, 100, 921, 936})  # VK's codes for a missing message to reply to


ODD_ANSWER_ERRORS = (ValueError, KeyError, TypeError, AttributeError, RecursionError)
"""Exceptions of ``vk_api`` when the answer is not VK's usual one: a proxy's error page, a truncated body, or
JSON of a thousand levels."""


def translate_exception(error: Exception, method: str, *, replying: bool = False) -> MessengerError:
    """Return the bot's error for an exception that ``vk_api`` raised on *method*, without any of its contents."""
    if isinstance(error, ApiError):
        body = error.error if isinstance(error.error, Mapping) else {}
        return translate_error(int(error.code), error.method, str(body.get("error_msg", "")), replying=replying)
    if isinstance(error, ApiHttpError):
        status = error.response.status_code
        return TemporaryFailure(f"VK: HTTP {status} on {method}", outcome_unknown=status >= 500)
    name = type(error).__name__
    if isinstance(error, requests.RequestException) and not isinstance(error, ValueError):
        words = f"VK: {name} on {method}"
        return TemporaryFailure(words, outcome_unknown=not _is_unsent(error), trouble=_trouble_of(error))
    return TemporaryFailure(f"VK: unreadable answer to {method} ({name})", outcome_unknown=True)


def _is_unsent(error: requests.RequestException) -> bool:
    """Return whether no connection was made, so that VK cannot have acted."""
    if isinstance(error, requests.ConnectTimeout | requests.exceptions.SSLError):
        return True
    return isinstance(_reason_of(error), NewConnectionError)


def _reason_of(error: requests.RequestException) -> object:
    """Return the error of urllib3 behind *error*, if that names one."""
    cause = error.args[0] if error.args else None
    return getattr(cause, "reason", None)


def _trouble_of(error: requests.RequestException) -> ConnectionTrouble:
    reason = _reason_of(error)
    if isinstance(reason, ProxyRefused):
        return reason.trouble
    if isinstance(reason, NameResolutionError):
        return ConnectionTrouble.DNS
    if isinstance(error, requests.exceptions.SSLError):
        return ConnectionTrouble.TLS
    return ConnectionTrouble.NO_CONNECTION if _is_unsent(error) else ConnectionTrouble.NO_ANSWER


def translate_error(code: int, method: str, description: str = "", *, replying: bool = False) -> MessengerError:
    """Return the bot's error for VK's *code* on *method*.

    *description* is VK's ``error_msg``; *replying* says that the message was to be a reply.
    """
    text = f"VK {code} on {method}"
    reason = description.lower()
    if replying and code in _REPLY_TARGET_CODES and (code in {921, 936} or "reply" in reason or "forward" in reason):
        return ReplyTargetGone(text)
    if code == 27 and "unavailable with group auth" in reason and method not in GROUP_KEY_METHODS:
        return Rejected(text, RejectReason.NO_RIGHTS)  # the key is valid, but the method needs a person's key
    if method == "messages.sendMessageEventAnswer" and code == 100:
        return CallbackExpired(text)
    if method == "messages.edit" and code in {15, 100} and ("cmid" in reason or "message_id" in reason or code == 15):
        return MessageGone(text)
    if method == "wall.createComment" and code in {15, 100} and "not found" in reason:
        return Rejected(text, RejectReason.GONE)
    if method in _READ_METHODS and code in {211, 212}:
        return Rejected(text, RejectReason.CLOSED)
    if method in _READ_METHODS and code in {15, 100} and ("not found" in reason or "deleted" in reason):
        return Rejected(text, RejectReason.GONE)
    if "hyperlinks are forbidden" in reason:  # some methods say it with code 100
        return Rejected(text, RejectReason.LINKS)
    if code == 100 and "too long" in reason:
        return Rejected(text, RejectReason.TOO_LONG)
    return _ERRORS_BY_CODE.get(code, _rejected(RejectReason.BAD_REQUEST))(text)


_READ_METHODS = frozenset({"wall.get", "wall.getById", "wall.getComments", "board.getComments"})
"""Methods called with a service key, whose errors concern the page that is read."""

# Methods that a community's key may call and the bot calls: error 27 on one means that the key was revoked.
GROUP_KEY_METHODS = frozenset(
    {
        "docs.getMessagesUploadServer",
        "docs.getWallUploadServer",
        "docs.save",
        "execute",
        "groups.getById",
        "groups.getLongPollServer",
        "groups.getLongPollSettings",
        "groups.getTokenPermissions",
        "messages.edit",
        "messages.getByConversationMessageId",
        "messages.getConversations",
        "messages.getHistory",
        "messages.send",
        "messages.sendMessageEventAnswer",
        "photos.getMessagesUploadServer",
        "photos.saveMessagesPhoto",
        "users.get",
        "wall.createComment",
    }
)
