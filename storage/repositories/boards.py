"""The board of control: figures and lists of open tickets, and the messages that show them."""

from collections.abc import Collection
from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Select,
    and_,
    case,
    delete,
    false,
    func,
    literal_column,
    or_,
    select,
    true,
    update,
)

from bot.domain.board import Board, BoardCounts, BoardFilter, BoardGroup, BoardPage, BoardScope, DayCounts, OwnerFilter
from bot.domain.drafts import DraftState
from bot.domain.inquiries import InquiryKind, InquiryState
from bot.domain.tickets import UNACCEPTED_STATES, State
from storage.repositories.base import Repository
from storage.tables import board, daily_summary, draft, inquiry, solution, ticket
from storage.tables.tickets import BOARD_STATES_SQL

_COLUMNS = tuple(board.c[name] for name in Board.__dataclass_fields__)
_UNACCEPTED = ticket.c.state.in_(sorted(state.value for state in UNACCEPTED_STATES))
_INQUIRIES = {
    BoardPage.CITIZEN: (InquiryKind.CITIZEN,),
    BoardPage.UNIT: (InquiryKind.UNIT, InquiryKind.CORRECTION),
    BoardPage.DECISION: (InquiryKind.DECISION,),
    BoardPage.CALL: (InquiryKind.CALL,),
}
_DIMENSIONS = {
    BoardPage.SECTORS: ("sector",),
    BoardPage.OWNERS: ("sector", "district", "taker_id"),
    BoardPage.SOURCES: ("source",),
}


class Boards(Repository):
    """Figures, lists and messages of the board."""

    async def count(
        self, scope: BoardScope, now: datetime, soon: datetime, page: BoardPage = BoardPage.SUMMARY
    ) -> list[BoardGroup]:
        """Count the open tickets of *scope*, by what *page* breaks them down by; late at *now*, due before *soon*."""
        # planner: the index alone has all columns (test_a_hot_question_uses_an_index["/control: by owner"]).
        taker = case((_UNACCEPTED, None), else_=ticket.c.assignee_id)
        columns = {
            "sector": case((ticket.c.state == State.TRIAGE.value, None), else_=ticket.c.sector),
            "district": ticket.c.district,
            "source": ticket.c.source,
            "taker_id": taker,
        }
        wanted = _DIMENSIONS.get(page, ())
        query = select(
            *(columns[name].label(name) for name in wanted),
            func.count().label("work"),
            _count_where(_is_late(now)).label("late"),
            _count_where(_is_soon(now, soon)).label("soon"),
            _count_where(_UNACCEPTED).label("unaccepted"),
        ).where(_is_open(), _in_scope(scope))
        if wanted:
            query = query.group_by(*(columns[name] for name in wanted))
        found = []
        for row in await self._transaction.execute(query):
            values = row._mapping
            counts = BoardCounts(*(int(values[name]) for name in ("work", "late", "soon", "unaccepted")))
            keys = {name: values.get(name) for name in columns}
            found.append(BoardGroup(**keys, counts=counts))
        return found

    async def count_waiting(self, scope: BoardScope, pages: Collection[BoardPage]) -> dict[BoardPage, int]:
        """Count the open tickets of *scope* by who is waited for: these are few, and looked up by their numbers."""
        found = {}
        for page in pages:
            waiting = select(func.count()).select_from(ticket).where(_is_open(), _in_scope(scope), _waits_for(page))
            found[page] = int((await self._transaction.execute(waiting)).scalar_one())
        return found

    async def list_page(
        self, scope: BoardScope, wanted: BoardFilter, now: datetime, soon: datetime, start: int, limit: int
    ) -> list[int]:
        """List the numbers of a page of tickets, the earliest deadline first."""
        query = _filtered(select(ticket.c.id), scope, wanted, now, soon)
        query = query.order_by(ticket.c.answer_due, ticket.c.id).offset(start).limit(limit)
        return [int(number) for number in (await self._transaction.execute(query)).scalars()]

    async def count_listed(self, scope: BoardScope, wanted: BoardFilter, now: datetime, soon: datetime) -> int:
        """Count the tickets of a list."""
        query = _filtered(select(func.count()).select_from(ticket), scope, wanted, now, soon)
        return int((await self._transaction.execute(query)).scalar_one())

    async def count_day(self, scope: BoardScope, since: datetime, until: datetime) -> DayCounts:
        """Count what came, was answered and was returned by its author in [since, until)."""
        new = select(func.count(), func.count(ticket.c.previous_id)).where(
            ticket.c.registered_at >= since, ticket.c.registered_at < until, _in_scope(scope)
        )
        answered = select(func.count()).where(
            ticket.c.answered_at >= since, ticket.c.answered_at < until, _in_scope(scope)
        )
        returned = (
            select(func.count())
            .select_from(solution.join(ticket, ticket.c.id == solution.c.ticket_id))
            .where(solution.c.returned_at >= since, solution.c.returned_at < until, _in_scope(scope))
        )
        came = (await self._transaction.execute(new)).one()
        others = [int((await self._transaction.execute(one)).scalar_one()) for one in (answered, returned)]
        return DayCounts(int(came[0]), int(came[1]), *others)

    async def find_oldest(self, scope: BoardScope) -> tuple[int, datetime] | None:
        """Return the open ticket of *scope* that came first, and when."""
        number = (
            await self._transaction.execute(select(func.min(ticket.c.id)).where(_is_open(), _in_scope(scope)))
        ).scalar()
        if number is None:
            return None
        found = await self._transaction.execute(
            select(ticket.c.id, ticket.c.registered_at).where(ticket.c.id == number)
        )
        row = found.one()
        return int(row[0]), row[1]

    async def list_all(self) -> list[Board]:
        """Return the boards of all people."""
        return [Board(**row._mapping) for row in await self._transaction.execute(select(*_COLUMNS))]

    async def find(self, person_id: int, account: str) -> Board | None:
        result = await self._transaction.execute(select(*_COLUMNS).where(_is_of(person_id, account)))
        row = result.first()
        return Board(**row._mapping) if row else None

    async def upsert(self, known: Board) -> None:
        """Store the person's board in this account, replacing an earlier one."""
        values: dict[str, Any] = {name: getattr(known, name) for name in Board.__dataclass_fields__}
        statement = self._insert(board).values(**values)
        changed = {name: value for name, value in values.items() if name not in ("person_id", "account")}
        await self._transaction.execute(
            statement.on_conflict_do_update(index_elements=["person_id", "account"], set_=changed)
        )

    async def mark_shown(self, known: Board, external_id: str | None, facts_hash: str) -> bool:
        """Record that *known* was delivered; False if a newer board has replaced it."""
        result = await self._transaction.execute(
            update(board)
            .where(_is_of(known.person_id, known.account), board.c.posted_at == known.posted_at)
            .values(external_id=external_id, hash=facts_hash)
        )
        return bool(result.rowcount)

    async def delete(self, known: Board) -> None:
        await self._transaction.execute(delete(board).where(_is_of(known.person_id, known.account)))

    async def list_summaries(self) -> dict[int, tuple[date, datetime]]:
        """Return, by person, the day of the last daily summary and the moment until which it went."""
        result = await self._transaction.execute(
            select(daily_summary.c.person_id, daily_summary.c.day, daily_summary.c.until)
        )
        return {row.person_id: (row.day, row.until) for row in result}

    async def claim_summary(self, person_id: int, day: date, until: datetime) -> bool:
        """Claim the daily summary of *day* for a person; False if it was made before."""
        statement = self._insert(daily_summary).values(person_id=person_id, day=day, until=until)
        result = await self._transaction.execute(
            statement.on_conflict_do_update(
                index_elements=["person_id"], set_={"day": day, "until": until}, where=daily_summary.c.day < day
            )
        )
        return bool(result.rowcount)


def _is_of(person_id: int, account: str) -> ColumnElement[bool]:
    return and_(board.c.person_id == person_id, board.c.account == account)


def _is_open() -> ColumnElement[bool]:
    # planner: written out as in the partial index.
    return and_(literal_column(BOARD_STATES_SQL), ticket.c.lead_id.is_(None))


def _is_late(now: datetime) -> ColumnElement[bool]:
    return or_(and_(_UNACCEPTED, ticket.c.accept_due <= now), ticket.c.answer_due <= now)


def _is_soon(now: datetime, soon: datetime) -> ColumnElement[bool]:
    """Return the condition for what is not late and whose next deadline comes before *soon*."""
    to_accept = and_(_UNACCEPTED, ticket.c.accept_due <= soon)
    return and_(~_is_late(now), or_(to_accept, ticket.c.answer_due <= soon))


def _in_scope(scope: BoardScope) -> ColumnElement[bool]:
    if scope.whole:
        return true()
    if not scope.sectors and not scope.districts:
        return false()
    conditions: list[ColumnElement[bool]] = []
    if scope.sectors:
        conditions += [ticket.c.sector.in_(scope.sectors), ticket.c.state != State.TRIAGE.value]
    if scope.districts:
        conditions.append(or_(ticket.c.district.is_(None), ticket.c.district.in_(scope.districts)))
    return and_(*conditions)


def _filtered(query: Select[Any], scope: BoardScope, wanted: BoardFilter, now: datetime, soon: datetime) -> Select[Any]:
    query = query.where(_is_open(), _in_scope(scope))
    match wanted.page:
        case BoardPage.LATE:
            return query.where(_is_late(now))
        case BoardPage.SOON:
            return query.where(_is_soon(now, soon))
        case BoardPage.SECTOR:
            return query.where(_is_at(wanted.sector))
        case BoardPage.SOURCE:
            return query.where(ticket.c.source.in_(wanted.sources))
        case BoardPage.OWNER if wanted.owner is not None:
            return query.where(_is_owned_by(wanted.owner))
        case BoardPage.WORK:
            return query
    return query.where(_waits_for(wanted.page))


def _is_at(sector: str | None) -> ColumnElement[bool]:
    is_sorted = ticket.c.state != State.TRIAGE.value
    if sector is None:
        return or_(ticket.c.sector.is_(None), ~is_sorted)
    return and_(ticket.c.sector == sector, is_sorted)


def _is_owned_by(owner: OwnerFilter) -> ColumnElement[bool]:
    taken = and_(ticket.c.assignee_id == owner.person_id, ~_UNACCEPTED)
    untaken = or_(_UNACCEPTED, ticket.c.assignee_id.is_(None))
    places = [and_(_is_at(sector), _is_in(district)) for sector, district in owner.places]
    return or_(taken, and_(untaken, or_(*places))) if places else taken


def _is_in(district: str | None) -> ColumnElement[bool]:
    return ticket.c.district.is_(None) if district is None else ticket.c.district == district


def _waits_for(page: BoardPage) -> ColumnElement[bool]:
    if page is BoardPage.UNACCEPTED:
        return _UNACCEPTED
    # planner: the states are written out as in the partial indexes.
    if page is BoardPage.APPROVER:
        waiting = select(draft.c.ticket_id).where(draft.c.state == literal_column(f"'{DraftState.WAITING.value}'"))
        return ticket.c.id.in_(waiting)
    kinds = [kind.value for kind in _INQUIRIES.get(page, ())]
    is_open = inquiry.c.state == literal_column(f"'{InquiryState.OPEN.value}'")
    return ticket.c.id.in_(select(inquiry.c.ticket_id).where(is_open, inquiry.c.kind.in_(kinds)))


def _count_where(condition: Any) -> Any:
    return func.coalesce(func.sum(case((condition, 1), else_=0)), 0)
