"""The copied town is the one that a first start makes."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from storage.database import Database
from storage.tables import audit_seal, metadata, outbox
from tests.databases import ON_BOTH, DatabasePool, migrated_database
from tests.e2e.harness import Harness, message_text
from tests.e2e.settled_town import NO_TICKS, SettledTown, live_first_morning

pytestmark = ON_BOTH


async def test_copied_town_equals_a_first_start(
    bot: Harness, kind: str, settled_towns: dict[str, SettledTown], tmp_path: Path, shelf: DatabasePool
) -> None:
    async with closed_town(kind, tmp_path / "lived", shelf) as lived:
        await live_first_morning(lived)
        expected = chat_texts(lived)
        await lived.stop()
        expected_rows = await count_rows(lived.settings["database"])

    async with closed_town(kind, tmp_path / "copied", shelf) as copied:
        await settled_towns[kind].restore(copied)
        rows = await count_rows(copied.settings["database"])

    assert chat_texts(bot) == expected
    assert any(texts for texts in expected.values())
    assert rows == expected_rows


@asynccontextmanager
async def closed_town(kind: str, folder: Path, shelf: DatabasePool) -> AsyncIterator[Harness]:
    folder.mkdir()
    async with migrated_database(kind, folder, shelf) as url:
        town = Harness(folder, tick_seconds=NO_TICKS)
        town.settings["database"] = url
        await town.open()
        try:
            yield town
        finally:
            await town.close()


def chat_texts(bot: Harness) -> dict[int, list[str]]:
    """The messages of every private chat, in any order: those of several people race."""
    chats = bot.sandbox.telegram.world.chats
    return {number: sorted(map(message_text, chat.messages.values())) for number, chat in chats.items()}


async def count_rows(url: str) -> dict[str, Any]:
    database = Database(url)
    try:
        async with database.engine.connect() as connection:
            return {
                table.name: (await connection.exec_driver_sql(f'SELECT count(*) FROM "{table.name}"')).scalar_one()
                for table in metadata.sorted_tables
                # A menu that waits to be shown is not queued again, and records are sealed every two seconds of real
                # time: so many rows as races allow.
                if table.name not in (outbox.name, audit_seal.name)
            }
    finally:
        await database.close()
