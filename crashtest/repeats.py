"""Messages that the death of a process has repeated, and how many it may repeat (ADR 23)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from bot.outbox.in_flight import MIN_LIMIT
from crashtest.call_log import list_overtakings, list_window_sizes
from crashtest.history import History, Reader


@dataclass(frozen=True, slots=True)
class RepeatAllowance:
    """The most messages that the death of a process may repeat, by the log of its calls.

    To citizens: the one that was on its way, and one more for each call that began because another lasted too long. To
    officials: those that the bot let be under way.
    """

    history: History
    overtakings: Mapping[str, Sequence[float]] = field(default_factory=dict)
    window_sizes: Mapping[str, Sequence[tuple[float, int]]] = field(default_factory=dict)

    def of(self, messenger: str, reader: Reader, life: int) -> int:
        """Return the most that the death of process *life* may repeat."""
        if reader is Reader.CITIZEN:
            return 1 + sum(self.history.find_life(moment) == life for moment in self.overtakings.get(messenger, ()))
        sizes = self.window_sizes.get(messenger, ())
        return max((size for moment, size in sizes if self.history.find_life(moment) == life), default=MIN_LIMIT)


def repeat_allowance(watch: History, calls: Path) -> RepeatAllowance:
    """Return what the log of *calls* allows."""
    return RepeatAllowance(watch, list_overtakings(calls), list_window_sizes(calls))


def find_excess_repeats(watch: History, allowance: RepeatAllowance) -> list[str]:
    """List the deaths that have repeated more than they may."""
    return [
        f"{messenger}: the death of life {life} repeated {times} messages to {reader}: "
        + "; ".join(shorten(said) for said in watch.repeats_after(messenger, reader, life))
        for (messenger, reader), by_life in watch.repeat_counts().items()
        for life, times in by_life.items()
        if times > allowance.of(messenger, reader, life)
    ]


def sum_repeats(watch: History) -> dict[str, int]:
    """Return the repeated messages by messenger and reader."""
    return {f"{name}, to {reader}": sum(by_life.values()) for (name, reader), by_life in watch.repeat_counts().items()}


def worst_repeats(watch: History) -> dict[str, int]:
    """Return the most messages that one death has repeated, by messenger and reader."""
    return {
        f"{name}, to {reader}": max(by_life.values(), default=0)
        for (name, reader), by_life in watch.repeat_counts().items()
    }


def shorten(text: str) -> str:
    """Return the beginning of *text* in one line."""
    return " ".join(text.split())[:80]
