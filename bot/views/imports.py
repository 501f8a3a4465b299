"""Words about tables of other systems: the preview, the progress, the result, the lists of what has come."""

from collections.abc import Iterable, Mapping, Sequence

from bot.domain.import_files import LIST_PAGE_SIZE, ImportCounts
from bot.domain.imports import Field, RefusalReason
from bot.domain.notifications.imports import (
    AskImportSystem,
    ImportCancelled,
    ImportDone,
    ImportedAgain,
    ImportedList,
    ImportedWork,
    ImportFailed,
    ImportPreview,
    ImportProgress,
    ImportReceived,
    RefusedLine,
    SimilarImported,
)
from bot.domain.russian_text import plural
from bot.domain.tickets import Ticket
from bot.domain.view_data import NotificationData
from bot.messengers.content import Bold, Button, Content, Span, Text
from bot.views.callback_codes import Op, pack
from bot.views.import_faults import file_fault_text, row_fault_text
from bot.views.notifications.people_pages import MAX_BUTTON_CHARS, Pager, in_rows
from bot.views.notifications.view_table import row
from bot.views.render_context import RenderContext, shorten

MAX_NAME_CHARS = 80
MAX_WORDS = 70
MAX_VALUE_CHARS = 40

FIELD_TITLES: Mapping[Field, str] = {
    Field.NUMBER: "номер",
    Field.NUMBER_IN_SOURCE: "номер в источнике",
    Field.SOURCE: "источник",
    Field.TEXT: "текст",
    Field.SUBJECT: "тема",
    Field.REGISTERED: "дата поступления",
    Field.DUE: "срок",
    Field.FINISHED: "дата завершения",
    Field.STATUS: "статус",
    Field.ADDRESS: "адрес",
    Field.DISTRICT: "район",
    Field.SETTLEMENT: "населённый пункт",
    Field.STREET: "улица",
    Field.HOUSE: "дом",
    Field.APPLICANT: "заявитель",
    Field.APPLICANT_KIND: "вид заявителя",
    Field.PHONE: "телефон",
    Field.LINK: "ссылка",
    Field.ORGANISATION: "исполнитель",
    Field.MUNICIPALITY: "муниципалитет",
    Field.ANSWER: "ответ",
}

_TOLD_IF_MISSING = (Field.REGISTERED, Field.DUE, Field.STATUS, Field.FINISHED)
"""Columns without which the result may surprise; of the others each system has its own."""


def _code(verb: str, rest: object) -> str:
    return pack(Op.IMPORTS, 0, f"{verb}={rest}")


def _name(name: str) -> str:
    return f"«{shorten(name, MAX_NAME_CHARS)}»"


def received(note: ImportReceived, data: NotificationData, context: RenderContext) -> Content:
    return Content.of(
        f"📥 Читаю таблицу {_name(note.name)}. Сначала покажу, что изменится, и ничего не внесу без вашего слова."
    )


def ask_system(note: AskImportSystem, data: NotificationData, context: RenderContext) -> Content:
    buttons = [
        Button(shorten(one.title, MAX_BUTTON_CHARS), _code("sys", f"{note.file_id}.{one.system}"))
        for one in note.choices
    ]
    width = 2 if len(buttons) > context.capabilities.button_rows - 1 else 1
    verb = f"ask={note.file_id}"
    page = Pager(context, note.page, len(buttons), verb, width=width, other_rows=1, op=Op.IMPORTS)
    return Content.of(
        f"Из какой системы таблица {_name(note.name)}? По заголовкам столбцов это не понятно.",
        keyboard=[*in_rows(page.cut(buttons), width), *page.turns(), [Button("Отмена", _code("no", note.file_id))]],
    )


def figure_lines(counts: ImportCounts) -> list[str]:
    """Return what the rows of a file would become, a line for each kind."""
    new = f"Новых: {counts.new}"
    if counts.finished:
        new += f", из них уже завершены там: {counts.finished}"
    known = f"Уже есть: {counts.known}"
    if counts.joined:
        known += f", из них сообщения из чатов: {counts.joined}"
    lines = [new, f"Обновится: {counts.updated}", known, f"Нельзя внести: {counts.refused}"]
    if counts.doubtful:
        lines.append(f"Похоже на сообщения из чатов, решит тот, кто распределяет: {counts.doubtful}")
    return lines


def result_lines(title: str, counts: ImportCounts, *, dry_run: bool) -> list[str]:
    """Return the figures as the command line prints them."""
    new = f", из них завершены там: {counts.finished}" if counts.finished else ""
    known = f", из них сообщения из чатов: {counts.joined}" if counts.joined else ""
    heading = "Ничего не внесено, так было бы" if dry_run else "Внесено"
    lines = [f"{title}. {heading}:", f"новых: {counts.new}{new}", f"обновлено: {counts.updated}"]
    lines += [f"уже были: {counts.known}{known}", f"отказано: {counts.refused}"]
    if counts.doubtful:
        lines.append(f"похожи на сообщения из чатов: {counts.doubtful}")
    return [*lines, f"Зазвонит телефонов: {counts.rings}"]


def refusal_lines(refusals: Iterable[RefusedLine], refused: int) -> list[str]:
    """Return a line for each refused row that is shown, and the number of the others."""
    shown = [_refusal_line(one) for one in refusals]
    left = refused - len(shown)
    return [*shown, *([f"…и ещё {plural(left, 'строка', 'строки', 'строк')}"] if left > 0 else [])]


def _refusal_line(line: RefusedLine) -> str:
    where = f"лист «{line.sheet}», строка {line.line}" if line.sheet else f"строка {line.line}"
    number = f", №{line.number}" if line.number and line.reason is not RefusalReason.NO_NUMBER else ""
    column = f", столбец «{line.column}»" if line.column else ""
    value = f" («{shorten(line.value, MAX_VALUE_CHARS)}»)" if line.value else ""
    return f"• {where}{number}{column}: {row_fault_text(line.reason)}{value}"


def preview(note: ImportPreview, data: NotificationData, context: RenderContext) -> Content:
    """Say what would happen, and ask."""
    counts = note.counts
    missing = [FIELD_TITLES[one] for one in _TOLD_IF_MISSING if one.value in note.missing]
    spans: list[Span | str] = [
        Bold(f"📥 {note.title}: {_name(note.name)}"),
        "\n\n",
        "\n".join(figure_lines(note.counts)),
    ]
    spans.append(f"\nЗазвонит телефонов: {counts.rings}")
    if missing:
        spans.append(f"\nНет столбцов: {', '.join(missing)}")
    if counts.refused:
        spans += ["\n\n", Bold("Нельзя внести:"), "\n", "\n".join(refusal_lines(note.refusals, counts.refused))]
    if not counts.new and not counts.updated and not counts.joined:
        spans.append("\n\nВносить нечего: всё, что можно внести, уже есть.")
    buttons = [Button("Внести", _code("go", note.file_id)), Button("Отмена", _code("no", note.file_id))]
    return Content.of(*spans, keyboard=[buttons])


def progress(note: ImportProgress, data: NotificationData, context: RenderContext) -> Content:
    share = f" ({note.position * 100 // note.total} %)" if note.total else ""
    return Content.of(
        f"⏳ {note.title}: вношу {_name(note.name)}. Строк: {note.position} из {note.total}{share}. "
        "Работать в боте можно как обычно."
    )


def done(note: ImportDone, data: NotificationData, context: RenderContext) -> Content:
    counts = note.counts
    lines = [f"Внесено новых: {counts.new}" + (f", из них завершены там: {counts.finished}" if counts.finished else "")]
    lines += [f"Обновлено: {counts.updated}"]
    lines += [f"Уже были: {counts.known}" + (f", из них сообщения из чатов: {counts.joined}" if counts.joined else "")]
    lines += [f"Не внесено: {counts.refused}"]
    spans: list[Span | str] = [Bold(f"✅ {note.title}: {_name(note.name)}"), "\n\n", "\n".join(lines)]
    if counts.refused:
        spans += ["\n\n", Bold("Не внесено:"), "\n", "\n".join(refusal_lines(note.refusals, counts.refused))]
    if counts.doubtful:
        spans.append(f"\n\nПохожи на сообщения из чатов: {counts.doubtful}. Решит тот, кто распределяет.")
    return Content.of(*spans)


def cancelled(note: ImportCancelled, data: NotificationData, context: RenderContext) -> Content:
    why = "сутки никто не нажал «Внести»" if note.expired else "отменено"
    return Content.of(f"🚫 Таблица {_name(note.name)} не внесена: {why}. Файл удалён.")


def failed(note: ImportFailed, data: NotificationData, context: RenderContext) -> Content:
    if note.fault is not None:
        words = file_fault_text(note.fault, line=note.line, detail=note.detail, systems=context.systems)
    elif note.too_large:
        words = (
            "Файл больше 20 МБ, столько бот скачать не может. Выгрузите меньший период или внесите файл на сервере: "
            "python -m bot import"
        )
    else:
        words = "Файл не удалось скачать. Пришлите его ещё раз."
    if note.handled:
        words = (
            f"{words} Обработано строк: {note.handled} из {note.total}; если внести файл ещё раз, повторов не будет."
        )
    outcome = "внесена не полностью" if note.handled else "не внесена"
    return Content.of(f"❌ Таблица {_name(note.name)} {outcome}. {words}")


def imported_work(note: ImportedWork, data: NotificationData, context: RenderContext) -> Content:
    """List what has come to a post, with a button for each message."""
    found = [data.tickets[one] for one in note.ticket_ids if one in data.tickets]
    spans: list[Span | str] = [Bold(f"📥 Новых из {note.title}: {note.total}")]
    spans += [Text(f"\n{_work_line(one, context)}") for one in found]
    if not found:
        spans = [Text(f"📥 Из {note.title}: новых больше нет.")]
    return Content.of(*spans, keyboard=_list_rows("list", note, found))


def imported_again(note: ImportedAgain, data: NotificationData, context: RenderContext) -> Content:
    """List what another system works on again although it has ended here: somebody who sorts decides."""
    found = [data.tickets[one] for one in note.ticket_ids if one in data.tickets]
    if not found:
        return Content.of(f"↩️ Из {note.title}: возвращать больше нечего.")
    spans: list[Span | str] = [
        Bold(f"↩️ Снова в работе в {note.title}: {note.total}"),
        "\nУ нас эти сообщения завершены. Откройте и, если нужно, верните в работу.",
    ]
    for one in found:
        words = shorten(one.text, MAX_WORDS) if one.may_be_quoted else ""
        spans.append(f"\n№{one.id} ({one.external_number}) · {words or 'без текста'}")
    return Content.of(*spans, keyboard=_list_rows("again", note, found))


def _list_rows(verb: str, note: ImportedList, found: Sequence[Ticket]) -> list[list[Button]]:
    """Return a button for each message of the page, and those that turn the pages."""
    buttons = [Button(f"Открыть №{one.id}", pack(Op.OPEN, one.id)) for one in found]
    turns = []
    if note.page:
        turns.append(Button("‹ Раньше", _code(verb, f"{note.file_id}.{note.page - 1}")))
    if note.page * LIST_PAGE_SIZE + len(note.ticket_ids) < note.total:
        turns.append(Button("Дальше ›", _code(verb, f"{note.file_id}.{note.page + 1}")))
    return [*in_rows(buttons, 2), *([turns] if turns else [])]


def _work_line(ticket: Ticket, context: RenderContext) -> str:
    late = "🔴 " if ticket.answer_due <= context.now else ""
    urgent = "🔥 " if ticket.urgent else ""
    until = context.format_short(ticket.answer_due)
    words = shorten(ticket.text, MAX_WORDS) if ticket.may_be_quoted else ""
    number = f" ({ticket.external_number})" if ticket.external_number else ""
    return f"{late}{urgent}№{ticket.id}{number} · до {until} · {words or 'без текста'}"


def similar(note: SimilarImported, data: NotificationData, context: RenderContext) -> Content:
    """Show pairs of messages that may be one, with two buttons for each."""
    if not note.pairs:
        return Content.of("Похожих сообщений из чатов больше нет: по всем решено.")
    spans: list[Span | str] = [Bold(f"🔎 Похоже, это одни и те же сообщения: {note.total}")]
    keyboard = []
    for pair in note.pairs:
        for ticket_id in pair:
            ticket = data.tickets.get(ticket_id)
            quoted = shorten(ticket.text, MAX_WORDS) if ticket is not None and ticket.may_be_quoted else "—"
            is_imported = ticket is not None and ticket_id == pair.imported_id
            where = context.systems.title(ticket.source) if ticket is not None and is_imported else "из чата"
            spans.append(f"\n№{ticket_id} ({where}): {quoted}")
        other = data.tickets.get(pair.chat_id)
        number = other.external_number if other is not None else None
        if number is None:
            same = Button(f"№{pair.imported_id} = №{pair.chat_id}", _code("same", pair.imported_id))
        else:  # a ticket has one number: both can only be a problem
            spans.append(f"\nУ №{pair.chat_id} уже есть номер {number}. Если это одно и то же, откройте и объедините.")
            same = Button(f"Открыть №{pair.imported_id}", pack(Op.OPEN, pair.imported_id))
        spans.append("\n")
        keyboard.append([same, Button("Это разные", _code("apart", pair.imported_id))])
    return Content.of(*spans, keyboard=keyboard)


IMPORT_VIEWS = (
    row(ImportReceived, received),
    row(AskImportSystem, ask_system),
    row(ImportPreview, preview),
    row(ImportProgress, progress),
    row(ImportDone, done),
    row(ImportCancelled, cancelled),
    row(ImportFailed, failed),
    row(ImportedWork, imported_work),
    row(ImportedAgain, imported_again),
    row(SimilarImported, similar),
)
