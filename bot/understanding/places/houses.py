"""House numbers: «45», «д. 12 корп. 2», «7а», «11/2», «25го», «двадцать один», «5 строение 1», «3 литера Б»."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from bot.understanding.places.house_parts import HouseParts, is_break
from bot.understanding.places.vocabulary import Vocabulary
from bot.understanding.text.memory import remember
from bot.understanding.text.tokens import Word

_NUMBER = re.compile(r"(\d{1,4})(?:-?(?:го|й|ого|ом|му|м|ый|ая))?")
_LETTERED = re.compile(r"(\d{1,4})-?([а-яa-z])")
_WITH_BUILDING = re.compile(r"(\d{1,4})([а-я]?)(к|корп|с|стр)(\d{1,2})")
_RANGE = re.compile(r"(\d{1,4}[а-я]?)-(\d{1,4}[а-я]?)")
_ORDINAL = re.compile(r"\d{1,2}-?(?:й|я|ый|ая|ой|е|х|м)")
_GLUED = re.compile(r"(?:д|дом)(\d{1,4}[а-я]?)(?:кв\d{1,4})?")
_WITH_FLAT = re.compile(r"(\d{1,4}[а-г]?)(?:кв\d{0,4}|п\d{1,2})")
"""With its flat or its entrance: «45кв3», «14п3»."""
_SPLIT_BUILDING = re.compile(r"(\d{1,4})(?:корп|корпус|к)")
"""«5корп.1», of which the full stop makes two words."""
_MAX_HOUSE_NUMBER = 1999
_SHORT_ENTRANCES = frozenset({"под", "п"})
_LACKING = frozenset({"нет", "нету", "без"})
_FEW = frozenset({"2", "3", "4", "два", "три", "четыре"})
AT_HOUSE = frozenset({"у", "возле", "около", "напротив"})
_GENITIVE_ORDINAL = re.compile(r"(\d{1,3})-?(?:го|ого)")
_SURE_HOUSE = re.compile(r"\d{1,4}(?:[абвгдежи]|[кс]\d{1,2}|/.+)")
"""A house by its letter, building or stroke: «7а», «12к2», «14/2»; «5к» may be roubles."""
_HOURS = 24
"""A larger number after «в» is no time."""
_MAX_STOREYS = 30
"""A larger number before «этаж» or «подъезд» is a house number."""


@dataclass(frozen=True, slots=True)
class _Digits:
    """A word that begins with a digit, read as a house: ``house`` is ``None`` if it is none.

    ``is_open``: a letter or a building may follow. ``split``: the number, if its building is the next word.
    """

    house: str | None
    is_open: bool = False
    split: str | None = None


class HouseNumberParser:
    """Parses the number of a house from words."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._words = vocabulary.words
        self._numbers = vocabulary.numbers
        self._ordinals = vocabulary.ordinals
        self._months = vocabulary.months
        self._number_words = vocabulary.numbers.keys() | vocabulary.ordinals.keys()
        self._beginnings = vocabulary.words["house"] | vocabulary.words["links"] | self._number_words
        self._beginnings |= vocabulary.words["plots"] | {"з"}
        self._parts = HouseParts(vocabulary)
        self._digits = remember(_read_digits)

    def may_begin(self, word: Word) -> bool:
        """Return whether a house number, perhaps in other words, may begin here; a cheap first check."""
        if word.is_number or word.norm in self._beginnings:
            return True
        return word.norm.startswith("д") and _GLUED.fullmatch(word.norm) is not None

    def may_begin_number(self, word: Word) -> bool:
        """Return whether a number, in digits or in words, may begin here; a cheap first check."""
        return word.is_number or word.norm in self._number_words

    def parse_at(self, words: Sequence[Word], index: int, *, after_street: bool) -> tuple[str, int] | None:
        """Return the number of a house that begins at *index*, with or without «д.», and the index after it.

        *after_street*: a street certainly precedes, so «дом» is not needed and fewer checks are made.
        """
        start = index
        while index < len(words) and index < start + 3 and words[index].norm in self._words["house"]:
            if is_break(words[index].gap):
                return None
            index += 1
        told = index > start
        if after_street and not told and index < len(words) and (plot := self._parse_plot(words, index)) is not None:
            return plot
        if index >= len(words) or (is_break(words[index].gap) and not told):
            return None
        if "+" in words[index].gap:
            return None
        if words[index].gap.strip(" ").endswith("("):  # «Калинина (15 дом)»
            return self.parse_before_noun(words, index) if after_street and not told else None
        if told and words[index].norm in ("с", "от", "наш"):
            index += 1  # «дома с 1 по 15», «дом наш 61»
            if index >= len(words):
                return None
        if after_street and not told and _counts_houses(words, index):
            return None
        read = self._parse_number(words, index)
        if after_street and not told and (ordinal := self._with_noun(words, index, read)) is not None:
            return ordinal
        if read is not None and not told and _is_alone(words, index):
            return None
        if read is None:
            glued = _GLUED.fullmatch(words[index].norm)
            return self._parts.add(words, glued[1], index + 1) if glued is not None else None
        house, end = read
        if not told and self._is_quantity(words, index, end):
            return None
        return house, end

    def _parse_plot(self, words: Sequence[Word], index: int) -> tuple[str, int] | None:
        """Return the number of «участок 48», «уч. 12», «з/у 17», which is no measure: «участок 20 метров»."""
        if words[index].norm in self._words["plots"]:
            at = index + 1
        elif (
            words[index].norm == "з"
            and index + 1 < len(words)
            and (words[index + 1].norm, words[index + 1].gap) == ("у", "/")
        ):
            at = index + 2
        else:
            return None
        if at >= len(words) or not words[at].is_number or words[index].gap.strip(" ,("):
            return None
        read = self._parse_number(words, at)
        return read if read is not None and not self._is_quantity(words, at, read[1]) else None

    def parse_linked(self, words: Sequence[Word], index: int) -> tuple[str, int] | None:
        """Return a house number named in other words after a street: «…, в районе дома 3», «… у 25го дома»."""
        start = index
        while index < len(words) and index < start + 3 and words[index].norm in self._words["links"]:
            if is_break(words[index].gap) or ("." in words[index].gap):
                return None
            index += 1
        if index == start or index >= len(words):
            return None
        if index == start + 1 and words[start].norm in ("с", "от") and (first := self._parse_row(words, index)):
            return first
        if index == start + 1 and words[start].norm in ("в", "во") and (inner := self._parse_inside(words, index)):
            return inner
        if words[index].norm in self._words["house"]:
            return self.parse_at(words, index, after_street=True)
        return self.parse_before_noun(words, index) or self.parse_alone(words, index - 1, after_street=True)

    def parse_unnamed(self, words: Sequence[Word], end: int) -> tuple[str, int] | None:
        """Return a number that is a house without «дом», before *end*, and its index: «14/2 по …», «д14 …»."""
        if end > 0 and (glued := _GLUED.fullmatch(words[end - 1].norm)) is not None:
            return glued[1], end - 1
        for start in range(max(0, end - 2), end):
            if end >= len(words) or words[end].norm != "по" or not words[start].is_number:
                continue
            read = self._parse_number(words, start)
            if read is not None and read[1] == end and _SURE_HOUSE.fullmatch(read[0]):
                return read[0], start
        return None

    def parse_alone(self, words: Sequence[Word], index: int, *, after_street: bool = False) -> tuple[str, int] | None:
        """Return a house whose noun is left out: «у семнадцатого», «возле 9-го.»; *index*: the preposition.

        The number must end its part of the sentence, or it counts something else: «у третьего подъезда». Right
        *after_street* it need not be an ordinal number: «ул. Гагарина, напротив 14».
        """
        at = index + 1
        if at >= len(words) or words[index].norm not in AT_HOUSE or words[at].gap != " ":
            return None
        number = 0
        if at + 1 < len(words) and (tens := self._numbers.get(words[at].norm, 0)) % 10 == 0 and tens:
            number, at = tens, at + 1
        digits = (_NUMBER if after_street else _GENITIVE_ORDINAL).fullmatch(words[at].norm)
        spelled = self._ordinals.get(words[at].norm) if words[at].norm.endswith("го") else None
        value = int(digits[1]) if digits is not None and not number else spelled
        ended = at + 1 >= len(words) or bool(words[at + 1].gap.strip(' "»)'))
        return (str(number + value), at + 1) if value is not None and ended else None

    def parse_between(self, words: Sequence[Word], index: int) -> str | None:
        """Return the first house of «40 и 50 домами»."""
        first = self._parse_number(words, index) if index < len(words) else None
        if first is None or first[1] >= len(words) or words[first[1]].norm != "и":
            return None
        second = self._parse_number(words, first[1] + 1) if first[1] + 1 < len(words) else None
        named = second is not None and second[1] < len(words) and words[second[1]].norm in ("домами", "домом")
        return first[0] if named else None

    def _parse_row(self, words: Sequence[Word], index: int) -> tuple[str, int] | None:
        """Return the first house of «Мира с 3 по 15 нет воды», which are no days: «с 3 по 15 мая».

        «от 1 до 17 дома» has its noun, or hours are told.
        """
        first = self._parse_number(words, index)
        if first is None or first[1] + 1 >= len(words) or words[first[1]].norm not in ("по", "до"):
            return None
        second = self._parse_number(words, first[1] + 1)
        if words[index - 1].norm == "от" or words[first[1]].norm == "до":
            named = second is not None and second[1] < len(words) and words[second[1]].norm in self._words["one_house"]
            return (first[0], second[1] + 1) if named and second is not None else None
        if second is None or self._is_quantity(words, first[1] + 1, second[1]):
            return None
        dated = second[1] < len(words) and words[second[1]].norm in self._months
        return None if dated else (first[0], second[1])

    def _parse_inside(self, words: Sequence[Word], index: int) -> tuple[str, int] | None:
        """Return the number in «на Советской в 12 нет воды», which is no time: «в 12 часов», «в 12 привезли»."""
        read = self._parse_number(words, index)
        if read is None or self._is_quantity(words, index, read[1]):
            return None
        house, end = read
        last = end >= len(words)
        lacking = not last and words[end].norm in _LACKING and not words[end].gap.strip(" ,")
        sure = not house.isdecimal() or int(house) > _HOURS
        return (
            read
            if lacking or (sure and (last or words[end].norm in self._words["inside"] or words[end].gap.strip()))
            else None
        )

    def parse_before_noun(self, words: Sequence[Word], index: int) -> tuple[str, int] | None:
        """Return a house number with «дом» after it, and the index after both: «25го дома», «в 5-м доме»."""
        return self._with_noun(words, index, self._parse_number(words, index))

    def _with_noun(self, words: Sequence[Word], index: int, read: tuple[str, int] | None) -> tuple[str, int] | None:
        """Return the number that was *read* at *index* if «дом» follows it, perhaps after an ordinal number."""
        number, end = read or (None, index)
        if end < len(words) and (number is None or number.isdecimal()):
            ordinal = self._ordinals.get(words[end].norm)
            if ordinal is not None:  # «у сорок третьего дома»
                number, end = str(int(number or 0) + ordinal), end + 1
        if number is not None and end < len(words) and words[end].norm in self._words["one_house"]:
            return number, end + 1
        return None

    def _parse_number(self, words: Sequence[Word], index: int) -> tuple[str, int] | None:
        norm = words[index].norm
        if not norm[0].isdecimal():
            return self._parse_spelled_number(words, index)
        digits = self._digits(norm)
        if digits.split is not None and index + 1 < len(words):
            part = words[index + 1].norm
            if part.isdecimal() and len(part) < 3:
                return f"{digits.split}к{part}", index + 2
        if digits.house is None:
            return self._parse_spelled_number(words, index)
        return self._parts.add(words, digits.house, index + 1) if digits.is_open else (digits.house, index + 1)

    def _parse_spelled_number(self, words: Sequence[Word], index: int) -> tuple[str, int] | None:
        total = 0
        end = index
        while end < len(words) and end < index + 3 and (value := self._numbers.get(words[end].norm)) is not None:
            if total and not _continues(total, value):
                break
            if total and is_break(words[end].gap):
                break
            total += value
            end += 1
        if total % 10 == 0 and total and end < len(words) and (last := self._last_ordinal(words, end)) is not None:
            total, end = total + last, end + 1
        return self._parts.add(words, str(total), end) if total > 0 else None

    def _last_ordinal(self, words: Sequence[Word], index: int) -> int | None:
        """Return the value of «второй» in «дом двадцать второй», which no noun follows: «двадцать, второй подъезд»."""
        value = self._ordinals.get(words[index].norm) if words[index].gap == " " else None
        ended = index + 1 >= len(words) or bool(words[index + 1].gap.strip(" "))
        return value if ended else None

    def _is_quantity(self, words: Sequence[Word], index: int, end: int) -> bool:
        """Return whether the number belongs to the next word: «на Ленина 45 минут», «в мира 2 школе»."""
        if end >= len(words) or words[end].gap.strip(" "):
            return end < len(words) and _is_date(words, index, end)
        following = words[end].norm
        if following in self._words["inside"]:
            number = words[index].norm
            if number.isdecimal() and int(number) > _MAX_STOREYS:
                return False
            after = words[end + 1].norm if end + 1 < len(words) else ""
            numbered = self._parts.plain_value(after) is not None or after in self._ordinals
            return not numbered and following not in _SHORT_ENTRANCES  # «5 под окнами»: a preposition
        return following in self._words["units"]


def _read_digits(norm: str) -> _Digits:
    """Read a word that begins with a digit: «12», «7а», «12к2», «45кв3», «3-5»."""
    if (built := _WITH_BUILDING.fullmatch(norm)) is not None:
        return _Digits(f"{built[1]}{built[2]}{built[3][0]}{built[4]}")
    found = _SPLIT_BUILDING.fullmatch(norm)
    split = found[1] if found is not None else None
    whole = _WITH_FLAT.fullmatch(norm) or _RANGE.fullmatch(norm)
    if whole is not None:
        return _Digits(whole[1], split=split)
    lettered = _LETTERED.fullmatch(norm)
    if lettered is not None and int(lettered[1]) <= _MAX_HOUSE_NUMBER and not _ORDINAL.fullmatch(norm):
        return _Digits(lettered[1] + lettered[2], is_open=True, split=split)
    plain = _NUMBER.fullmatch(norm)
    if plain is not None and 0 < int(plain[1]) <= _MAX_HOUSE_NUMBER:
        return _Digits(plain[1], is_open=True, split=split)
    return _Digits(None, split=split)


def _counts_houses(words: Sequence[Word], index: int) -> bool:
    """Return whether «три дома» are counted: «на Лесной три дома без света»."""
    return words[index].norm in _FEW and index + 1 < len(words) and words[index + 1].norm == "дома"


def _is_alone(words: Sequence[Word], index: int) -> bool:
    """Return whether «один» goes on telling: «станция Заречная, один еле держится», not «Мира, один, света нет»."""
    if words[index].norm != "один" or "," not in words[index].gap or index + 1 >= len(words):
        return False
    return words[index + 1].gap == " " and words[index + 1].norm != "дробь"


def _is_date(words: Sequence[Word], index: int, end: int) -> bool:
    """Return whether «15.11.2026» or «5.03» is written."""
    if words[end].gap != "." or end != index + 1 or not words[end].norm.isdecimal() or len(words[end].norm) != 2:
        return False
    dated = end + 1 < len(words) and words[end + 1].gap == "." and words[end + 1].norm.isdecimal()
    return dated or words[end].norm.startswith("0")


def _continues(total: int, value: int) -> bool:
    """Return whether «двадцать» goes on with «пять», and «сто» with «двадцать», but «шесть» not with «два»."""
    if total % 100 == 0:
        return value < 100
    return total % 10 == 0 and total % 100 >= 20 and value < 10
