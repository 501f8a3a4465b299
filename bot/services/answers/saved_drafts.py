"""Saved drafts: the text from which a writer goes on, and its version."""

from collections.abc import Sequence

from bot.domain.drafts import DraftVersion, Wording
from bot.domain.json_types import Json
from bot.domain.people import Person
from bot.domain.roles import Right
from bot.domain.tickets import Ticket
from bot.services.answers import delegations
from bot.services.context import UseCaseContext, responsibility


async def find_saved(ctx: UseCaseContext, ticket: Ticket, kind: Wording) -> DraftVersion | None:
    """Return the present version of the ticket's open draft of *kind*."""
    draft = await ctx.uow.drafts.find_open(ticket.id, kind)
    return await ctx.uow.drafts.get_version(draft.id, draft.version) if draft is not None else None


async def begin_text(ctx: UseCaseContext, ticket: Ticket, person: Person) -> tuple[str, Sequence[Json]]:
    """Return what *person* goes on from: the saved draft, or the parts that others have given to be combined."""
    saved = await find_saved(ctx, ticket, Wording.ANSWER)
    if saved is not None:
        return saved.text, saved.media
    is_combiner = await responsibility.has_right(ctx, person, Right.ANSWER, ticket)
    return await delegations.combine_parts(ctx, ticket) if is_combiner else ("", ())


async def current_version(ctx: UseCaseContext, ticket: Ticket, kind: Wording) -> int:
    """Return the number of that version; 0 without a draft."""
    saved = await find_saved(ctx, ticket, kind)
    return saved.version if saved is not None else 0
