"""Reminders, overdue notices and their gathered form."""

from collections.abc import Sequence
from datetime import datetime

from bot.domain.russian_text import plural
from bot.domain.tickets import Ticket
from bot.domain.view_data import NoteFacts
from bot.messengers.content import Bold, Content, Span, Text
from bot.views.render_context import Look, shorten

SHOWN = 30
"""Tickets that are told of in full in one message; of the others the numbers are named."""

LATE = "Просрочено: "
REMINDER = "⏰ Напоминание: "

WATCHED = "watch_overdue"

Item = Sequence[str | int]
"""(code of the notice, ticket's number, its sector's title)."""


def accept_reminder(note: NoteFacts, look: Look) -> Content:
    return _one(note, REMINDER, look)


def accept_overdue(note: NoteFacts, look: Look) -> Content:
    return _one(note, LATE, look)


def answer_reminder(note: NoteFacts, look: Look) -> Content:
    return _one(note, REMINDER, look)


def answer_overdue(note: NoteFacts, look: Look) -> Content:
    return _one(note, LATE, look)


def posting_reminder(note: NoteFacts, look: Look) -> Content:
    """An approved answer waits to be posted by hand; the buttons for it are under the card."""
    return _one(note, REMINDER, look)


def watch_overdue(note: NoteFacts, look: Look) -> Content:
    """To those who watch terms: which one it is follows from the ticket."""
    return _one(note, LATE, look)


def notices(note: NoteFacts, look: Look) -> Content:
    """Several at once: what is overdue, then what is near its term."""
    items: Sequence[Item] = note.facts["items"]
    late = [item for item in items if not str(item[0]).endswith("reminder")]
    soon = [item for item in items if str(item[0]).endswith("reminder")]
    spans = _list(LATE, late, note, look)
    if late and soon:
        spans.append(Text("\n\n"))
    spans += _list("⏰ Напоминания: ", soon, note, look)
    return Content(tuple(spans))


def catch_up(note: NoteFacts, look: Look) -> Content:
    """What happened while the bot did not work: how much came, what is overdue, what is near its term."""
    items: Sequence[Item] = note.facts["items"]
    late = [item for item in items if not str(item[0]).endswith("reminder")]
    soon = [item for item in items if str(item[0]).endswith("reminder")]
    said = []
    if new := note.facts["new"]:
        said.append(f"новых сообщений {new}")
    if late:
        said.append(f"просрочено {len(late)}: {_numbers(late)}")
    if soon:
        said.append(f"срок близок у {len(soon)}: {_numbers(soon)}")
    since, until = (look.moment(datetime.fromisoformat(note.facts[name])) for name in ("since", "until"))
    spans: list[Span] = [Bold(f"Пока бот не работал (с {since} до {until}): "), Text("; ".join(said) + ".")]
    for group in (late, soon):
        if group:
            spans += [Text("\n"), *_lines(group, note, look)]
    return Content(tuple(spans))


def _numbers(items: Sequence[Item]) -> str:
    shown = ", ".join(f"№{item[1]}" for item in items[:SHOWN])
    return shown if len(items) <= SHOWN else f"{shown} и ещё {len(items) - SHOWN}"


def _one(note: NoteFacts, opening: str, look: Look) -> Content:
    number = note.facts.get("number", 0)
    ticket = note.tickets.get(number)
    spans: list[Span] = [Bold(f"{opening}№{number}")]
    if ticket is not None:
        spans.append(Text(_words(note.code, ticket, note.facts.get("sector"), look)))
        if ticket.text:
            spans.append(Text(f"\n{shorten(ticket.text, 120)}"))
    return Content(tuple(spans))


def _list(heading: str, items: Sequence[Item], note: NoteFacts, look: Look) -> list[Span]:
    if not items:
        return []
    spans: list[Span] = [Bold(heading + plural(len(items), "сообщение", "сообщения", "сообщений"))]
    spans += _lines(items, note, look)
    if len(items) > SHOWN:
        spans.append(Text("\nИ ещё: " + ", ".join(f"№{item[1]}" for item in items[SHOWN:])))
    return spans


def _lines(items: Sequence[Item], note: NoteFacts, look: Look) -> list[Span]:
    """A line for each of the first."""
    spans: list[Span] = []
    for code, number, *more in items[:SHOWN]:
        spans.append(Text(f"\n№{number}"))
        ticket = note.tickets.get(int(number))
        if ticket is not None:
            spans.append(Text(_words(str(code), ticket, str(more[0]) if more else None, look)))
            if ticket.text:
                spans.append(Text(f" · {shorten(ticket.text, 50)}"))
    return spans


def _words(code: str, ticket: Ticket, sector: str | None, look: Look) -> str:
    """« · Дороги · не принято до 15:30»; whose sector it is, only those are told who watch several."""
    accept, answer = look.moment(ticket.accept_due), look.moment(ticket.answer_due)
    title = f" · {sector}" if sector and code == WATCHED else ""
    match code:
        case "accept_reminder":
            return f" · примите до {accept}"
        case "answer_reminder":
            return f" · ответьте до {answer}"
        case "posting_reminder":
            return " · ответ готов, но ещё не опубликован; если он уже на месте, нажмите «Опубликовано» под карточкой"
        case "accept_overdue":
            return f" · не принято до {accept}"
    if code == WATCHED and ticket.answer_due > look.now:
        return f"{title} · не принято до {accept}"
    return f"{title} · нет ответа, срок был {answer}"
