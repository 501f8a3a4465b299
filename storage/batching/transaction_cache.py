"""What one transaction knows without asking: what was fetched for a whole batch of events at once, and what it has made
itself. Whatever it changes it forgets; what is not here is asked of the database."""

from dataclasses import dataclass, field, replace
from datetime import datetime

from bot.domain.messages import Message
from bot.domain.sources import author_key
from bot.domain.tickets import Ticket
from storage.batching.candidate_cache import CandidatePools

MessageKey = tuple[str, str, str]
"""Account, chat, number of a post in it."""


@dataclass(frozen=True, slots=True)
class AuthorTicket:
    """A citizen's ticket that the next message may have to do with. ``posts``: (account, chat, thread, author)."""

    ticket: Ticket
    author_key: str
    touched_at: datetime
    text_key: str | None
    street: str | None
    house: str | None
    threads: frozenset[tuple[str, str, str, str]]


@dataclass(slots=True)
class TransactionCache:
    """Belongs to one transaction."""

    messages: dict[MessageKey, Message | None] = field(default_factory=dict)
    """What stands at a place; ``None``: nothing does."""
    message_keys: dict[int, MessageKey] = field(default_factory=dict)
    """Where the known posts stand."""
    tickets_without_cards: set[int] = field(default_factory=set)
    """Tickets that this transaction has made and given no card yet."""
    tickets_without_messages: set[int] = field(default_factory=set)
    candidates: CandidatePools = field(default_factory=CandidatePools)
    """What new messages may be about."""
    locked_tickets: dict[int, Ticket] = field(default_factory=dict)
    """Those that nobody else can change before the transaction ends: it has made them, or holds their lock."""
    tickets_with_pending_writes: set[int] = field(default_factory=set)
    """Tickets of which something may still wait to be written. (Not forgotten: what is known is, what waits is not.)"""
    tickets_with_pending_cards: set[int] = field(default_factory=set)
    """Tickets with a card that may still wait to be written."""
    _author_problems: dict[str, set[int]] = field(default_factory=dict)
    _author_tickets_since: datetime | None = None
    _author_tickets: dict[str, dict[int, AuthorTicket]] = field(default_factory=dict)
    _ticket_authors: dict[int, str] = field(default_factory=dict)

    def get_message(self, message_id: int) -> Message | None:
        place = self.message_keys.get(message_id)
        return self.messages[place] if place is not None else None

    def set_message(self, key: MessageKey, message: Message | None) -> None:
        self.messages[key] = message
        if message is not None:
            self.message_keys[message.id] = key

    def add_new_ticket(self, ticket: Ticket, author_key: str | None) -> None:
        """The transaction has made this ticket, and nothing that belongs to it."""
        self.locked_tickets[ticket.id] = ticket
        self.tickets_with_pending_writes.add(ticket.id)
        self.tickets_without_cards.add(ticket.id)
        self.tickets_without_messages.add(ticket.id)
        if author_key is not None:
            self.evict_author(author_key)
            self.add_author_to_problem(author_key, ticket.problem_id)

    def set_problem_lead(self, ticket: Ticket, problem_id: int) -> None:
        """The ticket leads this problem from now on."""
        self.tickets_with_pending_writes.add(ticket.id)
        known = self.locked_tickets.get(ticket.id)
        self.evict_ticket(ticket.id)
        if known is not None:
            self.locked_tickets[ticket.id] = replace(known, problem_id=problem_id)
        if ticket.account is not None and ticket.author_id is not None:
            self.add_author_to_problem(author_key(ticket.account, ticket.author_id), problem_id)

    def on_message_attached(self, ticket_id: int) -> None:
        """The ticket has a post more."""
        self.tickets_without_messages.discard(ticket_id)
        self.evict_author_of_ticket(ticket_id)

    def evict_message(self, message_id: int) -> None:
        place = self.message_keys.pop(message_id, None)
        if place is not None:
            del self.messages[place]

    def load_author_tickets(self, authors: dict[str, dict[int, AuthorTicket]], since: datetime) -> None:
        """All that *authors* have (by number) which is open and was touched since then, or was answered since then."""
        self._author_tickets_since = since
        self._author_tickets = authors
        self._ticket_authors = {number: author for author, own in authors.items() for number in own}

    def get_author_tickets(self, author_key: str, since: datetime) -> list[AuthorTicket] | None:
        """What the author has that is as recent (older ones may be among it); ``None``: that is not known here."""
        if (
            self._author_tickets_since is None
            or since < self._author_tickets_since
            or author_key not in self._author_tickets
        ):
            return None
        return list(self._author_tickets[author_key].values())

    def get_author_ticket(self, ticket_id: int) -> AuthorTicket | None:
        author = self._ticket_authors.get(ticket_id)
        return self._author_tickets[author][ticket_id] if author in self._author_tickets else None

    def load_author_problems(self, authors: dict[str, set[int]]) -> None:
        """All the problems that each of *authors* has a ticket in."""
        self._author_problems = authors

    def is_author_in_problem(self, author_key: str, problem_id: int) -> bool | None:
        """Whether the author has a ticket in the problem; ``None``: that is not known here."""
        known = self._author_problems.get(author_key)
        return None if known is None else problem_id in known

    def add_author_to_problem(self, author_key: str, problem_id: int | None) -> None:
        """The author has a ticket in the problem from now on."""
        if problem_id is not None and author_key in self._author_problems:
            self._author_problems[author_key].add(problem_id)

    def evict_author(self, author_key: str) -> None:
        self._author_tickets.pop(author_key, None)

    def evict_ticket(self, ticket_id: int) -> None:
        self.locked_tickets.pop(ticket_id, None)
        self.evict_author_of_ticket(ticket_id)

    def evict_author_of_ticket(self, ticket_id: int) -> None:
        author = self._ticket_authors.get(ticket_id)
        if author is not None:
            self.evict_author(author)

    def clear(self) -> None:
        """A part of the transaction was undone, or something was changed past all this."""
        self.messages.clear()
        self.message_keys.clear()
        self.tickets_without_cards.clear()
        self.tickets_without_messages.clear()
        self.candidates.clear()
        self.locked_tickets.clear()
        self._author_problems = {}
        self._author_tickets = {}
