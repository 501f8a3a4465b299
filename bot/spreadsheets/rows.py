"""One line of a table as a row that can be taken, or the reason why it cannot."""

import re
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from bot.domain.applicants import ApplicantKind
from bot.domain.imports import (
    KEPT_AS_WRITTEN,
    SUBJECT_SEPARATOR,
    Field,
    ImportedRow,
    RefusalReason,
    RefusedRow,
    RowPlace,
)
from bot.domain.layouts import ANSWER_HEADINGS, Layout, heading_key, is_foreign_number
from bot.domain.text_normal import fold
from bot.spreadsheets.headers import Header
from bot.spreadsheets.municipalities import Ours
from bot.spreadsheets.sheets import BrokenLine, Cell, Line
from bot.spreadsheets.totals import is_footer, is_total
from bot.spreadsheets.values import BadDate, SpoiltNumber, house_of, moment_of, number_of, text_of

_SHOWN_CHARS = 80
_MENTION = re.compile(r"\[(?:club|public|id|event)\d+(?::[^|\]]*)?\|([^\]]*)\]")
"""The mention of a page in VK: «[club123|Администрация]»."""

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

_OWN_KEYS = frozenset(map(heading_key, ANSWER_HEADINGS))
_YES = frozenset({"да", "true", "истина"})
_MAX_DATES_KEPT = 20_000
"""Different dates that a reader remembers: most rows of a table repeat those of their neighbours."""


class RowReader:
    """Reads the lines of one sheet. *now*: a message from later than that is a mistake; *sheet*: the name to show."""

    def __init__(
        self, layout: Layout, header: Header, sheet: str | None, zone: ZoneInfo, now: datetime, ours: Ours
    ) -> None:
        self.layout, self.now, self.zone, self.ours = layout, now, zone, ours
        self.columns = header.columns
        self.indices = header.indices
        self._sheet, self._epoch = sheet, header.sheet.epoch
        self._heading_keys = [heading_key(column.heading) for column in header.columns]
        self.kept = [
            (at, self._heading_keys[at]) for at, one in enumerate(self.columns) if one.field in KEPT_AS_WRITTEN
        ]
        self.is_own = {*map(heading_key, header.new_headings), *self._heading_keys}.issuperset(_OWN_KEYS)
        self._moments: dict[tuple[str, bool], datetime | None] = {}

    def read(self, line: Line) -> ImportedRow | RefusedRow | None:
        """Return the row; ``None`` for a line that is none: a repeated header, numbers of columns, a total."""
        number, all_cells = line
        if isinstance(all_cells, BrokenLine):
            return RefusedRow(RowPlace(number, self._sheet), RefusalReason.BROKEN_LINE, self._number_of(all_cells))
        width = len(all_cells)
        cells = [all_cells[one.position] if one.position < width else None for one in self.columns]
        texts = [text_of(cell) for cell in cells]
        if self._is_no_row(all_cells, cells, texts):
            return None
        return _Row(self, RowPlace(number, self._sheet), cells, texts).read()

    def _number_of(self, cells: BrokenLine) -> str | None:
        """Return the number of a row whose further cells are unknown."""
        at = self.columns[self.indices[Field.NUMBER][0]].position
        try:
            return number_of(cells[at]) if at < len(cells) else None
        except SpoiltNumber:
            return None

    def _is_no_row(self, all_cells: list[Cell], cells: list[Cell], texts: list[str | None]) -> bool:
        filled = [at for at, text in enumerate(texts) if text is not None]
        if not filled:
            return True
        if all(heading_key(texts[at] or "") == self._heading_keys[at] for at in filled):
            return True
        if len(filled) > 1 and all(texts[at] == str(self.columns[at].position + 1) for at in filled):
            return True
        all_texts = [text for cell in all_cells if (text := text_of(cell)) is not None]
        at = self.indices[Field.NUMBER][0]
        if is_total(all_texts, is_number=texts[at] == all_texts[0]):
            return not self._has_date(cells)
        return len(all_texts) == 1 and filled == [at] and is_footer(all_texts[0])

    def _has_date(self, cells: list[Cell]) -> bool:
        """Return whether a date is found where the line of a total has a count or nothing."""
        for field in (Field.REGISTERED, Field.DUE):
            for at in self.indices.get(field, ()):
                try:
                    if self.moment(cells[at], day_end=False) is not None:
                        return True
                except BadDate:
                    continue
        return False

    def moment(self, cell: Cell, *, day_end: bool) -> datetime | None:
        """Return the instant of a date. Raises :class:`BadDate`."""
        if not isinstance(cell, str):
            return moment_of(cell, self._epoch, self.zone, day_end=day_end)
        key = cell, day_end
        if key not in self._moments:
            if len(self._moments) >= _MAX_DATES_KEPT:
                self._moments.clear()
            self._moments[key] = moment_of(cell, self._epoch, self.zone, day_end=day_end)
        return self._moments[key]


class _Refused(Exception):
    def __init__(self, reason: RefusalReason, field: Field | None = None) -> None:
        super().__init__(reason.value)
        self.reason, self.field = reason, field


class _Row:
    def __init__(self, reader: RowReader, place: RowPlace, cells: list[Cell], texts: list[str | None]) -> None:
        self._reader, self._place, self._cells, self._texts = reader, place, cells, texts
        self._number: str | None = None

    def read(self) -> ImportedRow | RefusedRow:
        try:
            return self._row()
        except _Refused as refused:
            if refused.field is None:
                return RefusedRow(self._place, refused.reason, self._number)
            value = self._text(refused.field)
            return RefusedRow(
                self._place,
                refused.reason,
                self._number,
                self._heading(refused.field),
                None if value is None else shortened(value),
            )

    def _row(self) -> ImportedRow:
        now = self._reader.now
        self._number = number = self._read_number()
        self._check_ours()
        registered = self._registered()
        due = self._moment(Field.DUE, day_end=True)
        if registered is not None and due is not None and due < registered:
            raise _Refused(RefusalReason.DUE_BEFORE_REGISTERED, Field.DUE)
        finished_at = self._moment(Field.FINISHED, day_end=True)
        is_finished = self._is_finished(finished_at)
        text, subject = self._text(Field.TEXT), self._subject()
        if text is None and subject is None:
            raise _Refused(RefusalReason.EMPTY_CELLS)
        return ImportedRow(
            place=self._place,
            number=number,
            text=None if text is None else _MENTION.sub(r"\1", text),
            subject=subject,
            registered_at=registered,
            due=due,
            is_finished=is_finished,
            finished_at=min(finished_at, now) if is_finished and finished_at is not None else None,
            status=self._text(Field.STATUS),
            number_in_source=self._text(Field.NUMBER_IN_SOURCE),
            source=self._text(Field.SOURCE),
            address=self._text(Field.ADDRESS),
            district=self._text(Field.DISTRICT),
            settlement=self._text(Field.SETTLEMENT),
            street=self._text(Field.STREET),
            house=house_of(self._cell(Field.HOUSE)),
            applicant=self._text(Field.APPLICANT),
            applicant_kind=_KIND_KEYS.get(heading_key(self._text(Field.APPLICANT_KIND) or ""), ApplicantKind.CITIZEN),
            phone=self._text(Field.PHONE),
            link=self._text(Field.LINK),
            organisation=self._text(Field.ORGANISATION),
            answer=self._text(Field.ANSWER),
            block=self._text(Field.BLOCK),
            cells={key: text for at, key in self._reader.kept if (text := self._texts[at]) is not None},
            is_own=self._reader.is_own,
        )

    def _read_number(self) -> str:
        try:
            number = number_of(self._cell(Field.NUMBER))
        except SpoiltNumber:
            raise _Refused(RefusalReason.SPOILT_NUMBER, Field.NUMBER) from None
        if number is None:
            raise _Refused(RefusalReason.NO_NUMBER, Field.NUMBER)
        if is_foreign_number(number, self._reader.layout.code):
            raise _Refused(RefusalReason.OTHER_SYSTEM, Field.NUMBER)
        return number

    def _check_ours(self) -> None:
        name, ours = self._text(Field.MUNICIPALITY), self._reader.ours
        if name is not None and ours.town is not None and ours.town.is_other(name):
            raise _Refused(RefusalReason.OTHER_MUNICIPALITY, Field.MUNICIPALITY)
        block = self._text(Field.BLOCK)
        if block is not None and ours.blocks is not None and heading_key(block) not in ours.blocks:
            raise _Refused(RefusalReason.UNKNOWN_BLOCK, Field.BLOCK)

    def _is_finished(self, finished_at: datetime | None) -> bool:
        layout = self._reader.layout
        if any(fold(answer) in _YES for answer in self._all(Field.SPAM)):
            return True
        statuses = self._all(Field.STATUS)
        if any(map(layout.is_open_status, statuses)):
            return False
        if any(map(layout.is_finished_status, statuses)):
            return True
        # A day is read as its last minute, and that of today is still to come.
        return finished_at is not None and finished_at - timedelta(days=1) < self._reader.now

    def _registered(self) -> datetime | None:
        """Return when the message came; a moment later on the same day is that of a clock in another zone."""
        now, zone = self._reader.now, self._reader.zone
        moment = self._moment(Field.REGISTERED)
        if moment is None or moment <= now:
            return moment
        if moment.astimezone(zone).date() > now.astimezone(zone).date():
            raise _Refused(RefusalReason.REGISTERED_LATER, Field.REGISTERED)
        return now

    def _subject(self) -> str | None:
        return SUBJECT_SEPARATOR.join(dict.fromkeys(self._all(Field.SUBJECT))) or None

    def _moment(self, field: Field, *, day_end: bool = False) -> datetime | None:
        try:
            return self._reader.moment(self._cell(field), day_end=day_end)
        except BadDate:
            raise _Refused(RefusalReason.BAD_DATE, field) from None

    def _find(self, field: Field) -> int | None:
        """Return which of the field's columns is the first that holds something."""
        for at in self._reader.indices.get(field, ()):
            if self._texts[at] is not None:
                return at
        return None

    def _cell(self, field: Field) -> Cell:
        at = self._find(field)
        return None if at is None else self._cells[at]

    def _text(self, field: Field) -> str | None:
        at = self._find(field)
        return None if at is None else self._texts[at]

    def _all(self, field: Field) -> list[str]:
        texts = (self._texts[at] for at in self._reader.indices.get(field, ()))
        return [text for text in texts if text is not None]

    def _heading(self, field: Field) -> str | None:
        at = self._find(field)
        found = (at,) if at is not None else self._reader.indices.get(field, ())
        return self._reader.columns[found[0]].heading if found else None


def shortened(text: str) -> str:
    """Return *text* as short as a list of refusals needs it, in one line."""
    line = " ".join(text.split())
    return line if len(line) <= _SHOWN_CHARS else f"{line[: _SHOWN_CHARS - 1]}…"
