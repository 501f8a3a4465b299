"""``person``: a citizen's data exported or erased."""

import json
from pathlib import Path

from bot.cli.journal import server_user
from bot.cli.opened_database import opened_database
from bot.cli.output_files import check_output, open_output
from bot.config import Config
from bot.domain.audit import JournalAction
from bot.domain.clock import SystemClock
from bot.domain.people import MessengerName, Staff
from bot.domain.personal_data import Citizen, Erasure
from bot.views import personal_data as view


def parse_account(value: str) -> Citizen | None:
    """Parse «telegram:123»; return ``None`` for anything else."""
    messenger, _, user_id = value.strip().partition(":")
    known = messenger in set(MessengerName) and user_id.isascii() and user_id.isdigit() and len(user_id) <= 20
    return Citizen(messenger, user_id) if known else None


async def find_citizen(config: Config, ticket_id: int) -> Citizen | None:
    """Return the author of a ticket; ``None`` if there is no such ticket."""
    async with opened_database(config) as database, database.read() as uow:
        return await uow.personal_data.find_author(ticket_id)


async def export_person(config: Config, citizen: Citizen, output: Path) -> int:
    """Write everything that is stored of *citizen* to *output*, which only its owner can read; return the rows.

    Raises :class:`~bot.cli.output_files.OutputNotWritable`.
    """
    check_output(config, output)
    now = SystemClock().now()
    async with opened_database(config) as database, database.begin() as uow:
        tables = await uow.personal_data.export(await uow.personal_data.find(citizen))
        facts = {"by": server_user(), "file": str(output)}
        await uow.audit_log.record(JournalAction.PERSON_EXPORTED.value, now, facts=facts)
    document = view.export_document(citizen.key, tables, now.astimezone(config.zone))
    with open_output(output) as stream:
        stream.write(json.dumps(document, ensure_ascii=False, indent=2).encode())
    return sum(len(one.rows) for one in tables)


async def erase_person(config: Config, citizen: Citizen, *, force: bool) -> Erasure | None:
    """Erase everything that is stored of *citizen*; ``None`` if that is nothing. The bot may be running.

    Raises :class:`~bot.domain.personal_data.ErasureRefused`.
    """
    from bot.bootstrap.late_analyzer import build_late_understanding
    from bot.bootstrap.municipality import build_municipality
    from bot.services.context import UseCaseContext
    from bot.services.personal_data import erasure

    async with opened_database(config) as database:
        async with database.begin() as uow:
            municipality = build_municipality(config, Staff(()), build_late_understanding(config), {})
            ctx = UseCaseContext(municipality, uow, SystemClock().now())
            proof = await erasure.erase(ctx, citizen, server_user(), view.EMPTY_NOTE, force=force)
            if proof is not None:
                await uow.personal_data_erasure.merge_search_index()
        if proof is not None:
            await database.compact()
        return proof
