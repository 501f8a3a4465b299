"""Columns hold what SQLAlchemy's own types would write; both kinds of database have the same tables."""

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from sqlalchemy import JSON, DateTime, create_mock_engine
from sqlalchemy.dialects import sqlite
from sqlalchemy.dialects.postgresql.asyncpg import PGDialect_asyncpg

from storage.tables import metadata
from storage.tables.base import Document, NullableDocument, PartialIndex, UtcDateTime

MOMENTS = (
    datetime(2026, 11, 30, 12, 0, tzinfo=UTC),
    datetime(2026, 11, 30, 12, 0, 1, 5, tzinfo=UTC),
    datetime(2026, 1, 1, 3, 59, 59, 999_999, tzinfo=timezone(timedelta(hours=10))),
    datetime(1, 1, 1, tzinfo=UTC),
    None,
)


@pytest.mark.parametrize("moment", MOMENTS)
def test_moment_is_written_as_by_the_stock_type(moment: datetime | None) -> None:
    dialect = sqlite.dialect()
    own, stock = UtcDateTime().bind_processor(dialect), dialect.type_descriptor(DateTime()).bind_processor(dialect)
    assert own is not None
    assert stock is not None
    assert own(moment) == stock(moment.astimezone(UTC) if moment else None)


def test_naive_moment_is_refused() -> None:
    own = UtcDateTime().bind_processor(sqlite.dialect())
    assert own is not None
    with pytest.raises(ValueError, match="aware"):
        own(datetime(2026, 11, 30, tzinfo=UTC).replace(tzinfo=None))


@pytest.mark.parametrize(("dialect", "name"), [(PGDialect_asyncpg(), "JSONB"), (sqlite.dialect(), "JSON")])
@pytest.mark.parametrize("value", [{"street": "Мира"}, [], None])
def test_document_is_written_as_by_the_stock_type(dialect: Any, name: str, value: Any) -> None:
    for own, stock in ((Document, JSON()), (NullableDocument, JSON(none_as_null=True))):
        write, stock_write = own.dialect_impl(dialect).bind_processor(dialect), stock.bind_processor(dialect)
        assert write is not None
        assert stock_write is not None
        assert write(value) == stock_write(value)
        assert own.compile(dialect=dialect) == name


@pytest.mark.parametrize("url", ["sqlite://", "postgresql+asyncpg://"])
def test_partial_index_has_its_condition_in_both_databases(url: str) -> None:
    written: list[str] = []
    engine = create_mock_engine(url, lambda sql, *_: written.append(str(sql.compile(dialect=engine.dialect))))

    metadata.create_all(engine, checkfirst=False)

    for table in metadata.tables.values():
        for index in table.indexes:
            statement = next(one for one in written if f"INDEX {index.name} ON" in one)
            assert ("WHERE" in statement) is isinstance(index, PartialIndex)
