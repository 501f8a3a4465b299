"""The data of drafts that views need: what becomes of a preview, and a text that waits for approval."""

from dataclasses import replace

from bot.domain.delegations import DelegationState
from bot.domain.dialogs import Dialog, DraftKind
from bot.domain.drafts import Draft, DraftState, Wording
from bot.domain.inquiries import InquiryKind
from bot.domain.notifications.approvals import AboutDraft, ApprovalAsked
from bot.domain.people import Person
from bot.domain.promises import OfferedPromise
from bot.domain.roles import Right
from bot.domain.tickets import UNACCEPTED_STATES, State, Ticket
from bot.domain.view_data import ApprovalFacts, DelegationFacts, PublicationFacts, SubmissionFacts
from bot.services.answers import answer_check, approvals, approvers, delegations, places, submissions, worded_promises
from bot.services.context import UseCaseContext, responsibility


async def submission_facts(
    ctx: UseCaseContext, ticket: Ticket, person: Person | None, dialog: Dialog
) -> SubmissionFacts | None:
    """Return what becomes of the text in *dialog*; ``None`` if no rule asks for anybody's approval."""
    kind = dialog.step.draft_kind
    if person is None or kind is None:
        return None
    return await submissions.foresee(ctx, ticket, person, Wording(kind.value), dialog.text, dialog.media)


async def waiting_on_card(ctx: UseCaseContext, ticket: Ticket, person: Person) -> ApprovalFacts | None:
    """Return the draft that a card names in its first line: the one that waits for approval."""
    may_wait = ticket.is_open or ticket.state is State.ANSWERED
    is_likely = ticket.state is State.ANSWERING or (may_wait and ctx.municipality.rules.rules)
    drafts = await ctx.uow.drafts.list_open(ticket.lead_id or ticket.id) if is_likely else []
    waiting = [draft for draft in drafts if draft.state is DraftState.WAITING]
    return await _approval_facts(ctx, ticket, waiting[-1], person) if waiting else None


async def named_draft(ctx: UseCaseContext, note: AboutDraft, person: Person | None) -> ApprovalFacts | None:
    """Return the version that *note* is about, with its text; ``None`` if it does not wait any more."""
    ticket, draft = await ctx.uow.tickets.get(note.ticket_id), await ctx.uow.drafts.get(note.draft_id)
    version = await ctx.uow.drafts.get_version(note.draft_id, note.version)
    if ticket is None or draft is None or version is None or person is None:
        return None
    if draft.state is not DraftState.WAITING or draft.version != note.version:
        return None
    forms = await places.list_forms(ctx, ticket, draft.kind, version.text)
    parts = [one.name for one in await delegations_on_card(ctx, ticket) if one.given]
    facts = await _approval_facts(ctx, ticket, draft, person)
    kind = next((one for one in DraftKind if one.value == draft.kind.value), None)
    is_worded = kind is not None and isinstance(note, ApprovalAsked)  # an extension has fixed words
    marks = await answer_check.check(ctx, ticket, version.text, kind or DraftKind.ANSWER) if is_worded else ()
    asked = await ctx.uow.inquiries.find_open(ticket.id, InquiryKind.EXTENSION)
    reason = asked.question if asked is not None and draft.kind is Wording.EXTENSION else None
    several = parts if len(parts) > 1 else ()
    is_promising = is_worded and draft.kind in worded_promises.PROMISING_KINDS
    promise = worded_promises.find_offer(ctx, version.text) if is_promising else None
    return replace(facts, forms=forms, media=version.media, parts=several, marks=marks, reason=reason, promise=promise)


async def delegations_on_card(ctx: UseCaseContext, ticket: Ticket) -> list[DelegationFacts]:
    """Return who was asked to write the answer; nobody can have been before the ticket was accepted."""
    if not ticket.is_open or ticket.state in UNACCEPTED_STATES:
        return []
    return [
        DelegationFacts(
            one.person_id,
            await ctx.uow.staff.find_name(one.person_id) or "",
            one.at,
            one.state is DelegationState.GIVEN,
        )
        for one in await ctx.uow.delegations.list_open(ticket.id)
    ]


async def list_delegates(ctx: UseCaseContext, ticket: Ticket) -> list[tuple[int, str]]:
    """Return the people whom the ticket may be given to now."""
    if ticket.state not in delegations.DELEGATION_STATES:
        return []
    return [(person.id, person.name) for person in await delegations.list_candidates(ctx, ticket)]


async def find_promise(
    ctx: UseCaseContext, ticket: Ticket, person: Person | None, dialog: Dialog
) -> OfferedPromise | None:
    """Return the day that the text in *dialog* promises; ``None`` for a part, which others combine, and other kinds."""
    kind = dialog.step.draft_kind
    if kind is None or person is None or Wording(kind.value) not in worded_promises.PROMISING_KINDS:
        return None
    found = worded_promises.find_offer(ctx, dialog.text)
    return None if found is None or await delegations.is_part(ctx, ticket, person) else found


async def list_places(ctx: UseCaseContext, ticket: Ticket, dialog: Dialog) -> list[PublicationFacts]:
    """Return the text in *dialog* as it will be read at each public place."""
    kind = dialog.step.draft_kind
    return await places.list_places(ctx, ticket, Wording(kind.value), dialog.text) if kind is not None else []


async def _approval_facts(ctx: UseCaseContext, ticket: Ticket, draft: Draft, person: Person) -> ApprovalFacts:
    return ApprovalFacts(
        draft=draft,
        author=await ctx.uow.staff.find_name(draft.author_id),
        approver=await ctx.uow.staff.find_name(draft.approver_id) if draft.approver_id is not None else None,
        is_last=draft.step + 1 >= len(approvers.draft_chain(ctx, ticket, draft)),
        may_decide=await approvals.may_decide(ctx, ticket, draft, person),
        may_write=await responsibility.has_right(ctx, person, Right.ANSWER, ticket)
        or await approvers.may_draft(ctx, ticket, person),
    )
