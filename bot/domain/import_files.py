"""Files of other systems on their way into the database, and what those systems said last about a ticket."""

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum

from bot.domain.imports import ImportedRow
from bot.domain.json_types import Json
from bot.domain.text_normal import fold

MAX_FILE_BYTES = 50 * 1024 * 1024
"""Largest file that is stored for an import: 100,000 rows of 35 columns are about 20 MB."""

MAX_SHOWN_REFUSALS = 10
"""Refused rows that a person reads; the others are counted."""

LIST_PAGE_SIZE = 6
"""Messages on a page of a list: each has a line and half a row of buttons, and VK has six rows under a message."""

MAX_STATUS_CHARS, MAX_ORGANISATION_CHARS, MAX_CELL_CHARS = 100, 200, 300

RECENT_WORKING_DAYS = 2
"""Working days after its registration in the other system during which a row is still new to the post that has it: who
imports every morning has the rows of the working day before, most of which name no hour."""

LONGEST_REST = timedelta(days=15)
"""An upper bound of that in days of the calendar: no holidays are longer."""

FRESH_HOURS = 24
"""Hours after its registration in the other system during which an urgent row still calls somebody."""


class ImportState(StrEnum):
    """States of a file that was sent to the bot. Stored: never change."""

    RECEIVED = "received"  # still in the messenger
    ASKING = "asking"  # a person has to say which system it is from
    READING = "reading"  # stored; the preview is being made
    PREVIEWED = "previewed"  # a person has to press «Внести»
    ENTERING = "entering"
    DONE = "done"
    CANCELLED = "cancelled"
    FAILED = "failed"  # could not be downloaded or read
    COMMAND = "command"  # entered by the command line, which has the file itself


ACTIVE_STATES = (ImportState.RECEIVED, ImportState.READING, ImportState.ENTERING)
"""The bot has to do something with the file."""

WAITING_STATES = (ImportState.ASKING, ImportState.PREVIEWED)
"""A person has to press a button."""


@dataclass(frozen=True, slots=True)
class ImportCounts:
    """The rows of a file by what became of them, or would become."""

    new: int = 0
    updated: int = 0
    known: int = 0
    refused: int = 0
    joined: int = 0  # of the known: they are messages of chats that the bot had already
    finished: int = 0  # of the new: ended in the other system
    doubtful: int = 0  # of the new: perhaps messages of chats that the bot had already
    rings: int = 0  # phones that ring

    def plus(self, other: "ImportCounts") -> "ImportCounts":
        return ImportCounts(*(getattr(self, name) + getattr(other, name) for name in COUNT_NAMES))

    @property
    def total(self) -> int:
        """The number of all rows."""
        return self.new + self.updated + self.known + self.refused


COUNT_NAMES = tuple(ImportCounts.__dataclass_fields__)


@dataclass(frozen=True, slots=True)
class NewImportFile:
    """A file to store. Without a person it is one of the command line."""

    name: str
    state: ImportState
    system: str | None = None
    person_id: int | None = None
    account: str | None = None
    chat_id: str | None = None
    attachment: Json | None = None
    total: int | None = None


@dataclass(frozen=True, slots=True)
class ImportFile:
    """A file that is imported, without its bytes; ``position`` is the number of rows that are handled."""

    id: int
    system: str | None
    state: ImportState
    name: str
    person_id: int | None
    account: str | None
    chat_id: str | None
    note_id: str | None  # the message that shows the progress
    attachment: Json | None  # where the messenger has the file
    position: int
    total: int | None
    counts: ImportCounts
    refusals: Sequence[Json]
    created_at: datetime
    touched_at: datetime
    ended_at: datetime | None


@dataclass(frozen=True, slots=True)
class SystemFacts:
    """The facts that another system changes: what it said last about one number.

    ``cells``: texts as it wrote them, by the key of their heading. They are kept for the export alone, and what only
    they say is no news.
    """

    status: str | None = None
    due: datetime | None = None
    is_finished: bool = False
    finished_at: datetime | None = None
    organisation: str | None = None
    cells: Mapping[str, str] = field(default_factory=dict, compare=False)

    @classmethod
    def of(cls, row: ImportedRow) -> "SystemFacts":
        """Return the facts of *row*, as long as they are stored."""
        status = row.status[:MAX_STATUS_CHARS] if row.status else None
        organisation = row.organisation[:MAX_ORGANISATION_CHARS] if row.organisation else None
        cells = {heading: text[:MAX_CELL_CHARS] for heading, text in row.cells.items()}
        return cls(status, row.due, row.is_finished, row.finished_at, organisation, cells)

    def after(self, row: ImportedRow) -> "SystemFacts":
        """Return what is known of a number after *row*, if these facts were known before.

        A table that the bot has written tells the bot's own status and end, which are no word of the system.
        """
        if row.is_own:
            return replace(self, due=row.due or self.due)
        return SystemFacts.of(row).completed_by(self)

    def is_same_after(self, row: ImportedRow) -> bool:
        """Return whether *row* says nothing else; a column that a file has not takes nothing back.

        The day of the end is no news where the end is known: systems write it again with every export.
        """
        completed = self.after(row)
        if self.is_finished and completed.is_finished:
            completed = replace(completed, finished_at=self.finished_at)
        return self == completed

    def completed_by(self, earlier: "SystemFacts") -> "SystemFacts":
        """Return these facts, with what only *earlier* ones say."""
        return SystemFacts(
            self.status or earlier.status,
            self.due or earlier.due,
            self.is_finished,
            (self.finished_at or earlier.finished_at) if self.is_finished else self.finished_at,
            self.organisation or earlier.organisation,
            {**earlier.cells, **self.cells},
        )


@dataclass(frozen=True, slots=True)
class SystemRecord:
    """One number of another system, and our ticket. ``facts`` is ``None`` if nobody has imported it yet.

    ``is_stored`` is false for a ticket of a release that did not store numbers apart from their tickets.
    """

    system: str
    ticket_id: int
    facts: SystemFacts | None
    changed_at: datetime | None = None
    is_stored: bool = True


def normal_number(number: str) -> str:
    """Return *number* as it is compared: «№ 17 » and «17» are one, so are «ОГ-10» and «ог-10»."""
    return re.sub(r"\s+", "", fold(number)).removeprefix("№").lstrip("#") or fold(number).strip()


def number_key(system: str, number: str) -> str:
    """Return the hash under which a number of *system* is stored: it outlives the erasure of the number."""
    return hashlib.sha256(f"{system}\n{normal_number(number)}".encode()).hexdigest()[:40]
