"""The sounds that an official's phone may make."""

from enum import StrEnum


class NoticeBudget(StrEnum):
    """The notices that make a sound. Danger always does; cards come in any case. Stored: never change."""

    ALL = "all"
    IMPORTANT = "important"  # reminders and a citizen's additions come silently
    SUMMARIES = "summaries"  # everything but summaries and lists comes silently; reminders wait for the next list

    def silences(self, *, is_minor: bool, is_summary: bool) -> bool:
        """Return whether a message that nobody has asked for comes without a sound."""
        return is_minor if self is NoticeBudget.IMPORTANT else self is NoticeBudget.SUMMARIES and not is_summary
