"""What one transaction knows without asking: what was fetched for a whole batch of events at once, and what it has made
itself. Whatever it changes it forgets; what is not here is asked of the database."""

from dataclasses import dataclass, field, replace
from datetime import datetime

from bot.domain.messages import Message
from bot.domain.sources import author_key
from bot.domain.tickets import Ticket
from storage.batching.candidate_cache import Pools

Place = tuple[str, str, str]
"""Account, chat, number of a post in it."""


@dataclass(frozen=True, slots=True)
class Standing:
    """A citizen's ticket that the next message may have to do with. ``posts``: (account, chat, thread, author)."""

    ticket: Ticket
    author_key: str
    touched_at: datetime
    text_key: str | None
    street: str | None
    house: str | None
    posts: frozenset[tuple[str, str, str, str]]


@dataclass(slots=True)
class Memory:
    """Belongs to one transaction."""

    posts: dict[Place, Message | None] = field(default_factory=dict)
    """What stands at a place; ``None``: nothing does."""
    places: dict[int, Place] = field(default_factory=dict)
    """Where the known posts stand."""
    without_cards: set[int] = field(default_factory=set)
    """Tickets that this transaction has made and given no card yet."""
    without_posts: set[int] = field(default_factory=set)
    candidates: Pools = field(default_factory=Pools)
    """What new messages may be about."""
    tickets: dict[int, Ticket] = field(default_factory=dict)
    """Those that nobody else can change before the transaction ends: it has made them, or holds their lock."""
    unwritten: set[int] = field(default_factory=set)
    """Tickets of which something may still wait to be written. (Not forgotten: what is known is, what waits is not.)"""
    unwritten_cards: set[int] = field(default_factory=set)
    """Tickets with a card that may still wait to be written."""
    _in_problems: dict[str, set[int]] = field(default_factory=dict)
    _since: datetime | None = None
    _standings: dict[str, dict[int, Standing]] = field(default_factory=dict)
    _authors: dict[int, str] = field(default_factory=dict)

    def post(self, message_id: int) -> Message | None:
        place = self.places.get(message_id)
        return self.posts[place] if place is not None else None

    def know_post(self, place: Place, post: Message | None) -> None:
        self.posts[place] = post
        if post is not None:
            self.places[post.id] = place

    def bear(self, ticket: Ticket, author_key: str | None) -> None:
        """The transaction has made this ticket, and nothing that belongs to it."""
        self.tickets[ticket.id] = ticket
        self.unwritten.add(ticket.id)
        self.without_cards.add(ticket.id)
        self.without_posts.add(ticket.id)
        if author_key is not None:
            self.forget_author(author_key)
            self.join(author_key, ticket.problem_id)

    def lead(self, ticket: Ticket, problem_id: int) -> None:
        """The ticket leads this problem from now on."""
        self.unwritten.add(ticket.id)
        known = self.tickets.get(ticket.id)
        self.forget_ticket(ticket.id)
        if known is not None:
            self.tickets[ticket.id] = replace(known, problem_id=problem_id)
        if ticket.account is not None and ticket.author_id is not None:
            self.join(author_key(ticket.account, ticket.author_id), problem_id)

    def attach(self, ticket_id: int) -> None:
        """The ticket has a post more."""
        self.without_posts.discard(ticket_id)
        self.forget_standing(ticket_id)

    def forget_post(self, message_id: int) -> None:
        place = self.places.pop(message_id, None)
        if place is not None:
            del self.posts[place]

    def know_standings(self, authors: dict[str, dict[int, Standing]], since: datetime) -> None:
        """All that *authors* have (by number) which is open and was touched since then, or was answered since then."""
        self._since = since
        self._standings = authors
        self._authors = {number: author for author, own in authors.items() for number in own}

    def standings(self, author_key: str, since: datetime) -> list[Standing] | None:
        """What the author has that is as recent (older ones may be among it); ``None``: that is not known here."""
        if self._since is None or since < self._since or author_key not in self._standings:
            return None
        return list(self._standings[author_key].values())

    def standing(self, ticket_id: int) -> Standing | None:
        author = self._authors.get(ticket_id)
        return self._standings[author][ticket_id] if author in self._standings else None

    def know_problems(self, authors: dict[str, set[int]]) -> None:
        """All the problems that each of *authors* has a ticket in."""
        self._in_problems = authors

    def is_in(self, author_key: str, problem_id: int) -> bool | None:
        """Whether the author has a ticket in the problem; ``None``: that is not known here."""
        known = self._in_problems.get(author_key)
        return None if known is None else problem_id in known

    def join(self, author_key: str, problem_id: int | None) -> None:
        """The author has a ticket in the problem from now on."""
        if problem_id is not None and author_key in self._in_problems:
            self._in_problems[author_key].add(problem_id)

    def forget_author(self, author_key: str) -> None:
        self._standings.pop(author_key, None)

    def forget_ticket(self, ticket_id: int) -> None:
        self.tickets.pop(ticket_id, None)
        self.forget_standing(ticket_id)

    def forget_standing(self, ticket_id: int) -> None:
        author = self._authors.get(ticket_id)
        if author is not None:
            self.forget_author(author)

    def clear(self) -> None:
        """A part of the transaction was undone, or something was changed past all this."""
        self.posts.clear()
        self.places.clear()
        self.without_cards.clear()
        self.without_posts.clear()
        self.candidates.clear()
        self.tickets.clear()
        self._in_problems = {}
        self._standings = {}
