"""Shops, cafés and others that only their name tells: «у Пятёрочки», «в «Домовёнке»», «Красное и Белое»."""

import re
from collections.abc import Sequence

from bot.understanding.places.landmark_record import IN_SCORE, NAMED_SCORE, NEAR_SCORE, Landmark, capitalize
from bot.understanding.places.landmark_relations import LandmarkRelations
from bot.understanding.places.vocabulary import Vocabulary
from bot.understanding.text.morphology import Morphology
from bot.understanding.text.tokens import Word

_IN = frozenset({"в", "во", "на"})
_OPENING = re.compile(r"[«\"“„']\s*$")
_CLOSING = re.compile(r"^\s*[»\"”'“]")
_MAX_QUOTED_WORDS = 4


class ShopNames:
    """Finds names in quotation marks and names of chains."""

    def __init__(self, vocabulary: Vocabulary, morphology: Morphology, relations: LandmarkRelations) -> None:
        self._words = vocabulary.landmarks
        self._morphology = morphology
        self._relations = relations

    def find_quoted(self, words: Sequence[Word], index: int) -> Landmark | None:
        """Find what only its name tells, in quotation marks: «яма у «Сказки»», «в «Домовёнке» просрочка»."""
        word = words[index]
        if index == 0 or not word.capitalised or word.gap.strip(' «"“„'):
            return None
        before = words[index - 1].norm
        cases = self._relations.cases_before(words, index)
        part = None if cases or before in _IN else self._relations.part_before(words, index)
        if not cases and before not in _IN and part is None:
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
            name = capitalize(self._morphology.nominative(word.norm))
        if not cases and part is None:
            return Landmark(f"«{name}»", None, IN_SCORE)
        prefix = part or ("рядом с" if before in ("с", "со") else before)
        said = " ".join(one.raw for one in words[index:end])
        return Landmark(f"«{name}»", f"{prefix} «{said}»", NEAR_SCORE)

    def _quoted_end(self, words: Sequence[Word], start: int) -> int | None:
        """Return the index after the last word of a name in quotation marks; ``None`` if they do not close soon."""
        for end in range(start + 1, min(start + 1 + _MAX_QUOTED_WORDS, len(words))):
            if _CLOSING.match(words[end].gap):
                return end
        return len(words) if len(words) <= start + _MAX_QUOTED_WORDS else None

    def find_shop(self, words: Sequence[Word], index: int, name: str) -> Landmark | None:
        """Find a chain's shop: «у пятёрочки», «магазин Магнит», but not «магнит на холодильник»."""
        if index == 0 or not name:
            return None
        before = words[index - 1].norm
        cases = self._relations.cases_before(words, index)
        form = self._morphology.form(words[index].norm)
        if cases and (not form.known or any(form.can_be("NOUN", case) for case in cases)):
            prefix = "рядом с" if before == "с" else before
            return Landmark(name, f"{prefix} {capitalize(words[index].raw)}", NEAR_SCORE)
        quoted = _OPENING.search(words[index].gap) is not None
        if before.startswith("магазин") and index > 1 and self._relations.is_placing(words[index - 2]):
            return Landmark(name, f"{words[index - 2].norm} {before} {name}", NAMED_SCORE + 1)
        if before in ("магазин", "магазина", "магазине", "магазином") or (before in _IN and quoted):
            return Landmark(name, None, IN_SCORE)
        return Landmark(name, None, IN_SCORE) if before in _IN and words[index].capitalised else None

    def find_red_and_white(self, words: Sequence[Word], index: int) -> Landmark | None:
        """Find the chain whose name is two adjectives: «у красного и белого», «в Красном и белом»."""
        following = [word.norm for word in words[index + 1 : index + 3]]
        if index == 0 or len(following) < 2 or following[0] != "и" or not following[1].startswith("бел"):
            return None
        before = words[index - 1].norm
        cases = self._relations.cases_before(words, index)
        form = self._morphology.form(words[index].norm)
        if cases and any(form.can_be("ADJF", "neut", case) for case in cases):
            prefix = "рядом с" if before in ("с", "со") else before
            said = " ".join(word.raw for word in words[index : index + 3])
            return Landmark("Красное и Белое", f"{prefix} {said}", NEAR_SCORE, index + 3)
        inside = before in _IN and form.can_be("ADJF", "neut", "loct")
        return Landmark("Красное и Белое", None, IN_SCORE, index + 3) if inside else None
