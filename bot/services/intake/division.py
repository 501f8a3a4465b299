"""Several matters in one message: a person divides the ticket, and each matter gets a ticket of its own.

All of them share the citizen's message: each answer is posted under it. The first ticket keeps the whole text and the
first matter.
"""

from collections.abc import Sequence
from dataclasses import replace

from bot.domain.applicants import Applicant, ApplicantKind
from bot.domain.errors import OutdatedButton
from bot.domain.people import Person
from bot.domain.roles import Right
from bot.domain.ticket_changes import TicketChange
from bot.domain.tickets import UNACCEPTED_STATES, DismissReason, State, Step, Ticket
from bot.services.context import UseCaseContext
from bot.services.intake import register
from bot.services.notifications import cards
from bot.services.tickets import workflow
from bot.understanding.matters import Matter, find_matters
from bot.understanding.reading import PlaceName, Reading


def list_matters(ctx: UseCaseContext, ticket: Ticket) -> Sequence[Matter]:
    """Return the matters of a text with several, until somebody has accepted the ticket; none of a divided one."""
    if ticket.state not in UNACCEPTED_STATES or ticket.divided_from is not None:
        return ()
    return find_matters(ticket.text, ctx.municipality.understanding)


async def list_related(ctx: UseCaseContext, ticket: Ticket) -> list[Ticket]:
    """Return the other tickets of the same message: the first, or those that were divided from it and stand."""
    if ticket.divided_from is not None:
        first = await ctx.uow.tickets.get(ticket.divided_from)
        return [first] if first is not None else []
    return [one for one in await ctx.uow.tickets.list_divided_from(ticket.id) if not _is_undone(one)]


def can_undo(ticket: Ticket) -> bool:
    """Return whether *ticket* can be joined to its first one again: nobody has accepted it."""
    return ticket.divided_from is not None and ticket.state in UNACCEPTED_STATES and ticket.lead_id is None


async def divide(ctx: UseCaseContext, ticket_id: int, person: Person) -> list[Ticket]:
    """Handle «Разделить»: register a ticket for each matter after the first; return them."""
    ticket = await workflow.get(ctx, ticket_id)
    await workflow.check_right(ctx, person, Right.GROUP, ticket)
    matters = list_matters(ctx, ticket) if ticket.lead_id is None else ()
    if len(matters) < 2 or await list_related(ctx, ticket):
        raise OutdatedButton(number=ticket.id, state=ticket.state.value)
    whole = ctx.municipality.understanding.read(ticket.text)
    made = []
    for matter in matters[1:]:
        made.append(await register.register_ticket(ctx, _registration(ticket, matter, whole)))
        facts = {"into": made[-1].id}
        await ctx.uow.audit_log.record("divide", ctx.now, person_id=person.id, ticket_id=ticket.id, facts=facts)
        await cards.queue_media(ctx, made[-1])
    await cards.sync(ctx, ticket, actor=person)
    return made


async def undo(ctx: UseCaseContext, ticket_id: int, person: Person) -> Ticket:
    """Handle «Не делить»: the ticket ends without a word to its author; return the first one."""
    ticket = await workflow.get(ctx, ticket_id)
    await workflow.check_right(ctx, person, Right.GROUP, ticket)
    await workflow.check_right(ctx, person, Right.DISMISS, ticket)
    if not can_undo(ticket):
        raise OutdatedButton(number=ticket.id, state=ticket.state.value)
    first = await workflow.get(ctx, ticket.divided_from or 0)
    if not first.is_open:
        raise OutdatedButton(number=ticket.id, state=ticket.state.value)
    change = TicketChange(dismiss_reason=DismissReason.DUPLICATE, ended_at=ctx.now, assignee_id=person.id)
    await workflow.transition(ctx, ticket, Step.DISMISS, person, change)
    # The person is on record at their own ticket: the first one may be of a block that they have no right over.
    await ctx.uow.audit_log.record("undivide", ctx.now, ticket_id=first.id, facts={"into": ticket.id})
    await cards.sync(ctx, first, actor=person)
    return first


def _is_undone(ticket: Ticket) -> bool:
    return ticket.state is State.DISMISSED and ticket.dismiss_reason is DismissReason.DUPLICATE


def _registration(ticket: Ticket, matter: Matter, whole: Reading) -> register.Registration:
    """Return the request for the ticket of *matter*: its own words and block, the rest of the first *ticket*."""
    place = _place(matter.reading.place, whole.place)
    own = place is not None and place is matter.reading.place
    return register.Registration(
        text=matter.text,
        reading=replace(matter.reading, place=place),
        source=ticket.source,
        account=ticket.account,
        author_id=ticket.author_id,
        author_name=ticket.author_name,
        applicant=Applicant(ticket.applicant_name, ticket.phone, ticket.applicant_kind or ApplicantKind.CITIZEN),
        place=None if own else ticket.place,
        district=_district(ticket, matter, whole) if own else ticket.district,
        point=None if own else ticket.coordinates,
        sector=matter.reading.sector,
        divided_from=ticket,
        joins_problem=False,
    )


def _district(ticket: Ticket, matter: Matter, whole: Reading) -> str | None:
    """Return the district of a matter with an address of its own.

    A district that the words of the message told is that of the first address. One that they did not is that of the
    chat, or of the form, and holds for every matter.
    """
    told = whole.district is not None and whole.district == ticket.district
    return matter.reading.district or (None if told else ticket.district)


def _place(own: PlaceName | None, whole: PlaceName | None) -> PlaceName | None:
    """Return the place of a matter: «у дома» alone is at the address that the message names."""
    return own if own is not None and (own.street is not None or whole is None) else whole
