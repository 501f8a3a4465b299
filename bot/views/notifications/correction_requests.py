"""Views of «Запрос на исправление»."""

from bot.domain.inquiries import InquiryState
from bot.domain.notifications.correction_requests import (
    AskCorrectionRequest,
    CorrectionAccepted,
    CorrectionDone,
    CorrectionReminder,
    CorrectionRequested,
    CorrectionRequestSent,
)
from bot.domain.view_data import InquiryFacts, NotificationData
from bot.messengers.content import Bold, Button, Content, Quote, Span
from bot.views.callback_codes import Op, pack
from bot.views.dialogs.drafts import cancel_row
from bot.views.notifications.view_table import row
from bot.views.render_context import RenderContext, shorten

MAX_REQUEST_CHARS = 1500


def _gone(number: int) -> Content:
    return Content.of(f"Запрос на исправление №{number} больше не нужен.")


def _request(facts: InquiryFacts) -> list[Span | str]:
    words = facts.inquiry.question
    return ["\n", Quote(shorten(words, MAX_REQUEST_CHARS))] if words else []


def _done_row(facts: InquiryFacts) -> list[list[Button]]:
    one = facts.inquiry
    show = Button(f"Открыть №{one.ticket_id}", pack(Op.OPEN, one.ticket_id))
    return [[Button("✅ Исправлено", pack(Op.CORRECTED, one.ticket_id, one.id)), show]] if one.is_open else [[show]]


def _is_late(facts: InquiryFacts, context: RenderContext) -> bool:
    return (facts.inquiry.answered_at or context.now) >= facts.inquiry.due_at


def ask(note: AskCorrectionRequest, data: NotificationData, context: RenderContext) -> Content:
    return Content.of(
        Bold(f"Запрос на исправление №{note.ticket_id}: {note.post}"),
        f"\nНапишите, что исправить. Срок — {context.format_short(note.due_at)}; если нужен другой, закончите словами "
        "«до ср 12:00», «до 25.11» или «, за 4 часа».",
        keyboard=cancel_row(data, note.ticket_id),
    )


def requested(note: CorrectionRequested, data: NotificationData, context: RenderContext) -> Content:
    if not data.inquiries:
        return _gone(note.ticket_id)
    [facts] = data.inquiries
    what = "Исправление возвращено" if note.again else "Запрос на исправление"
    end = f"\nИсправить до {context.format_short(facts.inquiry.due_at)}"
    if not facts.inquiry.is_open:
        end = "\n✅ Отмечено: исправлено." if facts.inquiry.answered_at is not None else "\nБольше не нужно."
    return Content.of(
        Bold(f"🛠 {what} №{note.ticket_id}"), f" · {facts.asker}", *_request(facts), end, keyboard=_done_row(facts)
    )


def sent(note: CorrectionRequestSent, data: NotificationData, context: RenderContext) -> Content:
    if not data.inquiries:
        return _gone(note.ticket_id)
    [facts] = data.inquiries
    until = context.format_short(facts.inquiry.due_at)
    words = f"🛠 Запрос на исправление №{note.ticket_id} отправлен: {facts.addressee}, до {until}."
    if not note.by_asker:
        return Content.of(words)
    return Content.of(
        f"🛠 Запрос на исправление №{note.ticket_id} записан: {facts.addressee}, до {until}. В боте там никого нет: "
        "передайте сами и отметьте, когда исправят.",
        keyboard=_done_row(facts),
    )


def reminder(note: CorrectionReminder, data: NotificationData, context: RenderContext) -> Content:
    if not data.inquiries:
        return _gone(note.ticket_id)
    [facts] = data.inquiries
    opening = "Просрочено: исправление" if note.late else "⏰ Ждём исправления"
    until = context.format_short(facts.inquiry.due_at)
    return Content.of(
        Bold(f"{opening} №{note.ticket_id}"),
        f" · {facts.addressee} · до {until}",
        *_request(facts),
        keyboard=_done_row(facts),
    )


def done(note: CorrectionDone, data: NotificationData, context: RenderContext) -> Content:
    if not data.inquiries:
        return _gone(note.ticket_id)
    [facts] = data.inquiries
    one = facts.inquiry
    late = ", с опозданием" if _is_late(facts, context) else ""
    rows = [[Button(f"Открыть №{one.ticket_id}", pack(Op.OPEN, one.ticket_id))]]
    end = ""
    if one.state is InquiryState.ANSWERED:
        accept = Button("👌 Принять", pack(Op.ACCEPT_CORRECTION, one.ticket_id, one.id))
        rows.insert(0, [accept, Button("↩️ Вернуть", pack(Op.RETURN_CORRECTION, one.ticket_id, one.id))])
    elif one.state is InquiryState.ACCEPTED:
        end = "\n👌 Принято."
    return Content.of(
        Bold(f"🛠 №{note.ticket_id}: исправлено"),
        f" · {facts.answered_by or '—'}{late}",
        *_request(facts),
        end,
        keyboard=rows,
    )


def accepted(note: CorrectionAccepted, data: NotificationData, context: RenderContext) -> Content:
    return Content.of(f"👌 Исправление №{note.ticket_id} принято.")


CORRECTION_REQUEST_VIEWS = (
    row(AskCorrectionRequest, ask),
    row(CorrectionRequested, requested),
    row(CorrectionRequestSent, sent),
    row(CorrectionReminder, reminder),
    row(CorrectionDone, done),
    row(CorrectionAccepted, accepted),
)
