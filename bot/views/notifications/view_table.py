"""The rows of the table from notifications to their words."""

from collections.abc import Callable
from typing import TypeVar

from bot.domain.notifications.base import Notification
from bot.domain.view_data import NotificationData
from bot.messengers.content import Content
from bot.views.render_context import RenderContext

N = TypeVar("N", bound=Notification)

NotificationView = Callable[[Notification, NotificationData, RenderContext], Content]
ViewRow = tuple[type[Notification], NotificationView]


def row(kind: type[N], view: Callable[[N, NotificationData, RenderContext], Content]) -> ViewRow:
    """Return the row of *view*, which finds the words of one class of notifications."""

    def render(note: Notification, data: NotificationData, context: RenderContext) -> Content:
        if not isinstance(note, kind):
            raise TypeError(f"the view of {kind.__name__} was given {type(note).__name__}")
        return view(note, data, context)

    return kind, render


def template_row(kind: type[Notification], words: str) -> ViewRow:
    """Return the row of a notification whose words are one template with its fields: «{note.name}»."""

    def render(note: Notification, data: NotificationData, context: RenderContext) -> Content:
        return Content.of(words.format(note=note))

    return kind, render
