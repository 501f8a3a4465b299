"""Questions to other units and to the management, on the card."""

from bot.domain.inquiries import Inquiry, InquiryKind, InquiryState
from bot.domain.view_data import CardFacts, InquiryFacts
from bot.messengers.content import Button, Span, Text
from bot.views.callback_codes import Op, pack
from bot.views.more_menu import MAX_ROWS, paged
from bot.views.render_context import RenderContext, shorten

MAX_SHOWN = 3
"""Questions on a card; the history has them all."""

MAX_CHARS = 200


def inquiry_lines(facts: CardFacts, context: RenderContext) -> list[Span]:
    """Return a line for each of the last questions: who is asked until when, or what was answered."""
    shown = [one for one in facts.inquiries if not _is_hidden(one.inquiry, is_open=facts.ticket.is_open)]
    if not facts.ticket.is_open:
        shown = [one for one in shown if not one.inquiry.is_open or one.inquiry.is_open_correction]
    return [Text(_line(one, context)) for one in shown[-MAX_SHOWN:]]


def _is_hidden(one: Inquiry, *, is_open: bool) -> bool:
    is_asked_for = one.kind is InquiryKind.EXTENSION and is_open
    return one.state is InquiryState.VOID or (one.state is InquiryState.PREPARED and not is_asked_for)


def _line(facts: InquiryFacts, context: RenderContext) -> str:
    one = facts.inquiry
    is_decision = one.kind is InquiryKind.DECISION
    if one.kind is InquiryKind.CALL:
        return _call_line(facts, context)
    if one.kind is InquiryKind.CITIZEN:
        return _citizen_line(facts, context)
    if one.kind is InquiryKind.REFERRAL:
        until = f", на контроле до {context.format_short(one.control_at)}" if one.control_at else ""
        return f"\n🏛 Передано вне центра: {one.unit or '—'}{until}"
    if one.kind is InquiryKind.EXTENSION:
        what = "Просят продлить срок" if one.state is InquiryState.PREPARED else "Срок продлён"
        until = context.format_short(one.due_at)
        return f"\n⏩ {what} до {until} ({facts.asker or '—'}): {shorten(one.question, MAX_CHARS)}"
    if one.kind is InquiryKind.CORRECTION:
        return _correction_line(facts, context)
    if one.is_open:
        late = " · Просрочено" if one.due_at <= context.now else ""
        what = "⚖️ На рассмотрении" if is_decision else f"📨 Запрос: {facts.addressee}"
        return f"\n{what}, ответ до {context.format_short(one.due_at)}{late}"
    at = context.format_short(one.answered_at) if one.answered_at else ""
    until = f", до {context.format_short(one.control_at)}" if one.control_at else ""
    what = f"⚖️ Решение ({facts.answered_by or '—'}, {at}{until})" if is_decision else f"📨 {facts.addressee} ({at})"
    return f"\n{what}: {shorten(one.answer or '', MAX_CHARS)}"


def _citizen_line(facts: InquiryFacts, context: RenderContext) -> str:
    one = facts.inquiry
    question = shorten(one.question, MAX_CHARS)
    if one.is_open:
        since, until = context.format_full(one.asked_at), context.format_short(one.due_at)
        return f"\n⏸ Ждём жителя с {since}, не дольше чем до {until} ({facts.asker or '—'}): {question}"
    if one.state is InquiryState.SILENT:
        return f"\n🤷 Житель не ответил на вопрос ({facts.asker or '—'}): {question}"
    at = context.format_short(one.answered_at) if one.answered_at else ""
    return f"\n💬 Житель ответил ({at}) на вопрос ({facts.asker or '—'}): {question}"


_CORRECTION_ENDS = {
    InquiryState.ANSWERED: "исправлено",
    InquiryState.ACCEPTED: "исправлено, принято",
    InquiryState.RETURNED: "возвращено",
}


def _correction_line(facts: InquiryFacts, context: RenderContext) -> str:
    one = facts.inquiry
    words = shorten(one.question, MAX_CHARS)
    if one.is_open or one.answered_at is None:
        late = " · Просрочено" if one.due_at <= context.now else ""
        return f"\n🛠 Запрос на исправление до {context.format_short(one.due_at)}{late}: {words}"
    at = context.format_short(one.answered_at)
    return f"\n🛠 {_CORRECTION_ENDS[one.state]} ({facts.answered_by or '—'}, {at}): {words}"


def _call_line(facts: InquiryFacts, context: RenderContext) -> str:
    one = facts.inquiry
    if one.is_open or one.answered_at is None:
        return f"\n📞 Перед ответом нужен звонок заявителю, до {context.format_short(one.due_at)}"
    at = context.format_short(one.answered_at)
    return f"\n📞 Дозвонились ({facts.answered_by or '—'}, {at}): {shorten(one.answer or '', MAX_CHARS)}"


def unit_rows(facts: CardFacts, page: int, back: Button, context: RenderContext) -> tuple[tuple[Button, ...], ...]:
    """Return the units that can be asked, and one that is named in words."""
    number = facts.ticket.id
    rows = [
        (Button(title, pack(Op.REQUEST_FROM, number, code)),)
        for code, title in facts.sectors
        if code != facts.ticket.sector
    ]
    rows.append((Button("Другая организация", pack(Op.REQUEST_FROM, number)),))
    size = max(1, min(MAX_ROWS, context.capabilities.button_rows - 2))
    return paged(rows, size if len(rows) > size + 1 else len(rows), page, back, Op.REQUEST, number)
