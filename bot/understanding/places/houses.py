"""House numbers: «45», «д. 12 корп. 2», «7а», «11/2», «25го», «двадцать один»."""

import re
from collections.abc import Sequence

from bot.understanding.places.street_names import Vocabulary
from bot.understanding.text.tokens import Word

_NUMBER = re.compile(r"(\d{1,4})(?:-?(?:го|й|ого|ом|му|м|ый|ая))?")
_LETTERED = re.compile(r"(\d{1,4})-?([а-яa-z])")
_WITH_BUILDING = re.compile(r"(\d{1,4})([а-я]?)(?:к|корп)(\d{1,2})")
_RANGE = re.compile(r"(\d{1,4}[а-я]?)-(\d{1,4}[а-я]?)")
_ORDINAL = re.compile(r"\d{1,2}-?(?:й|я|ый|ая|ой|е|х)")
_MAX_HOUSE_NUMBER = 1999
_MAX_STOREYS = 30
"""A larger number before «этаж» or «подъезд» is a house number."""
_GLUED = re.compile(r"(?:д|дом)(\d{1,4}[а-я]?)")


class HouseNumberParser:
    """Parses the number of a house from words."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._words = vocabulary.words
        self._numbers = vocabulary.numbers

    def parse_at(self, words: Sequence[Word], index: int, *, after_street: bool) -> tuple[str, int] | None:
        """Return the number of a house that begins at *index*, with or without «д.», and the index after it.

        *after_street*: a street certainly precedes, so «дом» is not needed and fewer checks are made.
        """
        start = index
        while index < len(words) and index < start + 3 and words[index].norm in self._words["house"]:
            if _is_break(words[index].gap):
                return None
            index += 1
        told = index > start
        if index >= len(words) or (_is_break(words[index].gap) and not told):
            return None
        if words[index].gap.strip(" ").endswith("(") or "+" in words[index].gap:
            return None
        read = self._parse_number(words, index)
        if read is None:
            glued = _GLUED.fullmatch(words[index].norm)
            return (glued[1], index + 1) if glued is not None else None
        house, end = read
        if not told and self._is_quantity(words, index, end):
            return None
        return house, end

    def parse_linked(self, words: Sequence[Word], index: int) -> tuple[str, int] | None:
        """Return a house number named in other words after a street: «…, в районе дома 3», «… у 25го дома»."""
        start = index
        while index < len(words) and index < start + 3 and words[index].norm in self._words["links"]:
            if _is_break(words[index].gap) or ("." in words[index].gap):
                return None
            index += 1
        if index == start or index >= len(words):
            return None
        if words[index].norm in self._words["house"]:
            return self.parse_at(words, index, after_street=True)
        read = self._parse_number(words, index)
        if read is not None and read[1] < len(words) and words[read[1]].norm in self._words["house"]:
            return read[0], read[1] + 1
        return None

    def _parse_number(self, words: Sequence[Word], index: int) -> tuple[str, int] | None:
        norm = words[index].norm
        if (built := _WITH_BUILDING.fullmatch(norm)) is not None:
            return f"{built[1]}{built[2]}к{built[3]}", index + 1
        if (ranged := _RANGE.fullmatch(norm)) is not None:
            return ranged[1], index + 1
        if (lettered := _LETTERED.fullmatch(norm)) is not None and not _ORDINAL.fullmatch(norm):
            return self._parse_building(words, lettered[1] + lettered[2], index + 1)
        if (plain := _NUMBER.fullmatch(norm)) is not None and 0 < int(plain[1]) <= _MAX_HOUSE_NUMBER:
            return self._parse_building(words, plain[1], index + 1)
        return self._parse_spelled_number(words, index)

    def _parse_building(self, words: Sequence[Word], house: str, index: int) -> tuple[str, int]:
        if index < len(words) and words[index].gap.strip() in ("/", "\\") and words[index].raw[0].isdecimal():
            return f"{house}/{words[index].norm}", index + 1
        letter = index < len(words) and house.isdecimal() and _is_letter(words[index])
        if letter:
            house += words[index].norm
            index += 1
        if index + 1 < len(words) and words[index].norm in self._words["building"] and words[index + 1].is_number:
            digits = _NUMBER.match(words[index + 1].norm)
            return (f"{house}к{digits[1]}", index + 2) if digits else (house, index)
        if index < len(words) and (glued := re.fullmatch(r"(?:к|корп|корпус)(\d{1,2})", words[index].norm)):
            return f"{house}к{glued[1]}", index + 1
        return house, index

    def _parse_spelled_number(self, words: Sequence[Word], index: int) -> tuple[str, int] | None:
        total = 0
        end = index
        while end < len(words) and end < index + 3 and (value := self._numbers.get(words[end].norm)) is not None:
            if total and (value >= 10 if total % 100 else value >= 100):
                break
            total += value
            end += 1
        return (str(total), end) if total > 0 else None

    def _is_quantity(self, words: Sequence[Word], index: int, end: int) -> bool:
        """Return whether the number belongs to the next word: «на Ленина 45 минут», «в мира 2 школе»."""
        if end >= len(words) or words[end].gap.strip(" "):
            return False
        following = words[end].norm
        if following in self._words["inside"]:
            number = words[index].norm
            return not (number.isdecimal() and int(number) > _MAX_STOREYS) and not (
                end + 1 < len(words) and words[end + 1].is_number
            )
        return following in self._words["units"]


def _is_letter(word: Word) -> bool:
    """Return whether the word is a separate letter of a house number: «3 А», «3 "а"»."""
    if len(word.raw) != 1 or not word.raw.isalpha():
        return False
    return (word.raw in "АБВГДЕЖЛ" and word.gap in (" ", "", ' "', " «")) or word.gap.strip() in ('"', "«", "'")


def _is_break(gap: str) -> bool:
    return any(mark in gap for mark in "!?;\n…")
