"""Citizens' messages, as they are stored."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from bot.domain.json_types import Json


class MessageRole(StrEnum):
    """The role of a message in its ticket."""

    ROOT = "root"  # the ticket was made of it; the answer goes under it
    COPY = "copy"  # the same text in another chat; the answer goes under it too
    ADDITION = "addition"  # the citizen added something
    ALBUM = "album"  # a further picture of the same album
    REACTION = "reaction"  # thanks and the like under the answer
    STAFF = "staff"  # an official's own reply in the chat


@dataclass(frozen=True, slots=True)
class Message:
    """Somebody's post, with its place in a messenger."""

    id: int
    account: str
    chat_id: str
    chat_kind: str
    root: str
    thread: str
    chat_title: str | None
    external_id: str
    author_id: str
    author_name: str | None
    text: str
    media: tuple[Json, ...]
    album: str | None
    reply_to: str | None
    link: str | None
    forwarded_from: str | None
    sent_at: datetime
    deleted_at: datetime | None
    ticket_id: int | None
    part: MessageRole | None

    @property
    def is_by_organisation(self) -> bool:
        """True if a community or a channel wrote it: their ids are negative in every messenger."""
        return self.author_id.startswith("-")


@dataclass(frozen=True, slots=True, kw_only=True)
class NewMessage:
    """A message to insert."""

    account: str
    chat_id: str
    chat_kind: str
    root: str
    thread: str
    chat_title: str | None = None
    external_id: str
    author_id: str
    author_name: str | None = None
    text: str
    media: tuple[Json, ...] = ()
    album: str | None = None
    reply_to: str | None = None
    link: str | None = None
    forwarded_from: str | None = None
    sent_at: datetime
    ticket_id: int | None = None
    part: MessageRole | None = None


class UnreadKind(StrEnum):
    """Content that the bot can neither read nor show. Messengers name such an attachment so. Stored: never change."""

    AUDIO = "audio"  # shown where somebody has a ticket, but nobody reads it
    LINK = "link"  # a bare address
    ARTICLE = "article"
    CALL = "call"
    CONTACT = "contact"
    GAME = "game"
    GIFT = "gift"
    GIVEAWAY = "giveaway"
    GIVEAWAY_WINNERS = "giveaway_winners"
    GRAFFITI = "graffiti"
    INVOICE = "invoice"
    MARKET = "market"
    MINI_APP = "mini_app"
    PAID_MEDIA = "paid_media"
    PASSPORT = "passport_data"
    PODCAST = "podcast"
    POLL = "poll"
    STORY = "story"
    OTHER = "other"

    @classmethod
    def of(cls, name: str | None) -> "UnreadKind":
        """Return the kind of an attachment with this *name*."""
        return cls(name) if name in set(cls) else cls.OTHER


class ReviewVerdict(StrEnum):
    """The decision about a message of the review queue."""

    PROBLEM = "problem"
    TALK = "talk"
    EXPIRED = "left"  # nobody has said anything for days
