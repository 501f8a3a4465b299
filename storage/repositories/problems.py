"""Problems: which tickets are about one event, and what is done to all of them in a few statements."""

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
    select,
    update,
)

from bot.domain.json_types import Json
from bot.domain.messages import Part
from bot.domain.problems import Candidate, Problem, Spot
from bot.domain.tickets import OPEN, State, Ticket
from storage.batching.candidate_cache import ANSWERED, MORE, Kept, Pool, Wanted
from storage.batching.id_allocator import Numbers
from storage.repositories.base import Repository
from storage.repositories.problem_candidates import fetch
from storage.repositories.tickets import columns, record
from storage.tables import message, problem, publication, ticket
from storage.transaction import Transaction

_PROBLEM = tuple(problem.c[name] for name in Problem.__dataclass_fields__)
_SPOT = tuple((message.c.id if name == "message_id" else message.c[name]) for name in Spot.__dataclass_fields__)
_BEGIN = insert(problem)
_ANSWERED_UNDER = (Part.ROOT.value, Part.COPY.value)


@cache
def _grow() -> Update:
    more = {name: problem.c[name] + bindparam(f"more_{name}") for name in ("members", "people")}
    heard = {name: bindparam(f"new_{name}", type_=problem.c[name].type) for name in ("sketch", "heard_at")}
    return update(problem).where(problem.c.id == bindparam("number")).values(**more, **heard)


@cache
def _lead() -> Update:
    """A ticket leads a problem; it is no longer looked for itself."""
    begun = {"problem_id": bindparam("problem"), "matter": null(), "sketch": null()}
    return update(ticket).where(ticket.c.id == bindparam("number")).values(begun)


class Problems(Repository):
    """The aggregate of tickets that share an event."""

    def __init__(self, transaction: Transaction, numbers: Numbers) -> None:
        super().__init__(transaction)
        self._numbers = numbers
        self._memory = transaction.memory

    async def foresee(self, authors: Collection[str], wanted: Iterable[Wanted], most: int) -> None:
        """Fetch at once what :meth:`has_author` and :meth:`candidates` will be asked one by one."""
        result = await self._connection.execute(
            select(ticket.c.author_key, ticket.c.problem_id).where(
                ticket.c.author_key.in_(authors), ticket.c.problem_id.is_not(None)
            )
        )
        known: dict[str, set[int]] = {author: set() for author in authors}
        for author, problem_id in result:
            known[author].add(problem_id)
        self._memory.know_problems(known)
        self._numbers.expect(problem, 1 + len(authors) // 10)
        for one in {wanted.key: wanted for wanted in wanted}.values():
            await self.candidates(one, most)

    async def candidates(self, wanted: Wanted, most: int) -> list[Candidate]:
        """What a message may be about, the latest first: up to *most* problems and as many lone tickets.

        One transaction asks once for all messages of the same matters and sector; where one author has written so much
        that the rest is too little, without a limit that matters.
        """
        known = self._memory.candidates
        found = known.answer(wanted, most)
        fetched = most + MORE
        while found is None:
            known.know(wanted, Pool.of(await fetch(self._connection, wanted.key, fetched), fetched))
            found = known.answer(wanted, most)
            fetched *= 4
        return found

    def forget_candidates(self) -> None:
        """Another process has changed one meanwhile: they are to be asked for anew."""
        self._memory.candidates.clear()

    async def replied_to(self, account: str, chat_id: str, external_id: str) -> tuple[int, int | None] | None:
        """(ticket, its problem) that the post at this place belongs to."""
        result = await self._connection.execute(
            select(ticket.c.id, ticket.c.problem_id)
            .join(message, message.c.ticket_id == ticket.c.id)
            .where(message.c.account == account, message.c.chat_id == chat_id, message.c.external_id == external_id)
        )
        row = result.first()
        return (row[0], row[1]) if row else None

    async def get(self, problem_id: int) -> Problem | None:
        row = (await self._connection.execute(select(*_PROBLEM).where(problem.c.id == problem_id))).first()
        return Problem(**row._mapping) if row else None

    async def sketch_of(self, one: Ticket) -> Json | None:
        """What messages are compared with that may be about the same as *one*."""
        query = select(ticket.c.sketch).where(ticket.c.id == one.id)
        if one.problem_id is not None:
            query = select(problem.c.sketch).where(problem.c.id == one.problem_id)
        sketch: Json | None = (await self._connection.execute(query)).scalar_one_or_none()
        return sketch

    async def begin(self, lead: Ticket, matter: str, sketch: Json, now: datetime) -> int:
        """*lead* is no longer alone: the first of a problem, whose id this is."""
        problem_id = await self._numbers.next(problem)
        self._connection.defer(
            _BEGIN,
            {
                "id": problem_id,
                "lead_id": lead.id,
                "matter": matter,
                "sketch": dict(sketch),
                "members": 1,
                "people": 1,
                "heard_at": now,
            },
        )
        self._connection.defer_change(_lead(), {"number": lead.id, "problem": problem_id})
        self._memory.lead(lead, problem_id)
        candidate = Candidate(problem_id, lead.id, sketch, lead.state in ANSWERED, lead.urgency)
        self._memory.candidates.begin(lead.id, Kept(candidate, now, matter, lead.sector))
        return problem_id

    async def has_author(self, problem_id: int, author_key: str) -> bool:
        """Whether this citizen has a ticket in the problem."""
        if (known := self._memory.is_in(author_key, problem_id)) is not None:
            return known
        result = await self._connection.execute(
            select(ticket.c.id).where(ticket.c.problem_id == problem_id, ticket.c.author_key == author_key).limit(1)
        )
        return result.first() is not None

    def grow(self, problem_id: int, *, members: int, people: int, sketch: Json, heard_at: datetime) -> None:
        """So many tickets and authors more; what new messages are compared with from now on."""
        values = {"number": problem_id, "more_members": members, "more_people": people}
        self._connection.defer_change(_grow(), values | {"new_sketch": dict(sketch), "new_heard_at": heard_at})
        self._memory.candidates.grow(problem_id, sketch, heard_at)

    async def move_members(
        self, problem_id: int, steps: Mapping[State, State], values: Mapping[str, Any]
    ) -> list[tuple[int, State]]:
        """Take every member (but the lead) from its state to the next; each that moved, and the state it was in."""
        was = {state.value: new.value for state, new in steps.items()}
        members = and_(ticket.c.problem_id == problem_id, ticket.c.lead_id.is_not(None), ticket.c.state.in_(was))
        chosen = select(ticket.c.id, ticket.c.state).where(members).order_by(ticket.c.id)
        found = await self._connection.execute(chosen.with_for_update(key_share=True))
        moved = [(row[0], State(row[1])) for row in found]
        if moved:
            await self._connection.execute(
                update(ticket)
                .where(members)
                .values(state=case(was, value=ticket.c.state), version=ticket.c.version + 1, **values)
            )
        return moved

    async def spots(self, problem_id: int, states: Collection[State]) -> list[Spot]:
        """Where the members in *states* are to be answered, in the order in which they wrote."""
        result = await self._connection.execute(
            select(*_SPOT)
            .join(ticket, ticket.c.id == message.c.ticket_id)
            .where(
                ticket.c.problem_id == problem_id,
                ticket.c.state.in_([state.value for state in states]),
                message.c.part.in_(_ANSWERED_UNDER),
            )
            .order_by(message.c.id)
        )
        return [Spot(*row) for row in result]

    async def spots_at(self, message_ids: Collection[int]) -> list[Spot]:
        """The same for messages that are known."""
        result = await self._connection.execute(
            select(*_SPOT).where(message.c.id.in_(message_ids)).order_by(message.c.id)
        )
        return [Spot(*row) for row in result]

    async def placeless(self, problem_id: int, states: Collection[State]) -> list[Ticket]:
        """Members that came by phone or on paper: there is nothing to answer under."""
        post = exists().where(message.c.ticket_id == ticket.c.id, message.c.part.in_(_ANSWERED_UNDER))
        result = await self._connection.execute(
            select(*columns)
            .where(ticket.c.problem_id == problem_id, ticket.c.state.in_([state.value for state in states]), ~post)
            .order_by(ticket.c.id)
        )
        return [record(row) for row in result]

    async def confirm(self, ids: Collection[int], now: datetime) -> list[int]:
        """These members' answer stands where it shall; those for whom that is new."""
        if not ids:
            return []
        return await self._settle(ticket.c.id.in_(ids), State.ANSWERED, answered_at=now)

    async def settle_via(self, publication_id: int, state: State, **values: Any) -> list[int]:
        """As :meth:`confirm`, or back to *state*, for all whom the post of one publication speaks to, too."""
        concerned = select(publication.c.ticket_id).where(publication.c.via_id == publication_id)
        return await self._settle(ticket.c.id.in_(concerned), state, **values)

    async def _settle(self, concerned: ColumnElement[bool], state: State, **values: Any) -> list[int]:
        result = await self._connection.execute(
            update(ticket)
            .where(concerned, ticket.c.state == State.PUBLISHING.value)
            .values(state=state.value, version=ticket.c.version + 1, **values)
            .returning(ticket.c.id)
        )
        return sorted(result.scalars())

    async def listed(self, problem_id: int, skip: int, most: int) -> list[Ticket]:
        """A page of the tickets of a problem, in the order in which they came."""
        result = await self._connection.execute(
            select(*columns).where(ticket.c.problem_id == problem_id).order_by(ticket.c.id).offset(skip).limit(most)
        )
        return [record(row) for row in result]

    async def merge(self, other_id: int, lead: Ticket) -> None:
        """The members of the problem *other_id* go with *lead*: what is open of them is where it is."""
        is_open = ticket.c.state.in_([state.value for state in OPEN])
        await self._connection.execute(
            update(ticket)
            .where(ticket.c.problem_id == other_id, ticket.c.lead_id.is_not(None))
            .values(
                problem_id=lead.problem_id,
                lead_id=lead.id,
                sector=lead.sector,
                assignee_id=case((is_open, lead.assignee_id), else_=ticket.c.assignee_id),
                state=case((is_open, lead.state.value), else_=ticket.c.state),
                version=ticket.c.version + 1,
            )
        )
        await self._connection.execute(delete(problem).where(problem.c.id == other_id))

    async def recount(self, problem_id: int, sketch: Json | None = None) -> None:
        """Count tickets and authors anew, after people have put them together or taken them apart."""
        members, people = await self._count(problem_id)
        values: dict[str, Any] = {"members": members, "people": people}
        if sketch is not None:
            values["sketch"] = dict(sketch)
        await self._connection.execute(update(problem).where(problem.c.id == problem_id).values(**values))

    async def _count(self, problem_id: int) -> tuple[int, int]:
        author = func.coalesce(ticket.c.author_key, "№" + cast(ticket.c.id, String))
        result = await self._connection.execute(
            select(func.count(), func.count(author.distinct())).where(ticket.c.problem_id == problem_id)
        )
        row = result.one()
        return int(row[0]), int(row[1])
