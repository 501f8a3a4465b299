"""The words to a citizen, and where they stand."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from bot.domain.drafts import Wording
from bot.domain.json_types import Json


class PublicationState(StrEnum):
    QUEUED = "queued"  # the bot is about to post it
    BY_PERSON = "by_person"  # a person posts it by hand and says so
    POSTED = "posted"
    KEPT = "kept"  # answers are off in that place: it is only kept
    FAILED = "failed"
    REMOVED = "removed"  # it was posted and does not stand there any more


class Poster(StrEnum):
    """The way in which an answer was posted."""

    BOT = "bot"
    PERSON = "person"  # somebody says to have posted it
    NOTICED = "noticed"  # posted by hand, and seen in the chat
    STAFF_REPLY = "staff_reply"  # a colleague's own reply in the chat became the answer


@dataclass(frozen=True, slots=True)
class Answer:
    """The words to a citizen, by ``person_id``. ``revision`` grows with every correction.

    ``publisher_id``: the approver whose press published it; ``None`` if ``person_id`` did so. ``kind``: a question or
    an interim answer is published in the same way, and answers nothing.
    """

    id: int
    ticket_id: int
    person_id: int
    text: str
    media: tuple[Json, ...]
    revision: int
    problem_id: int | None = None  # it goes to all who wrote about that problem
    publisher_id: int | None = None
    kind: Wording = Wording.ANSWER

    @property
    def is_final(self) -> bool:
        """Return whether its publication answers the ticket."""
        return self.kind is Wording.ANSWER


@dataclass(frozen=True, slots=True)
class Publication:
    """An answer under one message of a citizen.

    ``poster_id`` is the official who posted it manually, where that is known. ``about`` is the key of the citizen's
    words that it answers (:func:`bot.services.context.messages.text_key`).
    """

    id: int
    answer_id: int
    ticket_id: int
    message_id: int
    state: PublicationState
    external_ids: tuple[str, ...]
    link: str | None
    error: str | None
    posted_at: datetime | None
    poster: Poster | None = None
    poster_id: int | None = None
    about: str | None = None
    spot: str | None = None  # of a problem's answer: the audience that one post reaches
    via_id: int | None = None  # the publication whose post is this one's, too
    text: str | None = None  # the words that stand there, once somebody has wanted others there


@dataclass(frozen=True, slots=True)
class NewPublication:
    """A publication to be, one of many: see :class:`Publication`."""

    ticket_id: int
    message_id: int
    state: PublicationState
    audience_key: str
    covered_by_id: int | None = None
    link: str | None = None
    posted_at: datetime | None = None
