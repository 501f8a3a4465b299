"""Results of understanding a message."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from bot.domain.text_normal import fold
from bot.domain.urgency import Danger, Urgency
from bot.understanding.text.tokens import Word

APPEAL_THRESHOLD, REVIEW_THRESHOLD = 0.5, 0.2
"""Scores from which a message needs action, and from which a person must say whether it does."""

MAX_ME_TOO_WORDS = 6
"""A longer message says something of its own."""


class Noise(StrEnum):
    """A reason why a text needs no action, found without regard to its meaning."""

    GREETING = "greeting"
    THANKS = "thanks"
    PLUS = "plus"
    EMOJI = "emoji"
    LINK_ONLY = "link_only"
    EMPTY = "empty"
    COMMAND = "command"


AREA_ENDING = " мкр"
"""The end of the stored name of a numbered microdistrict or quarter: «3 мкр». Tickets are found by it."""
_AREA_WORDS = {"кв-л": "квартал"}
"""The word that a card shows instead, by the kind that the message gave."""


@dataclass(frozen=True, slots=True)
class PlaceName:
    """A place as the message names it, normalised; spelled as in the municipality's list of streets, if it is there.

    ``street`` is the name in its dictionary form without the type word («Ленина», «8 Марта», «Советская»); ``house``
    is «45», «12к2» (building 2), «7а», «11/2»; ``kind`` is the type word, short («ул.», «пр-т», «мкр.»), if the message
    gave one (a numbered quarter is «3 мкр» of the kind «кв-л»); ``landmark`` is a building, an institution or another
    object in its dictionary form («школа № 4», «Пятёрочка»), ``near`` the words that tell where it is («за
    Пятёрочкой»). ``settlement`` is a village or another settlement of the municipality without its type word
    («Малиновка»), ``settlement_kind`` the type word («с.»).
    ``district`` and the coordinates (degrees, WGS 84) come from the list only.
    """

    street: str | None
    house: str | None
    kind: str | None = None
    landmark: str | None = None
    district: str | None = None
    latitude: float | None = None
    longitude: float | None = None
    settlement: str | None = None
    settlement_kind: str | None = None
    near: str | None = None

    @property
    def text(self) -> str:
        """The place for a card: «с. Малиновка, ул. Ленина, 45»; without a house also the landmark: «у школы № 5»."""
        street = f"{self.kind or 'ул.'} {self.street}" if self.street else None
        if self.street is not None and self.street.endswith(AREA_ENDING):
            number, shown = self.street.removesuffix(AREA_ENDING), _AREA_WORDS.get(self.kind or "", "мкр")
            street = f"{number} {shown}"  # «3 мкр», not «мкр. 3 мкр»
        house = self.house if street or not self.house else f"дом {self.house}"
        landmark = (self.near or self.landmark) if self.house is None else None
        return ", ".join(part for part in (self.settlement_text, street, house, landmark) if part)

    @property
    def settlement_text(self) -> str | None:
        """The settlement with its type word, if that is known: «с. Малиновка»."""
        if self.settlement is None or self.settlement_kind is None:
            return self.settlement
        return f"{self.settlement_kind} {self.settlement}"

    @property
    def point(self) -> tuple[float, float] | None:
        """The coordinates (latitude, longitude), if the list of streets has them."""
        return (self.latitude, self.longitude) if self.latitude is not None and self.longitude is not None else None

    def is_different_from(self, other: "PlaceName") -> bool:
        """Return whether the two certainly name different settlements or streets, or different houses of one street.

        A missing part proves nothing: «Ленина» after «Ленина, 45» is not another place.
        """
        pairs = ((self.settlement, other.settlement), (self.street, other.street), (self.house, other.house))
        if any(a is not None and b is not None and _comparable(a) != _comparable(b) for a, b in pairs):
            return True
        streetless = self.street is None and other.street is None and self.house is None and other.house is None
        both = self.landmark is not None and other.landmark is not None
        return streetless and both and _comparable(self.landmark) != _comparable(other.landmark)


def _comparable(name: str | None) -> str:
    return fold(name or "").replace(" ", "")


@dataclass(frozen=True, slots=True)
class ParsedText:
    """A text split into words, and the place that it names: the first step of every kind of analysis."""

    text: str
    words: Sequence[Word]
    place: PlaceName | None


@dataclass(frozen=True, slots=True)
class Reading:
    """The result of analysing one text.

    ``appeal_score`` (0–1) is the chance that the message needs action or asks about a service; ``appeal`` is the
    decision. ``sector`` is the best configured candidate, even if it is a mere guess: act on it only if
    ``is_confident`` (its score reaches the threshold and no other is near enough for a tie). It is ``None`` only where
    no sector is configured. ``sector_scores`` has a value of 0–1 for every configured sector, the chance that sending
    the message there is right; two sectors that may both deal with it both have a high one. ``evidence`` are the words
    of the text that decided. ``is_me_too``: the text says nothing new and points to an earlier message («+1», «у нас
    тоже»). ``danger``: the author must be told at once where to call. ``district``: by the street, or named in words.
    ``parsed`` spares other analyses of the same text the first step.
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
    danger: Danger | None = None
    district: str | None = None
    theme: str | None = None
    parsed: ParsedText | None = field(default=None, compare=False, repr=False)

    @property
    def urgent(self) -> bool:
        """True if the people responsible must be notified at once."""
        return self.urgency is not None

    @property
    def needs_review(self) -> bool:
        """True if only a person can say whether the message needs action."""
        return self.noise is None and not self.appeal and self.appeal_score >= REVIEW_THRESHOLD

    @property
    def top_sectors(self) -> tuple[str, ...]:
        """The codes of the three best sectors, the best first; ties keep the order of the configuration."""
        return tuple(sorted(self.sector_scores, key=lambda code: -self.sector_scores[code])[:3])
