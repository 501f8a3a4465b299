"""Digests, statistics and the weekly note about official pages."""

from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from bot.domain.notifications.base import Notification, stored
from bot.domain.urgency import Danger


class SectorFigures(NamedTuple):
    """The figures of one sector; of the answered ones, ``in_time`` came before their deadline."""

    title: str
    new: int
    answered: int
    in_work: int
    overdue: int
    returned: int = 0
    in_time: int | None = None


class ThemeFigures(NamedTuple):
    """The figures of one theme, and the post that is responsible for it."""

    title: str
    post: str
    new: int
    answered: int
    in_work: int
    overdue: int


class OverdueEntry(NamedTuple):
    """An overdue ticket, or the problem that it leads (``members`` counts its tickets).

    Earlier releases stored neither the text nor the members.
    """

    ticket_id: int
    sector: str
    link: str | None
    text: str | None = None
    members: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportFigures:
    """The figures of a period, and the state at its end.

    Medians are in seconds; ``overdue_unlisted`` counts the tickets beyond ``overdue_tickets``.
    """

    since: datetime
    until: datetime
    new: int
    new_answered: int | None = stored(default=None, omit_default=True)
    """Of the new ones: answered or closed by now; the two below count the dismissed and the open ones. All three add up
    to ``new``; rows of earlier releases lack them."""
    new_dismissed: int | None = stored(default=None, omit_default=True)
    new_in_work: int | None = stored(default=None, omit_default=True)
    answered: int
    returned: int = stored(default=0, omit_default=True)
    """Tickets that their authors returned after the answer, and those that they called solved."""
    solved: int = stored(default=0, omit_default=True)
    corrections: int = stored(default=0, omit_default=True)
    """Requests to units for corrections, and those that were late."""
    corrections_late: int = stored(default=0, omit_default=True)
    in_work: int
    unaccepted: int = stored(default=0)
    in_approval: int = stored(default=0, omit_default=True)
    dismissed: int = stored(default=0)
    overdue: int
    awaiting_triage: int = stored("triage")
    reaction_median: float | None = stored("reaction")
    answer_median: float | None = stored("answer")
    sectors: tuple[SectorFigures, ...]
    themes: tuple[ThemeFigures, ...] = stored(default=(), omit_default=True)
    overdue_tickets: tuple[OverdueEntry, ...] = stored("late")
    overdue_unlisted: int = stored("late_more")


class Digest(Notification, code="digest"):
    """The daily digest, or (``daily`` false) the same on request."""

    daily: bool
    figures: ReportFigures = stored(flatten=True)


class Statistics(Notification, code="stats"):
    """The figures of the last ``days``, on request."""

    daily: bool = stored(default=False)
    days: int
    figures: ReportFigures = stored(flatten=True)


class OldestTicket(NamedTuple):
    """The open ticket that came first."""

    ticket_id: int
    registered_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldFigures:
    """The figures of a block, or of the town, for a day; ``soon``: due until the end of the next working day."""

    since: datetime
    until: datetime
    new: int
    repeated: int
    answered: int
    returned: int
    work: int
    late: int
    soon: int
    unaccepted: int
    in_approval: int
    without_call: int = stored(default=0, omit_default=True)
    oldest: OldestTicket | None
    late_blocks: tuple[str, ...]


class DailySummary(Notification, code="daily_summary"):
    """The daily summary of the reader's own field."""

    figures: FieldFigures = stored(flatten=True)

    def mentioned_ticket_ids(self) -> tuple[int, ...]:
        return (self.figures.oldest.ticket_id,) if self.figures.oldest is not None else ()


class FalseAlarmCount(NamedTuple):
    """Messages that the bot took for one danger, and how many a person has called no problem."""

    danger: Danger
    new: int
    false: int


class FalseAlarms(Notification, code="false_alarms"):
    """The dangers of the digest's time that were none: the administrator judges by them how the bot reads."""

    kinds: tuple[FalseAlarmCount, ...]


class SilentPage(NamedTuple):
    """An official page without new posts for ``days``; ``has_posted`` unless the bot has never seen one there."""

    title: str
    days: int
    has_posted: bool


class UnansweredComments(NamedTuple):
    """Comments on an official page that nobody has answered; ``links`` lead to the oldest."""

    title: str
    comment_count: int
    since: datetime
    links: tuple[str, ...]


class PagesReport(Notification, code="pages_week"):
    """The weekly note about official pages."""

    silent: tuple[SilentPage, ...] = stored("quiet")
    unanswered: tuple[UnansweredComments, ...]
