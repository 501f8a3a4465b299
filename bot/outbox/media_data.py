"""The attachments that people can look at."""

from dataclasses import replace

from bot.domain.messages import Message, MessageRole, UnreadKind
from bot.messengers.events import Attachment, MediaKind
from bot.messengers.serialization import unpack_media
from bot.services.context import UseCaseContext


async def list_new_media(ctx: UseCaseContext, ticket_id: int, shown_count: int) -> list[Attachment]:
    """Return the ticket's attachments after the first *shown_count*."""
    media = await list_ticket_media(ctx, ticket_id)
    return media[shown_count:]


async def list_ticket_media(ctx: UseCaseContext, ticket_id: int) -> list[Attachment]:
    """Return the attachments of the citizens' messages that people can look at, in order."""
    return [
        item
        for message in await ctx.uow.messages.list_for_ticket(ticket_id)
        if message.part is not MessageRole.STAFF
        for item in shown_media(message)
    ]


def shown_media(message: Message) -> list[Attachment]:
    """Return the attachments of *message* that can be shown, each with an address to open where one is known.

    A page whose address is in the text needs no second mention; a sticker says nothing.
    """
    shown = [
        item
        for item in unpack_media(message.media)
        if item.kind is not MediaKind.STICKER
        and (item.kind is not MediaKind.OTHER or (item.link is not None and item.link not in message.text))
    ]
    return [replace(item, link=item.link or message.link, name=_shown_name(item)) for item in shown]


def _shown_name(item: Attachment) -> str | None:
    """Return the attachment's name, unless it is the code of its kind."""
    return None if item.kind is MediaKind.OTHER and UnreadKind.of(item.name) is not UnreadKind.OTHER else item.name
