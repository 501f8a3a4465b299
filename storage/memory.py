"""What one transaction knows without asking: what was fetched for a whole batch of events at once, and what it has made
itself. Whatever it changes it forgets; what is not here is asked of the database."""

from dataclasses import dataclass, field
from datetime import datetime

from bot.domain.records.incoming import Message
from bot.domain.tickets import Ticket
from storage.candidates import Pools

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

    def bear(self, ticket_id: int, author_key: str | None) -> None:
        """The transaction has made this ticket, and nothing that belongs to it."""
        self.without_cards.add(ticket_id)
        self.without_posts.add(ticket_id)
        if author_key is not None:
            self.forget_author(author_key)

    def attach(self, ticket_id: int) -> None:
        """The ticket has a post more."""
        self.without_posts.discard(ticket_id)
        self.forget_ticket(ticket_id)

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

    def forget_author(self, author_key: str) -> None:
        self._standings.pop(author_key, None)

    def forget_ticket(self, ticket_id: int) -> None:
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
        self._standings = {}
