"""Reminders, overdue notices and their gathered form."""

from collections.abc import Sequence

from bot.domain.facts import NoteFacts
from bot.domain.russian import plural
from bot.domain.tickets import Ticket
from bot.messengers.content import Bold, Content, Span, Text
from bot.views.look import Look, shorten

SHOWN = 30


def accept_reminder(note: NoteFacts, look: Look) -> Content:
    return _one(note, "⏰ Напоминание: ", "примите до {accept}", look)


def accept_overdue(note: NoteFacts, look: Look) -> Content:
    return _one(note, "Просрочено: ", "не принято до {accept}", look)


def answer_reminder(note: NoteFacts, look: Look) -> Content:
    return _one(note, "⏰ Напоминание: ", "ответьте до {answer}", look)


def answer_overdue(note: NoteFacts, look: Look) -> Content:
    return _one(note, "Просрочено: ", "нет ответа, срок был {answer}", look)


def watch_overdue(note: NoteFacts, look: Look) -> Content:
    """To those who watch terms: which one it is follows from the ticket."""
    ticket = _ticket(note)
    late_answer = ticket is not None and ticket.answer_due <= look.now
    return _one(
        note, "Просрочено: ", "нет ответа, срок был {answer}" if late_answer else "не принято до {accept}", look
    )


def notices(note: NoteFacts, look: Look) -> Content:
    """Several at once: what is overdue, then what is near its term."""
    late: list[tuple[str, int]] = []
    soon: list[tuple[str, int]] = []
    for code, number in note.facts["items"]:
        (soon if code.endswith("reminder") else late).append((code, number))
    spans: list[Span] = []
    spans += _list("Просрочено: ", late, note, look)
    spans += _list("⏰ Подходит срок: ", soon, note, look)
    return Content(tuple(spans))


def _one(note: NoteFacts, opening: str, words: str, look: Look) -> Content:
    ticket = _ticket(note)
    if ticket is None:
        return Content.of(f"{opening}№{note.facts.get('number')}")
    said = words.format(accept=look.moment(ticket.accept_due), answer=look.moment(ticket.answer_due))
    spans: list[Span] = [Bold(f"{opening}№{ticket.id}"), Text(f" · {said}")]
    if ticket.text:
        spans.append(Text(f"\n{shorten(ticket.text, 120)}"))
    return Content(tuple(spans))


def _list(heading: str, items: Sequence[tuple[str, int]], note: NoteFacts, look: Look) -> list[Span]:
    if not items:
        return []
    spans: list[Span] = [Bold(heading + plural(len(items), "сообщение", "сообщения", "сообщений"))]
    for code, number in items[:SHOWN]:
        ticket = note.tickets.get(number)
        due = ""
        if ticket is not None:
            accepting = code.startswith("accept")
            verb = "принять" if accepting else "ответить"
            due = f" · {verb} до {look.moment(ticket.accept_due if accepting else ticket.answer_due)}"
            due += f" · {shorten(ticket.text, 60)}" if ticket.text else ""
        spans.append(Text(f"\n№{number}{due}"))
    if len(items) > SHOWN:
        spans.append(Text(f"\n…и ещё {len(items) - SHOWN}"))
    spans.append(Text("\n"))
    return spans


def _ticket(note: NoteFacts) -> Ticket | None:
    return note.tickets.get(note.facts.get("number", 0))
