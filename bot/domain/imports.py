"""Rows of another system's spreadsheet as the import understands them, without the spreadsheet."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from bot.domain.applicants import ApplicantKind

SUBJECT_SEPARATOR = " / "
"""Between the columns of a subject, when they are put together: «Дороги / Ямы»."""


class Field(StrEnum):
    """The meaning of a column of a system's table; the codes are the keys of ``columns`` in ``[[systems]]``."""

    NUMBER = "number"  # the number in that system
    NUMBER_IN_SOURCE = "number_in_source"  # of the system from which that system had it
    SOURCE = "source"  # where that system had it from
    TEXT = "text"
    SUBJECT = "subject"  # category, topic or fact; several columns are joined in the order of the table
    REGISTERED = "registered"
    DUE = "due"  # the term of that system
    FINISHED = "finished"  # when the work was finished there
    STATUS = "status"
    ADDRESS = "address"
    DISTRICT = "district"
    SETTLEMENT = "settlement"
    STREET = "street"
    HOUSE = "house"
    APPLICANT = "applicant"
    APPLICANT_KIND = "applicant_kind"
    PHONE = "phone"
    LINK = "link"  # the address of the message where the citizen wrote it
    ORGANISATION = "organisation"  # who has it in that system
    MUNICIPALITY = "municipality"
    ANSWER = "answer"
    BLOCK = "block"  # the code or the title of the block that has it, where a table names one
    SPAM = "spam"  # «Да»: there is nothing to do about it


KEPT_AS_WRITTEN = frozenset(
    {
        Field.NUMBER_IN_SOURCE,
        Field.SOURCE,
        Field.SUBJECT,
        Field.STATUS,
        Field.ORGANISATION,
        Field.MUNICIPALITY,
        Field.DISTRICT,
        Field.SETTLEMENT,
        Field.APPLICANT_KIND,
        Field.BLOCK,
    }
)
"""Fields whose cells are stored as the system wrote them, because a ticket has no such words of its own."""


class RefusalReason(StrEnum):
    """Why a row, or a whole file, is not taken."""

    NO_NUMBER = "no_number"
    BAD_DATE = "bad_date"
    DUE_BEFORE_REGISTERED = "due_before_registered"
    REGISTERED_LATER = "registered_later"  # a date to come
    CONTRADICTION = "contradiction"  # the same number with other facts in the same file
    OTHER_SYSTEM = "other_system"  # the number is written in another system's way
    OTHER_MUNICIPALITY = "other_municipality"
    UNKNOWN_BLOCK = "unknown_block"
    OFFICIAL = "official"  # the author is one of the officials
    EMPTY_CELLS = "empty_cells"  # neither words nor a subject
    BROKEN_LINE = "broken_line"  # the quotes of a text are wrong, so its cells are unknown
    SPOILT_NUMBER = "spoilt_number"  # a spreadsheet program has rounded the number or taken it for a date
    FAILED = "failed"  # the program or the database failed at it


class FileFault(StrEnum):
    """Why a file is not taken at all."""

    EMPTY = "empty"
    NOT_A_TABLE = "not_a_table"  # a picture, a document, an archive
    WEB_PAGE = "web_page"  # HTML under the name of a workbook
    OTHER_FORMAT = "other_format"  # a spreadsheet of another kind: OpenDocument, a binary or an XML workbook
    ENCRYPTED = "encrypted"
    DAMAGED = "damaged"
    UNSAFE = "unsafe"  # declarations that make a program read other files or grow without end
    TOO_LARGE = "too_large"  # bytes, before or after unpacking
    TOO_MANY_ROWS = "too_many_rows"
    TOO_MANY_COLUMNS = "too_many_columns"
    UNREADABLE = "unreadable"  # the system refuses to read it
    NO_HEADER = "no_header"  # no row names a known column
    NO_NUMBER_COLUMN = "no_number_column"
    NO_WORDS_COLUMN = "no_words_column"  # neither the text nor a subject
    OTHER_SYSTEM = "other_system"  # the headings are those of another system
    OTHER_MUNICIPALITY = "other_municipality"  # every row is
    FAILED = "failed"  # the program failed at it, whichever rows it has


class UnreadableFile(Exception):
    """A file that is not taken at all; the exception's message names the fault alone.

    ``line``: the place where reading ended; ``detail``: of a heading, a system or a municipality, by the fault.
    """

    def __init__(self, fault: FileFault, *, line: int | None = None, detail: str | None = None) -> None:
        super().__init__(fault.value)
        self.fault = fault
        self.line = line
        self.detail = detail


@dataclass(frozen=True, slots=True)
class RowPlace:
    """The place of a row in its file, as a spreadsheet program shows it: ``line`` begins with 1."""

    line: int
    sheet: str | None = None  # None: the file has one sheet


@dataclass(frozen=True, slots=True)
class ImportedRow:
    """One row that can be taken: all moments are aware, texts are stripped, «-» and empty cells are ``None``.

    ``cells``: the text of each column of :data:`KEPT_AS_WRITTEN`, by the key of its heading. ``is_own``: the bot itself
    has written the table, so that its status and its end are ours.
    """

    place: RowPlace
    number: str
    text: str | None = None
    subject: str | None = None
    registered_at: datetime | None = None
    due: datetime | None = None
    is_finished: bool = False  # the system calls it finished
    finished_at: datetime | None = None
    status: str | None = None
    number_in_source: str | None = None
    source: str | None = None
    address: str | None = None
    district: str | None = None
    settlement: str | None = None
    street: str | None = None
    house: str | None = None
    applicant: str | None = None
    applicant_kind: ApplicantKind = ApplicantKind.CITIZEN
    phone: str | None = None
    link: str | None = None
    organisation: str | None = None
    answer: str | None = None
    block: str | None = None
    cells: Mapping[str, str] = field(default_factory=dict)
    is_own: bool = False


@dataclass(frozen=True, slots=True)
class RefusedRow:
    """One row that is not taken, for the person who can mend it; ``value`` is what stands in the cell, shortened."""

    place: RowPlace
    reason: RefusalReason
    number: str | None = None
    column: str | None = None  # the heading
    value: str | None = None
