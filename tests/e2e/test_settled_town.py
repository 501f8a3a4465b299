"""The copied town is the one that a first start makes."""

from pathlib import Path
from typing import Any

from storage.database import Database
from storage.tables import metadata, outbox
from tests.databases import DATABASE_FILE
from tests.e2e.harness import Harness, message_text
from tests.e2e.settled_town import SettledTown, live_first_morning


async def test_copied_town_equals_a_first_start(bot: Harness, settled_towns: list[SettledTown], tmp_path: Path) -> None:
    lived = Harness(tmp_path / "lived")
    lived.folder.mkdir()
    lived.settings["database"] = f"sqlite+aiosqlite:///{lived.folder / DATABASE_FILE}"
    await lived.open()
    try:
        await live_first_morning(lived)
        expected = chat_texts(lived)
    finally:
        await lived.close()

    assert chat_texts(bot) == expected
    assert any(texts for texts in expected.values())
    assert await count_rows(settled_towns[0].database) == await count_rows(lived.folder / DATABASE_FILE)


def chat_texts(bot: Harness) -> dict[int, list[str]]:
    """The messages of every private chat, in any order: those of several people race."""
    chats = bot.sandbox.telegram.world.chats
    return {number: sorted(map(message_text, chat.messages.values())) for number, chat in chats.items()}


async def count_rows(file: Path) -> dict[str, Any]:
    database = Database(f"sqlite+aiosqlite:///{file}")
    try:
        async with database.engine.connect() as connection:
            return {
                table.name: (await connection.exec_driver_sql(f'SELECT count(*) FROM "{table.name}"')).scalar_one()
                for table in metadata.sorted_tables
                if table is not outbox  # a menu that waits to be shown is not queued again: so many as races allow
            }
    finally:
        await database.close()
