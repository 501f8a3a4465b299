"""Streets without a type word: «Ленина 45», «дом 13 победы», «на советской возле банка», «угол Мира и Садовой»."""

from collections.abc import Sequence
from dataclasses import replace

from bot.understanding.places.candidates import BARE_STREET_WEIGHT, CandidateBuilder, StreetCandidate
from bot.understanding.places.houses import HouseNumberParser
from bot.understanding.places.street_contexts import ENDS, StreetContexts
from bot.understanding.places.street_names import StreetNames
from bot.understanding.places.vocabulary import Vocabulary
from bot.understanding.text.morphology import Morphology
from bot.understanding.text.tokens import Word

_LACKING = frozenset({"без", "нет", "опять", "снова", "тоже", "вся"})
_TOWARDS = frozenset({"до", "к", "ко", "через", "за", "перед", "мимо"})
_NO_GENITIVE = frozenset({"к", "ко", "за", "перед"})
"""Prepositions after which a person is in another case: «за Гоголя», «перед Гагарина» are streets."""
_CONJUNCTIONS = frozenset({"и", "с", "со"})
_IN = frozenset({"в", "во", "из"})
_LEADING_ON = frozenset({"от", "возле", "около", "напротив", "перед", "рядом", "между", "за"})
"""Words that lead on from a street at the beginning: «Гоголя от Мира до Садовой»."""
_ALONG = frozenset({"на", "по", "вдоль"})
_OBJECTS = ("ую", "юю")
"""The endings of «перекопали садовую»."""
_NEAR = frozenset({"у", "возле", "около", "напротив"})
_LEAVING = frozenset({"с", "со", "до", "вся"})
_MAX_NAME_WORDS = 3


class BareStreetFinder:
    """Finds streets by a number next to their name, or by the words around it."""

    def __init__(
        self,
        morphology: Morphology,
        vocabulary: Vocabulary,
        names: StreetNames,
        houses: HouseNumberParser,
        builder: CandidateBuilder,
    ) -> None:
        self._morphology = morphology
        self._vocabulary = vocabulary
        self._names = names
        self._houses = houses
        self._builder = builder
        self._contexts = StreetContexts(morphology, vocabulary, names)
        leading = vocabulary.words["corners"] | vocabulary.words["before"]
        self._leading = leading | ENDS | _TOWARDS | _IN | _ALONG

    def candidate_at(self, words: Sequence[Word], index: int) -> StreetCandidate | None:
        """Return the street named at *index*."""
        if (
            index + 2 < len(words)
            and words[index + 1].norm == "и"
            and (double := self._match_double_name(words, index))
        ):
            return double
        found = self._match_with_house(words, index)
        if found is not None or not self._may_lack_house(words, index):
            return found
        if not (self._names.may_lack_house(words[index].raw) or self._has_tail(words, index)):
            return None  # most words with a capital
        return self._match_without_house(words, index) or self._match_well_known(words, index)

    def _match_with_house(self, words: Sequence[Word], index: int) -> StreetCandidate | None:
        """Match a name that is a street because a house, or another street, is written next to it."""
        word, found = words[index], None
        if "-" in word.raw:
            found = self._match_glued_house(words, index) or self._match_glued_crossing(words, index)
        if found is None and word.norm[-1] in "ыи":
            found = self._match_undeclined_pair(words, index)
        if found is None and index + 1 < len(words) and self._houses.may_begin(words[index + 1]):
            found = self._match_house_after(words, index)
        if found is None and index > 1 and self._names.can_be_street_with_house(word):
            found = self._match_house_before(words, index)
        return found

    def _may_lack_house(self, words: Sequence[Word], index: int) -> bool:
        """Return whether a street may be named here without a house; a cheap first check.

        A small word within a sentence needs a word before it that leads to a street, or is done something to.
        """
        word = words[index]
        if word.capitalised or index == 0 or word.gap != " ":
            return True
        return words[index - 1].norm in self._leading or word.norm.endswith(_OBJECTS)

    def _has_tail(self, words: Sequence[Word], index: int) -> bool:
        """Return whether the next word makes a name of any word: «Кабанбай батыра»."""
        return index + 1 < len(words) and words[index + 1].norm in self._vocabulary.words["tails"]

    def _match_glued_house(self, words: Sequence[Word], index: int) -> StreetCandidate | None:
        """Match a name with its house behind a hyphen: «Садовая-12»."""
        glued = self._names.split_house(words[index].raw)
        if glued is None:
            return None
        name, house = glued
        title = self._names.dictionary_form([name], None)
        found = self._builder.build(words, index, index, index + 1, None, title)
        return found if found.house is not None else self._builder.with_house(found, house)

    def _match_double_name(self, words: Sequence[Word], index: int) -> StreetCandidate | None:
        """Match a street of two people: «на Сакко и Ванцетти, 5»."""
        title = self._vocabulary.doubles.get((words[index].norm, words[index + 2].norm))
        return self._builder.build(words, index, index, index + 3, None, title) if title is not None else None

    def _match_glued_crossing(self, words: Sequence[Word], index: int) -> StreetCandidate | None:
        """Match two streets with a hyphen: «Пролетарская-Мира, светофор не горит»."""
        first = self._names.variants.split_crossing(words[index].raw)
        if first is None:
            return None
        return self._builder.build(words, index, index, index + 1, None, self._names.dictionary_form([first], None))

    def _match_undeclined_pair(self, words: Sequence[Word], index: int) -> StreetCandidate | None:
        """Match «трудовые резервы 8», which its number makes a street."""
        if index == 0 or index + 1 >= len(words):
            return None
        title = self._names.variants.undeclined_pair(words[index - 1], words[index])
        read = self._houses.parse_at(words, index + 1, after_street=True) if title is not None else None
        if read is None or self._contexts.counts_something(words, index + 1, read[1]):
            return None
        return self._builder.build(words, index - 1, index - 1, index + 1, None, title, read)

    def _match_well_known(self, words: Sequence[Word], index: int) -> StreetCandidate | None:
        """Match a well-known name that nothing precedes: «Садовая без воды», «… Свет дайте. Садовая.», «до Садовой»."""
        word = words[index]
        if word.norm.endswith("ую") and self._contexts.is_worked_on(words, index):
            return self._builder.build(words, index, index, index + 1, None)
        if self._contexts.is_cut_off(words, index) or self._contexts.is_named_alone(words, index):
            return self._builder.build(words, index, index, index + 1, None)
        following = words[index + 1] if index + 1 < len(words) else None
        ended = following is None or bool(following.gap.strip(" "))
        if self._names.is_known_alone(word) and (index == 0 or bool(word.gap.strip(" "))) and not _is_quoted(word):
            lacking = following is not None and following.norm in _LACKING
            if not lacking and following is not None and word.capitalised:
                lacking = self._is_followed_by_landmark(word, following)
            if lacking or (ended and word.capitalised and (index > 0 or following is not None)):
                return self._builder.build(words, index, index, index + 1, None)
        if index == 0 and len(words) > 2 and words[2].norm in _LACKING and self._contexts.is_famous_name(words, 0):
            return self._builder.build(words, 0, 0, 2, None)  # «маршала жукова нет воды»
        if index == 0 and following is not None and self._names.is_surname_in_genitive(word):
            begun = following.norm in _LACKING or "," in following.gap
            return self._builder.build(words, 0, 0, 1, None) if begun else None
        return self._match_towards(words, index)

    def _is_followed_by_landmark(self, word: Word, following: Word) -> bool:
        """Return whether «… он лежит! Больничная возле аптеки» is said; «Набережная у моста» may be no street."""
        leading = following.gap == " " and (following.norm in _LEADING_ON or following.norm == "у")
        return leading and not (word.starts_sentence and word.norm in self._vocabulary.words["quays"])

    def _match_towards(self, words: Sequence[Word], index: int) -> StreetCandidate | None:
        """Match «до Садовой», «за Лесной», «до Ленина»."""
        word = words[index]
        if index == 0 or words[index - 1].norm not in _TOWARDS or word.gap.strip():
            return None
        if words[index - 1].norm == "через" and self._contexts.is_over_water(words, index):
            return None
        if words[index - 1].norm == "до" and self._contexts.is_famous_pair(words, index):
            return self._builder.build(words, index, index, index + 2, None)
        undeclined = word.capitalised and words[index - 1].norm in _NO_GENITIVE
        if (
            (undeclined or words[index - 1].norm == "до")
            and self._names.is_known_alone(word)
            and not self._names.is_street_adjective(word)
        ):
            return self._builder.build(words, index, index, index + 1, None)
        if not self._names.is_street_adjective(word) or not self._contexts.is_standalone_adjective(words, index):
            return None
        title = self._names.dictionary_form([word], "femn")
        if not self._names.is_well_known(title) or not (word.capitalised or words[index - 1].norm == "до"):
            return None
        found = self._builder.build(words, index, index, index + 1, None, title)
        return replace(found, weight=BARE_STREET_WEIGHT) if found.house is None else found

    def _match_house_after(self, words: Sequence[Word], index: int) -> StreetCandidate | None:
        """Match a name that a house follows: «Ленина 45», «ленина д 5 корп 1», «Трудовых Резервов, 3»."""
        word = words[index]
        if self._names.is_alias(word, words[index + 1]):
            return None  # «Петра Первого, 5» goes on
        tail = word.norm in self._vocabulary.words["tails"]
        undeclined = self._names.variants.genitive(word.norm)
        known = tail or undeclined is not None or self._names.can_be_street_with_house(word)
        known = known or (index > 0 and self._is_housed_pair(words[index - 1], word))
        if not known and not (self._names.is_foreign_name(word) or self._names.is_misspelt(word)):
            return None
        if self._contexts.is_other_number(words, index):
            return None
        near = read = self._houses.parse_at(words, index + 1, after_street=True)
        if read is None and known and word.capitalised:
            read = self._houses.parse_linked(words, index + 1)
        if read is None or ("-" in words[index + 1].gap and not tail):
            return None
        if not known and self._contexts.counts_something(words, index + 1, read[1]):
            return None
        if undeclined is not None and (word.capitalised or not self._names.can_be_street_with_house(word)):
            plain = self._contexts.counts_something(words, index + 1, read[1])
            return None if plain else self._builder.build(words, index, index, index + 1, None, undeclined, near)
        usual = index > 0 and self._names.is_usual_pair(words[index - 1], word)
        start = index - 1 if usual else self._name_start(words, index)
        if tail and start == index:
            return None
        if start > 0 and words[start - 1].norm in ("кв", "тел", "номер"):
            return None
        return self._builder.build(words, start, start, index + 1, None, None, near)

    def _is_housed_pair(self, first: Word, second: Word) -> bool:
        """Return whether the two are a name if a house follows: «Красный Путь 3», «Маршала Победы, 5»."""
        ranked = first.norm in self._vocabulary.words["ranks"] and second.norm in self._vocabulary.words["honoured"]
        names = self._names
        return (
            ranked
            or names.is_usual_pair(first, second)
            or names.is_genitive_pair(first, second)
            or names.is_alias(first, second)
        )

    def _name_start(self, words: Sequence[Word], index: int) -> int:
        """Return the beginning of the name that ends at *index*."""
        start = index
        while start > 0 and start > index - 2 and not words[start].gap.strip(" ."):
            if words[start - 1].is_number or not self._names.is_first_part(words[start - 1], words[start]):
                break
            start -= 1
        return start

    def _match_house_before(self, words: Sequence[Word], index: int) -> StreetCandidate | None:
        """Match a name that follows a house: «дом 13 победы», «в доме 38а на Абая», «12к2 по Гагарина»."""
        earlier = self._builder.find_house_before(words, index)
        return self._builder.build(words, index, index, self._name_end(words, index), None) if earlier else None

    def _match_without_house(self, words: Sequence[Word], index: int) -> StreetCandidate | None:
        """Match a street without a house: «на Ленина», «на советской возле банка», «угол Мира и Садовой»."""
        if words[index].norm in self._vocabulary.words["roads"]:
            return None
        if (
            words[index].norm in self._vocabulary.words["quays"]
            and words[0].capitalised
            and not words[index].capitalised
        ):
            return None  # «на набережной»: in a text with capitals, the embankment and no street
        leaving = index and words[index - 1].norm in _LEAVING and words[index].capitalised  # «кто с Первомайки?»
        corner = index > 0 and words[index - 1].norm in self._vocabulary.words["corners"]
        if index and (leaving or corner or words[index - 1].norm in _ALONG) and not words[index].gap.strip():
            slang = self._names.variants.from_short_name(words[index].norm)
            if slang is not None:
                return self._builder.build(words, index, index, index + 1, None, slang)
        if index == 0 and self._names.is_known_alone(words[0]) and len(words) > 1 and ":" in words[1].gap:
            return self._builder.build(words, 0, 0, 1, None)  # «ленина: яма»
        if index == 0:
            found = self._is_joined_to_name(words, 0) or self._starts_with_street(words)
            return self._builder.build(words, 0, 0, self._name_end(words, 0), None) if found else None
        before = words[index - 1].norm
        if before in _IN:
            return self._match_area(words, index)
        prepared = (corner or before in self._vocabulary.words["before"]) and not self._contexts.is_about_person(
            words, index
        )
        if corner and (genitive := self._names.variants.genitive(words[index].norm)) and words[index].capitalised:
            return self._builder.build(words, index, index, index + 1, None, genitive)  # «перекрёсток Гагарин и …»
        prepared = (
            prepared
            or self._contexts.is_crossed(words, index)
            or self._contexts.is_worked_on(words, index)
            or self._contexts.is_part_of_street(words, index)
            or self._contexts.is_our_street(words, index)
        )
        if not prepared and not self._is_joined_to_name(words, index):
            return None
        word = words[index]
        if before in _ALONG and (avenue := self._contexts.avenue_at(words, index)) is not None:
            return self._builder.build(words, index, index, index + 1, None, avenue)
        if words[index].gap.strip(' «"') and prepared:
            return None
        if before in _NEAR and words[index].gap.strip():
            return None  # «напротив «Детского мира»»: a shop
        if before in _ALONG and self._is_small_pair(words, index):
            return self._builder.build(words, index, index, index + 2, None)
        unknown = self._names.is_street_adjective(word) and not self._morphology.form(word.norm).known
        if unknown and index + 1 < len(words) and self._names.agree(word, words[index + 1]):
            return None  # «на Пороховском кладбище»
        if not self._names_street(words, index, corner=corner):
            return None
        return self._builder.build(words, index, index, self._name_end(words, index), None)

    def _names_street(self, words: Sequence[Word], index: int, *, corner: bool) -> bool:
        """Return whether the word at *index*, where a street is expected, can be the name of one."""
        word, before = words[index], words[index - 1].norm
        return (
            (before == "весь" and word.norm in self._vocabulary.words["areas"])
            or (corner and self._names.is_given_name(word))
            or self._names.can_be_street_alone(word)
            or self._contexts.is_surname_on(words, index)
            or (before in ("на", "по") and self._names.is_rare_surname(word))
            or self._contexts.is_standalone_adjective(words, index)
            or self._contexts.is_two_word_name(words, index)
        )

    def _is_small_pair(self, words: Sequence[Word], index: int) -> bool:
        """Return whether «на нижней полевой» is said, not «на новой садовой скамейке»."""
        if index + 1 >= len(words) or not self._names.is_small_pair(words[index], words[index + 1]):
            return False
        return self._contexts.is_standalone_adjective(words, index + 1)

    def _match_area(self, words: Sequence[Word], index: int) -> StreetCandidate | None:
        """Match a quarter without its type word: «в Южном», «из солнечного», but not «в южном направлении»."""
        word = words[index]
        form = self._morphology.form(word.norm)
        if word.gap.strip() or not any(lemma in self._vocabulary.words["areas"] for lemma in form.lemmas):
            return None
        following = words[index + 1] if index + 1 < len(words) else None
        owned = (
            following is not None
            and not following.gap.strip()
            and (following.norm == "году" or self._morphology.is_adjective_of(word.norm, following.norm))
        )
        if owned or not any(form.can_be("ADJF", "masc", case) for case in ("loct", "gent")):
            return None
        short, gender = self._vocabulary.kinds["мкр"]
        title = self._names.dictionary_form([word], gender)
        # No word is taken: the same word may name a district
        return StreetCandidate(index, index + 1, index, index, short, gender, title, None, BARE_STREET_WEIGHT)

    def _starts_with_street(self, words: Sequence[Word]) -> bool:
        """Return whether the message begins with its street: «Гоголя от Мира …», «Садовая (за рынком)», «Лесная: …»."""
        word = words[0]
        if not word.capitalised or not any(_leads_on(following) for following in words[1 : 1 + _MAX_NAME_WORDS]):
            return False
        end = self._name_end(words, 0)
        if end >= len(words):
            return False
        marked = any(mark in words[end].gap for mark in "(:—–")
        if end == 2 and self._names.is_adjective_pair(word, words[1]):
            return marked or words[end].norm in _LEADING_ON or "," in words[end].gap
        if self._names.is_street_adjective(word):
            return marked and self._morphology.form(word.norm).can_be("ADJF", "femn", "nomn")
        if self._contexts.is_two_word_name(words, 0):
            return marked or words[end].norm in _LEADING_ON or "," in words[end].gap
        form = self._morphology.form(word.norm)
        known = (form.known or form.can_be("Surn", "gent")) and self._names.can_be_street_alone(word)
        return known and (marked or words[end].norm in _LEADING_ON)

    def _name_end(self, words: Sequence[Word], index: int) -> int:
        end = index + 1
        while end < len(words) and end < index + _MAX_NAME_WORDS and not words[end].gap.strip(" ."):
            if words[end].is_number or not self._names.is_first_part(words[end - 1], words[end]):
                break
            end += 1
        return end

    def _is_joined_to_name(self, words: Sequence[Word], index: int) -> bool:
        """Return whether two names are joined: «Мира и Садовой», «Ленина - Советская», «Шарипова/Фурманова»."""
        word = words[index]
        if not (word.capitalised and _has_joint(words[index + 1 : index + 1 + _MAX_NAME_WORDS])):
            return False
        two_words = self._contexts.is_two_word_name(words, index)
        if not (two_words or self._names.can_be_street_alone(word)):
            return False
        end = self._name_end(words, index)
        if end >= len(words):
            return False
        form = self._morphology.form(word.norm)
        if index == 0 and not (two_words or form.known or form.can_be("Surn", "gent")):
            return False
        if words[end].norm in _CONJUNCTIONS and end + 1 < len(words):
            return words[end + 1].capitalised and (
                self._names.can_be_street_alone(words[end + 1]) or self._contexts.is_two_word_name(words, end + 1)
            )
        return (
            _is_joint(words[end].gap)
            and words[end].capitalised
            and (
                self._names.can_be_street_alone(words[end])
                or self._contexts.is_two_word_name(words, end)
                or self._names.is_street_adjective(words[end])
            )
        )


def _is_quoted(word: Word) -> bool:
    """Return whether quotation marks open before the word: «УК «Центральная»» is a firm."""
    return word.gap.endswith(("«", '"', "“", "„"))


def _is_joint(gap: str) -> bool:
    """Return whether what is between two names joins them: «Ленина - Советская», «Шарипова/Фурманова»."""
    return gap != " " and gap.strip() in ("-", "–", "—", "/")


def _has_joint(words: Sequence[Word]) -> bool:
    """Return whether one of the words may join two names; a cheap first check."""
    for word in words:  # noqa: SIM110 - asked for every capital, each time any() makes a generator
        if word.norm in _CONJUNCTIONS or _is_joint(word.gap):
            return True
    return False


def _leads_on(word: Word) -> bool:
    """Return whether the word, or the mark before it, may tell that a street precedes; a cheap first check."""
    return word.gap != " " or word.norm in _LEADING_ON
