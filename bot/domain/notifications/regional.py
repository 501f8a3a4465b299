"""The report for the regional centre, and the evidence of single tickets."""

from datetime import datetime

from bot.domain.notifications.base import Notification, stored
from bot.domain.regional_report import GroupFigures


class ReportHelp(Notification, code="report_help"):
    """Examples of ``/report``."""


class RegionalReport(Notification, code="regional_report"):
    """The figures of the tickets that came in a month, and, to compare, those of the month before.

    ``answered_of_any_month`` counts the answers of this month, whenever their messages came; ``open_now`` and
    ``overdue_now`` are the state at ``made_at``. Each breakdown adds up to ``total``.
    """

    municipality: str
    year: int
    month: int
    made_at: datetime
    is_complete: bool
    total: GroupFigures
    before: GroupFigures
    answered_of_any_month: int
    open_now: int
    overdue_now: int
    by_sector: tuple[GroupFigures, ...]
    by_source: tuple[GroupFigures, ...]
    by_topic: tuple[GroupFigures, ...]
    by_district: tuple[GroupFigures, ...]
    by_applicant: tuple[GroupFigures, ...]


class TicketEvidence(Notification, code="ticket_evidence"):
    """The words said about single tickets, and when, as a document."""

    ticket_ids: tuple[int, ...]
    left_out_ids: tuple[int, ...] = stored("left_out", default=(), omit_default=True)
    """Tickets that were asked for too, and that one document does not hold."""
