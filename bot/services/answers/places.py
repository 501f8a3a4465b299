"""The places where a text will be read, and the forms that it takes there."""

from bot.domain.answers import Publication, PublicationState
from bot.domain.drafts import Wording
from bot.domain.messages import Message
from bot.domain.tickets import Ticket
from bot.domain.view_data import PublicationFacts
from bot.services.answers import corrections, publications
from bot.services.context import UseCaseContext
from bot.services.context.messages import is_private
from bot.services.manual_posting import handout


async def list_places(ctx: UseCaseContext, ticket: Ticket, kind: Wording, text: str) -> list[PublicationFacts]:
    """Return *text* as it will be read at each public place where the bot posts or corrects it."""
    found: list[tuple[Publication | None, Message]] = []
    if kind is Wording.CORRECTION:
        answer = await ctx.uow.answers.find_latest(ticket.id)
        found.extend(await corrections.list_correctable(ctx, answer, ticket) if answer else ())
    else:
        for message in await publications.messages_to_answer(ctx, ticket):
            if await handout.decide_poster(ctx, message) is PublicationState.QUEUED:
                found.append((None, message))
    return [
        PublicationFacts(text, await _is_named_at(ctx, publication, message), message.author_name, message.author_id)
        for publication, message in found
        if not is_private(message)
    ]


async def list_forms(ctx: UseCaseContext, ticket: Ticket, kind: Wording, text: str) -> list[PublicationFacts]:
    """Return the different forms of *text* at its places: alone, or after the citizen's name."""
    named = [place for place in await list_places(ctx, ticket, kind, text) if place.by_name]
    is_everywhere_named = bool(named) and len(named) == len(await list_places(ctx, ticket, kind, text))
    return [*(() if is_everywhere_named else (PublicationFacts(text),)), *dict.fromkeys(named)]


async def _is_named_at(ctx: UseCaseContext, publication: Publication | None, message: Message) -> bool:
    chat_id = await ctx.uow.chat_aliases.find_current_id(message.account, message.chat_id) or message.chat_id
    return is_by_name(publication, message, chat_id)


def is_by_name(publication: Publication | None, message: Message, chat_id: str) -> bool:
    """Return whether the answer in *chat_id* names the citizen, because it was no reply to *message* or cannot be one.

    What is deleted after the answer changes nothing in it.
    """
    if is_private(message):
        return False
    posted_at = publication.posted_at if publication is not None else None
    was_gone = message.deleted_at is not None and (posted_at is None or message.deleted_at <= posted_at)
    return chat_id != message.chat_id or was_gone
