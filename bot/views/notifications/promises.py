"""Views of the promises in the words of answers."""

from datetime import date

from bot.domain.notifications.promises import (
    AskPromiseDay,
    PromiseDecided,
    PromiseNoted,
    PromiseOffered,
    PromiseReminder,
)
from bot.domain.promises import PromiseOutcome
from bot.domain.view_data import NotificationData
from bot.messengers.content import Bold, Button, Content, Quote
from bot.views.callback_codes import Op, pack
from bot.views.dialogs.dates import EXAMPLES, date_fault, passed_row
from bot.views.dialogs.drafts import cancel_row
from bot.views.notifications.view_table import row
from bot.views.render_context import RenderContext, shorten

MAX_WORDS_CHARS = 1000

_OUTCOMES = {
    PromiseOutcome.KEPT: "✅ №{number}: обещание выполнено.",
    PromiseOutcome.BROKEN: "⚠️ №{number}: отмечено, что обещание не выполнено. Напишите об этом жителю.",
    PromiseOutcome.MOVED: "📅 №{number}: обещание перенесено на {day}. Напишите жителю новый день.",
}


def offered(note: PromiseOffered, data: NotificationData, context: RenderContext) -> Content:
    day = date.fromisoformat(note.day)
    code = pack(Op.PROMISE_NOTE, note.ticket_id, f"{note.answer_id}.{day:%Y%m%d}")
    remember = Button(f"📌 Запомнить обещание: до {day:%d.%m}", code)
    decline = Button("Нет", pack(Op.PROMISE_DECLINE, note.ticket_id, note.answer_id))
    return Content.of(
        Bold(f"📌 В ответе на №{note.ticket_id} обещание: «{shorten(note.words, 100)}»"),
        f"\nЗапомнить день {day:%d.%m.%Y}? Утром напомню и спрошу, выполнено ли.",
        keyboard=[[remember], [decline]],
    )


def noted(note: PromiseNoted, data: NotificationData, context: RenderContext) -> Content:
    if note.due_at is None:
        return Content.of(f"Хорошо, обещание в ответе на №{note.ticket_id} не запоминаю.")
    return Content.of(f"📌 №{note.ticket_id}: обещание до {context.format_short(note.due_at)} записано.")


def reminder(note: PromiseReminder, data: NotificationData, context: RenderContext) -> Content:
    is_over = note.due_at < context.now
    what = "обещанный день прошёл" if is_over else "сегодня обещанный день"
    number, arg = note.ticket_id, note.promise_id
    return Content.of(
        Bold(f"📅 №{number}: {what} ({context.format_short(note.due_at)})"),
        "\n",
        Quote(shorten(data.answer_text or "—", MAX_WORDS_CHARS)),
        "\nВыполнено?",
        keyboard=[
            [Button("✅ Выполнено", pack(Op.PROMISE_KEPT, number, arg))],
            [
                Button("📅 Перенести", pack(Op.PROMISE_MOVE, number, arg)),
                Button("⚠️ Не выполнено", pack(Op.PROMISE_BROKEN, number, arg)),
            ],
            [Button(f"Открыть №{number}", pack(Op.OPEN, number))],
        ],
    )


def decided(note: PromiseDecided, data: NotificationData, context: RenderContext) -> Content:
    day = context.format_full(note.due_at) if note.due_at is not None else ""
    return Content.of(_OUTCOMES[note.outcome].format(number=note.ticket_id, day=day))


def ask_day(note: AskPromiseDay, data: NotificationData, context: RenderContext) -> Content:
    words = f"На какой день перенести обещание по №{note.ticket_id}? Например: {EXAMPLES}"
    rows = [*passed_row(note, data, context, note.ticket_id), *cancel_row(data, note.ticket_id)]
    return Content.of(f"{date_fault(note, context)}{words}", keyboard=rows)


PROMISE_VIEWS = (
    row(PromiseOffered, offered),
    row(PromiseNoted, noted),
    row(PromiseReminder, reminder),
    row(PromiseDecided, decided),
    row(AskPromiseDay, ask_day),
)
