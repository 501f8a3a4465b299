"""Prompts of dialogs, previews of drafts, and the ends of both."""

from dataclasses import dataclass
from enum import StrEnum

from bot.domain.date_faults import DateFault
from bot.domain.dialogs import EndReason
from bot.domain.notifications.base import AboutTicket, Notification, stored
from bot.domain.notifications.dates import AsksDate


@dataclass(frozen=True, slots=True)
class OfferedText:
    """A template («t12») or the answer to a similar ticket («a140») that an answer may begin with."""

    source: str
    text: str


class AskAnswer(AboutTicket, code="ask_answer"):
    """Prompt for the text of an answer, with texts to begin with."""

    offers: tuple[OfferedText, ...] = stored(default=(), omit_default=True)


class AskFurtherAnswer(AboutTicket, code="ask_further"):
    """Prompt for one more message to everybody who wrote about a problem."""


class AskCorrection(AboutTicket, code="ask_correct"):
    """Prompt for the corrected text of a published answer."""

    answer_id: int


class AskHandOverReason(AboutTicket, code="ask_reason"):
    """Prompt for a remark to colleagues."""


class AskDismissReason(AboutTicket, code="ask_dismiss_reason"):
    """Prompt for the reason why a ticket needs no answer."""


class AskNewText(Notification, code="new_text"):
    """Prompt for the text of a message that came by phone or on paper."""


class AskNewSource(Notification, code="new_source"):
    """Prompt for where such a message came from; ``files_left_out`` if files were sent with its text.

    ``systems``: the codes of those that the municipality names.
    """

    files_left_out: bool = stored("files_left", default=False)
    systems: tuple[str, ...] = stored(default=(), omit_default=True)
    page: int = stored(default=0, omit_default=True)


class AskNewNumber(Notification, code="new_number"):
    """Prompt for its number in another system."""


class AskNewDeadline(AsksDate, code="new_due"):
    """Prompt for the moment until which it must be answered."""

    fault: DateFault | None = stored("wrong", default=None, omit_default=True)


class AskNewOwnTerm(AsksDate, code="new_own_due"):
    """Prompt for the town's own deadline, next to that of the other system."""


class AskNewDistrict(Notification, code="new_district"):
    """Prompt for the district, where posts are divided by it and the words name none."""

    districts: tuple[str, ...]
    page: int = stored(default=0, omit_default=True)


class AskNewField(Notification, code="new_field"):
    """Prompt for the field of what was typed in that is to be mended; ``with_own_term``: it may be set, too."""

    with_district: bool
    with_own_term: bool


class AskNewApplicant(Notification, code="new_applicant"):
    """The last question, with everything that was typed in so far.

    ``official``: a colleague of this name was typed in as the applicant; ``same_number``: another system's ticket.
    """

    official: str | None = stored(default=None, omit_default=True)
    same_number: int | None = stored(default=None, omit_default=True)


class NewTicketRegistered(AboutTicket, code="new_done"):
    """Confirmation that such a message was registered; without a ``sector`` somebody has to choose one."""

    sector: str | None


class DraftPreview(AboutTicket, code="preview"):
    """The draft as the citizen will see it."""


class PreviewReplaced(AboutTicket, code="preview_replaced"):
    """The remains of a preview after the draft has changed."""

    text: str | None = stored(default=None)
    reason: EndReason | None = stored("why", default=None)


class DraftClosed(AboutTicket, code="draft_closed"):
    """The remains of a draft that was not sent."""

    text: str | None = stored(default=None)
    reason: EndReason = stored("why")


class DraftRestarted(AboutTicket, code="draft_again"):
    """Prompt to write a draft again; ``text`` is the former one."""

    text: str | None = stored(default=None)


class DraftSent(AboutTicket, code="draft_sent"):
    """The remains of a preview whose answer was sent; they follow what becomes of it.

    Earlier releases stored ``text`` and ``files_count`` instead of ``answer_id``.
    """

    answer_id: int | None = stored(default=None, omit_default=True)
    text: str | None = stored(default=None, omit_default=True)
    files_count: int = stored("files", default=0, omit_default=True)


class CorrectionSent(AboutTicket, code="correction_sent"):
    """The remains of a preview whose correction is on its way."""

    answer_id: int | None = stored(default=None, omit_default=True)
    text: str


class DraftCancelled(Notification, code="draft_cancelled"):
    """An answer was cancelled."""


class CorrectionCancelled(Notification, code="correction_cancelled"):
    """A correction was cancelled."""


class DialogCancelled(Notification, code="cancelled"):
    """Something else was cancelled."""


class PromptClosed(Notification, code="closed"):
    """The remains of a prompt with words of its own: ``text`` repeats what was chosen."""

    text: str


class PromptResult(StrEnum):
    """The result of the last press or word in a prompt. Stored: never change."""

    STAND_IN_AGREED = "stand_in_agreed"
    STAND_IN_REFUSED = "stand_in_refused"
    ABSENCE_CANCELLED = "absence_cancelled"
    ACCOUNT_DISOWNED = "account_disowned"
    BUTTONS_GONE = "buttons_gone"
    ANSWER_RESENT = "answer_resent"
    ANSWER_RELEASED = "answer_released"
    ANSWER_WITHHELD = "answer_withheld"  # the ticket stays in work
    ANSWER_WITHHELD_LATER = "answer_withheld_later"  # the ticket stays answered
    ANSWER_DECLINED = "answer_declined"
    REPLY_ADOPTED = "reply_adopted"
    REPLY_SUBMITTED = "reply_submitted"
    REPLY_IGNORED = "reply_ignored"
    CLOSED_UNANSWERED = "closed_unanswered"
    CALL_LATER = "call_later"
    PASSED_BACK = "passed_back"


class PromptDone(Notification, code="prompt_done"):
    """The remains of a prompt: ``number``: the ticket; ``name``: the person who approves, if somebody does."""

    result: PromptResult
    number: int = stored(default=0, omit_default=True)
    name: str | None = stored(default=None, omit_default=True)


class DialogKept(Notification, code="dialog_kept"):
    """A command was answered in the middle of a dialog, which goes on; ``ticket_id``: the ticket that it is about."""

    ticket_id: int | None = stored("number", default=None)
    is_draft: bool


class DraftVoid(AboutTicket):
    """A draft that a colleague's action has made pointless."""


class DraftVoidHanded(DraftVoid, code="draft_void_handed"):
    """The ticket was handed to another sector."""


class DraftVoidDismissed(DraftVoid, code="draft_void_dismissed"):
    """The ticket was closed without an answer."""


class DraftVoidAnswered(DraftVoid, code="draft_void_answered"):
    """A colleague has answered."""


class DraftVoidMerged(DraftVoid, code="draft_void_merged"):
    """The ticket was merged into a problem."""
