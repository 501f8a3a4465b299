"""Notifications about templates of answers."""

from dataclasses import dataclass

from bot.domain.notifications.base import Notification, stored


@dataclass(frozen=True, slots=True)
class ListedTemplate:
    """A template in a list; ``purpose`` says in words what it is for."""

    id: int
    purpose: str
    text: str


class TemplateList(Notification, code="templates"):
    """A page of the templates that the reader may change."""

    templates: tuple[ListedTemplate, ...]
    page: int = stored(default=0)
    pages: int = stored(default=1)


class AskTemplate(Notification, code="ask_template"):
    """Prompt for the text of a template; ``text``: the present one of a template that is changed."""

    text: str | None = stored(default=None)


class TemplateSaved(Notification, code="template_saved"):
    """Confirmation that a template was added or changed."""

    purpose: str = stored("used_for")
