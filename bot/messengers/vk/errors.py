"""What VK's refusals mean to us: the one table.

The numbers are those of dev.vk.com, «Ошибки»; where one number means several things, the method and VK's words tell
them apart.
"""

from collections.abc import Callable

from bot.messengers.errors import (
    BadCredentials,
    CallbackExpired,
    MessageGone,
    MessengerError,
    RecipientUnreachable,
    Rejected,
    RejectReason,
    ReplyTargetGone,
    RetryAfter,
    TemporaryFailure,
)

ErrorFactory = Callable[[str], MessengerError]

FLOOD_PAUSE = 30.0  # seconds after error 9: VK names none; half a minute is what its flood window takes in practice
DAY_LIMIT_PAUSE = 600.0  # after error 29, the limit on calls a day: look again now and then


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
_REPLY_TARGET_CODES = frozenset({15, 100, 921, 936})  # how VK may say that the message to answer to is not there


def translate_error(code: int, method: str, description: str = "", *, replying: bool = False) -> MessengerError:
    """Our error for VK's *code* on *method*; *words* is VK's ``error_msg``, *replying*: a reply was asked for."""
    ours = f"VK {code} on {method}"
    said = description.lower()
    if replying and code in _REPLY_TARGET_CODES and (code in {921, 936} or "reply" in said or "forward" in said):
        return ReplyTargetGone(ours)
    if code == 27 and "unavailable with group auth" in said and method not in GROUP_KEY_METHODS:
        return Rejected(ours, RejectReason.NO_RIGHTS)  # the key is good, the method is for people's keys
    if method == "messages.sendMessageEventAnswer" and code == 100:
        return CallbackExpired(ours)
    if method == "messages.edit" and code in {15, 100} and ("cmid" in said or "message_id" in said or code == 15):
        return MessageGone(ours)
    if method == "wall.createComment" and code in {15, 100} and "not found" in said:
        return Rejected(ours, RejectReason.GONE)
    if method in _READ_METHODS and code in {211, 212}:
        return Rejected(ours, RejectReason.CLOSED)
    if method in _READ_METHODS and code in {15, 100} and ("not found" in said or "deleted" in said):
        return Rejected(ours, RejectReason.GONE)
    if code == 100 and "too long" in said:
        return Rejected(ours, RejectReason.TOO_LONG)
    return _ERRORS_BY_CODE.get(code, _rejected(RejectReason.BAD_REQUEST))(ours)


_READ_METHODS = frozenset({"wall.get", "wall.getById", "wall.getComments", "board.getComments"})
"""What is asked with a service key: whose fault it is, is told by the place that is read."""

# What a community's key may call and we do call: here an error 27 means that the key itself was taken back.
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
