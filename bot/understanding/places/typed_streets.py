"""Streets with a type word or a number in their name: «ул. Ленина», «8 Марта», «3-я Линейная», «наб. 1905 года»."""

import re
from collections.abc import Sequence
from dataclasses import replace

from bot.understanding.places.candidates import CandidateBuilder, StreetCandidate
from bot.understanding.places.numbered_streets import NumberedStreetFinder
from bot.understanding.places.street_names import StreetNames
from bot.understanding.places.vocabulary import Vocabulary
from bot.understanding.text.morphology import Morphology
from bot.understanding.text.tokens import Word, single_word

_AREA_ORDINAL = re.compile(r"(\d{1,3})-?(?:й|ый|ий|ой|я|го|ого|его|му|ому|ем|ом|м|е)?")
_IN_HONOUR = frozenset({"имени", "им", "товарища", "тов"})
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
_FULL_WORD_LENGTH = 5
"""Letters: a shorter type word is an abbreviation, after which a full stop ends no sentence."""
_MAX_NAME_WORDS = 3


class TypedStreetFinder:
    """Finds streets whose type word, or a number in their name, makes them certain."""

    def __init__(
        self, morphology: Morphology, vocabulary: Vocabulary, names: StreetNames, builder: CandidateBuilder
    ) -> None:
        self._morphology = morphology
        self._vocabulary = vocabulary
        self._names = names
        self._builder = builder
        self._numbered = NumberedStreetFinder(morphology, vocabulary, names, builder)

    def candidate_at(self, words: Sequence[Word], index: int) -> StreetCandidate | None:
        """Return the street that begins at *index*, or whose type word does."""
        if index + 1 >= len(words):
            return None
        word, following = words[index], words[index + 1]
        kinds, numbered, found = self._vocabulary.kinds, self._numbered, None
        if word.norm in kinds or word.norm in self._vocabulary.words["quays"]:
            found = self._match_type_before(words, index)
        if found is None and (word.is_number or word.norm in numbered.date_words):
            found = numbered.match_date(words, index)
        behind = following.is_number and not following.norm.isdecimal()
        if found is None and (behind or numbered.may_be_ordinal(word.norm)):
            found = numbered.match_ordinal(words, index)
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
        for numbered in (self._numbered.match_date(words, start), self._numbered.match_ordinal(words, start, gender)):
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
        return self._numbered.spelled_ordinal(word.norm)
