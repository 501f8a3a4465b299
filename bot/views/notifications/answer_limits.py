"""Notifications about answers over a limit, in words."""

from bot.domain.answer_limits import LimitKind
from bot.domain.notifications.answer_limits import AnswerDeclined, AnswerOverLimit, AnswerReleased, AnswerWaits
from bot.domain.russian_text import plural, plural_form
from bot.domain.view_data import NotificationData
from bot.messengers.content import Bold, Button, Content, Quote
from bot.views.callback_codes import Op, pack
from bot.views.notifications.view_table import row
from bot.views.render_context import RenderContext, shorten

MAX_TEXT_CHARS = 1500


def over_limit(note: AnswerOverLimit, data: NotificationData, context: RenderContext) -> Content:
    """Ask the coordinator, with the words that would go out."""
    people = plural(note.limit, "человек", "человека", "человек")
    answers = plural(note.limit, "публичный ответ", "публичных ответа", "публичных ответов")
    got = plural_form(note.limit, "получил", "получили", "получили")
    sent = plural_form(note.limit, "отправлен", "отправлены", "отправлено")
    why = (
        f"Такой же ответ за последний рабочий час уже {got} {people}."
        if note.reason is LimitKind.SAME_ANSWER
        else f"Сегодня уже {sent} {answers}, это предел из настроек."
    )
    send = Button("📤 Отправить", pack(Op.LIMITED_SEND, note.ticket_id, note.held_id))
    decline = Button("🚫 Не отправлять", pack(Op.LIMITED_DECLINE, note.ticket_id, note.held_id))
    return Content.of(
        Bold(f"⏸ Ответ на №{note.ticket_id} ждёт вашего решения"),
        f"\n{why}\nАвтор ответа: {note.author}\n",
        Quote(shorten(note.text, MAX_TEXT_CHARS) or "без текста"),
        keyboard=[[send, decline]],
    )


def waits(note: AnswerWaits, data: NotificationData, context: RenderContext) -> Content:
    why = "таких же ответов за час" if note.reason is LimitKind.SAME_ANSWER else "публичных ответов за день"
    return Content.of(
        f"⏸ Ответ на №{note.ticket_id} пока не отправлен: слишком много {why}. Решит координатор.\n",
        Quote(shorten(note.text, MAX_TEXT_CHARS) or "без текста"),
    )


def declined(note: AnswerDeclined, data: NotificationData, context: RenderContext) -> Content:
    return Content.of(
        f"🚫 Координатор решил не отправлять ответ на №{note.ticket_id}. Напишите другой. Было:\n",
        Quote(shorten(note.text, MAX_TEXT_CHARS) or "без текста"),
    )


def released(note: AnswerReleased, data: NotificationData, context: RenderContext) -> Content:
    who = f" Решение: {note.name}." if note.name else ""
    return Content.of(f"📤 Ответ на №{note.ticket_id} отправляется.{who}")


ANSWER_LIMIT_VIEWS = (
    row(AnswerOverLimit, over_limit),
    row(AnswerWaits, waits),
    row(AnswerDeclined, declined),
    row(AnswerReleased, released),
)
