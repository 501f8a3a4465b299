"""Texts that people enter into other systems."""

from sqlalchemy import Boolean, Column, ForeignKey, String, Table

from storage.tables.base import Id, PartialIndex, UtcDateTime, metadata

system_entry = Table(
    "system_entry",
    metadata,
    Column("id", Id, primary_key=True),
    Column("ticket_id", Id, ForeignKey("ticket.id"), nullable=False, index=True),
    Column("answer_id", Id, ForeignKey("answer.id"), nullable=False),
    Column("system", String(64), nullable=False),
    Column("state", String(16), nullable=False),  # waiting, entered, returned, withdrawn
    Column("is_correction", Boolean, nullable=False),
    Column("asked_at", UtcDateTime, nullable=False),
    Column("ended_at", UtcDateTime),
    Column("ended_by", Id, ForeignKey("person.id")),
    PartialIndex("ix_system_entry_waiting", "asked_at", "id", where="state = 'waiting'"),
)
