"""The findings of the rules in a reaction: phrases that say something about an answer, and classes of words."""

from collections.abc import Sequence
from string import Template

from bot.understanding.text.morphology import Morphology
from bot.understanding.text.patterns import PatternSet
from bot.understanding.text.rules import load_rules
from bot.understanding.text.tokens import Word

DENIED = "не "
"""The beginning of the name of a class whose word «не» denies."""
_CONDITIONS = frozenset({"если", "чтобы", "чтоб"})


class PhraseFinder:
    """Finds the phrases of ``reactions.toml``; a group of them is named after its meaning: «unsolved strong»."""

    def __init__(self, morphology: Morphology) -> None:
        self._patterns = PatternSet(morphology, strict=True)
        self._names: list[str] = []
        rules = load_rules("reactions")
        self.talk = frozenset(rules["chatter"].pop("words").replace("\n", "").split("|"))
        words = {name: source.replace("|\n", "|").strip() for name, source in rules.pop("words").items()}
        for kind, groups in rules.items():
            for name, source in groups.items():
                self._patterns.add(len(self._names), 1.0, Template(source).substitute(words))
                self._names.append(f"{kind} {name}")

    def find(self, words: Sequence[Word]) -> frozenset[str]:
        """Return the groups that have a phrase in *words*."""
        return frozenset(self._names[match.pattern.owner] for match in self._patterns.find(words))


class WordClasses:
    """Finds which classes of ``reaction_words.toml`` each word belongs to."""

    def __init__(self, morphology: Morphology) -> None:
        self._patterns = PatternSet(morphology, strict=True)
        self._names: list[str] = []
        self.words: set[str] = set()
        """The words as the classes list them."""
        for name, source in load_rules("reaction_words")["classes"].items():
            words = [word for word in source.replace("\n", "|").split("|") if word]
            self.words.update(word.lstrip("=") for word in words)
            self._patterns.add(len(self._names), 1.0, ";".join(words))
            self._patterns.add(len(self._names) + 1, 1.0, ";".join(f"не {word}" for word in words))
            self._names += [name, DENIED + name]

    def find(self, words: Sequence[Word]) -> list[list[str]]:
        """Return the classes of each word, in alphabetical order."""
        found: list[set[str]] = [set() for _ in words]
        for match in self._patterns.find(words):
            found[match.indexes[0]].add(self._names[match.pattern.owner])
        return [sorted(names) for names in found]


def before_condition(words: Sequence[Word]) -> Sequence[Word]:
    """Return the words before «если»: what follows has not happened."""
    at = next((index for index, word in enumerate(words) if word.norm in _CONDITIONS), len(words))
    return words[:at]
