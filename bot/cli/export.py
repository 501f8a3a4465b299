"""``export``: the tickets as a table for people, for programs or for another system."""

import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

from bot.bootstrap.late_analyzer import build_late_understanding
from bot.bootstrap.municipality import build_municipality
from bot.cli.opened_database import opened_database
from bot.cli.output_files import check_output, open_output
from bot.config import Config
from bot.domain.clock import SystemClock
from bot.domain.layouts import Layout
from bot.domain.systems import source_names
from bot.services.context import Municipality
from bot.services.reports import export, system_export
from bot.views.export import COLUMN_TITLES
from storage.unit_of_work import UnitOfWork


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
    Raises :class:`~bot.cli.output_files.OutputNotWritable`.
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

    Raises :class:`~bot.cli.output_files.OutputNotWritable`.
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
    async with opened_database(config) as database, database.read() as uow:
        yield build_municipality(config, await uow.staff.load(), build_late_understanding(config), {}), uow


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
