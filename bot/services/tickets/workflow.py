"""Workflow of a ticket. Every step goes through :func:`transition`: table, version, audit, deadlines, cards."""

from collections.abc import Sequence
from dataclasses import replace

from bot.domain.audit import Remark, changed_facts
from bot.domain.channels import Address
from bot.domain.clocks import ClockEventKind
from bot.domain.deadlines import DeadlineKind
from bot.domain.dialogs import TICKET_STEPS, DialogStep
from bot.domain.errors import (
    HandedOverByOther,
    NoSuchTicket,
    NotAllowed,
    OutdatedButton,
    PartOfProblem,
    TakenByOther,
    TicketNotAccessible,
)
from bot.domain.notifications.base import Notification
from bot.domain.notifications.dialogs import DraftVoid, DraftVoidDismissed, DraftVoidHanded
from bot.domain.notifications.tickets import HandedToYou, Returned
from bot.domain.people import Person
from bot.domain.roles import Right
from bot.domain.ticket_changes import UNSET, TicketChange
from bot.domain.ticket_history import change_facts
from bot.domain.tickets import SHARED_BY_MEMBERS, UNACCEPTED_STATES, DismissReason, State, Step, Ticket, next_state
from bot.services.context import UseCaseContext, responsibility, system_curators
from bot.services.deadlines import chains, deadlines, draft_clocks, not_ours_clock
from bot.services.dialogs import dialogs
from bot.services.manual_posting import staff_replies
from bot.services.notifications import cards, notify
from bot.services.tickets import (
    calls,
    dismissal,
    draft_requests,
    entries,
    member_clocks,
    open_corrections,
    problem_members,
    waiting,
)
from bot.services.tickets.questions import schedule_questions

NO_CHANGE = TicketChange()


async def get(ctx: UseCaseContext, ticket_id: int) -> Ticket:
    """Lock and return the ticket; raise :class:`NoSuchTicket` if there is none."""
    ticket = await ctx.uow.tickets.get(ticket_id, lock=True)
    if ticket is None:
        raise NoSuchTicket(number=ticket_id)
    return ticket


async def check_right(ctx: UseCaseContext, person: Person, right: Right, ticket: Ticket) -> None:
    """Raise :class:`NotAllowed` unless *person* holds *right* over *ticket* now.

    :class:`TakenByOther` says that they would hold it if a colleague had not taken the ticket.
    """
    if await responsibility.has_right(ctx, person, right, ticket):
        return
    taker = await responsibility.find_taker(ctx, ticket)
    if taker is not None and ctx.municipality.staff.has_right(person, right, ticket.sector, ticket.district):
        raise TakenByOther(number=ticket.id, name=taker.name)
    refusal = TicketNotAccessible if right is Right.SEE_TICKET else NotAllowed
    raise refusal(right=right.value, number=ticket.id)


async def transition(
    ctx: UseCaseContext, ticket: Ticket, step: Step, actor: Person | None, change: TicketChange = NO_CHANGE
) -> Ticket:
    """Take *step* and apply its consequences.

    Raise :class:`OutdatedButton` if the state does not allow the step, :class:`TakenByOther` if somebody else has just
    changed the ticket, :class:`PartOfProblem` if only the lead of its problem can take the step.
    """
    if actor is not None:
        require_not_member(ticket, step)
    state = next_state(ticket.state, step)
    if step is Step.APPROVE and system_curators.system_of(ctx, ticket) is None:  # else it is asked for at «Внесено в …»
        await calls.check_called(ctx, ticket)
    change = replace(change, state=state)
    if ticket.handed_to is not None and change.handed_to is UNSET:
        change = replace(change, handed_to=None)  # whatever was done, the ticket has found its way
    changed = await ctx.uow.tickets.update(ticket, change)
    if changed is None:
        raise TakenByOther(number=ticket.id)
    facts = change_facts(ticket, changed) | changed_facts(_audited(ticket), _audited(changed))
    if changed.dismiss_reason is not None:
        facts["reason"] = changed.dismiss_reason.value
    person_id = actor.id if actor else None
    await ctx.uow.audit_log.record(step.value, ctx.now, person_id=person_id, ticket_id=changed.id, facts=facts)
    await problem_members.apply_step_to_members(ctx, changed, step, actor, change)
    await deadlines.cancel_finished(ctx, ticket, changed)
    await not_ours_clock.on_step(ctx, changed, step)
    await chains.on_state(ctx, ticket, changed)
    await draft_requests.on_step(ctx, changed, step, actor)
    await entries.on_step(ctx, changed, step)
    changed = await waiting.on_step(ctx, changed, step)
    await ctx.uow.cards.close_menus(ticket.id)
    await cards.sync(ctx, changed, actor=actor)
    await open_corrections.on_step(ctx, changed, step, actor)
    if step is Step.PUBLICATION_CONFIRMED:
        await schedule_questions(ctx, [changed.id])
        await entries.request_copies(ctx, [changed.id])
    if step is Step.CHOOSE_SECTOR:
        await staff_replies.offer_stored_replies(ctx, changed)
    return changed


def _audited(ticket: Ticket) -> dict[str, object]:
    """Return the values whose changes are recorded with every step."""
    return {
        "sector": ticket.sector,
        "district": ticket.district,
        "assignee": ticket.assignee_id,
        "accept_due": ticket.accept_due.isoformat(),
        "answer_due": ticket.answer_due.isoformat(),
    }


def require_not_member(ticket: Ticket, step: Step) -> None:
    """Raise :class:`PartOfProblem` for a step that members of a problem take only together."""
    if ticket.lead_id is not None and step in SHARED_BY_MEMBERS:
        raise PartOfProblem(number=ticket.id, lead=ticket.lead_id)


async def accept(ctx: UseCaseContext, ticket_id: int, person: Person) -> Ticket:
    """Handle «Принять»: the person takes the ticket."""
    ticket = await get(ctx, ticket_id)
    await check_right(ctx, person, Right.ACCEPT, ticket)
    if ticket.state is State.ACCEPTED:
        if ticket.assignee_id == person.id:
            return ticket
        raise TakenByOther(number=ticket.id, name=await _person_name(ctx, ticket.assignee_id))
    accepted_at = ticket.accepted_at or ctx.now
    return await transition(
        ctx, ticket, Step.ACCEPT, person, TicketChange(assignee_id=person.id, accepted_at=accepted_at)
    )


async def hand_over(ctx: UseCaseContext, ticket_id: int, person: Person, sector: str) -> Ticket:
    """Handle «Передать», or the coordinator's choice of *sector*. The deadlines stay."""
    ticket = await get(ctx, ticket_id)
    in_triage = ticket.state is State.TRIAGE
    await check_right(ctx, person, Right.TRIAGE if in_triage else Right.HAND_OVER, ticket)
    if sector not in ctx.municipality.sectors or ticket.sector == sector:
        raise OutdatedButton(sector=sector, state=ticket.state.value)
    step = Step.CHOOSE_SECTOR if in_triage else Step.HAND_OVER
    theme = ctx.municipality.theme_within(sector, ticket.theme)
    return await move(ctx, ticket, step, person, TicketChange(sector=sector, theme=theme, assignee_id=None))


async def move(ctx: UseCaseContext, ticket: Ticket, step: Step, person: Person, change: TicketChange) -> Ticket:
    """Take *step*, by which another post becomes responsible. The deadlines stay, unless a rule says otherwise."""
    holder_ids = {card.person_id for card in await ctx.uow.cards.list_for_ticket(ticket.id)}
    changed = await transition(ctx, ticket, step, person, change)
    await _notify_previous_holders(ctx, changed, person, holder_ids, HandedToYou(ticket_id=changed.id))
    await cancel_dialogs(ctx, changed, TICKET_STEPS, person, DraftVoidHanded(ticket_id=changed.id))
    changed = await deadlines.recompute(ctx, changed)  # another rule may fit now
    await draft_clocks.reschedule_draft(ctx, changed)
    if ticket.state not in UNACCEPTED_STATES:
        await resume_accept_clock(ctx, changed)
    return changed


async def follow_post(ctx: UseCaseContext, ticket: Ticket) -> Ticket:
    """Let the hours of the post that has *ticket* after a change of people count from now on."""
    has_posts = ctx.municipality.hours.definitions and ticket.is_open
    return await deadlines.recompute(ctx, ticket) if has_posts else ticket


async def resume_accept_clock(ctx: UseCaseContext, ticket: Ticket) -> None:
    """Let the rest of the time to accept apply to the next head of a *ticket* that was accepted."""
    plan = await deadlines.compute_plan(ctx, ticket)
    remaining = [due for due in plan.due_moments if due.deadline is DeadlineKind.ACCEPT and due.at > ctx.now]
    await deadlines.schedule(ctx, ticket, remaining)


async def dismiss(
    ctx: UseCaseContext, ticket_id: int, person: Person, reason: DismissReason, reason_text: str = ""
) -> Ticket:
    """Handle «Не требует ответа», with a reason."""
    ticket = await get(ctx, ticket_id)
    await check_right(ctx, person, Right.DISMISS, ticket)
    change = TicketChange(dismiss_reason=reason, ended_at=ctx.now, assignee_id=person.id)
    changed = await transition(ctx, ticket, Step.DISMISS, person, change)
    await cancel_dialogs(ctx, changed, TICKET_STEPS, person, DraftVoidDismissed(ticket_id=changed.id))
    await dismissal.notify_authors(ctx, changed, reason)
    if reason_text:
        await ctx.uow.cards.add_remark(Remark(ticket.id, person.id, "dismiss", reason_text, ctx.now))
    return changed


async def reopen(ctx: UseCaseContext, ticket_id: int, person: Person, sector: str | None = None) -> Ticket:
    """Handle «Вернуть в работу»: deadlines start from now."""
    ticket = await get(ctx, ticket_id)
    await check_right(ctx, person, Right.REOPEN, ticket)
    return await restart(ctx, ticket, Step.REOPEN, person, sector or ticket.sector)


async def restart(ctx: UseCaseContext, ticket: Ticket, step: Step, person: Person, sector: str | None = None) -> Ticket:
    """Return the ticket to work in *sector* (``None``: its own); deadlines start from now."""
    sector = sector or ticket.sector
    if sector not in (ctx.municipality.sectors or (None,)):
        raise OutdatedButton(state=ticket.state.value)
    holder_ids = {card.person_id for card in await ctx.uow.cards.list_for_ticket(ticket.id)}
    changed = await restart_terms(ctx, ticket, step, person, sector)
    await _notify_previous_holders(ctx, changed, person, holder_ids, Returned(ticket_id=changed.id))
    return changed


async def restart_terms(
    ctx: UseCaseContext,
    ticket: Ticket,
    step: Step,
    person: Person | None,
    sector: str | None,
    handed_to: Person | None = None,
) -> Ticket:
    """Take *step* back to work in *sector*, or to *handed_to*; nobody has accepted the ticket, deadlines start now."""
    await deadlines.record(ctx, ticket, ClockEventKind.START)
    plan = await deadlines.compute_plan(ctx, replace(ticket, sector=sector))
    change = TicketChange(
        sector=sector,
        theme=ctx.municipality.theme_within(sector, ticket.theme),
        dismiss_reason=None,
        ended_at=None,
        assignee_id=None,
        accepted_at=None,
        handed_to=handed_to.id if handed_to is not None else None,
        accept_due=plan.accept_due,
        answer_due=plan.answer_due,
        first_word_due=deadlines.planned_due(plan, DeadlineKind.FIRST_WORD),
        solve_due=deadlines.planned_due(plan, DeadlineKind.SOLVE),
    )
    changed = await transition(ctx, ticket, step, person, change)
    await member_clocks.restart(ctx, changed)
    await deadlines.reschedule(ctx, changed, plan)
    await draft_clocks.schedule_draft(ctx, changed, ctx.now)
    return changed


async def on_answer_removed(ctx: UseCaseContext, ticket: Ticket) -> Ticket:
    """Return an answered ticket to its head, with a new deadline: its answer is gone or no longer fits."""
    await deadlines.record(ctx, ticket, ClockEventKind.START, DeadlineKind.ANSWER)
    plan = await deadlines.compute_plan(ctx, ticket)
    change = TicketChange(answered_at=None, answer_due=plan.answer_due)
    changed = await transition(ctx, ticket, Step.ANSWER_REMOVED, None, change)
    await deadlines.reschedule(ctx, changed, plan, [DeadlineKind.ANSWER])
    return changed


async def _notify_previous_holders(
    ctx: UseCaseContext, ticket: Ticket, actor: Person, previous_holder_ids: set[int], note: Notification
) -> None:
    """Notify responsible people who already had the card: its edit makes no sound."""
    for person in await responsibility.acting_people(ctx, ticket):
        if person.id in previous_holder_ids and person != actor:
            await notify.notify(ctx, person, note, ticket=ticket)


async def check_handed_over_by(ctx: UseCaseContext, ticket: Ticket, person: Person) -> None:
    """Raise :class:`HandedOverByOther` unless *person* was the last to hand the ticket over."""
    steps = (Step.HAND_OVER.value, Step.CHOOSE_SECTOR.value)
    moves = [row for row in await ctx.uow.audit_log.list_for_ticket(ticket.id) if row.action in steps]
    if not moves or moves[-1].person_id != person.id:
        raise HandedOverByOther(number=ticket.id)


async def add_hand_over_reason(ctx: UseCaseContext, ticket_id: int, person: Person, reason_text: str) -> Ticket:
    """Add a reason for colleagues, shown on the card and in the history; the citizen never sees it."""
    ticket = await get(ctx, ticket_id)
    await check_handed_over_by(ctx, ticket, person)
    await ctx.uow.cards.add_remark(Remark(ticket.id, person.id, "hand_over", reason_text, ctx.now))
    await cards.sync(ctx, ticket, actor=person)
    return ticket


async def cancel_dialogs(
    ctx: UseCaseContext, ticket: Ticket, steps: Sequence[DialogStep], actor: Person | None, note: DraftVoid
) -> None:
    """Cancel the drafts of colleagues about this ticket and notify them."""
    for dialog in await dialogs.cancel_for_ticket(ctx, ticket, steps):
        writer = ctx.municipality.find_official(dialog.account, dialog.user_id)
        if writer is not None and writer != actor:
            at = Address(dialog.account, dialog.user_id)
            await notify.notify(ctx, writer, note, ticket=ticket, to_address=at)


async def cancel_dialogs_of(ctx: UseCaseContext, ticket: Ticket, person: Person, steps: Sequence[DialogStep]) -> None:
    """Cancel what *person* is in the middle of about this ticket; the text of a draft stays readable."""
    await dialogs.cancel_for_person(ctx, ticket, person, steps)


async def _person_name(ctx: UseCaseContext, person_id: int | None) -> str | None:
    return await ctx.uow.staff.find_name(person_id) if person_id is not None else None
