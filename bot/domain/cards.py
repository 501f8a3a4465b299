"""Messages that the bot keeps up to date in an official's chat, and the state of their accounts."""

from dataclasses import dataclass, field
from datetime import datetime

from bot.domain.drafts import Wording

NO_TICKET = 0
"""The number under which messages to officials are recorded that are not about one ticket. Stored."""

LIST_KIND, PAGE_KIND = "list", "page"
"""Kinds of such messages: they quote tickets, or not. Stored."""

MEDIA_KIND = "media"
"""The kind of the files under a card. Stored."""

BUTTONLESS_KINDS = (MEDIA_KIND, *(wording.value for wording in Wording))
"""Kinds of messages under which no official has ever had a button: files, and what citizens read."""


@dataclass(frozen=True, slots=True)
class Card:
    """The message that shows a ticket to an official; ``menu`` is the page of buttons they have opened."""

    person_id: int
    ticket_id: int
    account: str
    chat_id: str
    external_id: str | None
    hash: str | None
    menu: str
    media_shown: int


@dataclass(frozen=True, slots=True)
class CardExtras:
    """The parts that few tickets have, as one question finds them: only those that exist are then read."""

    upvotes: int
    has_remarks: bool
    has_inquiries: bool
    has_promise: bool
    is_divided: bool
    """True if other tickets were divided from this one."""


@dataclass(frozen=True, slots=True)
class ReviewList:
    """The message that shows the review queue to an official; ``page`` is the page they have opened."""

    person_id: int
    account: str
    chat_id: str
    external_id: str | None
    hash: str | None
    page: int
    posted_at: datetime


@dataclass(frozen=True, slots=True)
class AccountReachability:
    """The state of an official's account in a messenger.

    ``unreachable_since``: they blocked the bot. ``last_bot_account``: the bot's account they wrote to last.
    ``diverted_since``: messages for this account are sent elsewhere, as its messenger is down.
    """

    unreachable_since: datetime | None = None
    wants_cards: bool = False
    wants_reports: bool = False
    last_bot_account: str | None = None
    diverted_since: datetime | None = None
    person_id: int | None = field(default=None, compare=False)  # whose account it is now
