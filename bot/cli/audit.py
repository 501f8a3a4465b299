"""The work of ``audit``: the chain is read, nothing is changed."""

import csv
import io
import re
import sys
from datetime import datetime
from pathlib import Path

from bot.cli.opened_database import opened_database
from bot.cli.output_files import check_output, open_output
from bot.config import Config
from bot.services.monitoring.audit_verify import ChainReport, verify
from bot.views.audit import HEADINGS, export_row


def is_head(text: str) -> bool:
    """Return whether *text* may be a hash of the chain, or the first digits of one."""
    return re.fullmatch(r"[0-9a-f]{16,64}", text.strip().casefold()) is not None


async def verify_chain(config: Config, head: str | None) -> ChainReport:
    """Verify the whole chain in one snapshot of the database; the bot may be running."""
    async with opened_database(config) as database, database.read() as uow:
        return await verify(uow, head)


async def export_audit(config: Config, since: datetime | None, until: datetime | None, output: Path | None) -> None:
    """Write the records of [since, until] to a file or to standard output.

    Raises :class:`~bot.cli.output_files.OutputNotWritable`.
    """
    from bot.services.reports.export import BYTE_ORDER_MARK, CSV_FOR_PEOPLE_DELIMITER, format_csv_cell

    if output is not None:
        check_output(config, output)
    sectors, systems = {sector.code: sector.title for sector in config.sectors()}, config.systems()
    async with opened_database(config) as database:
        stream = sys.stdout.buffer if output is None else open_output(output)
        try:
            buffer = io.StringIO()
            writer = csv.writer(buffer, delimiter=CSV_FOR_PEOPLE_DELIMITER)
            buffer.write(BYTE_ORDER_MARK)
            writer.writerow(HEADINGS)
            async with database.read() as uow:
                async for entry in uow.audit_log.iterate(since, until):
                    writer.writerow(
                        [format_csv_cell(cell) for cell in export_row(entry, sectors, systems, config.zone)]
                    )
                    if buffer.tell() > 65_536:
                        stream.write(_drain(buffer))
            stream.write(_drain(buffer))
            stream.flush()
        finally:
            if output is not None:
                stream.close()


def _drain(buffer: io.StringIO) -> bytes:
    text = buffer.getvalue()
    buffer.seek(0)
    buffer.truncate()
    return text.encode()
