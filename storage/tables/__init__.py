"""The tables of the database, in SQLAlchemy Core; the repositories turn rows into domain records."""

from storage.tables.base import UtcDateTime, metadata
from storage.tables.messaging import cursor, inbox, outage, outbox, sent_message, unread
from storage.tables.people import account, assignment, dialog, invitation, person
from storage.tables.scheduling import (
    audit,
    chat_alias,
    digest,
    due_moment,
    leader_lease,
    notice,
    official_page,
    official_page_comment,
    once_key,
)
from storage.tables.tickets import (
    answer,
    card,
    message,
    problem,
    publication,
    remark,
    review_item,
    review_list,
    ticket,
    upvote,
)

__all__ = [
    "UtcDateTime",
    "account",
    "answer",
    "assignment",
    "audit",
    "card",
    "chat_alias",
    "cursor",
    "dialog",
    "digest",
    "due_moment",
    "inbox",
    "invitation",
    "leader_lease",
    "message",
    "metadata",
    "notice",
    "official_page",
    "official_page_comment",
    "once_key",
    "outage",
    "outbox",
    "person",
    "problem",
    "publication",
    "remark",
    "review_item",
    "review_list",
    "sent_message",
    "ticket",
    "unread",
    "upvote",
]
