"""The rows of a run's inbox and outbox, kept to find the cause of a violation."""

import json
from pathlib import Path

from sqlalchemy import Table, select

from crashtest.bot_database import open_database
from storage.tables import inbox, outbox


async def write_rows(database: str, folder: Path) -> None:
    """Write each row of the inbox and the outbox of *database* as a line of JSON into *folder*.

    A database on a server ends with its run.
    """
    for table in (inbox, outbox):
        lines = [json.dumps(row, ensure_ascii=False, default=str) for row in await _read_rows(database, table)]
        (folder / f"{table.name}.jsonl").write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")


async def _read_rows(database: str, table: Table) -> list[dict[str, object]]:
    async with open_database(database) as books, books.engine.connect() as connection:
        return [dict(row._mapping) for row in await connection.execute(select(table).order_by(table.c.id))]
