"""«Почему такой срок?»: the steps of each deadline in words."""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta

from bot.domain.calendar import END_OF_DAY
from bot.domain.clocks import ClockEventKind, ClockStep
from bot.domain.deadlines import DeadlineKind
from bot.domain.notifications.tickets import TermReasons
from bot.domain.post_hours import PostHours, Weekday
from bot.domain.term_explanation import SegmentKind, TermExplanation, TermSegment, shorten_segments
from bot.domain.view_data import NotificationData
from bot.messengers.content import Bold, Content, Span, Text
from bot.views.render_context import RenderContext, format_duration

MAX_SEGMENTS = 8
"""Lines: a longer list of hours is cut to days off and waiting."""

_TITLES = {
    DeadlineKind.FIRST_WORD: "Первое слово жителю до",
    DeadlineKind.ACCEPT: "Принять до",
    DeadlineKind.ANSWER: "Ответить до",
    DeadlineKind.SOLVE: "Решить до",
}

_WEEKDAYS = dict(zip(Weekday, ("пн", "вт", "ср", "чт", "пт", "сб", "вс"), strict=True))

_STEPS = {
    ClockEventKind.START: "отсчёт",
    ClockEventKind.URGENT: "сообщение стало срочным",
    ClockEventKind.INTERIM: "промежуточный ответ",
    ClockEventKind.SET: "срок поставлен",
    ClockEventKind.EXTEND: "срок продлён",
}


def term_reasons(note: TermReasons, data: NotificationData, context: RenderContext) -> Content:
    """Return the reasons of all running deadlines."""
    ticket = data.tickets.get(note.ticket_id)
    if ticket is None or not data.terms:
        return Content.of(f"По сообщению №{note.ticket_id} сроки уже не идут.")
    spans: list[Span] = [Bold(f"❓ Сроки сообщения №{ticket.id}")]
    for one in data.terms:
        spans.append(Text(f"\n\n⏱ {_TITLES[one.kind]} {context.format_full(one.due)}"))
        spans += [Text(f"\n• {line}") for line in _lines(one, data.person_names, context)]
    return Content(tuple(spans))


def _lines(one: TermExplanation, names: Mapping[int, str], context: RenderContext) -> Iterator[str]:
    for step in one.steps:
        if step.kind is not ClockEventKind.WAIT:
            yield _step_text(step, one, names, context)
    for segment in shorten_segments(one.segments, MAX_SEGMENTS):
        yield _segment_text(segment, context)


def _step_text(step: ClockStep, one: TermExplanation, names: Mapping[int, str], context: RenderContext) -> str:
    at = context.format_full(step.at)
    if step.kind is ClockEventKind.TIGHTEN:
        return f"не позже {context.format_full(step.due)}: такой срок важнее"
    if step.kind is ClockEventKind.POST:
        return f"{at}: сообщение у другой должности, дальше — {_format_hours(step.post, one.post_hours)}"
    name = names.get(step.person_id or 0)
    by = f" ({name})" if name is not None else ""
    if step.term is None:
        return f"{at}: {_STEPS[step.kind]}{by} — до {context.format_full(step.due)}"
    origin = f"по правилу №{one.rule}" if one.rule is not None else "срочное" if one.is_urgent else "обычный срок"
    own = f"; {_format_hours(step.post, one.post_hours)}" if step.post is not None and step.term.is_working else ""
    return f"{at}: {_STEPS[step.kind]}, срок — {step.term.in_russian()} ({origin}){own}"


def _format_hours(post: str | None, known: Mapping[str, PostHours]) -> str:
    """Return «по часам должности «Дежурный ЕДДС»: круглосуточно», «по рабочим часам города»."""
    if post is None:
        return "по рабочим часам города"
    hours = known[post]
    if hours.is_round_the_clock:
        return f"по часам должности «{post}»: круглосуточно"
    days = ", ".join(_WEEKDAYS[day] for day in Weekday if day in hours.weekdays) or "рабочие дни"
    times = ", ".join(f"{a:%H:%M}–{'24:00' if b == END_OF_DAY else f'{b:%H:%M}'}" for a, b in hours.working)
    return f"по часам должности «{post}»: {days} {times}{', и в праздники' if hours.holidays else ''}"


def _segment_text(segment: TermSegment, context: RenderContext) -> str:
    if segment.kind is SegmentKind.SKIPPED:
        return f"{segment.text} — не считается"
    span = _format_span(segment.start, segment.end, context)
    if segment.kind is SegmentKind.WAITED:
        return f"{span}: ждали ответа жителя, срок стоял"
    if segment.end - segment.start >= timedelta(days=1):
        return f"{span}: считается"
    return f"{span}: считается {format_duration((segment.end - segment.start).total_seconds())}"


def _format_span(start: datetime, end: datetime, context: RenderContext) -> str:
    """Return «пт 20.11, 16:40–18:00» within a day, «пт 20.11, 16:40 – пн 23.11, 09:00» otherwise."""
    first, last = context.format_full(start), context.format_full(end)
    (day, _), (last_day, clock) = (_split(text) for text in (first, last))
    return f"{first}–{clock}" if day == last_day else f"{first} – {last}"


def _split(text: str) -> tuple[str, str]:
    day, _, clock = text.rpartition(" ")
    return day, clock
