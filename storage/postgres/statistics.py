"""The server's knowledge of the tables, by which it plans: gathered for those that nobody has looked at yet."""

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.tables import metadata

MIN_ROWS = 1_000
"""Rows from which a table that was never looked at makes plans slow: of a smaller one all is read at once."""

_UNKNOWN = text(
    "SELECT relname FROM pg_stat_user_tables WHERE schemaname = current_schema() AND n_live_tup >= :min_rows"
    " AND greatest(last_analyze, last_autoanalyze) IS NULL ORDER BY relname"
)
"""Tables that neither autovacuum nor a person has had analysed: on a server without autovacuum, or one that is busy
with others, after `pg_restore` and in a database that was moved here a minute ago."""


async def analyze_unknown_tables(connection: AsyncConnection) -> list[str]:
    """Gather the statistics of the bot's tables that have none, and return their names. *connection* autocommits.

    A sample of the rows is read, a second for a million of them; nobody waits for it.
    """
    found = (await connection.execute(_UNKNOWN, {"min_rows": MIN_ROWS})).scalars().all()
    names = [name for name in found if name in metadata.tables]
    for name in names:
        await connection.exec_driver_sql(f'ANALYZE "{name}"')
    return names
