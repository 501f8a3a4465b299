"""The steps of escalation chains that are due: people are told, the ticket goes over, who is silent is asked.

Each step is claimed once from the due moments, and does nothing if what was asked has been done.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime

from bot.domain.dialogs import TICKET_STEPS
from bot.domain.errors import OutdatedButton
from bot.domain.escalation import Absence, Addressee, After, ChainStep, StepCode
from bot.domain.notifications.deadlines import ChainHandedOver, StillInWork
from bot.domain.notifications.dialogs import DraftVoidHanded
from bot.domain.people import Person
from bot.domain.reminders import StepRow
from bot.domain.roles import READS_LISTS, Right
from bot.domain.ticket_changes import TicketChange
from bot.domain.tickets import State, Step, Ticket, is_allowed
from bot.services import responsibility
from bot.services.context import UseCaseContext
from bot.services.deadlines import chain_conditions, chains, draft_clocks, due_notices, outage_summary
from bot.services.notifications import cards, notify
from bot.services.notifications.isolation import isolated
from bot.services.tickets import workflow

BATCH_SIZE = 200

IN_WORK_PRESSED = "in_work"
"""Action of the audit: «В работе» was pressed; stored."""

ESCALATED = "escalated"
"""Action of the audit: a step has happened; stored."""


async def run_due(ctx: UseCaseContext, *, messengers_caught_up: bool = True) -> None:
    """Take the steps that are due. After an outage they wait until what people did meanwhile is known."""
    outage = await outage_summary.find_open_outage(ctx)
    if outage is not None and not await outage_summary.is_backlog_handled(
        ctx, outage, messengers_caught_up=messengers_caught_up
    ):
        return
    for row in await ctx.uow.deadlines.take_steps(ctx.now, BATCH_SIZE):
        async with isolated(ctx, "chains", row.ticket_id):
            await _run(ctx, row)


async def _run(ctx: UseCaseContext, row: StepRow) -> None:
    ticket = await ctx.uow.tickets.get(row.ticket_id, lock=True)
    step, moment = ChainStep.from_json(row.step), datetime.fromisoformat(row.step["moment"])
    is_warning = step.before is not None
    if ticket is None or not await chain_conditions.holds(ctx, ticket, step.after, is_warning=is_warning):
        return
    if step.after is After.SILENT and await _was_alive(ctx, ticket, moment):
        return
    people, absence = await _find_addressees(ctx, ticket, step)
    facts = {
        "after": step.after.value,
        "step": row.number,
        "moment": moment.isoformat(),
        "told": [person.id for person in people],
    }
    if row.number != chains.WATCH_NUMBER and (people or step.ask is not None):
        await ctx.uow.audit_log.record(ESCALATED, ctx.now, ticket_id=ticket.id, facts=facts)
    if step.hand_over and people and await _can_hand_over(ctx, ticket, people[0]):
        await _hand_over(ctx, ticket, people[0], absence)
        return
    code = str(StepCode(step.after, is_warning, absence))
    for person in people:
        await _tell(ctx, ticket, person, code, step)
    if step.ask is not None:
        await _ask(ctx, ticket)
    if step.after is After.SILENT and _is_last(ctx, ticket, row.number):
        await chains.watch_silence(ctx, ticket, moment)


def _is_last(ctx: UseCaseContext, ticket: Ticket, number: int) -> bool:
    steps = chains.chain_of(ctx, ticket).steps
    return number >= max((at for at, one in enumerate(steps) if one.after is After.SILENT), default=0)


async def _tell(ctx: UseCaseContext, ticket: Ticket, person: Person, code: str, step: ChainStep) -> None:
    is_deadline = step.after in (After.ACCEPT, After.ANSWER) and step.before is None
    if is_deadline and person.bases <= READS_LISTS:
        await due_notices.tell_watcher(ctx, person, ticket)
    else:
        await ctx.uow.deadlines.add_notice(person.id, ticket.id, code, ctx.now)


async def _find_addressees(
    ctx: UseCaseContext, ticket: Ticket, step: ChainStep
) -> tuple[Sequence[Person], Absence | None]:
    """Return whom the step reaches, each once, and the reason if these are others than it names."""
    found: dict[int, Person] = {}
    missing: Absence | None = None
    absence: Absence | None
    for word in step.tell:
        if step.hand_over and word == Addressee.POST:
            people, absence = await _find_colleagues(ctx, ticket), Absence.AWAY
        else:
            people, absence = await _find_named(ctx, ticket, word)
        found |= {person.id: person for person in people}
        missing = absence or missing
        if step.hand_over and found:
            break
    if step.is_optional:  # who works on it was told before
        acting = await responsibility.acting_people(ctx, ticket)
        return [person for person in found.values() if person not in acting], None
    if found or not step.tell:
        return tuple(found.values()), None
    return await _ladder(ctx, ticket), missing or Absence.AWAY


async def _ladder(ctx: UseCaseContext, ticket: Ticket) -> Sequence[Person]:
    """Return who is told instead of people who cannot be: the first of those who sort and do not have it already."""
    acting = await responsibility.acting_people(ctx, ticket)
    return await cards.next_on_ladder(ctx, acting)


async def _find_colleagues(ctx: UseCaseContext, ticket: Ticket) -> Iterable[Person]:
    """Return the others of the post, to whom a ticket goes back that somebody has accepted and left."""
    members = responsibility.responsibility_for(ctx, ticket).post.members
    return await _reachable(ctx, [one for one in members if one.id != ticket.assignee_id])


async def _find_named(ctx: UseCaseContext, ticket: Ticket, word: str) -> tuple[Iterable[Person], Absence | None]:
    match word:
        case Addressee.POST:
            return await responsibility.acting_people(ctx, ticket), None
        case Addressee.AUTHOR:
            authors = await draft_clocks.find_authors(ctx, ticket)
            return authors or await responsibility.acting_people(ctx, ticket), None
        case Addressee.APPROVER:
            return await _reachable(ctx, await draft_clocks.find_approvers(ctx, ticket)), Absence.AWAY
    staff = ctx.municipality.staff
    is_bounded = staff.roles.is_in_block(word)
    holders = [
        one
        for one in staff.people
        if one.holds(word) and (not is_bounded or one.covers(ticket.sector, ticket.district))
    ]
    reached = await _reachable(ctx, [await responsibility.acting_for(ctx, one) for one in holders])
    return reached, None if reached else Absence.AWAY if holders else Absence.VACANT


async def _reachable(ctx: UseCaseContext, people: Iterable[Person]) -> list[Person]:
    return [one for one in dict.fromkeys(people) if await responsibility.is_available(ctx, one)]


async def _can_hand_over(ctx: UseCaseContext, ticket: Ticket, person: Person) -> bool:
    acting = await responsibility.acting_people(ctx, ticket)
    is_new = person not in acting or (ticket.state is State.ACCEPTED and person.id != ticket.assignee_id)
    rights = ctx.municipality.staff.has_right(person, Right.ACCEPT, ticket.sector, ticket.district)
    on_ladder = responsibility.responsibility_for(ctx, ticket).is_on_ladder(person)
    return is_new and is_allowed(ticket.state, Step.HAND_OVER) and (rights or on_ladder)


async def _hand_over(ctx: UseCaseContext, ticket: Ticket, person: Person, absence: Absence | None) -> None:
    """Let the ticket go over to *person*; it counts to those who held it, and they are told."""
    before = await responsibility.acting_people(ctx, ticket)
    change = TicketChange(assignee_id=None, handed_to=person.id)
    changed = await workflow.transition(ctx, ticket, Step.HAND_OVER, None, change)
    if ticket.state is State.ACCEPTED:
        await workflow.resume_accept_clock(ctx, changed)
    await workflow.cancel_dialogs(ctx, changed, TICKET_STEPS, person, DraftVoidHanded(ticket_id=changed.id))
    reason = absence.value if absence is not None else None
    note = ChainHandedOver(ticket_id=ticket.id, name=person.name, is_new=True, absence=reason)
    await notify.notify(ctx, person, note, ticket=changed)
    for one in before:
        if one != person:
            await notify.notify(ctx, one, ChainHandedOver(ticket_id=ticket.id, name=person.name), ticket=changed)


async def _ask(ctx: UseCaseContext, ticket: Ticket) -> None:
    for person in await responsibility.acting_people(ctx, ticket):
        await notify.notify(ctx, person, StillInWork(ticket_id=ticket.id), ticket=ticket)


async def _was_alive(ctx: UseCaseContext, ticket: Ticket, since: datetime) -> bool:
    """Return whether who has *ticket* gave a sign of life since *since*: then the silence counts from there."""
    if await chain_conditions.waits_for_citizen(ctx, ticket) or await due_notices.find_typing(ctx, ticket):
        await chains.restart_silence(ctx, ticket, ctx.now)
        return True
    own = {one.id for one in await responsibility.acting_people(ctx, ticket)}
    rows = await ctx.uow.audit_log.list_for_ticket(ticket.id)
    signs = [row.at for row in rows if row.person_id in own]
    for draft in await ctx.uow.drafts.list_open(ticket.id):
        version = await ctx.uow.drafts.get_version(draft.id, draft.version)
        signs += [version.at] if version is not None else []
    last = max((at for at in signs if at > since), default=None)
    if last is not None:
        await chains.restart_silence(ctx, ticket, last)
    return last is not None


async def confirm_in_work(ctx: UseCaseContext, ticket_id: int, person: Person) -> Ticket:
    """Handle «В работе»: the silence of those who have accepted the ticket counts from now on."""
    ticket = await workflow.get(ctx, ticket_id)
    await workflow.check_right(ctx, person, Right.ANSWER, ticket)
    if ticket.state is not State.ACCEPTED:
        raise OutdatedButton(number=ticket.id, state=ticket.state.value)
    await ctx.uow.audit_log.record(IN_WORK_PRESSED, ctx.now, person_id=person.id, ticket_id=ticket.id)
    await chains.restart_silence(ctx, ticket, ctx.now)
    return ticket
