"""Codes of buttons: short, versioned, append-only.

``1:a:142`` is format 1, «Принять», ticket 142. A published code never changes its meaning: buttons live in chats for
years. ``tests/unit/test_callback_codes.py`` pins every one of them.
"""

from dataclasses import dataclass
from enum import StrEnum

VERSION = "1"

MAX_BYTES = 64
"""Longest code in bytes: Telegram's ``callback_data`` has the tightest limit of all messengers."""

MAX_NUMBER_DIGITS = 15
"""Most digits of a number in a code: fewer than any database's integers hold."""


MAX_PAGE = 999_999
"""The last page that a button may name: a database's smallest integers hold it."""


class Op(StrEnum):
    """The action of a button; the values are stored in sent messages."""

    ACCEPT = "a"
    ANSWER = "w"
    HAND_OVER = "h"  # open the list of sectors; the argument is the page
    HAND_TO = "ht"  # the argument is the sector
    MORE = "m"
    BACK = "b"
    DISMISS = "d"  # open the list of reasons
    DISMISS_FOR = "df"  # the argument is the reason
    HISTORY = "i"
    WHY_TERM = "wt"
    CORRECT = "c"
    CHOOSE_SECTOR = "t"  # triage: the argument is the sector
    CHOOSE_SECTOR_PAGE = "ta"  # triage: open the list of all sectors; the argument is the page
    REOPEN = "ro"  # the argument, if any, is the sector
    REOPEN_ALL = "ra"  # open the list of sectors to return to; the argument is the page
    OPEN = "o"  # show the card of a listed ticket
    SEND = "s"  # SEND, CHANGE and CANCEL under a preview; the argument is the dialog's version
    CHANGE = "e"
    CANCEL = "x"
    POSTED = "p"  # «Опубликовано»; the argument is the publication
    RETRY = "rt"  # answer again after a failed publication; the argument is the publication
    CLOSE_WITHOUT_ANSWER = "st"  # a lost answer needs no other; the argument is the publication
    ADOPT = "y"  # a colleague's reply in the chat is the answer; the argument is the message
    REASON = "r"  # add a reason to a hand-over
    IS_PROBLEM = "qp"  # a message in the review queue is about a problem; the argument is the message
    IS_TALK = "qt"  # a message in the review queue needs no answer; the argument is the message
    REVIEW_LIST = "q"  # turn a page of the review queue; the argument is the page
    SETTINGS = "g"  # a page of the settings, or a choice there; the argument says which
    MANUAL_ENTRY = "n"  # a choice in manual entry; the argument is the choice
    LIST = "l"  # the messages of a problem; the argument is the page, after «n» under the list itself
    SPLIT = "sp"  # take a message out of its problem
    MERGE = "mg"  # open the list of similar tickets
    MERGE_INTO = "mi"  # the argument is the other ticket
    PUBLISH_HELD = "pb"  # publish an answer that was held after a restore; the argument is the publication
    DECLINE_HELD = "pn"  # do not publish it
    ACCOUNTS = "ac"  # a page of the accounts, or a removal there; the argument says which
    NOT_ME = "nm"  # «Это не я»: close the new account in the argument
    FOLLOW_UP = "fu"  # write to everybody who has been answered about a problem
    FLOOD = "fl"  # list the messages over a limit; the argument is the flood, «17-2» with the page under the list
    MUTE = "mu"  # do not listen to an author for a day; the argument is the flood
    REQUEST = "ju"  # ask another unit: open the list of units; the argument is the page
    REQUEST_FROM = "jr"  # the argument is the sector; without one, a unit that is named in words
    DECISION = "jd"  # put a question to the management
    CALL_REACHED = "jp"  # «Дозвонился»; the argument is the inquiry
    CALL_MISSED = "jm"  # «Нет ответа»; likewise
    NOT_OURS = "jn"
    CLARIFY = "jc"  # «Уточнить у жителя»
    INTERIM = "ji"  # «Промежуточный ответ»
    REFER = "jx"  # «Передать вне центра»
    ANSWER_INQUIRY = "ja"  # the argument is the inquiry
    REQUEST_CORRECTION = "jq"  # ask a unit to mend what it did with the ticket
    CORRECTED = "jf"  # «Исправлено»; the argument of the three is the inquiry, without one the open one
    ACCEPT_CORRECTION = "jy"
    RETURN_CORRECTION = "jb"
    ABSENCE_CHOOSE = "awc"  # list who may stand in; the argument is the absence
    ABSENCE_STAND_IN = "aws"  # the argument is the absence, a dot and the person
    ABSENCE_AGREE = "awy"  # the argument is the absence, as for the next two
    ABSENCE_REFUSE = "awn"
    ABSENCE_CANCEL = "awx"
    DATA_MENU = "cd"  # open the list of data that can be mended
    DATA_FIELD = "cf"  # the argument is the field, with a page after a dot
    DATA_VALUE = "cv"  # the argument is the field, a dot and the value
    UNMUTE = "um"  # listen again
    TEMPLATES = "tm"  # a page of the templates, «add», or «e12», «d12»: change or delete template 12
    TEMPLATE_USE = "tmu"  # begin an answer with template «t12», or with the answer to ticket «a140»
    MAKE_TEMPLATE = "tmt"  # make a template of the published answer
    TOPICS = "tp"  # a page of /topics, or a change there; the argument says which
    LIMITED_SEND = "tms"  # send an answer over a limit; the argument is the held answer
    LIMITED_DECLINE = "tmn"  # do not send it
    INCOMPLETE = "tmi"  # put «Неполный» on a published answer, or take it away again
    DISTRICT_PAGE = "zm"  # open the list of districts; the argument is the page
    DISTRICT = "zd"  # the ticket is in another district; the argument is the district's code
    PEOPLE = "pp"  # a page of the officials, or a change there; the argument says which
    SOLVED = "ky"  # «Да»: the author of a ticket calls its problem solved
    NOT_SOLVED = "kn"  # «Нет»
    RETURN = "kr"  # an official reads «не решено» in the author's words; the argument is the message, if any
    CONTROL = "kc"  # set a control date
    BOARD = "kb"  # open a page of the board of control; the argument is the view
    NUDGE = "kh"  # «Поторопить»: ask those who have the ticket to hurry
    APPROVE_DRAFT = "va"  # «Согласовать», «Опубликовать»; the argument of the four is the draft and its version, «17.2»
    RETURN_DRAFT = "vr"  # «Вернуть с замечанием»
    CHANGE_DRAFT = "vc"  # «Изменить»: another version
    IN_WORK = "iw"  # «В работе»: the answer to «Ещё в работе?»
    DELEGATE = "vd"  # open the list of people; the argument is the page
    DELEGATE_TO = "vt"  # give the ticket to a person, or take it back; the argument is the person
    DELEGATE_BACK = "vx"  # take the ticket back from a person who is not there; the argument is the person
    DELEGATE_OTHER = "vo"  # likewise, and open the list of people
    FIRST_WORD = "fw"  # «Взять в работу и сообщить»
    EXTEND = "fx"  # «Продлить»
    PROMISE_NOTE = "fp"  # «Запомнить обещание»; the argument is the answer
    PROMISE_DECLINE = "fn"  # «Нет»; likewise
    PROMISE_KEPT = "fk"  # the argument is the promise, as for the next two
    PROMISE_MOVE = "fm"
    PROMISE_BROKEN = "fb"
    SEND_NOTING = "fs"  # SEND, and remember the day that the text promises
    APPROVE_NOTING = "fa"  # APPROVE_DRAFT likewise
    FORWARD_TAKE = "fd"  # register a forwarded message; the argument is the message
    FORWARD_DECLINE = "fc"
    DATE_MEANT = "dm"  # the offered day is meant; the argument is the dialog's version, a dot, minutes since 1970
    ENTERED = "se"  # «Внесено в …»; the argument of the three is the entry, without one the newest
    ENTRY_SHOW = "so"  # show the text that waits to be entered
    ENTRY_RETURN = "sb"  # «Вернуть с замечанием»
    IMPORTS = "im"  # a table of another system: enter it, cancel, turn a page …; the argument says which
    DIVIDE = "dv"  # make a ticket of each further matter of the message
    UNDIVIDE = "du"  # join such a ticket to its first one again
    SHOW_DRAFT = "vv"  # show the draft that waits for approval; without an argument


@dataclass(frozen=True, slots=True)
class CallbackData:
    """A decoded button code; ``ticket_id`` is 0 if the button is about no ticket."""

    op: Op
    ticket_id: int = 0
    arg: str = ""

    @property
    def page(self) -> int:
        """The argument as the number of a page; 0 for anything else."""
        number = _parse_number(self.arg)
        return number if number is not None and number <= MAX_PAGE else 0

    @property
    def number(self) -> int | None:
        """The argument as a number; ``None`` if it is not one, as a modified app may send anything."""
        return _parse_number(self.arg)


def pack(op: Op, ticket_id: int = 0, arg: str | int = "") -> str:
    """Return the code of a button."""
    code = f"{VERSION}:{op}:{ticket_id}" + (f":{arg}" if arg != "" else "")
    if len(code.encode()) > MAX_BYTES:
        raise ValueError(f"button code {code!r} is longer than {MAX_BYTES} bytes")
    return code


def unpack(code: str) -> CallbackData | None:
    """Decode *code*; ``None`` for a code that this release does not know, or longer than any button has."""
    version, _, rest = code.partition(":")
    if version != VERSION or len(code.encode()) > MAX_BYTES:
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


def parse_pair(text: str) -> tuple[int, int] | None:
    """Return the two numbers of an argument such as «17.2»; ``None`` for anything else."""
    first, _, second = text.partition(".")
    numbers = _parse_number(first), _parse_number(second)
    return (numbers[0], numbers[1]) if numbers[0] is not None and numbers[1] is not None else None


def _parse_number(text: str) -> int | None:
    valid = text.isascii() and text.isdecimal() and len(text) <= MAX_NUMBER_DIGITS
    return int(text) if valid else None
