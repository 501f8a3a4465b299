"""``person`` and ``journal``: a citizen's data exported or erased, and the record of what was done with all data."""

import getpass
import json
import os
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

from bot.bootstrap.analyzer import build_understanding
from bot.bootstrap.municipality import build_municipality
from bot.cli.operations import check_output, open_output
from bot.config import Config
from bot.domain.audit import JournalAction
from bot.domain.clock import SystemClock
from bot.domain.people import MessengerName, Staff
from bot.domain.personal_data import Citizen, Erasure
from bot.services.context import UseCaseContext
from bot.services.personal_data import erasure
from bot.views import personal_data as view
from storage.database import Database
from storage.migrate import migrate

MAX_JOURNAL_LINES = 1000


def parse_account(value: str) -> Citizen | None:
    """Parse «telegram:123»; return ``None`` for anything else."""
    messenger, _, user_id = value.strip().partition(":")
    known = messenger in set(MessengerName) and user_id.isascii() and user_id.isdigit() and len(user_id) <= 20
    return Citizen(messenger, user_id) if known else None


def server_user() -> str:
    """Return the name of the person at the server's console, also behind sudo."""
    try:
        return os.environ.get("SUDO_USER") or getpass.getuser()
    except (KeyError, OSError):  # a user without a name, as in a container
        return str(os.getuid())


async def find_citizen(config: Config, ticket_id: int) -> Citizen | None:
    """Return the author of a ticket; ``None`` if there is no such ticket."""
    database = Database(config.database_url)
    try:
        await migrate(database.engine)
        async with database.read() as uow:
            return await uow.personal_data.find_author(ticket_id)
    finally:
        await database.close()


async def export_person(config: Config, citizen: Citizen, output: Path) -> int:
    """Write everything that is stored of *citizen* to *output*, which only its owner can read; return the rows.

    Raises :class:`~bot.cli.operations.OutputNotWritable`.
    """
    check_output(config, output)
    now = SystemClock().now()
    database = Database(config.database_url)
    try:
        await migrate(database.engine)
        async with database.begin() as uow:
            tables = await uow.personal_data.export(await uow.personal_data.find(citizen))
            facts = {"by": server_user(), "file": str(output)}
            await uow.audit_log.record(JournalAction.PERSON_EXPORTED.value, now, facts=facts)
    finally:
        await database.close()
    document = view.export_document(citizen.key, tables, now.astimezone(config.zone))
    with open_output(output) as stream:
        stream.write(json.dumps(document, ensure_ascii=False, indent=2).encode())
    return sum(len(one.rows) for one in tables)


async def erase_person(config: Config, citizen: Citizen, *, force: bool) -> Erasure | None:
    """Erase everything that is stored of *citizen*; ``None`` if that is nothing. The bot may be running.

    Raises :class:`~bot.domain.personal_data.ErasureRefused`.
    """
    database = Database(config.database_url)
    try:
        await migrate(database.engine)
        async with database.begin() as uow:
            municipality = build_municipality(config, Staff(()), build_understanding(config), {})
            ctx = UseCaseContext(municipality, uow, SystemClock().now())
            proof = await erasure.erase(ctx, citizen, server_user(), view.EMPTY_NOTE, force=force)
            if proof is not None:
                await uow.personal_data_erasure.merge_search_index()
        if proof is not None:
            await database.compact()
        return proof
    finally:
        await database.close()


async def record_action(config: Config, action: JournalAction, facts: Mapping[str, object]) -> None:
    """Write a line of the journal about a command of this program."""
    database = Database(config.database_url)
    try:
        async with database.begin() as uow:
            await uow.audit_log.record(action.value, SystemClock().now(), facts={"by": server_user(), **facts})
    finally:
        await database.close()


async def list_journal(config: Config, since: datetime | None, until: datetime | None) -> list[str]:
    """Return the latest lines of the journal, the oldest first."""
    database = Database(config.database_url)
    try:
        await migrate(database.engine)
        async with database.read() as uow:
            rows = await uow.audit_log.list_journal(since, until, MAX_JOURNAL_LINES)
        return [view.journal_line(row, config.zone) for row in rows]
    finally:
        await database.close()
