"""The digest's words on each unit and theme besides its new, answered and overdue tickets."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, case, func, or_, select

from bot.domain.tickets import OPEN_TICKET_STATES, UNACCEPTED_STATES
from storage.repositories.base import Repository
from storage.tables import solution, ticket

_OPEN = ticket.c.state.in_(tuple(state.value for state in OPEN_TICKET_STATES))
_UNACCEPTED = ticket.c.state.in_(tuple(state.value for state in UNACCEPTED_STATES))


@dataclass(frozen=True, slots=True)
class ThemeCounts:
    """The tickets of a theme: new and answered in a period, in work and overdue at its end."""

    theme: str
    new: int
    answered: int
    in_work: int
    overdue: int


class Breakdowns(Repository):
    """Figures of a period by unit and by theme."""

    async def count_in_time(self, since: datetime, until: datetime) -> Counter[str | None]:
        """Count, by sector, the tickets answered in [since, until) before their deadline had passed."""
        return await self._count_by_sector(
            select(ticket.c.sector, func.count()).where(
                *_within(ticket.c.answered_at, since, until), ticket.c.answered_at <= ticket.c.answer_due
            )
        )

    async def count_returned(self, since: datetime, until: datetime) -> Counter[str | None]:
        """Count, by sector, the tickets that their authors returned in [since, until)."""
        joined = solution.join(ticket, ticket.c.id == solution.c.ticket_id)
        return await self._count_by_sector(
            select(ticket.c.sector, func.count())
            .select_from(joined)
            .where(*_within(solution.c.returned_at, since, until))
        )

    async def count_by_theme(self, since: datetime, until: datetime) -> list[ThemeCounts]:
        """Count the tickets of each theme; those without a theme are left out."""
        overdue = or_(and_(_UNACCEPTED, ticket.c.accept_due <= until), ticket.c.answer_due <= until)
        came = await self._count_themes(_within(ticket.c.registered_at, since, until))
        answered = await self._count_themes(_within(ticket.c.answered_at, since, until))
        rows = await self._transaction.execute(
            select(ticket.c.theme, func.count(), func.coalesce(func.sum(case((overdue, 1), else_=0)), 0))
            .where(_OPEN, ticket.c.theme.is_not(None))
            .group_by(ticket.c.theme)
        )
        now = {row[0]: (int(row[1]), int(row[2])) for row in rows}
        themes = sorted({*came, *answered, *now})
        return [ThemeCounts(one, came[one], answered[one], *now.get(one, (0, 0))) for one in themes]

    async def _count_themes(self, conditions: Sequence[ColumnElement[bool]]) -> Counter[str]:
        rows = await self._transaction.execute(
            select(ticket.c.theme, func.count())
            .where(*conditions, ticket.c.theme.is_not(None))
            .group_by(ticket.c.theme)
        )
        return Counter({row[0]: row[1] for row in rows})

    async def _count_by_sector(self, query: Any) -> Counter[str | None]:
        rows = await self._transaction.execute(query.group_by(ticket.c.sector))
        return Counter({row[0]: row[1] for row in rows})


def _within(moment: Any, since: datetime, until: datetime) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return moment >= since, moment < until
