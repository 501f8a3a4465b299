"""The periodic task that reads and enters the files of other systems.

Everything that is needed to go on is in the database: a process that dies in the middle leaves the number of the rows
that are handled, and the next one skips them.
"""

import logging
import time
from dataclasses import dataclass

from bot.domain.errors import OutdatedButton
from bot.domain.import_files import ImportFile, ImportState
from bot.domain.imports import UnreadableFile
from bot.messengers.errors import FileUnavailable, MessengerError
from bot.runtime.runtime import Runtime
from bot.services.imports import batches, files
from bot.services.imports.prepared import RowReader
from bot.spreadsheets.table import ReadTable

logger = logging.getLogger(__name__)

PROGRESS_SECONDS = 5.0
"""Seconds between two edits of the message that shows the progress: messengers allow one a second in a chat."""


@dataclass(slots=True)
class ImportTask:
    """One run of the task."""

    runtime: Runtime

    async def run(self) -> None:
        """Do what can be done with each file, the oldest first."""
        async with self.runtime.database.read() as uow:
            now = self.runtime.clock.now()
            waiting = await uow.imports.list_active()
            has_old = bool(await uow.imports.list_abandoned(now - files.FILE_LIFETIME))
        for file in waiting:
            await self._advance(file)
        if has_old:
            async with self.runtime.database.begin() as uow:
                await files.expire(self.runtime.context(uow))
        if waiting or has_old:
            self.runtime.outbox_wake_up.set()

    async def _advance(self, file: ImportFile) -> None:
        try:
            match file.state:
                case ImportState.RECEIVED:
                    await self._download(file)
                case ImportState.READING:
                    await self._preview(file)
                case ImportState.ENTERING:
                    await self._enter(file)
        except OutdatedButton:
            logger.info("import %s: another process is faster", file.id)
        except UnreadableFile as error:
            logger.info("import %s: refused, %s", file.id, error.fault.value)
            await self._fail(file, error)

    async def _download(self, file: ImportFile) -> None:
        attachment = files.attachment_of(file)
        messenger = self.runtime.messengers.get(attachment.origin) if attachment is not None else None
        if attachment is None or messenger is None:
            await self._fail(file, None)
            return
        try:
            upload = await messenger.download(attachment)
        except FileUnavailable:
            is_large = (attachment.size or 0) > files.MAX_DOWNLOAD_BYTES
            await self._fail(file, None, too_large=is_large)
            return
        except MessengerError as error:
            if self.runtime.clock.now() - file.created_at > files.DOWNLOAD_PATIENCE:
                logger.info("import %s: not downloaded, %s", file.id, type(error).__name__)
                await self._fail(file, None)
            return  # the next run tries again
        system = await batches.detect_system(upload.data, self.runtime.municipality())
        async with self.runtime.database.begin() as uow:
            await files.on_downloaded(self.runtime.context(uow), file, upload.data, system)

    async def _preview(self, file: ImportFile) -> None:
        opened = await self._open(file)
        if opened is None:
            return
        table, system = opened
        reader = RowReader(self.runtime.municipality())
        found = await batches.preview(self.runtime.database, self.runtime.context, table, system, reader)
        missing = tuple(field.value for field in table.missing)
        async with self.runtime.database.begin() as uow:
            ctx = self.runtime.context(uow)
            await files.on_previewed(ctx, file, found.counts, found.refusals, table.row_count, missing)

    async def _enter(self, file: ImportFile) -> None:
        opened = await self._open(file)
        if opened is None:
            return
        table, system = opened
        reader = RowReader(self.runtime.municipality())
        shown = time.monotonic()
        async for batch in batches.read_batches(table, reader, batches.BATCH_ROWS, skip=file.position):
            begun = time.monotonic()
            async with self.runtime.database.begin() as uow:
                ctx = self.runtime.context(uow)
                person = ctx.municipality.staff.find_by_id(file.person_id or 0)
                counts = await batches.enter_batch(ctx, system, batch, person)
                file = await files.on_batch(ctx, file, counts, batch.refused, batch.rows)
                if time.monotonic() - shown > PROGRESS_SECONDS:
                    shown = time.monotonic()
                    await files.show_progress(ctx, file)
            if counts.new or counts.updated:
                self.runtime.outbox_wake_up.set()
            await batches.pause(time.monotonic() - begun)
        async with self.runtime.database.begin() as uow:
            await files.on_entered(self.runtime.context(uow), file)

    async def _open(self, file: ImportFile) -> tuple[ReadTable, str] | None:
        """Return the rows of a stored file and its system; end a file that cannot be read any more."""
        municipality = self.runtime.municipality()
        layout = municipality.layouts.get(file.system or "")
        async with self.runtime.database.read() as uow:
            data = await uow.imports.load_data(file.id)
        if data is None or layout is None or file.system is None:
            await self._fail(file, None)
            return None
        table = await batches.open_table(data, layout, municipality, file.created_at)
        return table, file.system

    async def _fail(self, file: ImportFile, error: UnreadableFile | None, *, too_large: bool = False) -> None:
        async with self.runtime.database.begin() as uow:
            await files.on_failed(self.runtime.context(uow), file, error, too_large=too_large)
