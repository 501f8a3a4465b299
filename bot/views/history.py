"""The history of a ticket in words."""

from collections.abc import Mapping
from datetime import datetime

from bot.domain.notifications.tickets import TicketHistory
from bot.domain.tickets import Ticket
from bot.domain.view_data import HistoryFacts, NotificationData, TroubleFacts
from bot.messengers.content import Bold, Button, Content, Span, Text
from bot.views.callback_codes import Op, pack
from bot.views.external_terms import system_of_term
from bot.views.history_actions import DEADLINE_VERBS, POSTED_BY, action_text
from bot.views.render_context import RenderContext, format_duration, shorten


def history(note: TicketHistory, data: NotificationData, context: RenderContext) -> Content:
    """List every step with its moment and person, then the deadlines and the days that they skip."""
    ticket, past = data.tickets.get(note.ticket_id), data.history
    if ticket is None or past is None:
        return Content.of(f"Сообщение №{note.ticket_id} не найдено.")
    lines = _step_lines(past, context)
    lines += [(remark.at, f"{name or 'сотрудник'}: {shorten(remark.text, 200)}") for remark, name in past.remarks]
    spans: list[Span] = [Bold(f"🕘 История №{ticket.id}")]
    for at, words in sorted(lines, key=lambda line: line[0]):
        spans.append(Text(f"\n{context.format_full(at)} · {words}"))
    spans += [
        Text(
            f"\n\n⏱ Принять до {context.format_full(ticket.accept_due)},"
            f" ответить до {context.format_full(ticket.answer_due)}"
        ),
        *_external_line(ticket, context),
        Text(f"\nСрок считается с {context.format_full(ticket.registered_at)}"),
    ]
    if past.trouble is not None:
        spans += _trouble(past.trouble, past.sectors, context)
    if past.similar:
        spans.append(Text("\n\n🔎 Похожие: " + ", ".join(f"№{number}" for number in past.similar)))
    if past.skipped:
        spans.append(Text(". Не считается: " + "; ".join(past.skipped)))
    why = Button("❓ Почему такой срок?", pack(Op.WHY_TERM, ticket.id))
    return Content(tuple(spans), ((why,),) if ticket.is_open else ())


def _step_lines(past: HistoryFacts, context: RenderContext) -> list[tuple[datetime, str]]:
    """Return the words of each record that has some, with its moment and the person."""
    lines: list[tuple[datetime, str]] = []
    posted = {row.at for row, _ in past.rows if row.action == "posted"}
    by_hand = answered_by = None
    for row, name in past.rows:
        if row.action == "answer":
            answered_by = name
        if row.action == "posted" and row.facts.get("by") in POSTED_BY:
            by_hand = row.at
            name = name or (answered_by if row.facts["by"] == "person" else None)
        elif row.action == "confirm" and row.at == by_hand:
            continue  # the line before says the same
        kept = row.action == "confirm" and row.at not in posted
        words = "ответ сохранён без публикации" if kept else action_text(row, past.sectors, context.systems)
        if row.action == "registered" and past.deciding_words:
            words = f"{words} ({', '.join(f'„{one}“' for one in past.deciding_words)})"
        if words and (replaced := past.replaced.get(row.facts.get("instead_of", 0))):
            words = f"{words} (за: {replaced})"
        if words:
            lines.append((row.at, words + (f" — {name}" if name else "")))
    return lines


def _external_line(ticket: Ticket, context: RenderContext) -> list[Span]:
    """Name the deadline of the system that the ticket came from, and whether the answer met it."""
    due = ticket.external_due
    if due is None:
        return []
    met = ""
    if ticket.answered_at is not None and not ticket.is_open:
        met = ", соблюдён" if ticket.answered_at <= due else ", пропущен"
    elif due <= context.now and ticket.is_open:
        met = ", прошёл"
    return [Text(f"\nСрок в {system_of_term(ticket.source, context)}: {context.format_full(due)}{met}")]


def _trouble(trouble: TroubleFacts, sectors: Mapping[str, str], context: RenderContext) -> list[Span]:
    """Say what went wrong: the missed deadlines, and the longest gap with the post that held the ticket."""
    spans: list[Span] = [Text("\n\n"), Bold("❗ Что пошло не так")]
    for at, limit in trouble.missed:
        spans.append(Text(f"\nСрок пропущен {context.format_full(at)}: {DEADLINE_VERBS.get(limit, 'выполнить')}"))
    gap = trouble.gap
    if gap is None:
        return spans
    until = context.format_full(gap.until) if gap.until is not None else "сейчас"
    length = format_duration(gap.length(trouble.now).total_seconds())
    spans.append(Text(f"\nДольше всего ждали {length}: {context.format_full(gap.since)} – {until}"))
    if words := action_text(gap.last, sectors, context.systems):
        spans.append(Text(f"\nПеред этим: {words}"))
    held = trouble.post
    if trouble.person and trouble.person != held:
        held = f"{held} ({trouble.person})" if held else trouble.person
    spans.append(Text(f"\nТогда сообщение было у: {held or 'никого'}"))
    if gap.is_on_approval:
        spans.append(Text("; подготовленный ответ ждал согласования"))
    return spans
