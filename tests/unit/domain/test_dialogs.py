"""Dialog steps: the stored strings never change, and each kind of draft has its two steps."""

from bot.domain.dialogs import DialogStep, DraftKind, EndReason


def test_stored_steps_keep_their_values() -> None:
    assert {step.value for step in DialogStep} == {
        "answer",
        "answer_preview",
        "further",
        "further_preview",
        "correct",
        "correct_preview",
        "ask_citizen",
        "ask_citizen_preview",
        "interim",
        "interim_preview",
        "extend",
        "promise_day",
        "refer_body",
        "refer_date",
        "refer",
        "refer_preview",
        "hand_over_reason",
        "dismiss_reason",
        "control_date",
        "approval_remark",
        "new_text",
        "new_source",
        "new_number",
        "new_due",
        "new_applicant",
        "new_own_due",
        "new_district",
        "request_unit",
        "request_question",
        "decision_question",
        "inquiry_answer",
        "correction_request",
        "correction_return",
        "call_words",
        "call_again",
        "not_ours_body",
        "not_ours_known",
        "data_value",
        "entry_remark",
        "absence_days",
        "quiet_hours",
        "days_off",
        "people_name",
        "people_title",
        "template_text",
        "topic_words",
        "topic_title",
        "topic_new",
        "over",
    }
    assert {reason.value for reason in EndReason} == {"moved", "over", "other", "expired", "void"}


def test_each_kind_of_draft_has_a_writing_step_and_a_preview() -> None:
    drafting = [step for kind in DraftKind for step in (kind.writing_step, kind.preview_step)]

    assert len(set(drafting)) == 2 * len(DraftKind)
    assert {step for step in DialogStep if step.draft_kind is not None} == set(drafting)
    assert {step for step in DialogStep if step.is_preview} == {kind.preview_step for kind in DraftKind}
