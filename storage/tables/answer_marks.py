"""Faults found in published answers, by the checker or by a person."""

from sqlalchemy import Column, ForeignKey, Index, Integer, String, Table

from storage.tables.base import Id, UtcDateTime, metadata

answer_mark = Table(
    "answer_mark",
    metadata,
    Column("id", Id, primary_key=True),
    Column("answer_id", Id, ForeignKey("answer.id"), nullable=False),
    Column("ticket_id", Id, ForeignKey("ticket.id"), nullable=False),
    Column("revision", Integer, nullable=False),  # of the answer: a correction may mend what was wanting
    Column("kind", String(16), nullable=False),
    Column("first", Integer, nullable=False),  # the place in the text; both 0: the whole of it
    Column("last", Integer, nullable=False),
    Column("person_id", Id, ForeignKey("person.id")),  # who put it; NULL: the checker
    Column("at", UtcDateTime, nullable=False),
    Index("ix_answer_mark_ticket", "ticket_id"),
    Index("ix_answer_mark_at", "at", "kind"),
)
