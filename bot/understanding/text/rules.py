"""Groups of patterns with weights: the shape that the rules of relevance and of urgency share."""

import tomllib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib.resources import files
from typing import Any

from bot.understanding.text.morphology import Morphology
from bot.understanding.text.patterns import Elements, Match, PatternSet
from bot.understanding.text.tokens import Word


@dataclass(frozen=True, slots=True)
class PatternGroup:
    """Patterns that say the same. Every word found adds ``weight``, all together no more than ``most``."""

    name: str
    weight: float
    max_total: float
    patterns: str


class PatternGroups:
    """Finds which groups a text has words of."""

    def __init__(self, groups: Sequence[PatternGroup], morphology: Morphology) -> None:
        self._groups = tuple(groups)
        self._patterns = PatternSet(morphology)
        for index, group in enumerate(groups):
            self._patterns.add(index, group.weight, group.patterns)

    @property
    def elements_of(self) -> Callable[[str, bool], Elements]:
        """:meth:`PatternSet.elements_of` of the patterns of all groups."""
        return self._patterns.elements_of

    def find(self, words: Sequence[Word], elements: Sequence[Elements] | None = None) -> dict[str, float]:
        """Map the name of every group that was found to its total weight.

        *elements*: of each word, if that was asked before.
        """
        hit: dict[int, set[int]] = {}
        count: dict[int, int] = {}
        for match in sorted(self._patterns.find(words, None, elements), key=_match_length):
            owner = match.pattern.owner
            known = hit.get(owner)
            if known is None:
                hit[owner], count[owner] = set(match.indexes), 1
                continue
            if known.isdisjoint(match.indexes):
                count[owner] += 1
            known.update(match.indexes)
        found: dict[str, float] = {}
        for index, times in count.items():
            group = self._groups[index]
            total = group.weight * times
            found[group.name] = min(total, group.max_total) if group.weight > 0 else max(total, group.max_total)
        return found


def _match_length(match: Match) -> int:
    return len(match.indexes)


def load_rules(name: str) -> dict[str, Any]:
    """Read one of the package's own files of rules."""
    text = files("bot.understanding").joinpath("data", f"{name}.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


def load_groups(name: str) -> tuple[PatternGroup, ...]:
    """Return the ``[[group]]`` tables of one of the package's own files."""
    return tuple(
        PatternGroup(row["name"], row["weight"], row["most"], row["patterns"]) for row in load_rules(name)["group"]
    )
