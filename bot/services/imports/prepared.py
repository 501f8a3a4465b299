"""Rows as the bot understands them: read in a thread, before the transaction that enters them."""

import logging
from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from bot.domain.applicants import Applicant
from bot.domain.districts import merge_names
from bot.domain.import_files import FRESH_HOURS
from bot.domain.imports import Field, ImportedRow, RefusalReason, RefusedRow
from bot.domain.layouts import heading_key
from bot.domain.text_normal import fold
from bot.services.context import Municipality
from bot.services.context.messages import clean_text
from bot.spreadsheets.headers import Column
from bot.understanding.reading import PlaceName, Reading

logger = logging.getLogger(__name__)

MAX_REMEMBERED = 20_000
"""Readings that are kept while a file is read: its subjects repeat, thousands of times in ПОС."""

MAX_NAME_CHARS, MAX_NUMBER_CHARS, MAX_PHONE_CHARS, MAX_SHOWN_CHARS = 200, 100, 40, 40


@dataclass(frozen=True, slots=True)
class PreparedRow:
    """A row with the words of its ticket, and what the bot makes of them."""

    row: ImportedRow
    text: str
    reading: Reading
    sector: str | None
    place: PlaceName | None
    address: str | None
    settlement: str | None
    district: str | None
    applicant: Applicant

    @property
    def registered_at(self) -> datetime | None:
        return self.row.registered_at


class RowReader:
    """Reads the rows of one file; equal words are read once.

    It works in a thread, and touches nothing but the analyzer.
    """

    def __init__(self, municipality: Municipality, columns: Iterable[Column] = ()) -> None:
        """*columns*: those of the table, to name the one for which a row is refused."""
        self._headings = {column.field: column.heading for column in reversed(tuple(columns))}
        self._municipality = municipality
        self._understanding = municipality.understanding
        self._districts = merge_names(municipality.districts())
        self._sectors = {
            heading_key(name): one.code for one in municipality.sectors.values() for name in (one.code, one.title)
        }
        self._official_names = frozenset(_name_key(one.name) for one in municipality.staff.people)
        self._readings: OrderedDict[str, Reading] = OrderedDict()

    def prepare(self, rows: Iterable[ImportedRow | RefusedRow]) -> list[PreparedRow | RefusedRow]:
        """Return *rows* as tickets, without those that cannot become one."""
        return [row if isinstance(row, RefusedRow) else self._prepare_or_refuse(row) for row in rows]

    def _prepare_or_refuse(self, row: ImportedRow) -> PreparedRow | RefusedRow:
        try:
            return self._prepare(row)
        except Exception as error:  # noqa: BLE001 - a row that nothing can be made of must not hold up the others
            return refuse_failed(row, error)

    def _prepare(self, row: ImportedRow) -> PreparedRow | RefusedRow:
        row = _storable(row)
        if not 0 < len(row.number) <= MAX_NUMBER_CHARS:
            return self._without_number(row)
        if row.applicant and _name_key(row.applicant) in self._official_names:
            return RefusedRow(row.place, RefusalReason.OFFICIAL, row.number, self._headings.get(Field.APPLICANT))
        text, subject = clean_text(row.text or ""), clean_text(row.subject or "")
        reading = self._read(text or subject)
        of_subject = self._read(subject) if text and subject and not reading.is_confident else None
        sector = reading.sector if reading.is_confident else None
        named = self._sectors.get(heading_key(row.block)) if row.block else None
        if of_subject is not None and of_subject.is_confident:
            sector = of_subject.sector
            reading = replace(reading, topic=reading.topic or of_subject.topic, theme=reading.theme or of_subject.theme)
        address = _address_of(row)
        of_address = self._read(address) if address else None
        place = (of_address.place if of_address is not None else None) or reading.place
        said = self._understanding.read_applicant(text) if text and not (row.applicant and row.phone) else None
        return PreparedRow(
            row=row,
            text=text or subject,
            reading=reading,
            sector=named or sector,
            place=place,
            address=address or (place.text if place is not None else None),
            settlement=self._settlement(row, place),
            district=self._district(row, of_address, reading),
            applicant=Applicant(
                row.applicant[:MAX_NAME_CHARS] if row.applicant else said.name if said is not None else None,
                row.phone or (said.phone if said is not None else None),
                row.applicant_kind,
            ),
        )

    def _without_number(self, row: ImportedRow) -> RefusedRow:
        column = self._headings.get(Field.NUMBER)
        return RefusedRow(row.place, RefusalReason.NO_NUMBER, column=column, value=row.number[:MAX_SHOWN_CHARS] or None)

    def _settlement(self, row: ImportedRow, place: PlaceName | None) -> str | None:
        """Return the settlement that the row names in a column of its own, else that of its address or its words."""
        named = self._understanding.settlement_name(row.settlement) if row.settlement else None
        return named or (place.settlement if place is not None else None)

    def _district(self, row: ImportedRow, of_address: Reading | None, reading: Reading) -> str | None:
        """Return the town's district that the row names, by its own column or by its address."""
        named = merge_names([row.district]) if row.district else {}
        known = next((self._districts[key] for key in named if key in self._districts), None)
        return known or (of_address.district if of_address is not None else None) or reading.district

    def _read(self, text: str) -> Reading:
        known = self._readings.get(text)
        if known is not None:
            self._readings.move_to_end(text)
            return known
        reading = replace(self._understanding.read(text), parsed=None)  # its words would fill the memory
        self._readings[text] = reading
        if len(self._readings) > MAX_REMEMBERED:
            self._readings.popitem(last=False)
        return reading


def refuse_failed(row: ImportedRow, error: Exception) -> RefusedRow:
    """Refuse a row at which the program or the database has failed; the log says how."""
    logger.error("row of an import refused: %s", type(error).__name__, extra={"line": row.place.line})
    logger.debug("row of an import refused", exc_info=error)
    return RefusedRow(row.place, RefusalReason.FAILED, row.number[:MAX_NUMBER_CHARS])


def _storable(row: ImportedRow) -> ImportedRow:
    """Return *row* without characters that a database refuses; a text of a table may hold any."""
    return replace(
        row,
        number=clean_text(row.number),
        applicant=clean_text(row.applicant) if row.applicant else None,
        phone=clean_text(row.phone)[:MAX_PHONE_CHARS] if row.phone else None,
        settlement=clean_text(row.settlement) if row.settlement else None,
        status=clean_text(row.status) if row.status else None,
        organisation=clean_text(row.organisation) if row.organisation else None,
        link=clean_text(row.link) if row.link else None,
        cells={heading: clean_text(text) for heading, text in row.cells.items()},
    )


def is_fresh(row: ImportedRow, now: datetime) -> bool:
    """Return whether *row* was registered so lately that a danger in it may still be one."""
    return row.registered_at is not None and (now - row.registered_at).total_seconds() < FRESH_HOURS * 3600


def _address_of(row: ImportedRow) -> str | None:
    if row.address:
        is_whole = not row.settlement or fold(row.settlement) in fold(row.address)
        return clean_text(row.address if is_whole else f"{row.settlement}, {row.address}")
    street = f"ул. {row.street}" if row.street and len(row.street.split()) == 1 else row.street
    pieces = [row.settlement, street, f"д. {row.house}" if row.house and row.house[:1].isdigit() else row.house]
    return clean_text(", ".join(piece for piece in pieces if piece)) or None


def _name_key(name: str) -> str:
    return " ".join(sorted(fold(name).replace(".", " ").split()))
