"""One line of a table as a row that can be taken, or the reason why it cannot."""

import re
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from bot.domain.applicants import ApplicantKind
from bot.domain.imports import Field, ImportedRow, RefusalReason, RefusedRow, RowPlace
from bot.domain.layouts import Layout, heading_key, system_of_number
from bot.spreadsheets.headers import Column, Header
from bot.spreadsheets.municipalities import Town
from bot.spreadsheets.sheets import Cell, Line
from bot.spreadsheets.values import BadDate, SpoiltNumber, house_of, moment_of, number_of, text_of

_SHOWN_CHARS = 80
_MENTION = re.compile(r"\[(?:club|public|id|event)\d+(?::[^|\]]*)?\|([^\]]*)\]")
"""How VK writes the mention of a page: «[club123|Администрация]»."""

_TOTALS = re.compile(r"(?:итого|всего)\b", re.IGNORECASE)
_KINDS = {
    "физическое лицо": ApplicantKind.CITIZEN,
    "гражданин": ApplicantKind.CITIZEN,
    "юридическое лицо": ApplicantKind.LEGAL,
    "организация": ApplicantKind.LEGAL,
    "юл": ApplicantKind.LEGAL,
    "иностранный гражданин": ApplicantKind.FOREIGN,
    "лицо без гражданства": ApplicantKind.STATELESS,
}
_KIND_KEYS = {heading_key(words): kind for words, kind in _KINDS.items()}
_SUBJECT_SEPARATOR = " / "


@dataclass(frozen=True, slots=True)
class RowReader:
    """Reads the lines of one sheet. *now*: a message from later than that is a mistake."""

    layout: Layout
    header: Header
    place_sheet: str | None
    zone: ZoneInfo
    now: datetime
    town: Town | None

    def read(self, line: Line) -> ImportedRow | RefusedRow | None:
        """Return the row; ``None`` for a line that is none: a repeated header, numbers of columns, a total."""
        number, cells = line
        if self._is_no_row(cells):
            return None
        return _Row(self, RowPlace(number, self.place_sheet), cells).read()

    def _is_no_row(self, cells: list[Cell]) -> bool:
        columns = self.header.columns
        filled = [column for column in columns if self.text(cells, column) is not None]
        if not filled:
            return True
        if all(heading_key(self.text(cells, column) or "") == heading_key(column.heading) for column in filled):
            return True
        if len(filled) > 1 and all(self.text(cells, column) == str(column.position + 1) for column in filled):
            return True
        first = next((text for text in map(text_of, cells) if text is not None), "")
        return _TOTALS.match(first) is not None

    @staticmethod
    def text(cells: list[Cell], column: Column) -> str | None:
        return text_of(cells[column.position]) if column.position < len(cells) else None


class _Refused(Exception):
    def __init__(self, reason: RefusalReason, field: Field | None = None, value: str | None = None) -> None:
        super().__init__(reason.value)
        self.reason, self.field, self.value = reason, field, value


class _Row:
    def __init__(self, reader: RowReader, place: RowPlace, cells: list[Cell]) -> None:
        self._reader, self._place, self._cells = reader, place, cells
        self._positions = reader.header.positions
        self._number: str | None = None

    def read(self) -> ImportedRow | RefusedRow:
        try:
            return self._row()
        except _Refused as refused:
            column = next((one.heading for one in self._reader.header.columns if one.field is refused.field), None)
            value = None if refused.value is None else _shortened(refused.value)
            return RefusedRow(self._place, refused.reason, self._number, column, value)

    def _row(self) -> ImportedRow:
        self._number = number = self._read_number()
        self._check_municipality()
        registered = self._moment(Field.REGISTERED)
        if registered is not None and registered > self._reader.now:
            raise _Refused(RefusalReason.REGISTERED_LATER, Field.REGISTERED, self._text(Field.REGISTERED))
        due = self._moment(Field.DUE, day_end=True)
        if registered is not None and due is not None and due < registered:
            raise _Refused(RefusalReason.DUE_BEFORE_REGISTERED, Field.DUE, self._text(Field.DUE))
        text, subject = self._text(Field.TEXT), self._subject()
        if text is None and subject is None:
            raise _Refused(RefusalReason.EMPTY_CELLS)
        finished_at = self._moment(Field.FINISHED, day_end=True)
        is_finished = self._is_finished(finished_at)
        return ImportedRow(
            place=self._place,
            number=number,
            text=None if text is None else _MENTION.sub(r"\1", text),
            subject=subject,
            registered_at=registered,
            due=due,
            is_finished=is_finished,
            finished_at=min(finished_at, self._reader.now) if is_finished and finished_at is not None else None,
            applicant_kind=self._applicant_kind(),
            house=house_of(self._cell(Field.HOUSE)),
            **{name: self._text(field) for name, field in _TEXT_FIELDS.items()},
        )

    def _read_number(self) -> str:
        try:
            number = number_of(self._cell(Field.NUMBER))
        except SpoiltNumber:
            raise _Refused(RefusalReason.SPOILT_NUMBER, Field.NUMBER, self._text(Field.NUMBER)) from None
        if number is None:
            raise _Refused(RefusalReason.NO_NUMBER, Field.NUMBER)
        system = system_of_number(number)
        if system is not None and system != self._reader.layout.code:
            raise _Refused(RefusalReason.OTHER_SYSTEM, Field.NUMBER, number)
        return number

    def _check_municipality(self) -> None:
        name = self._text(Field.MUNICIPALITY)
        if name is not None and self._reader.town is not None and self._reader.town.is_other(name):
            raise _Refused(RefusalReason.OTHER_MUNICIPALITY, Field.MUNICIPALITY, name)

    def _is_finished(self, finished_at: datetime | None) -> bool:
        layout = self._reader.layout
        statuses = [text for text in self._texts(Field.STATUS) if text is not None]
        if any(map(layout.is_open_status, statuses)):
            return False
        if any(map(layout.is_finished_status, statuses)):
            return True
        # A day is meant as its end; that of today is still to come.
        return finished_at is not None and finished_at.date() <= self._reader.now.date()

    def _moment(self, field: Field, *, day_end: bool = False) -> datetime | None:
        try:
            return moment_of(self._cell(field), self._reader.header.sheet.epoch, self._reader.zone, day_end=day_end)
        except BadDate:
            raise _Refused(RefusalReason.BAD_DATE, field, self._text(field)) from None

    def _applicant_kind(self) -> ApplicantKind:
        return _KIND_KEYS.get(heading_key(self._text(Field.APPLICANT_KIND) or ""), ApplicantKind.CITIZEN)

    def _subject(self) -> str | None:
        parts = dict.fromkeys(text for text in self._texts(Field.SUBJECT) if text is not None)
        return _SUBJECT_SEPARATOR.join(parts) or None

    def _cell(self, field: Field) -> Cell:
        """Return the first cell of the field's columns that holds something."""
        cells = [self._cells[at] for at in self._positions.get(field, ()) if at < len(self._cells)]
        return next((cell for cell in cells if text_of(cell) is not None), None)

    def _text(self, field: Field) -> str | None:
        return text_of(self._cell(field))

    def _texts(self, field: Field) -> list[str | None]:
        return [text_of(self._cells[at]) for at in self._positions.get(field, ()) if at < len(self._cells)]


_TEXT_FIELDS = {
    "status": Field.STATUS,
    "number_in_source": Field.NUMBER_IN_SOURCE,
    "source": Field.SOURCE,
    "address": Field.ADDRESS,
    "district": Field.DISTRICT,
    "settlement": Field.SETTLEMENT,
    "street": Field.STREET,
    "applicant": Field.APPLICANT,
    "phone": Field.PHONE,
    "link": Field.LINK,
    "organisation": Field.ORGANISATION,
    "answer": Field.ANSWER,
}


def _shortened(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _SHOWN_CHARS else f"{line[: _SHOWN_CHARS - 1]}…"
