"""The table of all notifications and the functions that find their words."""

from collections.abc import Mapping
from dataclasses import replace

from bot.domain.notifications.base import Notification
from bot.domain.notifications.held_notes import HeldNotes
from bot.domain.russian_text import plural
from bot.domain.view_data import NotificationData
from bot.messengers.content import Bold, Button, Content, Span
from bot.views.board import BOARD_VIEWS
from bot.views.dialogs.prompts import DIALOG_VIEWS
from bot.views.imports import IMPORT_VIEWS
from bot.views.notifications.absences import ABSENCE_VIEWS
from bot.views.notifications.accounts import ACCOUNT_VIEWS
from bot.views.notifications.admin import ADMIN_VIEWS
from bot.views.notifications.answer_limits import ANSWER_LIMIT_VIEWS
from bot.views.notifications.answers import ANSWER_VIEWS
from bot.views.notifications.approvals import APPROVAL_VIEWS
from bot.views.notifications.clarifications import CLARIFICATION_VIEWS
from bot.views.notifications.correction_requests import CORRECTION_REQUEST_VIEWS
from bot.views.notifications.delegations import DELEGATION_VIEWS
from bot.views.notifications.entries import ENTRY_VIEWS
from bot.views.notifications.extensions import EXTENSION_VIEWS
from bot.views.notifications.forwards import FORWARD_VIEWS
from bot.views.notifications.inquiries import INQUIRY_VIEWS
from bot.views.notifications.limits import LIMIT_VIEWS
from bot.views.notifications.manual_posting import MANUAL_POSTING_VIEWS
from bot.views.notifications.passing import PASSING_VIEWS
from bot.views.notifications.people import PEOPLE_VIEWS
from bot.views.notifications.people_pages import PEOPLE_PAGE_VIEWS
from bot.views.notifications.problems import PROBLEM_VIEWS
from bot.views.notifications.promises import PROMISE_VIEWS
from bot.views.notifications.regional import REGIONAL_VIEWS
from bot.views.notifications.reminders import REMINDER_VIEWS
from bot.views.notifications.reports import REPORT_VIEWS
from bot.views.notifications.solutions import SOLUTION_VIEWS
from bot.views.notifications.staff import STAFF_VIEWS
from bot.views.notifications.templates import TEMPLATE_VIEWS
from bot.views.notifications.tickets import TICKET_VIEWS
from bot.views.notifications.topics import TOPIC_VIEWS
from bot.views.notifications.view_table import NotificationView, row
from bot.views.notifications.words import WORD_VIEWS
from bot.views.render_context import RenderContext
from bot.views.ticket_data import TICKET_DATA_VIEWS

MAX_BUTTON_ROWS = 6
"""VK allows that many rows under a message (https://dev.vk.com/ru/api/bots/development/keyboard)."""


def held_notes(note: HeldNotes, data: NotificationData, context: RenderContext) -> Content:
    """Return the words of several notes, each with its moment; their buttons are numbered if there are several."""
    spans: list[Span | str] = [Bold("🗂 Пока с вами не было связи:")]
    rows: list[list[Button]] = []
    if note.earlier:
        spans.append(f"\n…и ещё {plural(note.earlier, 'уведомление', 'уведомления', 'уведомлений')} раньше")
    for number, (held, inner, inner_data) in enumerate(data.held_notes, start=1):
        content = render_notification(inner, inner_data, context)
        prefix = f"{number}. " if len(data.held_notes) > 1 else ""
        spans += ["\n\n", Bold(f"{prefix}{context.format_short(held.until)}")]
        if held.times > 1:
            times = plural(held.times, "раз", "раза", "раз")
            spans.append(f" ({times}, впервые {context.format_short_at(held.since)})")
        spans += ["\n", *content.spans]
        rows += [[replace(button, text=prefix + button.text) for button in line] for line in content.keyboard]
    return Content.of(*spans, keyboard=rows[-MAX_BUTTON_ROWS:])


NOTIFICATION_VIEWS: Mapping[type[Notification], NotificationView] = dict(
    (
        *ACCOUNT_VIEWS,
        *ADMIN_VIEWS,
        *ANSWER_LIMIT_VIEWS,
        *ANSWER_VIEWS,
        *APPROVAL_VIEWS,
        *BOARD_VIEWS,
        *CLARIFICATION_VIEWS,
        *ENTRY_VIEWS,
        *EXTENSION_VIEWS,
        *FORWARD_VIEWS,
        *CORRECTION_REQUEST_VIEWS,
        *DELEGATION_VIEWS,
        *DIALOG_VIEWS,
        row(HeldNotes, held_notes),
        *IMPORT_VIEWS,
        *INQUIRY_VIEWS,
        *LIMIT_VIEWS,
        *MANUAL_POSTING_VIEWS,
        *PEOPLE_PAGE_VIEWS,
        *PEOPLE_VIEWS,
        *PASSING_VIEWS,
        *PROBLEM_VIEWS,
        *PROMISE_VIEWS,
        *REGIONAL_VIEWS,
        *REMINDER_VIEWS,
        *REPORT_VIEWS,
        *SOLUTION_VIEWS,
        *STAFF_VIEWS,
        *TEMPLATE_VIEWS,
        *TICKET_VIEWS,
        *TICKET_DATA_VIEWS,
        *TOPIC_VIEWS,
        *WORD_VIEWS,
        *ABSENCE_VIEWS,
    )
)


def render_notification(note: Notification, data: NotificationData, context: RenderContext) -> Content:
    """Return the words of *note* and its buttons."""
    return NOTIFICATION_VIEWS[type(note)](note, data, context)
