"""Templates of answers."""

from sqlalchemy import Column, ForeignKey, String, Table, Text

from storage.tables.base import Id, UtcDateTime, metadata

template = Table(
    "template",
    metadata,
    Column("id", Id, primary_key=True),
    Column("sector", String(64)),
    Column("topic", String(100)),
    Column("text", Text, nullable=False),
    Column("person_id", Id, ForeignKey("person.id")),  # who changed it last
    Column("at", UtcDateTime, nullable=False),
    Column("deleted_at", UtcDateTime),
)
