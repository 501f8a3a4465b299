"""The words around a street without a type word: people, quantities and nouns that it could be instead."""

from collections.abc import Sequence

from bot.understanding.places.street_names import StreetNames
from bot.understanding.places.vocabulary import Vocabulary
from bot.understanding.text.morphology import Morphology, WordForm
from bot.understanding.text.tokens import Word

_POINTING = frozenset({"наш", "весь"})
_FROM = frozenset({"с", "со", "от", "у"})
"""Prepositions that people follow more often than streets: «у Иванова», «от Петровой», «с Чапаева»."""
_LEAVING = frozenset({"с", "со", "до"})
ENDS = frozenset({"конце", "начале", "середине", "сторону", "стороны", "стороне"})
"""Parts of a street that are said before its name: «в конце садовой»."""
_CROSSINGS = frozenset({"переход", "перейти", "переходить", "светофор", "переезд", "зебра"})
_BRIDGES = frozenset({"мост", "мостик", "переправа", "брод", "паром"})
_MAX_BRIDGE_WORDS = 3
"""Words: «мост, весь гнилой, через»."""
_ALONG = frozenset({"на", "по", "вдоль"})
_AGAIN = frozenset(
    {"опять", "снова", "вся", "второй", "третий", "день", "сутки", "уже", "целый", "сидит", "осталась", "тоже"}
)
_UTILITIES = frozenset(
    {"света", "воды", "тепла", "газа", "отопления", "освещения", "связи", "интернета", "электричества", "фонарей"}
)
_OFFICERS = frozenset({"участковый", "заведующий", "дежурный", "управляющий", "классный"})
_LIGHTS = frozenset({"красный", "желтый", "зеленый"})
_EVERYDAY = frozenset(
    {"горячий", "холодный", "новый", "старый", "главный", "детский", "питьевой", "весь", "нижний", "верхний"}
)
"""Adjectives of other things than streets: «Горячую перекрыли»."""
_MIN_FULL_WORD = 4
"""Letters: a shorter word with a full stop is an abbreviation."""
_MAX_SPAN_WORDS = 5
"""Words between «от Мира» and «до Победы»."""
_WHOLE = frozenset({"всей", "нашей", "всю", "нашу"})
_ALL_CASES = frozenset({"gent", "datv", "accs", "ablt", "loct"})
_GOVERNED = {
    "на": frozenset({"loct", "accs"}), "по": frozenset({"datv", "loct"}),
}  # fmt: skip
_FEMININE_CASES = ("gent", "datv", "loct", "accs", "nomn", "ablt")


class StreetContexts:
    """Judges by the neighbours of a word whether it names a street."""

    def __init__(self, morphology: Morphology, vocabulary: Vocabulary, names: StreetNames) -> None:
        self._morphology = morphology
        self._vocabulary = vocabulary
        self._names = names

    def is_other_number(self, words: Sequence[Word], index: int) -> bool:
        """Return whether the number behind the word is no house: «собственников. 3 …», «Закон № 273», «в жилом доме 5».

        Neither is it in a date: «27 октября 2020».
        """
        word, following = words[index], words[index + 1]
        if word.norm in self._vocabulary.months and index > 0 and words[index - 1].is_number:
            return True
        abbreviated = len(word.norm) < _MIN_FULL_WORD or word.norm in self._vocabulary.aliases
        if following.is_number and "." in following.gap and not abbreviated:
            return True
        if not word.capitalised and following.norm.endswith("-й") and word.norm.endswith(("ый", "ий")):
            return True  # «низкопольный 33-й»: a bus
        if word.norm in _LIGHTS and not word.capitalised:
            return True  # «зелёный 5, не успеваем»
        adjective = self._names.is_street_adjective(word) and not self._morphology.form(word.norm).can_be(
            "Surn", "gent"
        )
        feminine = self._morphology.form(word.norm).can_be("ADJF", "femn")
        numbered = feminine and following.norm in self._vocabulary.words["house"]  # «по Луговой номер шесть»
        if (
            adjective
            and not numbered
            and not following.gap.strip()
            and self._morphology.is_adjective_of(word.norm, following.norm)
        ):
            return True
        if "№" not in following.gap or not following.is_number:
            return False
        surname = self._morphology.form(word.norm).can_be("Surn", "gent")
        return not (surname or self._names.is_street_adjective(word) or word.norm in self._vocabulary.words["names"])

    def counts_something(self, words: Sequence[Word], number: int, end: int) -> bool:
        """Return whether the number at *number* counts what follows: «каких-то 20 ступенек»."""
        if words[number].norm in self._vocabulary.words["house"] or end >= len(words) or words[end].gap.strip():
            return False
        if words[end].norm in _UTILITIES:
            return False  # «Чехова 12 воды нет»
        form = self._morphology.form(words[end].norm)
        return form.can_be("NOUN", "gent") or form.can_be("ADJF", "gent", "plur")

    def is_part_of_street(self, words: Sequence[Word], index: int) -> bool:
        """Return whether something that streets have precedes: «тротуар Чапаева», «огороды Нижней», «двор Мира»."""
        word = words[index]
        if words[index].gap.strip():
            return False
        if not word.capitalised or word.raw.isupper():
            if words[index - 1].norm not in ENDS:
                return False
            person = self._names.can_be_street_alone(word) and word.norm not in self._vocabulary.words["names"]
            return person or self._is_famous(words, index)
        lemmas = self._morphology.form(words[index - 1].norm).lemmas
        if self._vocabulary.words["parts"].isdisjoint(lemmas):
            return False
        form = self._morphology.form(word.norm)
        cases = ("gent", "nomn") if _CROSSINGS.intersection(lemmas) else ("gent",)  # «на переезде Заводская»
        if self._names.is_surname_in_genitive(word):
            return True  # «в начале Вишневского»
        return not self._names.is_street_adjective(word) or any(form.can_be("ADJF", "femn", one) for one in cases)

    def _is_famous(self, words: Sequence[Word], index: int) -> bool:
        """Return whether a street that many towns have is named, so that it needs no capital: «в конце садовой»."""
        word = words[index]
        if self._names.is_street_adjective(word) and not self._morphology.form(word.norm).can_be(
            "Surn", "gent", "masc"
        ):
            known = self._names.is_well_known(self._names.dictionary_form([word], "femn"))
            return known and self.is_standalone_adjective(words, index)
        return self._names.is_known_alone(word) or self.is_famous_pair(words, index)

    def avenue_at(self, words: Sequence[Word], index: int) -> str | None:
        """Return «Московский» for «на Московском», «по Московскому»: an avenue whose type word is left out.

        Only what streets are often called after counts, as «на Северном» may be a cemetery or a market.
        """
        word = words[index]
        form = self._morphology.form(word.norm)
        if (
            not word.capitalised
            or word.raw.isupper()
            or not any(form.can_be("ADJF", "masc", c) for c in ("loct", "datv"))
        ):
            return None
        if form.can_be("ADJF", "femn") or not word.norm.endswith(("ском", "скому", "цком", "цкому")):
            return None
        following = words[index + 1] if index + 1 < len(words) else None
        if following is not None and not following.gap.strip() and self._names.agree(word, following):
            return None
        feminine = self._morphology.in_gender(word.norm, "femn")
        known = feminine is not None and self._names.is_well_known(feminine)
        return self._names.dictionary_form([word], "masc") if known else None

    def is_crossed(self, words: Sequence[Word], index: int) -> bool:
        """Return whether a crossing precedes: «переход через Ломоносова», «светофор через Мира»."""
        if index < 2 or words[index - 1].norm != "через" or not words[index].capitalised:
            return False
        return not _CROSSINGS.isdisjoint(self._morphology.form(words[index - 2].norm).lemmas)

    def is_over_water(self, words: Sequence[Word], index: int) -> bool:
        """Return whether a bridge leads over it, so that a river is called so: «мост висячий через Тихую»."""
        before = words[max(0, index - 1 - _MAX_BRIDGE_WORDS) : index - 1]
        return any(not _BRIDGES.isdisjoint(self._morphology.form(word.norm).lemmas) for word in before)

    def is_worked_on(self, words: Sequence[Word], index: int) -> bool:
        """Return whether something is done to the street: «починили Мельничную», «перекопали Береговую»."""
        word = words[index]
        if self._is_person_worked_on(words, index):
            return True
        if word.raw.isupper() or not word.norm.endswith(("ую", "юю")):
            return False
        if not word.capitalised:
            return self._is_famous(words, index) and self._is_done_after(words, index)
        if self._is_done_after(words, index):
            return True
        if index == 0 or word.gap != " ":
            return False
        form, before = self._morphology.form(word.norm), self._morphology.form(words[index - 1].norm)
        return not form.can_be("Surn") and (before.can_be("VERB", "tran") or before.can_be("INFN", "tran"))

    def _is_person_worked_on(self, words: Sequence[Word], index: int) -> bool:
        """Return whether «когда почистят Горького?» is said."""
        word = words[index]
        if index == 0 or not word.capitalised or word.raw.isupper() or word.starts_sentence or word.gap != " ":
            return False
        if not self._names.is_known_alone(word) or word.norm.endswith("ая"):
            return False
        return not self._vocabulary.words["works"].isdisjoint(self._morphology.form(words[index - 1].norm).lemmas)

    def is_surname_on(self, words: Sequence[Word], index: int) -> bool:
        """Return whether «на Черняховского», «угол леваневского» is said, not «на Невского пастуха»."""
        before = words[index - 1].norm
        corner = before in self._vocabulary.words["corners"]
        if not (before in _ALONG or before in ENDS or corner) or not self._names.is_surname_in_genitive(words[index]):
            return False
        last = index + 1 >= len(words)
        return (
            last
            or before == "по"
            or not self._names.agree(words[index], words[index + 1], self._governed_cases(words, index))
        )

    def is_cut_off(self, words: Sequence[Word], index: int) -> bool:
        """Return whether the street begins a sentence and lacks something: «Глинистая опять без света»."""
        word = words[index]
        if not word.capitalised or not word.starts_sentence or not self._names.is_street_adjective(word):
            return False
        if word.norm in self._vocabulary.words["roads"]:
            return False
        form = self._morphology.form(word.norm)
        if not form.can_be("ADJF", "femn", "nomn") or form.can_be("NOUN"):
            return False
        for at in range(index + 1, min(index + 4, len(words) - 1)):
            if words[at].norm == "без":
                return words[at + 1].norm in _UTILITIES
            if words[at].gap.strip() or words[at].norm not in _AGAIN:
                return False
        return False

    def _is_done_after(self, words: Sequence[Word], index: int) -> bool:
        """Return whether works or weather follow: «Глинистую затопило», «Садовую опять раскопали»."""
        if not self._names.is_street_adjective(words[index]):
            return False
        form = self._morphology.form(words[index].norm)
        if form.can_be("Surn") or not _EVERYDAY.isdisjoint(form.lemmas):
            return False
        for at in range(index + 1, min(index + 3, len(words))):
            if words[at].gap.strip():
                return False
            if not self._vocabulary.words["works"].isdisjoint(self._morphology.form(words[at].norm).lemmas):
                return True
        return False

    def is_named_alone(self, words: Sequence[Word], index: int) -> bool:
        """Return whether a capital within the sentence makes an adjective a street: «где Пролетарская упирается»."""
        word = words[index]
        if not word.capitalised or word.raw.isupper() or word.starts_sentence or word.gap.strip(" ,"):
            return False
        form = self._morphology.form(word.norm)
        if not form.can_be("ADJF", "femn", "nomn") or form.can_be("Surn") or not form.known:
            return False
        following = words[index + 1] if index + 1 < len(words) else None
        if following is not None and following.capitalised and not following.gap.strip():
            return False
        before = words[index - 1]
        if before.capitalised and not before.starts_sentence:
            return False  # Every Word Has A Capital
        if self._is_person(before):
            return False  # «медсестра Полевая»
        return word.norm not in self._vocabulary.words["roads"] and self.is_standalone_adjective(words, index)

    def _is_person(self, word: Word) -> bool:
        """Return whether a person is named, whose surname may follow: «медсестра», «участковая»."""
        form = self._morphology.form(word.norm)
        return form.can_be("NOUN", "anim", "nomn") or not _OFFICERS.isdisjoint(form.lemmas)

    def is_our_street(self, words: Sequence[Word], index: int) -> bool:
        """Return whether «наша Полевая», «по всей нашей Садовой» are said."""
        if not words[index].capitalised or words[index].raw.isupper():
            return False
        return not _POINTING.isdisjoint(self._morphology.form(words[index - 1].norm).lemmas)

    def is_about_person(self, words: Sequence[Word], index: int) -> bool:
        """Return whether the name is rather a person's: «у Толкина», «жалоба на Петрова», «с Чикатило».

        «от Мира до Садовой» is a street, and so are names that are no surnames.
        """
        before, word = words[index - 1].norm, words[index]
        form = self._morphology.form(word.norm)
        is_span = self.has_end(words, index + 1)
        if before in _LEAVING and (self._names.is_known_alone(word) or self.is_famous_pair(words, index)):
            return False  # «снег с Гагарина», but «у Пушкина» is his monument
        if before == "от":
            adjective = self._names.is_street_adjective(word) and form.known
            return not (is_span or (adjective and self._leads_somewhere(words, index + 1)))
        if word.norm in self._vocabulary.words["names"] or (self._names.is_street_adjective(word) and form.known):
            return False
        if before in ("с", "со") and index + 2 < len(words) and words[index + 1].norm == "на":
            return not (words[index + 2].capitalised and self._names.is_street_adjective(words[index + 2]))
        if before in _FROM:
            return not is_span
        if before != "на" or index < 2:
            return False
        lemmas = self._morphology.form(words[index - 2].norm).lemmas
        return not self._vocabulary.words["aimed"].isdisjoint(lemmas)

    def _leads_somewhere(self, words: Sequence[Word], index: int) -> bool:
        """Return whether «до» follows: «от Луговой до вокзала»."""
        return any(word.norm == "до" for word in words[index : index + _MAX_SPAN_WORDS])

    def has_end(self, words: Sequence[Word], index: int) -> bool:
        """Return whether «до» and another street follow: «от Мира до Садовой», not «довёл до слёз»."""
        for at in range(index, min(index + _MAX_SPAN_WORDS, len(words) - 1)):
            if words[at].norm == "до":
                end = words[at + 1]
                return self._names.can_be_street_alone(end) or self._names.is_street_adjective(end)
        return False

    def is_famous_pair(self, words: Sequence[Word], index: int) -> bool:
        """Return whether a well-known full name begins here: «Карла Маркса», «Степана Разина», «Трудовой Славы»."""
        if index + 1 >= len(words) or words[index + 1].gap.strip(" "):
            return False
        first, second = words[index], words[index + 1]
        honoured = second.norm in self._vocabulary.words["honoured"] or second.norm in self._vocabulary.words["names"]
        if self._names.is_alias(first, second) or (honoured and self._names.is_genitive_pair(first, second)):
            return True
        return second.norm in self._vocabulary.common and self._names.is_full_name(first, second)

    def is_famous_name(self, words: Sequence[Word], index: int) -> bool:
        """Return whether a well-known name of two words, perhaps with a rank, begins here: «маршала жукова»."""
        ranked = words[index].norm in self._vocabulary.words["ranks"] and words[index + 1].gap == " "
        ranked = ranked and self._names.is_known_alone(words[index + 1])
        return ranked or self.is_famous_pair(words, index)

    def is_two_word_name(self, words: Sequence[Word], index: int) -> bool:
        if index + 1 >= len(words) or words[index + 1].gap.strip(" "):
            return False
        first, second = words[index], words[index + 1]
        honoured = second.norm in self._vocabulary.words["honoured"]  # «Защитников Отечества»
        return (
            self._names.is_alias(first, second)
            or (second.norm in self._vocabulary.words["tails"] and first.capitalised)
            or self._names.is_genitive_pair(first, second)
            or self._names.is_adjective_pair(first, second)
            or self._names.is_full_name(first, second)
            or (
                first.norm in self._vocabulary.words["ranks"]
                and self._names.is_first_part(first, second)
                and (self._names.can_be_street_alone(second) or honoured or self._is_famous(words, index + 1))
            )
        )

    def _is_apart(self, words: Sequence[Word], index: int) -> bool:
        """Return whether «на Луговой столб упал» is said, not «на Речной вокзал»."""
        word, following = words[index], self._morphology.form(words[index + 1].norm)
        if not word.norm.endswith("ой") or following.can_be("femn"):
            return False
        return words[index + 1].norm.islower() and self._vocabulary.landmarks.known.isdisjoint(following.lemmas)

    def _governed_cases(self, words: Sequence[Word], index: int) -> frozenset[str]:
        """Return the cases that the preposition asks for: in «на Полевой собаки» the two words do not agree."""
        at = index - 1
        if at > 0 and words[at].norm in _WHOLE:
            at -= 1
        plain = at >= 0 and not words[at + 1].gap.strip()
        word = words[index]
        if not (word.capitalised or self._names.is_well_known(self._names.dictionary_form([word], None))):
            return _ALL_CASES  # «на посадочной площадки»: a slip
        return _GOVERNED.get(words[at].norm, _ALL_CASES) if plain else _ALL_CASES

    def is_standalone_adjective(self, words: Sequence[Word], index: int) -> bool:
        """Return whether the adjective has no noun of its own: «на советской возле», not «на детской площадке»."""
        word = words[index]
        if not self._names.is_street_adjective(word):
            return False
        form = self._morphology.form(word.norm)
        governed = self._governed_cases(words, index)
        feminine = [case for case in _FEMININE_CASES if form.can_be("ADJF", "femn", case)]
        feminine = [case for case in feminine if case in governed] or feminine
        named = word.capitalised and not (word.raw.isupper() or word.starts_sentence) and index > 0
        on_street = named and words[index - 1].norm in _ALONG  # «на Учительской», «по Рабочей»
        if not feminine or (_is_common_noun(form) and not on_street):
            return False
        if index + 1 >= len(words) or words[index + 1].gap.strip(" "):
            return True
        if len(words[index + 1].norm) == 1:
            return True  # a preposition, no abbreviation
        following = self._morphology.form(words[index + 1].norm)
        agreeing = any(form.can_be("ADJF", "femn", one) and following.can_be("ADJF", "femn", one) for one in feminine)
        if agreeing and not words[index + 1].capitalised:
            return False
        if self._names.agree(word, words[index + 1], governed) and not (on_street and self._is_apart(words, index)):
            return False
        nouns = [tag for tag in following.tags if tag >= {"NOUN", "femn"} and "Surn" not in tag]
        return not any(case in tag for tag in nouns for case in feminine)


def _is_common_noun(form: WordForm) -> bool:
    """Return whether the word is a noun as well, other than a surname («Московская») or a town («Лесной»)."""
    return any("NOUN" in tag and tag.isdisjoint(("Surn", "Geox")) for tag in form.tags)
