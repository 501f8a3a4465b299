"""Column types that behave alike on SQLite and PostgreSQL, and the naming convention of constraints."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    DateTime,
    Dialect,
    Integer,
    MetaData,
    String,
    TypeDecorator,
)
from sqlalchemy.dialects.postgresql import JSONB

_SQLITE_MOMENT_CHARS = len("2026-11-30 12:00:00.000000")


@dataclass(frozen=True, slots=True)
class SerializedJson:
    """A JSON document that is a text already."""

    text: str


def serialize_json(value: Any) -> str:
    """Return the text that is stored for a JSON document."""
    return value.text if isinstance(value, SerializedJson) else json.dumps(value)


class UtcDateTime(TypeDecorator[datetime]):
    """A timezone-aware moment, stored in UTC. Naive moments are refused: their time zone would be a guess."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a stored moment must be aware")
        return value.astimezone(UTC)

    def bind_processor(self, dialect: Dialect) -> Callable[[datetime | None], Any] | None:
        """Write the text of SQLite in one step: a ticket has twenty-five moments, and SQLAlchemy formats each field."""
        if dialect.name != "sqlite":
            return super().bind_processor(dialect)
        to_utc = self.process_bind_param

        def to_text(value: datetime | None) -> str | None:
            moment = value if value is None or value.tzinfo is UTC else to_utc(value, dialect)
            return None if moment is None else moment.isoformat(" ", "microseconds")[:_SQLITE_MOMENT_CHARS]

        return to_text

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        moment: datetime = value
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


class TruncatedString(TypeDecorator[str]):
    """A display text, truncated to the column's length.

    PostgreSQL refuses longer texts, and an overlong name must not block a message. Columns used in comparisons or
    conditions must not have this type.
    """

    impl = String
    cache_ok = True

    def __init__(self, length: int) -> None:
        super().__init__(length)
        self.length = length

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        return None if value is None else value[: self.length]


Id = BigInteger().with_variant(Integer, "sqlite")
Document = JSON().with_variant(JSONB, "postgresql")
NullableDocument = JSON(none_as_null=True).with_variant(JSONB(none_as_null=True), "postgresql")
"""An optional JSON document: None is stored as SQL NULL, not as JSON null."""

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(column_0_label)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)

UNMANAGED_TABLES = ("ticket_search",)
"""Name prefixes of objects that only migrations create, such as search indexes of one kind of database."""
