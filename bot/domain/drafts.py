"""Drafts that others approve: their kinds and states, the one table of what may happen to them, and the missing steps.

An *approval chain* is the sequence of role codes whose holders approve a version, in order. A version is published only
after every step of the chain has approved exactly that version.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from bot.domain.errors import OutdatedButton
from bot.domain.json_types import Json

POST_STEP = "post"
"""The step of the people responsible for the ticket, who check the draft of somebody who may not answer it."""

RETURN_REMARK = "return"
"""Kind of the remark with which a draft was returned; stored."""


class Wording(StrEnum):
    """The text for citizens that a draft becomes. Stored."""

    ANSWER = "answer"
    FOLLOW_UP = "follow_up"
    CORRECTION = "correction"
    QUESTION = "question"
    INTERIM = "interim"
    REFERRAL = "referral"
    FIRST_WORD = "first_word"  # a fixed text, which nobody approves
    EXTENSION = "extension"  # a fixed text; what is approved is the new deadline


EARLY_KINDS = (Wording.QUESTION, Wording.INTERIM, Wording.EXTENSION)
"""Kinds of texts that answer nothing."""


def answer_kind(kind: Wording) -> Wording:
    """Return the kind under which a published text of *kind* is stored among the answers."""
    return kind if kind in EARLY_KINDS else Wording.ANSWER


class DraftState(StrEnum):
    """The state of a draft. Stored."""

    WRITING = "writing"  # saved; nobody has been asked to approve it
    WAITING = "waiting"  # for the approval of the next step
    RETURNED = "returned"  # to its author, with a remark
    PUBLISHED = "published"
    VOID = "void"  # the ticket needs it no more


class DraftAct(StrEnum):
    """An event in the life of a draft."""

    SUBMIT = "submit"
    APPROVE = "approve"  # by a step after which another one follows
    PUBLISH = "publish"  # after the approval of the last step
    RETURN = "return"
    LAPSE = "lapse"  # the ticket was handed over: the text stays, the approvals do not count any more
    VOID = "void"


class Decision(StrEnum):
    """The decision of an approver. Stored."""

    APPROVED = "approved"
    RETURNED = "returned"


class DraftDeadline(StrEnum):
    """The clock of a step: the draft should be ready, approved, or written again. Stored."""

    DRAFT = "draft"
    APPROVE = "approve"
    REWORK = "rework"


OPEN_DRAFT_STATES = frozenset({DraftState.WRITING, DraftState.WAITING, DraftState.RETURNED})
"""The text may still become public."""

DRAFT_TRANSITIONS: dict[tuple[DraftState, DraftAct], DraftState] = {
    (DraftState.WRITING, DraftAct.SUBMIT): DraftState.WAITING,
    (DraftState.RETURNED, DraftAct.SUBMIT): DraftState.WAITING,
    (DraftState.WAITING, DraftAct.SUBMIT): DraftState.WAITING,  # another version
    (DraftState.WAITING, DraftAct.APPROVE): DraftState.WAITING,
    (DraftState.WAITING, DraftAct.PUBLISH): DraftState.PUBLISHED,
    (DraftState.WAITING, DraftAct.RETURN): DraftState.RETURNED,
    **{(state, DraftAct.LAPSE): DraftState.WRITING for state in OPEN_DRAFT_STATES},
    **{(state, DraftAct.VOID): DraftState.VOID for state in OPEN_DRAFT_STATES},
}
"""(state, what happens) → the next state. What is not here is refused."""


def next_draft_state(state: DraftState, act: DraftAct) -> DraftState:
    """Return the state after *act*; raises :class:`OutdatedButton` if *state* does not allow it."""
    try:
        return DRAFT_TRANSITIONS[state, act]
    except KeyError:
        raise OutdatedButton() from None


@dataclass(frozen=True, slots=True)
class Draft:
    """A text for citizens that waits for its approvals; ``version`` is the number of its current version.

    ``author_id`` began it; each version has an author of its own. ``step``: approvals that this version has;
    ``approver_id``: the person who was asked for the next one, until ``step_due``; ``approver_for_id``: in whose place,
    if that is somebody who is not there. ``answer_id``: what it became.
    """

    id: int
    ticket_id: int
    kind: Wording
    author_id: int
    state: DraftState
    version: int
    step: int
    approver_id: int | None
    step_due: datetime | None
    answer_id: int | None
    needs_post: bool = False  # the people responsible for the ticket check it before the steps of the rule
    approver_for_id: int | None = None

    @property
    def is_open(self) -> bool:
        return self.state in OPEN_DRAFT_STATES


@dataclass(frozen=True, slots=True)
class DraftVersion:
    """A text of a draft, with its files, as ``author_id`` has submitted it."""

    draft_id: int
    version: int
    author_id: int
    text: str
    media: tuple[Json, ...]
    at: datetime

    def is_same_text(self, text: str, media: Sequence[Json]) -> bool:
        """Return whether a reader would see no difference."""
        return self.text == text and list(self.media) == list(media)


@dataclass(frozen=True, slots=True)
class DraftApproval:
    """The decision of ``person_id`` on a version, as the holder of ``role`` at ``step`` of the chain."""

    version: int
    step: int
    role: str
    person_id: int
    decision: Decision
    at: datetime


def approval_chain(approval: Sequence[str], *, author_answers: bool, post_roles: Collection[str]) -> tuple[str, ...]:
    """Return the steps that a draft needs.

    *author_answers*: its author may answer the ticket. If not, the people responsible for the ticket, who hold
    *post_roles*, check it first, unless the first of the rule's steps is theirs anyway.
    """
    if author_answers or (approval and approval[0] in post_roles):
        return tuple(approval)
    return (POST_STEP, *approval)


def count_passed(chain: Sequence[str], approvals: Sequence[DraftApproval], version: int) -> int:
    """Return how many leading steps of *chain* have approved *version*, in their order."""
    passed = 0
    for one in approvals:
        is_next = passed < len(chain) and one.role == chain[passed]
        if is_next and one.version == version and one.decision is Decision.APPROVED:
            passed += 1
    return passed


def count_own_steps(chain: Sequence[str], passed: int, held: Collection[str], *, four_eyes: bool) -> int:
    """Return the number of steps after the *passed* ones that the author of a version takes by submitting it.

    *held*: the steps' roles that the author holds over the ticket. With *four_eyes* nobody approves an own text; the
    check of the responsible people is no approval in this sense.
    """
    count = 0
    for role in chain[passed:]:
        if role not in held or (four_eyes and role != POST_STEP):
            break
        count += 1
    return count
