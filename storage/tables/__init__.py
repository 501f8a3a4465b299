"""The tables of the database, in SQLAlchemy Core; the repositories turn rows into domain records."""

from storage.tables.answer_limits import held_answer, sent_answer
from storage.tables.answer_marks import answer_mark
from storage.tables.audit_chain import audit_personal, audit_seal
from storage.tables.base import UtcDateTime, metadata
from storage.tables.boards import board, daily_summary
from storage.tables.clock_events import clock_event
from storage.tables.drafts import delegation, draft, draft_approval, draft_version
from storage.tables.imports import import_content, import_file, import_record
from storage.tables.inquiries import inquiry
from storage.tables.limits import act, flood, held_message
from storage.tables.messaging import button, cursor, held_note, inbox, outage, outbox, sent_message, unread
from storage.tables.people import absence, account, assignment, dialog, installation, invitation, person, wrong_code
from storage.tables.promises import promise
from storage.tables.scheduling import (
    audit,
    chat_alias,
    digest,
    due_moment,
    erasure,
    leader_lease,
    notice,
    official_page,
    official_page_comment,
    once_key,
)
from storage.tables.solutions import solution
from storage.tables.system_entries import system_entry
from storage.tables.templates import template
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
from storage.tables.topics import keyword, switched_off, theme

__all__ = [
    "UtcDateTime",
    "absence",
    "account",
    "act",
    "answer",
    "answer_mark",
    "assignment",
    "audit",
    "audit_personal",
    "audit_seal",
    "board",
    "button",
    "card",
    "chat_alias",
    "clock_event",
    "cursor",
    "daily_summary",
    "delegation",
    "dialog",
    "digest",
    "draft",
    "draft_approval",
    "draft_version",
    "due_moment",
    "erasure",
    "flood",
    "held_answer",
    "held_message",
    "held_note",
    "import_content",
    "import_file",
    "import_record",
    "inbox",
    "inquiry",
    "installation",
    "invitation",
    "keyword",
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
    "promise",
    "publication",
    "remark",
    "review_item",
    "review_list",
    "sent_answer",
    "sent_message",
    "solution",
    "switched_off",
    "system_entry",
    "template",
    "theme",
    "ticket",
    "unread",
    "upvote",
    "wrong_code",
]
