"""Errors of the messengers; each package translates its library's errors to these in one table."""

from enum import StrEnum


class MessengerError(Exception):
    """A failed call. The message is for the log: codes and methods, no texts, no tokens."""


class BadCredentials(MessengerError):
    """The token is wrong or was revoked (Telegram 401/404, VK 5, 27)."""


class RetryAfter(MessengerError):
    """The rate limit was exceeded: nothing was done, retry after *seconds* (Telegram 429, VK 6 and 9)."""

    def __init__(self, message: str, seconds: float, *, whole_account: bool = False) -> None:
        super().__init__(message)
        self.seconds = seconds
        self.whole_account = whole_account


class ConnectionTrouble(StrEnum):
    """The reason for which a server gave no answer."""

    DNS = "dns"  # its name is not known
    TLS = "tls"  # its certificate is not trusted
    PROXY = "proxy"  # the proxy does not answer
    PROXY_LOGIN = "proxy_login"  # the proxy does not accept the name or the password
    PROXY_TARGET = "proxy_target"  # the proxy does not connect to the server
    NO_CONNECTION = "no_connection"
    NO_ANSWER = "no_answer"


class TemporaryFailure(MessengerError):
    """A failure that may pass. ``outcome_unknown``: the request may have been executed (a dropped connection).

    ``trouble``: why there was no answer, where there was none.
    """

    def __init__(
        self, message: str, *, outcome_unknown: bool = False, trouble: ConnectionTrouble | None = None
    ) -> None:
        super().__init__(message)
        self.outcome_unknown = outcome_unknown
        self.trouble = trouble


class BrokenCall(MessengerError):
    """An error of this program during a call, which no later try mends; the request may have been executed."""


class Rejected(MessengerError):
    """A request that the messenger will never accept; ``reason`` is for views."""

    def __init__(self, message: str, reason: "RejectReason") -> None:
        super().__init__(message)
        self.reason = reason


class RejectReason(StrEnum):
    """The reason of a permanent rejection."""

    BAD_REQUEST = "bad_request"
    NO_RIGHTS = "no_rights"  # not a member, may not write, comments closed
    CAPTCHA = "captcha"  # VK 14: a person must solve it
    TOO_LONG = "too_long"  # VK 914
    BAD_MARKUP = "bad_markup"  # VK 911, 912; Telegram's keyboard errors
    LINKS = "links"  # VK 222: links are forbidden in these comments
    CLOSED = "closed"  # comments are closed and not shown
    GONE = "gone"  # the message or post does not exist any more


class RecipientUnreachable(MessengerError):
    """The person blocked the bot, never wrote first, or forbids messages (Telegram 403, VK 901/902)."""


class ReplyTargetGone(MessengerError):
    """The message to reply to does not exist (any more, or in this chat): send without it, quoting."""


class ChatMigrated(MessengerError):
    """The group is a supergroup now; nothing was done."""

    def __init__(self, message: str, new_id: str) -> None:
        super().__init__(message)
        self.new_id = new_id


class NotModified(MessengerError):
    """The message already has this content."""


class MessageGone(MessengerError):
    """The message to edit does not exist any more, or may not be edited any more."""


class CallbackExpired(MessengerError):
    """The button press can no longer be answered."""


class Conflict(MessengerError):
    """Another program polls with the same token (Telegram 409)."""


class FileUnavailable(MessengerError):
    """The file is too large, expired, or cannot be downloaded by a bot."""


class UnknownUpdate(MessengerError):
    """An update of an unknown kind; ``kind`` is its name."""

    def __init__(self, kind: str) -> None:
        super().__init__(f"unknown update kind {kind!r}")
        self.kind = kind


class MalformedUpdate(MessengerError):
    """An update of a known kind that cannot be read."""
