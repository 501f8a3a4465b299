"""Reminders, overdue notices and their gathered form."""

from collections.abc import Sequence
from datetime import datetime

from bot.domain.russian_text import plural
from bot.domain.tickets import Ticket
from bot.domain.view_data import NoteFacts
from bot.messengers.content import Bold, Content, Span, Text
from bot.views.render_context import RenderContext, shorten

MAX_DETAILED_TICKETS = 30
"""Tickets that are told of in full in one message; of the others the numbers are named."""

OVERDUE_PREFIX = "Просрочено: "
REMINDER_PREFIX = "⏰ Напоминание: "

WATCHER_CODE = "watch_overdue"

NoticeItem = Sequence[str | int]
"""(code of the notice, ticket's number, its sector's title)."""


def accept_reminder(note: NoteFacts, context: RenderContext) -> Content:
    return _single_notice(note, REMINDER_PREFIX, context)


def accept_overdue(note: NoteFacts, context: RenderContext) -> Content:
    return _single_notice(note, OVERDUE_PREFIX, context)


def answer_reminder(note: NoteFacts, context: RenderContext) -> Content:
    return _single_notice(note, REMINDER_PREFIX, context)


def answer_overdue(note: NoteFacts, context: RenderContext) -> Content:
    return _single_notice(note, OVERDUE_PREFIX, context)


def posting_reminder(note: NoteFacts, context: RenderContext) -> Content:
    """An approved answer waits to be posted by hand; the buttons for it are under the card."""
    return _single_notice(note, REMINDER_PREFIX, context)


def watch_overdue(note: NoteFacts, context: RenderContext) -> Content:
    """To those who watch terms: which one it is follows from the ticket."""
    return _single_notice(note, OVERDUE_PREFIX, context)


def notices(note: NoteFacts, context: RenderContext) -> Content:
    """Several at once: what is overdue, then what is near its term."""
    items: Sequence[NoticeItem] = note.facts["items"]
    late = [item for item in items if not str(item[0]).endswith("reminder")]
    soon = [item for item in items if str(item[0]).endswith("reminder")]
    spans = _notice_list(OVERDUE_PREFIX, late, note, context)
    if late and soon:
        spans.append(Text("\n\n"))
    spans += _notice_list("⏰ Напоминания: ", soon, note, context)
    return Content(tuple(spans))


def catch_up(note: NoteFacts, context: RenderContext) -> Content:
    """What happened while the bot did not work: how much came, what is overdue, what is near its term."""
    items: Sequence[NoticeItem] = note.facts["items"]
    late = [item for item in items if not str(item[0]).endswith("reminder")]
    soon = [item for item in items if str(item[0]).endswith("reminder")]
    said = []
    if new := note.facts["new"]:
        said.append(f"новых сообщений {new}")
    if late:
        said.append(f"просрочено {len(late)}: {_number_list(late)}")
    if soon:
        said.append(f"срок близок у {len(soon)}: {_number_list(soon)}")
    since, until = (context.format_short(datetime.fromisoformat(note.facts[name])) for name in ("since", "until"))
    spans: list[Span] = [Bold(f"Пока бот не работал (с {since} до {until}): "), Text("; ".join(said) + ".")]
    for group in (late, soon):
        if group:
            spans += [Text("\n"), *_notice_lines(group, note, context)]
    return Content(tuple(spans))


def _number_list(items: Sequence[NoticeItem]) -> str:
    shown = ", ".join(f"№{item[1]}" for item in items[:MAX_DETAILED_TICKETS])
    return shown if len(items) <= MAX_DETAILED_TICKETS else f"{shown} и ещё {len(items) - MAX_DETAILED_TICKETS}"


def _single_notice(note: NoteFacts, opening: str, context: RenderContext) -> Content:
    number = note.facts.get("number", 0)
    ticket = note.tickets.get(number)
    spans: list[Span] = [Bold(f"{opening}№{number}")]
    if ticket is not None:
        spans.append(Text(_notice_text(note.code, ticket, note.facts.get("sector"), context)))
        if ticket.text:
            spans.append(Text(f"\n{shorten(ticket.text, 120)}"))
    return Content(tuple(spans))


def _notice_list(heading: str, items: Sequence[NoticeItem], note: NoteFacts, context: RenderContext) -> list[Span]:
    if not items:
        return []
    spans: list[Span] = [Bold(heading + plural(len(items), "сообщение", "сообщения", "сообщений"))]
    spans += _notice_lines(items, note, context)
    if len(items) > MAX_DETAILED_TICKETS:
        spans.append(Text("\nИ ещё: " + ", ".join(f"№{item[1]}" for item in items[MAX_DETAILED_TICKETS:])))
    return spans


def _notice_lines(items: Sequence[NoticeItem], note: NoteFacts, context: RenderContext) -> list[Span]:
    """A line for each of the first."""
    spans: list[Span] = []
    for code, number, *more in items[:MAX_DETAILED_TICKETS]:
        spans.append(Text(f"\n№{number}"))
        ticket = note.tickets.get(int(number))
        if ticket is not None:
            spans.append(Text(_notice_text(str(code), ticket, str(more[0]) if more else None, context)))
            if ticket.text:
                spans.append(Text(f" · {shorten(ticket.text, 50)}"))
    return spans


def _notice_text(code: str, ticket: Ticket, sector: str | None, context: RenderContext) -> str:
    """« · Дороги · не принято до 15:30»; whose sector it is, only those are told who watch several."""
    accept, answer = context.format_short(ticket.accept_due), context.format_short(ticket.answer_due)
    title = f" · {sector}" if sector and code == WATCHER_CODE else ""
    match code:
        case "accept_reminder":
            return f" · примите до {accept}"
        case "answer_reminder":
            return f" · ответьте до {answer}"
        case "posting_reminder":
            return " · ответ готов, но ещё не опубликован; если он уже на месте, нажмите «Опубликовано» под карточкой"
        case "accept_overdue":
            return f" · не принято до {accept}"
    if code == WATCHER_CODE and ticket.answer_due > context.now:
        return f"{title} · не принято до {accept}"
    return f"{title} · нет ответа, срок был {answer}"
