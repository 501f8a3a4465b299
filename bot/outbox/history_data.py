"""The data of a ticket's history."""

from bot.domain.rule_facts import facts_of
from bot.domain.tickets import Ticket
from bot.domain.view_data import (
    HistoryFacts,
)
from bot.outbox.trouble_data import trouble_facts
from bot.services.answers import approval_requests
from bot.services.context import UseCaseContext
from bot.services.deadlines import post_hours
from bot.understanding.similarity import find_similar

MAX_SIMILAR_DISTANCE, MAX_SIMILAR_COMPARED, MAX_SIMILAR_SHOWN = 20_000, 300, 3
"""Ticket numbers to look back, tickets to compare, tickets to show: a moment's work in a town of any size."""


async def history_facts(ctx: UseCaseContext, ticket: Ticket) -> HistoryFacts:
    rows = await ctx.uow.audit_log.list_for_ticket(ticket.id)
    remarks = await ctx.uow.cards.list_remarks(ticket.id)
    ids = {row.person_id for row in rows if row.person_id is not None} | {one.person_id for one in remarks}
    names = {person_id: await ctx.uow.staff.find_name(person_id) for person_id in ids}
    replaced = {row.facts[approval_requests.INSTEAD_OF] for row in rows if approval_requests.INSTEAD_OF in row.facts}
    return HistoryFacts(
        rows=[(row, names.get(row.person_id) if row.person_id else None) for row in rows],
        remarks=[(remark, names.get(remark.person_id)) for remark in remarks],
        skipped=_list_excluded_days(ctx, ticket),
        sectors={code: sector.title for code, sector in ctx.municipality.sectors.items()},
        deciding_words=await ctx.uow.tickets.list_deciding_words(ticket.id),
        similar=await _list_similar_earlier(ctx, ticket),
        replaced={one: await ctx.uow.staff.find_name(one) or "" for one in replaced},
        trouble=await trouble_facts(ctx, ticket, rows),
    )


async def _list_similar_earlier(ctx: UseCaseContext, ticket: Ticket) -> list[int]:
    """Return earlier tickets of the same sector with similar text."""
    if ticket.sector is None or not ticket.text:
        return []
    return find_similar(
        ticket.text,
        await ctx.uow.tickets.list_earlier(ticket, MAX_SIMILAR_DISTANCE, MAX_SIMILAR_COMPARED),
        MAX_SIMILAR_SHOWN,
    )


def _list_excluded_days(ctx: UseCaseContext, ticket: Ticket) -> list[str]:
    """Return the days that do not count toward the deadline, such as «сб и вс 21 и 22 ноября», each once."""
    term, calendar = ctx.municipality.terms_of(facts_of(ticket)).answer, post_hours.calendar_for(ctx, ticket)
    if not term.is_working or calendar.add(ticket.registered_at, term) != ticket.answer_due:
        return []
    return list(dict.fromkeys(pause.text for pause in calendar.skipped_by_term(ticket.registered_at, term)))
