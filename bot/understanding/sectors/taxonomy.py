"""The taxonomy of topics: their finer names, each with a suggested term and urgency (``data/taxonomy.toml``)."""

from collections.abc import Sequence
from dataclasses import dataclass

from bot.understanding.text.morphology import Morphology
from bot.understanding.text.patterns import PatternSet
from bot.understanding.text.rules import load_rules
from bot.understanding.text.tokens import Word


@dataclass(frozen=True, slots=True)
class TaxonomyEntry:
    """One entry. ``topic``: the broader topic that it belongs to, or its own name if it is one; ``term``: the suggested
    term in the notation of the configuration («4h», «3d»); ``urgent``: such a problem can rarely wait."""

    name: str
    topic: str
    term: str
    urgent: bool


class Taxonomy:
    """The taxonomy: about 240 names in two levels. It is pure."""

    def __init__(self, morphology: Morphology) -> None:
        self.entries: dict[str, TaxonomyEntry] = {}
        self._subtopics: dict[str, tuple[PatternSet, tuple[str, ...]]] = {}
        for row in load_rules("taxonomy")["topic"]:
            finer = row.get("kind", ())
            patterns = PatternSet(morphology)
            for number, one in enumerate(finer):
                patterns.add(number, 1.0, one["patterns"])
                self._add(one, row["name"])
            self._add(row, row["name"])
            if finer:
                self._subtopics[row["name"]] = patterns, tuple(one["name"] for one in finer)

    def _add(self, row: dict[str, str], topic: str) -> None:
        self.entries[row["name"]] = TaxonomyEntry(row["name"], topic, row["term"], bool(row.get("urgent", False)))

    def subtopic_of(self, topic: str, words: Sequence[Word]) -> str:
        """Return the finer name of *topic* that most of the *words* support, or the topic itself if none does."""
        if topic not in self._subtopics:
            return topic
        patterns, names = self._subtopics[topic]
        spoken = [0] * len(names)
        for match in patterns.find(words):
            spoken[match.pattern.owner] += len(match.indexes)
        best = max(range(len(names)), key=lambda number: spoken[number])
        return names[best] if spoken[best] else topic

    def topic_of(self, name: str | None) -> str | None:
        """Return the topic that a name belongs to."""
        kind = self.entries.get(name or "")
        return kind.topic if kind is not None else name
