"""Grammar of the names of settlements: what looks like one, and its nominative."""

import re
from collections.abc import Sequence

from bot.domain.text_normal import fold
from bot.understanding.places.village_forms import can_be_surname, is_sure_without_capital, village_nominative
from bot.understanding.places.vocabulary import Vocabulary
from bot.understanding.text.memory import remember
from bot.understanding.text.morphology import Morphology
from bot.understanding.text.tokens import Word, single_word

_MIN_NAME_LENGTH = 3
_GARDEN_SOCIETIES = frozenset({"снт", "днт", "днп", "садоводство", "садоводства", "садоводстве", "товарищество"})
"""They may be called by any word: «снт заря»."""
_HOUSES = frozenset({"дом", "д"})
_MAX_ACRONYM_LENGTH = 4
_PLURAL_ENDINGS = ("ах", "ях", "ей", "ов", "ев", "ам", "ям", "ами", "ями", "ек", "ок", "ков")
_GENDERS = ("masc", "neut", "femn")
_PLURAL_OF_ADJECTIVE = re.compile("(ы|и)(?:е|х|м|ми)$")


class SettlementNames:
    """Judges words by grammar, endings, and the words that villages are called by."""

    def __init__(self, morphology: Morphology, vocabulary: Vocabulary) -> None:
        self._morphology = morphology
        self._words = vocabulary.settlements
        self._landmarks = vocabulary.landmarks
        self._street_kinds = vocabulary.kinds.keys() | vocabulary.words["quays"]
        self.may_be_small = remember(self._can_be_small)
        self.may_be_named = remember(self._can_be_named)

    def key(self, words: Sequence[Word]) -> tuple[str, ...]:
        """Return the name in a form in which its grammatical cases are equal."""
        return tuple(self._stem(word) for word in words)

    def has_case(self, word: Word, cases: Sequence[str]) -> bool:
        """Return whether the word may have one of *cases*; a word without cases may."""
        form = self._morphology.form(word.norm)
        if not (form.can_be("NOUN") or form.can_be("ADJF")) or form.can_be("Fixd"):
            return True
        return any(form.can_be(case) for case in cases)

    def genders(self, word: Word) -> frozenset[str]:
        """Return the genders of an adjective; none of another word."""
        adjectives = [tag for tag in self._morphology.form(word.norm).tags if "ADJF" in tag]
        return frozenset[str]().union(*adjectives) & frozenset(_GENDERS)

    def has_gender(self, word: Word, genders: frozenset[str]) -> bool:
        """Return whether an adjective may have one of *genders*: «Октябрьской» is no form of «Октябрьский»."""
        own = self.genders(word)
        return not own or not genders or not own.isdisjoint(genders)

    def belongs_to_next(self, words: Sequence[Word], end: int) -> bool:
        """Return whether the word before *end* is an adjective of the next noun: «в Вольном переводе»."""
        if end >= len(words) or words[end].gap.strip(" "):
            return False
        return words[end].norm == "году" or self._morphology.is_adjective_of(words[end - 1].norm, words[end].norm)

    def is_fragment(self, words: Sequence[Word], start: int, end: int) -> bool:
        """Return whether the words are all that is between two punctuation marks."""
        opened = start == 0 or bool(words[start].gap.strip(" "))
        return opened and (end == len(words) or bool(words[end].gap.strip(" ")))

    def end_after_type(self, words: Sequence[Word], index: int, gender: str) -> int:
        """Return the end of the name after the type word at *index*; ``index + 1`` if there is none."""
        start = index + 1
        if start >= len(words) or words[start].gap.strip(' .«"') or "\n" in words[start].gap:
            return start
        word, kind = words[start], words[index]
        if word.is_number or len(word.norm) < _MIN_NAME_LENGTH or word.norm in self._words.kinds:
            return start
        form = self._morphology.form(word.norm)
        if any(form.can_be(part) for part in ("PREP", "CONJ", "NPRO", "Apro")):
            return start
        full_stop = "." in words[start].gap and len(kind.norm) > 3
        proper = word.capitalised and not word.raw.isupper() and not full_stop
        quoted = bool(words[start].gap.strip(" ."))
        proper = proper and (
            self._can_be_proper(word, abbreviated=len(kind.norm) == 1) or self._begins_address(words, start)
        )
        if not (proper or quoted or self._agrees(kind, word, gender) or self._is_undeclined(words, start, gender)):
            return start
        if not (proper and form.can_be("ADJF") and start + 1 < len(words)):
            return start + 1
        second = words[start + 1]
        return start + 1 + (second.capitalised and not second.gap.strip() and not second.raw.isupper())

    def _can_be_proper(self, word: Word, *, abbreviated: bool) -> bool:
        """Return whether a capitalised word after a type word is the name, not the next sentence: «д. Прошу»."""
        form = self._morphology.form(word.norm)
        if form.known and any(form.can_be(part) for part in ("VERB", "INFN", "ADVB", "PRCL", "INTJ", "GRND")):
            return form.can_be("Geox")
        if not abbreviated or not form.known or form.can_be("Geox") or form.can_be("ADJF"):
            return True
        return self._village(word) is not None or form.can_be("Surn", "nomn")

    def _begins_address(self, words: Sequence[Word], index: int) -> bool:
        """Return whether a house or a street follows, so that any noun is a village: «д. Пеньки, дом 12»."""
        if index + 2 >= len(words) or words[index + 1].gap.strip(" ") != ",":
            return False
        form = self._morphology.form(words[index].norm)
        housed = words[index + 1].norm in _HOUSES and words[index + 2].is_number
        return form.can_be("NOUN", "nomn") and (housed or words[index + 1].norm in self._street_kinds)

    def _is_undeclined(self, words: Sequence[Word], index: int, gender: str) -> bool:
        """Return whether «в посёлке солнечный» is said, not «в деревне новая дорога»."""
        form = self._morphology.form(words[index].norm)
        if not (self._is_adjective_name(words[index]) and form.can_be("ADJF", gender, "nomn")):
            return False
        following = words[index + 1] if index + 1 < len(words) else None
        if following is None or following.gap.strip():
            return True
        after = self._morphology.form(following.norm)
        return not (after.can_be("nomn") or after.can_be("accs"))

    def _agrees(self, kind: Word, word: Word, gender: str) -> bool:
        """Return whether a word without a capital is the name: «хутор вольный», «в селе малиновка»."""
        form, typed = self._morphology.form(word.norm), self._morphology.form(kind.norm)
        if self._is_adjective_name(word):
            cases = {case for tag in typed.tags for case in tag & {"nomn", "gent", "datv", "accs", "ablt", "loct"}}
            return not cases or any(form.can_be("ADJF", gender, case) for case in cases)
        if kind.norm in _GARDEN_SOCIETIES and form.can_be("NOUN", "nomn", "inan"):
            return True
        village = self._village(word) is not None or form.can_be("Geox")
        return village and form.can_be("NOUN", "nomn") and not self._is_elsewhere(word)

    def is_adjective_before(self, words: Sequence[Word], index: int) -> bool:
        """Return whether the type word at *index* follows its name: «Вольный хутор», «в Октябрьском посёлке»."""
        word = words[index - 1]
        if not word.capitalised or word.raw.isupper() or word.starts_sentence or words[index].gap.strip():
            return False
        return self._morphology.form(word.norm).can_be("ADJF") and self.belongs_to_next(words, index)

    def _can_be_small(self, norm: str) -> bool:
        """Return whether a word may be a settlement without type word and capital; a cheap first check."""
        word = single_word(norm)
        return (
            self.is_sure_form(word)
            or norm.endswith(_PLURAL_ENDINGS)  # to ask for the singular would cost more than it saves
            or self.is_village(word)
            or self._is_geographic(word)
            or self._is_adjective_name(word)
        )

    def _can_be_named(self, norm: str) -> bool:
        """Return whether a word with a capital may be a settlement without type word, or begin one of two words."""
        word, form = single_word(norm), self._morphology.form(norm)
        return (
            form.can_be("ADJF")
            or form.can_be("Geox")
            or self.is_sure_form(word)
            or not self._words.pair_adjectives.isdisjoint(form.lemmas)
            or not self._words.signatures.isdisjoint(form.lemmas)
            or self._has_ending(word)
            or self.is_village(word)
        )

    def likely(self, words: Sequence[Word], index: int, cases: Sequence[str]) -> str | None:
        """Return the nominative of the word after a preposition if it looks like a settlement."""
        word = words[index]
        if not self._can_be_untyped(word) or not self.has_case(word, cases):
            return None
        if word.capitalised and not word.raw.isupper():
            if self._is_noun_name(word, cases):
                return self.nominative([word], None)
            adjective = self._is_bare_adjective(words, index, cases)
            return self.nominative([word], None) if adjective else None
        if word.norm in self._words.sure_forms or self._is_geographic(word):
            return self.nominative([word], None)
        if is_sure_without_capital(word.norm) and self._built(word) is not None:
            return self.nominative([word], None)
        alone = self._is_adjective_name(word) and self._is_bare_adjective(words, index, cases)
        usual = not self._words.signatures.isdisjoint(self._morphology.form(word.norm).lemmas)
        return self.nominative([word], None) if alone and usual else None

    def _can_be_untyped(self, word: Word) -> bool:
        """Return whether nothing speaks against a settlement without type word: an acronym, a surname, a far city."""
        if len(word.norm) < _MIN_NAME_LENGTH or (word.raw.isupper() and len(word.raw) <= _MAX_ACRONYM_LENGTH):
            return False
        form = self._morphology.form(word.norm)
        feminine = form.can_be("ADJF", "femn") and not form.can_be("ADJF", "masc")
        surname = form.can_be("Surn") and not form.can_be("ADJF") and not self.is_village(word)
        return not (feminine or surname or word.norm in self._street_kinds or self._is_elsewhere(word))

    def is_nominative(self, word: Word) -> bool:
        """Return whether the word is a settlement's name in the nominative and in no case after «с»: «малиновка»."""
        form = self._morphology.form(word.norm)
        if form.can_be("gent") or form.can_be("ablt") or not form.can_be("nomn"):
            return False
        return self._is_adjective_name(word) or self._village(word) is not None or form.can_be("Geox")

    def is_sure_form(self, word: Word) -> bool:
        """Return whether the word is a settlement however it is written: «ключах»."""
        return word.norm in self._words.sure_forms

    def is_name(self, word: Word) -> bool:
        """Return whether the word is a settlement wherever it is said: «жители Малиновки», «у свата в ключах»."""
        if self.is_sure_form(word):
            return True
        if not word.capitalised or word.raw.isupper() or word.gap.strip() or not self._can_be_untyped(word):
            return False
        form = self._morphology.form(word.norm)
        if form.lemmas and form.lemmas[0] in self._landmarks.heads and not self.is_village(word):
            return False
        built = self._built(word) is not None and not can_be_surname(word.norm)
        return built or self._village(word) is not None or self._is_geographic(word)

    def is_village(self, word: Word) -> bool:
        """Return whether the word is a form of a name that villages have, by the list or by its suffix."""
        return self._village(word) is not None or self._built(word) is not None

    def can_be_person(self, word: Word) -> bool:
        """Return whether only the suffix speaks for a village, and a surname has it too: «Лопухова»."""
        return can_be_surname(word.norm) and self._built(word) is not None

    def is_of_landmark(self, words: Sequence[Word], index: int) -> bool:
        """Return whether a landmark before the word is called so, «в парке Дубки», not «в клубе Малиновки»."""
        if words[index].gap.strip(' «"“„'):
            return False
        named = self._landmarks.named.intersection(self._morphology.form(words[index - 1].norm).lemmas)
        if not named:
            return False
        word = words[index]
        form, village = self._morphology.form(word.norm), self._village(word)
        return form.can_be("nomn") and (village == word.norm or not form.can_be("gent"))

    def is_destination(self, words: Sequence[Word], index: int) -> bool:
        """Return whether the word may be what a road leads to: «дорога на Речное», «автобус на Лопухово»."""
        word = words[index]
        if not word.capitalised or word.raw.isupper() or not self._can_be_untyped(word):
            return False
        form = self._morphology.form(word.norm)
        neuter = form.can_be("ADJF", "neut", "accs") and self._is_bare_adjective(words, index, ("nomn",))
        return neuter or self.is_village(word) or form.can_be("Geox", "accs")

    def is_adjective_name(self, words: Sequence[Word], index: int) -> bool:
        """Return whether the word is a settlement's adjective without a noun: «пруд у Тернового»."""
        word = words[index]
        if not word.capitalised or word.raw.isupper() or word.starts_sentence or word.gap.strip():
            return False
        form = self._morphology.form(word.norm)
        return (
            not form.can_be("Surn") and self._can_be_untyped(word) and self._is_bare_adjective(words, index, ("gent",))
        )

    def pair(self, words: Sequence[Word], index: int) -> str | None:
        """Return the nominative of two words from *index* that name a village: «в Верхних Бродах», «Красный Яр»."""
        if index + 1 >= len(words):
            return None
        first, second = words[index], words[index + 1]
        if not (first.capitalised and second.capitalised) or second.gap != " " or second.raw.isupper():
            return None
        adjective, noun = self._morphology.form(first.norm), self._morphology.form(second.norm)
        if self._words.pair_adjectives.isdisjoint(adjective.lemmas) or not self._can_be_untyped(second):
            return None
        object_like = not (self._landmarks.heads - self._words.pair_nouns).isdisjoint(noun.lemmas)
        if object_like or not self._words.no_pairs.isdisjoint(noun.lemmas):
            return None
        if not (noun.can_be("NOUN") or self._built(second) is not None) or second.norm in self._street_kinds:
            return None
        title = self.nominative([second], None)
        named = self._morphology.form(fold(title))
        if named.can_be("NOUN", "plur", "nomn") and _PLURAL_OF_ADJECTIVE.search(first.raw):
            plural = _PLURAL_OF_ADJECTIVE.sub(r"\1е", first.raw)
            return f"{plural} {title}"
        gender = next((one for one in _GENDERS if named.can_be("NOUN", one, "nomn")), None)
        gender = "neut" if title.endswith("о") else gender
        full = self._morphology.in_gender(first.norm, gender) if gender is not None else None
        return f"{full.capitalize()} {title}" if full is not None else None

    def likely_alone(self, words: Sequence[Word], index: int, *, before_street: bool) -> str | None:
        """Return the word if it alone looks like a settlement, in the nominative."""
        word = words[index]
        form = self._morphology.form(word.norm)
        if not self._can_be_untyped(word) or not (form.can_be("nomn") or self._built(word) == word.norm):
            return None
        capitalised = word.capitalised and not word.raw.isupper()
        fragment = self.is_fragment(words, index, index + 1)
        if before_street and self._is_adjective_name(word) and form.can_be("ADJF", "masc", "nomn"):
            return self.nominative([word], "masc")
        last = index == len(words) - 1
        listed = fragment and (capitalised or last) and self._village(word) is not None
        following = words[index + 1].norm if index + 1 < len(words) else ""
        lacking = index == 0 and following in ("без", "нет") and self._village(word) is not None
        signed = capitalised and fragment and last and index > 0 and form.lemmas[0] in self._words.signatures
        signed = signed or (capitalised and fragment and last and index > 0 and self._is_neuter_name(word))
        ended = capitalised and self._has_ending(word) and (fragment or before_street)
        if before_street and self._village(word) is not None:
            return self.nominative([word], None)
        built = capitalised and (fragment or before_street) and self._built(word) == word.norm
        if built or listed or lacking or signed or ended or (self._is_geographic(word) and (capitalised or fragment)):
            return self.nominative([word], None)
        return None

    def _is_neuter_name(self, word: Word) -> bool:
        """Return whether the word is «Ключевское», which ends a message only as the name of its village."""
        return word.norm.endswith(("ское", "цкое")) and self._is_adjective_name(word)

    def nominative(self, named: Sequence[Word], gender: str | None) -> str:
        """Return the name in the nominative: «Ключах» → «Ключи», «Вольном» → «Вольный»; *gender*: of its type word."""
        return " ".join(self._nominative(word, gender, last=word is named[-1]) for word in named)

    def _nominative(self, word: Word, gender: str | None, *, last: bool) -> str:
        form = self._morphology.form(word.norm)
        raw = word.raw
        known = self._village(word) or self._built(word)
        if known is not None:
            raw = self._like(raw, known)
        elif form.can_be("ADJF") and last and not (form.tags and "Geox" in form.tags[0]):
            raw = self._morphology.in_gender(word.norm, self._gender(word, gender)) or raw
        elif form.can_be("NOUN", "nomn") and not form.can_be("NOUN", "loct"):
            raw = word.raw
        elif form.can_be("NOUN") and not form.can_be("Fixd"):
            raw = self._morphology.nominative(word.norm)
        if "-" in raw and not word.raw.isupper():  # «Гусь-Железный» keeps its capitals
            parts = zip(raw.split("-"), word.raw.split("-"), strict=False)
            raw = "-".join(part.capitalize() if said[:1].isupper() else part for part, said in parts)
        name = raw.lower() if raw.isupper() else raw
        return name[:1].upper() + name[1:]

    def _like(self, raw: str, lemma: str) -> str:
        """Return *lemma* with the «ё» that the text has."""
        return "".join(
            "ё" if letter == "е" and at < len(raw) and raw[at] in "ёЁ" else letter for at, letter in enumerate(lemma)
        )

    def _gender(self, word: Word, gender: str | None) -> str:
        """Return the gender of an adjective without noun: «Никольское», but «Октябрьский», «Вольный»."""
        form = self._morphology.form(word.norm)
        if gender is not None and form.can_be("ADJF", gender):
            return gender
        possible = [one for one in _GENDERS if form.can_be("ADJF", one)] or ["masc"]
        lemma = form.lemmas[0] if form.lemmas else ""
        if "neut" in possible and lemma.endswith(("ский", "цкий")) and lemma not in self._words.masculine:
            return "neut"
        return possible[0]

    def _village(self, word: Word) -> str | None:
        """Return the common noun that villages are called by, of which *word* is a form: «Ключах» → «ключи»."""
        names = (*self._morphology.form(word.norm).lemmas, word.norm)
        found = next((one for one in names if one in self._words.nouns), None)
        if found is None and word.norm.endswith(_PLURAL_ENDINGS):
            plural = fold(self._morphology.nominative(word.norm))
            return plural if plural in self._words.nouns else None
        return found

    def _built(self, word: Word) -> str | None:
        """Return the nominative of a word that only its suffix makes a village."""
        return village_nominative(word.norm, self._morphology.form(word.norm))

    def _is_noun_name(self, word: Word, cases: Sequence[str]) -> bool:
        form = self._morphology.form(word.norm)
        if form.lemmas and form.lemmas[0] in self._landmarks.heads and not self.is_village(word):
            return False
        geographic = form.can_be("Geox", "Fixd") or any(form.can_be("Geox", case) for case in cases)
        return self.is_village(word) or geographic or self._has_ending(word)

    def _is_bare_adjective(self, words: Sequence[Word], index: int, cases: Sequence[str]) -> bool:
        form = self._morphology.form(words[index].norm)
        listed = not (self._words.adjectives | self._words.signatures).isdisjoint(form.lemmas)
        if (form.can_be("NOUN") and not listed) or form.can_be("Apro") or form.can_be("Anum"):
            return False
        if self.belongs_to_next(words, index + 1):
            return False
        following = words[index + 1] if index + 1 < len(words) else None
        if following is not None and following.capitalised and not following.gap.strip():
            return False
        return any(form.can_be("ADJF", gender, case) for gender in ("masc", "neut") for case in cases if case != "accs")

    def _is_adjective_name(self, word: Word) -> bool:
        form = self._morphology.form(word.norm)
        if not form.can_be("ADJF") or not form.lemmas:
            return False
        return form.lemmas[0].endswith(("ский", "цкий", "ской")) or form.lemmas[0] in self._words.adjectives

    def _has_ending(self, word: Word) -> bool:
        """Return whether an unknown noun ends as villages do: «Кукуевка», «Простоквашино»."""
        form = self._morphology.form(word.norm)
        if form.known or form.can_be("Surn") or not form.lemmas:
            return False
        return any(lemma.endswith(self._words.endings) for lemma in (*form.lemmas, word.norm))

    def _is_geographic(self, word: Word) -> bool:
        """Return whether the dictionary has the word as a place and as nothing else."""
        form = self._morphology.form(word.norm)
        return form.known and bool(form.tags) and all("Geox" in tag for tag in form.tags)

    def _is_elsewhere(self, word: Word) -> bool:
        lemmas = self._morphology.form(word.norm).lemmas
        return word.norm in self._words.elsewhere or any(lemma in self._words.elsewhere for lemma in lemmas)

    def _stem(self, word: Word) -> str:
        """Return the first lemma; of an adjective the masculine one, so that «Вольном» and «Вольный» are equal."""
        form = self._morphology.form(word.norm)
        return form.lemmas[0] if form.lemmas else word.norm
