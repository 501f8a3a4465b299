"""The municipality of this process, which changes while the bot runs."""

from dataclasses import replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bot.domain.people import Staff
    from bot.domain.topic_book import TopicBook
    from bot.services.context import Municipality
    from bot.understanding.analyzer import TextAnalyzer


class CurrentMunicipality:
    """Holds the municipality; calling it returns it."""

    def __init__(self) -> None:
        self._municipality: Municipality | None = None

    def __call__(self) -> "Municipality":
        if self._municipality is None:
            raise RuntimeError("the application has not been started")
        return self._municipality

    def set(self, municipality: "Municipality") -> None:
        """Begin with *municipality*."""
        self._municipality = municipality

    def set_staff(self, staff: "Staff") -> None:
        """Go on with other officials."""
        self._municipality = replace(self(), staff=staff)

    def set_topics(self, book: "TopicBook") -> None:
        """Go on with other topics and keywords."""
        self._municipality = self().with_topics(book)

    def set_understanding(self, understanding: "TextAnalyzer") -> None:
        """Go on with another model; the topics may have changed while it was loaded."""
        town = replace(self(), understanding=understanding)
        self._municipality = town.with_topics(town.topics)
