"""Questions that a ticket waits for: to another unit, to the management, to the citizen; and what became of them.

Waiting is an interval of a ticket's history and not a state: the ticket stays with who has it.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from bot.domain.tickets import State, Ticket


class InquiryKind(StrEnum):
    """To whom a question is put. Stored."""

    UNIT = "unit"  # «Запросить сведения»
    DECISION = "decision"  # «Вынести на рассмотрение»
    CALL = "call"  # a telephone call to the applicant before the answer
    CITIZEN = "citizen"  # «Уточнить у жителя»: the clocks of the ticket stop meanwhile
    REFERRAL = "referral"  # «Передать вне центра»: a body outside decides about the matter
    EXTENSION = "extension"  # «Продлить»: the reason, and the new deadline as its term
    CORRECTION = "correction"  # «Запрос на исправление»: a unit mends its own error; each round is one inquiry


class InquiryState(StrEnum):
    """The outcome of a question. Stored."""

    OPEN = "open"
    ANSWERED = "answered"  # of a correction: the unit says that it is done
    ACCEPTED = "accepted"  # a correction that who asked has seen
    RETURNED = "returned"  # … or has not found: the next round is another inquiry
    VOID = "void"  # the ticket has ended without it
    SILENT = "silent"  # the citizen has said nothing for too long
    PREPARED = "prepared"  # a referral or an extension that is not approved yet


@dataclass(frozen=True, slots=True)
class Inquiry:
    """A question about a ticket.

    The addressee is a sector of the municipality, or a ``unit`` that is named in words and has no account.
    ``remind_at`` is the next moment at which somebody is reminded; ``control_at``: until when a decision must be
    carried out. Of a question to the citizen, ``answer_id`` is the published text, ``message_id`` the citizen's words.
    """

    id: int
    ticket_id: int
    kind: InquiryKind
    state: InquiryState
    asker_id: int
    sector: str | None
    unit: str | None
    question: str
    asked_at: datetime
    due_at: datetime
    remind_at: datetime | None
    answer: str | None
    answered_by: int | None
    answered_at: datetime | None
    control_at: datetime | None
    answer_id: int | None = None
    message_id: int | None = None

    @property
    def is_open(self) -> bool:
        return self.state is InquiryState.OPEN

    @property
    def is_open_correction(self) -> bool:
        """True if a unit still has to mend something."""
        return self.is_open and self.kind is InquiryKind.CORRECTION


MAX_TERM = timedelta(days=200)
"""A date further ahead is a slip of the pen: of a date in the past, the year to come would be taken."""


def is_correctable(ticket: Ticket) -> bool:
    """Return whether a unit can be asked to mend what it did with *ticket*, also after the answer."""
    untouched = (State.NEW, State.TRIAGE, State.PUBLISHING)
    return ticket.state not in untouched and ticket.lead_id is None and ticket.anonymized_at is None
