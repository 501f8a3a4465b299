"""Every notification has words, whatever release has stored it."""

import pkgutil
import string
from dataclasses import fields, replace
from datetime import UTC, datetime
from importlib import import_module
from zoneinfo import ZoneInfo

import pytest

from bot import domain
from bot.domain import errors
from bot.domain.messages import UnreadKind
from bot.domain.notifications import registry
from bot.domain.notifications.citizens import ContentUnread, DangerAdvice, TicketDismissed
from bot.domain.notifications.dialogs import AskAnswer, PromptClosed, PromptDone, PromptResult
from bot.domain.notifications.refusals import RefusalDetails
from bot.domain.notifications.solutions import SolvedQuestion
from bot.domain.notifications.toasts import HandedOverToast, RefusalToast, ToastCode
from bot.domain.tickets import DismissReason
from bot.domain.urgency import Danger
from bot.domain.view_data import NotificationData
from bot.messengers.vk.messenger import CAPABILITIES
from bot.views import citizen, toasts
from bot.views.danger import DANGER_TEXTS, DANGER_TITLES
from bot.views.notifications.admin import ADMIN_VIEWS
from bot.views.notifications.registry import NOTIFICATION_VIEWS, render_notification
from bot.views.render_context import RenderContext

CONTEXT = RenderContext(ZoneInfo("Asia/Vladivostok"), datetime(2026, 11, 20, 4, 30, tzinfo=UTC), CAPABILITIES)
NO_DATA = NotificationData(tickets={})


def test_every_notification_has_exactly_one_view():
    assert set(NOTIFICATION_VIEWS) == set(registry.NOTIFICATIONS.values())


def test_every_citizen_note_and_toast_has_words():
    assert set(citizen._DISMISSED) == set(DismissReason)
    others = {ContentUnread, DangerAdvice, SolvedQuestion, TicketDismissed}
    assert {*citizen._TEMPLATES, *others} == set(registry.CITIZEN_NOTES.values())
    assert set(citizen._UNREAD_TITLES) == set(UnreadKind)
    assert set(DANGER_TEXTS) == set(DANGER_TITLES) == set(Danger)
    assert set(toasts._TEMPLATES) == set(registry.TOASTS.values())
    assert set(toasts._TEXTS) == set(ToastCode)


@pytest.mark.parametrize(("templates", "name"), [(citizen._TEMPLATES, "note"), (toasts._TEMPLATES, "toast")])
def test_templates_name_fields_that_exist(templates, name):
    for kind, words in templates.items():
        named = {field for _, field, _, _ in string.Formatter().parse(words) if field}
        assert named == {f"{name}.{one.name}" for one in fields(kind)}


def test_words_of_a_person_are_never_a_template():
    note = PromptClosed(text="✓ {note.code} {0}")

    assert render_notification(note, NO_DATA, CONTEXT).plain_text == "✓ {note.code} {0}"


@pytest.mark.parametrize("result", PromptResult)
def test_every_result_of_a_prompt_has_words(result):
    words = render_notification(PromptDone(result=result, number=7), NO_DATA, CONTEXT).plain_text

    assert words
    assert "{" not in words


def test_a_reply_that_nobody_can_approve_yet_says_so():
    note = PromptDone(result=PromptResult.REPLY_SUBMITTED, number=7)

    assert render_notification(note, NO_DATA, CONTEXT).plain_text.endswith("Согласует: пока некому.")


def test_a_view_refuses_another_class():
    _, view = ADMIN_VIEWS[0]

    with pytest.raises(TypeError, match="PromptClosed"):
        view(PromptClosed(text="✓"), NO_DATA, CONTEXT)


def test_remains_of_a_prompt_leave_the_instruction_out():
    prompt = AskAnswer(ticket_id=7)

    asked = render_notification(prompt, NO_DATA, CONTEXT).plain_text
    closed = render_notification(prompt, replace(NO_DATA, without_buttons=True), CONTEXT).plain_text

    assert asked.startswith(closed)
    assert "Напишите текст" in asked
    assert "Напишите текст" not in closed


def test_every_refusal_has_words_of_its_own():
    for module in pkgutil.iter_modules(domain.__path__):
        import_module(f"bot.domain.{module.name}")  # some define refusals of their own
    kinds = [errors.Refusal, *_subclasses(errors.Refusal)]

    assert {kind.code for kind in kinds} == set(toasts._REFUSAL_TEXTS)
    assert toasts.render_toast(RefusalToast("of a later release", RefusalDetails())) == "Так сделать нельзя."


def _subclasses(kind):
    return [one for child in kind.__subclasses__() for one in (child, *_subclasses(child))]


def test_a_refusal_names_what_is_known():
    assert toasts.render_toast(RefusalToast("taken", RefusalDetails(number=7))).endswith("занимается коллега.")
    assert toasts.render_toast(RefusalToast("taken", RefusalDetails(name="Петров"))).endswith("занимается Петров.")
    assert toasts.render_toast(HandedOverToast(sector="Дороги")) == "Передано: Дороги"


def test_a_refused_message_is_told_more_than_a_refused_button():
    closed = RefusalDetails(number=7, state="closed")

    assert toasts.message_refusal_text("outdated", closed).startswith("Сообщение №7 уже закрыто.")
    assert toasts.message_refusal_text("outdated", RefusalDetails(number=7)).startswith("Сообщение №7 уже изменилось")
    assert toasts.message_refusal_text("not_allowed", RefusalDetails()).startswith("Вам эта команда недоступна")
    assert toasts.message_refusal_text("taken", RefusalDetails()).startswith("Не успели: сообщением уже")
