"""The table of all notifications and the functions that find their words."""

from collections.abc import Mapping

from bot.domain.notifications.base import Notification
from bot.domain.view_data import NotificationData
from bot.messengers.content import Content
from bot.views.dialogs.prompts import DIALOG_VIEWS
from bot.views.notifications.accounts import ACCOUNT_VIEWS
from bot.views.notifications.admin import ADMIN_VIEWS
from bot.views.notifications.answers import ANSWER_VIEWS
from bot.views.notifications.limits import LIMIT_VIEWS
from bot.views.notifications.manual_posting import MANUAL_POSTING_VIEWS
from bot.views.notifications.problems import PROBLEM_VIEWS
from bot.views.notifications.reminders import REMINDER_VIEWS
from bot.views.notifications.reports import REPORT_VIEWS
from bot.views.notifications.staff import STAFF_VIEWS
from bot.views.notifications.tickets import TICKET_VIEWS
from bot.views.notifications.view_table import NotificationView
from bot.views.render_context import RenderContext

NOTIFICATION_VIEWS: Mapping[type[Notification], NotificationView] = dict(
    (
        *ACCOUNT_VIEWS,
        *ADMIN_VIEWS,
        *ANSWER_VIEWS,
        *DIALOG_VIEWS,
        *LIMIT_VIEWS,
        *MANUAL_POSTING_VIEWS,
        *PROBLEM_VIEWS,
        *REMINDER_VIEWS,
        *REPORT_VIEWS,
        *STAFF_VIEWS,
        *TICKET_VIEWS,
    )
)


def render_notification(note: Notification, data: NotificationData, context: RenderContext) -> Content:
    """Return the words of *note* and its buttons."""
    return NOTIFICATION_VIEWS[type(note)](note, data, context)
