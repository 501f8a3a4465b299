"""Attachment of a message to an existing ticket: a further picture of an album, a follow-up, or the same text."""

from datetime import timedelta

from bot.domain.messages import Message, MessageRole
from bot.domain.notifications.tickets import AdditionReceived
from bot.domain.sources import Source, SourceKind, author_key
from bot.domain.tickets import Ticket
from bot.services.context import UseCaseContext
from bot.services.context.messages import text_key
from bot.services.intake.create_ticket import acknowledge, create_ticket, is_ticket
from bot.services.intake.same_matter import find_repeated_ticket, is_about_other_subject
from bot.services.notifications import cards, notify
from bot.services.tickets import refine, workflow
from bot.understanding.reading import Reading

SAME_TEXT_WINDOW = timedelta(hours=24)
"""The same text of the same author within this time is one message in several chats."""


async def attach_to_album_ticket(ctx: UseCaseContext, message: Message, reading: Reading, source: Source) -> bool:
    """Attach a further picture of an album to the album's ticket; return whether there is one.

    The text of an album may come with any of its pictures, and every picture may have its own: a caption about
    something else is a ticket of its own.
    """
    if message.album is None:
        return False
    siblings = await ctx.uow.messages.list_album(message.account, message.chat_id, message.album)
    attached = [one for one in siblings if one.ticket_id is not None]
    if not attached or attached[0].ticket_id is None:
        return False
    ticket = await workflow.get(ctx, attached[0].ticket_id)
    has_text = bool(message.text) and reading.noise is None
    if has_text and ticket.text:
        if any(one.part is MessageRole.ADDITION and not one.text for one in attached):
            await _handle_late_album_text(ctx, ticket, message, reading, source)
            return True
        if await is_about_other_subject(ctx, ticket, reading) and await is_ticket(ctx, message, reading, source):
            await create_ticket(ctx, message, reading, source, with_album=False)
            return True
    await ctx.uow.messages.attach_to_ticket(message.id, ticket.id, MessageRole.ALBUM)
    if has_text and ticket.text:
        ticket = await refine.apply_addition(ctx, ticket, reading)  # a further caption
    elif has_text:
        ticket = await refine.apply_edited_text(ctx, ticket, message.text, reading)
    await cards.sync(ctx, ticket)
    await cards.queue_media(ctx, ticket)
    return True


async def _handle_late_album_text(
    ctx: UseCaseContext, ticket: Ticket, message: Message, reading: Reading, source: Source
) -> None:
    """Handle the text of an album whose earlier pictures joined *ticket*: the text may be about something else."""
    if await is_about_other_subject(ctx, ticket, reading) and await is_ticket(ctx, message, reading, source):
        await create_ticket(ctx, message, reading, source)
        await cards.sync(ctx, ticket)
    else:
        await attach_addition(ctx, ticket, message, reading)


async def attach_to_open_ticket(ctx: UseCaseContext, message: Message, reading: Reading, source: Source) -> bool:
    """Attach *message* to the author's open ticket that it continues or repeats; return whether there is one."""
    same = await _find_same_text(ctx, message)
    if same is not None:
        await _attach_copy(ctx, same, message, reading, source)
        return True
    continued = await _find_continued_ticket(ctx, message, reading)
    replied = await _find_replied_ticket_id(ctx, message)
    ticket = continued or await find_repeated_ticket(ctx, message, reading, replied)
    if ticket is None:
        return False
    if (
        source.kind is SourceKind.CHAT
        and not reading.appeal
        and await _is_reply_to_others(ctx, message, reading, ticket)
    ):
        return False
    await attach_addition(ctx, ticket, message, reading)
    if continued is None:
        await acknowledge(ctx, message, ticket, source)
    return True


async def attach_addition(ctx: UseCaseContext, ticket: Ticket, message: Message, reading: Reading) -> None:
    """Add *message* to *ticket* and notify the responsible people by a reply to the card.

    Short additions that follow each other become one note, unless the ticket is urgent.
    """
    ticket = await add_to_ticket(ctx, ticket, message, reading)
    wait = timedelta() if ticket.urgent else ctx.municipality.collect_additions
    for person in await cards.recipients(ctx, ticket):
        if wait:
            note = AdditionReceived(ticket_id=ticket.id, message_id=message.id)
            key = f"additions:{ticket.id}:{person.id}"
            await notify.notify(ctx, person, note, ticket=ticket, due_at=ctx.now + wait, dedupe=key)
            continue
        await notify.notify(
            ctx,
            person,
            AdditionReceived(ticket_id=ticket.id, message_id=message.id),
            ticket=ticket,
            # One notification for an album, with its text, which may come with a later picture.
            due_at=ctx.now + cards.ALBUM_DELAY if message.album and not message.text else None,
            dedupe=f"addition:{message.album}:{ticket.id}:{person.id}"[:160] if message.album else None,
        )


async def add_to_ticket(ctx: UseCaseContext, ticket: Ticket, message: Message, reading: Reading) -> Ticket:
    """Add *message* to *ticket*, with what it says of the place, the sector and the urgency; nobody is notified yet."""
    await ctx.uow.messages.attach_to_ticket(message.id, ticket.id, MessageRole.ADDITION)
    await ctx.uow.tickets.touch(ticket.id, ctx.now)
    await ctx.uow.audit_log.record("addition", ctx.now, ticket_id=ticket.id, facts={"message": message.id})
    ticket = await refine.apply_location(ctx, ticket, message)
    if message.text and not ticket.text:
        ticket = await refine.apply_edited_text(ctx, ticket, message.text, reading)
    elif message.text:
        ticket = await refine.apply_addition(ctx, ticket, reading)
    await cards.sync(ctx, ticket)
    if message.media:
        await cards.queue_media(ctx, ticket)
    return ticket


async def _find_same_text(ctx: UseCaseContext, message: Message) -> Ticket | None:
    key = text_key(message.text)
    if key is None:
        return None
    return await ctx.uow.author_tickets.find_same_text(
        author_key(message.account, message.author_id), key, ctx.now - SAME_TEXT_WINDOW
    )


async def _attach_copy(ctx: UseCaseContext, ticket: Ticket, message: Message, reading: Reading, source: Source) -> None:
    """Attach a repeated text: in another chat it also needs an answer there, in the same chat it is an addition."""
    conversation = (message.account, message.chat_id, message.thread)
    messages = await ctx.uow.messages.list_for_ticket(ticket.id)
    if any((stored.account, stored.chat_id, stored.thread) == conversation for stored in messages):
        await attach_addition(ctx, ticket, message, reading)
        return
    await ctx.uow.messages.attach_to_ticket(message.id, ticket.id, MessageRole.COPY)
    await ctx.uow.audit_log.record("copy", ctx.now, ticket_id=ticket.id, facts={"message": message.id})
    await cards.sync(ctx, ticket)
    if message.media:
        await cards.queue_media(ctx, ticket)
    await acknowledge(ctx, message, ticket, source)


async def _find_continued_ticket(ctx: UseCaseContext, message: Message, reading: Reading) -> Ticket | None:
    """Return the author's open ticket in this thread: the one they reply to, else the one they wrote to last.

    Return ``None`` if the message is about something else.
    """
    found = await ctx.uow.author_tickets.list_open_in_thread(
        message.account,
        message.chat_id,
        message.thread,
        message.author_id,
        ctx.now - ctx.municipality.follow_up_window,
    )
    fitting = [ticket for ticket in found if not await is_about_other_subject(ctx, ticket, reading)]
    replied = await _find_replied_ticket_id(ctx, message)
    return next((ticket for ticket in fitting if ticket.id == replied), fitting[0] if fitting else None)


async def _is_reply_to_others(ctx: UseCaseContext, message: Message, reading: Reading, ticket: Ticket) -> bool:
    """Return whether *message* is a reply to something else than *ticket* and what others ask about it."""
    if message.reply_to in (None, message.thread):  # to nobody, or to the post that all comments are under
        return False
    if ticket.street is None and reading.place is not None:  # «а где это?» «на Лесной, 5»
        return False
    replied = await ctx.uow.messages.find_by_external_id(message.account, message.chat_id, message.reply_to or "")
    if replied is not None and replied.ticket_id is None and replied.reply_to not in (None, message.thread):
        return await _find_replied_ticket_id(ctx, replied) != ticket.id
    return replied is None or replied.ticket_id != ticket.id


async def _find_replied_ticket_id(ctx: UseCaseContext, message: Message) -> int | None:
    if message.reply_to is None:
        return None
    replied = await ctx.uow.messages.find_by_external_id(message.account, message.chat_id, message.reply_to)
    return replied.ticket_id if replied is not None else None
