"""Comparison of a municipality's name in a table with the town of the configuration."""

import re
from dataclasses import dataclass

from bot.domain.text_normal import fold

_WORD = re.compile(r"[^\W\d_]{3,}")
_COMMON = re.compile(
    r"муниципал|городск|сельск|округ|район|поселен|образован|администрац|област|край|республик|город$|город[а-я]?$|"
    r"поселок|село$|деревн|станиц|демо|управлен|центр|имени$|автономн|российск|федерац"
)
"""Words that say what kind of place it is."""

_REGION = re.compile(r"[\w-]+\s+(?:област\w*|край|края|автономн\w+\s+округ\w*)|республик\w*\s+[\w-]+")
"""A region, which is named before the municipality or in the place of one that is not known."""

_MIN_STEM = 4
_ENDING = 3
"""Letters in which two forms of a name may differ at their end: «Холмск», «Холмский», «Холмского»."""


@dataclass(frozen=True, slots=True)
class Town:
    """The town whose rows are taken. ``words``: what its name alone has, without its kind."""

    words: frozenset[str]

    @classmethod
    def named(cls, name: str) -> "Town":
        """Return the town of the configuration's *name*."""
        return cls(_proper_words(name))

    def is_other(self, name: str) -> bool:
        """Return whether *name* surely is another municipality: both have a name, and no word is like another."""
        words = _proper_words(name)
        return bool(words and self.words) and not any(_is_like(one, own) for one in words for own in self.words)


@dataclass(frozen=True, slots=True)
class Ours:
    """Rows of this town and of these blocks alone are taken; ``None``: of all. ``blocks``: keys of codes and titles."""

    town: Town | None = None
    blocks: frozenset[str] | None = None


def _proper_words(name: str) -> frozenset[str]:
    return frozenset(word for word in _WORD.findall(_REGION.sub(" ", fold(name))) if not _COMMON.match(word))


def _is_like(one: str, other: str) -> bool:
    shorter = min(len(one), len(other))
    stem = max(_MIN_STEM, shorter - _ENDING)
    return one[:stem] == other[:stem] and shorter >= min(stem, _MIN_STEM)
