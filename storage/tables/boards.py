"""The messages in which officials see the board of control, and the moment of each one's last daily summary."""

from sqlalchemy import Column, Date, ForeignKey, String, Table

from storage.tables.base import Id, UtcDateTime, metadata

board = Table(
    "board",
    metadata,
    Column("person_id", Id, ForeignKey("person.id"), primary_key=True),
    Column("account", String(64), primary_key=True),
    Column("chat_id", String(64), nullable=False),
    Column("external_id", String(64)),
    Column("hash", String(64)),  # of the facts that the message shows
    Column("view", String(100), nullable=False),  # the page that the person has opened
    Column("posted_at", UtcDateTime, nullable=False),
)

daily_summary = Table(
    "daily_summary",
    metadata,
    Column("person_id", Id, ForeignKey("person.id"), primary_key=True, autoincrement=False),
    Column("day", Date, nullable=False),  # the last day whose summary was made
    Column("until", UtcDateTime, nullable=False),
)
