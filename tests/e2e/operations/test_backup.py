"""A copy that was made while the bot worked is put in the place of the database, and the bot works on it."""

import asyncio
from pathlib import Path

from storage.sqlite.backup import backup_sqlite
from tests.e2e.harness import GROUP, HOUSING_HEAD, MARIA, PYOTR, ROADS_HEAD, Harness
from tests.e2e.queries import wait_until_idle


def delete_database(database: Path) -> None:
    """As with the disk on which it was."""
    for file in database.parent.glob(f"{database.name}*"):
        file.unlink()


async def test_the_bot_goes_on_where_the_copy_was_made(town: Harness) -> None:
    assert town.app is not None
    url, database, copy = str(town.settings["database"]), town.folder / "mcu.sqlite3", town.folder / "copy.sqlite3"
    await town.sandbox.telegram.send_message(GROUP, MARIA, "На Ленина 45 огромная яма на дороге")
    await town.wait_for_card(ROADS_HEAD, 1)
    await wait_until_idle(town)

    await asyncio.to_thread(backup_sqlite, url, copy, lambda _: None)
    await town.sandbox.telegram.send_message(GROUP, PYOTR, "На Мира 7 прорвало трубу, вода в подвале")
    await town.wait_for_card(HOUSING_HEAD, 2)
    await wait_until_idle(town)
    await town.stop()
    delete_database(database)
    copy.rename(database)
    await town.start()

    async with town.app.database.read() as uow:
        ticket = await uow.tickets.get(1)
        assert ticket is not None
        assert "яма на дороге" in ticket.text
        assert await uow.tickets.get(2) is None, "that came after the copy"
    await town.answer_ticket(ROADS_HEAD, 1, "Яму заделали утром.")
    await town.wait_for_message(GROUP, "Яму заделали утром.")
    await town.sandbox.telegram.send_message(GROUP, PYOTR, "На Мира 7 прорвало трубу, снова вода в подвале")
    await town.wait_until(lambda: town.find_message(HOUSING_HEAD, "снова вода"))
