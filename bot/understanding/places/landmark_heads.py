"""The nouns of landmarks with their adjectives, numbers and names: «вторая школа», «детский сад «Теремок»»."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from bot.understanding.places.landmark_record import capitalize
from bot.understanding.places.vocabulary import Vocabulary
from bot.understanding.text.morphology import Morphology
from bot.understanding.text.tokens import Word

_STOPS = frozenset({"остановка", "станция", "конечный"})
"""They are called after what is there, also in texts without capitals: «на остановке рынок»."""
SHORT_NAMES = {("д", "с"): "детский сад", ("т", "ц"): "тц", ("т", "к"): "тц"}
"""Two letters with a stroke between them."""
JOINED_NOUNS = ("завод", "комбинат", "фабрика", "вокзал", "больница", "рынок")
"""Nouns that others are joined with: «мехзавод», «стройрынок»."""
_IN_HONOUR = frozenset({"имени", "им"})
_POINTING = frozenset({"наш", "ваш", "этот", "тот"})
_MAX_NUMBER = 999
_MIN_TENS = 20
_NUMBER = re.compile(r"(\d{1,3})(?:-?(?:я|й|ю|ую|ой|ей|ом|го|му|м|е|ая))?")
_OPENING = re.compile(r"[«\"“„']\s*$")
_CLOSING = re.compile(r"^\s*[»\"”'“]")
_MAX_QUOTED_WORDS = 4
_MAX_ADJECTIVES = 2


@dataclass(frozen=True, slots=True)
class LandmarkHead:
    """The noun of a landmark: words ``start`` … ``end`` (without) with its adjectives; ``name`` is its lemma."""

    start: int
    noun: int
    end: int
    name: str
    adjectives: tuple[str, ...]


class LandmarkHeads:
    """Reads the noun of a landmark and what belongs to it."""

    def __init__(self, vocabulary: Vocabulary, morphology: Morphology) -> None:
        self._words = vocabulary.landmarks
        self._numbers = vocabulary.numbers
        self._ordinals = vocabulary.ordinals
        self._morphology = morphology

    def head_at(self, words: Sequence[Word], index: int) -> LandmarkHead | None:
        """Return the landmark whose noun is the word at *index*."""
        words_of = self._words
        if index + 1 < len(words) and not words[index + 1].gap.strip():
            phrase = words_of.phrases.get((self._lemma(words[index]), self._lemma(words[index + 1])))
            if phrase is not None:
                return LandmarkHead(index, index + phrase.noun, index + 2, phrase.name, ())
        if words[index].gap == "/" and index:
            short = SHORT_NAMES.get((words[index - 1].norm, words[index].norm))
            return LandmarkHead(index - 1, index, index + 1, short, ()) if short is not None else None
        lemma = self._lemma(words[index])
        child = index > 0 and "детский" in self._morphology.form(words[index - 1].norm).lemmas
        if lemma == "сад" and not child and self._is_numbered_garden(words, index):
            return LandmarkHead(index, index, index + 1, "детский сад", ())
        if lemma not in words_of.heads and not lemma.endswith(JOINED_NOUNS):
            return None
        adjectives: dict[int, str] = {}
        start = index
        while start > 0 and index - start < _MAX_ADJECTIVES and not words[start].gap.strip(" "):
            if start > 1 and (words[start - 2].norm, words[start - 1].norm, words[start - 1].gap) == ("ж", "д", "/"):
                start -= 2
                continue
            if words[start - 1].norm == "жд":
                start -= 1
                continue
            adjective = self._adjective(words[start - 1], words[index], lemma)
            if adjective is not None:
                adjectives[start - 1] = adjective
            elif _POINTING.isdisjoint(self._morphology.form(words[start - 1].norm).lemmas):
                break  # «возле нашего магазина» is near it all the same
            start -= 1
        needed = words_of.compound.get(lemma)
        if needed is not None:
            fitting = next((at for at in adjectives if self._lemma(words[at]) in needed), None)
            if fitting is None:
                return None
            child = lemma == "сад" and "детский" in self._morphology.form(words[fitting].norm).lemmas
            name = "детский сад" if child else f"{adjectives[fitting].lower()} {lemma}"
            return LandmarkHead(start, index, index + 1, name, ())
        name = words_of.numbered.get(lemma, lemma)
        return LandmarkHead(start, index, index + 1, name, tuple(adjectives[at] for at in sorted(adjectives)))

    def _is_numbered_garden(self, words: Sequence[Word], index: int) -> bool:
        """Return whether «сад № 5», «сад 112» is said, not «сад 5 соток»."""
        if index + 1 >= len(words):
            return False
        if "№" in words[index + 1].gap:
            return True
        if not words[index + 1].norm.isdecimal() or words[index + 1].gap != " ":
            return False
        following = words[index + 2] if index + 2 < len(words) else None
        return following is None or not self._morphology.form(following.norm).can_be("NOUN", "gent")

    def _adjective(self, word: Word, noun: Word, lemma: str) -> str | None:
        """Return the adjective in the gender of *lemma*, if it belongs to *noun*: «детской» for «поликлинике»."""
        form = self._morphology.form(word.norm)
        if not form.can_be("ADJF") or form.can_be("Apro") or form.can_be("Anum") or word.is_number:
            return None
        if not self._words.vague.isdisjoint(form.lemmas):
            return None
        gender = _gender(self._morphology.form(lemma).tags)
        nouns = [tag for tag in self._morphology.form(noun.norm).tags if "NOUN" in tag and gender in tag]
        nouns = [tag | {"loct"} if "loc2" in tag else tag for tag in nouns]  # «на пешеходном мосту»
        agrees = any(
            one & other & {"nomn", "gent", "datv", "accs", "ablt", "loct"} and one & other & {"sing", "plur"}
            for one in form.tags
            if "ADJF" in one
            for other in nouns
        )
        inflected = self._morphology.in_gender(word.norm, gender) if agrees else None
        if inflected is None:
            return None
        return (
            inflected.capitalize()
            if word.capitalised and not (word.raw.isupper() or word.starts_sentence)
            else inflected
        )

    def number_of(self, words: Sequence[Word], head: LandmarkHead) -> tuple[int, int] | None:
        """Return the number of an institution and the index of its word: «школа № 4», «во второй школе», «школа 5»."""
        if head.name not in self._words.numbered.values():
            return None
        after = head.end
        if after < len(words) and words[after].norm in ("номер", "№", "n"):
            after += 1
        if after < len(words) and not words[after].gap.strip(" №#-N"):
            value = self._value(words[after])
            named = after > head.end or words[after].is_number
            if value is not None and named:
                return value, after
            if value is not None and (told := self._spelled_number(words, after)) is not None:
                return told, after
        if head.start > 0 and not words[head.start].gap.strip(" -"):
            before = words[head.start - 1]
            value = self._value(before) if before.is_number else self._ordinal(before)
            if value is not None:
                return value, head.start - 1
        return None

    def _spelled_number(self, words: Sequence[Word], index: int) -> int | None:
        """Return the number of «школа двадцать три», which counts nothing: «школа три года ждёт ремонта»."""
        value, end = self._numbers.get(words[index].norm, 0), index + 1
        is_tens = value >= _MIN_TENS and value % 10 == 0 and end < len(words)
        unit = self._numbers.get(words[end].norm, 0) if is_tens else 0
        if 0 < unit < 10:
            value, end = value + unit, end + 1
        if end < len(words) and not words[end].gap.strip():
            form = self._morphology.form(words[end].norm)
            if not (form.can_be("PREP") or form.can_be("VERB") or words[end].norm in ("не", "нет")):
                return None
        return value

    def _value(self, word: Word) -> int | None:
        digits = _NUMBER.fullmatch(word.norm)
        value = int(digits[1]) if digits is not None else self._numbers.get(word.norm)
        return value if value is not None and 0 < value <= _MAX_NUMBER else None

    def _ordinal(self, word: Word) -> int | None:
        if not self._morphology.form(word.norm).can_be("Anum"):
            return None
        return next((self._ordinals.get(lemma) for lemma in self._morphology.form(word.norm).lemmas), None)

    def name_of(self, words: Sequence[Word], head: LandmarkHead) -> str | None:
        """Return the proper name that follows: «остановка «Автостанция»», «бассейн Спартак», «в садике ромашка»."""
        at = head.end
        if head.name not in self._words.named or at >= len(words):
            return None
        if _OPENING.search(words[at].gap) and not words[at].gap.strip(" «\"“„'"):
            end = at + 1
            while end < len(words) and end < at + _MAX_QUOTED_WORDS and not _CLOSING.match(words[end].gap):
                end += 1
            return self._quote(head, " ".join(word.raw for word in words[at:end]))
        word = words[at]
        if word.gap.strip() or word.is_number:
            return None
        if word.norm in _IN_HONOUR and at + 1 < len(words) and words[at + 1].capitalised and len(words[at + 1].raw) > 2:
            return f"имени {words[at + 1].raw}"
        form = self._morphology.form(word.norm)
        lemma = self._lemma(word)
        proper = word.capitalised and not word.raw.isupper()
        declined = form.can_be("NOUN") or form.can_be("ADJF")
        nominative = not declined or (form.can_be("nomn") and "gent" not in form.tags[0])
        stop = head.name in _STOPS and lemma in self._words.heads
        usual = nominative and (lemma in self._words.names or stop)
        if not usual and not (proper and self._can_be_name(word, lemma, nominative=nominative)):
            return None
        if head.name == "район" and not form.can_be("nomn"):
            return None
        following = words[at + 1] if at + 1 < len(words) else None
        two = proper and following is not None and following.capitalised and not following.gap.strip()
        end = at + 1 + (two and following is not None and self._can_be_name(following, "", nominative=True))
        name = " ".join(capitalize(one.raw) for one in words[at:end])
        return self._quote(head, name) if nominative else name  # «парк Победы» is no name in quotation marks

    def _can_be_name(self, word: Word, lemma: str, *, nominative: bool) -> bool:
        """Return whether a capitalised word names a landmark: no verb, and no landmark to which the other belongs."""
        form = self._morphology.form(word.norm)
        if any(form.can_be(part) for part in ("PREP", "VERB", "ADVB", "CONJ", "NPRO", "PRCL", "INFN")):
            return False
        return nominative or lemma not in self._words.heads

    def _quote(self, head: LandmarkHead, name: str) -> str:
        return capitalize(name) if head.name in self._words.unquoted else f"«{capitalize(name)}»"

    def spell(self, head: LandmarkHead, adjectives: Sequence[str]) -> str:
        name = self._words.spellings.get(head.name, head.name)
        if head.name in self._words.plural:
            return f"{name}и" if name.endswith("ж") else f"{name[:-1]}и"
        return " ".join((*adjectives, name))

    def _lemma(self, word: Word) -> str:
        """Return the lemma that names a landmark, if one does, else the likeliest: «парке» is of «парк» and «парка»."""
        lemmas = self._morphology.form(word.norm).lemmas
        return next((one for one in lemmas if one in self._words.known), lemmas[0] if lemmas else word.norm)


def _gender(tags: Sequence[frozenset[str]]) -> str:
    nouns = [tag for tag in tags if "NOUN" in tag]
    return next(iter(nouns[0] & {"masc", "femn", "neut"}), "masc") if nouns else "masc"
