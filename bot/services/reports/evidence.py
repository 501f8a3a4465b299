"""Evidence of single tickets for a check: what was said when, by which position, and the seal of the records."""

import re
from collections.abc import Sequence

from bot.domain.audit import JournalAction
from bot.domain.errors import NoSuchTicket
from bot.domain.messages import MessageRole
from bot.domain.notifications.regional import TicketEvidence
from bot.domain.outbox import Priority
from bot.domain.people import Person
from bot.domain.roles import Right
from bot.domain.tickets import Ticket
from bot.domain.view_data import EvidenceEntry, EvidenceFacts, EvidenceKind
from bot.services.context import UseCaseContext
from bot.services.context.responsibility import has_right
from bot.services.notifications import notify

MAX_TICKETS = 20
"""Tickets of one document: a check asks for single ones."""

_NUMBERS = re.compile(r"№?\s*\d{1,12}(?:[\s,;]+№?\s*\d{1,12})*")


def parse_numbers(text: str) -> tuple[int, ...]:
    """Return the numbers of «№142, 143», each once; none for any other text."""
    if _NUMBERS.fullmatch(text.strip()) is None:
        return ()
    return tuple(dict.fromkeys(int(one) for one in re.findall(r"\d+", text)))


async def send(ctx: UseCaseContext, person: Person, numbers: tuple[int, ...]) -> None:
    """Send the evidence of the tickets to *person*; one that they may not see is refused like one that is not there.

    A document holds :data:`MAX_TICKETS`; the numbers of the others are named in its message.
    """
    shown, left_out = numbers[:MAX_TICKETS], numbers[MAX_TICKETS:]
    found = await ctx.uow.tickets.get_many(shown)
    for number in shown:
        ticket = found.get(number)
        if ticket is None or not await has_right(ctx, person, Right.SEE_TICKET, ticket):
            raise NoSuchTicket(number=number)
    note = TicketEvidence(ticket_ids=shown, left_out_ids=left_out)
    await notify.notify(ctx, person, note, priority=Priority.INTERACTIVE)
    facts = journal_facts(shown)
    await ctx.uow.audit_log.record(JournalAction.EVIDENCE_EXPORTED.value, ctx.now, person_id=person.id, facts=facts)


def journal_facts(numbers: Sequence[int]) -> dict[str, str]:
    """Return what the journal keeps of an export of evidence."""
    return {"numbers": ", ".join(f"№{number}" for number in numbers)}


async def collect_all(ctx: UseCaseContext, numbers: Sequence[int]) -> list[EvidenceFacts]:
    """Return the evidence of each ticket that there is, in the order of *numbers*."""
    found = await ctx.uow.tickets.get_many(numbers)
    return [await collect(ctx, found[number]) for number in numbers if number in found]


async def collect(ctx: UseCaseContext, ticket: Ticket) -> EvidenceFacts:
    """Return everything that was said and done about *ticket*, in the order of time.

    Names, telephones, flats and the like are removed from every text; of a message about suicide or violence nothing
    is quoted.
    """
    entries = [*await _list_messages(ctx, ticket), *await _list_texts(ctx, ticket), *await _list_records(ctx, ticket)]
    return EvidenceFacts(
        ticket=ticket,
        sector=ctx.municipality.sector_title(ticket.sector),
        sector_titles={one.code: one.title for one in ctx.municipality.sectors.values()},
        systems=ctx.municipality.systems,
        entries=tuple(sorted(entries, key=lambda entry: entry.at)),
        seal=await ctx.uow.evidence.find_seal(ticket.id),
    )


async def _list_messages(ctx: UseCaseContext, ticket: Ticket) -> list[EvidenceEntry]:
    found = []
    for message in await ctx.uow.messages.list_for_ticket(ticket.id):
        is_staff = message.part is MessageRole.STAFF
        author = ctx.municipality.find_official(message.account, message.author_id) if is_staff else None
        kind = EvidenceKind.COLLEAGUE if is_staff else EvidenceKind.CITIZEN
        text = _redacted(ctx, ticket, message.text)
        found.append(EvidenceEntry(message.sent_at, kind, _position(author), text=text, source=message.account))
    if not found and ticket.text:  # typed in by an official, or from another system
        text = _redacted(ctx, ticket, ticket.text)
        found.append(EvidenceEntry(ticket.registered_at, EvidenceKind.CITIZEN, text=text, source=ticket.source))
    return found


async def _list_texts(ctx: UseCaseContext, ticket: Ticket) -> list[EvidenceEntry]:
    found = []
    for one in await ctx.uow.evidence.list_answers(ticket.id, ticket.lead_id):
        who = await _find_position(ctx, one.publisher_id or one.author_id)
        text = _redacted(ctx, ticket, one.text)
        moment = one.posted_at or one.created_at
        found.append(EvidenceEntry(moment, EvidenceKind.TEXT, who, text, wording=one.kind, state=one.state))
    for version in await ctx.uow.evidence.list_draft_texts(ticket.id):
        who = await _find_position(ctx, version.author_id)
        text = _redacted(ctx, ticket, version.text)
        entry = EvidenceEntry(version.at, EvidenceKind.DRAFT, who, text, wording=version.kind, version=version.version)
        found.append(entry)
    for decision in await ctx.uow.evidence.list_decisions(ticket.id):
        who = await _find_position(ctx, decision.person_id)
        kind = EvidenceKind(decision.decision.value)
        found.append(EvidenceEntry(decision.at, kind, who, wording=decision.kind, version=decision.version))
    for remark in await ctx.uow.cards.list_remarks(ticket.id):
        who = await _find_position(ctx, remark.person_id)
        found.append(EvidenceEntry(remark.at, EvidenceKind.REMARK, who, _redacted(ctx, ticket, remark.text)))
    return found


async def _list_records(ctx: UseCaseContext, ticket: Ticket) -> list[EvidenceEntry]:
    return [
        EvidenceEntry(row.at, EvidenceKind.RECORD, await _find_position(ctx, row.person_id), record=row)
        for row in await ctx.uow.audit_log.list_for_ticket(ticket.id)
    ]


def _redacted(ctx: UseCaseContext, ticket: Ticket, text: str) -> str | None:
    """Return *text* without anybody's data; ``None`` where nothing that somebody wrote may be passed on."""
    if ticket.urgency is not None and ticket.urgency.needs_duty_officer:
        return None
    return ctx.municipality.understanding.redact(text)


async def _find_position(ctx: UseCaseContext, person_id: int | None) -> str | None:
    if person_id is None:
        return None
    person = ctx.municipality.staff.find_by_id(person_id)
    return _position(person) if person is not None else ""


def _position(person: Person | None) -> str | None:
    """Return the title of the post; without one, the codes of the roles."""
    return None if person is None else person.title or ", ".join(sorted(person.roles))
