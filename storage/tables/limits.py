"""The acts of citizens that are limited, and the messages that were held back."""

from sqlalchemy import Column, ForeignKey, Index, String, Table

from storage.tables.base import Id, UtcDateTime, metadata

act = Table(  # one row for each act of the last hours: rows are only added, so that nobody waits for a counter
    "act",
    metadata,
    Column("id", Id, primary_key=True),
    Column("subject", String(160), nullable=False),  # the author or the chat, after a prefix for some kinds of acts
    Column("at", UtcDateTime, nullable=False),
    Index("ix_act_subject", "subject", "at"),
    Index("ix_act_at", "at"),
)

flood = Table(
    "flood",
    metadata,
    Column("id", Id, primary_key=True),
    Column("subject", String(160), nullable=False),
    Column("began_at", UtcDateTime, nullable=False),
    Column("last_at", UtcDateTime, nullable=False),
    Column("muted_until", UtcDateTime),
    Column("told_at", UtcDateTime),
    Index("ix_flood_subject", "subject"),
)

held_message = Table(  # messages over the limit: stored, and neither tickets nor parts of one
    "held_message",
    metadata,
    Column("message_id", Id, ForeignKey("message.id"), primary_key=True, autoincrement=False),
    Column("flood_id", Id, ForeignKey("flood.id"), nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Index("ix_held_message_flood", "flood_id", "message_id"),
    Index("ix_held_message_at", "at"),
)
