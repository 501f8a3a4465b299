"""Streets with a number in their name: «8 Марта», «50 лет Октября», «3-я Линейная», «26 Бакинских Комиссаров»."""

import re
from collections.abc import Sequence

from bot.understanding.places.candidates import CandidateBuilder, StreetCandidate
from bot.understanding.places.street_names import StreetNames
from bot.understanding.places.vocabulary import Vocabulary
from bot.understanding.text.memory import remember
from bot.understanding.text.morphology import Morphology
from bot.understanding.text.tokens import Word

_ORDINALS = (
    "первый",
    "второй",
    "третий",
    "четвертый",
    "пятый",
    "шестой",
    "седьмой",
    "восьмой",
    "девятый",
    "десятый",
    "одиннадцатый",
    "двенадцатый",
    "тринадцатый",
    "четырнадцатый",
    "пятнадцатый",
    "шестнадцатый",
    "семнадцатый",
)
_ORDINAL = re.compile(r"(\d{1,2})-?(?:я|й|ая|ой|ый|ю|ую|е|ое|го|му|м)")
_ORDINAL_BEHIND = re.compile(r"(\d{1,2})-?(?:я|ая|ой|ей|ю|ую)")
"""Feminine as the street: «Садовая 16-й дом» names a house."""
_DAY_ENDING = re.compile("-?(?:е|го|ое|ого|ом|м)$")
_JUBILEE = re.compile(r"(\d{2,3})-?(летия|лет)")
_ACRONYMS = {"ссср": "СССР", "ср": "СССР", "влксм": "ВЛКСМ"}
"""Of three equal letters in a row one remains: «СССР» is read as «ср»."""
_AFTER_NUMBER = frozenset({"лет", "года", "марте", "партсъезда", "бакинских"})
_LINES = frozenset({"линия", "линии", "линию"})
_ENDINGS = {"femn": "я", "masc": "й", "neut": "е"}
_YEAR_DIGITS = 4
_MIN_JUBILEE = 20
"""Years: towns name no street after a shorter time."""


class NumberedStreetFinder:
    """Finds streets that are named after a date, a jubilee or their own number."""

    def __init__(
        self, morphology: Morphology, vocabulary: Vocabulary, names: StreetNames, builder: CandidateBuilder
    ) -> None:
        self._morphology = morphology
        self._vocabulary = vocabulary
        self._names = names
        self._builder = builder
        self.spelled_ordinal = remember(self._find_spelled_ordinal)
        self.may_be_ordinal = remember(self._can_be_ordinal)
        months = vocabulary.months.union(*vocabulary.days.values())
        self._after_number = _AFTER_NUMBER | vocabulary.years | months | vocabulary.ordinals.keys()
        self.date_words = vocabulary.day_words.keys() | vocabulary.numbers.keys() | vocabulary.ordinals.keys()

    def match_date(self, words: Sequence[Word], index: int) -> StreetCandidate | None:
        """Match a street named after a date: «8 Марта 17», «восьмое марта 20», «50 лет Октября, 6», «1905 года»."""
        vocabulary = self._vocabulary
        if index + 1 >= len(words) or words[index + 1].norm not in self._after_number:
            return None  # most numbers
        if not (words[index].is_number or words[index].norm in self.date_words):
            return None
        if jubilee := _JUBILEE.fullmatch(words[index].norm):
            of = words[index + 1].norm
            title = (
                f"{jubilee[1]}{'-летия' if jubilee[2] == 'летия' else ' лет'} {_ACRONYMS.get(of) or of.capitalize()}"
            )
            known = of in vocabulary.years and not words[index + 1].gap.strip()
            return self._builder.build(words, index, index, index + 2, None, title) if known else None
        if (spelled := self._match_spelled_jubilee(words, index)) is not None:
            return spelled
        if (congress := self._match_spelled_congress(words, index)) is not None:
            return congress
        spelled_day = vocabulary.ordinals.get(words[index].norm)
        number = _DAY_ENDING.sub("", words[index].norm) if spelled_day is None else str(spelled_day)
        number = vocabulary.day_words.get(words[index].norm, number)
        if not number.isdecimal():
            return None
        following = words[index + 1]
        if following.gap.strip(" "):
            return None
        before = words[index - 1].norm if index else ""
        typed = before in vocabulary.kinds or before in vocabulary.words["quays"]
        if (of_century := self._match_numbered_genitive(words, index)) is not None:
            return of_century
        month = "марта" if following.norm == "марте" else following.norm
        if month in vocabulary.days.get(number, ()) or (typed and month in vocabulary.months):
            title = f"{number} {month.capitalize()}"
            found = self._builder.build(words, index, index, index + 2, None, title)
            dated = index + 2 < len(words) and words[index + 2].is_number and len(words[index + 2].norm) >= _YEAR_DIGITS
            if dated and not typed:
                return None  # «по 7 ноября 2021 года»
            located = before in ("на", "по") and words[index].norm != "первого"
            if spelled_day is not None and words[index].norm not in vocabulary.day_words:
                return found if found.house or typed else None  # «ПЕРЕД ДЕВЯТЫМ МАЯ»
            return found if found.house or following.capitalised or typed or located else None
        if following.norm == "лет" and index + 2 < len(words) and words[index + 2].norm in vocabulary.years:
            of = words[index + 2].norm
            tail = _ACRONYMS.get(of) or of.capitalize()
            return self._builder.build(words, index, index, index + 3, None, f"{number} лет {tail}")
        if following.norm == "года" and typed and len(number) == 4:
            return self._builder.build(words, index, index, index + 2, None, f"{number} года")
        return None

    def _match_spelled_jubilee(self, words: Sequence[Word], index: int) -> StreetCandidate | None:
        """Match «пятьдесят лет октября», as a voice is written down."""
        number = self._vocabulary.numbers.get(words[index].norm, 0)
        if number < _MIN_JUBILEE or index + 2 >= len(words) or words[index + 1].norm != "лет":
            return None
        of = words[index + 2].norm
        if of not in self._vocabulary.years:
            return None
        title = f"{number} лет {_ACRONYMS.get(of) or of.capitalize()}"
        return self._builder.build(words, index, index, index + 3, None, title)

    def _match_spelled_congress(self, words: Sequence[Word], index: int) -> StreetCandidate | None:
        """Match «двадцать второго партсъезда»."""
        tens = self._vocabulary.numbers.get(words[index].norm, 0)
        at = index + (tens > 0)
        if at + 1 >= len(words) or words[at + 1].norm != "партсъезда":
            return None
        number = self._vocabulary.ordinals.get(words[at].norm)
        if number is None:
            return None
        return self._builder.build(words, index, index, at + 2, None, f"{tens + number} Партсъезда")

    def _match_numbered_genitive(self, words: Sequence[Word], index: int) -> StreetCandidate | None:
        """Match «22 Партсъезда», «26 Бакинских Комиссаров», whose number counts no house."""
        if words[index + 1].norm == "партсъезда":
            title = f"{_DAY_ENDING.sub('', words[index].norm)} Партсъезда"
            return self._builder.build(words, index, index, index + 2, None, title)
        third = words[index + 2].norm if index + 2 < len(words) else ""
        if (words[index + 1].norm, third) == ("бакинских", "комиссаров"):
            title = f"{words[index].raw} Бакинских Комиссаров"
            return self._builder.build(words, index, index, index + 3, None, title)
        return None

    def match_ordinal(self, words: Sequence[Word], index: int, typed: str | None = None) -> StreetCandidate | None:
        """Match a street with a number: «3-я Линейная», «на второй заречной 5», «Линейная 3-я», «26 Бакинских …».

        *typed*: the gender of the type word that precedes, if one does.
        """
        if index + 1 >= len(words) or words[index + 1].gap.strip(" "):
            return None
        first, second = words[index], words[index + 1]
        digits = _ORDINAL.fullmatch(first.norm) if first.is_number else None
        number = int(digits[1]) if digits is not None else self.spelled_ordinal(first.norm)
        if number is None and first.norm.isdecimal() and len(first.norm) == 1 and not self._is_counted(words, index):
            number = int(first.norm)  # «у 3 линейной 16»
        if number is not None and second.norm in _LINES:  # of a garden society
            found = self._builder.build(words, index, index, index + 2, None, f"{number}-я линия")
            return found if digits is not None or found.house is not None else None
        if number is not None:
            return self._build_ordinal(words, index, number, second, digits is not None, typed)
        behind = _ORDINAL_BEHIND.fullmatch(second.norm) if second.is_number else None
        if behind is not None and first.capitalised and self._names.is_street_adjective(first):
            return self._build_ordinal(words, index, int(behind[1]), first, True, typed)
        return None

    def _is_counted(self, words: Sequence[Word], index: int) -> bool:
        """Return whether the number at *index* is a house, a storey, or counts something in another way."""
        before = words[index - 1].norm if index else ""
        return before not in ("", "у", "на", "по", "возле", "около", "ул", "улица", "улице")

    def _build_ordinal(
        self, words: Sequence[Word], index: int, number: int, name: Word, is_digits: bool, before: str | None
    ) -> StreetCandidate | None:
        if name.norm in self._vocabulary.kinds or not self._names.is_street_adjective(name):
            return None
        following = words[index + 2] if index + 2 < len(words) else None
        kind = following.norm if following is not None and following.norm in self._vocabulary.kinds else None
        form = self._morphology.form(name.norm)
        gender = self._vocabulary.kinds[kind][1] if kind else before or "femn"
        if kind is None and not form.can_be("ADJF", gender) and not (before == "masc" and name.norm.endswith("ой")):
            return None
        title = f"{number}-{_ENDINGS[gender]} {self._names.dictionary_form([name], gender)}"
        end = index + 2 + (kind is not None)
        found = self._builder.build(words, index, index, end, kind, title)
        typed = (
            kind is not None or before is not None or (index > 0 and words[index - 1].norm in self._vocabulary.kinds)
        )
        located = index > 0 and words[index - 1].norm in ("на", "по") and self._names.is_well_known(title)
        sure = typed or located or found.house is not None or (is_digits and name.capitalised)
        if not sure or (kind is None and following is not None and self._belongs_to(name, following)):
            return None
        return found

    def _belongs_to(self, name: Word, following: Word) -> bool:
        """Return whether the adjective belongs to the next noun: «3-я городская больница»."""
        if following.gap.strip(" ") or following.is_number:
            return False
        form = self._morphology.form(following.norm)
        return self._morphology.is_adjective_of(name.norm, following.norm) or form.can_be("NOUN", "femn", "nomn")

    def _can_be_ordinal(self, norm: str) -> bool:
        """Return whether a word so spelled may be the number before a name, «3-я», «3», «третья»; a first check."""
        if norm.isdecimal():
            return len(norm) == 1
        return _ORDINAL.fullmatch(norm) is not None or self.spelled_ordinal(norm) is not None

    def _find_spelled_ordinal(self, norm: str) -> int | None:
        lemmas = self._morphology.form(norm).lemmas
        return next((number for number, name in enumerate(_ORDINALS, 1) if name in lemmas), None)
