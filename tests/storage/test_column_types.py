"""Columns of SQLite hold what SQLAlchemy's own types would write."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from sqlalchemy import DateTime
from sqlalchemy.dialects import sqlite

from storage.tables.base import UtcDateTime

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
