"""Questions that a ticket waits for: to another unit, to the management, to the citizen; and what became of them.

Waiting is an interval of a ticket's history and not a state: the ticket stays with who has it.
"""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum


class InquiryKind(StrEnum):
    """To whom a question is put. Stored."""

    UNIT = "unit"  # «Запросить сведения»
    DECISION = "decision"  # «Вынести на рассмотрение»
    CALL = "call"  # a telephone call to the applicant before the answer
    CITIZEN = "citizen"  # «Уточнить у жителя»: the clocks of the ticket stop meanwhile
    REFERRAL = "referral"  # «Передать вне центра»: a body outside decides about the matter


class InquiryState(StrEnum):
    """What became of a question. Stored."""

    OPEN = "open"
    ANSWERED = "answered"
    VOID = "void"  # the ticket has ended without it
    SILENT = "silent"  # the citizen has said nothing for too long
    PREPARED = "prepared"  # a referral whose words are not approved yet


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


_DATE = r"\d{1,2}\.\d{1,2}(?:\.(?:\d{4}|\d{2}))?(?:,?\s+\d{1,2}:\d{2})?"
_TERM = re.compile(rf"[\s,;.(—-]*\bдо\s+({_DATE})\s*[.)]*\s*$", re.IGNORECASE)

MAX_TERM = timedelta(days=200)
"""A date further ahead is a slip of the pen: of a date in the past, the year to come would be taken."""


def split_term(text: str) -> tuple[str, str | None]:
    """Split «Залить каток, до 04.12» into the words and the date as it was written; without a date, ``None``."""
    found = _TERM.search(text)
    if found is None:
        return text.strip(), None
    return text[: found.start()].strip(), found[1].replace(",", "")
