"""The agenda: all that waits in the database, and from when. By it a loop knows that it has nothing to do."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Agenda:
    """Where a moment is ``None``, nothing waits for the clock there."""

    inbox_waits: bool
    """Updates are not handled yet, whether they may be handled now or not."""
    outbox_waits: bool
    """Messages are not sent yet, whether they are due or not."""
    deadline_at: datetime | None
    notices_wait: bool
    outage_unreported: bool
    messenger_fails: bool
    account_diverted: bool
    """Messages for somebody's account go elsewhere, until it works again."""
    notes_held: bool
    inquiry_at: datetime | None
    promise_at: datetime | None
    check_at: datetime | None
    """The moment from which a posted answer is to be looked at."""
    import_open: bool
    review_waits: bool
    question_at: datetime | None
    control_at: datetime | None
    dialog_ends_at: datetime | None
    absence_planned: bool
    board_shown: bool
    newest_audit_id: int
    staff_version: str
    topics_version: str


def is_over(moment: datetime | None, now: datetime) -> bool:
    """Return whether there is a *moment*, and it has come."""
    return moment is not None and moment <= now
