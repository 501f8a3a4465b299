"""Recognition of landmarks: «школа № 4», «за Пятёрочкой», «остановка Депо», «в парке»."""

import re
from collections.abc import Sequence

from bot.understanding.places.landmark_heads import JOINED_NOUNS, SHORT_NAMES, LandmarkHead, LandmarkHeads
from bot.understanding.places.landmark_record import (
    IN_SCORE,
    NAMED_SCORE,
    NEAR_SCORE,
    NUMBERED_SCORE,
    SPAN_SCORE,
    SUBJECT_SCORE,
    Landmark,
)
from bot.understanding.places.landmark_relations import LandmarkRelations
from bot.understanding.places.shop_names import ShopNames
from bot.understanding.places.vocabulary import Vocabulary
from bot.understanding.text.memory import remember
from bot.understanding.text.morphology import Morphology
from bot.understanding.text.tokens import Word

_IN = frozenset({"в", "во", "на"})
_STROKED = frozenset({"ч"}.union(second for _, second in SHORT_NAMES))
_WALKED_ALONG = frozenset({"аллея", "парк", "сквер", "мост", "набережная", "дамба", "лесопарк", "путепровод", "виадук"})
_REDS = frozenset({"красное", "красного", "красным", "красном", "красному"})
_COOPERATIVE = re.compile(r"(гск|гспк|жск)-?(\d{1,3})")
_ROADS = frozenset({"трасса", "автодорога", "автотрасса", "шоссе", "дорога"})
_ROAD_NUMBER = re.compile(r"[мраmpa]-?\d{1,3}")
_OPENING = re.compile(r"[«\"“„']\s*$")
_SPAN_WORDS = 6
"""Words between «от поликлиники» and «до моста»."""


class LandmarkFinder:
    """Finds institutions, shops and other objects that people tell the way by."""

    def __init__(self, vocabulary: Vocabulary, morphology: Morphology) -> None:
        self._words = vocabulary.landmarks
        self._morphology = morphology
        self._heads = LandmarkHeads(vocabulary, morphology)
        self._relations = LandmarkRelations(morphology)
        self._shops = ShopNames(vocabulary, morphology, self._relations)
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
                found = self._shops.find_quoted(words, index)
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
        return any(lemma in self._words.known or lemma.endswith(JOINED_NOUNS) for lemma in lemmas)

    def _find_at(self, words: Sequence[Word], index: int) -> Landmark | None:
        word = words[index]
        if (garages := _COOPERATIVE.fullmatch(word.norm)) is not None:
            return Landmark(f"{garages[1].upper()} № {garages[2]}", None, NUMBERED_SCORE)
        if index and _ROAD_NUMBER.fullmatch(word.norm) is not None:
            after = words[index - 1]
            named = not (word.gap.strip() or _ROADS.isdisjoint(self._morphology.form(after.norm).lemmas))
            return Landmark(f"трасса {word.raw.upper()}", None, NUMBERED_SCORE) if named else None
        if (word.norm, word.gap) == ("ч", "/") and index + 1 < len(words) and words[index + 1].is_number:
            return Landmark(f"в/ч {words[index + 1].raw}", None, NUMBERED_SCORE)
        if (
            word.norm.startswith("красн")
            and (red_and_white := self._shops.find_red_and_white(words, index)) is not None
        ):
            return red_and_white
        if word.norm.startswith(self._shop_starts):
            name = next(name for start, name in self._words.shops.items() if word.norm.startswith(start))
            return self._shops.find_shop(words, index, name)
        head = self._heads.head_at(words, index)
        return self._find_head(words, head) if head is not None else None

    def _find_head(self, words: Sequence[Word], head: LandmarkHead) -> Landmark | None:
        number = self._heads.number_of(words, head)
        name = None if number is not None else self._heads.name_of(words, head)
        first = head.start - 1 if number is not None and number[1] < head.noun else head.start
        relation = self._relations.find(words, head, first)
        if number is not None:
            title, score = f"{head.name} № {number[0]}", NUMBERED_SCORE
        elif name is not None:
            title, score = f"{self._heads.spell(head, ())} {name}", NAMED_SCORE
        else:
            title = self._heads.spell(head, head.adjectives)
            score = self._score_unnamed(words, head, relation)
        if score == 0:
            return None
        said = self._phrase(words, head, relation, number, name)
        return Landmark(title, said, score + (relation is not None), head.end)

    def _score_unnamed(self, words: Sequence[Word], head: LandmarkHead, relation: str | None) -> int:
        described = head.noun != head.start and head.name in self._words.described
        spoken = head.name.partition(" ")[0]  # of «парк Победы», which is on no list of its own
        spoken = next((noun for noun in JOINED_NOUNS if head.name.endswith(noun)), spoken)
        located = head.name in self._words.located or spoken in self._words.located or described
        located = located or (head.noun != head.start and head.name in self._words.named)
        if relation is not None and (located or head.name in self._words.near or spoken in self._words.near):
            return NEAR_SCORE
        if self._words.located.isdisjoint((head.name, spoken)) and not (described and head.adjectives):
            return 0
        before = words[head.start - 1].norm if head.start else ""
        if before == "от" and any(one.norm == "до" for one in words[head.end : head.end + _SPAN_WORDS]):
            return SPAN_SCORE
        form = self._morphology.form(words[head.noun].norm)
        case = any(form.can_be(part, one) for part in ("NOUN", "ADJF") for one in ("loct", "loc2"))
        if before == "по" and head.name in _WALKED_ALONG:
            return IN_SCORE  # «по аллее не пройти»
        if before in _IN and (case or form.can_be("Fixd") or not form.known):
            return IN_SCORE
        if before in _IN and form.can_be("NOUN", "accs") and self._relations.is_way(words):
            return IN_SCORE  # «в библиотеку не попасть»
        if head.start and not words[head.start].gap.strip() and form.can_be("NOUN", "gent"):
            owner = self._morphology.form(before)
            if owner.can_be("NOUN") and not owner.can_be("PREP"):
                return SUBJECT_SCORE  # «снег с крыши рынка»
        return SUBJECT_SCORE if self._is_subject(words, head) and not words[head.noun].negated else 0

    def _is_subject(self, words: Sequence[Word], head: LandmarkHead) -> bool:
        """Return whether something is told of the landmark, «МФЦ закрыт», or done to it, «закрыли библиотеку»."""
        form = self._morphology.form(words[head.noun].norm)
        if form.can_be("NOUN", "nomn"):
            return True
        if head.start and self._morphology.form(words[head.start - 1].norm).can_be("PREP"):
            return False
        acronym = self._words.spellings.get(head.name, "").isupper() and not form.known
        return acronym or (head.start > 0 and form.can_be("NOUN", "accs") and not words[head.start].gap.strip())

    def _phrase(
        self,
        words: Sequence[Word],
        head: LandmarkHead,
        relation: str | None,
        number: tuple[int, int] | None,
        name: str | None,
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
