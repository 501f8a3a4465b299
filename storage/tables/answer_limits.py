"""Answers that count for the limits on answers, and those that wait for the coordinator because of them."""

from sqlalchemy import Boolean, Column, ForeignKey, Index, String, Table, Text

from storage.tables.base import Document, Id, UtcDateTime, metadata

sent_answer = Table(  # one row for each answer that went out while a limit was set
    "sent_answer",
    metadata,
    Column("answer_id", Id, ForeignKey("answer.id"), primary_key=True, autoincrement=False),
    Column("ticket_id", Id, ForeignKey("ticket.id"), nullable=False, index=True),
    Column("text_key", String(64)),  # equal for texts that differ in case, punctuation and names in the greeting alone
    Column("is_public", Boolean, nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Index("ix_sent_answer_at", "at"),
    Index("ix_sent_answer_text", "text_key", "at"),
)

held_answer = Table(
    "held_answer",
    metadata,
    Column("id", Id, primary_key=True),
    Column("ticket_id", Id, ForeignKey("ticket.id"), nullable=False, index=True),
    Column("person_id", Id, ForeignKey("person.id"), nullable=False),
    Column("kind", String(16), nullable=False),
    Column("text", Text, nullable=False),
    Column("media", Document, nullable=False),
    Column("reason", String(16), nullable=False),
    Column("state", String(16), nullable=False),
    Column("decided_by", Id, ForeignKey("person.id")),
    Column("at", UtcDateTime, nullable=False),
)
