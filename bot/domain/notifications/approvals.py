"""Notifications about drafts that others approve."""

from enum import StrEnum

from bot.domain.drafts import Wording
from bot.domain.notifications.base import AboutTicket, stored


class AboutDraft(AboutTicket):
    """A notification about one version of a draft."""

    draft_id: int = stored("draft")
    version: int = stored("draft_version")  # "version" is the step of a dialog in the envelope


class DraftText(AboutDraft, code="approval_text"):
    """The draft, letter for letter as it will be published; ``form`` counts the places where it reads differently."""

    form: int = stored(default=0, omit_default=True)


class ApprovalAsked(AboutDraft, code="approval_asked"):
    """The question to the approver, below the text; ``substitute`` if they hold another role than the rule names."""

    substitute: bool = stored(default=False, omit_default=True)
    instead_of: str | None = stored(default=None, omit_default=True)  # the absent approver whom the reader replaces


class ApprovalEnd(StrEnum):
    """The reason why a question to an approver has lost its buttons. Stored."""

    PUBLISHED = "published"
    APPROVED = "approved"
    RETURNED = "returned"
    CHANGED = "changed"
    LAPSED = "lapsed"
    VOID = "void"
    MOVED = "moved"


class ApprovalClosed(AboutTicket, code="approval_closed"):
    """The remains of such a question; ``name``: who has acted."""

    end: ApprovalEnd
    name: str | None = stored(default=None, omit_default=True)


class ApprovalAwaited(AboutTicket, code="approval_awaited"):
    """The remains of a preview that waits for approval; without ``approver`` nobody can be asked."""

    approver: str | None
    text: str
    kind: Wording = stored(default=Wording.ANSWER, omit_default=True)


class ApprovalGiven(AboutTicket, code="approval_given"):
    """The draft was approved by ``name`` and waits for ``approver``, or is published (``None``)."""

    name: str
    approver: str | None = stored(default=None, omit_default=True)


class DraftReturned(AboutDraft, code="approval_returned"):
    """The draft came back to its author with a remark."""

    name: str
    remark: str


class DraftReturnDone(AboutTicket, code="approval_return_done"):
    """Confirmation that the draft was returned."""


class AskRemark(AboutDraft, code="approval_ask_remark"):
    """Prompt for the remark with which a draft is returned."""


class DraftLapsed(AboutTicket, code="approval_lapsed"):
    """The ticket was handed over: the draft goes along, its approvals do not count any more."""


class DraftConflict(AboutTicket, code="approval_conflict"):
    """Somebody else has submitted another text meanwhile: the own one is kept, and ``text`` is the other."""

    name: str
    text: str


class DraftVoided(AboutTicket, code="approval_void"):
    """The draft is needed no more: the ticket was closed, or somebody else's answer was published."""
