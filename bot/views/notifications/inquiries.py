"""Notifications about questions to other units and to the management."""

from bot.domain.inquiries import InquiryKind
from bot.domain.notifications.inquiries import (
    AskCallAgain,
    AskCallWords,
    AskInquiry,
    AskInquiryAnswer,
    AskInquiryUnit,
    DecisionControl,
    InquiryAnswered,
    InquiryReceived,
    InquiryRegister,
    InquiryReminder,
    InquirySent,
)
from bot.domain.view_data import InquiryFacts, NotificationData
from bot.messengers.content import Bold, Button, Content, Quote, Span, Text
from bot.views.applicants import describe_applicant
from bot.views.callback_codes import Op, pack
from bot.views.dialogs.dates import EXAMPLES, date_fault, passed_row
from bot.views.dialogs.drafts import cancel_row
from bot.views.notifications.view_table import row
from bot.views.render_context import RenderContext, shorten

MAX_QUESTION_CHARS = 1500

_GONE = "Вопрос к №{number} больше не нужен."


def _is_decision(facts: InquiryFacts) -> bool:
    return facts.inquiry.kind is InquiryKind.DECISION


def _answer_button(facts: InquiryFacts, *, by_asker: bool = False) -> list[list[Button]]:
    one = facts.inquiry
    if one.kind is InquiryKind.CALL and one.is_open:
        reached = Button("Дозвонился", pack(Op.CALL_REACHED, one.ticket_id, one.id))
        return [[reached, Button("Нет ответа", pack(Op.CALL_MISSED, one.ticket_id, one.id))]]
    title = "Внести решение" if _is_decision(facts) else "Внести ответ" if by_asker else "Ответить на запрос"
    return [[Button(title, pack(Op.ANSWER_INQUIRY, one.ticket_id, one.id))]] if one.is_open else []


def _question(facts: InquiryFacts) -> list[Span]:
    return [Text("\n"), Quote(shorten(facts.inquiry.question, MAX_QUESTION_CHARS))]


def _citizen_words(number: int, data: NotificationData) -> list[Span]:
    ticket = data.tickets.get(number)
    if ticket is None or not ticket.text or not ticket.may_be_quoted:
        return []
    return [Text("\nСообщение жителя: "), Quote(shorten(ticket.text, 500))]


def ask_unit(note: AskInquiryUnit, data: NotificationData, context: RenderContext) -> Content:
    return Content.of(
        f"Кого спросить по №{note.ticket_id}? Напишите название организации или подразделения.",
        keyboard=cancel_row(data, note.ticket_id),
    )


def ask_question(note: AskInquiry, data: NotificationData, context: RenderContext) -> Content:
    is_decision = note.kind is InquiryKind.DECISION
    what = "Вопрос" if is_decision else f"Запрос ({note.addressee})"
    hint = "Напишите, что нужно решить" if is_decision else "Напишите, что нужно узнать"
    until = context.format_short(note.due_at)
    return Content.of(
        Bold(f"{what} по №{note.ticket_id}"),
        f"\n{hint}. Срок ответа — {until}; если нужен другой, закончите словами «до 25.11».",
        keyboard=cancel_row(data, note.ticket_id),
    )


def ask_answer(note: AskInquiryAnswer, data: NotificationData, context: RenderContext) -> Content:
    if not data.inquiries:
        return Content.of(_GONE.format(number=note.ticket_id))
    [facts] = data.inquiries
    hint = (
        "Напишите решение. Если есть срок, закончите словами «до 04.12»: о нём напомню."
        if _is_decision(facts)
        else "Напишите ответ. Его увидят коллеги, житель не увидит."
    )
    return Content.of(
        Bold(f"Вопрос по №{note.ticket_id}"), *_question(facts), f"\n{hint}", keyboard=cancel_row(data, note.ticket_id)
    )


def received(note: InquiryReceived, data: NotificationData, context: RenderContext) -> Content:
    if not data.inquiries:
        return Content.of(_GONE.format(number=note.ticket_id))
    [facts] = data.inquiries
    if facts.inquiry.kind is InquiryKind.CALL:
        return _call(facts, data, context, f"📞 Позвоните заявителю №{note.ticket_id} до ответа")
    what = "⚖️ Нужно решение" if _is_decision(facts) else "📨 Запрос сведений"
    return Content.of(
        Bold(f"{what} по №{note.ticket_id}"),
        f" · {facts.asker}",
        *_question(facts),
        *_citizen_words(note.ticket_id, data),
        f"\nОтветить до {context.format_short(facts.inquiry.due_at)}",
        keyboard=_answer_button(facts),
    )


def _call(facts: InquiryFacts, data: NotificationData, context: RenderContext, opening: str) -> Content:
    ticket = data.tickets.get(facts.inquiry.ticket_id)
    who = ticket and describe_applicant(ticket, has_account=ticket.author_id is not None)
    return Content.of(
        Bold(opening),
        f"\n👤 {who or '—'}" + ("" if ticket is not None and ticket.phone else ", телефона нет в карточке"),
        *_citizen_words(facts.inquiry.ticket_id, data),
        f"\nПозвонить до {context.format_short(facts.inquiry.due_at)}. Без отметки о звонке ответ не публикуется.",
        keyboard=_answer_button(facts),
    )


def ask_call_words(note: AskCallWords, data: NotificationData, context: RenderContext) -> Content:
    return Content.of(
        f"Что сказал заявитель №{note.ticket_id}? Напишите коротко.", keyboard=cancel_row(data, note.ticket_id)
    )


def ask_call_again(note: AskCallAgain, data: NotificationData, context: RenderContext) -> Content:
    words = f"Когда позвонить по №{note.ticket_id} снова? Например: {EXAMPLES}"
    rows = [*passed_row(note, data, context, note.ticket_id), *cancel_row(data, note.ticket_id)]
    return Content.of(f"{date_fault(note, context)}{words}", keyboard=rows)


def sent(note: InquirySent, data: NotificationData, context: RenderContext) -> Content:
    if not data.inquiries:
        return Content.of(_GONE.format(number=note.ticket_id))
    [facts] = data.inquiries
    until = context.format_short(facts.inquiry.due_at)
    if _is_decision(facts):
        return Content.of(f"⚖️ Вопрос по №{note.ticket_id} вынесен на рассмотрение, ответ до {until}.")
    if not note.by_asker:
        return Content.of(f"📨 Запрос по №{note.ticket_id} отправлен: {facts.addressee}, ответ до {until}.")
    return Content.of(
        f"📨 Запрос по №{note.ticket_id} записан: {facts.addressee}, до {until}. В боте там никого нет: спросите сами "
        "и внесите ответ.",
        keyboard=_answer_button(facts, by_asker=True),
    )


def answered(note: InquiryAnswered, data: NotificationData, context: RenderContext) -> Content:
    if not data.inquiries:
        return Content.of(_GONE.format(number=note.ticket_id))
    [facts] = data.inquiries
    who = facts.answered_by or "—"
    if facts.inquiry.kind is InquiryKind.CALL:
        words = Quote(shorten(facts.inquiry.answer or "", MAX_QUESTION_CHARS))
        return Content.of(Bold(f"📞 №{note.ticket_id}: дозвонились · {who}"), "\n", words, "\nОтвет можно публиковать.")
    opening = (
        f"⚖️ Решение по №{note.ticket_id} · {who}"
        if _is_decision(facts)
        else f"📨 Ответ на запрос по №{note.ticket_id} · {facts.addressee} ({who})"
    )
    control = facts.inquiry.control_at
    until = f"\nСрок: {context.format_short(control)}, напомню в этот день." if control is not None else ""
    return Content.of(Bold(opening), "\n", Quote(shorten(facts.inquiry.answer or "", MAX_QUESTION_CHARS)), until)


def reminder(note: InquiryReminder, data: NotificationData, context: RenderContext) -> Content:
    if not data.inquiries:
        return Content.of(_GONE.format(number=note.ticket_id))
    [facts] = data.inquiries
    if facts.inquiry.kind is InquiryKind.CALL:
        return _call(facts, data, context, f"⏰ Ждёт звонка заявитель №{note.ticket_id}")
    until = context.format_short(facts.inquiry.due_at)
    what = "решение" if _is_decision(facts) else "ответ на запрос"
    opening = f"Просрочено: {what} по №{note.ticket_id}" if note.late else f"⏰ Ждём {what} по №{note.ticket_id}"
    return Content.of(
        Bold(opening), f" · {facts.addressee} · до {until}", *_question(facts), keyboard=_answer_button(facts)
    )


def control(note: DecisionControl, data: NotificationData, context: RenderContext) -> Content:
    if not data.inquiries:
        return Content.of(_GONE.format(number=note.ticket_id))
    [facts] = data.inquiries
    return Content.of(
        Bold(f"📌 Срок решения по №{note.ticket_id}"),
        "\n",
        Quote(shorten(facts.inquiry.answer or "", MAX_QUESTION_CHARS)),
        "\nПроверьте, выполнено ли оно.",
    )


def register(note: InquiryRegister, data: NotificationData, context: RenderContext) -> Content:
    if not data.inquiries:
        return Content.of("На рассмотрении ничего нет.")
    spans: list[Span | str] = [Bold("⚖️ Вопросы на рассмотрении")]
    for facts in data.inquiries:
        one = facts.inquiry
        if one.is_open:
            late = "🔴 " if one.due_at <= context.now else ""
            spans.append(
                f"\n{late}№{one.ticket_id} · до {context.format_short(one.due_at)} · {shorten(one.question, 100)}"
            )
        elif one.control_at is not None:
            words = shorten(one.answer or "", 100)
            spans.append(f"\n📌 №{one.ticket_id} · решено, срок {context.format_short(one.control_at)} · {words}")
    numbers = dict.fromkeys(facts.inquiry.ticket_id for facts in data.inquiries)
    width = min(3, context.capabilities.buttons_per_row)
    buttons = [Button(f"№{number}", pack(Op.OPEN, number)) for number in numbers][: width * 5]
    return Content.of(*spans, keyboard=[buttons[at : at + width] for at in range(0, len(buttons), width)])


INQUIRY_VIEWS = (
    row(AskInquiryUnit, ask_unit),
    row(AskInquiry, ask_question),
    row(AskInquiryAnswer, ask_answer),
    row(AskCallWords, ask_call_words),
    row(AskCallAgain, ask_call_again),
    row(InquiryReceived, received),
    row(InquirySent, sent),
    row(InquiryAnswered, answered),
    row(InquiryReminder, reminder),
    row(DecisionControl, control),
    row(InquiryRegister, register),
)
