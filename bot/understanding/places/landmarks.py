"""Recognition of landmarks: «школа № 4», «за Пятёрочкой», «остановка Депо», «в парке»."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from bot.understanding.places.vocabulary import Vocabulary
from bot.understanding.text.memory import remember
from bot.understanding.text.morphology import Morphology
from bot.understanding.text.tokens import Word

_CASES_AFTER = {
    "у": ("gent",), "возле": ("gent",), "около": ("gent",), "напротив": ("gent",), "вблизи": ("gent",),
    "позади": ("gent",), "сзади": ("gent",), "вокруг": ("gent",), "вдоль": ("gent",),
    "против": ("gent",), "мимо": ("gent",),
    "за": ("ablt",), "перед": ("ablt",), "над": ("ablt",), "под": ("ablt",), "между": ("ablt", "gent"),
}  # fmt: skip
"""The cases after a preposition that places something near a landmark: «за школой», but not «платить за школу»."""
_LONG_PREPOSITIONS = {
    ("недалеко", "от"), ("неподалеку", "от"), ("на", "месте"), ("на", "территории"), ("в", "районе"), ("дорогу", "от"),
    ("слева", "от"), ("справа", "от"), ("вход", "в"), ("входом", "в"), ("входа", "в"),
    ("входе", "в"), ("крыльцо", "в"), ("дорога", "к"), ("дороге", "к"), ("дорожке", "к"), ("подход", "к"),
    ("тротуар", "к"), ("пути", "к"), ("спуск", "к"), ("дорога", "до"), ("дорогу", "до"), ("дороги", "до"),
    ("тротуар", "до"), ("дойти", "до"), ("доехать", "до"), ("пройти", "до"), ("добраться", "до"),
    ("подъезд", "к"), ("подъезда", "к"), ("подъезды", "к"), ("проезд", "к"), ("проход", "к"), ("прохода", "к"),
    ("в", "сторону"), ("со", "стороны"), ("в", "направлении"),
}  # fmt: skip
"""Two words that tell where something is, with the landmark in the genitive, dative or accusative."""
_IN = frozenset({"в", "во", "на"})
_NUMBERED_SCORE, _NAMED_SCORE, _NEAR_SCORE, _IN_SCORE, _SPAN_SCORE, _SUBJECT_SCORE = 6, 6, 5, 3, 2, 1
_STOPS = frozenset({"остановка", "станция", "конечный"})
"""They are called after what is there, also in texts without capitals: «на остановке рынок»."""
_SHORT_NAMES = {("д", "с"): "детский сад", ("т", "ц"): "тц", ("т", "к"): "тц"}
"""Two letters with a stroke between them."""
_STROKED = frozenset({"ч"}.union(second for _, second in _SHORT_NAMES))
_WALKED_ALONG = frozenset({"аллея", "парк", "сквер", "мост", "набережная", "дамба", "лесопарк", "путепровод", "виадук"})
_REDS = frozenset({"красное", "красного", "красным", "красном", "красному"})
_COOPERATIVE = re.compile(r"(гск|гспк|жск)-?(\d{1,3})")
_REACHING = frozenset(
    {"пройти", "подойти", "проехать", "подъехать", "попасть", "добраться", "подобраться", "дойти", "доехать", "заехать"}
)
"""Verbs that tell of the way to a landmark: «к школе не пройти»."""
_ROADS = frozenset({"трасса", "автодорога", "автотрасса", "шоссе", "дорога"})
_ROAD_NUMBER = re.compile(r"[мраmpa]-?\d{1,3}")
_JOINED_NOUNS = ("завод", "комбинат", "фабрика", "вокзал", "больница", "рынок")
"""Nouns that others are joined with: «мехзавод», «стройрынок»."""
_POINTING = frozenset({"наш", "ваш", "этот", "тот"})
_MAX_NUMBER = 999
_NUMBER = re.compile(r"(\d{1,3})(?:-?(?:я|й|ю|ую|ой|ей|ом|го|му|м|е|ая))?")
_OPENING = re.compile(r"[«\"“„']\s*$")
_CLOSING = re.compile(r"^\s*[»\"”'“]")
_MAX_QUOTED_WORDS = 4
_MAX_ADJECTIVES = 2
_SPAN_WORDS = 6
"""Words between «от поликлиники» and «до моста»."""


@dataclass(frozen=True, slots=True)
class Landmark:
    """A landmark in its dictionary form, and as the message says it («у школы № 5»), if a preposition tells where.

    ``score``: the certainty that it is a place, larger for what has a number, a name or a preposition.
    """

    name: str
    phrase: str | None
    score: int
    end: int = -1
    """The index after its last word."""

    @property
    def is_beside(self) -> bool:
        """True if the message names the landmark to tell the way, not only as what it is about."""
        return self.score >= _NEAR_SCORE

    @property
    def is_sure(self) -> bool:
        """True if the landmark may be named together with a street."""
        return self.score >= _IN_SCORE


@dataclass(frozen=True, slots=True)
class _Head:
    """The noun of a landmark: words ``start`` … ``end`` (without) with its adjectives; ``name`` is its lemma."""

    start: int
    noun: int
    end: int
    name: str
    adjectives: tuple[str, ...]


class LandmarkFinder:
    """Finds institutions, shops and other objects that people tell the way by."""

    def __init__(self, vocabulary: Vocabulary, morphology: Morphology) -> None:
        self._words = vocabulary.landmarks
        self._numbers = vocabulary.numbers
        self._ordinals = vocabulary.ordinals
        self._morphology = morphology
        self._shop_starts = tuple(self._words.shops)
        self._may_name = remember(self._can_name)

    def find(self, words: Sequence[Word], taken: frozenset[int] = frozenset()) -> Landmark | None:
        """Return the surest landmark, the first of equals; *taken*: indexes of the words of the street."""
        best: Landmark | None = None
        for index, word in enumerate(words):
            if index in taken:
                continue
            found = self._find_at(words, index) if self._may_name(word.norm) else None
            if found is None and word.gap != " " and _OPENING.search(word.gap):
                found = self._find_quoted(words, index)
            if found is not None and (best is None or found.score > best.score):
                best = found
        return best

    def _can_name(self, norm: str) -> bool:
        """Return whether a word may be a landmark, or begin one; a cheap first check."""
        if (
            norm in _STROKED
            or norm in _REDS
            or _COOPERATIVE.fullmatch(norm) is not None
            or norm.startswith(self._shop_starts)
            or _ROAD_NUMBER.fullmatch(norm) is not None
        ):
            return True
        lemmas = (norm, *self._morphology.form(norm).lemmas)
        return any(lemma in self._words.known or lemma.endswith(_JOINED_NOUNS) for lemma in lemmas)

    def _find_at(self, words: Sequence[Word], index: int) -> Landmark | None:
        word = words[index]
        if (garages := _COOPERATIVE.fullmatch(word.norm)) is not None:
            return Landmark(f"{garages[1].upper()} № {garages[2]}", None, _NUMBERED_SCORE)
        if index and _ROAD_NUMBER.fullmatch(word.norm) is not None:
            after = words[index - 1]
            named = not (word.gap.strip() or _ROADS.isdisjoint(self._morphology.form(after.norm).lemmas))
            return Landmark(f"трасса {word.raw.upper()}", None, _NUMBERED_SCORE) if named else None
        if (word.norm, word.gap) == ("ч", "/") and index + 1 < len(words) and words[index + 1].is_number:
            return Landmark(f"в/ч {words[index + 1].raw}", None, _NUMBERED_SCORE)
        if word.norm.startswith("красн") and (red_and_white := self._find_red_and_white(words, index)) is not None:
            return red_and_white
        if word.norm.startswith(self._shop_starts):
            name = next(name for start, name in self._words.shops.items() if word.norm.startswith(start))
            return self._find_shop(words, index, name)
        head = self._head_at(words, index)
        return self._find_head(words, head) if head is not None else None

    def _find_quoted(self, words: Sequence[Word], index: int) -> Landmark | None:
        """Find what only its name tells, in quotation marks: «яма у «Сказки»», «в «Домовёнке» просрочка»."""
        word = words[index]
        if index == 0 or not word.capitalised or word.gap.strip(' «"“„'):
            return None
        before = words[index - 1].norm
        cases = _CASES_AFTER.get(before) or (("ablt",) if self._is_with(words, index) else ())
        if not cases and before not in _IN:
            return None
        form = self._morphology.form(word.norm)
        if not self._words.media.isdisjoint((word.norm, *form.lemmas)):
            return None
        end = self._quoted_end(words, index)
        if end is None:
            return None
        name = " ".join(one.raw for one in words[index:end])
        noun = form.known and form.can_be("NOUN") and not form.can_be("Abbr") and not word.raw.isupper()
        if end == index + 1 and noun and any(form.can_be("NOUN", case) for case in (*cases, "loct")):
            name = _capitalize(self._morphology.nominative(word.norm))
        if not cases:
            return Landmark(f"«{name}»", None, _IN_SCORE)
        prefix = "рядом с" if before in ("с", "со") else before
        said = " ".join(one.raw for one in words[index:end])
        return Landmark(f"«{name}»", f"{prefix} «{said}»", _NEAR_SCORE)

    def _quoted_end(self, words: Sequence[Word], start: int) -> int | None:
        """Return the index after the last word of a name in quotation marks; ``None`` if they do not close soon."""
        for end in range(start + 1, min(start + 1 + _MAX_QUOTED_WORDS, len(words))):
            if _CLOSING.match(words[end].gap):
                return end
        return len(words) if len(words) <= start + _MAX_QUOTED_WORDS else None

    def _find_shop(self, words: Sequence[Word], index: int, name: str) -> Landmark | None:
        """Find a chain's shop: «у пятёрочки», «магазин Магнит», but not «магнит на холодильник»."""
        if index == 0 or not name:
            return None
        before = words[index - 1].norm
        cases = _CASES_AFTER.get(before) or (("ablt",) if self._is_with(words, index) else ())
        form = self._morphology.form(words[index].norm)
        if cases and (not form.known or any(form.can_be("NOUN", case) for case in cases)):
            prefix = "рядом с" if before == "с" else before
            return Landmark(name, f"{prefix} {_capitalize(words[index].raw)}", _NEAR_SCORE)
        quoted = _OPENING.search(words[index].gap) is not None
        if before.startswith("магазин") and index > 1 and words[index - 2].norm in _CASES_AFTER:
            return Landmark(name, f"{words[index - 2].norm} {before} {name}", _NAMED_SCORE + 1)
        if before in ("магазин", "магазина", "магазине", "магазином") or (before in _IN and quoted):
            return Landmark(name, None, _IN_SCORE)
        return Landmark(name, None, _IN_SCORE) if before in _IN and words[index].capitalised else None

    def _find_red_and_white(self, words: Sequence[Word], index: int) -> Landmark | None:
        """Find the chain whose name is two adjectives: «у красного и белого», «в Красном и белом»."""
        following = [word.norm for word in words[index + 1 : index + 3]]
        if index == 0 or len(following) < 2 or following[0] != "и" or not following[1].startswith("бел"):
            return None
        before = words[index - 1].norm
        cases = _CASES_AFTER.get(before) or (("ablt",) if self._is_with(words, index) else ())
        form = self._morphology.form(words[index].norm)
        if cases and any(form.can_be("ADJF", "neut", case) for case in cases):
            prefix = "рядом с" if before in ("с", "со") else before
            said = " ".join(word.raw for word in words[index : index + 3])
            return Landmark("Красное и Белое", f"{prefix} {said}", _NEAR_SCORE, index + 3)
        inside = before in _IN and form.can_be("ADJF", "neut", "loct")
        return Landmark("Красное и Белое", None, _IN_SCORE, index + 3) if inside else None

    def _head_at(self, words: Sequence[Word], index: int) -> _Head | None:
        """Return the landmark whose noun is the word at *index*."""
        words_of = self._words
        if index + 1 < len(words) and not words[index + 1].gap.strip():
            phrase = words_of.phrases.get((self._lemma(words[index]), self._lemma(words[index + 1])))
            if phrase is not None:
                return _Head(index, index + phrase.noun, index + 2, phrase.name, ())
        if words[index].gap == "/" and index:
            short = _SHORT_NAMES.get((words[index - 1].norm, words[index].norm))
            return _Head(index - 1, index, index + 1, short, ()) if short is not None else None
        lemma = self._lemma(words[index])
        child = index > 0 and "детский" in self._morphology.form(words[index - 1].norm).lemmas
        if lemma == "сад" and not child and self._is_numbered_garden(words, index):
            return _Head(index, index, index + 1, "детский сад", ())
        if lemma not in words_of.heads and not lemma.endswith(_JOINED_NOUNS):
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
            return _Head(start, index, index + 1, name, ())
        name = words_of.numbered.get(lemma, lemma)
        return _Head(start, index, index + 1, name, tuple(adjectives[at] for at in sorted(adjectives)))

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

    def _find_head(self, words: Sequence[Word], head: _Head) -> Landmark | None:
        number = self._number_of(words, head)
        name = None if number is not None else self._name_of(words, head)
        first = head.start - 1 if number is not None and number[1] < head.noun else head.start
        relation = self._relation(words, head, first)
        if number is not None:
            title, score = f"{head.name} № {number[0]}", _NUMBERED_SCORE
        elif name is not None:
            title, score = f"{self._spell(head, ())} {name}", _NAMED_SCORE
        else:
            title = self._spell(head, head.adjectives)
            score = self._score_unnamed(words, head, relation)
        if score == 0:
            return None
        said = self._phrase(words, head, relation, number, name)
        return Landmark(title, said, score + (relation is not None), head.end)

    def _score_unnamed(self, words: Sequence[Word], head: _Head, relation: str | None) -> int:
        described = head.noun != head.start and head.name in self._words.described
        spoken = head.name.partition(" ")[0]  # of «парк Победы», which is on no list of its own
        spoken = next((noun for noun in _JOINED_NOUNS if head.name.endswith(noun)), spoken)
        located = head.name in self._words.located or spoken in self._words.located or described
        located = located or (head.noun != head.start and head.name in self._words.named)
        if relation is not None and (located or head.name in self._words.near or spoken in self._words.near):
            return _NEAR_SCORE
        if self._words.located.isdisjoint((head.name, spoken)) and not (described and head.adjectives):
            return 0
        before = words[head.start - 1].norm if head.start else ""
        if before == "от" and any(one.norm == "до" for one in words[head.end : head.end + _SPAN_WORDS]):
            return _SPAN_SCORE
        form = self._morphology.form(words[head.noun].norm)
        case = any(form.can_be(part, one) for part in ("NOUN", "ADJF") for one in ("loct", "loc2"))
        if before == "по" and head.name in _WALKED_ALONG:
            return _IN_SCORE  # «по аллее не пройти»
        if before in _IN and (case or form.can_be("Fixd") or not form.known):
            return _IN_SCORE
        if head.start and not words[head.start].gap.strip() and form.can_be("NOUN", "gent"):
            owner = self._morphology.form(before)
            if owner.can_be("NOUN") and not owner.can_be("PREP"):
                return _SUBJECT_SCORE  # «снег с крыши рынка»
        return _SUBJECT_SCORE if form.can_be("NOUN", "nomn") and not words[head.noun].negated else 0

    def _relation(self, words: Sequence[Word], head: _Head, first: int) -> str | None:
        """Return the preposition that tells where something is from the landmark, if its case fits."""
        if first == 0 or words[first].gap.strip(' «"'):
            return None
        before = words[first - 1].norm
        cases = _CASES_AFTER.get(before)
        if cases is None and self._is_with(words, first):
            before, cases = "рядом с", ("ablt",)
        if cases is None and first > 1 and (words[first - 2].norm, before) in _LONG_PREPOSITIONS:
            before, cases = f"{words[first - 2].norm} {before}", ("gent", "datv", "accs")
        if cases is None and before in ("к", "ко") and any(word.norm in _REACHING for word in words):
            before, cases = "подход к", ("datv",)
        if cases is None:
            return None
        form = self._morphology.form(words[head.noun].norm)
        fits = any(form.can_be("NOUN", case) for case in cases) or form.can_be("Fixd") or not form.can_be("NOUN")
        return before if fits else None

    def _is_with(self, words: Sequence[Word], index: int) -> bool:
        """Return whether «рядом с», «недалеко от» precedes."""
        return index > 1 and words[index - 1].norm in ("с", "со") and words[index - 2].norm == "рядом"

    def _number_of(self, words: Sequence[Word], head: _Head) -> tuple[int, int] | None:
        """Return the number of an institution and the index of its word: «школа № 4», «во второй школе», «школа 5»."""
        if head.name not in self._words.numbered.values():
            return None
        after = head.end
        if after < len(words) and words[after].norm in ("номер", "№", "n"):
            after += 1
        if after < len(words) and not words[after].gap.strip(" №#-N"):
            value = self._value(words[after])
            spelled = after > head.end or words[after].is_number
            if value is not None and spelled:
                return value, after
        if head.start > 0 and not words[head.start].gap.strip(" -"):
            before = words[head.start - 1]
            value = self._value(before) if before.is_number else self._ordinal(before)
            if value is not None:
                return value, head.start - 1
        return None

    def _value(self, word: Word) -> int | None:
        digits = _NUMBER.fullmatch(word.norm)
        value = int(digits[1]) if digits is not None else self._numbers.get(word.norm)
        return value if value is not None and 0 < value <= _MAX_NUMBER else None

    def _ordinal(self, word: Word) -> int | None:
        if not self._morphology.form(word.norm).can_be("Anum"):
            return None
        return next((self._ordinals.get(lemma) for lemma in self._morphology.form(word.norm).lemmas), None)

    def _name_of(self, words: Sequence[Word], head: _Head) -> str | None:
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
        name = " ".join(_capitalize(one.raw) for one in words[at:end])
        return self._quote(head, name) if nominative else name  # «парк Победы» is no name in quotation marks

    def _can_be_name(self, word: Word, lemma: str, *, nominative: bool) -> bool:
        """Return whether a capitalised word names a landmark: no verb, and no landmark to which the other belongs."""
        form = self._morphology.form(word.norm)
        if any(form.can_be(part) for part in ("PREP", "VERB", "ADVB", "CONJ", "NPRO", "PRCL", "INFN")):
            return False
        return nominative or lemma not in self._words.heads

    def _quote(self, head: _Head, name: str) -> str:
        return _capitalize(name) if head.name in self._words.unquoted else f"«{_capitalize(name)}»"

    def _spell(self, head: _Head, adjectives: Sequence[str]) -> str:
        name = self._words.spellings.get(head.name, head.name)
        if head.name in self._words.plural:
            return f"{name}и" if name.endswith("ж") else f"{name[:-1]}и"
        return " ".join((*adjectives, name))

    def _phrase(
        self, words: Sequence[Word], head: _Head, relation: str | None, number: tuple[int, int] | None, name: str | None
    ) -> str | None:
        if relation is None:
            return None
        spelled = self._words.spellings.get(head.name, "")
        said = [word.norm if word.raw.isupper() else word.raw for word in words[head.start : head.end]]
        if spelled.isupper():  # an acronym is not declined
            said = [*said[:-1], spelled]
        if number is not None:
            said.append(f"№ {number[0]}")
        elif name is not None:
            said.append(name)
        return " ".join((relation, *said))

    def _lemma(self, word: Word) -> str:
        """Return the lemma that names a landmark, if one does, else the likeliest: «парке» is of «парк» and «парка»."""
        lemmas = self._morphology.form(word.norm).lemmas
        return next((one for one in lemmas if one in self._words.known), lemmas[0] if lemmas else word.norm)


def _gender(tags: Sequence[frozenset[str]]) -> str:
    nouns = [tag for tag in tags if "NOUN" in tag]
    return next(iter(nouns[0] & {"masc", "femn", "neut"}), "masc") if nouns else "masc"


def _capitalize(name: str) -> str:
    if name.isupper() and len(name) > 3:
        name = name.lower()
    return name[:1].upper() + name[1:]
