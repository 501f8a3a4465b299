"""The cache of one transaction: rows prefetched for a batch of events, and rows that the transaction has created.

What is changed is evicted; what is missing is queried.
"""

from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from bot.domain.messages import Message
from bot.domain.sources import author_key
from bot.domain.tickets import Ticket
from storage.batching.candidate_cache import CandidatePools

MessageKey = tuple[str, str, str]
"""Account, chat, id of a message in it."""


@dataclass(frozen=True, slots=True)
class AuthorTicket:
    """A citizen's ticket that their next message may belong to. ``threads``: (account, chat, thread, author)."""

    ticket: Ticket
    author_key: str
    touched_at: datetime
    text_key: str | None
    house: str | None
    threads: frozenset[tuple[str, str, str, str]]


class _EmptyDict(dict[Any, Any]):
    """A dict that stores nothing."""

    def __setitem__(self, _key: object, _value: object) -> None:
        pass


class _EmptySet(set[Any]):
    """A set that stores nothing."""

    def add(self, _item: object) -> None:
        pass


@dataclass(slots=True)
class TransactionCache:
    """The cache of one transaction."""

    messages: dict[MessageKey, Message | None] = field(default_factory=dict)
    """Messages by their key; ``None``: there is none."""
    message_keys: dict[int, MessageKey] = field(default_factory=dict)
    """Keys of the cached messages, by id."""
    tickets_without_cards: set[int] = field(default_factory=set)
    """Tickets that this transaction has created and given no card yet."""
    tickets_without_messages: set[int] = field(default_factory=set)
    candidates: CandidatePools = field(default_factory=CandidatePools)
    """Problems and lone tickets that new messages may be about."""
    locked_tickets: dict[int, Ticket] = field(default_factory=dict)
    """Tickets that no other transaction can change: this one has created them, or holds their lock."""
    tickets_with_pending_writes: set[int] = field(default_factory=set)
    """Tickets with writes that may still be deferred; :meth:`clear` keeps them, because it does not write anything."""
    tickets_with_pending_cards: set[int] = field(default_factory=set)
    """Tickets with a card whose insertion may still be deferred."""
    _author_problems: dict[str, set[int]] = field(default_factory=dict)
    _author_tickets_since: datetime | None = None
    _author_tickets: dict[str, dict[int, AuthorTicket]] = field(default_factory=dict)
    _ticket_authors: dict[int, str] = field(default_factory=dict)
    _is_enabled: bool = True

    @classmethod
    def disabled(cls) -> "TransactionCache":
        """Return a cache that stores nothing, so that everything is queried."""
        return cls(
            messages=_EmptyDict(),
            message_keys=_EmptyDict(),
            tickets_without_cards=_EmptySet(),
            tickets_without_messages=_EmptySet(),
            candidates=CandidatePools(_EmptyDict()),
            locked_tickets=_EmptyDict(),
            _is_enabled=False,
        )

    def get_message(self, message_id: int) -> Message | None:
        key = self.message_keys.get(message_id)
        return self.messages[key] if key is not None else None

    def set_message(self, key: MessageKey, message: Message | None) -> None:
        self.messages[key] = message
        if message is not None:
            self.message_keys[message.id] = key

    def add_new_ticket(self, ticket: Ticket, author_key: str | None) -> None:
        """Cache a ticket created in this transaction (it has no cards or messages yet)."""
        self.locked_tickets[ticket.id] = ticket
        self.tickets_with_pending_writes.add(ticket.id)
        self.tickets_without_cards.add(ticket.id)
        self.tickets_without_messages.add(ticket.id)
        if author_key is not None:
            self.evict_author(author_key)
            self.add_author_to_problem(author_key, ticket.problem_id)

    def set_problem_lead(self, ticket: Ticket, problem_id: int) -> None:
        """Make *ticket* the lead of a new problem."""
        self.tickets_with_pending_writes.add(ticket.id)
        known = self.locked_tickets.get(ticket.id)
        self.evict_ticket(ticket.id)
        if known is not None:
            self.locked_tickets[ticket.id] = replace(known, problem_id=problem_id)
        if ticket.account is not None and ticket.author_id is not None:
            self.add_author_to_problem(author_key(ticket.account, ticket.author_id), problem_id)

    def on_message_attached(self, ticket_id: int) -> None:
        """Note that the ticket has one more message."""
        self.tickets_without_messages.discard(ticket_id)
        self.evict_author_of_ticket(ticket_id)

    def evict_message(self, message_id: int) -> None:
        key = self.message_keys.pop(message_id, None)
        if key is not None:
            del self.messages[key]

    def load_author_tickets(self, authors: dict[str, dict[int, AuthorTicket]], since: datetime) -> None:
        """Cache by id all tickets of *authors* that are open and touched, or answered, since then."""
        if not self._is_enabled:
            return
        self._author_tickets_since = since
        self._author_tickets = authors
        self._ticket_authors = {ticket_id: author for author, own in authors.items() for ticket_id in own}

    def get_author_tickets(self, author_key: str, since: datetime) -> list[AuthorTicket] | None:
        """Return the author's tickets since then (older ones may be among them); ``None`` if they are not cached."""
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
        """Cache the problems in which each of *authors* has a ticket."""
        if self._is_enabled:
            self._author_problems = authors

    def is_author_in_problem(self, author_key: str, problem_id: int) -> bool | None:
        """Return whether the author has a ticket in the problem; ``None`` if that is not cached."""
        known = self._author_problems.get(author_key)
        return None if known is None else problem_id in known

    def add_author_to_problem(self, author_key: str, problem_id: int | None) -> None:
        """Note that the author has a ticket in the problem."""
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
        """Forget everything: a part of the transaction was rolled back, or a cached table was changed directly."""
        self.messages.clear()
        self.message_keys.clear()
        self.tickets_without_cards.clear()
        self.tickets_without_messages.clear()
        self.candidates.clear()
        self.locked_tickets.clear()
        self._author_problems = {}
        self._author_tickets = {}
