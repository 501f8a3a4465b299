"""Several tickets about one event."""

from dataclasses import dataclass
from datetime import datetime

from bot.domain.json_types import Json
from bot.domain.urgency import Urgency


@dataclass(frozen=True, slots=True)
class Problem:
    """Several tickets about one event. ``lead_id`` is the first of them: its card and its terms stand for all.
    ``sketch`` is what a new message is compared with; ``members`` counts tickets, ``people`` their authors.
    """

    id: int
    lead_id: int
    sketch: Json
    members: int
    people: int
    heard_at: datetime


@dataclass(frozen=True, slots=True)
class Candidate:
    """A candidate for a message: an open problem, or (``problem_id`` is ``None``) a ticket that is still alone."""

    problem_id: int | None
    lead_id: int
    fingerprint: Json
    answered: bool  # who joins gets the answer that there is
    urgency: Urgency | None


@dataclass(frozen=True, slots=True)
class AnswerTarget:
    """One member's message to answer under."""

    ticket_id: int
    message_id: int
    account: str
    chat_id: str
    chat_kind: str
    root: str
    thread: str
    author_id: str
