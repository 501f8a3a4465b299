"""Comments under the posts of official pages."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class PageComment:
    """A comment under a post (``place``) of the page ``root``.

    ``ours``: written by the page or an official. ``to_all``: under the post, not in reply to another comment.
    """

    account: str
    chat_id: str
    external_id: str
    root: str
    place: str
    thread: str
    ours: bool
    to_all: bool
    sent_at: datetime
    link: str | None


@dataclass(frozen=True, slots=True)
class UnansweredComment:
    """A comment that neither the page nor an official has answered."""

    sent_at: datetime
    link: str | None
