"""The board of control (``/control``): its pages, its scope, its figures and its lists."""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

MAX_PAGE_DIGITS = 6
"""Digits of the number of a page in a button's code."""


class BoardPage(StrEnum):
    """A page of the board. Stored in rows and buttons: never change."""

    SUMMARY = "s"
    LATE = "l"
    SOON = "n"
    WORK = "w"
    UNACCEPTED = "u"  # nobody has accepted the ticket
    CITIZEN = "c"  # the citizen was asked; likewise the next four: who is waited for
    UNIT = "i"
    DECISION = "d"
    CALL = "k"
    APPROVER = "a"
    SECTORS = "b"  # figures by block, each with a button to its list; likewise the next two
    OWNERS = "p"
    SOURCES = "f"
    SECTOR = "bx"  # the list of one block; the key is its code
    OWNER = "px"  # the key is the id of a person
    SOURCE = "fx"  # the key is a checksum of the source

    @property
    def is_breakdown(self) -> bool:
        """True for figures by block, person or source."""
        return self in (BoardPage.SECTORS, BoardPage.OWNERS, BoardPage.SOURCES)


WAITING_PAGES = (
    BoardPage.UNACCEPTED,
    BoardPage.CITIZEN,
    BoardPage.UNIT,
    BoardPage.DECISION,
    BoardPage.CALL,
    BoardPage.APPROVER,
)
"""The lists of tickets by who is waited for."""


@dataclass(frozen=True, slots=True)
class BoardView:
    """The page that a person has opened; with ``terms`` its buttons change deadlines."""

    page: BoardPage = BoardPage.SUMMARY
    number: int = 0
    terms: bool = False
    key: str = ""

    @property
    def code(self) -> str:
        """The form in which it is stored and put into buttons."""
        return f"{self.page.value}.{self.number}.{int(self.terms)}.{self.key}"

    def at(self, number: int) -> "BoardView":
        return replace(self, number=number)


def parse_view(code: str) -> BoardView | None:
    """Return the view of *code*; ``None`` for anything else, as a modified app may send anything."""
    page, number, terms, key = (*code.split(".", 3), "", "", "", "")[:4]
    is_number = number.isascii() and number.isdecimal() and len(number) <= MAX_PAGE_DIGITS
    if page not in set(BoardPage) or not is_number or terms not in ("0", "1"):
        return None
    return BoardView(BoardPage(page), int(number), terms == "1", key)


@dataclass(frozen=True, slots=True)
class Board:
    """The message that shows the board to an official; ``hash``: of the facts that it shows."""

    person_id: int
    account: str
    chat_id: str
    external_id: str | None
    hash: str | None
    view: str
    posted_at: datetime


@dataclass(frozen=True, slots=True)
class BoardScope:
    """The open tickets that a person controls: all, or those of ``sectors`` and ``districts`` (none: of any)."""

    whole: bool = False
    sectors: tuple[str, ...] = ()
    districts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class BoardCounts:
    """Figures of open tickets; a problem counts once."""

    work: int = 0
    late: int = 0
    soon: int = 0
    unaccepted: int = 0

    def __add__(self, other: "BoardCounts") -> "BoardCounts":
        return BoardCounts(
            self.work + other.work,
            self.late + other.late,
            self.soon + other.soon,
            self.unaccepted + other.unaccepted,
        )


@dataclass(frozen=True, slots=True)
class BoardGroup:
    """The figures of the tickets that share these values; ``taker_id`` is ``None`` while nobody has taken them."""

    sector: str | None
    district: str | None
    source: str | None
    taker_id: int | None
    counts: BoardCounts


@dataclass(frozen=True, slots=True)
class OwnerFilter:
    """The tickets that a person has taken, and those not taken of the places of which their post has the work."""

    person_id: int
    places: tuple[tuple[str | None, str | None], ...] = ()


@dataclass(frozen=True, slots=True)
class BoardFilter:
    """The tickets of a list."""

    page: BoardPage
    sector: str | None = None
    sources: tuple[str, ...] = ()
    owner: OwnerFilter | None = None


@dataclass(frozen=True, slots=True)
class DayCounts:
    """The events of a scope in a period; ``repeated``: of the new ones, by citizens who had written of it before."""

    new: int
    repeated: int
    answered: int
    returned: int


@dataclass(frozen=True, slots=True)
class BoardLine:
    """A line of a breakdown."""

    view: BoardView
    title: str
    counts: BoardCounts


@dataclass(frozen=True, slots=True)
class BoardTicket:
    """A ticket in a list; ``words`` is empty where it may not be quoted. ``due`` is the deadline that runs now."""

    id: int
    due: datetime
    late: bool
    urgent: bool
    unaccepted: bool
    owner: str
    words: str
    source: str = ""
    external_due: datetime | None = None  # in the system that the ticket came from
    external_late: bool = False


@dataclass(frozen=True, slots=True)
class BoardFacts:
    """The page that the board shows. Everything in it is absolute, so that it changes only when a fact does."""

    view: BoardView
    pages: int
    totals: BoardCounts
    waiting: tuple[tuple[BoardPage, int], ...] = ()
    lines: tuple[BoardLine, ...] = ()
    tickets: tuple[BoardTicket, ...] = ()
    listed: int = 0
    heading: str = ""
    may_set_terms: bool = False
    divided: bool = True  # into blocks
