"""What understanding a message means: the neutral result, and the port that any way of understanding fills.

Rules do it, and a model that was trained on the municipality's own examples (:mod:`bot.understanding.analyzer`).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from bot.understanding.events.matcher import EventMatcher
    from bot.understanding.text.tokens import Word

from bot.domain.urgency import Urgency

APPEAL_THRESHOLD, REVIEW_THRESHOLD = 0.5, 0.2
"""Scores from which something needs doing, and from which a person should say whether it does."""


class Noise(StrEnum):
    """Why a text can not be a message about anything: known without thinking about its meaning."""

    GREETING = "greeting"
    THANKS = "thanks"
    PLUS = "plus"
    EMOJI = "emoji"
    LINK_ONLY = "link_only"
    EMPTY = "empty"
    COMMAND = "command"


@dataclass(frozen=True, slots=True)
class PlaceName:
    """A place as the message names it, normalised; with the municipality's list of streets, as that spells it.

    ``street`` is the name in its dictionary form without the type word («Ленина», «8 Марта», «Советская»); ``house``
    is «45», «12к2» (building 2), «7а», «11/2»; ``kind`` is the type word, short («ул.», «пр-т», «мкр.»), if the message
    gave one; ``landmark`` is what stands there («школа № 4», «Пятёрочка»).
    ``district`` and the coordinates (degrees, WGS 84) come from the list alone.
    """

    street: str | None
    house: str | None
    kind: str | None = None
    landmark: str | None = None
    district: str | None = None
    latitude: float | None = None
    longitude: float | None = None

    @property
    def text(self) -> str:
        """For a card: «ул. Ленина, 45»; a landmark when there is no street."""
        if self.street is None:
            return self.landmark or (f"дом {self.house}" if self.house else "")
        name = f"{self.kind or 'ул.'} {self.street}"
        if self.house:
            return f"{name}, {self.house}"
        return f"{name}, {self.landmark}" if self.landmark else name

    label = text

    @property
    def point(self) -> tuple[float, float] | None:
        """(latitude, longitude), if the list of places knows them."""
        return (self.latitude, self.longitude) if self.latitude is not None and self.longitude is not None else None

    def is_same_as(self, other: "PlaceName") -> bool:
        """Whether both surely mean one place: street and house are named in both and agree, or the landmark alone."""
        if self.street is None and other.street is None:
            return self.landmark is not None and _fold(self.landmark) == _fold(other.landmark)
        return (
            _fold(self.street) == _fold(other.street)
            and _fold(self.house) == _fold(other.house)
            and (self.house is not None or _fold(self.landmark) == _fold(other.landmark))
        )

    def is_different_from(self, other: "PlaceName") -> bool:
        """Whether they surely mean two places: another street, or another house of the same one.

        What one of them leaves out proves nothing: «Ленина» after «Ленина, 45» is not another place.
        """
        pairs = ((self.street, other.street), (self.house, other.house))
        if any(a is not None and b is not None and _fold(a) != _fold(b) for a, b in pairs):
            return True
        streetless = self.street is None and other.street is None and self.house is None and other.house is None
        both = self.landmark is not None and other.landmark is not None
        return streetless and both and _fold(self.landmark) != _fold(other.landmark)


def _fold(name: str | None) -> str:
    return (name or "").casefold().replace("ё", "е").replace(" ", "")


@dataclass(frozen=True, slots=True)
class ParsedText:
    """A text cut into words, and the place that they name: what reading it begins with, whatever it is read for."""

    text: str
    words: "Sequence[Word]"
    place: PlaceName | None


@dataclass(frozen=True, slots=True)
class Reading:
    """What was understood from one text.

    ``appeal_score`` (0–1) says how likely something needs doing, or a question about a service is asked; ``appeal`` is
    the decision. ``sector`` is the best configured candidate, also when it is a mere guess: act on it only if ``sure``
    (its score reaches the threshold and no other comes as near as a tie). It is ``None`` only where no sector is
    configured. ``sector_scores`` holds 0–1 for every configured sector; a score is the chance that sending the message
    there is right, so two sectors that may both deal with it both have a high one. ``evidence`` are the words of the
    text that decided.
    ``echo``: it says nothing of its own and points to what was said before («+1», «у нас тоже»).
    ``parsed``: for who reads the same text for something else.
    """

    noise: Noise | None
    appeal: bool
    appeal_score: float
    sector: str | None
    sector_scores: Mapping[str, float]
    is_confident: bool
    topic: str | None
    urgency: Urgency | None
    place: PlaceName | None
    evidence: tuple[str, ...] = ()
    is_me_too: bool = False
    parsed: ParsedText | None = field(default=None, compare=False, repr=False)

    @property
    def urgent(self) -> bool:
        """Whether the people responsible should be told at once."""
        return self.urgency is not None

    @property
    def needs_review(self) -> bool:
        """Neither surely something to be done nor surely talk: a person says which."""
        return self.noise is None and not self.appeal and self.appeal_score >= REVIEW_THRESHOLD

    @property
    def top_sectors(self) -> tuple[str, ...]:
        """The three best codes, the best first; equal ones in the order of the configuration."""
        return tuple(sorted(self.sector_scores, key=lambda code: -self.sector_scores[code])[:3])


class TextAnalyzer(Protocol):
    """Anything that reads a message. Pure: the same text gives the same reading, nothing is fetched."""

    @property
    def event_matcher(self) -> "EventMatcher":
        """What tells which messages are about one event."""
        ...

    def read(self, text: str, district: str | None = None) -> Reading:
        """Understand *text*: any string of any length, also an empty or a malformed one. *district*: where it comes
        from, if known."""
        ...

    def district_at(self, latitude: float, longitude: float) -> str | None:
        """The district that a point lies in, if the municipality's list of places can tell."""
        ...
