"""Drafts with their versions and approvals, and the people who were asked to write them."""

from sqlalchemy import Boolean, Column, ForeignKey, Index, Integer, String, Table, Text, false

from storage.tables.base import Document, Id, PartialIndex, UtcDateTime, metadata

draft = Table(
    "draft",
    metadata,
    Column("id", Id, primary_key=True),
    Column("ticket_id", Id, ForeignKey("ticket.id"), nullable=False),
    Column("kind", String(16), nullable=False),  # answer, follow_up, correction …
    Column("author_id", Id, ForeignKey("person.id"), nullable=False),
    Column("state", String(16), nullable=False),
    Column("version", Integer, nullable=False),
    Column("step", Integer, nullable=False),  # approvals that the current version has
    Column("approver_id", Id, ForeignKey("person.id")),
    Column("step_due", UtcDateTime),
    Column("answer_id", Id, ForeignKey("answer.id")),
    Column("created_at", UtcDateTime, nullable=False),
    Column("needs_post", Boolean, nullable=False, server_default=false()),  # the responsible people check it first
    Column("approver_for_id", Id),  # in whose place the approver was asked
    Index("ix_draft_ticket", "ticket_id", "id"),
    PartialIndex("ix_draft_waiting", "approver_id", where="state = 'waiting'"),
    PartialIndex("ix_draft_returned", "author_id", where="state = 'returned'"),
)

draft_version = Table(
    "draft_version",
    metadata,
    Column("draft_id", Id, ForeignKey("draft.id"), primary_key=True, autoincrement=False),
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("ticket_id", Id, ForeignKey("ticket.id"), nullable=False, index=True),
    Column("author_id", Id, ForeignKey("person.id"), nullable=False),
    Column("text", Text, nullable=False),
    Column("media", Document, nullable=False),
    Column("at", UtcDateTime, nullable=False),
)

draft_approval = Table(
    "draft_approval",
    metadata,
    Column("id", Id, primary_key=True),
    Column("draft_id", Id, ForeignKey("draft.id"), nullable=False, index=True),
    Column("ticket_id", Id, ForeignKey("ticket.id"), nullable=False, index=True),
    Column("version", Integer, nullable=False),
    Column("step", Integer, nullable=False),
    Column("role", String(64), nullable=False),
    Column("person_id", Id, ForeignKey("person.id"), nullable=False),
    Column("decision", String(16), nullable=False),  # approved, returned; the remark is in "remark"
    Column("at", UtcDateTime, nullable=False),
)

delegation = Table(
    "delegation",
    metadata,
    Column("id", Id, primary_key=True),
    Column("ticket_id", Id, ForeignKey("ticket.id"), nullable=False, index=True),
    Column("person_id", Id, ForeignKey("person.id"), nullable=False),
    Column("by_id", Id, ForeignKey("person.id"), nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("due", UtcDateTime),
    Column("state", String(16), nullable=False),  # asked, given, withdrawn, done
    Column("part", Text),  # the words that this person has contributed
    Column("media", Document, nullable=False),
    Column("given_at", UtcDateTime),
    PartialIndex("ix_delegation_asked", "person_id", where="state = 'asked'"),
)
