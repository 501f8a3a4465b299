"""Views of questions to citizens, interim answers and referrals: prompts, what citizens said, and what came of it."""

from bot.domain.notifications.clarifications import (
    AskClarification,
    AskInterim,
    AskReferral,
    AskReferralBody,
    AskReferralDate,
    ClarificationAnswered,
    ClarificationSilent,
    PromiseDue,
    WordsUnpublished,
)
from bot.domain.view_data import NotificationData
from bot.messengers.content import Bold, Button, Content, Quote, Span
from bot.views.callback_codes import Op, pack
from bot.views.dialogs.dates import EXAMPLES, date_fault, passed_row
from bot.views.dialogs.drafts import cancel_row, text_title
from bot.views.notifications.answers import failure_reason
from bot.views.notifications.view_table import row
from bot.views.render_context import RenderContext, shorten

MAX_WORDS_CHARS = 1000


def ask_question(note: AskClarification, data: NotificationData, context: RenderContext) -> Content:
    spans: list[Span | str] = [Bold(f"❓ Вопрос жителю по №{note.ticket_id}"), *_ticket_words(note.ticket_id, data)]
    if not data.without_buttons:
        spans.append(
            "\nНапишите, что нужно уточнить. Вопрос появится под сообщением жителя, и до его ответа срок стоит."
        )
    return Content.of(*spans, keyboard=cancel_row(data, note.ticket_id))


def answered(note: ClarificationAnswered, data: NotificationData, context: RenderContext) -> Content:
    """Show the citizen's words below the question; the card comes with one press for those who have it no more."""
    ticket = data.tickets.get(note.ticket_id)
    what = "житель дополнил своё сообщение" if note.edited else "житель ответил на вопрос"
    spans: list[Span | str] = [Bold(f"💬 №{note.ticket_id}: {what}")]
    if data.inquiries:
        question = shorten(data.inquiries[0].inquiry.question, 300)
        spans += [f"\n{data.inquiries[0].asker or '—'} спрашивает: {question}"]
    spans += ["\n", Quote(shorten(data.message_text, MAX_WORDS_CHARS) if data.message_text else "без текста, вложение")]
    if ticket is not None and ticket.is_open:
        spans.append(f"\nСрок снова идёт: ответить до {context.format_short(ticket.answer_due)}.")
    return Content.of(*spans, keyboard=[_open_button(note.ticket_id)])


def silent(note: ClarificationSilent, data: NotificationData, context: RenderContext) -> Content:
    ticket = data.tickets.get(note.ticket_id)
    spans: list[Span | str] = [Bold(f"🤷 №{note.ticket_id}: житель не ответил на вопрос")]
    if data.inquiries:
        one = data.inquiries[0].inquiry
        spans += [f", заданный {context.format_full(one.asked_at)}:\n", Quote(shorten(one.question, MAX_WORDS_CHARS))]
    if ticket is not None:
        spans.append(f"\nСрок снова идёт: ответить до {context.format_short(ticket.answer_due)}.")
    return Content.of(*spans, keyboard=[_open_button(note.ticket_id)])


def ask_interim(note: AskInterim, data: NotificationData, context: RenderContext) -> Content:
    spans: list[Span | str] = [Bold(f"📅 Промежуточный ответ на №{note.ticket_id}")]
    spans += _ticket_words(note.ticket_id, data)
    if not data.without_buttons:
        spans.append(
            "\nНапишите, что уже сделано и до какого дня ждать: «до 1 октября», «до 25.11». Без дня не отправлю. "
            "Сообщение останется у вас, утром этого дня напомню."
        )
    return Content.of(*spans, keyboard=cancel_row(data, note.ticket_id))


def promise_due(note: PromiseDue, data: NotificationData, context: RenderContext) -> Content:
    return Content.of(
        Bold(f"📅 №{note.ticket_id}: жителю обещано до {context.format_short(note.due_at)}"),
        "\n",
        Quote(shorten(data.answer_text or "—", MAX_WORDS_CHARS)),
        "\nПора дать окончательный ответ.",
        keyboard=[_open_button(note.ticket_id)],
    )


def ask_body(note: AskReferralBody, data: NotificationData, context: RenderContext) -> Content:
    return Content.of(
        Bold(f"🏛 Передать №{note.ticket_id} вне центра"),
        *_ticket_words(note.ticket_id, data),
        "" if data.without_buttons else "\nКому? Напишите название органа или организации.",
        keyboard=cancel_row(data, note.ticket_id),
    )


def ask_date(note: AskReferralDate, data: NotificationData, context: RenderContext) -> Content:
    words = f"Когда проверить, что там сделали по №{note.ticket_id}? В этот день напомню. Например: {EXAMPLES}"
    rows = [*passed_row(note, data, context, note.ticket_id), *cancel_row(data, note.ticket_id)]
    return Content.of(f"{date_fault(note, context)}{words}", keyboard=rows)


def ask_words(note: AskReferral, data: NotificationData, context: RenderContext) -> Content:
    hint = "" if data.without_buttons else "\nНапишите, что сказать жителю: кто решит его вопрос и как туда обратиться."
    return Content.of(
        Bold(f"🏛 №{note.ticket_id} → {note.body}"),
        f", на контроле до {context.format_short(note.control_at)}",
        hint,
        keyboard=cancel_row(data, note.ticket_id),
    )


def unpublished(note: WordsUnpublished, data: NotificationData, context: RenderContext) -> Content:
    return Content.of(
        Bold(f"⚠️ {text_title(data.answer_kind, note.ticket_id)} не опубликован"),
        f"\nПричина: {failure_reason(note.reason)}. Житель его не увидит, срок ответа идёт.\n",
        Quote(shorten(data.answer_text or "—", 2500)),
        keyboard=[_open_button(note.ticket_id)],
    )


def _ticket_words(number: int, data: NotificationData) -> list[Span | str]:
    ticket = data.tickets.get(number)
    return ["\n", Quote(shorten(ticket.text, 300))] if ticket is not None and ticket.text else []


def _open_button(number: int) -> list[Button]:
    return [Button(f"Открыть №{number}", pack(Op.OPEN, number))]


CLARIFICATION_VIEWS = (
    row(AskClarification, ask_question),
    row(ClarificationAnswered, answered),
    row(ClarificationSilent, silent),
    row(AskInterim, ask_interim),
    row(PromiseDue, promise_due),
    row(AskReferralBody, ask_body),
    row(AskReferralDate, ask_date),
    row(AskReferral, ask_words),
    row(WordsUnpublished, unpublished),
)
