"""The commands that check, list and export; each opens the parts that it needs and closes them."""

import sys
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO

from bot import file_modes
from bot.bootstrap.analyzer import build_understanding
from bot.bootstrap.messengers import build_messengers
from bot.bootstrap.municipality import build_municipality
from bot.cli.output_files import describe_own_file
from bot.config import Config
from bot.domain.clock import SystemClock
from bot.domain.layouts import Layout
from bot.domain.sources import messenger_of
from bot.domain.systems import source_names
from bot.messengers.errors import BadCredentials, MessengerError
from bot.messengers.port import Finding, Messenger, Severity
from bot.services.answers import held_answers
from bot.services.context import Municipality
from bot.services.reports import export, system_export
from bot.views.export import COLUMN_TITLES
from storage.database import Database
from storage.errors import DATABASE_ERRORS, DatabaseUnavailable, TransferFailed
from storage.migrate import migrate
from storage.postgres.leadership import has_leader
from storage.sqlite.file_lock import DatabaseInUse
from storage.sqlite.restore import replace_database
from storage.unit_of_work import UnitOfWork


async def check_messengers(config: Config) -> list[Finding]:
    """``check``: report the token and the rights of every account."""
    findings: list[Finding] = []
    asked: set[str] = set()  # officials use the first of several communities
    for messenger in build_messengers(config, SystemClock()).values():
        try:
            findings += await messenger.check()
            name = messenger_of(messenger.account)
            if name not in asked:
                asked.add(name)
                with suppress(MessengerError):  # reported above already
                    findings += await _find_unreachable_staff(config, messenger)
        except BadCredentials:
            findings.append(
                Finding(Severity.FAULT, messenger.title, "токен не принят. Проверьте его в файле настроек.")
            )
        except MessengerError as error:
            words = f"не отвечает ({type(error).__name__}). Проверьте сеть и адрес api_base, потом повторите."
            findings.append(Finding(Severity.FAULT, messenger.title, words))
        finally:
            await messenger.close()
    return findings


async def _find_unreachable_staff(config: Config, messenger: Messenger) -> list[Finding]:
    """Return the officials to whom the bot may not write yet, as far as the messenger says."""
    name = messenger_of(messenger.account)
    link = messenger.start_link("") or ""
    where = f"откроет {link.partition('?')[0]}" if link else "откроет бота"
    findings = []
    for entry in config.staff:
        for own in entry.accounts:
            if own.messenger.value == name and await messenger.can_message(own.user_id) is False:
                text = (
                    f"{entry.name} (номер {own.user_id}) ещё не разрешил нам писать, а первыми писать нельзя. Пусть "
                    f"{where} и напишет любое слово. До этого его карточки приходят в другой его мессенджер, а если "
                    "такого нет, следующему по порядку."
                )
                findings.append(Finding(Severity.WARNING, messenger.title, text))
    return findings


async def restore_database(
    config: Config, copy: Path, on_progress: Callable[[int], None], *, force: bool, now: datetime
) -> Path | None:
    """``restore``: put *copy* in the place of the SQLite database; return where a former one is kept.

    Raises :class:`~storage.errors.TransferFailed`.
    """
    local = now.astimezone(config.zone)
    with replace_database(config.database_url, copy, local, on_progress, accept_damaged=force) as (url, kept):
        database = Database(url)
        try:
            await migrate(database.engine)
            async with database.begin() as uow:
                await held_answers.mark_restored(uow, now)
        finally:
            await database.close()
    return kept


async def mark_restored(config: Config) -> None:
    """``restore --after-pg-restore``: take the steps that follow a restore by other means."""
    database = Database(config.database_url)
    try:
        if database.is_shared and await has_leader(database):
            raise TransferFailed("с базой работает запущенный бот, остановите все его процессы")
        database.acquire_file_lock()
        await migrate(database.engine)
        async with database.begin() as uow:
            await held_answers.mark_restored(uow, SystemClock().now())
    except DatabaseInUse as error:
        raise TransferFailed(f"с базой {error} работает запущенный бот, остановите его") from None
    except DATABASE_ERRORS as error:
        raise DatabaseUnavailable(str(error)) from error
    finally:
        await database.close()


async def export_tickets(
    config: Config,
    form: str,
    since: datetime | None,
    until: datetime | None,
    output: Path | None,
    *,
    public: bool = False,
    codes: bool = False,
) -> None:
    """``export``: write the tickets registered in [since, until] to a file or to standard output.

    *public*: without personal data. *codes*: a CSV file for programs; JSON always is.
    Raises :class:`OutputNotWritable`.
    """
    async with _opened_for_export(config, output) as (municipality, uow):
        shape = export.ticket_record if codes or form == "json" else export.sheet_record
        now = SystemClock().now()
        records = (
            export.redact_record(municipality, shape(municipality, row, now), row)
            if public
            else shape(municipality, row, now)
            async for row in uow.reports.iterate_tickets(since, until)
        )
        await _write_export(form, records, output, codes=codes)


async def export_system(
    config: Config, layout: Layout, form: str, since: datetime | None, until: datetime | None, output: Path | None
) -> None:
    """``export --system``: write the tickets of one system in the form of its own table, with their answers.

    Raises :class:`OutputNotWritable`.
    """
    async with _opened_for_export(config, output) as (municipality, uow):
        records = (
            system_export.system_record(municipality, layout, row)
            async for row in uow.reports.iterate_system_tickets(layout.code, source_names(layout.code), since, until)
        )
        await _write_export(form, records, output, titles=system_export.headings_of(layout))


@asynccontextmanager
async def _opened_for_export(config: Config, output: Path | None) -> AsyncIterator[tuple[Municipality, UnitOfWork]]:
    if output is not None:
        check_output(config, output)
    database = Database(config.database_url)
    try:
        await migrate(database.engine)
        async with database.read() as uow:
            yield build_municipality(config, await uow.staff.load(), build_understanding(config), {}), uow
    finally:
        await database.close()


class OutputNotWritable(Exception):
    """The file cannot be written; the message is Russian."""


def check_output(config: Config, file: Path) -> None:
    """Raise :class:`OutputNotWritable` if *file* is one without which the bot cannot work."""
    if own := describe_own_file(config, file):
        raise OutputNotWritable(f"«{file}» — это {own}. Укажите другое имя.")


def open_output(file: Path) -> BinaryIO:
    """Open *file* for writing, for its owner alone. Raises :class:`OutputNotWritable`."""
    try:
        stream = file.open("wb")
        file_modes.restrict((file,))  # one that was there before keeps its rights
        return stream
    except FileNotFoundError:
        raise OutputNotWritable(f"папки «{file.absolute().parent}» нет. Создайте её или укажите другой путь.") from None
    except IsADirectoryError:
        raise OutputNotWritable(f"«{file}» — это папка. Укажите имя файла в ней.") from None
    except OSError:
        raise OutputNotWritable(f"в «{file}» писать нельзя. Проверьте права на эту папку и свободное место.") from None


async def _write_export(
    form: str,
    records: AsyncIterator[dict[str, Any]],
    output: Path | None,
    titles: Mapping[str, str] = COLUMN_TITLES,
    *,
    codes: bool = False,
) -> None:
    stream = sys.stdout.buffer if output is None else open_output(output)
    try:
        if form == "xlsx":
            stream.write(await export.as_xlsx(records, titles))
        else:
            lines = export.as_csv(records, titles, codes=codes) if form == "csv" else export.as_json(records)
            async for line in lines:
                stream.write(line.encode())
        stream.flush()
    finally:
        if output is not None:
            stream.close()
