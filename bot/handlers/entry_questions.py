"""The questions of ``/new`` that depend on the municipality, and their pages."""

from collections.abc import Callable, Mapping

from bot.domain.dialogs import Dialog, DialogStep
from bot.domain.notifications.base import Notification
from bot.domain.notifications.dialogs import (
    AskNewDeadline,
    AskNewDistrict,
    AskNewNumber,
    AskNewOwnTerm,
    AskNewSource,
    AskNewText,
)
from bot.domain.notifications.registry import notification_of
from bot.services.context import UseCaseContext
from bot.services.intake import typed_entries
from bot.views.callback_codes import MAX_PAGE


def source_question(ctx: UseCaseContext, *, files_left_out: bool = False, page: int = 0) -> AskNewSource:
    """Return the question where the message came from."""
    return AskNewSource(files_left_out=files_left_out, systems=typed_entries.list_systems(ctx), page=page)


def district_question(ctx: UseCaseContext, page: int = 0) -> AskNewDistrict:
    """Return the question for the district."""
    return AskNewDistrict(districts=tuple(ctx.municipality.districts()), page=page)


def question_of_field(ctx: UseCaseContext, field: str) -> tuple[DialogStep, Notification] | None:
    """Return the step and the question at which *field* is typed once more; ``None`` if there is no such field."""
    asked: dict[str, tuple[DialogStep, Notification]] = {
        "text": (DialogStep.ENTRY_TEXT, AskNewText()),
        "source": (DialogStep.ENTRY_SOURCE, source_question(ctx)),
        "number": (DialogStep.ENTRY_NUMBER, AskNewNumber()),
        "due": (DialogStep.ENTRY_DEADLINE, AskNewDeadline()),
        "own": (DialogStep.ENTRY_OWN_TERM, AskNewOwnTerm()),
        "district": (DialogStep.ENTRY_DISTRICT, district_question(ctx)),
    }
    return asked.get(field)


def find_page(ctx: UseCaseContext, dialog: Dialog, name: str, value: str) -> Notification | None:
    """Return the page that a press of «Дальше» or «Раньше» asks for; ``None`` for every other button."""
    turn = _PAGES.get(name)
    return None if turn is None else turn(ctx, dialog, min(int(value), MAX_PAGE) if value.isdecimal() else 0)


def _source_page(ctx: UseCaseContext, dialog: Dialog, page: int) -> Notification:
    """Return a page of the sources; what was said about files is said on it, too."""
    shown = dialog.facts.get("shown")
    asked = notification_of(shown) if shown is not None else None
    return source_question(ctx, files_left_out=isinstance(asked, AskNewSource) and asked.files_left_out, page=page)


def _district_page(ctx: UseCaseContext, dialog: Dialog, page: int) -> Notification:
    return district_question(ctx, page)


_PAGES: Mapping[str, Callable[[UseCaseContext, Dialog, int], Notification]] = {
    "sources": _source_page,
    "districts": _district_page,
}
"""The buttons that turn the pages of a question, by the name in their argument."""
