"""Button codes: short, versioned, append-only.

``1:a:142`` is format 1, «Принять», ticket 142. A published code never changes its meaning: buttons live in chats for
years. ``tests/unit/test_callback_codes.py`` pins every one of them.
"""

from dataclasses import dataclass
from enum import StrEnum

VERSION = "1"

MAX_BYTES = 64
"""The tightest limit of the messengers we speak: Telegram's ``callback_data``."""


MAX_NUMBER_DIGITS = 15
"""Digits: less than any database's integers hold."""


class Op(StrEnum):
    """What a button does."""

    ACCEPT = "a"
    ANSWER = "w"
    HAND_OVER = "h"  # open the list of sectors; the argument is the page
    HAND_TO = "ht"  # the argument is the sector
    MORE = "m"
    BACK = "b"
    DISMISS = "d"  # open the list of reasons
    DISMISS_FOR = "df"  # the argument is the reason
    HISTORY = "i"
    CORRECT = "c"
    CHOOSE_SECTOR = "t"  # triage: the argument is the sector
    CHOOSE_SECTOR_PAGE = "ta"  # triage: open the list of all sectors; the argument is the page
    REOPEN = "ro"  # the argument, if any, is the sector
    REOPEN_ALL = "ra"  # open the list of sectors to return to; the argument is the page
    OPEN = "o"  # show the card of a listed ticket
    SEND = "s"  # the preview's buttons; the argument is the dialog's version
    CHANGE = "e"
    CANCEL = "x"
    POSTED = "p"  # «Опубликовано»; the argument is the publication
    RETRY = "rt"  # answer again after a failed publication; the argument is the publication
    CLOSE_WITHOUT_ANSWER = "st"  # a lost answer needs no other; the argument is the publication
    ADOPT = "y"  # a colleague's reply in the chat is the answer; the argument is the message
    REASON = "r"  # add a reason to a hand-over
    IS_PROBLEM = "qp"  # a doubtful message is about a problem; the argument is the message
    IS_TALK = "qt"  # a doubtful message needs no answer; the argument is the message
    REVIEW_LIST = "q"  # turn the list of doubtful messages; the argument is the page
    SETTINGS = "g"  # a page of the settings, or a choice there; the argument says which
    MANUAL_ENTRY = "n"  # a choice while a message is typed in; the argument is the choice
    LIST = "l"  # the messages of a problem; the argument is the page, after «n» under the list itself
    SPLIT = "sp"  # take a message out of its problem
    MERGE = "mg"  # open the list of what the message may belong to
    MERGE_INTO = "mi"  # the argument is the number of the other
    FOLLOW_UP = "fu"  # write to everybody who has been answered about a problem


@dataclass(frozen=True, slots=True)
class CallbackData:
    """A decoded button. ``ticket_id`` is 0 where a button is about no ticket."""

    op: Op
    ticket_id: int = 0
    arg: str = ""

    @property
    def number(self) -> int | None:
        """The argument as a number; ``None`` if it is not one, as a modified app may send anything."""
        return _parse_number(self.arg)


def pack(op: Op, ticket_id: int = 0, arg: str | int = "") -> str:
    """The code of a button."""
    code = f"{VERSION}:{op}:{ticket_id}" + (f":{arg}" if arg != "" else "")
    if len(code.encode()) > MAX_BYTES:
        raise ValueError(f"button code {code!r} is longer than {MAX_BYTES} bytes")
    return code


def unpack(code: str) -> CallbackData | None:
    """What a code means; ``None`` for one that this release does not know."""
    version, _, rest = code.partition(":")
    if version != VERSION:
        return None
    op, _, rest = rest.partition(":")
    number, _, arg = rest.partition(":")
    ticket_id = _parse_number(number)
    if ticket_id is None:
        return None
    try:
        return CallbackData(Op(op), ticket_id, arg)
    except ValueError:
        return None


def _parse_number(text: str) -> int | None:
    valid = text.isascii() and text.isdecimal() and len(text) <= MAX_NUMBER_DIGITS
    return int(text) if valid else None
