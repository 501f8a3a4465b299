"""The spreadsheet with what was said about single tickets, for a check."""

from collections.abc import Mapping, Sequence
from zoneinfo import ZoneInfo

from bot.domain.drafts import Wording
from bot.domain.view_data import EvidenceEntry, EvidenceFacts, EvidenceKind
from bot.views.export import ANSWER_STATE_TITLES, STATE_TITLES, source_title
from bot.views.history_actions import action_text
from bot.views.notifications.approvals import WORDING_TITLES
from bot.views.regional_workbook import local
from bot.views.role_titles import ROLE_TITLES
from bot.views.workbook import Cell, Column, Sheet, write_workbook

WITHHELD = "(текст не приводится)"
"""In the place of words about suicide or violence, and of messages without words."""

FORMER_OFFICIAL, CITIZEN = "сотрудник, который уже не работает", "житель"

_COLUMNS = (Column("Когда", 17), Column("Кто", 34), Column("Что", 44), Column("Текст", 90))

_KIND_TITLES = {
    EvidenceKind.COLLEAGUE: "ответ сотрудника в самом чате",
    EvidenceKind.REMARK: "замечание коллегам",
}


def evidence_workbook(found: Sequence[EvidenceFacts], zone: ZoneInfo, role_titles: Mapping[str, str]) -> bytes:
    """Return a workbook with a sheet for each ticket; *role_titles*: the municipality's own, by code."""
    return write_workbook([_sheet(one, zone, role_titles) for one in found])


def file_name(numbers: Sequence[int]) -> str:
    """Return the name of the workbook's file."""
    return f"ЦУР №{numbers[0]}.xlsx" if len(numbers) == 1 else f"ЦУР №{numbers[0]} и другие.xlsx"


def _sheet(found: EvidenceFacts, zone: ZoneInfo, role_titles: Mapping[str, str]) -> Sheet:
    ticket = found.ticket
    number = f", номер там {ticket.external_number}" if ticket.external_number else ""
    source = source_title(found.systems.title(ticket.source))
    introduction = [
        f"Сообщение №{ticket.id}. Откуда: {source}{number}. Блок: {found.sector}."
        f" Сейчас: {STATE_TITLES[ticket.state]}.",
        f"Принять до {local(ticket.accept_due, zone):%d.%m.%Y %H:%M}, ответить до"
        f" {local(ticket.answer_due, zone):%d.%m.%Y %H:%M}. Время местное ({zone.key}).",
        "Имена, телефоны и адреса квартир из текстов убраны.",
    ]
    if found.seal is not None:
        introduction.append(f"Записи журнала скреплены звеном {found.seal.position}, хэш {found.seal.hash}.")
    else:
        introduction.append("Последняя запись журнала ещё не скреплена: повторите через минуту.")
    rows = [_row(entry, found, zone, role_titles) for entry in found.entries]
    return Sheet(f"№{ticket.id}", _COLUMNS, [one for one in rows if one is not None], tuple(introduction))


def _row(
    entry: EvidenceEntry, found: EvidenceFacts, zone: ZoneInfo, role_titles: Mapping[str, str]
) -> tuple[Cell, ...] | None:
    what, text = _what(entry, found), entry.text or WITHHELD
    if what is None:
        return None  # a record for the machine alone
    said = text if entry.kind not in _WITHOUT_TEXT else None
    return local(entry.at, zone), _who(entry, role_titles), what, said


_WITHOUT_TEXT = (EvidenceKind.RECORD, EvidenceKind.APPROVED, EvidenceKind.RETURNED)


def _who(entry: EvidenceEntry, role_titles: Mapping[str, str]) -> str | None:
    if entry.kind is EvidenceKind.CITIZEN:
        return CITIZEN
    if entry.position is None:
        return None
    titles = [role_titles.get(one) or ROLE_TITLES.get(one, one) for one in entry.position.split(", ")]
    return ", ".join(titles) if entry.position else FORMER_OFFICIAL


def _what(entry: EvidenceEntry, found: EvidenceFacts) -> str | None:
    wording = WORDING_TITLES[entry.wording or Wording.ANSWER]
    match entry.kind:
        case EvidenceKind.CITIZEN:
            return f"сообщение ({source_title(found.systems.title(entry.source or ''))})"
        case EvidenceKind.TEXT:
            state = ANSWER_STATE_TITLES[entry.state] if entry.state is not None else "не публиковался"
            return f"{wording}: {state}"
        case EvidenceKind.DRAFT:
            return f"{wording}: подготовлен вариант {entry.version}"
        case EvidenceKind.APPROVED:
            return f"{wording}: согласован вариант {entry.version}"
        case EvidenceKind.RETURNED:
            return f"{wording}: вариант {entry.version} возвращён с замечанием"
        case EvidenceKind.RECORD:
            return action_text(entry.record, found.sector_titles, found.systems) if entry.record is not None else None
    return _KIND_TITLES[entry.kind]
