"""Creation of a ticket from a citizen's message."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from bot.domain.applicants import Applicant, ApplicantKind
from bot.domain.messages import Message, MessageRole
from bot.domain.notifications.citizens import TicketRegistered
from bot.domain.sources import AnswerPolicy, Source, SourceKind
from bot.domain.tickets import Ticket
from bot.services.answers import broadcast
from bot.services.context import UseCaseContext
from bot.services.context.messages import has_content, is_private, sent_district, sent_point, text_key
from bot.services.deadlines import urgent_alerts
from bot.services.intake import danger_advice, pieces, register, same_matter
from bot.services.intake.redirect import redirect_author
from bot.services.notifications import cards, notify
from bot.services.tickets import refine
from bot.understanding.matters import Matter, find_matters
from bot.understanding.reading import Reading

ANSWERED_TICKET_WINDOW = timedelta(days=14)
"""A new message of the author in the thread within this time is linked to the answered ticket."""


async def is_ticket(ctx: UseCaseContext, message: Message, reading: Reading, source: Source) -> bool:
    """Return whether a message that is not noise and joins no ticket is a ticket of its own."""
    if is_private(message):
        return True
    if not message.text and source.kind is SourceKind.OFFICIAL:
        return has_content(message)
    if not message.text or reading.noise is not None:
        return False  # among neighbours, pictures without a text only join a ticket
    if source.kind is SourceKind.OFFICIAL or reading.appeal:
        return True
    return await _is_reply_to_answer(ctx, message)


async def _is_reply_to_answer(ctx: UseCaseContext, message: Message) -> bool:
    """Return whether *message* replies to a published answer: then it is on the subject, however it is worded."""
    return await _find_answered_ticket(ctx, message) is not None


async def _find_answered_ticket(ctx: UseCaseContext, message: Message) -> Ticket | None:
    """Return the ticket whose published answer *message* replies to."""
    if message.reply_to is None:
        return None
    sent = await ctx.uow.sent_messages.ticket_of(message.account, message.chat_id, message.reply_to)
    return await ctx.uow.tickets.get(sent[0]) if sent is not None and sent[1] == "answer" else None


async def create_ticket(
    ctx: UseCaseContext, message: Message, reading: Reading, source: Source, *, with_album: bool = True
) -> None:
    """Register a ticket for *message* and, *with_album*, attach the other pictures of its album.

    A reply to a published answer goes to the sector that answered, unless the text confidently belongs to another.
    """
    found, reading = await pieces.collect_pieces(ctx, message, reading)
    answered = await _find_answered_ticket(ctx, message)
    several = () if answered else find_matters(message.text, ctx.municipality.understanding, reading.parsed)
    offered = () if reading.urgent else several  # what is urgent waits for nobody's choice; its card names the others
    reading = _with_matters(reading, offered)
    sector = None if reading.is_confident or offered else answered.sector if answered else source.sector
    ticket = await register.register_ticket(
        ctx,
        register.Registration(
            text=message.text,
            reading=reading,
            source=message.account,
            account=message.account,
            author_id=message.author_id,
            author_name=message.author_name,
            applicant=_read_applicant(ctx, message),
            text_key=text_key(message.text),
            point=sent_point(message),
            district=sent_district(ctx, message) or reading.district or source.district,
            message=message,
            previous_ticket=answered or await _find_previous_ticket(ctx, message, reading),
            sector=sector,
            joins_problem=not several,
            # The text of an album may still come, and with it the sector.
            wait_for_album=message.album is not None and not message.text,
        ),
    )
    await ctx.uow.messages.attach_to_ticket(message.id, ticket.id, MessageRole.ROOT)
    await pieces.attach_pieces(ctx, ticket, found)
    if message.album is not None and with_album:
        for sibling in await ctx.uow.messages.list_album(message.account, message.chat_id, message.album):
            if sibling.id != message.id:
                await ctx.uow.messages.attach_to_ticket(sibling.id, ticket.id, MessageRole.ALBUM)
    if message.media or message.album is not None:
        await cards.queue_media(ctx, ticket)
    await acknowledge(ctx, message, ticket, source)
    if ticket.lead_id is None:
        await urgent_alerts.alert_watchers(ctx, ticket, root=message)
    else:
        await refine.escalate_problem(ctx, ticket)
        await broadcast.answer_latecomer(ctx, ticket, message)


def _with_matters(reading: Reading, matters: Sequence[Matter]) -> Reading:
    """Return the reading of a text with several *matters*: a person chooses, and their blocks are offered first."""
    if not matters:
        return reading
    best = max(reading.sector_scores.values())
    offered = {matter.reading.sector or "": best - rank * 1e-4 for rank, matter in enumerate(matters)}
    below = {code: min(score, best - len(matters) * 1e-4) for code, score in reading.sector_scores.items()}
    return replace(reading, is_confident=False, sector=matters[0].reading.sector, sector_scores=below | offered)


def _read_applicant(ctx: UseCaseContext, message: Message) -> Applicant:
    """Return what the text says of its author; an organisation writes as its community or channel."""
    said = ctx.municipality.understanding.read_applicant(message.text)
    return replace(said, kind=ApplicantKind.LEGAL) if message.is_by_organisation else said


def read_message(ctx: UseCaseContext, message: Message) -> Reading:
    """Classify the text; the district of a sent point may decide the sector."""
    return ctx.read(message.text, sent_district(ctx, message))


async def acknowledge(ctx: UseCaseContext, message: Message, ticket: Ticket, source: Source) -> None:
    """Tell the citizen the ticket's number in private; where answers are off, perhaps another address.

    A person in danger is first told where to call, and one who speaks of suicide or violence reads no number.
    """
    if ticket.danger is None:
        await redirect_author(ctx, message, source)
    else:
        await danger_advice.advise_author(ctx, message.id, ticket.danger)
        if ticket.danger.is_private:
            return
    if is_private(message) and source.answers is AnswerPolicy.BOT:
        await notify.notify_citizen(
            ctx, message.account, message.chat_id, message.external_id, TicketRegistered(ticket_id=ticket.id)
        )


async def _find_previous_ticket(ctx: UseCaseContext, message: Message, reading: Reading) -> Ticket | None:
    """Return the author's open ticket about the matter, else their recently answered one in this conversation."""
    related = await same_matter.find_related_ticket(ctx, message, reading)
    return related or await ctx.uow.author_tickets.find_answered_in_thread(
        message.account, message.chat_id, message.thread, message.author_id, ctx.now - ANSWERED_TICKET_WINDOW
    )
