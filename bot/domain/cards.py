"""What stands before a person: where it is shown, and what the person is in the middle of."""

from dataclasses import dataclass
from datetime import datetime

from bot.domain.json_types import Json


@dataclass(frozen=True, slots=True)
class Card:
    """Where a person sees a ticket. ``menu`` is the page of buttons that he has opened."""

    person_id: int
    ticket_id: int
    account: str
    chat_id: str
    external_id: str | None
    hash: str | None
    menu: str
    media_shown: int


@dataclass(frozen=True, slots=True)
class ReviewList:
    """Where a person sees what is doubtful; ``page`` is the one that stands open."""

    person_id: int
    account: str
    chat_id: str
    external_id: str | None
    hash: str | None
    page: int
    posted_at: datetime


@dataclass(frozen=True, slots=True)
class Dialog:
    """What a person is in the middle of. It survives a restart."""

    account: str
    user_id: str
    chat_id: str
    step: str
    ticket_id: int | None
    text: str
    media: tuple[Json, ...]
    facts: Json
    version: int
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class AccountReachability:
    """What is known of a person's account: blocked since, chosen for what, through which account of ours the person
    spoke last, and since when things meant for it go elsewhere."""

    unreachable_since: datetime | None = None
    wants_cards: bool = False
    wants_reports: bool = False
    last_bot_account: str | None = None
    diverted_since: datetime | None = None
