"""«Сводка»: the curator's two minutes."""

from datetime import datetime, timedelta

from bot.domain.facts import NoteFacts
from bot.domain.russian import human_day, human_days, plural
from bot.messengers.content import Bold, Content, Link, Span, Text
from bot.views.look import Look, duration


def digest(note: NoteFacts, look: Look) -> Content:
    """The daily digest, or (``daily`` false) the same from then until now."""
    facts = note.facts
    since = datetime.fromisoformat(facts["since"]).astimezone(look.zone)
    until = datetime.fromisoformat(facts["until"]).astimezone(look.zone)
    days = _days(since, until) if facts["daily"] else human_day(until.date())
    spans: list[Span] = [
        Bold(f"📊 Сводка за {days}"),
        Text(f"\nс {look.full(since)} до {look.full(until)}\n"),
    ]
    if not (facts["new"] or facts["answered"] or facts["in_work"]):
        spans.append(Text("\nНовых сообщений не было, в работе ничего нет."))
        return Content(tuple(spans))
    spans += [
        Text(f"\nНовых: {facts['new']}"),
        Text(f"\nОтвечено: {facts['answered']}"),
        Text(f"\nВ работе: {facts['in_work']}"),
        Text(f"\nПросрочено: {facts['overdue']}"),
        Text(f"\nЖдут выбора отрасли: {facts['triage']}"),
        Text(f"\n\nПриняли в работу (медиана): {duration(facts['reaction'])}"),
        Text(f"\nОтветили (медиана): {duration(facts['answer'])}"),
    ]
    spans += _sectors(note)
    spans += _late(note)
    return Content(tuple(spans))


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
    amount = plural(len(lines) + more, "сообщение", "сообщения", "сообщений")
    spans: list[Span] = [Text("\n\n"), Bold(f"Просрочено: {amount}")]
    for number, title, link in lines:
        spans.append(Text("\n"))
        spans.append(Link(f"№{number}", link) if link else Text(f"№{number}"))
        spans.append(Text(f" · {title}"))
    if more > 0:
        spans.append(Text(f"\n…и ещё {more}"))
    return spans
