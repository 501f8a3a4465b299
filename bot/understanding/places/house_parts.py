"""Parts that follow the number of a house: «/2», «"а"», «корпус 2», «литера Б», «строение 1»."""

import re
from collections.abc import Sequence

from bot.understanding.places.vocabulary import Vocabulary
from bot.understanding.text.memory import remember
from bot.understanding.text.tokens import Word

_GLUED_BUILDING = re.compile(r"(к|корп|корпус|с|стр|строение)(\d{1,2}|[а-г])")
_PART_NUMBER = re.compile(r"(\d{1,2})(?:-?(?:го|й|ого|ом|му|м|ый|ая)|([абвгд]?))")
"""«2», «2-й», «2А» after «строение»."""
_SPELLED_LETTERS = {"бэ": "б", "вэ": "в", "гэ": "г", "дэ": "д"}
_SMALL_LETTERS = frozenset("абг")
_STROKED_LETTERS = frozenset("абвгде")
_PREPOSITION = "В"
"""In a text of capitals it is hardly the letter of a house: «5 В ПОДВАЛЕ»."""


class HouseParts:
    """Adds letters, buildings and structures to a number."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._words = vocabulary.words
        self._numbers = vocabulary.numbers
        self._ordinals = vocabulary.ordinals
        self._may_be_part = remember(self._can_be_part)

    def add(self, words: Sequence[Word], house: str, index: int) -> tuple[str, int]:
        """Add what follows the number: «/2», «"а"», «корпус 2», «литера Б», «строение 1»."""
        if index < len(words) and words[index].gap.strip() in ("/", "\\"):
            if words[index].is_number:
                house, index = f"{house}/{words[index].norm.partition('-')[0]}", index + 1  # «3/1-15»: a flat follows
            elif house.isdecimal() and words[index].norm in _STROKED_LETTERS and words[index].gap == "/":
                house, index = house + words[index].norm, index + 1  # «15/А»
        if index + 1 < len(words) and words[index].norm == "дробь":
            second = self.plain_value(words[index + 1].norm)
            if second is not None:
                house, index = f"{house}/{second}", index + 2
        lettered = (
            index < len(words)
            and house.isdecimal()
            and (self._is_letter(words, index) or self._ends_house(words, index))
        )
        if lettered and not self._begins_building(words, index):
            house += _SPELLED_LETTERS.get(words[index].norm, words[index].norm)
            index += 1
        if index >= len(words) or not self._may_be_part(words[index].norm):
            return house, index
        for kind, mark in (("building", "к"), ("structure", "с")):
            if (part := self._parse_part(words, index, kind)) is not None:
                house, index = f"{house}{mark}{part[0]}", part[1]
        if (letter := self._parse_part(words, index, "letter")) is not None:
            house, index = f"{house} литера {letter[0].upper()}", letter[1]
        return house, index

    def _can_be_part(self, norm: str) -> bool:
        """Return whether a part of a house may begin with the word; a cheap first check."""
        named = any(norm in self._words[kind] for kind in ("building", "structure", "letter"))
        return named or norm in self._ordinals or _GLUED_BUILDING.fullmatch(norm) is not None

    def _parse_part(self, words: Sequence[Word], index: int, kind: str) -> tuple[str, int] | None:
        """Return the name of a part of a house and the index after it: «корпус 2», «к2», «литера А»."""
        if index >= len(words) or is_break(words[index].gap) or "—" in words[index].gap:
            return None
        if (glued := _GLUED_BUILDING.fullmatch(words[index].norm)) and glued[1] in self._words[kind]:
            return (glued[2].upper(), index + 1) if glued[2].isdecimal() or len(glued[1]) > 1 else None
        if (ordinal := self._parse_ordinal_part(words, index, kind)) is not None:
            return ordinal, index + 2  # «14, второй корпус»
        if words[index].norm not in self._words[kind] or index + 1 >= len(words) or is_break(words[index + 1].gap):
            return None
        is_short = len(words[index].norm) == 1
        name = words[index + 1].norm
        if kind == "letter":
            return (name, index + 2) if len(name) == 1 and name.isalpha() else None
        if kind == "structure" and is_short:  # a preposition: «Ленина 5 с 2 часов»
            return None
        value = self._numbers.get(name, self._ordinals.get(name))
        if value is not None and not is_short:
            return str(value), index + 2
        if len(name) == 1 and name.isalpha():
            return (name.upper(), index + 2) if kind == "building" and not is_short else None
        digits = _PART_NUMBER.fullmatch(name)
        return (digits[1] + (digits[2] or "").upper(), index + 2) if digits is not None else None

    def _parse_ordinal_part(self, words: Sequence[Word], index: int, kind: str) -> str | None:
        if kind == "letter" or index + 1 >= len(words) or words[index + 1].gap != " ":
            return None
        noun = words[index + 1].norm
        value = self._ordinals.get(words[index].norm)
        return str(value) if value is not None and len(noun) > 4 and noun in self._words[kind] else None

    def plain_value(self, norm: str) -> int | None:
        """Return the value of one word that is a number: «2», «два»."""
        return int(norm) if norm.isdecimal() and len(norm) <= 3 else self._numbers.get(norm)

    def _ends_house(self, words: Sequence[Word], index: int) -> bool:
        """Return whether a small letter belongs to the number: «гоголя 7 а подъезд 3», not «гоголя 7 а света нет»."""
        small = words[index].norm in _SMALL_LETTERS or words[index].norm in _SPELLED_LETTERS
        if not small or words[index].gap != " ":
            return False
        if words[index].norm in _SPELLED_LETTERS or words[index].norm == "б":
            return True  # unlike «а» and «г» they mean nothing else
        following = words[index + 1] if index + 1 < len(words) else None
        return following is None or bool(following.gap.strip(" ")) or following.norm in self._words["inside"]

    def _is_letter(self, words: Sequence[Word], index: int) -> bool:
        """Return whether the word is a separate letter of a house number: «3 А», «3 "а"», not «3 В ПОДВАЛЕ»."""
        word = words[index]
        if len(word.raw) != 1 or not word.raw.isalpha():
            return False
        following = words[index + 1] if index + 1 < len(words) else None
        if word.raw == _PREPOSITION and word.gap == " " and following is not None:
            capitals = len(following.raw) > 1 and following.raw.isupper() and not following.gap.strip()
            if capitals and following.norm not in self._words["inside"]:
                return False
        return (word.raw in "АБВГДЕЖЛ" and word.gap in (" ", "", ' "', " «")) or word.gap.strip() in ('"', "«", "'")

    def _begins_building(self, words: Sequence[Word], index: int) -> bool:
        """Return whether the letter is the beginning of «К. 2», not of a house «3 К»."""
        return words[index].norm in self._words["building"] and index + 1 < len(words) and words[index + 1].is_number


def is_break(gap: str) -> bool:
    """Return whether a sentence or a line ends between two words."""
    return gap != " " and any(mark in gap for mark in "!?;\n…")
