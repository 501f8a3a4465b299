"""Names of people in Russian texts: patronymics, initials, given names with surnames, and announced names."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from bot.domain.text_normal import fold
from bot.understanding.text.morphology import Morphology
from bot.understanding.text.rules import load_rules
from bot.understanding.text.word_lists import parse_word_list

_WORD = re.compile(r"[А-Яа-яЁё]+(?:-[А-Яа-яЁё]+)?")
_PATRONYMIC = re.compile(
    r"(?:(?:ов|ев)ич|льич|мич|тич|кич)(?:а|у|ем|ом|е|и|ей|ам|ами|ах)?$|(?:овн|евн|ичн)(?:а|ы|е|у|ой|ою|ам|ами|ах)?$|"
    r"(?:[аиы]лыч|аныч|ваныч|игорич|палыч|саныч|етрович|ргеич|ергеич|ндреич|ексеич|колаич|ихалыч)(?:а|у|ем|е)?$"
)
_SURNAME_ENDING = re.compile(
    r"(?:[оеё]в|[иы]н|ск|цк)(?:а|у|ым|ом|е|ой|ою|ий|ого|ому|им|ая|ую)?$|(?:енко|чук|юк|ук|ян|дзе|швили|их|ых|ко|ич|ец)$"
)
_INITIALS = re.compile(
    r"(?<![А-Яа-яЁё.])(?:"
    r"(?P<after>[А-ЯЁ][а-яё]+(?:-[А-ЯЁ][а-яё]+)?(?= |[А-ЯЁ])|[А-ЯЁ]{3,}(?= )|[а-яё]{4,}(?= )) ?"
    r"(?:[А-ЯЁ]\. ?[А-ЯЁ](?:\.|\b)|[А-ЯЁ] [А-ЯЁ](?![А-Яа-яё])|(?<= )[а-яё]\. ?[а-яё]\.)"
    r"|[А-ЯЁ]\. ?(?:[А-ЯЁ]\. ?)?(?P<before>[А-ЯЁ][а-яё]{2,}(?:-[А-ЯЁ][а-яё]+)?|[А-ЯЁ]{3,}))"
)
_SINGLE_INITIAL = re.compile(r"(?<![А-Яа-яЁё])(?P<after>[А-ЯЁ][а-яё]{2,}) [А-ЯЁ]\.(?! ?[А-ЯЁ])")
_INTRODUCTION = re.compile(
    r"(?i)\b(?:зовут(?: меня| е[её]| его)?|мо[её] имя|фамилия(?: моя)?|ф\.? ?и\.? ?о\.?|имя|подпись|пишет вам|"
    r"вас беспокоит|с уважением|заявитель(?:ница)?|собственник|квартиросъ[её]мщик|владелец|спросить|спрашивать)"
    r"[ ,:—–\-\n]{1,4}(?=[А-Яа-яЁё])"
)
_HOUSE_AFTER = re.compile(r",? ?(?:д\. ?|дом ?№? ?|д )?\d{1,3}(?![\d\-]\d)")
_NAME_GRAMMEMES = ("Name", "Surn", "Patr")
_AFTER_PATRONYMIC = ("оглы", "кызы")
_OPENING_QUOTES = ("«", "“", "„", '"')


@dataclass(frozen=True, slots=True)
class _Token:
    start: int
    end: int
    raw: str
    norm: str
    glued: bool
    """Only a space separates it from the word before."""

    @property
    def capitalised(self) -> bool:
        return self.raw[0].isupper()


class NameFinder:
    """Finds names of people; streets, monuments and offices that bear a name are left alone."""

    def __init__(self, morphology: Morphology) -> None:
        self._morphology = morphology
        self._words = {name: parse_word_list(source) for name, source in load_rules("privacy").items()}

    def find(self, text: str) -> Iterator[tuple[int, int]]:
        """Yield the places of names in *text*, which do not overlap in one sweep but may repeat."""
        words = _split(text)
        yield from self._by_initials(text, words)
        for at, word in enumerate(words):
            if _PATRONYMIC.search(word.norm):
                yield from self._by_patronymic(words, at)
            if word.capitalised and at and word.glued and words[at - 1].capitalised:
                yield from self._by_pair(text, words, at)
            if at > 1 and word.glued and words[at - 2].norm == "я" and self._is_lower_case_name(words[at - 1], word):
                yield words[at - 1].start, word.end
            if word.norm in _AFTER_PATRONYMIC and at > 1 and word.glued:
                yield words[at - 2].start, word.end
            if at and word.glued and self._words["relatives"].contains(words[at - 1].norm):
                yield from self._announced(words, at)
        for found in _INTRODUCTION.finditer(text):
            for at in (index for index, word in enumerate(words) if word.start == found.end()):
                yield from self._announced(words, at, introduced=True)

    def may_begin_at(self, text: str, at: int) -> bool:
        """Return whether :meth:`find` may find a name that begins at *at*; it costs a hundredth of that.

        A name begins with a capital or a word that can be one, else «оглы» comes after; «диспетчеру» is none.
        """
        word = _WORD.match(text, at)
        if word is None or text[at].isupper():
            return word is not None
        norm = fold(word[0])
        if _PATRONYMIC.search(norm) or any(map(self._morphology.form(norm).can_be, _NAME_GRAMMEMES)):
            return True
        lower = text.lower()
        return any([sign in lower for sign in _AFTER_PATRONYMIC])

    def _by_patronymic(self, words: Sequence[_Token], at: int) -> Iterator[tuple[int, int]]:
        word = words[at]
        form = self._morphology.form(word.norm)
        if not (form.can_be("Patr") or (word.capitalised and not form.known and len(word.norm) > 5)):
            return
        first = last = at
        given = at and word.glued and self._is_given(words[at - 1])
        if given:
            first = at - 1
            if words[first].glued and first and self._is_surname(words[first - 1], beside_name=True):
                first -= 1
        if not given and not word.capitalised:
            return
        if first >= at - 1 and at + 1 < len(words) and words[at + 1].glued:
            following = words[at + 1]
            if self._is_surname(following, beside_name=True) and not self._words["after"].contains(following.norm):
                last = at + 1
        if not self._names_place(words, first):
            yield words[first].start, words[last].end

    def _by_pair(self, text: str, words: Sequence[_Token], at: int) -> Iterator[tuple[int, int]]:
        one, other = words[at - 1], words[at]
        is_name = (self._is_dictionary_name(one) and self._is_surname(other)) or (
            self._is_surname(one) and self._is_dictionary_name(other)
        )
        if not is_name or text[max(0, one.start - 2) : one.start].strip().endswith(_OPENING_QUOTES):
            return
        if self._names_place(words, at - 1):
            return
        if at + 1 < len(words) and words[at + 1].glued and self._words["after"].contains(words[at + 1].norm):
            return
        if self._is_famous(one) or self._is_famous(other) or self._is_street(text, words, at):
            return
        yield one.start, other.end

    def _is_lower_case_name(self, one: _Token, other: _Token) -> bool:
        """Return whether two words without capitals are first of all a given name and a surname («я мария иванова»)."""
        grammars = [self._morphology.form(word.norm).tags[:1] for word in (one, other)]
        kinds = [{"Name", "Surn"} & tags[0] if tags else frozenset() for tags in grammars]
        return {"Name"} in kinds and {"Surn"} in kinds

    def _is_street(self, text: str, words: Sequence[_Token], at: int) -> bool:
        """Return whether the pair that ends at *at* is a street without the word for it («на Марии Цукановой 12»)."""
        pair = words[at - 1 : at + 1]
        if not all(self._morphology.form(word.norm).can_be("gent") for word in pair):
            return False
        if _HOUSE_AFTER.match(text, pair[1].end):
            return True
        before = [word.norm for word in words[max(0, at - 4) : at - 1]]
        return before[-1:] == ["на"] and not self._words["complaints"].contains_any(before)

    def _announced(self, words: Sequence[_Token], at: int, *, introduced: bool = False) -> Iterator[tuple[int, int]]:
        """Yield the name that begins at *at*, after a relative or an introduction."""
        last = at - 1
        while last + 1 < len(words) and last + 1 < at + 3 and (last + 1 == at or words[last + 1].glued):
            word = words[last + 1]
            form = self._morphology.form(word.norm)
            likely = form.tags[0] if form.tags else frozenset()
            named = {"Name", "Surn", "Patr"} & likely
            if word.capitalised:
                is_name = bool(named) or self._is_given(word) or self._is_surname(word)
            else:
                is_name = bool(named) and (introduced or form.can_be("Surn") or last >= at)
            if not is_name:
                break
            last += 1
        if last >= at and not self._names_place(words, at):
            yield words[at].start, words[last].end

    def _by_initials(self, text: str, words: Sequence[_Token]) -> Iterator[tuple[int, int]]:
        for found in (*_INITIALS.finditer(text), *_SINGLE_INITIAL.finditer(text)):
            part = "after" if found["after"] else "before"
            surname = next((word for word in words if word.start == found.start(part)), None)
            if surname is None:  # the capital letter is within a word, as in «А-аАА А»
                continue
            first = next(index for index, word in enumerate(words) if word.end > found.start())
            if self._has_initials(surname, found[0]) and not self._names_place(words, first):
                yield found.span()

    def _has_initials(self, surname: _Token, found: str) -> bool:
        """Return whether the initials in *found* belong to *surname*, and are not «г. Курск»."""
        form = self._morphology.form(surname.norm)
        is_single = found.count(".") < 2
        if self._is_famous(surname) or (form.can_be("Geox") and is_single):
            return False
        if found.startswith(surname.raw) and is_single and found.endswith("."):
            return form.can_be("Name") or "Surn" in form.tags[0]
        looks_like_one = not form.known or _SURNAME_ENDING.search(surname.norm) is not None
        return form.can_be("Surn") or (surname.capitalised and looks_like_one)

    def _names_place(self, words: Sequence[_Token], first: int) -> bool:
        """Return whether the words before *first* make the name that of a street, a square, a school …"""
        for at in range(first - 1, max(-1, first - 5), -1):
            if self._words["streets"].contains(words[at].norm):
                return True
            if at == first - 1 and self._words["institutions"].contains(words[at].norm):
                return all(self._morphology.form(word.norm).can_be("gent") for word in words[first : first + 2])
            if not words[at].glued:
                return False
        return False

    def _is_famous(self, word: _Token) -> bool:
        """Return whether *word* is nearly always a street, a monument or a church: those have it in the genitive."""
        form = self._morphology.form(word.norm)
        return form.can_be("gent") and self._words["famous"].contains_any(list(form.lemmas))

    def _is_given(self, word: _Token) -> bool:
        form = self._morphology.form(word.norm)
        return self._is_dictionary_name(word) or (word.capitalised and not form.known and len(word.norm) > 2)

    def _is_dictionary_name(self, word: _Token) -> bool:
        return len(word.norm) > 1 and self._morphology.form(word.norm).can_be("Name")  # a letter can be an initial

    def _is_surname(self, word: _Token, *, beside_name: bool = False) -> bool:
        form = self._morphology.form(word.norm)
        if word.capitalised:
            unknown = not form.known and len(word.norm) > 2
            return form.can_be("Surn") or unknown or (beside_name and bool(_SURNAME_ENDING.search(word.norm)))
        return beside_name and bool(form.tags) and "Surn" in form.tags[0]


def _split(text: str) -> list[_Token]:
    words: list[_Token] = []
    end = -1
    for found in _WORD.finditer(text):
        glued = end >= 0 and text[end : found.start()] in (" ", "  ")
        words.append(_Token(found.start(), found.end(), found[0], fold(found[0]), glued))
        end = found.end()
    return words
