"""Reminders, overdue notices, and several of them in one message."""

from collections.abc import Sequence

from bot.domain.escalation import Absence, After, StepCode
from bot.domain.gist import gist
from bot.domain.notifications.deadlines import (
    REMINDER_CODES,
    TICKET_NOTICES,
    AcceptOverdue,
    AcceptReminder,
    AnswerReminder,
    ApproveOverdue,
    ChainHandedOver,
    ChainNotice,
    DraftOverdue,
    FirstWordOverdue,
    NoticeItem,
    NoticeList,
    NotOursOverdue,
    OutageSummary,
    PostingReminder,
    QuietArrival,
    ReworkOverdue,
    StillInWork,
    TermsRecomputed,
    TicketNotice,
    UnitBreaches,
    WatcherOverdue,
)
from bot.domain.russian_text import plural
from bot.domain.tickets import Ticket
from bot.domain.view_data import NotificationData
from bot.messengers.content import Bold, Button, Content, Span, Text
from bot.views.callback_codes import Op, pack
from bot.views.notifications.view_table import row
from bot.views.render_context import RenderContext, shorten

MAX_DETAILED_TICKETS = 30
"""Tickets with a line each in one message; of the others only the numbers are named."""

OVERDUE_PREFIX = "Просрочено: "
QUIET_PREFIX = "🌙 Пришло без звука: "
REMINDER_PREFIX = "⏰ Напоминание: "
SILENT_PREFIX = "🤫 Нет вестей: "

_STEP_TEXTS = {
    After.DRAFT: "ответ не подготовлен в срок",
    After.APPROVE: "ответ ждёт согласования дольше срока",
    After.REWORK: "ответ не исправлен по замечанию в срок",
    After.NOT_OURS: "не принято, и «не наше» в срок не сказано",
    After.SOLVE: "вопрос не решён в срок",
    After.SILENT: "принято, но ничего не слышно",
}
_WARNING_TEXTS = {
    After.DRAFT: "пора подготовить ответ",
    After.APPROVE: "ответ ждёт согласования",
    After.REWORK: "пора исправить ответ по замечанию",
    After.NOT_OURS: "пора принять или сказать «не наше»",
    After.SOLVE: "срок решения близок",
}
_ABSENCE_TEXTS = {
    Absence.VACANT: "Пишу вам: того, кому это сообщают, в списке сотрудников нет.",
    Absence.AWAY: "Пишу вам: того, кому это сообщают, сейчас нет на связи.",
}


def ticket_notice(note: TicketNotice, data: NotificationData, context: RenderContext) -> Content:
    """Say what one notice is about; which deadline a watcher is told of follows from the ticket."""
    code = note.step if isinstance(note, ChainNotice) else note.code
    opening = QUIET_PREFIX if code == QuietArrival.code else _opening(code)
    spans: list[Span] = [Bold(f"{opening}№{note.ticket_id}")]
    ticket = data.tickets.get(note.ticket_id)
    if ticket is not None:
        spans.append(Text(_notice_text(code, ticket, note.sector, context) + _post(code, note.post)))
        if ticket.text and ticket.may_be_quoted:
            spans.append(Text(f"\n{shorten(ticket.text, 120)}"))
    item = NoticeItem(note.code, note.ticket_id)
    return Content.of(*spans, keyboard=_buttons([item], context) if _is_watched(item) else ())


def is_reminder(code: str) -> bool:
    """True if the deadline is near, False if it has passed."""
    step = StepCode.parse(code)
    return step.is_warning if step is not None else code in REMINDER_CODES


def _opening(code: str) -> str:
    step = StepCode.parse(code)
    if step is not None and step.after is After.SILENT:
        return SILENT_PREFIX
    return REMINDER_PREFIX if is_reminder(code) else OVERDUE_PREFIX


def notices(note: NoticeList, data: NotificationData, context: RenderContext) -> Content:
    """List several notices: first what is overdue, then what is near its deadline, then what came without a sound."""
    spans: list[Span] = []
    groups = _groups(note.items)
    for heading, group in zip((OVERDUE_PREFIX, "⏰ Напоминания: ", QUIET_PREFIX), groups, strict=True):
        if spans and group:
            spans.append(Text("\n\n"))
        spans += _notice_list(heading, group, data, context)
    if note.more:
        rest = plural(note.more, "сообщение", "сообщения", "сообщений")
        spans.append(Text(f"\n\nИ ещё {rest}: они в {'/my' if any(map(_is_own, note.items)) else '/control'}"))
    return Content.of(*spans, keyboard=_buttons([item for group in groups for item in group], context))


def _groups(items: Sequence[NoticeItem]) -> tuple[list[NoticeItem], list[NoticeItem], list[NoticeItem]]:
    """Return what is overdue, what is near its deadline, and what is new."""
    new = [item for item in items if item.code == QuietArrival.code]
    soon = [item for item in items if is_reminder(item.code)]
    return [item for item in items if item not in soon and item not in new], soon, new


def catch_up(note: OutageSummary, data: NotificationData, context: RenderContext) -> Content:
    """Sum up the time in which the bot did not work: new messages, overdue and near deadlines."""
    late, soon, _ = _groups(note.items)
    parts = []
    if note.new:
        parts.append(f"новых сообщений {note.new}")
    if late:
        parts.append(f"просрочено {len(late)}: {_number_list(late)}")
    if soon:
        parts.append(f"срок близок у {len(soon)}: {_number_list(soon)}")
    since, until = context.format_short(note.since), context.format_short(note.until)
    spans: list[Span] = [Bold(f"Пока бот не работал (с {since} до {until}): "), Text("; ".join(parts) + ".")]
    for group in (late, soon):
        if group:
            spans += [Text("\n"), *_notice_lines(group, data, context)]
    return Content.of(*spans, keyboard=_buttons([*late, *soon], context))


def _is_watched(item: NoticeItem) -> bool:
    """Return whether the reader does not work on the ticket, but may ask its post to hurry."""
    return item.code == WatcherOverdue.code


def _is_own(item: NoticeItem) -> bool:
    """Return whether the reader works on the ticket."""
    return not _is_watched(item) and StepCode.parse(item.code) is None


def _buttons(items: Sequence[NoticeItem], context: RenderContext) -> list[list[Button]]:
    """Return a button for each ticket that brings its card up, and one that asks the post to hurry if it is watched."""
    rows, width = context.capabilities.button_rows, min(3, context.capabilities.buttons_per_row)
    if any(_is_watched(item) for item in items):
        return [
            [
                Button(f"Открыть №{item.ticket_id}", pack(Op.OPEN, item.ticket_id)),
                *([Button("Поторопить", pack(Op.NUDGE, item.ticket_id))] if _is_watched(item) else []),
            ]
            for item in items[:rows]
        ]
    buttons = [Button(f"№{item.ticket_id}", pack(Op.OPEN, item.ticket_id)) for item in items[: rows * width]]
    return [buttons[start : start + width] for start in range(0, len(buttons), width)]


def _number_list(items: Sequence[NoticeItem]) -> str:
    shown = ", ".join(f"№{item.ticket_id}" for item in items[:MAX_DETAILED_TICKETS])
    return shown if len(items) <= MAX_DETAILED_TICKETS else f"{shown} и ещё {len(items) - MAX_DETAILED_TICKETS}"


def _notice_list(
    heading: str, items: Sequence[NoticeItem], data: NotificationData, context: RenderContext
) -> list[Span]:
    if not items:
        return []
    spans: list[Span] = [Bold(heading + plural(len(items), "сообщение", "сообщения", "сообщений"))]
    spans += _notice_lines(items, data, context)
    if len(items) > MAX_DETAILED_TICKETS:
        spans.append(Text("\nИ ещё: " + ", ".join(f"№{item.ticket_id}" for item in items[MAX_DETAILED_TICKETS:])))
    return spans


def _notice_lines(items: Sequence[NoticeItem], data: NotificationData, context: RenderContext) -> list[Span]:
    """Return a line for each of the first items."""
    spans: list[Span] = []
    for item in items[:MAX_DETAILED_TICKETS]:
        spans.append(Text(f"\n№{item.ticket_id}"))
        ticket = data.tickets.get(item.ticket_id)
        if ticket is not None:
            spans.append(Text(_notice_text(item.code, ticket, item.sector, context) + _post(item.code, item.post)))
            if ticket.text and ticket.may_be_quoted:
                spans.append(Text(f" · {gist(ticket.text, ticket.place)}"))
    return spans


_LATE_POST_CODES = frozenset({WatcherOverdue.code, DraftOverdue.code, ReworkOverdue.code, NotOursOverdue.code})
"""Notices that a post has missed a deadline, for others."""


def _post(code: str, post: str | None) -> str:
    """Name the post that is late to who does not hold it; an approval is another's step."""
    step = StepCode.parse(code)
    is_late = code in _LATE_POST_CODES or (step is not None and not step.is_warning and step.after is not After.APPROVE)
    return f" · отвечает: {post}" if post and is_late else ""


def _notice_text(code: str, ticket: Ticket, sector: str | None, context: RenderContext) -> str:
    """Return « · Дороги · не принято до 15:30»; the sector is named only for those who watch several."""
    step = StepCode.parse(code)
    if step is not None:
        return _step_text(step, ticket, sector, context)
    accept, answer = context.format_short(ticket.accept_due), context.format_short(ticket.answer_due)
    title = f" · {sector}" if sector and code == WatcherOverdue.code else ""
    match code:
        case AcceptReminder.code | QuietArrival.code:
            return f" · примите до {accept}"
        case AnswerReminder.code:
            return f" · ответьте до {answer}"
        case PostingReminder.code:
            return " · ответ готов, но ещё не опубликован; если он уже на месте, нажмите «Опубликовано» под карточкой"
        case AcceptOverdue.code:
            return f" · не принято до {accept}"
        case DraftOverdue.code:
            return " · ответ не подготовлен в срок"
        case ApproveOverdue.code:
            return " · ответ ждёт согласования дольше срока"
        case ReworkOverdue.code:
            return " · ответ не исправлен по замечанию в срок"
        case FirstWordOverdue.code:
            return " · жителю не сказали, что вопрос взят в работу"
        case NotOursOverdue.code:
            return " · не принято, и «не наше» в срок не сказано"
    if code == WatcherOverdue.code and ticket.answer_due > context.now:
        return f"{title} · не принято до {accept}"
    return f"{title} · нет ответа, срок был {answer}"


def _step_text(step: StepCode, ticket: Ticket, sector: str | None, context: RenderContext) -> str:
    """Return what a step of a chain says, and in the end why it reaches the reader."""
    accept, answer = context.format_short(ticket.accept_due), context.format_short(ticket.answer_due)
    match step.after:
        case After.ACCEPT:
            words = f"примите до {accept}" if step.is_warning else f"не принято до {accept}"
        case After.ANSWER:
            words = f"ответьте до {answer}" if step.is_warning else f"нет ответа, срок был {answer}"
        case _:
            words = (_WARNING_TEXTS if step.is_warning else _STEP_TEXTS)[step.after]
    title = f" · {sector}" if sector else ""
    why = f". {_ABSENCE_TEXTS[step.absence]}" if step.absence is not None else ""
    return f"{title} · {words}{why}"


def still_in_work(note: StillInWork, data: NotificationData, context: RenderContext) -> Content:
    """Ask who has accepted the ticket whether they are at it."""
    ticket = data.tickets.get(note.ticket_id)
    spans: list[Span] = [Bold(f"Ещё в работе? №{note.ticket_id}")]
    if ticket is not None:
        if ticket.text and ticket.may_be_quoted:
            spans.append(Text(f"\n{shorten(ticket.text, 120)}"))
        spans.append(Text(f"\nОтветить до {context.format_short(ticket.answer_due)}."))
    return Content(tuple(spans), ((Button("В работе", pack(Op.IN_WORK, note.ticket_id)),),))


def chain_handed_over(note: ChainHandedOver, data: NotificationData, context: RenderContext) -> Content:
    """Tell the new holder that the ticket is theirs, and the previous one whose it is."""
    if not note.is_new:
        return Content.of(f"➡️ №{note.ticket_id} передано: {note.name}. Срок принять его вышел или от вас нет вестей.")
    why = f" {_ABSENCE_TEXTS[Absence(note.absence)]}" if note.absence is not None else ""
    return Content.of(f"➡️ №{note.ticket_id} передано вам: в срок никто не принял или не продолжил.{why}")


def terms_recomputed(note: TermsRecomputed, data: NotificationData, context: RenderContext) -> Content:
    """Tell the administrator what a change of the configuration has done."""
    if not note.moved:
        return Content.of("⏱ Правила, сроки или календарь изменились. У открытых сообщений сроки остались прежними.")
    changed = plural(note.moved, "открытого сообщения", "открытых сообщений", "открытых сообщений")
    return Content.of(
        f"⏱ Правила, сроки или календарь изменились. Сроки пересчитаны, у {changed} они теперь другие; "
        "почему — видно по кнопке «Почему такой срок?» в карточке."
    )


def unit_breaches(note: UnitBreaches, data: NotificationData, context: RenderContext) -> Content:
    """Say that a unit misses its deadlines too often."""
    late = plural(note.count, "сообщение", "сообщения", "сообщений")
    return Content.of(
        Bold(f"⚠️ {note.sector}: в этом месяце просрочено {late}"),
        f"\nБольше, чем допускает настройка (за месяц — {note.most}). Последнее: №{note.ticket_id}. "
        "До конца месяца больше об этом не напишу.",
        keyboard=[[Button(f"Открыть №{note.ticket_id}", pack(Op.OPEN, note.ticket_id))]],
    )


REMINDER_VIEWS = (
    *(row(kind, ticket_notice) for kind in TICKET_NOTICES.values()),
    row(ChainNotice, ticket_notice),
    row(StillInWork, still_in_work),
    row(ChainHandedOver, chain_handed_over),
    row(NoticeList, notices),
    row(TermsRecomputed, terms_recomputed),
    row(UnitBreaches, unit_breaches),
    row(OutageSummary, catch_up),
)
