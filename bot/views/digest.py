"""«Сводка»: the curator's two minutes."""

from datetime import datetime, timedelta

from bot.domain.russian_text import human_day, human_days, plural
from bot.domain.view_data import NoteFacts
from bot.messengers.content import Bold, Content, Link, Span, Text
from bot.views.render_context import RenderContext, format_duration, shorten

MAX_OVERDUE_CHARS = 60
"""Characters of an overdue message: enough to know it again."""


def digest(note: NoteFacts, context: RenderContext) -> Content:
    """The daily digest, or (``daily`` false) the same from then until now."""
    since, until = _period_bounds(note, context)
    days = _days_text(since, until) if note.facts["daily"] else human_day(until.date())
    return _figures(f"📊 Сводка за {days}", note, context)


def stats(note: NoteFacts, context: RenderContext) -> Content:
    """``/stats``: the same figures over a longer time."""
    days = plural(note.facts["days"], "последний день", "последних дня", "последних дней")
    return _figures(f"📈 Показатели за {days}", note, context)


def _period_bounds(note: NoteFacts, context: RenderContext) -> tuple[datetime, datetime]:
    since, until = (datetime.fromisoformat(note.facts[name]).astimezone(context.zone) for name in ("since", "until"))
    return since, until


def _figures(heading: str, note: NoteFacts, context: RenderContext) -> Content:
    facts = note.facts
    since, until = _period_bounds(note, context)
    spans: list[Span] = [Bold(heading), Text(f"\n{_period_text(since, until, context)}\n")]
    dismissed = facts.get("dismissed", 0)  # rows of an older release do not tell
    if not (facts["new"] or facts["answered"] or facts["in_work"] or dismissed):
        spans.append(Text("\nНовых сообщений не было, в работе ничего нет."))
        return Content(tuple(spans))
    spans += [
        Text(f"\nНовых: {facts['new']}"),
        Text(f"\nОтвечено: {facts['answered']}"),
        Text(f"\nНе требует ответа: {dismissed}"),
        Text(f"\nВ работе: {facts['in_work']}"),
        Text(f"\nиз них ждут принятия: {facts.get('unaccepted', 0)}"),
        Text(f"\nПросрочено: {facts['overdue']}"),
        Text(f"\nЖдут выбора отрасли: {facts['triage']}"),
        Text(f"\n\nВремя до принятия (медиана): {format_duration(facts['reaction'])}"),
        Text(f"\nВремя до ответа (медиана): {format_duration(facts['answer'])}"),
    ]
    spans += _sector_lines(note)
    spans += _overdue_lines(note)
    return Content(tuple(spans))


def _period_text(since: datetime, until: datetime, context: RenderContext) -> str:
    """«сб 21.11, 17:27 – 17:31» within a day, «пт 20.11, 09:00 – сб 21.11, 09:00» otherwise."""
    end = f"{until:%H:%M}" if since.date() == until.date() else context.format_full(until)
    return f"{context.format_full(since)} – {end}"


def _days_text(since: datetime, until: datetime) -> str:
    """A digest made in the morning is about yesterday, one made in the evening about today; after an outage, about
    all the days since the last one."""
    if until - since <= timedelta(hours=36):
        return human_day((since + (until - since) / 2).date())
    half = timedelta(hours=12)
    return human_days((since + half).date(), (until - half).date())


def _sector_lines(note: NoteFacts) -> list[Span]:
    lines = note.facts["sectors"]
    if not lines:
        return []
    spans: list[Span] = [Text("\n\n"), Bold("По отраслям")]
    for title, new, answered, in_work, overdue in lines:
        late = f", просрочено {overdue}" if overdue else ""
        spans.append(Text(f"\n{title}: новых {new}, отвечено {answered}, в работе {in_work}{late}"))
    return spans


def _overdue_lines(note: NoteFacts) -> list[Span]:
    lines, more = note.facts["late"], note.facts["late_more"]
    if not lines:
        return []
    named = sum(rest[1] if len(rest) > 1 else 1 for _, _, _, *rest in lines)  # older rows tell of no others
    amount = plural(named + more, "сообщение", "сообщения", "сообщений")
    spans: list[Span] = [Text("\n\n"), Bold(f"Просрочено: {amount}")]
    for number, title, link, *text in lines:
        spans.append(Text("\n"))
        spans.append(Link(f"№{number}", link) if link else Text(f"№{number}"))
        spans.append(Text(f" · {title}"))
        if text:
            spans.append(Text(f" · {shorten(text[0], MAX_OVERDUE_CHARS) or 'без текста'}"))
        if len(text) > 1 and text[1] > 1:
            spans.append(Text(f" · об этом {plural(text[1], 'сообщение', 'сообщения', 'сообщений')}"))
    if more > 0:
        spans.append(Text(f"\n…и ещё {more}"))
    return spans
