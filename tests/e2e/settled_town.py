"""The town after its first morning: the officials have joined and were welcomed. Copied, this costs nothing.

A first start and five welcomes are a third of an end-to-end test's processor time (200 ms of 600), on PostgreSQL twice
that.
"""

import asyncio
import shutil
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.scheduler.tasks import CLOCK_DRIVEN_TASKS
from tests.databases import DATABASE_FILE, dump_rows, run_script
from tests.e2e.harness import Harness
from tests.e2e.queries import wait_until_idle

NO_TICKS = 600.0
"""Seconds. On a busy machine the morning took so long that the bot wrote a heartbeat: a later start saw an outage."""


@dataclass(frozen=True, slots=True)
class SettledTown:
    """The bot's database and Telegram's memory, as the first morning left them."""

    database: Path | str
    """The file, or the script that fills an empty PostgreSQL database."""
    telegram: dict[str, Any]

    async def restore(self, bot: Harness) -> None:
        """Let *bot*, which has not been started, find what is here."""
        if isinstance(self.database, Path):
            shutil.copy(self.database, bot.folder / DATABASE_FILE)
        else:
            await run_script(bot.settings["database"], self.database)
        vars(bot.sandbox.telegram.world).update(deepcopy(self.telegram))


async def settle_town(kind: str, folder: Path, url: str) -> SettledTown:
    """Live through the first morning in *folder*, on the empty database at *url*."""
    bot = Harness(folder, tick_seconds=NO_TICKS)
    bot.settings["database"] = url
    await bot.open()
    try:
        await live_first_morning(bot)
        await bot.stop()
        telegram = {name: deepcopy(held) for name, held in vars(bot.sandbox.telegram.world).items() if name != "now"}
        return SettledTown(folder / DATABASE_FILE if kind == "sqlite" else await dump_rows(url), telegram)
    finally:
        await bot.close()


async def live_first_morning(bot: Harness) -> None:
    """Start, welcome everybody, and say what the first self-check has found."""
    await bot.start()
    assert bot.app is not None
    checked = bot.app.health.rights_faults
    accounts, database = set(bot.app.messengers), bot.app.database

    def is_checked() -> bool:
        """Return whether each account was checked, and what was found is stored: that follows."""
        storing = (one for one in asyncio.all_tasks() if one.get_name() == "self-check")
        return accounts <= checked.keys() and not any(map(database.is_in_transaction, storing))

    await bot.wait_until(is_checked)
    # Waiting triggers these tasks on a busy machine, and one of them writes down that it has run.
    await bot.wait_for_tasks(*CLOCK_DRIVEN_TASKS)
    await wait_until_idle(bot)
