"""Digests, statistics, and the weekly note about official pages."""

from datetime import datetime, timedelta

from bot.domain.gist import gist
from bot.domain.notifications.reports import (
    DailySummary,
    Digest,
    FalseAlarms,
    PagesReport,
    ReportFigures,
    SilentPage,
    Statistics,
)
from bot.domain.russian_text import human_day, human_days, plural
from bot.domain.view_data import NotificationData
from bot.messengers.content import Bold, Button, Content, Link, Span, Text
from bot.views.callback_codes import Op, pack
from bot.views.danger import DANGER_TITLES
from bot.views.notifications.view_table import row
from bot.views.render_context import RenderContext, format_duration

MAX_OVERDUE_BUTTONS = 4
"""Cards that a digest opens by a press, in one row that a telephone can show; ``/control`` lists them all."""


def digest(note: Digest, data: NotificationData, context: RenderContext) -> Content:
    since, until = _period_bounds(note.figures, context)
    days = _days_text(since, until) if note.daily else human_day(until.date())
    return _figures_content(f"📊 Сводка за {days}", note.figures, context)


def stats(note: Statistics, data: NotificationData, context: RenderContext) -> Content:
    days = plural(note.days, "последний день", "последних дня", "последних дней")
    return _figures_content(f"📈 Показатели за {days}", note.figures, context)


def daily_summary(note: DailySummary, data: NotificationData, context: RenderContext) -> Content:
    """Return the summary of the reader's own field, with buttons to the board and to the oldest ticket."""
    found = note.figures
    since, until = found.since.astimezone(context.zone), found.until.astimezone(context.zone)
    repeated = f", из них повторных {found.repeated}" if found.repeated else ""
    spans: list[Span] = [
        Bold(f"📊 Ваша сводка за {_days_text(since, until)}"),
        Text(f"\nНовых: {found.new}{repeated}"),
        Text(f"\nОтвечено: {found.answered}"),
        *([Text(f"\nВозвращено жителями: {found.returned}")] if found.returned else ()),
        Text(f"\nВ работе: {found.work}"),
        *([Text(f"\nНикто не принял: {found.unaccepted}")] if found.unaccepted else ()),
        *([Text(f"\nЖдут согласования: {found.in_approval}")] if found.in_approval else ()),
        *([Text(f"\nЖдут звонка заявителю: {found.without_call}")] if found.without_call else ()),
        Text(f"\nПросрочено: {found.late}"),
        Text(f"\nПросрочится до конца следующего рабочего дня: {found.soon}"),
    ]
    if found.oldest is not None:
        came = f"{found.oldest.registered_at.astimezone(context.zone):%d.%m}"
        spans.append(Text(f"\nСамое давнее: №{found.oldest.ticket_id}, от {came}"))
    if found.late_blocks:
        spans += [Text("\n\n"), Bold("Просрочено по отраслям")]
        spans += [Text(f"\n{one[:1].upper()}{one[1:]}") for one in found.late_blocks]
    opening = [Button(f"№{found.oldest.ticket_id}", pack(Op.OPEN, found.oldest.ticket_id))] if found.oldest else []
    return Content.of(*spans, keyboard=[opening] if opening else [])


def _period_bounds(figures: ReportFigures, context: RenderContext) -> tuple[datetime, datetime]:
    return figures.since.astimezone(context.zone), figures.until.astimezone(context.zone)


def _figures_content(heading: str, figures: ReportFigures, context: RenderContext) -> Content:
    since, until = _period_bounds(figures, context)
    spans: list[Span] = [Bold(heading), Text(f"\n{_period_text(since, until, context)}\n")]
    if not (figures.new or figures.answered or figures.in_work or figures.dismissed):
        spans.append(Text("\nНовых сообщений не было, в работе ничего нет."))
        return Content(tuple(spans))
    spans += [
        Text(f"\nНовых: {figures.new}"),
        *_fate_of_new(figures),
        Text(f"\nОтвечено: {figures.answered}"),
        *([Text(f"\nРешено со слов жителей: {figures.solved}")] if figures.solved else ()),
        *([Text(f"\nВозвращено жителями: {figures.returned}")] if figures.returned else ()),
        Text(f"\nНе требует ответа: {figures.dismissed}"),
        *_corrections(figures),
        Text(f"\nВ работе: {figures.in_work}"),
        *_earlier_in_work(figures),
        Text(f"\nиз них ждут принятия: {figures.unaccepted}"),
        *([Text(f"\nиз них ждут согласования: {figures.in_approval}")] if figures.in_approval else ()),
        Text(f"\nПросрочено: {figures.overdue}"),
        Text(f"\nЖдут выбора отрасли: {figures.awaiting_triage}"),
        Text(f"\n\nВремя до принятия (медиана): {format_duration(figures.reaction_median)}"),
        Text(f"\nВремя до ответа (медиана): {format_duration(figures.answer_median)}"),
    ]
    spans += _sector_lines(figures)
    spans += _theme_lines(figures)
    spans += _overdue_lines(figures)
    return Content(tuple(spans), keyboard=_overdue_buttons(figures))


def _fate_of_new(figures: ReportFigures) -> list[Span]:
    """Say what has become of the new messages, so that the reader sees the figures add up."""
    if not figures.new or figures.new_answered is None:
        return []
    return [
        Text(
            f"\nиз них отвечено {figures.new_answered}, не требует ответа {figures.new_dismissed}, "
            f"в работе {figures.new_in_work}"
        )
    ]


def _corrections(figures: ReportFigures) -> list[Span]:
    if not figures.corrections:
        return []
    late = f", из них просрочено {figures.corrections_late}" if figures.corrections_late else ""
    return [Text(f"\nЗапросов на исправление: {figures.corrections}{late}")]


def _earlier_in_work(figures: ReportFigures) -> list[Span]:
    if figures.new_in_work is None or not figures.in_work:
        return []
    return [Text(f"\nиз них поступили раньше: {figures.in_work - figures.new_in_work}")]


def _period_text(since: datetime, until: datetime, context: RenderContext) -> str:
    """Return «сб 21.11, 17:27 – 17:31» within a day, «пт 20.11, 09:00 – сб 21.11, 09:00» otherwise."""
    end = f"{until:%H:%M}" if since.date() == until.date() else context.format_full(until)
    return f"{context.format_full(since)} – {end}"


def _days_text(since: datetime, until: datetime) -> str:
    """Name the day that the digest is about.

    In the morning it is about yesterday, in the evening about today; after an outage, about all days since the last.
    """
    if until - since <= timedelta(hours=36):
        return human_day((since + (until - since) / 2).date())
    half = timedelta(hours=12)
    return human_days((since + half).date(), (until - half).date())


def _sector_lines(figures: ReportFigures) -> list[Span]:
    if not figures.sectors:
        return []
    spans: list[Span] = [Text("\n\n"), Bold("По отраслям")]
    for one in figures.sectors:
        in_time = f" (в срок {one.in_time})" if one.answered and one.in_time is not None else ""
        late = f", просрочено {one.overdue}" if one.overdue else ""
        returned = f", возвращено {one.returned}" if one.returned else ""
        words = f"новых {one.new}, отвечено {one.answered}{in_time}, в работе {one.in_work}{late}{returned}"
        spans.append(Text(f"\n{_capitalized(one.title)}: {words}"))
    return spans


def _theme_lines(figures: ReportFigures) -> list[Span]:
    if not figures.themes:
        return []
    spans: list[Span] = [Text("\n\n"), Bold("По темам и руководителям")]
    for one in figures.themes:
        late = f", просрочено {one.overdue}" if one.overdue else ""
        words = f"новых {one.new}, отвечено {one.answered}, в работе {one.in_work}{late}"
        spans.append(Text(f"\n{_capitalized(one.title)} ({one.post}): {words}"))
    return spans


def _capitalized(title: str) -> str:
    return title[:1].upper() + title[1:]


def _overdue_lines(figures: ReportFigures) -> list[Span]:
    listed, unlisted = figures.overdue_tickets, figures.overdue_unlisted
    if not listed:
        return []
    amount = plural(sum(one.members for one in listed) + unlisted, "сообщение", "сообщения", "сообщений")
    spans: list[Span] = [Text("\n\n"), Bold(f"Просрочено: {amount}")]
    for one in listed:
        number = f"№{one.ticket_id}"
        spans += [Text("\n"), Link(number, one.link) if one.link else Text(number), Text(f" · {one.sector}")]
        if one.text is not None:
            spans.append(Text(f" · {gist(one.text) or 'без текста'}"))
        if one.members > 1:
            spans.append(Text(f" · об этом {plural(one.members, 'сообщение', 'сообщения', 'сообщений')}"))
    if unlisted > 0:
        spans.append(Text(f"\n…и ещё {unlisted}"))
    return spans


def _overdue_buttons(figures: ReportFigures) -> tuple[tuple[Button, ...], ...]:
    """Return buttons that bring up the cards of the longest overdue: a link leads to the citizen's words alone."""
    shown = figures.overdue_tickets[:MAX_OVERDUE_BUTTONS]
    buttons = tuple(Button(f"№{one.ticket_id}", pack(Op.OPEN, one.ticket_id)) for one in shown)
    return (buttons,) if buttons else ()


def pages_week(note: PagesReport, data: NotificationData, context: RenderContext) -> Content:
    """Name the pages that are silent, and those with unanswered comments."""
    spans: list[Span] = [Bold("📄 Официальные страницы за неделю")]
    if not note.silent and not note.unanswered:
        spans.append(Text("\nМолчащих страниц нет, комментариев без ответа нет."))
    if note.silent:
        spans += [Text("\n\n"), Bold("Нет новых записей")]
        spans += [Text(_silent_page_line(one)) for one in note.silent]
    if note.unanswered:
        spans += [Text("\n\n"), Bold("Комментарии без ответа")]
    for page in note.unanswered:
        waits = format_duration((context.now - page.since).total_seconds())
        words = plural(page.comment_count, "комментарий", "комментария", "комментариев")
        spans.append(Text(f"\n• {page.title}: {words}, самый давний ждёт {waits}"))
        for number, link in enumerate(page.links, 1):
            spans += [Text(" · "), Link("открыть" if number == 1 else f"ещё {number}", link)]
    return Content(tuple(spans))


def _silent_page_line(page: SilentPage) -> str:
    words = plural(page.days, "день", "дня", "дней")
    return (
        f"\n• {page.title}: {words}" if page.has_posted else f"\n• {page.title}: бот следит {words} и не видел ни одной"
    )


def false_alarms(note: FalseAlarms, data: NotificationData, context: RenderContext) -> Content:
    spans: list[Span] = [
        Bold("🔥 Ложные тревоги"),
        Text("\nСообщения об опасности, которые закрыты как «не о проблеме»:"),
    ]
    for one in note.kinds:
        spans.append(Text(f"\n• {DANGER_TITLES[one.danger]}: {one.false}, всего новых {one.new}"))
    return Content(tuple(spans))


REPORT_VIEWS = (
    row(FalseAlarms, false_alarms),
    row(Digest, digest),
    row(DailySummary, daily_summary),
    row(Statistics, stats),
    row(PagesReport, pages_week),
)
