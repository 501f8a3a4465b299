"""``journal``: the record of what was done with all data, and by whom."""

import getpass
import os
from collections.abc import Mapping
from datetime import datetime

from bot.cli.opened_database import opened_database
from bot.config import Config
from bot.domain.audit import JournalAction
from bot.domain.clock import SystemClock
from bot.views.journal import journal_cut_notice, journal_line
from storage.database import Database

MAX_JOURNAL_LINES = 1000
"""Lines of one list: the latest ones, which fit into what a terminal keeps."""


def server_user() -> str:
    """Return the name of the person at the server's console, also behind sudo."""
    try:
        return os.environ.get("SUDO_USER") or getpass.getuser()
    except (KeyError, OSError):  # a user without a name, as in a container
        return str(os.getuid())


async def record_action(config: Config, action: JournalAction, facts: Mapping[str, object]) -> None:
    """Write a line of the journal about a command of this program."""
    database = Database(config.database_url)
    try:
        async with database.begin() as uow:
            await uow.audit_log.record(action.value, SystemClock().now(), facts={"by": server_user(), **facts})
    finally:
        await database.close()


async def list_journal(config: Config, since: datetime | None, until: datetime | None) -> tuple[list[str], str]:
    """Return the latest lines of the journal, the oldest first, and a notice if there are earlier ones ("" if none)."""
    async with opened_database(config) as database, database.read() as uow:
        rows = await uow.audit_log.list_journal(since, until, MAX_JOURNAL_LINES + 1)
    shown = rows[-MAX_JOURNAL_LINES:]
    notice = journal_cut_notice(len(shown), shown[0].at, config.zone) if len(rows) > len(shown) else ""
    return [journal_line(row, config.zone) for row in shown], notice
