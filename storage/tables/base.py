"""Column types that behave alike on SQLite and PostgreSQL, and the naming convention of constraints."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    ColumnElement,
    Connection,
    DateTime,
    Dialect,
    Index,
    Integer,
    MetaData,
    String,
    TypeDecorator,
    event,
    text,
)
from sqlalchemy.sql.operators import OperatorType
from sqlalchemy.types import TypeEngine

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


class JsonDocument(TypeDecorator[Any]):
    """A JSON document: JSONB on PostgreSQL, whose dialect costs a command on SQLite 25 ms if it is imported.

    ``none_as_null``: None is stored as SQL NULL, not as JSON null.
    """

    impl = JSON
    cache_ok = True

    def __init__(self, *, none_as_null: bool = False) -> None:
        super().__init__(none_as_null=none_as_null)
        self.none_as_null = none_as_null

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        if dialect.name != "postgresql":
            return super().load_dialect_impl(dialect)
        from sqlalchemy.dialects.postgresql import JSONB

        return dialect.type_descriptor(JSONB(none_as_null=self.none_as_null))

    def coerce_compared_value(self, op: OperatorType | None, value: Any) -> TypeEngine[Any]:
        """Return the type of *value* as JSON itself does: a key is no document."""
        return self.impl_instance.coerce_compared_value(op, value)


class PartialIndex(Index):
    """An index of the rows that fulfil *where*.

    SQLAlchemy imports the dialect of each keyword such as ``postgresql_where``; a command on SQLite is spared that.
    """

    def __init__(self, name: str, *columns: str | ColumnElement[Any], where: str, unique: bool = False) -> None:
        self.where = text(where)
        super().__init__(name, *columns, unique=unique, sqlite_where=self.where)


Id = BigInteger().with_variant(Integer, "sqlite")
Document = JsonDocument()
NullableDocument = JsonDocument(none_as_null=True)
"""An optional JSON document."""

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(column_0_label)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)


@event.listens_for(metadata, "before_create")
def _complete_indexes(target: MetaData, connection: Connection, **_: object) -> None:
    """Give PostgreSQL the conditions of partial indexes, before tables are created without a migration."""
    for table in target.tables.values():
        for index in table.indexes:
            if isinstance(index, PartialIndex) and connection.dialect.name == "postgresql":
                index.dialect_kwargs["postgresql_where"] = index.where


UNMANAGED_TABLES = ("ticket_search",)
"""Name prefixes of objects that only migrations create, such as search indexes of one kind of database."""
