"""Tickets: every change is guarded by the version, so that of two presses at once one wins."""

from collections.abc import Collection, Mapping
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Select,
    and_,
    bindparam,
    column,
    exists,
    func,
    insert,
    literal_column,
    or_,
    select,
    table,
    update,
)

from bot.domain.problems import Candidate
from bot.domain.sources import author_key
from bot.domain.tickets import OPEN, DismissReason, State, Ticket
from bot.domain.urgency import Urgency
from storage.batching.candidate_cache import Kept
from storage.batching.id_allocator import Numbers
from storage.batching.transaction_cache import Standing
from storage.repositories.base import Repository
from storage.tables import message, ticket
from storage.tables.tickets import OPEN_STATES
from storage.transaction import Transaction

_FIELDS = tuple(Ticket.__dataclass_fields__)
columns = tuple(ticket.c[name] for name in _FIELDS)
_STANDING = tuple(ticket.c[name] for name in ("author_key", "touched_at", "text_key", "street", "house"))
_NOTHING = dict.fromkeys(_FIELDS) | {"version": 0}
_ADD = insert(ticket)
_UNSAID = dict.fromkeys(("why", "matter", "sketch", "problem_id", "lead_id", "assignee_id"))
"""Columns that not every new ticket has: all name them, so that all are written together."""
_BEGINNING = 600
_OPEN = tuple(state.value for state in OPEN)
_UNANSWERED = tuple(state.value for state in OPEN - {State.PUBLISHING})

NEWEST = 20_000
"""How far back «5а» is looked for."""

_PIECE = 3
_SEARCH = table("ticket_search", column("rowid"))


@cache
def _one(*, lock: bool) -> Select[Any]:
    query = select(*columns).where(ticket.c.id == bindparam("number", type_=ticket.c.id.type))
    return query.with_for_update(key_share=True) if lock else query


class Tickets(Repository):
    """The aggregate that the whole house is about."""

    def __init__(self, transaction: Transaction, numbers: Numbers) -> None:
        super().__init__(transaction)
        self._numbers = numbers
        self._memory = transaction.memory

    async def foresee(self, authors: Collection[str], since: datetime) -> None:
        """Fetch at once what :meth:`same_text`, :meth:`open_in_thread`, :meth:`answered_in_thread` and :meth:`place_of`
        will be asked about *authors* one by one, for moments *since* then."""
        recent = or_(ticket.c.touched_at >= since, ticket.c.registered_at >= since)
        result = await self._connection.execute(
            select(*columns, *_STANDING).where(
                ticket.c.author_key.in_(authors),
                or_(and_(ticket.c.state.in_(_OPEN), recent), ticket.c.answered_at >= since),
            )
        )
        found = {row.id: row for row in result}
        posts = await self._posts_of(found)
        known: dict[str, dict[int, Standing]] = {author: {} for author in authors}
        for number, row in found.items():
            more = {column.name: row._mapping[column] for column in _STANDING}
            known[row.author_key][number] = Standing(record(row), posts=frozenset(posts[number]), **more)
        self._memory.know_standings(known, since)

    async def _posts_of(self, numbers: Collection[int]) -> dict[int, set[tuple[str, str, str, str]]]:
        posts: dict[int, set[tuple[str, str, str, str]]] = {number: set() for number in numbers}
        if numbers:
            place = (message.c.account, message.c.chat_id, message.c.thread, message.c.author_id)
            result = await self._connection.execute(
                select(message.c.ticket_id, *place).where(message.c.ticket_id.in_(numbers))
            )
            for row in result:
                posts[row[0]].add((row[1], row[2], row[3], row[4]))
        return posts

    async def add(self, values: Mapping[str, Any]) -> Ticket:
        """Register a ticket; its number is its id."""
        number = await self._numbers.next(ticket)
        self._connection.defer(_ADD, {**_UNSAID, **values, "id": number})
        made = record({**_NOTHING, **values, "id": number})
        self._memory.bear(made, values.get("author_key"))
        if values.get("matter") is not None and made.problem_id is None:
            alone = Candidate(None, number, values["sketch"], answered=False, urgency=made.urgency)
            kept = Kept(alone, made.registered_at, values["matter"], made.sector, values.get("author_key"))
            self._memory.candidates.put(kept)
        return made

    async def get(self, ticket_id: int, *, lock: bool = False) -> Ticket | None:
        """The ticket; with *lock* nobody else changes it until this transaction ends (on SQLite nobody could). Others
        may go on referring to it: a notice that waited for us while we wait for its term would end neither."""
        if (known := self._memory.tickets.get(ticket_id)) is not None:
            return known
        sees = (ticket,) if ticket_id in self._memory.unwritten else ()
        result = await self._connection.execute(_one(lock=lock), {"number": ticket_id}, sees=sees)
        row = result.first()
        return self._keep(record(row), locked=lock) if row else None

    def _keep(self, found: Ticket, *, locked: bool) -> Ticket:
        """Remember *found*, if it stays what it is until this transaction ends."""
        if locked:
            self._memory.tickets[found.id] = found
        return found

    async def some(self, ids: Collection[int]) -> dict[int, Ticket]:
        """Those of *ids* that there are, by number."""
        if not ids:
            return {}
        result = await self._connection.execute(select(*columns).where(ticket.c.id.in_(ids)))
        return {row.id: record(row) for row in result}

    async def change(self, known: Ticket, **values: Any) -> Ticket | None:
        """Change *known* unless somebody else has changed it since it was read: then ``None``."""
        self._memory.forget_ticket(known.id)
        if "problem_id" in values:
            self._memory.know_problems({})
        result = await self._connection.execute_minding(
            update(ticket)
            .where(ticket.c.id == known.id, ticket.c.version == known.version)
            .values(version=known.version + 1, **values)
            .returning(*columns)
        )
        row = result.first()
        changed = self._keep(record(row), locked=True) if row else None
        self._memory.candidates.change(changed, values)
        return changed

    async def touch(self, ticket_id: int, now: datetime) -> None:
        """The citizen has added something: the time for further additions runs anew."""
        self._memory.forget_ticket(ticket_id)
        await self._connection.execute_minding(update(ticket).where(ticket.c.id == ticket_id).values(touched_at=now))

    async def answered_in_thread(
        self, account: str, chat_id: str, thread: str, author_id: str, since: datetime
    ) -> Ticket | None:
        """The newest ticket that this author has in this thread, if it was answered *since* then."""
        own = self._memory.standings(author_key(account, author_id), since)
        if own is not None and not any(_is_since(one.ticket.answered_at, since) for one in own):
            return None
        newest = await self.latest_in_thread(account, chat_id, thread, author_id)
        return newest if newest is not None and _is_since(newest.answered_at, since) else None

    async def latest_in_thread(self, account: str, chat_id: str, thread: str, author_id: str) -> Ticket | None:
        """The newest ticket that this author has in this thread."""
        result = await self._connection.execute(
            select(*columns)
            .join(message, message.c.ticket_id == ticket.c.id)
            .where(
                ticket.c.author_key == author_key(account, author_id),
                ticket.c.account == account,
                *_here(account, chat_id, thread),
                message.c.author_id == author_id,
            )
            .order_by(ticket.c.id.desc())
            .limit(1)
        )
        row = result.first()
        return record(row) if row else None

    async def open_in_thread(
        self, account: str, chat_id: str, thread: str, author_id: str, since: datetime
    ) -> list[Ticket]:
        """The open tickets of this author in this thread that he has written to *since* then, the latest first."""
        own = self._memory.standings(author_key(account, author_id), since)
        if own is not None:
            here = (account, chat_id, thread, author_id)
            found = [one for one in own if one.ticket.is_open and one.touched_at >= since and here in one.posts]
            return [one.ticket for one in sorted(found, key=lambda one: (one.touched_at, one.ticket.id), reverse=True)]
        post = exists().where(
            message.c.ticket_id == ticket.c.id, *_here(account, chat_id, thread), message.c.author_id == author_id
        )
        result = await self._connection.execute(
            select(*columns)
            .where(
                ticket.c.author_key == author_key(account, author_id),
                ticket.c.state.in_(_OPEN),
                ticket.c.touched_at >= since,
                post,
            )
            .order_by(ticket.c.touched_at.desc(), ticket.c.id.desc())
        )
        return [record(row) for row in result]

    async def same_text(self, author_key: str, text_key: str, since: datetime) -> Ticket | None:
        """An open ticket that this author made of the same words *since* then, whose answer is not on its way yet."""
        own = self._memory.standings(author_key, since)
        if own is not None:
            same = [one.ticket for one in own if one.text_key == text_key and one.ticket.registered_at >= since]
            unanswered = [one for one in same if one.state.value in _UNANSWERED]
            return max(unanswered, key=lambda one: one.id, default=None)
        result = await self._connection.execute(
            select(*columns)
            .where(
                ticket.c.author_key == author_key,
                ticket.c.text_key == text_key,
                ticket.c.state.in_(_UNANSWERED),
                ticket.c.registered_at >= since,
            )
            .order_by(ticket.c.id.desc())
            .limit(1)
        )
        row = result.first()
        return record(row) if row else None

    async def place_of(self, ticket_id: int) -> tuple[str | None, str | None]:
        """(street, house) as the machine read them."""
        if (known := self._memory.standing(ticket_id)) is not None:
            return known.street, known.house
        result = await self._connection.execute(select(ticket.c.street, ticket.c.house).where(ticket.c.id == ticket_id))
        row = result.one()
        return row.street, row.house

    async def why(self, ticket_id: int) -> tuple[str, ...]:
        """The words that decided for the likeliest sector, as the machine read them first."""
        result = await self._connection.execute(select(ticket.c.why).where(ticket.c.id == ticket_id))
        return tuple(result.scalar_one_or_none() or ())

    async def before(self, known: Ticket, reach: int, most: int) -> list[tuple[int, str]]:
        """Numbers and beginnings of the *most* tickets of the same sector before *known*, the latest first; only the
        *reach* numbers before it are looked at, however many tickets there are."""
        result = await self._connection.execute(
            select(ticket.c.id, func.substr(ticket.c.text, 1, _BEGINNING))
            .where(
                ticket.c.id >= known.id - reach,
                ticket.c.id < known.id,
                ticket.c.sector == known.sector,
                ticket.c.text != "",
            )
            .order_by(ticket.c.id.desc())
            .limit(most)
        )
        return [(row[0], row[1]) for row in result]

    async def open_of(self, sectors: Collection[str], assignee_id: int, *, triage: bool, most: int) -> list[Ticket]:
        """Open tickets of *sectors*, of *assignee_id*, and (*triage*) those that wait for a sector; soonest first. Of a
        problem the ticket that leads it."""
        wanted = [ticket.c.assignee_id == assignee_id]
        if sectors:
            wanted.append(ticket.c.sector.in_(sectors))
        if triage:
            wanted.append(ticket.c.state == State.TRIAGE.value)
        result = await self._connection.execute(
            select(*columns)
            .where(literal_column(OPEN_STATES), ticket.c.lead_id.is_(None), or_(*wanted))
            .order_by(ticket.c.answer_due, ticket.c.id)
            .limit(most)
        )
        return [record(row) for row in result]

    async def find(
        self, words: Collection[str], sectors: Collection[str] | None, most: int, *, triage: bool = False
    ) -> list[Ticket]:
        """Tickets whose text or place contains every one of *words* (case-folded), the newest first.

        Of *sectors* alone (``None``: of all), and, if *triage*, of those that have none yet. The index knows pieces of
        three letters; words that are all shorter are looked for among the :data:`NEWEST` tickets.
        """
        query = select(*columns).order_by(ticket.c.id.desc()).limit(most)
        for word in words:
            query = query.where(ticket.c.search.contains(word, autoescape=True))
        if not any(len(word) >= _PIECE for word in words):
            query = query.where(ticket.c.id > select(func.max(ticket.c.id) - NEWEST).scalar_subquery())
        elif self._connection.dialect.name == "sqlite":
            query = _by_pieces(query, words)
        if sectors is not None:
            mine = ticket.c.sector.in_(sectors)
            query = query.where(or_(mine, ticket.c.sector.is_(None)) if triage else mine)
        return [record(row) for row in await self._connection.execute(query)]


def _by_pieces(query: Select[Any], words: Collection[str]) -> Select[Any]:
    """Let SQLite's index lead: it gives the newest first, and stops when there are enough. PostgreSQL has an index that
    its planner finds by itself."""
    pieces = {word[start : start + _PIECE] for word in words for start in range(len(word) - _PIECE + 1)}
    wanted = " AND ".join('"{}"'.format(piece.replace('"', '""')) for piece in sorted(pieces))
    return (
        query.select_from(_SEARCH.join(ticket, ticket.c.id == _SEARCH.c.rowid))
        .where(literal_column("ticket_search").op("MATCH")(wanted))
        .order_by(None)
        .order_by(_SEARCH.c.rowid.desc())
    )


def _here(account: str, chat_id: str, thread: str) -> tuple[ColumnElement[bool], ...]:
    """The post stands in this thread; for a post that was found by its ticket. The place is hidden from the planner:
    it would rather read the whole chat than an author's few tickets."""
    where = (message.c.account, account), (message.c.chat_id, chat_id), (message.c.thread, thread)
    return tuple(func.coalesce(column, "") == value for column, value in where)


def _is_since(moment: datetime | None, since: datetime) -> bool:
    return moment is not None and moment >= since


def record(row: Any) -> Ticket:
    """The ticket of a row, or of a mapping of its columns."""
    known = getattr(row, "_mapping", row)
    values = {name: known[name] for name in _FIELDS}
    values["state"] = State(values["state"])
    values["likely"] = tuple(values["likely"])
    values["urgency"] = Urgency(values["urgency"]) if values["urgency"] else None
    values["dismiss_reason"] = DismissReason(values["dismiss_reason"]) if values["dismiss_reason"] else None
    return Ticket(**values)
