"""The centre at one moment: what is stored, and what each person may do, to compare with the moment after a press."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from bot.domain.answers import Answer, Publication
from bot.domain.audit import AuditRow
from bot.domain.cards import AccountReachability
from bot.domain.clocks import ClockEventKind
from bot.domain.drafts import Draft as DraftRow
from bot.domain.drafts import DraftApproval, DraftState, DraftVersion
from bot.domain.inquiries import InquiryKind
from bot.domain.messages import MessageRole
from bot.domain.people import Person, Staff, StaffAccount
from bot.domain.roles import Right
from bot.domain.tickets import Ticket
from bot.services.answers import approvals, approvers
from bot.services.context import UseCaseContext, responsibility
from bot.services.context.responsibility import Standing
from bot.services.deadlines import deadlines
from storage import tables
from tests.machine.town import CentreTown

CHANGED_BY_PRESSES = (
    *(tables.ticket, tables.draft, tables.draft_version, tables.draft_approval, tables.answer, tables.publication),
    *(tables.delegation, tables.inquiry, tables.solution, tables.person, tables.assignment, tables.absence),
    *(tables.template, tables.remark, tables.message, tables.problem),
)
"""Tables that a refused press leaves as they were."""


@dataclass(frozen=True, slots=True)
class DraftFacts:
    """A draft with its versions and decisions, and who may decide on it now."""

    row: DraftRow
    versions: Mapping[int, DraftVersion]
    decisions: tuple[DraftApproval, ...]
    deciders: frozenset[int]
    holders: Mapping[str, frozenset[int]]  # by step, those who hold it
    chain: tuple[str, ...]
    to_ask: int | None = None  # who would be asked for the next step now


@dataclass(frozen=True, slots=True)
class Clocks:
    """The deadline for the answer by the history of a ticket, and what its time waits for or was promised."""

    answer_due: datetime
    waits: frozenset[datetime]  # ends of the waiting in its history
    question_until: datetime | None  # its author was asked, and may answer until then
    promised_until: datetime | None  # the day of an interim answer


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The findings of one look into the database."""

    staff: Staff
    reach: Mapping[StaffAccount, AccountReachability]
    available: frozenset[int]
    tickets: Mapping[int, Ticket]
    standings: Mapping[int, Standing]
    stands_in_for: Mapping[int, tuple[Person, ...]]  # by person, absent colleagues
    writers: Mapping[int, frozenset[int]]  # by ticket, those who may word an answer that others approve
    drafts: Mapping[int, DraftFacts]
    answers: Mapping[int, Answer]
    publications: Mapping[int, Publication]
    audit: tuple[tuple[int, AuditRow], ...]
    cards: frozenset[tuple[int, int]]  # (person, ticket) whose card is in a chat
    clocks: Mapping[int, Clocks]  # by open ticket
    roots: Mapping[int, frozenset[tuple[str, str, str]]]
    """By a ticket of a divided message, the messages that it was made of."""
    rows: Mapping[str, object]

    def may(self, person_id: int, right: Right, ticket_id: int) -> bool:
        """Return whether a person holds *right* over a ticket at this moment."""
        person, standing = self.staff.find_by_id(person_id), self.standings.get(ticket_id)
        return person is not None and standing is not None and standing.permits(person, right)

    def history(self, ticket_id: int) -> list[AuditRow]:
        return [row for _, row in self.audit if row.ticket_id == ticket_id]

    def since(self, earlier: "Snapshot") -> list[AuditRow]:
        """Return the records that were added after *earlier*."""
        last = earlier.audit[-1][0] if earlier.audit else 0
        return [row for number, row in self.audit if number > last]


async def take(town: CentreTown) -> Snapshot:
    """Look at everything, in one transaction."""
    assert town.app is not None
    async with town.app.database.read() as uow:
        return await _take(town.context(uow))


async def _take(ctx: UseCaseContext) -> Snapshot:
    uow, connection = ctx.uow, ctx.uow._connection
    numbers = list((await connection.execute(select(tables.ticket.c.id).order_by(tables.ticket.c.id))).scalars())
    tickets = await uow.tickets.get_many(numbers)
    standings = {number: await responsibility.standing_of(ctx, one) for number, one in tickets.items()}
    staff = ctx.municipality.staff
    writers = {}
    for number, one in tickets.items():
        if one.is_open:
            may = [person.id for person in staff.people if await approvers.may_draft(ctx, one, person)]
            writers[number] = frozenset(may)
    answer_ids = (await connection.execute(select(tables.answer.c.id))).scalars().all()
    answers = {one: found for one in answer_ids if (found := await uow.answers.get(one)) is not None}
    publication_ids = (await connection.execute(select(tables.publication.c.id))).scalars().all()
    publications = {one: found for one in publication_ids if (found := await uow.answers.get_publication(one))}
    columns = [tables.audit.c[name] for name in AuditRow.__dataclass_fields__]
    audit = (await connection.execute(select(tables.audit.c.id, *columns).order_by(tables.audit.c.id))).all()
    shown = select(tables.card.c.person_id, tables.card.c.ticket_id).where(tables.card.c.external_id.is_not(None))
    rows = {}
    for table in CHANGED_BY_PRESSES:
        found = await connection.execute(select(table).order_by(*table.primary_key.columns))
        rows[table.name] = [tuple(one) for one in found]
    return Snapshot(
        staff=staff,
        reach=dict(await ctx.reachability()),
        available=frozenset([one.id for one in staff.people if await responsibility.is_available(ctx, one)]),
        tickets=tickets,
        standings=standings,
        stands_in_for={one.id: tuple(await responsibility.list_represented(ctx, one)) for one in staff.people},
        writers=writers,
        drafts=await _drafts(ctx, tickets, staff.people),
        answers=answers,
        publications=publications,
        audit=tuple((row[0], AuditRow(*row[1:])) for row in audit),
        clocks={number: await _clocks(ctx, one) for number, one in tickets.items() if one.is_open},
        cards=frozenset((one[0], one[1]) for one in await connection.execute(shown)),
        roots=await _roots(ctx, tickets),
        rows=rows,
    )


async def _roots(ctx: UseCaseContext, tickets: Mapping[int, Ticket]) -> dict[int, frozenset[tuple[str, str, str]]]:
    firsts = {number: one.divided_from for number, one in tickets.items() if one.divided_from is not None}
    return {
        number: frozenset(
            (one.account, one.chat_id, one.external_id)
            for one in await ctx.uow.messages.list_for_ticket(number)
            if one.part is MessageRole.ROOT
        )
        for number in {*firsts, *firsts.values()}
    }


async def _clocks(ctx: UseCaseContext, ticket: Ticket) -> Clocks:
    events = (await ctx.uow.clock_events.list_for([ticket.id])).get(ticket.id, ())
    inquiry = await ctx.uow.inquiries.find_open(ticket.id, InquiryKind.CITIZEN)
    promises = [one for one in await ctx.uow.promises.list_for_ticket(ticket.id) if one.origin is None]
    return Clocks(
        deadlines.plan_from(ctx, ticket, events).answer_due,
        frozenset(one.due for one in events if one.kind is ClockEventKind.WAIT and one.due is not None),
        inquiry.due_at if inquiry is not None else None,
        promises[-1].due_at if promises and promises[-1].ended_at is None else None,
    )


async def _drafts(
    ctx: UseCaseContext, tickets: Mapping[int, Ticket], people: tuple[Person, ...]
) -> dict[int, DraftFacts]:
    found = {}
    for number in (await ctx.uow._connection.execute(select(tables.draft.c.id))).scalars().all():
        draft = await ctx.uow.drafts.get(number)
        assert draft is not None
        versions = {}
        for version in range(1, draft.version + 1):
            one = await ctx.uow.drafts.get_version(draft.id, version)
            assert one is not None
            versions[version] = one
        deciders, holders, chain, to_ask = frozenset[int](), {}, (), None
        if draft.is_open:
            ticket = tickets[draft.ticket_id]
            chain = approvers.draft_chain(ctx, ticket, draft)
            for role in chain:
                held = [one.id for one in people if await approvers.holds_step(ctx, ticket, one, role)]
                holders[role] = frozenset(held)
            if draft.state is DraftState.WAITING:
                may = [one.id for one in people if await approvals.may_decide(ctx, ticket, draft, one)]
                deciders = frozenset(may)
                to_ask = await _to_ask(ctx, ticket, draft, chain)
        decisions = tuple(await ctx.uow.drafts.list_approvals(draft.id))
        found[draft.id] = DraftFacts(draft, versions, decisions, deciders, holders, chain, to_ask)
    return found


async def _to_ask(ctx: UseCaseContext, ticket: Ticket, draft: DraftRow, chain: tuple[str, ...]) -> int | None:
    if draft.step >= len(chain):
        return None
    exclude = await approvers.excluded_from(ctx, ticket, draft, chain[draft.step])
    found = await approvers.find_approver(ctx, ticket, chain[draft.step], exclude)
    return found.person.id if found is not None else None
