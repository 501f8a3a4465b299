"""The events that move the clocks of tickets: deadlines that people set, waiting, extensions."""

from sqlalchemy import Column, ForeignKey, Index, String, Table

from storage.tables.base import Id, UtcDateTime, metadata

clock_event = Table(
    "clock_event",
    metadata,
    Column("id", Id, primary_key=True),
    Column("ticket_id", Id, ForeignKey("ticket.id"), nullable=False),
    Column("kind", String(16), nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("deadline", String(16)),  # without it: every clock
    Column("due", UtcDateTime),  # the new deadline, or the end of a waiting
    Column("person_id", Id),
    Column("post", String(200)),  # the post that has the ticket from then on
    Index("ix_clock_event_ticket", "ticket_id", "id"),
    sqlite_autoincrement=True,
)
