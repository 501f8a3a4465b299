"""Dialogs: multi-step actions of officials, such as writing an answer or entering a message by hand."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import TypedDict

from bot.domain.json_types import Json


class DialogStep(StrEnum):
    """A step of a dialog. The values are stored in the database."""

    ANSWER = "answer"
    ANSWER_PREVIEW = "answer_preview"
    FOLLOW_UP = "further"
    FOLLOW_UP_PREVIEW = "further_preview"
    CORRECTION = "correct"
    CORRECTION_PREVIEW = "correct_preview"
    QUESTION = "ask_citizen"
    QUESTION_PREVIEW = "ask_citizen_preview"
    INTERIM = "interim"
    INTERIM_PREVIEW = "interim_preview"
    REFERRAL_BODY = "refer_body"
    REFERRAL_DATE = "refer_date"
    REFERRAL = "refer"
    REFERRAL_PREVIEW = "refer_preview"
    EXTENSION = "extend"
    PROMISE_DAY = "promise_day"
    HAND_OVER_REASON = "hand_over_reason"
    DISMISS_REASON = "dismiss_reason"
    CONTROL_DATE = "control_date"
    APPROVAL_REMARK = "approval_remark"
    ENTRY_TEXT = "new_text"
    ENTRY_SOURCE = "new_source"
    ENTRY_NUMBER = "new_number"
    ENTRY_DEADLINE = "new_due"
    ENTRY_APPLICANT = "new_applicant"
    ENTRY_OWN_TERM = "new_own_due"
    ENTRY_DISTRICT = "new_district"
    REQUEST_UNIT = "request_unit"
    REQUEST_QUESTION = "request_question"
    DECISION_QUESTION = "decision_question"
    INQUIRY_ANSWER = "inquiry_answer"
    CORRECTION_REQUEST = "correction_request"
    CORRECTION_RETURN = "correction_return"
    CALL_WORDS = "call_words"
    CALL_AGAIN = "call_again"
    NOT_OURS_BODY = "not_ours_body"
    NOT_OURS_KNOWN = "not_ours_known"
    DATA_VALUE = "data_value"
    ENTRY_REMARK = "entry_remark"
    ABSENCE_DAYS = "absence_days"
    QUIET_HOURS = "quiet_hours"
    DAYS_OFF = "days_off"
    PERSON_NAME = "people_name"
    PERSON_TITLE = "people_title"
    TEMPLATE_TEXT = "template_text"
    TOPIC_WORDS = "topic_words"
    TOPIC_TITLE = "topic_title"
    TOPIC_NEW = "topic_new"
    ENDED = "over"

    @property
    def draft_kind(self) -> "DraftKind | None":
        """The kind of draft written in this step; ``None`` if the step writes no text for citizens."""
        return next((kind for kind in DraftKind if self in (kind.writing_step, kind.preview_step)), None)

    @property
    def is_preview(self) -> bool:
        """True if this step shows a draft and waits for «Отправить»."""
        return self.draft_kind is not None and self is self.draft_kind.preview_step


class DraftKind(StrEnum):
    """The text for citizens that a draft becomes."""

    ANSWER = "answer"
    FOLLOW_UP = "follow_up"
    CORRECTION = "correction"
    QUESTION = "question"
    INTERIM = "interim"
    REFERRAL = "referral"

    @property
    def writing_step(self) -> DialogStep:
        return DialogStep[self.name]

    @property
    def preview_step(self) -> DialogStep:
        return DialogStep[f"{self.name}_PREVIEW"]


class EndReason(StrEnum):
    """The reason why the prompt or preview of a step loses its buttons. The values are stored in outbox rows."""

    ADVANCED = "moved"  # the dialog went on to another step
    DONE = "over"  # its writer sent or cancelled it
    REPLACED = "other"  # its writer started another dialog
    EXPIRED = "expired"
    VOID = "void"  # the ticket was answered or moved by someone else


ANSWER_STEPS = (
    DialogStep.ANSWER,
    DialogStep.ANSWER_PREVIEW,
    DialogStep.QUESTION,
    DialogStep.QUESTION_PREVIEW,
    DialogStep.INTERIM,
    DialogStep.INTERIM_PREVIEW,
    DialogStep.REFERRAL_BODY,
    DialogStep.REFERRAL_DATE,
    DialogStep.REFERRAL,
    DialogStep.REFERRAL_PREVIEW,
    DialogStep.EXTENSION,
)
"""Steps in which an answer is written, or a text that comes before it: once the ticket is answered, nobody needs it."""

TICKET_STEPS = (
    *ANSWER_STEPS,
    DialogStep.FOLLOW_UP,
    DialogStep.FOLLOW_UP_PREVIEW,
    DialogStep.CORRECTION,
    DialogStep.CORRECTION_PREVIEW,
    DialogStep.HAND_OVER_REASON,
    DialogStep.DISMISS_REASON,
    DialogStep.REQUEST_UNIT,
    DialogStep.REQUEST_QUESTION,
    DialogStep.DECISION_QUESTION,
    DialogStep.NOT_OURS_BODY,
    DialogStep.NOT_OURS_KNOWN,
    DialogStep.DATA_VALUE,
    DialogStep.CONTROL_DATE,
    DialogStep.APPROVAL_REMARK,
    DialogStep.ENTRY_REMARK,
)
"""Steps that are about one ticket."""


class DialogFacts(TypedDict, total=False):
    """The facts that dialogs remember from step to step; the keys are stored."""

    pieces: list[list[str]]  # message and text, of a draft
    draft: list[int]  # id and version of a draft that waits for approval
    base: int  # the version of the saved draft that the writer has seen
    text: str
    source: str
    number: str
    deadline: str
    own_deadline: str  # the town's own, of a message that is typed in
    district: str
    other: int  # a ticket of another system with the same number
    review: bool  # one field of what was typed in is being mended
    name: str
    phone: str
    field: str
    person: int
    sector: str
    unit: str
    inquiry: int
    entry: int
    body: str
    promise: int
    control: str
    template: int | None
    warned: str
    owner: str  # of words: a block, theme or topic


@dataclass(frozen=True, slots=True)
class Dialog:
    """A dialog in progress. It is stored, so that a half-written answer survives a restart.

    ``version`` grows with each step: a button of an earlier step does not fit any more.
    """

    account: str
    user_id: str
    chat_id: str
    step: DialogStep
    ticket_id: int | None
    text: str
    media: tuple[Json, ...]
    facts: Json
    version: int
    expires_at: datetime
