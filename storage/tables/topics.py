"""The town's themes and words, seeded by the file and changed in the chat."""

from sqlalchemy import Column, ForeignKey, Integer, String, Table, UniqueConstraint

from storage.tables.base import Id, UtcDateTime, metadata

theme = Table(
    "theme",
    metadata,
    Column("code", String(64), primary_key=True),
    Column("title", String(200), nullable=False),
    Column("sector", String(64)),
    Column("position", Integer, nullable=False),
    Column("added_by", Id),  # the person who added it in the chat; NULL: the file names it
    Column("removed_at", UtcDateTime),  # kept for its title: tickets and figures name it
)

keyword = Table(
    "keyword",
    metadata,
    Column("id", Id, primary_key=True),
    Column("owner_kind", String(16), nullable=False),
    Column("owner_code", String(100), nullable=False),
    Column("word", String(200), nullable=False),
    Column("person_id", Id, ForeignKey("person.id")),  # NULL: the file names it
    Column("added_at", UtcDateTime, nullable=False),
    UniqueConstraint("owner_kind", "owner_code", "word"),
)

switched_off = Table(  # themes and built-in topics that the town does not use
    "switched_off",
    metadata,
    Column("owner_kind", String(16), primary_key=True),
    Column("owner_code", String(100), primary_key=True),
    Column("person_id", Id, ForeignKey("person.id")),
    Column("at", UtcDateTime, nullable=False),
)
