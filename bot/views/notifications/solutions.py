"""Notifications about what citizens say to an answer."""

from bot.domain.notifications.solutions import ControlDue, ControlSet, NotSolved, ProblemNotSolved, ReactionUnclear
from bot.domain.russian_text import plural
from bot.domain.solutions import Solution
from bot.domain.view_data import NotificationData
from bot.messengers.content import Bold, Button, Content, Quote, Span, Text
from bot.views.callback_codes import Op, pack
from bot.views.notifications.view_table import row
from bot.views.render_context import RenderContext, shorten

MAX_WORDS_CHARS = 1000


def solution_lines(solution: Solution | None, context: RenderContext) -> list[Span]:
    """Return the lines of a card about what came of the answer."""
    if solution is None:
        return []
    lines: list[Span] = []
    if solution.returned:
        lines.append(Bold(f"\n🔁 {_times_returned(solution.returned).capitalize()}"))
    if solution.solved_at is not None:
        lines.append(Text(f"\n👍 Житель подтвердил, что вопрос решён, {context.format_short(solution.solved_at)}"))
    if solution.control_at is not None:
        lines.append(Text(f"\n📌 На контроле до {context.format_short(solution.control_at)}"))
    return lines


def _times_returned(times: int) -> str:
    return f"возвращено {plural(times, 'раз', 'раза', 'раз')}"


def not_solved(note: NotSolved, data: NotificationData, context: RenderContext) -> Content:
    ticket = data.tickets.get(note.ticket_id)
    until = f" Ответить до {context.format_short(ticket.answer_due)}." if ticket is not None else ""
    return Content.of(
        Bold(f"🔁 №{note.ticket_id}: житель говорит, что вопрос не решён"),
        *_words(data),
        f"\nСообщение снова в работе, {_times_returned(note.times)}.{until}",
    )


def problem_not_solved(note: ProblemNotSolved, data: NotificationData, context: RenderContext) -> Content:
    people = plural(note.complaints, "житель говорит", "жителя говорят", "жителей говорят")
    return Content.of(
        Bold(f"🔁 Проблема №{note.ticket_id} не решена: так {people}"),
        "\nВ работу возвращены все сообщения о ней. Следующий ответ получат все.",
    )


def reaction_unclear(note: ReactionUnclear, data: NotificationData, context: RenderContext) -> Content:
    back = Button("↩️ Вернуть в работу", pack(Op.RETURN, note.ticket_id, note.message_id))
    return Content.of(
        f"💬 Житель написал под ответом на №{note.ticket_id}:",
        *_words(data),
        "\nЕсли вопрос не решён, верните сообщение в работу.",
        keyboard=[[back]],
    )


def control_set(note: ControlSet, data: NotificationData, context: RenderContext) -> Content:
    return Content.of(f"📌 №{note.ticket_id} на контроле до {context.format_full(note.at)}. В этот день напомню.")


def control_due(note: ControlDue, data: NotificationData, context: RenderContext) -> Content:
    back = Button("↩️ Вернуть в работу", pack(Op.RETURN, note.ticket_id))
    return Content.of(
        Bold(f"📌 Контроль: №{note.ticket_id}"),
        "\nОтвет дан. Проверьте, сделано ли обещанное; если нет, верните сообщение в работу.",
        keyboard=[[back]],
    )


def _words(data: NotificationData) -> list[Span | str]:
    return ["\n", Quote(shorten(data.message_text, MAX_WORDS_CHARS))] if data.message_text else []


SOLUTION_VIEWS = (
    row(NotSolved, not_solved),
    row(ProblemNotSolved, problem_not_solved),
    row(ReactionUnclear, reaction_unclear),
    row(ControlDue, control_due),
    row(ControlSet, control_set),
)
