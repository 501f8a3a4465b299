"""Recognition of street names, and their dictionary forms."""

import re
from collections.abc import Callable, Sequence
from functools import partial

from bot.domain.text_normal import fold
from bot.understanding.places.street_forms import SHORT_SIZES, SURNAME_GENITIVES, StreetForms, capitalize
from bot.understanding.places.street_variants import StreetVariants
from bot.understanding.places.village_forms import can_be_surname, village_nominative
from bot.understanding.places.vocabulary import Vocabulary
from bot.understanding.text.memory import remember
from bot.understanding.text.morphology import Morphology
from bot.understanding.text.tokens import Word, single_word

_MIN_FOREIGN_LENGTH = 6
_MIN_UNKNOWN_LENGTH = 4
_MIN_FULL_WORD = 5
"""Letters: after a shorter word a full stop may mark an abbreviation."""
_NAME_AND_HOUSE = re.compile(r"([А-Яа-яЁё]{4,})-(\d{1,3}[А-Яа-я]?)")
_NO_NAMES = frozenset({"Apro", "Anum", "Supr", "Poss"})
"""Kinds of adjectives that name no street."""
_TOWN_ENDINGS = ("ова", "ева")
_NEW = frozenset({"новая", "новой", "новую"})
_OBLIQUE_CASES = frozenset({"gent", "datv", "accs", "ablt", "loct"})
_BEFORE_I = frozenset("кгхжшчщ")
"""Letters after which «-ый» is never written, so that «Лиговский» is an avenue and «Садовий» a slip."""
_OBLIQUE_PREPOSITIONS = frozenset({"у", "возле", "около", "от", "по", "напротив"})
"""No masculine name of a street ends in «-ий» after them."""
_GENDERS = frozenset({"masc", "femn", "neut"})
_FOREIGN_ENDINGS = ("кс", "рт", "кт", "нг", "йл", "йн", "ин", "ит", "ст", "дж", "шн", "лл", "нт", "маш")
"""Endings of brands, medicines and plants, which no case of a street has: «рецепт на Симбикорт», «на Химмаш»."""
# fmt: off
_NAME_ENDINGS = (
    "ова", "ева", "ёва", "ина", "ына", "ой", "ая", "ого", "ов", "ев", "ых", "их", "ко", "ея", "би", "ыра",
)
# fmt: on
"""Endings of names of streets: genitives, adjectives, and those of Turkic and Ukrainian names."""


class StreetNames:
    """Judges words by grammar: genitive surnames, adjectives, plurals of trades, unknown capitalised words."""

    def __init__(self, morphology: Morphology, vocabulary: Vocabulary) -> None:
        self._morphology = morphology
        self._vocabulary = vocabulary
        self._alias_starts = frozenset(alias.partition(" ")[0] for alias in vocabulary.aliases)
        self._honoured = vocabulary.words["names"] | vocabulary.words["honoured"]
        self.variants = StreetVariants(morphology, vocabulary)
        spelled = self._spelled = remember(single_word)
        self.can_be_street_with_house = _cached_by_spelling(self._can_be_street_with_house, spelled)
        self.is_street_adjective = _cached_by_spelling(self._is_street_adjective, spelled)
        self.can_be_street_alone = _cached_by_spelling(self._can_be_street_alone, spelled)
        self.may_begin = remember(self._may_begin)
        self._is_preposition = remember(self._find_preposition)
        self.may_lack_house = remember(self._can_lack_house)
        self._forms = StreetForms(morphology, vocabulary, self.variants, self.is_street_adjective)
        self._form_of_single = {one: remember(partial(self._find_form_of_single, one)) for one in (None, *_GENDERS)}

    def _may_begin(self, raw: str) -> tuple[bool, bool] | None:
        """Return whether a street may begin at a word so spelled: with a type word or a number, and without one.

        ``None``: neither, as of most words.
        """
        word = self._spelled(raw)
        found = self._may_begin_typed(word), self._may_be_bare(word)
        return found if any(found) else None

    def _may_begin_typed(self, word: Word) -> bool:
        """Return whether a street with a type word or a number may begin here; a cheap first check."""
        vocabulary = self._vocabulary
        if word.is_number or word.norm in vocabulary.kinds or word.norm in vocabulary.day_words:
            return True
        if word.norm in vocabulary.numbers:
            return True
        if word.capitalised and (
            self.is_known_alone(word)
            or word.norm in vocabulary.words["names"]
            or self.variants.genitive(word.norm) is not None
        ):
            return True
        form = self._morphology.form(word.norm)
        if word.capitalised and not vocabulary.settlements.pair_adjectives.isdisjoint(form.lemmas):
            return True
        return form.can_be("Anum") or self.is_street_adjective(word) or word.norm in vocabulary.words["quays"]

    def _may_be_bare(self, word: Word) -> bool:
        """Return whether the word may belong to a street without a type word; a cheap first check."""
        words = self._vocabulary.words
        if word.capitalised or "-" in word.raw or word.norm in words["ranks"] or word.norm in words["tails"]:
            return True
        if word.norm in self._honoured or self._lemma(word) in self._alias_starts or word.norm in self._alias_starts:
            return True
        if word.norm.endswith(("ых", "их")) and self._morphology.form(word.norm).can_be("ADJF", "plur", "gent"):
            return True
        if not words["areas"].isdisjoint(self._morphology.form(word.norm).lemmas):
            return True
        if word.norm in self._vocabulary.common or self.variants.is_plural(word.norm):
            return True
        likely = (
            self.variants.genitive(word.norm) is not None
            or self.can_be_street_with_house(word)
            or self.can_be_street_alone(word)
        )
        likely = likely or self._morphology.form(word.norm).can_be("Name", "gent")
        return likely or self.is_street_adjective(word) or self.is_foreign_name(word) or self.is_misspelt(word)

    def _can_lack_house(self, raw: str) -> bool:
        """Return whether a word so spelled may begin a street without a type word and a house; a cheap first check.

        Before «батыра», «хана» any word may.
        """
        word, vocabulary = self._spelled(raw), self._vocabulary
        norm, form = word.norm, self._morphology.form(word.norm)
        return (
            self.can_be_street_alone(word)
            or form.can_be("ADJF")
            or form.can_be("Name", "gent")
            or norm.endswith(("ую", *SURNAME_GENITIVES))
            or self.is_known_alone(word)
            or self.is_rare_surname(word)
            or self.variants.genitive(norm) is not None
            or self.variants.from_short_name(norm) is not None
            or norm in self._alias_starts
            or self._lemma(word) in self._alias_starts
            or norm in vocabulary.words["ranks"]
            or norm in vocabulary.words["areas"]
            or not vocabulary.words["areas"].isdisjoint(form.lemmas)
            or not vocabulary.settlements.pair_adjectives.isdisjoint(form.lemmas)
        )

    def _can_be_street_with_house(self, word: Word) -> bool:
        """Return whether *word* alone, with a house number after it, may be a street."""
        words = self._vocabulary.words
        if word.norm in words["names"] or word.norm in words["quays"] or word.norm in self._vocabulary.aliases:
            return True
        never = word.norm in words["never"] and not _is_street_called_new(word)
        if never or word.norm in words["units"] or word.is_number or len(word.norm) < 3:
            return False
        if word.norm in self._vocabulary.kinds or word.norm in words["house"] or word.norm in words["before"]:
            return False
        if word.norm in self._vocabulary.common:
            return True
        form = self._morphology.form(word.norm)
        if form.can_be("NPRO"):
            return False
        if word.capitalised and not word.raw.isupper() and not form.known:
            return True
        return (
            self._is_surname(word)
            or (word.norm.endswith(("ская", "цкая")) and form.can_be("Surn", "femn"))
            or self.is_street_adjective(word)
            or form.can_be("NOUN", "anim", "plur", "gent", "masc")
        )

    def _is_surname(self, word: Word) -> bool:
        form = self._morphology.form(word.norm)
        town = word.norm.endswith(_TOWN_ENDINGS) and form.can_be("Geox", "gent")
        if not word.capitalised and form.can_be("NOUN", "inan"):
            return town or _is_genitive_surname(word.norm, form.tags)  # «победили мороз: 17 в квартире»
        return town or form.can_be("Surn", "gent") or (word.capitalised and form.can_be("Name", "gent"))

    def _is_street_adjective(self, word: Word) -> bool:
        """Return whether *word* is a full adjective that may name a street («Садовой»), no pronoun or numeral."""
        if word.norm in self._vocabulary.words["never"] and not _is_street_called_new(word):
            return False
        form = self._morphology.form(word.norm)
        owners = bool(form.lemmas) and form.lemmas[0].endswith("ий")
        refused = _NO_NAMES - {"Poss"} if owners else _NO_NAMES  # «Казачья», but not «мамина»
        return any("ADJF" in tag and "sing" in tag and not tag & refused for tag in form.tags)

    def _can_be_street_alone(self, word: Word) -> bool:
        """Return whether *word* may be a street even where no number follows."""
        if word.norm in self._vocabulary.words["names"] or word.norm in self._vocabulary.words["quays"]:
            return True
        if word.norm in self._vocabulary.words["never"] or len(word.norm) < 3:
            return False
        form = self._morphology.form(word.norm)
        if form.can_be("NPRO"):
            return False
        if word.capitalised and not form.known and not word.raw.isupper():
            if len(word.norm) < _MIN_UNKNOWN_LENGTH:
                return False  # «на Киа»
            village = village_nominative(word.norm, form) is not None and not can_be_surname(word.norm)
            return not (village or word.norm.endswith(_FOREIGN_ENDINGS))
        if self.is_known_alone(word) and not form.can_be("ADJF"):
            return True  # «на кутузова»: the dictionary puts a woman called so first
        top = form.tags[0] if form.tags else frozenset[str]()
        if word.capitalised:
            trade = not word.raw.isupper() and top >= {"NOUN", "anim", "plur", "gent", "masc"}
            return trade or (_is_genitive_surname(word.norm, form.tags) and bool(top & {"Surn", "Geox"}))
        return {"Surn", "gent"} <= top

    def agree(self, adjective: Word, noun: Word, cases: frozenset[str] = _OBLIQUE_CASES) -> bool:
        """Return whether the adjective may belong to the next word: «на переходной балкон», not «на полевой яма».

        *cases*: those that the preposition before the adjective may ask for.
        """
        if noun.gap.strip() or len(noun.norm) == 1:
            return False
        adjectives = [tag for tag in self._morphology.form(adjective.norm).tags if "ADJF" in tag]
        nouns = [tag for tag in self._morphology.form(noun.norm).tags if "NOUN" in tag]
        return any(
            one & other & cases and ("plur" in one & other or one & other & _GENDERS)
            for one in adjectives
            for other in nouns
        )

    def is_given_name(self, word: Word) -> bool:
        """Return whether *word* is a given name in the genitive: it is a street only at a corner («угол Абая»)."""
        return word.capitalised and self._morphology.form(word.norm).can_be("Name", "gent")

    def is_foreign_name(self, word: Word) -> bool:
        """Return whether a word that no dictionary has may be a street if a house follows: «кабанбая 52а»."""
        if len(word.norm) < _MIN_FOREIGN_LENGTH or not word.norm.endswith(_NAME_ENDINGS):
            return False
        return word.raw.isalpha() and not self._morphology.form(word.norm).known

    def is_misspelt(self, word: Word) -> bool:
        """Return whether a word that no dictionary has resembles a well-known street: «гагарена»."""
        return word.raw.isalpha() and self.variants.misspelt(capitalize(word.norm)) is not None

    def split_house(self, raw: str) -> tuple[Word, str] | None:
        """Split «Ленина-45» into name and house; ``None`` for a quarter such as «Южный-2»."""
        glued = _NAME_AND_HOUSE.fullmatch(raw) if "-" in raw else None
        if glued is None:
            return None
        name = single_word(glued[1])
        form = self._morphology.form(name.norm)
        feminine = self.is_street_adjective(name) and form.can_be("ADJF", "femn")
        sure = form.known and (feminine or self._is_surname(name))
        if sure or name.norm in self._vocabulary.words["names"] or name.norm in self._vocabulary.common:
            return name, fold(glued[2])
        return None

    def is_known_alone(self, word: Word) -> bool:
        """Return whether streets all over Russia are called exactly so and little else is: «Садовая», «Гагарина»."""
        usual = word.norm in self._vocabulary.common and word.norm not in self._honoured
        return usual and word.norm not in self._vocabulary.words["never"]

    def is_surname_in_genitive(self, word: Word) -> bool:
        """Return whether the word is «Черняховского»."""
        if not word.norm.endswith(SURNAME_GENITIVES):
            return False
        form = self._morphology.form(word.norm)
        return (word.capitalised and not word.raw.isupper()) or form.can_be("Surn") or not form.known

    def is_rare_surname(self, word: Word) -> bool:
        """Return whether a word that no dictionary has is built like «рябикова», which after «на» is no nominative."""
        form = self._morphology.form(word.norm)
        built = (
            word.raw.isalpha() and word.norm.endswith(("ова", "ева", "ина")) and len(word.norm) >= _MIN_FOREIGN_LENGTH
        )
        return built and not form.known and form.can_be("Surn", "gent", "masc")

    def is_well_known(self, title: str) -> bool:
        """Return whether streets all over Russia are called like the last word of *title*."""
        return fold(title.rpartition(" ")[2]) in self._vocabulary.common

    def is_alias(self, first: Word, second: Word) -> bool:
        """Return whether the two are a well-known name, in any case: «к маркса», «Розе Люксембург»."""
        return self._alias((first, second)) is not None

    def _alias(self, parts: Sequence[Word]) -> str | None:
        first = parts[0]
        if first.norm not in self._alias_starts and self._lemma(first) not in self._alias_starts:
            return None
        found = self._vocabulary.aliases.get(" ".join(part.norm for part in parts))
        if found is None and len(parts) > 1:
            found = self._vocabulary.aliases.get(" ".join(self._lemma(part) for part in parts))
        return found

    def _lemma(self, word: Word) -> str:
        return self._morphology.lemma(word.norm)

    def is_genitive_pair(self, first: Word, second: Word) -> bool:
        """Return whether the two are a name in the genitive: «Трудовых Резервов», «красных партизан»."""
        named = first.capitalised and second.capitalised and not first.raw.isupper()
        if not named and second.norm not in self._honoured:
            return False
        if (
            second.gap.strip(" ")
            or len(first.norm) < 4
            or not self._vocabulary.words["never"].isdisjoint((first.norm, second.norm))
        ):
            return False
        form, following = self._morphology.form(first.norm), self._morphology.form(second.norm)
        crossing = second.norm in self._vocabulary.words["names"] and form.can_be("Surn", "gent")
        crossing = crossing and not form.can_be("ADJF", "plur")
        if crossing or not following.can_be("NOUN", "gent"):
            return False  # «перекрёсток Ленина Мира»
        agrees = any(form.can_be("ADJF", "gent", number) for number in _numbers_of_genitive(following.tags))
        return agrees and not form.can_be("Apro") and not form.can_be("Anum")

    def is_nominative_pair(self, first: Word, second: Word) -> bool:
        """Return whether the two are a name in the nominative: «Красный Путь», «Ясная Поляна»."""
        if not (first.capitalised and second.capitalised) or second.gap != " " or second.raw.isupper():
            return False
        if second.norm in self._vocabulary.kinds:
            return False
        form, following = self._morphology.form(first.norm), self._morphology.form(second.norm)
        return any(form.can_be("ADJF", "nomn", one) and following.can_be("NOUN", "nomn", one) for one in _GENDERS)

    def is_adjective_pair(self, first: Word, second: Word) -> bool:
        """Return whether the two are a feminine street: «Большая Садовая», «на Старой Почтовой»."""
        if not (first.capitalised and second.capitalised) or second.gap != " " or first.raw.isupper():
            return False
        form, following = self._morphology.form(first.norm), self._morphology.form(second.norm)
        if self._vocabulary.settlements.pair_adjectives.isdisjoint(form.lemmas) or not self.is_street_adjective(second):
            return False
        cases = (*_OBLIQUE_CASES, "nomn")
        return any(form.can_be("ADJF", "femn", one) and following.can_be("ADJF", "femn", one) for one in cases)

    def is_small_pair(self, first: Word, second: Word) -> bool:
        """Return whether the two are a feminine street in a text without capitals: «на нижней полевой»."""
        if first.capitalised or second.gap != " " or not self.is_street_adjective(second):
            return False
        form, following = self._morphology.form(first.norm), self._morphology.form(second.norm)
        if self._vocabulary.settlements.pair_adjectives.isdisjoint(form.lemmas):
            return False
        agree = any(
            form.can_be("ADJF", "femn", one) and following.can_be("ADJF", "femn", one) for one in ("loct", "nomn")
        )
        return agree and self.is_well_known(self.dictionary_form([second], "femn"))

    def is_full_name(self, first: Word, second: Word) -> bool:
        """Return whether given name and surname are in the genitive: «на Льва Толстого», «по степана разина»."""
        if second.gap != " " or second.norm in self._vocabulary.words["never"]:
            return False
        famous = second.norm in self._vocabulary.common
        if not (first.capitalised and second.capitalised) and not famous:
            return False
        form, following = self._morphology.form(first.norm), self._morphology.form(second.norm)
        if not form.can_be("Name", "gent"):
            return False
        return famous or (following.can_be("Surn", "gent") and self.is_first_part(first, second))

    def is_usual_pair(self, first: Word, second: Word) -> bool:
        """Return whether streets without a type word are called so: «Красный Путь 3»."""
        form, following = self._morphology.form(first.norm), self._morphology.form(second.norm)
        settlements = self._vocabulary.settlements
        if settlements.pair_adjectives.isdisjoint(form.lemmas) or not settlements.no_pairs.isdisjoint(following.lemmas):
            return False
        return self.is_nominative_pair(first, second)

    def is_first_part(self, first: Word, second: Word, *, typed: bool = False) -> bool:
        """Return whether *first* belongs to the name that *second* ends: «Карла Маркса», «Большая Морская».

        *typed*: a type word precedes, so that any two words in the genitive are a name.
        """
        if self._is_preposition(first.norm):
            return False
        if self.is_alias(first, second):
            return True
        if first.norm in self._vocabulary.words["ranks"]:
            sentence_ends = "." in second.gap and len(first.norm) >= _MIN_FULL_WORD
            return not sentence_ends and self._can_follow_rank(second, adjective=first.norm.endswith(("ая", "яя")))
        if first.norm in SHORT_SIZES:
            return self._is_sized(first, second)
        if first.norm in self._vocabulary.short_ranks:
            return second.capitalised or "." in second.gap
        if self.is_genitive_pair(first, second) or self.is_adjective_pair(first, second):
            return True
        if typed and self.is_nominative_pair(first, second):
            return True
        if typed and first.capitalised and second.capitalised and not first.raw.isupper() and not second.gap.strip(" "):
            genitive = all(self._morphology.form(one.norm).can_be("NOUN", "gent") for one in (first, second))
            if genitive:
                return True
        if second.norm in self._vocabulary.words["tails"]:
            return not self._morphology.form(first.norm).can_be("PREP")
        form = self._morphology.form(first.norm)
        person = form.can_be("Name", "gent") and "Name" in form.tags[0]
        apart = not (first.capitalised and second.capitalised) or second.gap.strip(" ") or first.raw.isupper()
        if apart and not person:
            return False
        following = self._morphology.form(second.norm)
        if len(second.norm) < 3 or any(following.can_be(part) for part in ("PREP", "CONJ", "VERB", "ADVB", "PRCL")):
            return False
        if person:
            famous = second.norm in self._vocabulary.common and second.norm not in self._honoured
            surname = famous or following.can_be("Surn", "gent") or (second.capitalised and not following.known)
            return second.gap.strip(" ") == "" and surname
        if second.norm in self._vocabulary.words["names"] or village_nominative(first.norm, form) == first.norm:
            return False  # «Ленина Мира» is a crossing, «Кизяковка Речная» a village and its street
        return not form.known or form.can_be("Name") or form.can_be("Surn", "gent")

    def _find_preposition(self, norm: str) -> bool:
        """Return whether the word is a preposition and begins no name: «на Ленина», but «к Маркса»; a cheap check."""
        form, vocabulary = self._morphology.form(norm), self._vocabulary
        if not form.tags or "PREP" not in form.tags[0]:
            return False  # «ПО» may be an abbreviation as well, but begins no name either
        listed = norm in self._alias_starts or not self._alias_starts.isdisjoint(form.lemmas)
        short = norm in vocabulary.words["ranks"] or norm in SHORT_SIZES or norm in vocabulary.short_ranks
        return not (listed or short)

    def _is_sized(self, first: Word, second: Word) -> bool:
        """Return whether the two are «Б. Садовая», «м Садовой»; «Б. Хмельницкого» is a person."""
        form = self._morphology.form(second.norm)
        feminine = form.can_be("ADJF", "femn") and not form.can_be("Surn", "gent", "masc")
        return feminine and self.is_street_adjective(second) and (first.capitalised or "." in second.gap)

    def _can_follow_rank(self, word: Word, *, adjective: bool) -> bool:
        """Return whether a name goes on: «Маршала Жукова», «новая садовая», not «улица Новая не чищена».

        *adjective*: the rank is «новая», to which another adjective belongs.
        """
        if word.norm in self._vocabulary.kinds or word.norm in self._vocabulary.words["house"] or len(word.norm) < 3:
            return False
        form = self._morphology.form(word.norm)
        named = word.capitalised and not word.raw.isupper()
        noun = form.can_be("NOUN", "gent") and not (adjective and form.can_be("NOUN", "nomn"))
        return named or form.can_be("ADJF") or noun or not form.known

    def adjective(self, word: Word, gender: str) -> str:
        """Return the dictionary form of an adjective that its type word follows: «московского шоссе»."""
        if gender == "femn" or not self._morphology.form(word.norm).can_be("ADJF", gender):
            return self.dictionary_form([word], gender)
        form = self._morphology.form(word.norm)
        if word.norm.endswith("ой") and form.can_be("ADJF", gender, "nomn"):
            return capitalize(word.raw)
        return capitalize(self._morphology.in_gender(word.norm, gender) or word.raw)

    def feminine_of_undeclined(self, words: Sequence[Word], index: int, title: str) -> str | None:
        """Return «Садовая» for «на Садовий 7», «у Рабочий 5»: who does not decline leaves out «улица», too.

        «Московский 5» is said of avenues and lanes, but not after these prepositions.
        """
        norm = words[index].norm
        if not norm.endswith(("ий", "ый")):
            return None
        if norm.endswith("ий") and norm[-3] not in _BEFORE_I and not self._morphology.is_known(norm):
            return f"{title[:-2]}ая"
        if index == 0 or words[index - 1].norm not in _OBLIQUE_PREPOSITIONS:
            return None
        feminine = self._morphology.in_gender(norm, "femn")
        return capitalize(feminine) if feminine is not None and self.is_well_known(feminine) else None

    def dictionary_form(self, parts: Sequence[Word], gender: str | None) -> str:
        """Return the dictionary form of the name of *parts*; *gender* is that of its type word, if there is one."""
        if len(parts) == 1:
            return self._form_of_single[gender](f"{parts[0].raw}\n{parts[0].norm}")
        alias = self._alias(parts)
        if alias is not None:
            return alias
        if len(parts) == 2 and self.is_nominative_pair(*parts) and not self.is_street_adjective(parts[1]):
            return " ".join(part.raw for part in parts)
        pair = len(parts) == 2 and gender in (None, "femn")
        if pair and (self.is_adjective_pair(*parts) or self.is_small_pair(*parts)):
            return " ".join(capitalize(self._morphology.in_gender(part.norm, "femn") or part.raw) for part in parts)
        if (
            len(parts) == 2
            and parts[1].norm.endswith("ой")
            and self._morphology.form(parts[0].norm).can_be("Name", "gent")
        ):
            return " ".join(capitalize(part.raw) for part in parts)  # «Зои Космодемьянской»
        return " ".join(self._forms.inflect(part, index, len(parts), gender) for index, part in enumerate(parts))

    def _find_form_of_single(self, gender: str | None, spelling: str) -> str:
        """Return the dictionary form of a name of one word; *spelling*: its two spellings."""
        raw, _, norm = spelling.partition("\n")
        word = single_word(raw)._replace(norm=norm)
        return self._alias((word,)) or self._forms.inflect(word, 0, 1, gender)


def _numbers_of_genitive(tags: Sequence[frozenset[str]]) -> set[str]:
    """Return the numbers, or the gender of the singular, in which a noun of these parses can be a genitive."""
    genitives = [tag for tag in tags if tag >= {"NOUN", "gent"}]
    return {"plur" if "plur" in tag else next(iter(tag & {"masc", "femn", "neut"}), "masc") for tag in genitives}


def _cached_by_spelling(judge: Callable[[Word], bool], spelled: Callable[[str], Word]) -> Callable[[Word], bool]:
    """Remember the answers of *judge*, which depend only on the spelling of a word; *spelled* makes one of it."""
    known = remember(lambda raw: judge(spelled(raw)))
    return lambda word: known(word.raw)


def _is_genitive_surname(norm: str, tags: Sequence[frozenset[str]]) -> bool:
    """Return whether a surname may be in the genitive; of those that never change only «Шевченко», «Седых»."""
    if norm.endswith(_TOWN_ENDINGS) and any(tag >= {"Geox", "gent"} for tag in tags):
        return True  # the dictionary has Чкалов as a town alone
    found = [tag for tag in tags if tag >= {"Surn", "gent"}]
    return any("Fixd" not in tag for tag in found) or (bool(found) and norm.endswith(("ко", "ых", "их", "аго")))


def _is_street_called_new(word: Word) -> bool:
    """Return whether a capital makes a street of the commonest adjective: «на Новой», «Новая 40»."""
    return word.norm in _NEW and word.capitalised and not word.raw.isupper()
