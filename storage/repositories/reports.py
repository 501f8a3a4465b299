"""Read-only questions over many tickets."""

from collections import Counter
from collections.abc import AsyncIterator, Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, extract, func, select, true
from sqlalchemy.sql.expression import FromClause

from bot.domain.tickets import OPEN_TICKET_STATES, UNACCEPTED_STATES, DismissReason, State, Step
from bot.domain.urgency import Danger, Urgency
from storage.repositories.base import Repository
from storage.repositories.export_queries import export_query, system_export_query
from storage.tables import audit, message, solution, ticket

_OPEN_STATES = tuple(state.value for state in OPEN_TICKET_STATES)
_UNACCEPTED_STATES = tuple(state.value for state in UNACCEPTED_STATES)
_STATES_TO_ACCEPT = tuple(state.value for state in UNACCEPTED_STATES - {State.TRIAGE})
_EXCERPT_LENGTH = 100
_PRIVATE_URGENCIES = tuple(one.value for one in Urgency if one.needs_duty_officer)


@dataclass(frozen=True, slots=True)
class SectorCounts:
    """One line of the digest. ``sector`` is ``None`` for tickets that wait for triage."""

    sector: str | None
    new: int
    answered: int
    in_work: int  # open, no matter who has to act
    overdue: int
    unaccepted: int  # of these, waiting for a head to accept
    dismissed: int


@dataclass(frozen=True, slots=True)
class NewCounts:
    """A period's new tickets by what has become of them; the three add up to all of them."""

    in_work: int
    dismissed: int
    answered: int  # or closed


@dataclass(frozen=True, slots=True)
class OverdueTicket:
    """An overdue ticket, with the beginning of its message and a link to it, if there is one.

    A problem is represented by its leading ticket; ``members`` is the number of its overdue tickets.
    """

    id: int
    sector: str | None
    due: datetime
    text: str | None  # None where it speaks of suicide or violence
    link: str | None
    members: int


@dataclass(frozen=True, slots=True)
class DangerCounts:
    """Tickets about one danger, and how many a person has called no problem."""

    danger: Danger
    new: int
    false: int


class Reports(Repository):
    """Figures and rows for digests and exports."""

    async def count_by_sector(
        self, since: datetime, until: datetime, now: datetime | None = None
    ) -> list[SectorCounts]:
        """Counts per sector: new, answered and dismissed in [since, until), in work, overdue and waiting to be
        accepted at *now*, which is *until* if it is not given."""
        # planner: one query each, answered by an index alone; a single one would read every ticket of the period
        # (test_a_hot_question_uses_an_index["digest: by sector"]).
        came = await self._count_by_sector(ticket.c.registered_at, since, until)
        answered = await self._count_by_sector(ticket.c.answered_at, since, until)
        # planner: coalesce hides the state; otherwise everything ever dismissed is read
        # (test_a_hot_question_uses_an_index["digest: by sector"]).
        was_dismissed = func.coalesce(ticket.c.state, "") == State.DISMISSED.value
        dismissed = await self._count_by_sector(ticket.c.ended_at, since, until, was_dismissed)
        result = await self._transaction.execute(
            select(
                ticket.c.sector,
                func.count(),
                _count_where(_is_overdue(now or until)),
                _count_where(ticket.c.state.in_(_STATES_TO_ACCEPT)),
            )
            .where(ticket.c.state.in_(_OPEN_STATES))
            .group_by(ticket.c.sector)
        )
        at_work = {row[0]: (row[1], int(row[2]), int(row[3])) for row in result}
        return [
            SectorCounts(one, came[one], answered[one], *at_work.get(one, (0, 0, 0)), dismissed[one])
            for one in {*came, *answered, *dismissed, *at_work}
        ]

    async def count_new_by_state(self, since: datetime, until: datetime) -> NewCounts:
        """Count the tickets registered in [since, until) by what has become of them until now."""
        result = await self._transaction.execute(
            select(
                _count_where(ticket.c.state.in_(_OPEN_STATES)),
                _count_where(ticket.c.state == State.DISMISSED.value),
                _count_where(ticket.c.state.not_in((*_OPEN_STATES, State.DISMISSED.value))),
            ).where(ticket.c.registered_at >= since, ticket.c.registered_at < until)
        )
        return NewCounts(*(int(count or 0) for count in result.one()))

    async def _count_by_sector(
        self, moment: Any, since: datetime, until: datetime, *conditions: Any
    ) -> Counter[str | None]:
        result = await self._transaction.execute(
            select(ticket.c.sector, func.count())
            .where(moment >= since, moment < until, *conditions)
            .group_by(ticket.c.sector)
        )
        return Counter({row[0]: row[1] for row in result})

    async def list_written_between(self, since: datetime, until: datetime) -> list[int]:
        """Numbers of tickets registered since *since* whose first message was written after it and before
        *until*."""
        first = select(func.min(message.c.sent_at)).where(message.c.ticket_id == ticket.c.id).scalar_subquery()
        result = await self._transaction.execute(
            select(ticket.c.id)
            .where(ticket.c.registered_at >= since, first > since, first < until)
            .order_by(ticket.c.id)
        )
        return [int(number) for number in result.scalars()]

    async def count_dangers(self, since: datetime | None = None) -> list[DangerCounts]:
        """Count, per danger, the tickets registered since *since* and those dismissed since then as no problem."""
        came: ColumnElement[bool] = true()
        was_false: ColumnElement[bool] = ticket.c.dismiss_reason == DismissReason.NOT_A_PROBLEM.value
        if since is not None:
            came, was_false = ticket.c.registered_at >= since, and_(ticket.c.ended_at >= since, was_false)
        result = await self._transaction.execute(
            select(ticket.c.danger, _count_where(came), _count_where(was_false))
            .where(ticket.c.danger.is_not(None))
            .group_by(ticket.c.danger)
        )
        return [DangerCounts(Danger(row[0]), int(row[1]), int(row[2])) for row in result]

    async def count_outcomes(self, since: datetime, until: datetime) -> tuple[int, int]:
        """Count the tickets that their authors returned, and those that they called solved, in [since, until)."""
        counts = [
            select(func.count()).where(moment >= since, moment < until).scalar_subquery()
            for moment in (solution.c.returned_at, solution.c.solved_at)
        ]
        row = (await self._transaction.execute(select(*counts))).one()
        return int(row[0]), int(row[1])

    async def count_waiting_for_triage(self) -> int:
        result = await self._transaction.execute(
            select(func.count()).select_from(ticket).where(ticket.c.state == State.TRIAGE.value)
        )
        return int(result.scalar_one())

    async def list_overdue(self, now: datetime, most: int) -> list[OverdueTicket]:
        """List the tickets that are overdue at *now*, the longest overdue first."""
        limit = case((ticket.c.answer_due <= now, ticket.c.answer_due), else_=ticket.c.accept_due)
        link = (
            select(message.c.link)
            .where(message.c.ticket_id == ticket.c.id, message.c.part == "root")
            .limit(1)
            .scalar_subquery()
        )
        other = ticket.alias("other")
        members = (
            select(func.count())
            .select_from(other)
            .where(other.c.problem_id == ticket.c.problem_id, other.c.state.in_(_OPEN_STATES), _is_overdue(now, other))
            .correlate(ticket)
            .scalar_subquery()
        )
        text = case(
            (ticket.c.urgency.in_(_PRIVATE_URGENCIES), None), else_=func.substr(ticket.c.text, 1, _EXCERPT_LENGTH)
        )
        whole = case((ticket.c.problem_id.is_(None), 1), else_=members)
        result = await self._transaction.execute(
            select(ticket.c.id, ticket.c.sector, limit, text, link, whole)
            .where(ticket.c.state.in_(_OPEN_STATES), ticket.c.lead_id.is_(None), _is_overdue(now))
            .order_by(limit, ticket.c.id)
            .limit(most)
        )
        return [OverdueTicket(*row) for row in result]

    async def list_reaction_seconds(self, since: datetime, until: datetime) -> list[float]:
        """List the seconds from registration to acceptance of the tickets accepted in the period.

        Tickets answered without being accepted first are left out, although ``accepted_at`` is set for them too.
        """
        pressed = (
            select(audit.c.id)
            .where(
                audit.c.ticket_id == ticket.c.id,
                audit.c.action == Step.ACCEPT.value,
                audit.c.at == ticket.c.accepted_at,
            )
            .correlate(ticket)
            .exists()
        )
        return await self._list_durations(ticket.c.accepted_at, since, until, pressed)

    async def list_answer_seconds(self, since: datetime, until: datetime) -> list[float]:
        """List the seconds from registration to the published answer of the tickets answered in the period."""
        return await self._list_durations(ticket.c.answered_at, since, until)

    async def _list_durations(self, ended: Any, since: datetime, until: datetime, *conditions: Any) -> list[float]:
        # The database subtracts: converting a month of rows to datetimes would cost more than the query.
        span = extract("epoch", ended) - extract("epoch", ticket.c.registered_at)
        result = await self._transaction.execute(select(span).where(ended >= since, ended < until, *conditions))
        return [float(row[0]) for row in result]

    async def iterate_tickets(self, since: datetime | None, until: datetime | None) -> AsyncIterator[dict[str, Any]]:
        """Yield the tickets registered in [since, until) as dictionaries, the oldest first."""
        async for row in self._stream(export_query(), since, until):
            yield row

    async def iterate_system_tickets(
        self, system: str, sources: Collection[str], since: datetime | None, until: datetime | None
    ) -> AsyncIterator[dict[str, Any]]:
        """Yield the tickets with a number of *system*, each once, the oldest first; see :func:`system_export_query`."""
        last_id = None
        async for row in self._stream(system_export_query(system, sources), since, until):
            if row["id"] != last_id:
                yield row
            last_id = row["id"]

    async def _stream(
        self, query: Select[Any], since: datetime | None, until: datetime | None
    ) -> AsyncIterator[dict[str, Any]]:
        if since is not None:
            query = query.where(ticket.c.registered_at >= since)
        if until is not None:
            query = query.where(ticket.c.registered_at < until)
        result = await self._transaction.stream(query)
        async for row in result:
            yield dict(row._mapping)


def _is_overdue(now: datetime, of: FromClause = ticket) -> Any:
    unaccepted = and_(of.c.state.in_(_UNACCEPTED_STATES), of.c.accept_due <= now)
    return unaccepted | (of.c.answer_due <= now)


def _count_where(condition: Any) -> Any:
    return func.coalesce(func.sum(case((condition, 1), else_=0)), 0)
