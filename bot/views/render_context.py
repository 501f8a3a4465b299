"""What every text depends on beside its facts: the town's clock, the moment, the messenger."""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from bot.domain.bidi import closed
from bot.domain.russian_text import human_moment
from bot.messengers.port import Capabilities


@dataclass(frozen=True, slots=True)
class Look:
    zone: ZoneInfo
    now: datetime
    capabilities: Capabilities

    def moment(self, moment: datetime) -> str:
        """«15:30» today, «пн 23.11, 13:30» otherwise."""
        return human_moment(moment, self.zone, self.now)

    def at(self, moment: datetime) -> str:
        """«в 15:30» today, «пн 23.11, 13:30» otherwise."""
        words = self.moment(moment)
        return words if " " in words else f"в {words}"

    def full(self, moment: datetime) -> str:
        """«пт 20.11, 14:30», always with the day."""
        return human_moment(moment, self.zone)


def shorten(text: str, limit: int) -> str:
    """At most *limit* characters, cut at a word."""
    text = " ".join(text.split()) if limit < 200 else text
    if len(text) <= limit:
        return text
    cut = text[: limit - 1]
    head, _, _ = cut.rpartition(" ")
    return closed((head if len(head) > limit // 2 else cut).rstrip(" ,.;:—-")) + "…"


def duration(seconds: float | None) -> str:
    """«2 ч 15 мин», «3 дн. 4 ч», «меньше минуты»; «—» where there is nothing to measure."""
    if seconds is None:
        return "—"
    minutes = int(seconds // 60)
    if minutes < 1:
        return "меньше минуты"
    hours, minutes = divmod(minutes, 60)
    days, hours = divmod(hours, 24)
    pieces = [(days, "дн."), (hours, "ч"), (minutes, "мин")]
    shown = [f"{amount} {unit}" for amount, unit in pieces if amount]
    return " ".join(shown[:2])
