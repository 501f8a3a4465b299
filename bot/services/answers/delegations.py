"""Delegation: employees write the answer, or parts of it; the post stays responsible for the ticket."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from bot.domain.channels import Purpose
from bot.domain.delegations import Delegation, DelegationState
from bot.domain.dialogs import ANSWER_STEPS
from bot.domain.errors import OutdatedButton
from bot.domain.json_types import Json
from bot.domain.notifications.delegations import DelegateAway, Delegated, DelegationWithdrawn, PartGiven
from bot.domain.people import Person
from bot.domain.roles import DRAFT_FOR_ALL_BLOCKS, Right
from bot.domain.tickets import UNACCEPTED_STATES, State, Step, Ticket, is_allowed
from bot.services.context import UseCaseContext, responsibility
from bot.services.notifications import cards, notify
from bot.services.notifications.routing import addresses_for
from bot.services.tickets import workflow

DELEGATION_STATES = (*UNACCEPTED_STATES - {State.NEW, State.TRIAGE}, State.ACCEPTED, State.POSTPONED)
"""States in which somebody may still be asked to write the answer."""


async def list_candidates(ctx: UseCaseContext, ticket: Ticket) -> list[Person]:
    """List the people whom *ticket* may be given to: those of its block who draft, and the staff of the centre."""
    acting, roles = await responsibility.acting_people(ctx, ticket), ctx.municipality.staff.roles
    found = []
    for person in ctx.municipality.staff.people:
        in_block = any(map(roles.is_in_block, person.roles)) and person.covers(ticket.sector, ticket.district)
        if person in acting or not (in_block or DRAFT_FOR_ALL_BLOCKS & person.roles):
            continue
        if await responsibility.has_right(ctx, person, Right.DRAFT, ticket):
            found.append(person)
    return found


async def check_can_delegate(ctx: UseCaseContext, ticket_id: int, person: Person) -> Ticket:
    """Return the ticket if *person* may give it to somebody now; raise the refusal otherwise."""
    ticket = await workflow.get(ctx, ticket_id)
    await workflow.check_right(ctx, person, Right.DELEGATE, ticket)
    workflow.require_not_member(ticket, Step.ANSWER)
    if ticket.state not in DELEGATION_STATES:
        raise OutdatedButton(number=ticket.id, state=ticket.state.value)
    return ticket


async def toggle(ctx: UseCaseContext, ticket_id: int, person: Person, to_id: int) -> bool:
    """Give the ticket to the person *to_id*, or take it back from them; return whether they have it now.

    The first time the ticket is accepted with it.
    """
    ticket = await check_can_delegate(ctx, ticket_id, person)
    to = next((one for one in await list_candidates(ctx, ticket) if one.id == to_id), None)
    known = await find_open(ctx, ticket, to_id)
    if known is not None:
        await _withdraw(ctx, ticket, known, person)
        return False
    if to is None:
        raise OutdatedButton(number=ticket.id)
    if is_allowed(ticket.state, Step.ACCEPT):
        ticket = await workflow.accept(ctx, ticket.id, person)
    await ctx.uow.delegations.add(ticket.id, to.id, person.id, ctx.now, ticket.answer_due)
    await ctx.uow.audit_log.record(
        "delegate_asked", ctx.now, person_id=person.id, ticket_id=ticket.id, facts={"to": to.id}
    )
    await _ask_writer(ctx, ticket, to, Delegated(ticket_id=ticket.id, name=person.name, due=ticket.answer_due))
    if not await responsibility.is_available(ctx, to):
        await _tell_of_absence(ctx, ticket, to, (person,), by=person)
    await cards.sync(ctx, ticket, actor=person)
    return True


async def _ask_writer(ctx: UseCaseContext, ticket: Ticket, writer: Person, note: Delegated) -> None:
    for address in await addresses_for(ctx, writer, Purpose.CARDS):
        if await ctx.uow.cards.get(writer.id, ticket.id, address.account) is None:
            await cards.create(ctx, ticket, writer, address)
    await notify.notify(ctx, writer, note, ticket=ticket)


async def follow_absence(ctx: UseCaseContext, absent: Person) -> None:
    """Tell the responsible people of each ticket whose answer *absent* was asked for, and ask who acts for them."""
    for ticket_id in await ctx.uow.delegations.list_asked(absent.id):
        ticket = await ctx.uow.tickets.get(ticket_id)
        if ticket is not None and ticket.is_open:
            await _tell_of_absence(ctx, ticket, absent, await responsibility.acting_people(ctx, ticket))


async def _tell_of_absence(
    ctx: UseCaseContext, ticket: Ticket, absent: Person, readers: Iterable[Person], by: Person | None = None
) -> None:
    stand_in = await responsibility.find_stand_in(ctx, absent)
    absence = (await ctx.absence_plan()).current(absent.id, ctx.today)
    note = DelegateAway(
        ticket_id=ticket.id,
        person_id=absent.id,
        name=absent.name,
        last_day=absence.last_day if absence is not None else None,
        stand_in=stand_in.name if stand_in is not None else "",
    )
    for reader in readers:
        if reader not in (absent, stand_in):
            await notify.notify(ctx, reader, note, ticket=ticket)
    known = await find_open(ctx, ticket, absent.id)
    if stand_in is not None and known is not None:
        giver = by or ctx.municipality.staff.find_by_id(known.by_id) or absent
        asked = Delegated(ticket_id=ticket.id, name=giver.name, due=ticket.answer_due, instead_of=absent.name)
        await _ask_writer(ctx, ticket, stand_in, asked)


async def withdraw(ctx: UseCaseContext, ticket_id: int, person: Person, from_id: int) -> Delegation:
    """Take the ticket back from who was asked and has given nothing yet."""
    ticket = await check_can_delegate(ctx, ticket_id, person)
    known = await find_open(ctx, ticket, from_id)
    if known is None or known.state is not DelegationState.ASKED:
        raise OutdatedButton(number=ticket.id)
    await _withdraw(ctx, ticket, known, person)
    return known


async def end_for_dismissed(ctx: UseCaseContext, gone: Person) -> None:
    """Take back what *gone*, who does not work here any more, was asked to write, and tell the responsible people."""
    for ticket_id in await ctx.uow.delegations.list_asked(gone.id):
        ticket = await ctx.uow.tickets.get(ticket_id)
        known = await find_open(ctx, ticket, gone.id) if ticket is not None else None
        if ticket is None or known is None:
            continue
        await _withdraw(ctx, ticket, known, None)
        note = DelegateAway(ticket_id=ticket.id, person_id=gone.id, name=gone.name, is_gone=True)
        for reader in await responsibility.acting_people(ctx, ticket):
            await notify.notify(ctx, reader, note, ticket=ticket)


async def find_open(ctx: UseCaseContext, ticket: Ticket, person_id: int) -> Delegation | None:
    """Return the delegation of *ticket* that *person_id* still has."""
    return next((one for one in await ctx.uow.delegations.list_open(ticket.id) if one.person_id == person_id), None)


async def find_own(ctx: UseCaseContext, ticket: Ticket, person: Person) -> Delegation | None:
    """Return the delegation of *ticket* that *person* has, or an absent colleague for whom they act."""
    writers = (person, *await responsibility.list_represented(ctx, person))
    found = [await find_open(ctx, ticket, one.id) for one in writers]
    return next((one for one in found if one is not None), None)


async def _withdraw(ctx: UseCaseContext, ticket: Ticket, known: Delegation, actor: Person | None) -> None:
    await ctx.uow.delegations.save(replace(known, state=DelegationState.WITHDRAWN))
    facts, by = {"from": known.person_id}, actor.id if actor is not None else None
    await ctx.uow.audit_log.record("delegate_withdrawn", ctx.now, person_id=by, ticket_id=ticket.id, facts=facts)
    holder = ctx.municipality.staff.find_by_id(known.person_id)
    if holder is not None:
        await workflow.cancel_dialogs_of(ctx, ticket, holder, ANSWER_STEPS)
        await notify.notify(ctx, holder, DelegationWithdrawn(ticket_id=ticket.id), ticket=ticket)
    await cards.sync(ctx, ticket, actor=actor)


async def is_part(ctx: UseCaseContext, ticket: Ticket, person: Person) -> bool:
    """Return whether what *person* writes is a part: several people were asked for the answer, and they are one."""
    asked = await ctx.uow.delegations.list_open(ticket.id)
    return len(asked) > 1 and await find_own(ctx, ticket, person) is not None


async def give_part(ctx: UseCaseContext, ticket: Ticket, person: Person, text: str, media: Sequence[Json]) -> None:
    """Save the part of *person*, and show it to the people who combine the answer."""
    asked, own = await ctx.uow.delegations.list_open(ticket.id), await find_own(ctx, ticket, person)
    if own is None:
        raise OutdatedButton(number=ticket.id)
    await ctx.uow.delegations.save(
        replace(own, state=DelegationState.GIVEN, part=text, media=tuple(media), given_at=ctx.now)
    )
    await ctx.uow.audit_log.record("delegate_part", ctx.now, person_id=person.id, ticket_id=ticket.id)
    given = sum(1 for one in asked if one.id == own.id or one.state is DelegationState.GIVEN)
    note = PartGiven(ticket_id=ticket.id, name=person.name, text=text, given=given, total=len(asked))
    for reader in await responsibility.acting_people(ctx, ticket):
        await notify.notify(ctx, reader, note, ticket=ticket)
    await cards.sync(ctx, ticket)


async def mark_given(ctx: UseCaseContext, ticket: Ticket, person: Person) -> None:
    """Record that *person*, who alone was asked, or stands in for who was, has submitted the answer."""
    known = await find_own(ctx, ticket, person)
    if known is not None:
        await ctx.uow.delegations.save(replace(known, state=DelegationState.GIVEN, given_at=ctx.now))


async def combine_parts(ctx: UseCaseContext, ticket: Ticket) -> tuple[str, tuple[Json, ...]]:
    """Return the parts that people have given as one text with all files; it names nobody."""
    parts = [one for one in await ctx.uow.delegations.list_open(ticket.id) if one.part is not None]
    text = "\n\n".join(one.part for one in parts if one.part)
    return text, tuple(item for one in parts for item in one.media)
