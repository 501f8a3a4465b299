"""The questions of ``/new``, and what was typed in so far."""

from collections.abc import Mapping
from datetime import datetime

from bot.domain.json_types import Json
from bot.domain.notifications.dialogs import (
    AskNewApplicant,
    AskNewDeadline,
    AskNewDistrict,
    AskNewField,
    AskNewNumber,
    AskNewOwnTerm,
    AskNewSource,
    AskNewText,
    NewTicketRegistered,
)
from bot.domain.systems import source_code
from bot.domain.view_data import NotificationData
from bot.messengers.content import Bold, Button, Content
from bot.views.applicants import APPLICANT_KIND_TITLES
from bot.views.callback_codes import Op, pack
from bot.views.dialogs.dates import EXAMPLES, date_fault, passed_row
from bot.views.dialogs.drafts import cancel_row
from bot.views.notifications.people_pages import MAX_BUTTON_CHARS, Pager, in_rows
from bot.views.notifications.view_table import row
from bot.views.render_context import RenderContext, shorten

SOURCES_WITHOUT_NUMBER = ("Телефон", "Личный приём")
"""Sources that assign no number to a message."""

MANUAL_SOURCES = ("Телефон", "Личный приём", "ПОС", "Инцидент Менеджмент", "СЭД", "Другое")
"""Sources that every municipality is offered; buttons name them by their place here."""

_FIRST_SOURCES = 3
"""As many of them come before the municipality's own systems."""

NO_NUMBER, USUAL_TERM = "Нет номера", "Обычный срок"
"""Choices instead of a number and of a deadline, for a message that is entered by hand."""

UNKNOWN_DISTRICT = "Не знаю"

FIELD_TITLES: Mapping[str, str] = {
    "text": "Текст",
    "source": "Источник",
    "number": "Номер",
    "due": "Срок источника",
    "own": "Наш срок",
    "district": "Район",
}
"""The fields that can be mended before the message is registered."""


def new_text(note: AskNewText, data: NotificationData, context: RenderContext) -> Content:
    return Content.of(
        Bold("📝 Новое сообщение"),
        "\nНапишите, что сообщил житель: что случилось, где, кто сообщил и как с ним связаться.",
        keyboard=cancel_row(data),
    )


def new_source(note: AskNewSource, data: NotificationData, context: RenderContext) -> Content:
    """Ask for the source: the usual ones and the municipality's own, on as many pages as they need."""
    usual = [(str(at), name) for at, name in enumerate(MANUAL_SOURCES)]
    known = set(map(source_code, MANUAL_SOURCES))
    own = [(code, code) for code in note.systems if code not in known]
    buttons = [
        _choice(context.systems.title(source), f"source={argument}")
        for argument, source in (*usual[:_FIRST_SOURCES], *own, *usual[_FIRST_SOURCES:])
    ]
    warning = "Файлы сюда не вносятся, записан только текст. " if note.files_left_out else ""
    rows = _paged(buttons, note.page, "sources", context, other_rows=1)
    return Content.of(f"{warning}Откуда пришло сообщение?", keyboard=[*rows, *cancel_row(data)])


def _choice(title: str, argument: str) -> Button:
    return Button(shorten(title, MAX_BUTTON_CHARS), pack(Op.MANUAL_ENTRY, 0, argument))


def _paged(
    buttons: list[Button], number: int, verb: str, context: RenderContext, *, other_rows: int
) -> list[list[Button]]:
    """Return one page of the buttons, two in a row, and the row that turns the pages if there are several."""
    page = Pager(context, number, len(buttons), verb, width=2, other_rows=other_rows, op=Op.MANUAL_ENTRY)
    return [*in_rows(page.cut(buttons), 2), *page.turns()]


def new_number(note: AskNewNumber, data: NotificationData, context: RenderContext) -> Content:
    skip = Button(NO_NUMBER, pack(Op.MANUAL_ENTRY, 0, "number="))
    return Content.of("Номер в той системе? Напишите его.", keyboard=[[skip], *cancel_row(data)])


def new_due(note: AskNewDeadline, data: NotificationData, context: RenderContext) -> Content:
    skip = Button(USUAL_TERM, pack(Op.MANUAL_ENTRY, 0, "due="))
    return Content.of(
        f"{date_fault(note, context)}До какого времени нужно ответить? Например: {EXAMPLES}",
        keyboard=[*passed_row(note, data, context), [skip], *cancel_row(data)],
    )


def new_own_term(note: AskNewOwnTerm, data: NotificationData, context: RenderContext) -> Content:
    skip = Button(USUAL_TERM, pack(Op.MANUAL_ENTRY, 0, "own="))
    return Content.of(
        f"{date_fault(note, context)}До какого времени ответить по нашему сроку? Например: {EXAMPLES}",
        keyboard=[*passed_row(note, data, context), [skip], *cancel_row(data)],
    )


def new_district(note: AskNewDistrict, data: NotificationData, context: RenderContext) -> Content:
    buttons = [_choice(name, f"district={at}") for at, name in enumerate(note.districts)]
    rows = _paged(buttons, note.page, "districts", context, other_rows=2)
    unknown = _choice(UNKNOWN_DISTRICT, "district=")
    words = "Какой это район? Выберите или напишите его название."
    return Content.of(words, keyboard=[*rows, [unknown], *cancel_row(data)])


def new_field(note: AskNewField, data: NotificationData, context: RenderContext) -> Content:
    left_out = {"district"} - ({"district"} if note.with_district else set())
    left_out |= set() if note.with_own_term else {"own"}
    buttons = [
        Button(title, pack(Op.MANUAL_ENTRY, 0, f"field={name}"))
        for name, title in FIELD_TITLES.items()
        if name not in left_out
    ]
    rows = [buttons[at : at + 2] for at in range(0, len(buttons), 2)]
    back = Button("← Назад", pack(Op.MANUAL_ENTRY, 0, "field=back"))
    return Content.of("Что изменить?", keyboard=[*rows, [back], *cancel_row(data)])


def new_applicant(note: AskNewApplicant, data: NotificationData, context: RenderContext) -> Content:
    """Ask the last question, and show what will be registered."""
    kinds = [
        Button(title, pack(Op.MANUAL_ENTRY, 0, f"kind={kind.value}")) for kind, title in APPLICANT_KIND_TITLES.items()
    ]
    facts = data.draft.facts if data.draft is not None else {}
    known = ", ".join(filter(None, (facts.get("name"), facts.get("phone"))))
    words = (
        f"Заявитель: {known}. Если неверно, напишите имя и телефон. Если верно, выберите, кто это."
        if known
        else "Кто заявитель? Напишите имя и телефон одним сообщением. Если их не знаете, выберите, кто это."
    )
    warnings = []
    if note.official is not None:
        warnings.append(f"⚠️ {note.official} — сотрудник. Если заявитель не он, напишите имя заявителя.")
    if note.same_number is not None:
        warnings.append(f"⚠️ Такой же номер у №{note.same_number} из другой системы. Проверьте источник и номер.")
    lines = "\n".join([*_typed_lines(facts, context), *warnings, words])
    mend = Button("✏️ Изменить", pack(Op.MANUAL_ENTRY, 0, "edit="))
    return Content.of(lines, keyboard=[kinds[:2], *([one] for one in kinds[2:]), [mend], *cancel_row(data)])


def _typed_lines(facts: Json, context: RenderContext) -> list[str]:
    """Return what was typed in, a line for each part; the applicant follows with the question."""
    if "source" not in facts:
        return []
    number = f" · номер {facts['number']}" if facts.get("number") else ""
    lines = [f"📝 {context.systems.title(facts['source'])}{number}"]
    if due := facts.get("deadline"):
        at = context.format_full(datetime.fromisoformat(due))
        is_system = context.systems.entered(None, facts["source"]) is not None
        where = f" в {context.systems.title(facts['source'])}" if is_system else ""
        lines.append(f"📆 Срок{where}: до {at}")
    if own := facts.get("own_deadline"):
        lines.append(f"⏱ Наш срок: до {context.format_full(datetime.fromisoformat(own))}")
    if district := facts.get("district"):
        lines.append(f"📍 Район: {district}")
    return lines


def new_done(note: NewTicketRegistered, data: NotificationData, context: RenderContext) -> Content:
    where = f"передано: {note.sector}" if note.sector else "выберите отрасль в карточке"
    return Content.of(f"✅ Сообщение №{note.ticket_id} внесено, {where}.")


MANUAL_ENTRY_VIEWS = (
    row(AskNewText, new_text),
    row(AskNewSource, new_source),
    row(AskNewNumber, new_number),
    row(AskNewDeadline, new_due),
    row(AskNewOwnTerm, new_own_term),
    row(AskNewDistrict, new_district),
    row(AskNewField, new_field),
    row(AskNewApplicant, new_applicant),
    row(NewTicketRegistered, new_done),
)
