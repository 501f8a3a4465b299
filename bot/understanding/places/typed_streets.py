"""Streets with a type word or a number in their name: «ул. Ленина», «8 Марта», «3-я Линейная», «наб. 1905 года»."""

import re
from collections.abc import Sequence
from dataclasses import replace

from bot.understanding.places.candidates import CandidateBuilder, StreetCandidate
from bot.understanding.places.street_names import StreetNames
from bot.understanding.places.vocabulary import Vocabulary
from bot.understanding.text.memory import remember
from bot.understanding.text.morphology import Morphology
from bot.understanding.text.tokens import Word, single_word

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
_AREA_ORDINAL = re.compile(r"(\d{1,3})-?(?:й|ый|ий|ой|я|го|ого|его|му|ому|ем|ом|м|е)?")
_DAY_ENDING = re.compile("-?(?:е|го|ое|ого|ом|м)$")
_JUBILEE = re.compile(r"(\d{2,3})-?(летия|лет)")
_ACRONYMS = {"ссср": "СССР", "ср": "СССР", "влксм": "ВЛКСМ"}
"""Of three equal letters in a row one remains: «СССР» is read as «ср»."""
_IN_HONOUR = frozenset({"имени", "им", "товарища", "тов"})
_LINES = frozenset({"линия", "линии", "линию"})
_WATERS = ("реки", "канала")
_TELLING_KINDS = ("пр-т", "пер.", "б-р", "ш.", "туп.", "тракт", "пр-д")
"""Kinds of streets after which a usual name needs no capital."""
_OUTDOORS = frozenset({"улице", "улицу", "улицы"})
"""Forms that mean the open air as well: in a text of capitals only a usual name follows, not «НА УЛИЦЕ МОРОЗ»."""
_PASSAGES = frozenset({"проезд", "проезда", "проезду", "проезде", "проездом"})
_BEHIND_SURNAMES = ("ул.", "пр-т", "б-р", "пер.", "ш.")
"""Kinds that registers write behind: «Победы пр-кт, 20»."""
_ALWAYS_STREETS = ("пер.", "б-р")
_PLAIN_ADJECTIVES = frozenset(
    {"центральный", "главный", "новый", "городской", "деревенский", "сельский", "детский", "соседский", "человеческий",
     "гражданский", "бесплатный", "льготный", "железнодорожный", "дачный", "транспортный", "пожарный", "широкий",
     "параллельный", "безымянный", "ближний", "заснеженный", "обледенелый", "аварийный", "злополучный", "любимый",
     "местный", "цветущий"}
)  # fmt: skip
"""Adjectives that say what a lane or a ride is like: «льготный проезд», «железнодорожный тупик»."""
_AREAS = ("мкр.", "кв-л")
_ENDINGS = {"femn": "я", "masc": "й", "neut": "е"}
_FULL_WORD_LENGTH = 5
"""Letters: a shorter type word is an abbreviation, after which a full stop ends no sentence."""
_MAX_NAME_WORDS = 3
_YEAR_DIGITS = 4
_MIN_JUBILEE = 20
"""Years: towns name no street after a shorter time."""


class TypedStreetFinder:
    """Finds streets whose type word, or a number in their name, makes them certain."""

    def __init__(
        self, morphology: Morphology, vocabulary: Vocabulary, names: StreetNames, builder: CandidateBuilder
    ) -> None:
        self._morphology = morphology
        self._vocabulary = vocabulary
        self._names = names
        self._builder = builder
        self._spelled_ordinal = remember(self._find_spelled_ordinal)
        self._date_words = vocabulary.day_words.keys() | vocabulary.numbers.keys() | vocabulary.ordinals.keys()

    def candidate_at(self, words: Sequence[Word], index: int) -> StreetCandidate | None:
        """Return the street that begins at *index*, or whose type word does."""
        if index + 1 >= len(words):
            return None
        word, following = words[index], words[index + 1]
        kinds, found = self._vocabulary.kinds, None
        if word.norm in kinds or word.norm in self._vocabulary.words["quays"]:
            found = self._match_type_before(words, index)
        if found is None and (word.is_number or word.norm in self._date_words):
            found = self._match_date_name(words, index)
        if found is None and (word.is_number or following.is_number or self._spelled_ordinal(word.norm) is not None):
            found = self._match_ordinal_name(words, index)
        if found is None and index + 2 < len(words) and words[index + 2].norm in kinds:
            found = self._match_two_adjectives(words, index)
        if found is None and following.norm in kinds:
            found = self._match_type_after(words, index)
        return found

    def _match_type_before(self, words: Sequence[Word], index: int) -> StreetCandidate | None:
        """Match a street with its type word before the name: «ул. Ленина», «мкр Южный», «микрорайон 3»."""
        start = index + 1
        kind = words[index].norm
        if kind in self._vocabulary.words["quays"] and self._is_name_of_quay(words, start):
            kind = "наб"
        if kind not in self._vocabulary.kinds:
            return None
        if start + 2 < len(words) and words[start + 1].norm == "и":
            double = self._vocabulary.doubles.get((words[start].norm, words[start + 2].norm))
            if double is not None:
                return self._builder.build(words, index, start, start + 3, kind, double)
        if words[start].gap.strip(' .:«"-') or (index > 0 and kind in ("пр", "пл", "пер") and words[index].gap == ""):
            return None
        if "." in words[start].gap and not self._is_abbreviation(kind):
            return None
        if kind in _PASSAGES and words[start].norm.endswith("ой") and not words[start].capitalised:
            return None  # «проезду пожарной техники»
        while start + 1 < len(words) and words[start].norm in _IN_HONOUR:
            start += 1
        gender = self._vocabulary.kinds[kind][1]
        for numbered in (self._match_date_name(words, start), self._match_ordinal_name(words, start, gender)):
            if numbered is not None:
                return self._builder.build(words, index, numbered.start, numbered.end, kind, numbered.title)
        if self._vocabulary.kinds[kind][0] in _AREAS and words[start].is_number:
            if start + 1 < len(words) and words[start + 1].gap.strip(" ") in (":", "/"):
                return None  # «кадастровый квартал 61:12»
            return self._builder.build(words, index, start, start + 1, kind, f"{words[start].raw} мкр")
        if words[start].norm in _WATERS and start + 1 < len(words) and words[start + 1].capitalised:
            title = f"{words[start].norm} {words[start + 1].raw.capitalize()}"
            return self._builder.build(words, index, start, start + 2, kind, title)
        if (crossing := self._names.variants.split_crossing(words[start].raw)) is not None:
            title = self._names.dictionary_form([crossing], self._vocabulary.kinds[kind][1])
            return self._builder.build(words, index, start, start + 1, kind, title)
        if (glued := self._names.split_house(words[start].raw)) is not None:
            title = self._names.dictionary_form([glued[0]], self._vocabulary.kinds[kind][1])
            found = self._builder.build(words, index, start, start + 1, kind, title)
            return found if found.house is not None else self._builder.with_house(found, glued[1])
        end = self._name_end(words, start)
        if end == start + 1 and gender == "masc" and self._is_pair_after_masculine(words, start):
            end += 1
        if end > start + 1 and self._is_initial_behind(words, end - 1):
            return self._build_before_initials(words, index, start, end, kind)
        return self._builder.build(words, index, start, end, kind) if end > start else None

    def _is_pair_after_masculine(self, words: Sequence[Word], start: int) -> bool:
        """Return whether «пр. Невской заставы» is said: the feminine adjective belongs to what follows."""
        if not words[start].norm.endswith("ой") or start + 1 >= len(words) or words[start + 1].gap != " ":
            return False
        first, second = self._morphology.form(words[start].norm), self._morphology.form(words[start + 1].norm)
        return first.can_be("ADJF", "femn", "gent") and second.can_be("NOUN", "femn", "gent")

    def _is_initial_behind(self, words: Sequence[Word], index: int) -> bool:
        return len(words[index].norm) == 1 and index + 1 < len(words) and "." in words[index + 1].gap

    def _build_before_initials(
        self, words: Sequence[Word], first: int, start: int, end: int, kind: str
    ) -> StreetCandidate:
        """Build «Чапаева» of «ул. Чапаева В.И.»."""
        last = end
        while last > start + 1 and len(words[last - 1].norm) == 1:
            last -= 1
        title = self._names.dictionary_form(words[start:last], self._vocabulary.kinds[kind][1])
        return self._builder.build(words, first, start, end, kind, title)

    def _is_name_of_quay(self, words: Sequence[Word], start: int) -> bool:
        """Return whether the words name the embankment: «набережная Волги», «… 1905 года», not «набережная 5»."""
        word = words[start]
        if word.gap.strip():
            return False
        if word.norm in _WATERS:
            return True
        if word.is_number:
            return start + 1 < len(words) and words[start + 1].norm == "года"
        return word.capitalised and self._morphology.form(word.norm).can_be("NOUN", "gent")

    def _is_abbreviation(self, kind: str) -> bool:
        return len(kind) < _FULL_WORD_LENGTH or not self._morphology.form(kind).can_be("NOUN")

    def _name_end(self, words: Sequence[Word], start: int) -> int:
        """Return the end of the name that begins at *start*, after a type word."""
        if not self._can_follow_type(words, start):
            return start
        end = start + 1
        while end < len(words) and end < start + _MAX_NAME_WORDS and not words[end].gap.strip(" ."):
            if words[end].is_number or words[end].norm in self._vocabulary.words["house"]:
                break
            initial = len(words[end - 1].norm) == 1 and "." in words[end].gap
            if not (initial or self._names.is_first_part(words[end - 1], words[end], typed=True)):
                break
            end += 1
        return end

    def _can_follow_type(self, words: Sequence[Word], index: int) -> bool:
        word = words[index]
        form = self._morphology.form(word.norm)
        if self._is_initial(words, index):
            return True
        if word.norm in self._vocabulary.kinds or word.norm in self._vocabulary.words["house"]:
            return False
        if not form.known and not word.is_number:
            return len(word.norm) > 2
        shouted = word.raw.isupper() and index > 0 and words[index - 1].raw.isupper()
        if word.is_number or any(form.can_be(part) for part in ("PREP", "CONJ", "VERB", "ADVB", "ADJS", "PRED")):
            return word.capitalised and not shouted and len(word.norm) > 3
        if shouted and words[index - 1].norm in _OUTDOORS:
            word = single_word(word.norm)
        if not word.capitalised and not self._vocabulary.words["qualities"].isdisjoint(form.lemmas):
            return False  # «улица плохая»
        if word.capitalised or self._names.can_be_street_with_house(word):
            return True
        following = words[index + 1] if index + 1 < len(words) else None
        if following is not None and self._names.is_first_part(word, following, typed=True):
            return True
        if form.can_be("Name", "gent"):
            return True  # «ул. ермака»
        housed = following is not None and (following.is_number or following.norm in self._vocabulary.words["house"])
        return housed and form.can_be("NOUN", "gent")

    def _is_initial(self, words: Sequence[Word], index: int) -> bool:
        """Return whether a person's initial is said, which may look like a preposition: «ул. К. Маркса»."""
        if len(words[index].norm) > 2 or index + 1 >= len(words):
            return False
        following = words[index + 1]
        initial = words[index].capitalised and following.gap.startswith(".") and following.capitalised
        return (initial and len(following.norm) > 2) or self._names.is_alias(words[index], following)

    def _match_type_after(self, words: Sequence[Word], index: int) -> StreetCandidate | None:
        """Match a street with its type word after it: «Невский проспект», «Щербаков пер.», «третий микрорайон»."""
        kind = words[index + 1].norm
        word = words[index]
        if words[index + 1].gap.strip(" "):
            return None
        form = self._morphology.form(word.norm)
        if self._vocabulary.kinds[kind][0] in _AREAS:
            number = self._parse_ordinal(word)
            if number is not None:
                return self._builder.build(words, index, index, index + 2, kind, f"{number} мкр")
        if index > 0 and self._is_first_adjective(words, index - 1):
            return None  # it was matched from its first word
        if self._vocabulary.kinds[kind][0] in _BEHIND_SURNAMES and (surname := self._surname(words, index)) is not None:
            return self._builder.build(words, index, index, index + 2, kind, surname)
        if not self._names.is_street_adjective(word):
            return None
        title = self._names.adjective(word, self._vocabulary.kinds[kind][1])
        found = self._builder.build(words, index, index, index + 2, kind, title)
        named = self._vocabulary.kinds[kind][0] not in _AREAS
        plain = not self._vocabulary.words["qualities"].isdisjoint(form.lemmas)
        if not plain and self._is_sure_of_kind(word, kind):
            return replace(found, end=index + 1)
        if not (word.capitalised or form.can_be("Geox") or (found.house is not None and named and not plain)):
            return None  # «узкий проезд», but «тихий пер д 4»
        return replace(found, end=index + 1)

    def _is_sure_of_kind(self, word: Word, kind: str) -> bool:
        """Return whether «сиреневом бульваре», «московское шоссе» is said, not «в главном переулке»."""
        form = self._morphology.form(word.norm)
        if self._vocabulary.kinds[kind][0] not in _TELLING_KINDS or not _PLAIN_ADJECTIVES.isdisjoint(form.lemmas):
            return False
        sure = self._vocabulary.kinds[kind][0] in _ALWAYS_STREETS and form.known
        if sure or any(lemma.endswith(("ский", "цкий")) for lemma in form.lemmas):
            return True
        feminine = self._morphology.in_gender(word.norm, "femn")
        return feminine is not None and self._names.is_well_known(feminine)

    def _surname(self, words: Sequence[Word], index: int) -> str | None:
        """Return the name of a street after a person, or a well-known thing: «Гагарина ул.», «Ленин улица»."""
        word, before = words[index], words[index - 1].norm if index else ""
        if self._names.is_street_adjective(word) or not word.capitalised or before.endswith(("лет", "летия")):
            return None
        if self._names.is_known_alone(word) or word.norm in self._vocabulary.words["names"]:
            return self._names.dictionary_form([word], "femn")
        return self._names.variants.genitive(word.norm)

    def _match_two_adjectives(self, words: Sequence[Word], index: int) -> StreetCandidate | None:
        """Match «Большой Мельничный переулок», «на Старом Речном проезде»."""
        if not self._is_first_adjective(words, index):
            return None
        kind = words[index + 2].norm
        gender = self._vocabulary.kinds[kind][1]
        title = " ".join(self._names.dictionary_form([word], gender) for word in words[index : index + 2])
        return self._builder.build(words, index, index, index + 3, kind, title)

    def _is_first_adjective(self, words: Sequence[Word], index: int) -> bool:
        """Return whether a name of two adjectives, and perhaps a type word after it, begins here."""
        if index + 2 >= len(words) or words[index + 1].gap != " " or words[index + 2].gap != " ":
            return False
        first, second = words[index], words[index + 1]
        listed = not self._vocabulary.settlements.pair_adjectives.isdisjoint(self._morphology.form(first.norm).lemmas)
        return listed and first.capitalised and second.capitalised and self._names.is_street_adjective(second)

    def _parse_ordinal(self, word: Word) -> int | None:
        """Return the value of an ordinal number: «3-й», «третий» → 3."""
        digits = _AREA_ORDINAL.fullmatch(word.norm)
        if digits is not None:
            return int(digits[1])
        return self._spelled_ordinal(word.norm)

    def _find_spelled_ordinal(self, norm: str) -> int | None:
        lemmas = self._morphology.form(norm).lemmas
        return next((number for number, name in enumerate(_ORDINALS, 1) if name in lemmas), None)

    def _match_date_name(self, words: Sequence[Word], index: int) -> StreetCandidate | None:
        """Match a street named after a date: «8 Марта 17», «восьмое марта 20», «50 лет Октября, 6», «1905 года»."""
        vocabulary = self._vocabulary
        if not (words[index].is_number or words[index].norm in self._date_words):
            return None
        if (jubilee := _JUBILEE.fullmatch(words[index].norm)) and index + 1 < len(words):
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
        if not (words[index].is_number or words[index].norm in self._date_words):
            return None
        spelled_day = vocabulary.ordinals.get(words[index].norm)
        number = _DAY_ENDING.sub("", words[index].norm) if spelled_day is None else str(spelled_day)
        number = vocabulary.day_words.get(words[index].norm, number)
        if not number.isdecimal() or index + 1 >= len(words):
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

    def _match_ordinal_name(
        self, words: Sequence[Word], index: int, typed: str | None = None
    ) -> StreetCandidate | None:
        """Match a street with a number: «3-я Линейная», «на второй заречной 5», «Линейная 3-я», «26 Бакинских …».

        *typed*: the gender of the type word that precedes, if one does.
        """
        if index + 1 >= len(words) or words[index + 1].gap.strip(" "):
            return None
        first, second = words[index], words[index + 1]
        digits = _ORDINAL.fullmatch(first.norm) if first.is_number else None
        number = int(digits[1]) if digits is not None else self._spelled_ordinal(first.norm)
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
