"""The text analyzer of commands that may not read a text: it is built when something is asked of it."""

from collections.abc import Callable, Collection, Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, cast

from bot.config import Config

if TYPE_CHECKING:
    from bot.domain.sectors import Sector, Theme
    from bot.understanding.analyzer import TextAnalyzer


def build_late_understanding(config: Config) -> "TextAnalyzer":
    """Return what `bot.bootstrap.analyzer.build_understanding` does, built at its first use.

    Its words, its dictionary and its model take longer than all else that such a command does.
    """

    def build() -> "TextAnalyzer":
        from bot.bootstrap.analyzer import build_understanding

        return build_understanding(config)

    return cast("TextAnalyzer", _LateAnalyzer(build))


class _LateAnalyzer:
    """A place for the analyzer, with all its names."""

    def __init__(self, build: "Callable[[], TextAnalyzer]") -> None:
        self._build = build

    @cached_property
    def _built(self) -> "TextAnalyzer":
        return self._build()

    def __getattr__(self, name: str) -> object:
        return getattr(self._built, name)

    def with_topics(
        self,
        sectors: "Sequence[Sector]",
        themes: "Sequence[Theme]",
        topic_words: Mapping[str, Sequence[str]],
        topics_off: Collection[str],
    ) -> "TextAnalyzer":
        """Return one with other words, which is not built before it is used either."""
        words = (sectors, themes, topic_words, topics_off)
        return cast("TextAnalyzer", _LateAnalyzer(lambda: self._built.with_topics(*words)))
