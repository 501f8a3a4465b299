"""Notes about files of other systems: what they hold, how far they are, what has come of them."""

from typing import NamedTuple

from bot.domain.import_files import ImportCounts
from bot.domain.imports import FileFault, RefusalReason
from bot.domain.notifications.base import Notification, stored


class RefusedLine(NamedTuple):
    """A row that is not taken; ``value`` is what stands in the cell, shortened."""

    line: int
    sheet: str | None
    reason: RefusalReason
    number: str | None
    column: str | None
    value: str | None


class ImportReceived(Notification, code="import_received"):
    """A file has come, and is read now."""

    name: str


class SystemChoice(NamedTuple):
    """A system that a person may choose."""

    system: str
    title: str


class AskImportSystem(Notification, code="import_ask"):
    """Question of which system a file is, with a button for each, on as many pages as they need."""

    file_id: int
    name: str
    choices: tuple[SystemChoice, ...]
    page: int = stored(default=0, omit_default=True)


class AboutImport(Notification):
    """A note about the rows of a file; ``refusals`` are the first of the refused ones."""

    file_id: int
    title: str  # of the system
    name: str
    counts: ImportCounts = stored(flatten=True)
    refusals: tuple[RefusedLine, ...] = stored(default=(), omit_default=True)


class ImportPreview(AboutImport, code="import_preview"):
    """Preview of a file: nothing is entered yet. ``missing``: the columns that the file has not, by their codes."""

    missing: tuple[str, ...] = stored(default=(), omit_default=True)


class ImportProgress(Notification, code="import_progress"):
    """A file that is being entered."""

    title: str
    name: str
    position: int
    total: int


class ImportDone(AboutImport, code="import_done"):
    """The result of a file that was entered."""

    @property
    def is_awaited(self) -> bool:
        return True


class ImportCancelled(Notification, code="import_cancelled"):
    """A file that nobody wanted to enter; ``expired``: within a day nobody has said so."""

    name: str
    expired: bool = stored(default=False, omit_default=True)


class ImportFailed(Notification, code="import_failed"):
    """A file that is refused whole: it could not be downloaded (no ``fault``), or is no table of the system.

    ``handled`` of its ``total`` rows were entered or refused before the program failed at it.
    """

    name: str
    fault: FileFault | None = stored(default=None, omit_default=True)
    line: int | None = stored(default=None, omit_default=True)
    detail: str | None = stored(default=None, omit_default=True)
    too_large: bool = stored(default=False, omit_default=True)
    handled: int = stored(default=0, omit_default=True)
    total: int = stored(default=0, omit_default=True)

    @property
    def is_awaited(self) -> bool:
        return True


class ImportedList(Notification):
    """A page of the messages that one file names to a reader, and the number of all."""

    file_id: int
    title: str  # of the system
    total: int
    ticket_ids: tuple[int, ...]
    page: int = stored(default=0, omit_default=True)

    @property
    def is_minor(self) -> bool:
        return True

    def mentioned_ticket_ids(self) -> tuple[int, ...]:
        return self.ticket_ids


class ImportedWork(ImportedList, code="import_list"):
    """The open messages that came to a post with one file."""


class ImportedAgain(ImportedList, code="import_again"):
    """The messages that have ended here and that another system works on again, as one file says."""


class SimilarPair(NamedTuple):
    """An imported ticket, and the one of a chat that may be the same message."""

    imported_id: int
    chat_id: int


class SimilarImported(Notification, code="import_similar"):
    """Imported messages that may be messages of chats: somebody who sorts decides; ``total``: all that wait."""

    pairs: tuple[SimilarPair, ...]
    total: int

    def mentioned_ticket_ids(self) -> tuple[int, ...]:
        return tuple(one for pair in self.pairs for one in pair)
