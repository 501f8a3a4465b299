"""Faults of a configuration, as an administrator reads them."""

from collections.abc import Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path

from bot.domain.russian_text import plural


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault: its key (``telegram.chats[0].answers``), the problem and the remedy in Russian. Holds no secrets."""

    key: str
    problem: str
    remedy: str


class ConfigFaults(Exception):
    """The configuration cannot be used. ``faults`` holds all faults, at least one."""

    def __init__(self, path: Path, faults: Sequence[Fault]) -> None:
        self.path = path
        self.faults = tuple(faults)
        super().__init__(f"{path}: {plural(len(self.faults), 'ошибка', 'ошибки', 'ошибок')} в настройках")


def render_faults(faults: Sequence[Fault]) -> str:
    """Return the faults as a numbered list for the terminal; an empty text for none."""
    if not faults:
        return ""
    lines = [f"В настройках {plural(len(faults), 'ошибка', 'ошибки', 'ошибок')}:"]
    for number, fault in enumerate(faults, 1):
        lines += [
            "",
            f"{number}. {fault.key}: {with_full_stop(fault.problem)}",
            f"   Как исправить: {with_full_stop(fault.remedy)}",
        ]
    if any("[" in fault.key for fault in faults):
        lines += ["", "Число в квадратных скобках: номер записи в файле, считая с нуля ([0]: первая)."]
    return "\n".join(lines)


def with_full_stop(words: str) -> str:
    """Return *words* with one full stop at the end."""
    return f"{words.rstrip('. ')}."


def did_you_mean(word: str, known: Sequence[str]) -> str:
    """Return «возможно, вы имели в виду «threshold»», or an empty text if nothing known resembles *word*."""
    by_lower = {name.lower(): name for name in known}
    close = get_close_matches(word.lower(), list(by_lower), n=1, cutoff=0.6)
    return f"возможно, вы имели в виду «{by_lower[close[0]]}»" if close else ""


def quoted_list(words: Sequence[str]) -> str:
    """Return «a», «b», «c»."""
    return ", ".join(f"«{word}»" for word in words)
