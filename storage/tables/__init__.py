"""Every table of the database. SQLAlchemy Core; the repositories turn rows into the domain's records."""

from storage.tables.base import Moment, metadata
from storage.tables.messaging import cursor, inbox, letter, outage, outbox
from storage.tables.people import account, assignment, dialog, invitation, person
from storage.tables.scheduling import audit, chat_alias, digest, due, notice, once, page, page_comment
from storage.tables.tickets import answer, card, doubt, doubt_list, message, problem, publication, remark, ticket, voice

__all__ = [
    "Moment",
    "account",
    "answer",
    "assignment",
    "audit",
    "card",
    "chat_alias",
    "cursor",
    "dialog",
    "digest",
    "doubt",
    "doubt_list",
    "due",
    "inbox",
    "invitation",
    "letter",
    "message",
    "metadata",
    "notice",
    "once",
    "outage",
    "outbox",
    "page",
    "page_comment",
    "person",
    "problem",
    "publication",
    "remark",
    "ticket",
    "voice",
]
