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


async def test_the_bot_goes_on_where_the_copy_was_made(bot: Harness) -> None:
    assert bot.app is not None
    url, database, copy = str(bot.settings["database"]), bot.folder / "mcu.sqlite3", bot.folder / "copy.sqlite3"
    await bot.sandbox.telegram.send_message(GROUP, MARIA, "На Ленина 45 огромная яма на дороге")
    await bot.wait_for_card(ROADS_HEAD, 1)
    await wait_until_idle(bot)

    await asyncio.to_thread(backup_sqlite, url, copy, lambda _: None)
    await bot.sandbox.telegram.send_message(GROUP, PYOTR, "На Мира 7 прорвало трубу, вода в подвале")
    await bot.wait_for_card(HOUSING_HEAD, 2)
    await wait_until_idle(bot)
    await bot.stop()
    delete_database(database)
    copy.rename(database)
    await bot.start()

    async with bot.app.database.read() as uow:
        ticket = await uow.tickets.get(1)
        assert ticket is not None
        assert "яма на дороге" in ticket.text
        assert await uow.tickets.get(2) is None, "that came after the copy"
    await bot.answer_ticket(ROADS_HEAD, 1, "Яму заделали утром.")
    await bot.wait_for_message(GROUP, "Яму заделали утром.")
    await bot.sandbox.telegram.send_message(GROUP, PYOTR, "На Мира 7 прорвало трубу, снова вода в подвале")
    await bot.wait_until(lambda: bot.find_message(HOUSING_HEAD, "снова вода"))
