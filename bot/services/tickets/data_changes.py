"""Changes of a ticket's data by people. Each is in the history.

A changed sector, and a topic mended within its sector, are examples for the classifier; the place, the applicant, the
number and the terms say nothing about whose a message is, and urgency is found by rules alone.
"""

from dataclasses import replace
from datetime import datetime
from zlib import crc32

from bot.domain.applicants import ApplicantKind
from bot.domain.audit import changed_facts
from bot.domain.clocks import ClockEventKind
from bot.domain.deadlines import DeadlineKind
from bot.domain.errors import NumberKnown, OutdatedButton, TakenByOther
from bot.domain.importance import Importance
from bot.domain.people import Person
from bot.domain.systems import source_code
from bot.domain.ticket_changes import TicketChange
from bot.domain.ticket_data import DataField
from bot.domain.tickets import Ticket
from bot.domain.urgency import Urgency
from bot.services.context import UseCaseContext
from bot.services.deadlines import deadlines, draft_clocks, urgent_alerts
from bot.services.notifications import cards
from bot.services.tickets import open_corrections, workflow
from bot.services.tickets.search import build_search_text
from bot.understanding.reading import PlaceName

MAX_NAME_CHARS, MAX_NUMBER_CHARS, MAX_PLACE_CHARS = 200, 100, 200


async def check_can_change(ctx: UseCaseContext, ticket_id: int, person: Person, field: DataField) -> Ticket:
    """Return the ticket if *person* may change *field* of it; otherwise raise the refusal that says why not."""
    ticket = await workflow.get(ctx, ticket_id)
    await workflow.check_right(ctx, person, field.right, ticket)
    if ticket.anonymized_at is not None or not is_changeable(ticket, field):
        raise OutdatedButton(number=ticket.id, state=ticket.state.value)
    return ticket


def is_changeable(ticket: Ticket, field: DataField) -> bool:
    """Return whether *field* can be changed in the ticket's state; members of a problem share the lead's terms."""
    match field:
        case DataField.SECTOR:
            return not ticket.is_open and ticket.lead_id is None
        case DataField.TERM | DataField.URGENCY | DataField.IMPORTANCE:
            return ticket.is_open and ticket.lead_id is None
        case _:
            return True


def topic_names(ctx: UseCaseContext, sector: str | None) -> dict[str, str]:
    """Return the topics of *sector* (``None``: all) by a short code, which stays the same in later releases."""
    names = ctx.municipality.understanding.topic_names(sector)
    return {f"{crc32(name.encode()):x}": name for name in names}


async def change_place(ctx: UseCaseContext, ticket_id: int, person: Person, text: str) -> Ticket:
    """Set the place as *text* names it; settlement, street and house are read from it.

    Words without a street («за домом у реки») stay as they were typed.
    """
    ticket = await check_can_change(ctx, ticket_id, person, DataField.PLACE)
    found = ctx.municipality.understanding.read(text).place
    place = (found.text if found is not None and found.street is not None else text)[:MAX_PLACE_CHARS]
    found = found or PlaceName(None, None)
    change = TicketChange(
        place=place,
        street=found.street,
        house=found.house,
        settlement=found.settlement,
        latitude=found.latitude,
        longitude=found.longitude,
    )
    change = replace(change, search=_search_text(ticket, place=place))
    return await _apply(ctx, ticket, person, DataField.PLACE, change)


async def change_applicant(
    ctx: UseCaseContext, ticket_id: int, person: Person, name: str | None, phone: str | None
) -> Ticket:
    """Set the applicant's name and telephone."""
    ticket = await check_can_change(ctx, ticket_id, person, DataField.APPLICANT)
    change = TicketChange(applicant_name=name[:MAX_NAME_CHARS] if name else None, phone=phone)
    return await _apply(ctx, ticket, person, DataField.APPLICANT, change)


async def change_kind(ctx: UseCaseContext, ticket_id: int, person: Person, kind: ApplicantKind) -> Ticket:
    """Set the kind of applicant."""
    ticket = await check_can_change(ctx, ticket_id, person, DataField.KIND)
    return await _apply(
        ctx, ticket, person, DataField.KIND, TicketChange(applicant_kind=kind), _kind_value(ticket), kind.value
    )


async def change_number(ctx: UseCaseContext, ticket_id: int, person: Person, number: str) -> Ticket:
    """Set the number in another system. Raises :class:`NumberKnown` if another ticket has it."""
    ticket = await check_can_change(ctx, ticket_id, person, DataField.NUMBER)
    number, system = number[:MAX_NUMBER_CHARS], source_code(ticket.source)
    if not await ctx.uow.imports.claim(system, number, ticket.id, ctx.now):
        raise NumberKnown(number=await ctx.uow.imports.find_ticket_id(system, number))
    change = TicketChange(external_number=number, search=_search_text(ticket, number=number))
    return await _apply(ctx, ticket, person, DataField.NUMBER, change)


async def change_topic(ctx: UseCaseContext, ticket_id: int, person: Person, code: str) -> Ticket:
    """Set the topic with this code of :func:`topic_names`."""
    ticket = await check_can_change(ctx, ticket_id, person, DataField.TOPIC)
    name = topic_names(ctx, ticket.sector).get(code)
    if name is None:
        raise OutdatedButton(number=ticket.id)
    changed = await _apply(ctx, ticket, person, DataField.TOPIC, TicketChange(topic=name), ticket.topic, name)
    await _record_lesson(ctx, "topic_corrected", ticket, person, sector=ticket.sector, topic=name)
    return changed


async def change_sector(ctx: UseCaseContext, ticket_id: int, person: Person, sector: str) -> Ticket:
    """Set the sector of a ticket that is over: statistics and the classifier use it, nobody gets a card."""
    ticket = await check_can_change(ctx, ticket_id, person, DataField.SECTOR)
    if sector not in ctx.municipality.sectors:
        raise OutdatedButton(number=ticket.id)
    changed = await _apply(ctx, ticket, person, DataField.SECTOR, TicketChange(sector=sector), ticket.sector, sector)
    await _record_lesson(ctx, "sector_corrected", ticket, person, sector=sector)
    await open_corrections.on_moved(ctx, changed, person)
    return changed


async def _record_lesson(ctx: UseCaseContext, action: str, ticket: Ticket, person: Person, **facts: str | None) -> None:
    """Record what the classifier learns from (:class:`storage.repositories.routing_decisions.RoutingDecisions`)."""
    await ctx.uow.audit_log.record(action, ctx.now, person_id=person.id, ticket_id=ticket.id, facts=facts)


async def change_urgency(ctx: UseCaseContext, ticket_id: int, person: Person, *, urgent: bool) -> Ticket:
    """Make the ticket urgent, or not: the terms follow."""
    ticket = await check_can_change(ctx, ticket_id, person, DataField.URGENCY)
    if ticket.urgent is urgent:
        return ticket
    if urgent:
        change = TicketChange(urgent=True, urgency=Urgency.OUTAGE)
        changed = await _apply(ctx, ticket, person, DataField.URGENCY, change, "no", "yes")
        changed = await deadlines.apply_urgent(ctx, changed)
        await urgent_alerts.on_became_urgent(ctx, changed)
    else:
        change = TicketChange(urgent=False, urgency=None, danger=None)
        changed = await _apply(ctx, ticket, person, DataField.URGENCY, change, "yes", "no")
    await cards.sync(ctx, changed, actor=person)
    return changed


async def change_importance(ctx: UseCaseContext, ticket_id: int, person: Person, importance: Importance) -> Ticket:
    """Call the ticket important, or not: another rule may fit. The choice ends the machine's proposal."""
    ticket = await check_can_change(ctx, ticket_id, person, DataField.IMPORTANCE)
    if ticket.importance is importance:
        return ticket
    was = ticket.importance.value if ticket.importance is not None else None
    change = TicketChange(importance=importance)
    changed = await _apply(ctx, ticket, person, DataField.IMPORTANCE, change, was, importance.value)
    await draft_clocks.reschedule_draft(ctx, changed)
    return changed


async def change_term(ctx: UseCaseContext, ticket_id: int, person: Person, due: datetime) -> Ticket:
    """Set the moment until which the answer is due."""
    ticket = await check_can_change(ctx, ticket_id, person, DataField.TERM)
    await deadlines.record(ctx, ticket, ClockEventKind.SET, DeadlineKind.ANSWER, due, person)
    change = TicketChange(answer_due=due)
    changed = await _apply(ctx, ticket, person, DataField.TERM, change, ticket.answer_due.isoformat(), due.isoformat())
    await deadlines.reschedule(ctx, changed, await deadlines.compute_plan(ctx, changed), [DeadlineKind.ANSWER])
    return changed


def _search_text(ticket: Ticket, *, place: str | None = None, number: str | None = None) -> str:
    return build_search_text(ticket.text, place or ticket.place, number or ticket.external_number, ticket.author_name)


def _kind_value(ticket: Ticket) -> str | None:
    return ticket.applicant_kind.value if ticket.applicant_kind is not None else None


async def _apply(
    ctx: UseCaseContext,
    ticket: Ticket,
    person: Person,
    field: DataField,
    change: TicketChange,
    was: str | None = None,
    now: str = "",
) -> Ticket:
    """Write *change* and its record. *was* and *now* are the values, unless they are personal data."""
    changed = await ctx.uow.tickets.update(ticket, change)
    if changed is None:
        raise TakenByOther(number=ticket.id)
    facts: dict[str, object] = {"field": field.value}
    if now:
        facts |= {"now": now} | changed_facts({field.value: was}, {field.value: now})
    await ctx.uow.audit_log.record("data_changed", ctx.now, person_id=person.id, ticket_id=ticket.id, facts=facts)
    if changed.is_open:  # another rule may fit now
        changed = await deadlines.recompute(ctx, changed)
    await cards.sync(ctx, changed, actor=person)
    return changed
