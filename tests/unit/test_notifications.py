"""Notifications: their codes never change, and what rows store of them is exact."""

from dataclasses import FrozenInstanceError, fields, replace
from datetime import UTC, datetime

import pytest

from bot.domain.channels import Purpose
from bot.domain.errors import Refusal
from bot.domain.notifications import registry
from bot.domain.notifications.answers import AnswerLost, PublicationFailed
from bot.domain.notifications.base import Coded, Toast
from bot.domain.notifications.codec import decode, encode
from bot.domain.notifications.deadlines import NoticeItem, NoticeList, OutageSummary
from bot.domain.notifications.dialogs import (
    AskAnswer,
    AskNewDeadline,
    DraftPreview,
    DraftSent,
    PromptDone,
    PromptResult,
)
from bot.domain.notifications.envelope import CallbackEnvelope, EditEnvelope, NoteEnvelope
from bot.domain.notifications.facts import to_facts, toast_to_facts
from bot.domain.notifications.refusals import RefusalDetails, Refused
from bot.domain.notifications.reports import Digest, PagesReport
from bot.domain.notifications.staff import Settings
from bot.domain.notifications.tickets import BecameUrgent, DutyAlert
from bot.domain.notifications.toasts import MergedToast, RefusalToast, ToastCode

NOTIFICATION_CODES = """
absence_agreed absence_asked absence_begins absence_choose absence_chosen absence_days absence_ends absence_needs
absence_refused accept_overdue accept_reminder access_ended account_added account_removed accounts accounts_closed
addition advice_failed already_answered answer_declined answer_delayed answer_held answer_lost answer_over_limit
answer_overdue answer_released answer_reminder answer_text answer_waits answers_failed approval_ask_remark
approval_asked approval_awaited approval_closed approval_conflict approval_given approval_lapsed approval_return_done
approval_returned approval_text approval_void approve_overdue ask_answer ask_citizen ask_control_date ask_correct
ask_days_off ask_dismiss_reason ask_extension ask_further ask_interim ask_quiet_hours ask_reason ask_template
audit_head became_urgent board_below burst call_again call_words cancelled card_below catch_up chain_handed_over
chain_step chat_deaf chat_lost chat_migrated chat_muted chat_unknown chats_unknown check_fault choices clarified
clarify_silent closed control_due control_set correction_cancelled correction_failed correction_request
correction_request_accepted correction_request_ask correction_request_done correction_request_reminder
correction_request_sent correction_sent credentials daily_summary data_changed data_value database_restored
dead_update decision_control delegate_asked delegate_away delegate_part delegate_part_sent delegate_taken_back
delegate_withdrawn dialog_kept digest dismissed diverted doubts_below draft_again draft_cancelled draft_closed
draft_overdue draft_sent draft_void_answered draft_void_dismissed draft_void_handed draft_void_merged duty entries
entry_asked entry_done entry_remark entry_returned entry_withdrawn extended false_alarms find_how first_word_overdue
flood flood_list foreign_messages forward_declined forward_known forward_preview forward_registered hand_noticed
hand_posted hand_withdrawn handed handed_to_you held_notes help_staff history import_again import_ask import_cancelled
import_done import_failed import_fault import_list import_preview import_progress import_received import_similar
inquiry inquiry_answer
inquiry_answered inquiry_register inquiry_reminder inquiry_sent invitations listing members model_broken model_updated
new_applicant new_district new_done new_due new_field new_number new_own_due new_source new_text no_dialog not_joined
not_ours not_ours_body not_ours_known not_ours_overdue not_solved notices nudged old_codes_void own_work pages_week
pass_answer_on passed_around people_applied people_ask_name people_ask_title people_choice people_differ people_invite
people_list people_place_changed people_post_vacant person_page post_by_hand posting_reminder preview preview_replaced
problem_not_solved promise_day promise_decided promise_due promise_noted promise_offered promise_reminder prompt_done
publication_failed quiet_new reachable reaction_unclear reason_added refer_body refer_date refer_words refused
regional_report report_help request_question request_unit returned rework_overdue sending_limited settings staff_reply
stats still_in_work template_saved templates terms_recomputed ticket_evidence token_shared topic_ask_new
topic_ask_title topic_ask_words topic_blocks topic_list topic_move topic_page topics_differ trouble trouble_over
undelivered unit_breaches unknown_command unknown_update unreachable unrecorded urgent_news watch_overdue
welcome_staff why_term word_for_which word_sent word_to_post words_expire words_unpublished work_skipped wrong_codes
"""
"""Append-only: rows of any release may hold any of these."""

CITIZEN_CODES = (
    "access_closed ask_solved author_muted back_in_work code_paused code_wrong danger how_to_write invited "
    "messages_held no_answer registered solved unread welcome"
)

TOAST_CODES = """
accepted account_removed answer_limit_decided answer_limited approval_asked approval_conflict approved budget_set
by_hand cancelled closed code_revoked corrected correcting correction_accepted delegate_part delegate_withdrawn
delegated dismissed divided doubt_gone handed history in_work is_problem is_talk kept late_promise
marked_incomplete merged muted noted noted_promise nudged passed_around personal_data reopened sending settings_off
settings_on solved split taken_up taken_up_silently template_deleted template_made thanks undivided
unmarked_incomplete unmuted
"""


def test_codes_are_those_of_every_release():
    assert sorted(registry.NOTIFICATIONS) == NOTIFICATION_CODES.split()
    assert sorted(registry.CITIZEN_NOTES) == CITIZEN_CODES.split()
    assert sorted([*registry.TOASTS, *filter(None, ToastCode)]) == TOAST_CODES.split()


def test_every_class_of_the_package_is_registered():
    known = {*registry.NOTIFICATIONS.values(), *registry.CITIZEN_NOTES.values(), *registry.TOASTS.values()}
    defined = {
        value
        for module in registry.MODULES
        for value in vars(module).values()
        if isinstance(value, type) and issubclass(value, Coded) and "code" in vars(value)
    }

    assert defined == known
    assert len({kind.code for kind in registry.NOTIFICATIONS.values()}) == len(registry.NOTIFICATIONS)


ROUND_TRIPS = [
    (
        PublicationFailed(ticket_id=7, publication_id=9, reason="gone", returned_to_work=True),
        {"number": 7, "publication_id": 9, "reason": "gone", "back": True},
    ),
    (
        AnswerLost(ticket_id=7, publication_id=9, reason="gone", returned_to_work=False),
        {"number": 7, "publication_id": 9, "why": "gone", "back": False},
    ),
    (BecameUrgent(ticket_id=7), {"number": 7, "by": None}),
    (
        DutyAlert(ticket_id=7, sector="Дороги", member_id=8, message_id=3),
        {"number": 7, "sector": "Дороги", "by": 8, "message_id": 3},
    ),
    (DutyAlert(ticket_id=7, sector="Дороги"), {"number": 7, "sector": "Дороги", "by": None}),
    (AskNewDeadline(), {}),
    (AskNewDeadline(fault="past"), {"wrong": "past"}),
    (DraftSent(ticket_id=7, answer_id=2), {"number": 7, "answer_id": 2}),
    (PromptDone(result=PromptResult.ABSENCE_CANCELLED), {"result": "absence_cancelled"}),
    (
        PromptDone(result=PromptResult.REPLY_SUBMITTED, number=7, name="Петров"),
        {"result": "reply_submitted", "number": 7, "name": "Петров"},
    ),
    (
        NoticeList(items=(NoticeItem("accept_overdue", 7, "Дороги"),)),
        {"items": [["accept_overdue", 7, "Дороги", None]]},
    ),
    (
        OutageSummary(
            since=datetime(2026, 11, 20, 4, 30, tzinfo=UTC),
            until=datetime(2026, 11, 20, 6, 0, 0, 5, tzinfo=UTC),
            new=2,
            items=(),
        ),
        {"since": "2026-11-20T04:30:00+00:00", "until": "2026-11-20T06:00:00.000005+00:00", "new": 2, "items": []},
    ),
    (
        Refused(refusal="taken", details=RefusalDetails(number=7, name="Петров")),
        {"refusal": "taken", "number": 7, "name": "Петров"},
    ),
]


@pytest.mark.parametrize(("note", "facts"), ROUND_TRIPS)
def test_facts_are_exact_both_ways(note, facts):
    stored = to_facts(note, NoteEnvelope())

    assert stored == {"code": note.code, **facts}
    assert registry.notification_of(stored) == note


def test_envelope_is_stored_among_the_facts():
    copies = NoteEnvelope(purpose=Purpose.REPORTS, copy_group="digest:1:", sent_message_kind="hand:5")
    prompt = NoteEnvelope(user_id="1001", version=5)

    assert encode(copies) == {"purpose": "reports", "twin": "digest:1:", "letter": "hand:5"}
    assert decode(NoteEnvelope, encode(copies)) == copies
    assert to_facts(AskAnswer(ticket_id=7), prompt) == {
        "code": "ask_answer",
        "user_id": "1001",
        "version": 5,
        "number": 7,
    }
    assert to_facts(DraftPreview(ticket_id=7), EditEnvelope(message_id="77", without_buttons=True)) == {
        "code": "preview",
        "edits": "77",
        "bare": True,
        "number": 7,
    }


def test_toasts_and_refusals_share_their_column():
    press = CallbackEnvelope(callback_id="p1")
    refusal = RefusalToast("taken", RefusalDetails(number=7))

    assert toast_to_facts(ToastCode.NOTHING, press) == {"press_id": "p1", "code": ""}
    assert toast_to_facts(MergedToast(lead_id=4), press) == {"press_id": "p1", "code": "merged", "lead": 4}
    assert toast_to_facts(refusal, CallbackEnvelope(callback_id="p1", alert=True)) == {
        "press_id": "p1",
        "alert": True,
        "code": "taken",
        "number": 7,
    }
    for toast in (ToastCode.ACCEPTED, MergedToast(lead_id=4), refusal):
        assert registry.toast_of(toast_to_facts(toast, press)) == toast


def test_rows_of_older_releases_have_defaults():
    figures = {"new": 1, "answered": 0, "in_work": 1, "overdue": 1, "triage": 0, "reaction": None, "answer": 5.5}
    period = {"since": "2026-11-19T23:00:00+00:00", "until": "2026-11-20T23:00:00+00:00"}
    late = {"sectors": [["Дороги", 1, 0, 1, 1]], "late": [[7, "Дороги", None], [8, "ЖКХ", None, "яма", 3]]}

    digest = decode(Digest, {"daily": True, **figures, **period, **late, "late_more": 0})

    assert (digest.figures.dismissed, digest.figures.unaccepted) == (0, 0)
    assert [(one.text, one.members) for one in digest.figures.overdue_tickets] == [(None, 1), ("яма", 3)]
    assert decode(DraftSent, {"number": 7, "text": "Ямы засыпаны", "files": 2}).files_count == 2


def test_nested_rows_are_typed():
    page = {"name": "vk.3001", "account": "vk:500", "cards": True, "reports": False, "blocked": False, "silent": True}

    settings = decode(Settings, {"page": "", "places": [page], "others": [["MAX", None]]})
    report = decode(
        PagesReport, {"quiet": [["Стр", 9, True]], "unanswered": [["С", 2, "2026-11-19T23:00:00+00:00", []]]}
    )

    assert (settings.channels[0].receives_cards, settings.channels[0].unavailable) == (True, True)
    assert (settings.others[0].title, settings.others[0].url, settings.invitation) == ("MAX", None, None)
    assert encode(settings) == {"page": "", "places": [page], "others": [["MAX", None]]}
    assert (report.silent[0].days, report.unanswered[0].since) == (9, datetime(2026, 11, 19, 23, tzinfo=UTC))


def test_a_missing_fact_is_an_error():
    with pytest.raises(KeyError):
        registry.notification_of({"code": "publication_failed", "number": 7})


def test_every_refusal_fits_its_details():
    names = {one.name for one in fields(RefusalDetails)}

    assert {"number", "name", "state", "lead", "command", "commands"} <= names
    assert all(kind.code for kind in [Refusal, *Refusal.__subclasses__()])
    assert issubclass(MergedToast, Toast)


def test_notification_is_a_value_with_exactly_its_fields():
    note = DutyAlert(ticket_id=7, sector="Дороги")

    assert note == DutyAlert(ticket_id=7, sector="Дороги", member_id=None, message_id=None)
    assert note != replace(note, sector="Вода")
    assert len({note, replace(note)}) == 1
    assert BecameUrgent(ticket_id=7) != Toast()
    assert repr(BecameUrgent(ticket_id=7)) == "BecameUrgent(ticket_id=7, member_id=None)"
    with pytest.raises(FrozenInstanceError):
        note.sector = "Вода"  # type: ignore[misc]
    with pytest.raises(TypeError, match="sector"):
        DutyAlert(ticket_id=7)  # type: ignore[call-arg]
    with pytest.raises(TypeError, match="colour"):
        DutyAlert(ticket_id=7, sector="Дороги", colour="red")  # type: ignore[call-arg]
