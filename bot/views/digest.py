"""«Сводка»: the curator's two minutes."""

from datetime import datetime, timedelta

from bot.domain.russian_text import human_day, human_days, plural
from bot.domain.view_data import NoteFacts
from bot.messengers.content import Bold, Content, Link, Span, Text
from bot.views.render_context import Look, duration, shorten

LATE_WORDS = 60
"""Characters of an overdue message: enough to know it again."""


def digest(note: NoteFacts, look: Look) -> Content:
    """The daily digest, or (``daily`` false) the same from then until now."""
    since, until = _span(note, look)
    days = _days(since, until) if note.facts["daily"] else human_day(until.date())
    return _figures(f"📊 Сводка за {days}", note, look)


def stats(note: NoteFacts, look: Look) -> Content:
    """``/stats``: the same figures over a longer time."""
    days = plural(note.facts["days"], "последний день", "последних дня", "последних дней")
    return _figures(f"📈 Показатели за {days}", note, look)


def _span(note: NoteFacts, look: Look) -> tuple[datetime, datetime]:
    since, until = (datetime.fromisoformat(note.facts[name]).astimezone(look.zone) for name in ("since", "until"))
    return since, until


def _figures(heading: str, note: NoteFacts, look: Look) -> Content:
    facts = note.facts
    since, until = _span(note, look)
    spans: list[Span] = [Bold(heading), Text(f"\n{_period(since, until, look)}\n")]
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
        Text(f"\n\nВремя до принятия (медиана): {duration(facts['reaction'])}"),
        Text(f"\nВремя до ответа (медиана): {duration(facts['answer'])}"),
    ]
    spans += _sectors(note)
    spans += _late(note)
    return Content(tuple(spans))


def _period(since: datetime, until: datetime, look: Look) -> str:
    """«сб 21.11, 17:27 – 17:31» within a day, «пт 20.11, 09:00 – сб 21.11, 09:00» otherwise."""
    end = f"{until:%H:%M}" if since.date() == until.date() else look.full(until)
    return f"{look.full(since)} – {end}"


def _days(since: datetime, until: datetime) -> str:
    """A digest made in the morning is about yesterday, one made in the evening about today; after an outage, about
    all the days since the last one."""
    if until - since <= timedelta(hours=36):
        return human_day((since + (until - since) / 2).date())
    half = timedelta(hours=12)
    return human_days((since + half).date(), (until - half).date())


def _sectors(note: NoteFacts) -> list[Span]:
    lines = note.facts["sectors"]
    if not lines:
        return []
    spans: list[Span] = [Text("\n\n"), Bold("По отраслям")]
    for title, new, answered, in_work, overdue in lines:
        late = f", просрочено {overdue}" if overdue else ""
        spans.append(Text(f"\n{title}: новых {new}, отвечено {answered}, в работе {in_work}{late}"))
    return spans


def _late(note: NoteFacts) -> list[Span]:
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
            spans.append(Text(f" · {shorten(text[0], LATE_WORDS) or 'без текста'}"))
        if len(text) > 1 and text[1] > 1:
            spans.append(Text(f" · об этом {plural(text[1], 'сообщение', 'сообщения', 'сообщений')}"))
    if more > 0:
        spans.append(Text(f"\n…и ещё {more}"))
    return spans
