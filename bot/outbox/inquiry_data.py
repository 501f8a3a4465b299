"""The data of questions to other units."""

from collections.abc import Sequence

from bot.domain.inquiries import Inquiry, InquiryKind
from bot.domain.notifications.base import Notification
from bot.domain.notifications.inquiries import InquiryRegister, NamesInquiry
from bot.domain.view_data import (
    InquiryFacts,
)
from bot.services.context import UseCaseContext, responsibility
from bot.views.role_titles import MANAGEMENT


async def list_inquiries(ctx: UseCaseContext, note: Notification) -> list[InquiryFacts]:
    ids = note.inquiry_ids if isinstance(note, InquiryRegister) else ()
    ids = (note.inquiry_id,) if isinstance(note, NamesInquiry) else ids
    found = [await ctx.uow.inquiries.get(one) for one in ids]
    return await inquiry_facts(ctx, [one for one in found if one is not None])


async def inquiry_facts(ctx: UseCaseContext, found: Sequence[Inquiry]) -> list[InquiryFacts]:
    """Return the questions with the names of their people and units."""
    facts = []
    for one in found:
        unit = ctx.municipality.sector_title(one.sector) if one.sector else one.unit
        if one.kind is InquiryKind.CORRECTION:
            ticket = await ctx.uow.tickets.get(one.ticket_id)
            unit = responsibility.responsibility_for(ctx, ticket).post.title if ticket is not None else unit
        asker = await ctx.uow.staff.find_name(one.asker_id) or ""
        answered_by = await ctx.uow.staff.find_name(one.answered_by) if one.answered_by else None
        facts.append(InquiryFacts(one, asker, unit or MANAGEMENT, answered_by))
    return facts
