"""The words and the button of a prompt for a date that was not understood, or has passed."""

from collections.abc import Mapping

from bot.domain.date_faults import DateFault
from bot.domain.notifications.dates import AsksDate
from bot.domain.view_data import NotificationData
from bot.messengers.content import Button
from bot.views.callback_codes import Op, pack
from bot.views.render_context import RenderContext

EXAMPLES = "25.11, 25.11 10:00, завтра, до пятницы, через 3 дня"

_FAULTS: Mapping[DateFault, str] = {
    DateFault.UNREAD: "Не получилось прочитать дату. ",
    DateFault.PAST: "Это время уже прошло. ",
    DateFault.FAR: "Проверьте год: до этого больше двух лет. ",
}


def date_fault(note: AsksDate, context: RenderContext) -> str:
    """Return what was wrong with the last reply, with a space behind it; «» for the first question."""
    if note.passed is not None:
        said, offered = (one.astimezone(context.zone) for one in (note.passed.said, note.passed.offered))
        return f"{said:%d.%m} уже прошло. {offered:%d.%m.%Y}? Если да, нажмите кнопку. "
    return _FAULTS[note.fault] if note.fault is not None else ""


def passed_row(
    note: AsksDate, data: NotificationData, context: RenderContext, ticket_id: int = 0
) -> list[list[Button]]:
    """Return the button with the day that may have been meant; no row if there is none, or the prompt is over."""
    if note.passed is None or data.draft is None:
        return []
    offered = note.passed.offered.astimezone(context.zone)
    minutes = int(note.passed.offered.timestamp()) // 60
    return [[Button(f"{offered:%d.%m.%Y}", pack(Op.DATE_MEANT, ticket_id, f"{data.draft.version}.{minutes}"))]]
