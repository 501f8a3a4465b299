"""Problems: tickets about one event, changed together in a few statements."""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import (
    ColumnElement,
    String,
    Update,
    and_,
    bindparam,
    case,
    cast,
    delete,
    exists,
    func,
    insert,
    null,
    or_,
    select,
    update,
)

from bot.domain.json_types import Json
from bot.domain.messages import MessageRole
from bot.domain.problems import AnswerTarget, Candidate, Problem
from bot.domain.ticket_changes import TicketChange
from bot.domain.tickets import OPEN_TICKET_STATES, State, Ticket
from storage.batching.candidate_cache import (
    ANSWERED_STATES,
    OVERFETCH_ROWS,
    CachedCandidate,
    CandidatePool,
    CandidateQuery,
)
from storage.batching.id_allocator import IdAllocator
from storage.repositories.base import Repository
from storage.repositories.problem_candidates import fetch_candidates
from storage.repositories.ticket_rows import TICKET_COLUMNS, ticket_columns, ticket_from_row
from storage.tables import message, problem, publication, ticket
from storage.transaction import Transaction

_PROBLEM_COLUMNS = tuple(problem.c[name] for name in Problem.__dataclass_fields__)
_REPLY_TARGET_COLUMNS = tuple(
    (message.c.id if name == "message_id" else message.c[name]) for name in AnswerTarget.__dataclass_fields__
)
_INSERT = insert(problem)
_ANSWERABLE_PARTS = (MessageRole.ROOT.value, MessageRole.COPY.value)


@cache
def _growth_update() -> Update:
    more = {name: problem.c[name] + bindparam(f"more_{name}") for name in ("members", "people")}
    heard = {name: bindparam(f"new_{name}", type_=problem.c[name].type) for name in ("sketch", "heard_at")}
    return update(problem).where(problem.c.id == bindparam("number")).values(**more, **heard)


@cache
def _lead_update() -> Update:
    """Return the UPDATE that makes a ticket the lead of a problem and no longer a candidate itself."""
    begun = {"problem_id": bindparam("problem"), "matter": null(), "sketch": null()}
    return update(ticket).where(ticket.c.id == bindparam("number")).values(begun)


class Problems(Repository):
    """The problems and their member tickets."""

    def __init__(self, transaction: Transaction, ids: IdAllocator) -> None:
        super().__init__(transaction)
        self._ids = ids
        self._cache = transaction.cache

    async def prefetch(self, authors: Collection[str], queries: Iterable[CandidateQuery], limit: int) -> None:
        """Fetch in bulk the rows that later calls of :meth:`has_author` and :meth:`list_candidates` will need."""
        result = await self._transaction.execute(
            select(ticket.c.author_key, ticket.c.problem_id).where(
                ticket.c.author_key.in_(authors), ticket.c.problem_id.is_not(None)
            )
        )
        known: dict[str, set[int]] = {author: set() for author in authors}
        for author, problem_id in result:
            known[author].add(problem_id)
        self._cache.load_author_problems(known)
        self._ids.reserve(problem, 1 + len(authors) // 10)
        for one in {wanted.cache_key: wanted for wanted in queries}.values():
            await self.list_candidates(one, limit)

    async def list_candidates(self, query: CandidateQuery, limit: int) -> list[Candidate]:
        """List the problems and lone tickets that a message may be about, up to *limit* of each, the latest first.

        One query answers all messages of a transaction about the same subject families and sector; more rows are
        fetched if the excluded author has written most of them.
        """
        found = self._cache.candidates.find(query, limit)
        fetch_limit = limit + OVERFETCH_ROWS
        while found is None:
            fetched = await fetch_candidates(self._transaction, query.cache_key, fetch_limit)
            pool = CandidatePool.from_candidates(fetched, fetch_limit)
            self._cache.candidates.add_pool(query, pool)
            found = pool.find(query, limit)
            fetch_limit *= 4
        return found

    def clear_candidates(self) -> None:
        """Drop the cached candidates, after another process has changed one."""
        self._cache.candidates.clear()

    async def find_by_message(self, account: str, chat_id: str, external_id: str) -> tuple[int, int | None] | None:
        """Return the ids of the ticket, and of its problem, to which the message at this place belongs."""
        result = await self._transaction.execute(
            select(ticket.c.id, ticket.c.problem_id)
            .join(message, message.c.ticket_id == ticket.c.id)
            .where(message.c.account == account, message.c.chat_id == chat_id, message.c.external_id == external_id)
        )
        row = result.first()
        return (row[0], row[1]) if row else None

    async def get(self, problem_id: int) -> Problem | None:
        row = (await self._transaction.execute(select(*_PROBLEM_COLUMNS).where(problem.c.id == problem_id))).first()
        return Problem(**row._mapping) if row else None

    async def get_fingerprint(self, one: Ticket) -> Json | None:
        """Return the fingerprint with which messages are compared that may be about the same as *one*."""
        query = select(ticket.c.sketch).where(ticket.c.id == one.id)
        if one.problem_id is not None:
            query = select(problem.c.sketch).where(problem.c.id == one.problem_id)
        sketch: Json | None = (await self._transaction.execute(query)).scalar_one_or_none()
        return sketch

    async def create(self, lead: Ticket, subject_family: str, fingerprint: Json, now: datetime) -> int:
        """Create a problem led by *lead* and return its id."""
        problem_id = await self._ids.allocate(problem)
        self._transaction.defer_insert(
            _INSERT,
            {
                "id": problem_id,
                "lead_id": lead.id,
                "matter": subject_family,
                "sketch": dict(fingerprint),
                "members": 1,
                "people": 1,
                "heard_at": now,
            },
        )
        self._transaction.defer_update(_lead_update(), {"number": lead.id, "problem": problem_id})
        self._cache.set_problem_lead(lead, problem_id)
        candidate = Candidate(problem_id, lead.id, fingerprint, lead.state in ANSWERED_STATES, lead.urgency)
        self._cache.candidates.promote_to_problem(lead.id, CachedCandidate(candidate, now, subject_family, lead.sector))
        return problem_id

    async def has_author(self, problem_id: int, author_key: str) -> bool:
        """Return whether this citizen has a ticket in the problem."""
        if (known := self._cache.is_author_in_problem(author_key, problem_id)) is not None:
            return known
        result = await self._transaction.execute(
            select(ticket.c.id).where(ticket.c.problem_id == problem_id, ticket.c.author_key == author_key).limit(1)
        )
        return result.first() is not None

    async def find_ticket_of(self, problem_id: int, author_key: str) -> Ticket | None:
        """Return this citizen's latest ticket in the problem."""
        result = await self._transaction.execute(
            select(*TICKET_COLUMNS)
            .where(ticket.c.problem_id == problem_id, ticket.c.author_key == author_key)
            .order_by(ticket.c.id.desc())
            .limit(1)
        )
        row = result.first()
        return ticket_from_row(row) if row else None

    def add_members(self, problem_id: int, *, members: int, people: int, fingerprint: Json, heard_at: datetime) -> None:
        """Add to the counts of tickets and authors and replace the fingerprint."""
        values = {"number": problem_id, "more_members": members, "more_people": people}
        self._transaction.defer_update(
            _growth_update(), values | {"new_sketch": dict(fingerprint), "new_heard_at": heard_at}
        )
        self._cache.candidates.update_problem(problem_id, fingerprint, heard_at)

    async def transition_members(
        self, problem_id: int, steps: Mapping[State, State], change: TicketChange
    ) -> list[tuple[int, State]]:
        """Move every member except the lead to its next state; return the ids and their former states."""
        was = {state.value: new.value for state, new in steps.items()}
        members = and_(ticket.c.problem_id == problem_id, ticket.c.lead_id.is_not(None), ticket.c.state.in_(was))
        chosen = select(ticket.c.id, ticket.c.state).where(members).order_by(ticket.c.id)
        found = await self._transaction.execute(chosen.with_for_update(key_share=True))
        moved = [(row[0], State(row[1])) for row in found]
        if moved:
            for ticket_id, _ in moved:
                self._cache.evict_ticket(ticket_id)  # members are no candidates, and all else of them stays
            await self._transaction.execute_keeping_cache(
                update(ticket)
                .where(members)
                .values(state=case(was, value=ticket.c.state), version=ticket.c.version + 1, **ticket_columns(change))
            )
        return moved

    async def list_reply_targets(self, problem_id: int, states: Collection[State]) -> list[AnswerTarget]:
        """List the messages of members in *states* to answer, oldest first."""
        result = await self._transaction.execute(
            select(*_REPLY_TARGET_COLUMNS)
            .join(ticket, ticket.c.id == message.c.ticket_id)
            .where(
                ticket.c.problem_id == problem_id,
                ticket.c.state.in_([state.value for state in states]),
                message.c.part.in_(_ANSWERABLE_PARTS),
            )
            .order_by(message.c.id)
        )
        return [AnswerTarget(*row) for row in result]

    async def list_reply_targets_of(self, message_ids: Collection[int]) -> list[AnswerTarget]:
        """Return the reply targets of these messages."""
        result = await self._transaction.execute(
            select(*_REPLY_TARGET_COLUMNS).where(message.c.id.in_(message_ids)).order_by(message.c.id)
        )
        return [AnswerTarget(*row) for row in result]

    async def list_member_ids(self, lead: Ticket) -> list[int]:
        """List the numbers of the other tickets of the problem that *lead* leads; none if it leads none."""
        if not lead.is_problem_lead:
            return []
        result = await self._transaction.execute(
            select(ticket.c.id).where(ticket.c.problem_id == lead.problem_id, ticket.c.id != lead.id)
        )
        return list(result.scalars())

    async def list_open_members(self, lead: Ticket) -> list[Ticket]:
        """Lock and list the other open tickets of the problem that *lead* leads; none if it leads none."""
        if not lead.is_problem_lead:
            return []
        result = await self._transaction.execute(
            select(*TICKET_COLUMNS)
            .where(
                ticket.c.problem_id == lead.problem_id,
                ticket.c.lead_id.is_not(None),
                ticket.c.state.in_([state.value for state in OPEN_TICKET_STATES]),
            )
            .order_by(ticket.c.id)
            .with_for_update(key_share=True)
        )
        return [ticket_from_row(row) for row in result]

    async def list_without_messages(self, problem_id: int, states: Collection[State]) -> list[Ticket]:
        """List members received by phone or on paper, which have no message to answer."""
        post = exists().where(message.c.ticket_id == ticket.c.id, message.c.part.in_(_ANSWERABLE_PARTS))
        result = await self._transaction.execute(
            select(*TICKET_COLUMNS)
            .where(ticket.c.problem_id == problem_id, ticket.c.state.in_([state.value for state in states]), ~post)
            .order_by(ticket.c.id)
        )
        return [ticket_from_row(row) for row in result]

    async def mark_answered(self, ids: Collection[int], now: datetime) -> list[int]:
        """Mark members as answered; return the ids of those that were not yet."""
        if not ids:
            return []
        return await self._end_publishing(ticket.c.id.in_(ids), State.ANSWERED, now)

    async def end_publishing_of_covered(
        self, publication_id: int, state: State, answered_at: datetime | None = None
    ) -> list[int]:
        """Move the members whom the post of one publication also answers on to *state*; return their ids."""
        concerned = select(publication.c.ticket_id).where(publication.c.via_id == publication_id)
        return await self._end_publishing(ticket.c.id.in_(concerned), state, answered_at)

    async def mark_first_word(self, publication_id: int, now: datetime) -> None:
        """Record that the authors whom one publication reaches know that their tickets are taken up."""
        same_post = or_(publication.c.id == publication_id, publication.c.via_id == publication_id)
        concerned = select(publication.c.ticket_id).where(same_post)
        await self._transaction.execute(
            update(ticket)
            .where(ticket.c.id.in_(concerned), ticket.c.first_word_at.is_(None))
            .values(first_word_at=now, version=ticket.c.version + 1)
        )

    async def _end_publishing(
        self, concerned: ColumnElement[bool], state: State, answered_at: datetime | None
    ) -> list[int]:
        values = {} if answered_at is None else {"answered_at": answered_at}
        result = await self._transaction.execute(
            update(ticket)
            .where(concerned, ticket.c.state == State.PUBLISHING.value)
            .values(state=state.value, version=ticket.c.version + 1, **values)
            .returning(ticket.c.id)
        )
        return sorted(result.scalars())

    async def list_tickets(self, problem_id: int, skip: int, limit: int) -> list[Ticket]:
        """List a page of the tickets of a problem, oldest first."""
        result = await self._transaction.execute(
            select(*TICKET_COLUMNS)
            .where(ticket.c.problem_id == problem_id)
            .order_by(ticket.c.id)
            .offset(skip)
            .limit(limit)
        )
        return [ticket_from_row(row) for row in result]

    async def merge(self, other_id: int, lead: Ticket) -> list[Ticket]:
        """Move the members of the problem *other_id* to *lead*; open members take its state and assignee.

        Return the members as they were.
        """
        members = and_(ticket.c.problem_id == other_id, ticket.c.lead_id.is_not(None))
        chosen = select(*TICKET_COLUMNS).where(members).order_by(ticket.c.id)
        found = await self._transaction.execute(chosen.with_for_update(key_share=True))
        moved = [ticket_from_row(row) for row in found]
        is_open = ticket.c.state.in_([state.value for state in OPEN_TICKET_STATES])
        await self._transaction.execute(
            update(ticket)
            .where(members)
            .values(
                problem_id=lead.problem_id,
                lead_id=lead.id,
                sector=lead.sector,
                assignee_id=case((is_open, lead.assignee_id), else_=ticket.c.assignee_id),
                state=case((is_open, lead.state.value), else_=ticket.c.state),
                version=ticket.c.version + 1,
            )
        )
        await self._transaction.execute(delete(problem).where(problem.c.id == other_id))
        return moved

    async def recount(self, problem_id: int, fingerprint: Json | None = None) -> None:
        """Recount tickets and authors after a merge or a split."""
        members, people = await self._count_members(problem_id)
        values: dict[str, Any] = {"members": members, "people": people}
        if fingerprint is not None:
            values["sketch"] = dict(fingerprint)
        await self._transaction.execute(update(problem).where(problem.c.id == problem_id).values(**values))

    async def _count_members(self, problem_id: int) -> tuple[int, int]:
        author = func.coalesce(ticket.c.author_key, "№" + cast(ticket.c.id, String))
        result = await self._transaction.execute(
            select(func.count(), func.count(author.distinct())).where(ticket.c.problem_id == problem_id)
        )
        row = result.one()
        return int(row[0]), int(row[1])
