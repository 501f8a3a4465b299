"""The report for the regional centre (ЦУР) on one page, with the spreadsheet, and the evidence of single tickets."""

from collections.abc import Sequence
from zoneinfo import ZoneInfo

from bot.domain.notifications.regional import RegionalReport, ReportHelp, TicketEvidence
from bot.domain.regional_report import FEWEST_FOR_MEDIAN, ClockFigures, GroupFigures
from bot.domain.russian_text import month_title, plural, plural_form
from bot.domain.view_data import NotificationData
from bot.messengers.content import Bold, Content, Span, Text
from bot.messengers.events import MediaKind, Upload
from bot.views import regional_workbook
from bot.views.notifications.view_table import row, template_row
from bot.views.render_context import RenderContext

MAX_TOPICS = 7
"""Topics on the page; the spreadsheet has all of them."""

XLSX_MIME = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

REPORT_EXAMPLES = (
    "Отчёт для регионального центра:\n"
    "/report цур — за прошлый месяц\n"
    "/report цур 11.2026 — за ноябрь 2026 года\n"
    "/report цур №142 — что и когда сказано по сообщению (можно несколько номеров: №142 №143)"
)


def regional_report(note: RegionalReport, data: NotificationData, context: RenderContext) -> Content:
    """Return the page, with the workbook as a document."""
    workbook = regional_workbook.figures_workbook(note, context.zone)
    return _with_file(page(note, context.zone), regional_workbook.file_name(note), workbook)


def page(note: RegionalReport, zone: ZoneInfo) -> Content:
    """Return the report on one page of text."""
    total = note.total
    spans: list[Span] = [
        Bold(f"📑 Отчёт для ЦУР: {month_title(note.year, note.month)}"),
        Text(f"\n{note.municipality}. {regional_workbook.made_at_text(note, zone)}."),
        Text(f"\n\nПоступило: {total.came}{_change(total.came, note.before.came)}"),
        Text(f"\nиз них отвечено {total.answered}, не требует ответа {total.dismissed}, в работе {total.in_work}"),
        Text(f"\nОтвечено за месяц, когда бы ни поступило: {note.answered_of_any_month}"),
        Text(f"\nВ работе сейчас: {note.open_now}, из них просрочено {note.overdue_now}"),
    ]
    clocks = [("Первое слово", total.first_word), ("Ответ", total.answer), ("Решение", total.solution)]
    lines = [line for title, clock in clocks if (line := _clock_line(title, clock))]
    spans += _section("Сроки", lines)
    spans += _section("Качество", _quality_lines(total))
    spans += _section("Откуда", [f"{one.title}: {one.came}" for one in note.by_source])
    spans += _section("По блокам", [_group_line(one) for one in note.by_sector])
    spans += _section("Частые темы", _topic_lines(note.by_topic))
    return Content(tuple(spans))


def _change(now: int, before: int) -> str:
    """Say how many came in the month before; shares of few messages say nothing."""
    return f" (месяцем раньше {before})" if before else ""


def _section(title: str, lines: Sequence[str]) -> list[Span]:
    return [Text("\n\n"), Bold(title), *(Text(f"\n{line}") for line in lines)] if lines else []


def _clock_line(title: str, clock: ClockFigures) -> str:
    """Return «Ответ: в срок 90 % (36 из 40), медиана 5,2 рабочих ч»; nothing where there is nothing to say."""
    stopped = clock.met + clock.missed
    parts = []
    if stopped:
        parts.append(f"в срок {100 * clock.met / stopped:.0f} % ({clock.met} из {stopped})")
    if clock.running:
        parts.append(f"срок идёт у {clock.running}")
    if clock.median_working_hours is not None and clock.median_hours is not None:
        working, calendar = _hours(clock.median_working_hours), _hours(clock.median_hours)
        parts.append(f"половина не дольше {working} рабочих ч ({calendar} календарных)")
    return f"{title}: {', '.join(parts)}" if parts else ""


def _hours(value: float) -> str:
    return f"{value:.1f}".replace(".", ",")


def _quality_lines(total: GroupFigures) -> list[str]:
    if not total.answered:
        return []
    return [
        f"Подтвердили решение: {total.solved}",
        f"Вернули после ответа: {total.returned}",
        f"С замечаниями к ответу: {total.marked}",
        f"Возвращено при согласовании: {total.drafts_returned}",
    ]


def _group_line(group: GroupFigures) -> str:
    stopped = group.answer.met + group.answer.missed
    in_time = f", в срок {group.answer.met} из {stopped}" if stopped else ""
    title = group.title[:1].upper() + group.title[1:]
    return f"{title}: {group.came}, отвечено {group.answered}{in_time}"


def _topic_lines(groups: Sequence[GroupFigures]) -> list[str]:
    """Return the most frequent topics; a topic of one or two messages would point at their authors."""
    shown = [one for one in groups if one.title and one.came >= FEWEST_FOR_MEDIAN][:MAX_TOPICS]
    return [f"{one.title}: {one.came}" for one in shown]


def ticket_evidence(note: TicketEvidence, data: NotificationData, context: RenderContext) -> Content:
    """Return the document; without any ticket that is still there, a sentence."""
    if not data.evidence:
        return Content.of("Этих сообщений больше нет.")
    numbers = [one.ticket.id for one in data.evidence]
    words = plural(len(numbers), "сообщению", "сообщениям", "сообщениям")
    content = Content.of(
        Bold(f"📑 Что и когда сказано по {words}: {', '.join(f'№{number}' for number in numbers)}"),
        "\nИмена, телефоны и квартиры убраны.",
        _left_out_text(note),
    )
    from bot.views import evidence_workbook  # and with it the words of all acts, which the report of a month has not

    workbook = evidence_workbook.evidence_workbook(data.evidence, context.zone, context.role_titles)
    return _with_file(content, evidence_workbook.file_name(numbers), workbook)


def _left_out_text(note: TicketEvidence) -> str:
    """Return which numbers the document does not hold; only the first of them, since a caption is short."""
    count = len(note.left_out_ids)
    if not count:
        return ""
    verb = plural_form(count, "Не вошло", "Не вошли", "Не вошло")
    words = plural(count, "сообщение", "сообщения", "сообщений")
    return (
        f"\n\nВ одном документе — до {len(note.ticket_ids)} сообщений. {verb} {words}, начиная с "
        f"№{note.left_out_ids[0]}: отправьте ещё одну команду /report цур с их номерами."
    )


def _with_file(content: Content, name: str, workbook: bytes) -> Content:
    return content.with_media((Upload(MediaKind.DOCUMENT, name, XLSX_MIME, workbook),))


REGIONAL_VIEWS = (
    template_row(ReportHelp, REPORT_EXAMPLES),
    row(RegionalReport, regional_report),
    row(TicketEvidence, ticket_evidence),
)
