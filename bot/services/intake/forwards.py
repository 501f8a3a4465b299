"""Messages of citizens that an official forwards to the bot in private: each becomes a ticket of its author.

The bot cannot answer under a forwarded copy: who forwarded it is asked to pass the answer on. What is known from a
monitored chat is registered there instead.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from bot.domain.applicants import ApplicantKind
from bot.domain.errors import CannotForward, ForwardedFromBot, OutdatedButton
from bot.domain.messages import Message, MessageRole, NewMessage, ReviewVerdict
from bot.domain.names import visible_name
from bot.domain.people import Person
from bot.domain.roles import Right
from bot.domain.sources import messenger_of
from bot.domain.tickets import Ticket
from bot.messengers.events import Forwarded, MessagePosted
from bot.messengers.serialization import pack_media
from bot.services.context import UseCaseContext
from bot.services.context.messages import (
    MAX_NAME_CHARS,
    chat_of,
    clean_text,
    is_private,
    sent_district,
    sent_point,
    text_key,
)
from bot.services.deadlines import urgent_alerts
from bot.services.intake import register
from bot.services.intake.create_ticket import create_ticket, read_message
from bot.services.intake.follow_ups import attach_to_open_ticket
from bot.services.notifications import cards
from bot.services.tickets import workflow

UNKNOWN_AUTHOR = "неизвестный автор"
"""The name of an author whom the messenger does not tell, as with other forwarded texts."""

MAX_PARTS = 20
"""Forwarded messages of one event that are looked at: VK allows hundreds."""


@dataclass(frozen=True, slots=True)
class Received:
    """A forwarded message that is stored.

    ``ticket``: it belongs to one already; ``by_official``: a colleague or the town itself wrote it.
    """

    message: Message
    sent_at: datetime | None
    ticket: Ticket | None = None
    by_official: bool = False


async def receive(ctx: UseCaseContext, person: Person, event: MessagePosted) -> list[Received]:
    """Store what *event* forwards, by author; further pictures of an album are stored without a word.

    Raise :class:`CannotForward` for who may not type messages in.
    """
    if not ctx.municipality.has_right_anywhere(person, Right.TYPE_IN):
        raise CannotForward()
    is_further = event.album is not None and bool(
        await ctx.uow.messages.list_album(event.chat.account, event.chat.id, event.album)
    )
    found = []
    for number, part in enumerate(_by_author(event.forwards[:MAX_PARTS])):
        if not part.text.strip() and not part.attachments:
            continue
        if _is_by_bot(part):
            raise ForwardedFromBot()
        original = await _find_original(ctx, event, part)
        if original is None:
            original = await _save(ctx, event, part, number)
        ticket = await ctx.uow.tickets.get(original.ticket_id) if original.ticket_id is not None else None
        found.append(Received(original, part.sent_at, ticket, is_by_official(ctx, original)))
    return [] if is_further else found


def _is_by_bot(part: Forwarded) -> bool:
    """Return whether a bot wrote it, as it wrote a card: ids of pages are negative, those of bots are not."""
    return part.is_page and part.author_id is not None and not part.author_id.startswith("-")


def _by_author(parts: Sequence[Forwarded]) -> list[Forwarded]:
    """Join neighbouring messages of one author: people write a report in several."""
    joined: list[Forwarded] = []
    for part in parts:
        last = joined[-1] if joined else None
        is_same = last is not None and (last.author_id, last.author_name) == (part.author_id, part.author_name)
        if last is None or not is_same:
            joined.append(part)
            continue
        text = "\n\n".join(one for one in (last.text, part.text) if one.strip())
        joined[-1] = replace(last, text=text, attachments=(*last.attachments, *part.attachments))
    return joined


async def _find_original(ctx: UseCaseContext, event: MessagePosted, part: Forwarded) -> Message | None:
    """Return the message itself if the bot has it: from a monitored chat, or forwarded before and registered."""
    messenger = messenger_of(event.chat.account)
    if part.chat_id is not None and part.message_id is not None:
        for account in ctx.municipality.bot_accounts:
            if messenger_of(account) == messenger:
                known = await ctx.uow.messages.find_by_external_id(account, part.chat_id, part.message_id)
                if known is not None:
                    return known
    if part.sent_at is None:
        return None
    same_moment = await ctx.uow.messages.list_sent_at(messenger, part.sent_at)
    same = [one for one in same_moment if _is_same(one, part) and (one.ticket_id is not None or not is_private(one))]
    return next((one for one in same if one.ticket_id is not None), same[0] if same else None)


def _is_same(message: Message, part: Forwarded) -> bool:
    is_by_them = (
        message.author_id == part.author_id
        if part.author_id is not None
        else part.author_name is not None and message.author_name == _shown_name(part)
    )
    return is_by_them and text_key(message.text) == text_key(part.text)


def is_by_official(ctx: UseCaseContext, message: Message) -> bool:
    """Return whether a colleague, or a page of the town, wrote *message*: then somebody else is the applicant."""
    if not message.is_by_organisation:
        return ctx.municipality.find_official(message.account, message.author_id) is not None
    messenger, page = messenger_of(message.account), message.author_id.lstrip("-")
    places = (
        *ctx.municipality.sources,
        *((one.account, one.source_id) for one in ctx.municipality.pages),
        *((account, account.partition(":")[2]) for account in ctx.municipality.bot_accounts),
    )
    return any(messenger_of(account) == messenger and place.lstrip("-") == page for account, place in places)


def _shown_name(part: Forwarded) -> str | None:
    return visible_name(clean_text(part.author_name[:MAX_NAME_CHARS])) if part.author_name else None


async def _save(ctx: UseCaseContext, event: MessagePosted, part: Forwarded, number: int) -> Message:
    """Store a copy, by its author: an erasure of their data finds it."""
    chat, external_id = event.chat, f"{event.message_id}.{number}" if number else event.message_id
    known = await ctx.uow.messages.find_by_external_id(chat.account, chat.id, external_id)
    if known is not None:
        return known
    new = NewMessage(
        account=chat.account,
        chat_id=chat.id,
        chat_kind=chat.kind.value,
        root=chat.source_id,
        thread=chat.thread,
        external_id=external_id,
        author_id=part.author_id or f"unknown:{external_id}"[:64],
        author_name=_shown_name(part),
        text=clean_text(part.text),
        media=tuple(pack_media(part.attachments)),
        album=event.album,
        forwarded_from=_shown_name(part) or UNKNOWN_AUTHOR,
        sent_at=part.sent_at or event.sent_at,
    )
    return await ctx.uow.messages.add(new, ctx.now)


async def get_waiting(ctx: UseCaseContext, person: Person, message_id: int) -> Message:
    """Return the forwarded message if *person* may register it."""
    if not ctx.municipality.has_right_anywhere(person, Right.TYPE_IN):
        raise CannotForward()
    await ctx.uow.lock(f"forward:{message_id}")
    message = await ctx.uow.messages.get(message_id)
    if message is None:
        raise OutdatedButton()
    return message


async def take(ctx: UseCaseContext, person: Person, message: Message) -> Ticket:
    """Register the forwarded message for its author; the same press once more returns the same ticket."""
    if message.ticket_id is not None:
        return await workflow.get(ctx, message.ticket_id)
    source = ctx.municipality.configured_source(chat_of(message)) if not is_private(message) else None
    if source is not None:  # it is from a monitored chat, where nobody has taken it for a problem
        await ctx.uow.review_queue.decide(message.id, ReviewVerdict.PROBLEM, person.id, ctx.now)
        reading = read_message(ctx, message)
        if not await attach_to_open_ticket(ctx, message, reading, source):
            await create_ticket(ctx, message, reading, source)
        known = await ctx.uow.messages.get(message.id)
        ticket = await workflow.get(ctx, (known.ticket_id if known is not None else None) or 0)
    else:
        ticket = await _register_copy(ctx, person, message)
    facts = {"message": message.id}
    await ctx.uow.audit_log.record("forwarded", ctx.now, person_id=person.id, ticket_id=ticket.id, facts=facts)
    return ticket


async def _register_copy(ctx: UseCaseContext, person: Person, message: Message) -> Ticket:
    album = (
        await ctx.uow.messages.list_album(message.account, message.chat_id, message.album)
        if message.album is not None
        else [message]
    )
    worded = next((one for one in album if one.text), message)
    said = ctx.municipality.understanding.read_applicant(worded.text)
    is_known = not message.author_id.startswith("unknown:")
    ticket = await register.register_ticket(
        ctx,
        register.Registration(
            text=worded.text,
            reading=read_message(ctx, worded),
            source=message.account,
            account=message.account,
            author_id=message.author_id if is_known else None,
            author_name=message.author_name,
            applicant=replace(said, kind=ApplicantKind.LEGAL) if message.is_by_organisation else said,
            text_key=text_key(worded.text),
            point=sent_point(message),
            district=sent_district(ctx, message),
            created_by=person,
        ),
    )
    for one in album:  # no answer can be posted under a copy, so that none is the root of the ticket
        await ctx.uow.messages.attach_to_ticket(one.id, ticket.id, MessageRole.ALBUM)
    if any(one.media for one in album):
        await cards.queue_media(ctx, ticket)
    await cards.sync(ctx, ticket)
    await urgent_alerts.alert_watchers(ctx, ticket)
    return ticket
