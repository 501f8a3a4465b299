"""The municipality's own list of places: streets with their settlements, houses, districts and coordinates."""

import re
from dataclasses import dataclass
from enum import Enum

from bot.domain.text_normal import fold

_SPAN = re.compile(r"(\d{1,4})\s*[-–—]\s*(\d{1,4})\s*([^\d]*)")
_NUMBER = re.compile(r"\d{1,4}")
_SINGLE = re.compile(r"\d{1,4}\s?[а-яё]?(?:[/кс](?:\d{1,3}|[а-яё]))?(?:с\d{1,3})?[а-яё]?", re.IGNORECASE)


class Parity(Enum):
    """A side of a street."""

    ALL = "all"
    ODD = "odd"
    EVEN = "even"


@dataclass(frozen=True, slots=True)
class HouseSpan:
    """The houses from ``first`` to ``last`` (inclusive), or those on one side of the street."""

    first: int
    last: int
    parity: Parity = Parity.ALL

    def contains(self, number: int) -> bool:
        if not self.first <= number <= self.last:
            return False
        return self.parity is Parity.ALL or (number % 2 == 1) is (self.parity is Parity.ODD)


@dataclass(frozen=True, slots=True)
class HouseRanges:
    """The houses of one row of the list; none means the whole street."""

    spans: tuple[HouseSpan, ...] = ()
    single_houses: frozenset[str] = frozenset()

    @property
    def is_whole_street(self) -> bool:
        return not self.spans and not self.single_houses

    def match_precision(self, house: str) -> int:
        """Return the precision with which the row names *house* («45», «12к2», «7а»).

        0: not at all, 1: the whole street, 2: within a span, 3: its number, 4: exactly.
        """
        if fold(house) in self.single_houses:
            return 4
        found = _NUMBER.match(house)
        if found is None:
            return 1 if self.is_whole_street else 0
        if found[0] in self.single_houses:
            return 3
        if any(span.contains(int(found[0])) for span in self.spans):
            return 2
        return 1 if self.is_whole_street else 0


@dataclass(frozen=True, slots=True)
class StreetRow:
    """A row of the list: a street (or a microdistrict, a stop, a landmark) as it is displayed. Degrees are WGS 84.

    ``settlement`` is as it is displayed, too («с. Малиновка»); a row of a settlement alone has an empty ``street``.
    """

    street: str
    houses: HouseRanges = HouseRanges()
    district: str | None = None
    latitude: float | None = None
    longitude: float | None = None
    settlement: str | None = None


def parse_houses(text: str) -> HouseRanges:
    """Parse «1-45», «2-44 чёт», «1-45 нечёт», «7, 9, 11а, 12к2», or several of them; empty for the whole street.

    Raises ``ValueError`` for anything else.
    """
    spans: list[HouseSpan] = []
    singles: set[str] = set()
    for piece in filter(None, (piece.strip() for piece in re.split(r"[,;]", text))):
        span = _SPAN.fullmatch(piece)
        if span is not None:
            first, last = int(span[1]), int(span[2])
            if first > last:
                raise ValueError(piece)
            spans.append(HouseSpan(first, last, _parse_parity(span[3], piece)))
        elif _SINGLE.fullmatch(piece):
            singles.add(fold(piece.replace(" ", "")))
        else:
            raise ValueError(piece)
    return HouseRanges(tuple(spans), frozenset(singles))


def _parse_parity(words: str, piece: str) -> Parity:
    words = fold(words.strip(" ()."))
    if not words:
        return Parity.ALL
    if words.startswith("нечет"):
        return Parity.ODD
    if words.startswith("чет"):
        return Parity.EVEN
    raise ValueError(piece)
