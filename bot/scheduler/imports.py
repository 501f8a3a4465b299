"""The periodic task that reads and enters the files of other systems.

Everything that is needed to go on is in the database: a process that dies in the middle leaves the number of the rows
that are handled, and the next one skips them.
"""

import logging
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

from bot.domain.errors import OutdatedButton
from bot.domain.import_files import ImportFile, ImportState
from bot.domain.imports import FileFault, UnreadableFile
from bot.messengers.errors import FileUnavailable, MessengerError
from bot.runtime.runtime import Runtime
from bot.services.imports import batches, files
from bot.services.imports.prepared import RowReader
from bot.spreadsheets.table import ReadTable

logger = logging.getLogger(__name__)

MAX_FAILURES = 3
"""Runs of the task in a row in which it may fail at the same place of a file; then the file is given up."""

FailureCounts = Counter[tuple[int, ImportState, int]]
"""Failures by the file, its state and its position."""

PROGRESS_SECONDS = 5.0
"""Seconds between two edits of the message that shows the progress: messengers allow one a second in a chat."""


@dataclass(slots=True)
class ImportTask:
    """One run of the task. ``failures``: those of earlier runs in this process."""

    runtime: Runtime
    failures: FailureCounts
    report_progress: Callable[[], None]
    """Says that the run goes on; a file may take longer than any run of another task."""

    async def run(self) -> None:
        """Do what can be done with each file, the oldest first."""
        async with self.runtime.database.read() as uow:
            now = self.runtime.clock.now()
            waiting = await uow.imports.list_active()
            has_old = bool(await uow.imports.list_abandoned(now - files.FILE_LIFETIME))
        for file in waiting:
            await self._advance_or_count(file)
        if has_old:
            async with self.runtime.database.begin() as uow:
                await files.expire(self.runtime.context(uow))
        if waiting or has_old:
            self.runtime.outbox_wake_up.set()

    async def _advance_or_count(self, file: ImportFile) -> None:
        """Do what can be done with *file*. One with which the program always fails is given up, and holds up no other.

        A fault of the whole database is raised: then the run is repeated.
        """
        try:
            await self._advance(file)
        except Exception as error:
            if not batches.is_fault_of_rows(error):
                raise
            async with self.runtime.database.read() as uow:
                place = await uow.imports.get_file(file.id) or file
            self.failures[place.id, place.state, place.position] += 1
            logger.error("import %s failed: %s", file.id, type(error).__name__)
            logger.debug("import failed", exc_info=error)
            if self.failures[place.id, place.state, place.position] >= MAX_FAILURES:
                await self._fail(place, UnreadableFile(FileFault.FAILED))

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
        reader = RowReader(self.runtime.municipality(), table.columns)
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
        reader = RowReader(self.runtime.municipality(), table.columns)
        entry = batches.FileEntry(self.runtime.database, self.runtime.context, system, file)
        shown = time.monotonic()
        async for batch in batches.read_batches(table, reader, batches.BATCH_ROWS, skip=file.position):
            before = entry.file.counts
            await entry.enter(batch)
            self.report_progress()
            if time.monotonic() - shown > PROGRESS_SECONDS:
                shown = time.monotonic()
                async with self.runtime.database.begin() as uow:
                    await files.show_progress(self.runtime.context(uow), entry.file)
            if (entry.file.counts.new, entry.file.counts.updated) != (before.new, before.updated):
                self.runtime.outbox_wake_up.set()
        async with self.runtime.database.begin() as uow:
            await files.on_entered(self.runtime.context(uow), entry.file)

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
