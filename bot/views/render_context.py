"""The context of every text: the municipality's time zone, the moment, the messenger's capabilities."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from zoneinfo import ZoneInfo

from bot.domain.bidi import close_bidi
from bot.domain.names import visible_name
from bot.domain.russian_text import human_moment
from bot.domain.systems import Systems
from bot.messengers.port import Capabilities


@dataclass(frozen=True, slots=True)
class RenderContext:
    zone: ZoneInfo
    now: datetime
    capabilities: Capabilities
    role_titles: Mapping[str, str] = field(default_factory=dict)
    """The municipality's own titles of roles, by code."""
    systems: Systems = field(default_factory=Systems)
    """The systems that tickets come from, with the municipality's titles."""

    def format_short(self, moment: datetime) -> str:
        """Return «15:30» today, «пн 23.11, 13:30» otherwise."""
        return human_moment(moment, self.zone, self.now)

    def format_short_at(self, moment: datetime) -> str:
        """Return «в 15:30» today, «пн 23.11, 13:30» otherwise."""
        text = self.format_short(moment)
        return text if " " in text else f"в {text}"

    def format_full(self, moment: datetime) -> str:
        """Return «пт 20.11, 14:30», always with the day, and with the year if it is not this one."""
        return human_moment(moment, self.zone, self.now, with_day=True)


def citizen_name(name: str | None, *, has_account: bool = True) -> str:
    """Return the name that an author has chosen in a messenger, or words if nothing of it can be seen.

    *has_account*: false for the author of a message that came by telephone.
    """
    return visible_name(name) or ("Без имени" if has_account else "Житель")


def shorten(text: str, limit: int) -> str:
    """Return at most *limit* characters of *text*, cut at a word."""
    text = " ".join(text.split()) if limit < 200 else text
    if len(text) <= limit:
        return text
    cut = text[: limit - 1]
    head, _, _ = cut.rpartition(" ")
    return close_bidi((head if len(head) > limit // 2 else cut).rstrip(" ,.;:—-")) + "…"


def format_duration(seconds: float | None) -> str:
    """Return «2 ч 15 мин», «3 дн. 4 ч», «меньше минуты»; «—» for ``None``."""
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
