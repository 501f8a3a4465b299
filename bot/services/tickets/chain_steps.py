"""The steps of escalation chains that are due: people are told, the ticket goes over, who is silent is asked.

Each step is claimed once from the due moments, and does nothing if what was asked has been done.
"""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from itertools import groupby

from bot.domain.deadlines import shift_due
from bot.domain.dialogs import TICKET_STEPS
from bot.domain.durations import Duration
from bot.domain.errors import OutdatedButton
from bot.domain.escalation import Absence, Addressee, After, ChainStep, StepCode
from bot.domain.notifications.deadlines import ChainHandedOver, StillInWork
from bot.domain.notifications.dialogs import DraftVoidHanded
from bot.domain.people import Person
from bot.domain.reminders import StepRow
from bot.domain.roles import READS_LISTS, Right
from bot.domain.ticket_changes import TicketChange
from bot.domain.tickets import State, Step, Ticket, is_allowed
from bot.services.context import UseCaseContext, responsibility
from bot.services.deadlines import chain_conditions, chains, draft_clocks, due_notices, outage_summary, post_hours
from bot.services.notifications import cards, notify
from bot.services.notifications.isolation import isolated
from bot.services.tickets import workflow

BATCH_SIZE = 25
"""Steps of one transaction, whose tickets nobody else can change meanwhile."""

IN_WORK_PRESSED = "in_work"
"""Action of the audit: «В работе» was pressed; stored."""

ESCALATED = "escalated"
"""Action of the audit: a step has happened; stored."""

PASSED_OVER = "passed_over"
"""Action of the audit: steps were due together with a newer one, or had nobody to reach; stored."""


async def run_due(ctx: UseCaseContext, *, messengers_caught_up: bool = True) -> bool:
    """Take the steps that are due; return whether there may be more of them.

    After an outage they wait until what people did meanwhile is known.
    """
    outage = await outage_summary.find_open_outage(ctx)
    if outage is not None and not await outage_summary.is_backlog_handled(
        ctx, outage, messengers_caught_up=messengers_caught_up
    ):
        return False
    rows = await ctx.uow.deadlines.claim_steps(ctx.now, BATCH_SIZE)
    for (ticket_id, _), steps in groupby(rows, key=lambda row: (row.ticket_id, row.deadline)):
        async with isolated(ctx, "chains", ticket_id):
            await _run(ctx, list(steps))
    return len(rows) >= BATCH_SIZE


async def _run(ctx: UseCaseContext, rows: Sequence[StepRow]) -> None:
    """Take the steps of one chain that are due, in their order.

    Several are due at once after an outage, or when changed rules have moved the deadline into the past. Then the
    newest tells, and the older ones are passed over; but the ticket still goes to whom the chain hands it over.
    """
    ticket = await ctx.uow.tickets.get(rows[0].ticket_id, lock=True)
    if ticket is None:
        return
    holding = [row for row in rows if await _holds(ctx, ticket, row)]
    if not holding:
        return
    after, moment = _step(holding[0]).after, _moment(holding[0])
    if after is After.SILENT:
        if await _was_alive(ctx, ticket, moment):
            return
        holding = await _put_question_first(ctx, ticket, holding)
    taken, told = set[int](), set[int]()
    handing = await _find_hand_over(ctx, ticket, holding)
    if handing is not None:
        row, person, absence = handing
        told = {one.id for one in await responsibility.acting_people(ctx, ticket)} | {person.id}
        await _record(ctx, ticket, row, [person])
        ticket = await _hand_over(ctx, ticket, person, absence)
        taken.add(row.number)
        holding = [one for one in holding if one.number <= row.number or await _holds(ctx, ticket, one)]
    for row in reversed(holding):
        if row.number in taken or await _take(ctx, ticket, row, told):
            taken.add(row.number)
            break
    await _record_passed_over(ctx, ticket, holding, taken)
    if after is After.SILENT and ticket.state is State.ACCEPTED and _is_last(ctx, ticket, holding[-1].number):
        await chains.watch_silence(ctx, ticket, moment)


def _step(row: StepRow) -> ChainStep:
    return ChainStep.from_json(row.step)


def _moment(row: StepRow) -> datetime:
    """Return the missed moment from which the chain of *row* counts."""
    return datetime.fromisoformat(row.step["moment"])


async def _holds(ctx: UseCaseContext, ticket: Ticket, row: StepRow) -> bool:
    step = _step(row)
    return await chain_conditions.holds(ctx, ticket, step.after, is_warning=step.before is not None)


async def _put_question_first(ctx: UseCaseContext, ticket: Ticket, rows: Sequence[StepRow]) -> list[StepRow]:
    """Return the steps up to the first question; those after it wait for the answer as long as the chain says."""
    asked = next((number for number, row in enumerate(rows) if _step(row).ask is not None), len(rows))
    if asked + 1 < len(rows):
        later = await ctx.uow.deadlines.withdraw_steps(ticket.id, rows[asked].deadline)
        for row in (*rows[asked + 1 :], *later):
            term = _step(row).wait or Duration.parse("0m")
            at = shift_due(row.at, rows[asked].at, ctx.now, term, post_hours.calendar_for(ctx, ticket))
            await ctx.uow.deadlines.schedule_step(ticket.id, row.deadline, row.number, at, row.step)
    return list(rows[: asked + 1])


async def _find_hand_over(
    ctx: UseCaseContext, ticket: Ticket, rows: Sequence[StepRow]
) -> tuple[StepRow, Person, Absence | None] | None:
    """Return the newest step that can hand the ticket over, with the person who gets it."""
    for row in reversed(rows):
        step = _step(row)
        people, absence = await _find_addressees(ctx, ticket, step) if step.hand_over else ((), None)
        if people and await _can_hand_over(ctx, ticket, people[0]):
            return row, people[0], absence
    return None


async def _take(ctx: UseCaseContext, ticket: Ticket, row: StepRow, told: Collection[int]) -> bool:
    """Tell and ask what the step wants; return False if it reaches nobody who was not *told* just now."""
    step = _step(row)
    people, absence = await _find_addressees(ctx, ticket, step)
    people = [one for one in people if one.id not in told]
    if row.number == chains.WATCH_NUMBER or not (people or step.ask is not None):
        return False
    await _record(ctx, ticket, row, people)
    for person in people:
        code = str(StepCode(step.after, step.before is not None, absence))
        await _tell(ctx, ticket, person, code, step, outage_summary.due_moment(ctx, row.at))
    if step.ask is not None:
        await _ask(ctx, ticket)
    return True


async def _record(ctx: UseCaseContext, ticket: Ticket, row: StepRow, people: Sequence[Person]) -> None:
    facts = _facts(row) | {"step": row.number, "told": [person.id for person in people]}
    await ctx.uow.audit_log.record(ESCALATED, ctx.now, ticket_id=ticket.id, facts=facts)


async def _record_passed_over(
    ctx: UseCaseContext, ticket: Ticket, rows: Sequence[StepRow], taken: Collection[int]
) -> None:
    """Record the steps that were not *taken*: a newer one was, or they reach nobody."""
    numbers = [row.number for row in rows if row.number not in taken and row.number != chains.WATCH_NUMBER]
    if numbers:
        newer = max(taken, default=None)
        facts = _facts(rows[0]) | {"steps": numbers} | ({"newer": newer} if newer is not None else {})
        await ctx.uow.audit_log.record(PASSED_OVER, ctx.now, ticket_id=ticket.id, facts=facts)


def _facts(row: StepRow) -> dict[str, object]:
    return {"after": _step(row).after.value, "moment": _moment(row).isoformat()}


def _is_last(ctx: UseCaseContext, ticket: Ticket, number: int) -> bool:
    steps = chains.chain_of(ctx, ticket).steps
    return number >= max((at for at, one in enumerate(steps) if one.after is After.SILENT), default=0)


async def _tell(
    ctx: UseCaseContext, ticket: Ticket, person: Person, code: str, step: ChainStep, due_at: datetime
) -> None:
    is_deadline = step.after in (After.ACCEPT, After.ANSWER) and step.before is None
    if is_deadline and person.bases <= READS_LISTS:
        await due_notices.notify_watcher(ctx, person, ticket, due_at)
    else:
        await ctx.uow.deadlines.add_notice(person.id, ticket.id, code, due_at)


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


async def _hand_over(ctx: UseCaseContext, ticket: Ticket, person: Person, absence: Absence | None) -> Ticket:
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
    return changed


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
