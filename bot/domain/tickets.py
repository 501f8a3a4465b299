"""The life of a ticket: its states, and the one table of what may happen in each."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from bot.domain.applicants import ApplicantKind
from bot.domain.errors import OutdatedButton
from bot.domain.importance import Importance
from bot.domain.sources import author_key
from bot.domain.urgency import Danger, Urgency


class State(StrEnum):
    NEW = "new"
    TRIAGE = "triage"
    ASSIGNED = "assigned"
    ACCEPTED = "accepted"
    ANSWERING = "answering"
    PUBLISHING = "publishing"
    POSTPONED = "postponed"
    ANSWERED = "answered"
    REOPENED = "reopened"
    DISMISSED = "dismissed"
    CLOSED = "closed"


class Step(StrEnum):
    """A step of a ticket from one state to another."""

    ROUTE = "route"
    UNSURE = "unsure"
    CHOOSE_SECTOR = "choose_sector"
    HAND_OVER = "hand_over"
    ACCEPT = "accept"
    ANSWER = "answer"
    APPROVE = "approve"
    RETURN = "return"
    PUBLICATION_CONFIRMED = (
        "confirm"  # the first publication was confirmed by the messenger (or by the person who posted it)
    )
    PUBLICATION_FAILED = "fail"  # no publication can succeed any more
    POSTPONE = "postpone"
    PROMISE_PASSED = "promise_passed"
    CORRECT = "correct"
    NOT_SOLVED = "not_solved"
    CLOSE = "close"
    DISMISS = "dismiss"
    ANSWER_REMOVED = "lose"  # the published answer does not stand any more, or not under the words that it answered
    CLOSE_WITHOUT_ANSWER = "settle"  # … and needs no other
    REOPEN = "reopen"  # «вернуть в работу»
    ERASE = "erase"  # the citizen's data are erased, so nobody can be answered any more


OPEN_TICKET_STATES = frozenset(
    {
        State.NEW,
        State.TRIAGE,
        State.ASSIGNED,
        State.ACCEPTED,
        State.ANSWERING,
        State.PUBLISHING,
        State.POSTPONED,
        State.REOPENED,
    }
)
"""Somebody still has to do something."""

TRANSITIONS: dict[tuple[State, Step], State] = {
    (State.NEW, Step.ROUTE): State.ASSIGNED,
    (State.NEW, Step.UNSURE): State.TRIAGE,
    (State.NEW, Step.DISMISS): State.DISMISSED,
    (State.TRIAGE, Step.CHOOSE_SECTOR): State.ASSIGNED,
    (State.TRIAGE, Step.ANSWER): State.ANSWERING,  # a plain question, which no block needs to see
    (State.TRIAGE, Step.DISMISS): State.DISMISSED,
    (State.ASSIGNED, Step.ACCEPT): State.ACCEPTED,
    (State.ASSIGNED, Step.ANSWER): State.ANSWERING,
    (State.ASSIGNED, Step.HAND_OVER): State.ASSIGNED,
    (State.ASSIGNED, Step.DISMISS): State.DISMISSED,
    (State.ASSIGNED, Step.UNSURE): State.TRIAGE,
    (State.ASSIGNED, Step.POSTPONE): State.POSTPONED,
    (State.ACCEPTED, Step.ANSWER): State.ANSWERING,
    (State.ACCEPTED, Step.HAND_OVER): State.ASSIGNED,
    (State.ACCEPTED, Step.POSTPONE): State.POSTPONED,
    (State.ACCEPTED, Step.DISMISS): State.DISMISSED,
    (State.ACCEPTED, Step.UNSURE): State.TRIAGE,
    (State.ANSWERING, Step.APPROVE): State.PUBLISHING,
    (State.ANSWERING, Step.RETURN): State.ACCEPTED,
    (State.ANSWERING, Step.HAND_OVER): State.ASSIGNED,  # the draft goes along
    (State.ANSWERING, Step.DISMISS): State.DISMISSED,
    (State.ANSWERING, Step.UNSURE): State.TRIAGE,
    (State.PUBLISHING, Step.PUBLICATION_CONFIRMED): State.ANSWERED,
    (State.PUBLISHING, Step.PUBLICATION_FAILED): State.ACCEPTED,
    (State.POSTPONED, Step.ANSWER): State.ANSWERING,
    (State.POSTPONED, Step.PROMISE_PASSED): State.ACCEPTED,
    (State.POSTPONED, Step.HAND_OVER): State.ASSIGNED,
    (State.POSTPONED, Step.DISMISS): State.DISMISSED,
    (State.POSTPONED, Step.UNSURE): State.TRIAGE,
    (State.ANSWERED, Step.CORRECT): State.ANSWERED,
    (State.ANSWERED, Step.NOT_SOLVED): State.REOPENED,
    (State.ANSWERED, Step.CLOSE): State.CLOSED,
    (State.ANSWERED, Step.ANSWER_REMOVED): State.ACCEPTED,
    (State.ACCEPTED, Step.CLOSE_WITHOUT_ANSWER): State.CLOSED,
    (State.REOPENED, Step.ACCEPT): State.ACCEPTED,
    (State.REOPENED, Step.ANSWER): State.ANSWERING,
    (State.REOPENED, Step.HAND_OVER): State.ASSIGNED,
    (State.REOPENED, Step.POSTPONE): State.POSTPONED,
    (State.REOPENED, Step.DISMISS): State.DISMISSED,
    (State.REOPENED, Step.UNSURE): State.TRIAGE,
    (State.DISMISSED, Step.REOPEN): State.ASSIGNED,
    (State.CLOSED, Step.REOPEN): State.ASSIGNED,
    (State.CLOSED, Step.NOT_SOLVED): State.REOPENED,
    **{(state, Step.ERASE): State.CLOSED for state in OPEN_TICKET_STATES},
}
"""(state, what happens) → the next state. What is not here is refused."""

SHARED_BY_MEMBERS = frozenset(
    {
        Step.CHOOSE_SECTOR,
        Step.UNSURE,
        Step.HAND_OVER,
        Step.ACCEPT,
        Step.ANSWER,
        Step.APPROVE,
        Step.RETURN,
        Step.POSTPONE,
        Step.PROMISE_PASSED,
        Step.CLOSE,
        Step.DISMISS,
        Step.REOPEN,
    }
)
"""Steps that all tickets of a problem take with the one that leads it. The others depend on each one's own place."""

FIRST_WORD_STATES = frozenset({State.ASSIGNED, State.REOPENED, State.ACCEPTED, State.ANSWERING})
"""A post has the ticket, and its author has heard of neither an answer nor a day."""

UNACCEPTED_STATES = frozenset({State.NEW, State.TRIAGE, State.ASSIGNED, State.REOPENED})
"""Nobody has taken it yet: the term to accept is running."""


def is_allowed(state: State, step: Step) -> bool:
    return (state, step) in TRANSITIONS


def next_state(state: State, step: Step) -> State:
    """Return the state after *step*; raises :class:`OutdatedButton` if *state* does not allow it."""
    try:
        return TRANSITIONS[state, step]
    except KeyError:
        raise OutdatedButton(state=state.value, step=step.value) from None


class DismissReason(StrEnum):
    """The reason why a message needs no answer."""

    NOT_A_PROBLEM = "not_a_problem"
    ANSWERED_ELSEWHERE = "answered_elsewhere"
    DUPLICATE = "duplicate"
    INSULTS = "insults"
    NOT_OURS = "not_ours"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Ticket:
    """One citizen's problem. ``id`` is the number that people see: №142."""

    id: int
    state: State
    sector: str | None
    likely: tuple[str, ...]
    district: str | None
    source: str
    text: str
    place: str | None
    latitude: float | None
    longitude: float | None
    urgent: bool
    urgency: Urgency | None  # None for an urgent ticket of an older release
    account: str | None
    author_id: str | None
    author_name: str | None
    registered_at: datetime
    accept_due: datetime
    answer_due: datetime
    assignee_id: int | None
    accepted_at: datetime | None
    answered_at: datetime | None
    ended_at: datetime | None
    dismiss_reason: DismissReason | None
    previous_id: int | None
    external_number: str | None
    created_by: int | None  # who typed it in
    problem_id: int | None  # several tickets about one event
    lead_id: int | None  # for a member of a problem: the ticket whose card represents all of them
    version: int
    danger: Danger | None = None
    applicant_name: str | None = None  # as said in the message, or typed in
    phone: str | None = None
    applicant_kind: ApplicantKind | None = None  # None for a ticket of an older release
    anonymized_at: datetime | None = None  # when the citizen's words, name and account were erased
    topic: str | None = None  # the name of the topic that the words are about
    theme: str | None = None  # a configured theme, between topic and sector
    handed_to: int | None = None  # to whom a chain has handed it over, until somebody accepts it
    external_due: datetime | None = None  # the deadline in the system that it came from
    importance: Importance | None = None  # as a person has set it; None: normal
    first_word_due: datetime | None = None
    first_word_sent_at: datetime | None = None  # when somebody wanted the citizen to read it
    first_word_at: datetime | None = None  # when the citizen could read it
    solve_due: datetime | None = None
    street: str | None = None  # as read from the words, without its type word
    settlement: str | None = None  # likewise: «Малиновка»
    divided_from: int | None = None  # the ticket whose message it shares, as that has several matters

    @property
    def is_open(self) -> bool:
        return self.state in OPEN_TICKET_STATES

    @property
    def is_problem_lead(self) -> bool:
        """Return whether its card represents a problem."""
        return self.problem_id is not None and self.lead_id is None

    def is_by_author_of(self, other: "Ticket") -> bool:
        """Return whether one citizen wrote both, through any of the bot's accounts in a messenger."""
        return self.author_key is not None and self.author_key == other.author_key

    @property
    def author_key(self) -> str | None:
        """The key of the citizen; ``None`` if somebody typed the ticket in."""
        return author_key(self.account, self.author_id) if self.account and self.author_id else None

    @property
    def coordinates(self) -> tuple[float, float] | None:
        """(latitude, longitude), if somebody knows them."""
        return (self.latitude, self.longitude) if self.latitude is not None and self.longitude is not None else None

    @property
    def may_be_quoted(self) -> bool:
        """Return whether lists and notices may show its words: those about suicide and violence are on cards alone."""
        return self.urgency is None or not self.urgency.needs_duty_officer

    @property
    def may_notify_at_night(self) -> bool:
        """Return whether people may be woken for it."""
        return self.urgent and (self.urgency is None or self.urgency.may_notify_at_night)
