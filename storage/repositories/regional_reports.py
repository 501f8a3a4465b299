"""The tickets of a month, as the report for the regional centre counts them."""

from collections.abc import AsyncIterator
from dataclasses import fields
from datetime import datetime

from sqlalchemy import func, select

from bot.domain.clock_results import TicketMoments
from bot.domain.drafts import RETURN_REMARK
from bot.domain.regional_report import ReportedTicket
from bot.domain.tickets import State
from storage.repositories.base import Repository
from storage.tables import answer_mark, remark, solution, ticket

_FACTS = ("state", "sector", "theme", "topic", "district", "source", "applicant_kind")
_MOMENTS = tuple(one.name for one in fields(TicketMoments) if one.name != "solved_at")


class RegionalReports(Repository):
    """Read-only facts of all tickets of a month, without texts and names."""

    async def iterate(self, since: datetime, until: datetime) -> AsyncIterator[ReportedTicket]:
        """Yield the tickets registered in [since, until)."""
        marked = select(answer_mark.c.id).where(answer_mark.c.ticket_id == ticket.c.id).correlate(ticket).exists()
        returned_drafts = (
            select(func.count())
            .where(remark.c.ticket_id == ticket.c.id, remark.c.kind == RETURN_REMARK)
            .correlate(ticket)
            .scalar_subquery()
        )
        query = (
            select(
                *(ticket.c[name] for name in (*_MOMENTS, *_FACTS)),
                ticket.c.urgent,
                solution.c.solved_at,
                func.coalesce(solution.c.returned, 0).label("returned"),
                marked.label("marked"),
                returned_drafts.label("drafts_returned"),
            )
            .outerjoin(solution, solution.c.ticket_id == ticket.c.id)
            .where(ticket.c.registered_at >= since, ticket.c.registered_at < until)
        )
        async for row in await self._transaction.stream(query):
            yield ReportedTicket(
                state=State(row.state),
                sector=row.sector,
                theme=row.theme,
                topic=row.topic,
                district=row.district,
                source=row.source,
                applicant_kind=row.applicant_kind,
                urgent=bool(row.urgent),
                moments=TicketMoments(**{name: row._mapping[name] for name in (*_MOMENTS, "solved_at")}),
                returned=row.returned,
                marked=bool(row.marked),
                drafts_returned=row.drafts_returned,
            )
