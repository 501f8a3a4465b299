"""Promises to citizens."""

from sqlalchemy import Column, ForeignKey, Index, String, Table

from storage.tables.base import Id, PartialIndex, UtcDateTime, metadata

promise = Table(
    "promise",
    metadata,
    Column("id", Id, primary_key=True),
    Column("ticket_id", Id, ForeignKey("ticket.id"), nullable=False),
    Column("person_id", Id, ForeignKey("person.id"), nullable=False),
    Column("answer_id", Id, ForeignKey("answer.id"), nullable=False),
    Column("made_at", UtcDateTime, nullable=False),
    Column("due_at", UtcDateTime, nullable=False),
    Column("remind_at", UtcDateTime),
    Column("ended_at", UtcDateTime),
    Column("origin", String(16)),  # NULL: an interim answer
    Column("outcome", String(16)),  # NULL: nobody knows yet
    Index("ix_promise_ticket", "ticket_id", "id"),
    Index("ix_promise_due", "due_at"),
    PartialIndex(*("ix_promise_remind", "remind_at"), where="remind_at IS NOT NULL"),
)
