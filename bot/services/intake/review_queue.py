"""The review queue: chat messages that may be about a problem, in one silent list for a person to decide.

A new list is sent to the bottom of the chat, without a sound, when enough items have come or the first of them has
waited long enough. In between, the last list is edited in place. In quiet hours no list is sent.
"""

from dataclasses import replace
from datetime import timedelta

from bot.domain.cards import ReviewList
from bot.domain.channels import Address, Purpose
from bot.domain.errors import NotAllowed
from bot.domain.messages import Message, ReviewVerdict
from bot.domain.notifications.review_queue import ReviewListBelow
from bot.domain.outbox import OutboxDraft, OutboxKind, Priority
from bot.domain.people import Person
from bot.domain.roles import Right
from bot.domain.sources import Source, SourceKind
from bot.domain.tickets import Ticket
from bot.domain.view_data import ReviewListFacts
from bot.messengers.serialization import chat_from_columns
from bot.services.context import UseCaseContext, responsibility
from bot.services.context.messages import is_private, message_facts
from bot.services.intake.create_ticket import create_ticket, read_message
from bot.services.intake.follow_ups import attach_to_open_ticket
from bot.services.notifications import notify
from bot.services.notifications.isolation import isolated
from bot.services.notifications.routing import addresses_for
from bot.services.tickets import workflow
from bot.understanding.reading import Reading

MIN_NEW_ITEMS = 10
"""Items; so many new ones make a new list at once."""

MAX_ITEM_AGE = timedelta(hours=2)
"""The longest wait of a new item outside quiet hours."""

MIN_LIST_INTERVAL = timedelta(minutes=30)
"""The shortest time between two lists."""

EDIT_INTERVAL = timedelta(minutes=10)
"""Delay of the edit that adds new items to the last list; an edit makes no sound."""

RETENTION = timedelta(days=7)
"""Items unanswered for a week are dropped from the list."""


async def queue_for_review(ctx: UseCaseContext, message: Message, reading: Reading, source: Source) -> None:
    """Queue *message*, which is no ticket, if a person should review it."""
    if source.kind is not SourceKind.CHAT or is_private(message) or not message.text or not reading.needs_review:
        return
    if await ctx.uow.review_queue.add(message.id, reading.appeal_score, ctx.now):
        for known in await ctx.uow.review_queue.list_review_lists():
            if known.external_id is not None and ctx.now - known.posted_at < timedelta(days=1):
                await _queue_list(ctx, known, delayed=True)


async def is_due(ctx: UseCaseContext) -> bool:
    """Return whether new lists are due."""
    if ctx.municipality.quiet_hours.is_quiet(ctx.now):
        return False
    count, oldest = await ctx.uow.review_queue.summarize_unlisted()
    if oldest is None or (count < MIN_NEW_ITEMS and ctx.now - oldest < MAX_ITEM_AGE):
        return False
    latest = max((known.posted_at for known in await ctx.uow.review_queue.list_review_lists()), default=None)
    return latest is None or ctx.now - latest >= MIN_LIST_INTERVAL


async def publish_lists(ctx: UseCaseContext) -> None:
    """Send a new list to everybody who triages."""
    if not await is_due(ctx):
        return
    await ctx.uow.review_queue.mark_listed(ctx.now)
    for person in await responsibility.sorting_people(ctx):
        async with isolated(ctx, "review_queue"):
            for address in await addresses_for(ctx, person, Purpose.CARDS):
                await _publish_list(ctx, person, address)


async def _publish_list(ctx: UseCaseContext, person: Person, address: Address) -> None:
    previous = await ctx.uow.review_queue.find_review_list(person.id, address.account)
    if previous is not None and previous.external_id is not None:
        await notify.edit_notification(ctx, previous.account, previous.chat_id, previous.external_id, ReviewListBelow())
    fresh = ReviewList(person.id, address.account, address.chat_id, None, None, 0, ctx.now)
    await ctx.uow.review_queue.upsert_review_list(fresh)
    await _queue_list(ctx, fresh)


async def mark_as_problem(ctx: UseCaseContext, person: Person, message_id: int) -> Ticket | None:
    """Handle «О проблеме»: the message becomes a ticket with a deadline from now, or joins one.

    Return ``None`` if a colleague has already decided.
    """
    _check_can_triage(ctx, person)
    message = await ctx.uow.review_queue.decide(message_id, ReviewVerdict.PROBLEM, person.id, ctx.now)
    ticket = await _create_or_extend_ticket(ctx, message) if message is not None else None
    if ticket is not None:
        facts = {"message": message_id}
        await ctx.uow.audit_log.record("is_problem", ctx.now, person_id=person.id, ticket_id=ticket.id, facts=facts)
    await _queue_all_lists(ctx, person)
    return ticket


async def _create_or_extend_ticket(ctx: UseCaseContext, message: Message) -> Ticket | None:
    """Attach *message* to an open ticket or create one; return it."""
    chat = chat_from_columns(message.account, message.chat_id, message.chat_kind, message.root)
    source = ctx.municipality.configured_source(chat)
    if source is None:  # the chat was taken out of the configuration meanwhile
        return None
    reading = read_message(ctx, message)
    if not await attach_to_open_ticket(ctx, message, reading, source):
        await create_ticket(ctx, message, reading, source)
    known = await ctx.uow.messages.get(message.id)
    return await workflow.get(ctx, known.ticket_id) if known is not None and known.ticket_id is not None else None


async def mark_as_talk(ctx: UseCaseContext, person: Person, message_id: int) -> bool:
    """Handle «Не требует ответа»; return false if a colleague has already decided."""
    _check_can_triage(ctx, person)
    message = await ctx.uow.review_queue.decide(message_id, ReviewVerdict.TALK, person.id, ctx.now)
    if message is not None:
        await ctx.uow.audit_log.record("is_talk", ctx.now, person_id=person.id, facts={"message": message_id})
    await _queue_all_lists(ctx, person)
    return message is not None


async def open_page(ctx: UseCaseContext, person: Person, page: int) -> None:
    """Open another page of the person's own list."""
    _check_can_triage(ctx, person)
    address = ctx.reply_address(person)
    known = await ctx.uow.review_queue.find_review_list(person.id, address.account) if address is not None else None
    if known is not None:
        updated = replace(known, page=page)
        await ctx.uow.review_queue.upsert_review_list(updated)
        await _queue_list(ctx, updated, priority=Priority.INTERACTIVE)


def _check_can_triage(ctx: UseCaseContext, person: Person) -> None:
    if not ctx.municipality.staff.has_right(person, Right.TRIAGE, None):
        raise NotAllowed(right=Right.TRIAGE.value)


async def _queue_all_lists(ctx: UseCaseContext, actor: Person) -> None:
    """Update the list of *actor* at once, those of colleagues soon."""
    for known in await ctx.uow.review_queue.list_review_lists():
        if known.person_id == actor.id:
            await _queue_list(ctx, known, priority=Priority.INTERACTIVE)
        elif known.external_id is not None:
            await _queue_list(ctx, known, delayed=True)


async def _queue_list(
    ctx: UseCaseContext, review_list: ReviewList, *, priority: Priority = Priority.BULK, delayed: bool = False
) -> None:
    await ctx.uow.outbox.enqueue(
        OutboxDraft(
            OutboxKind.REVIEW_LIST,
            review_list.account,
            review_list.chat_id,
            person_id=review_list.person_id,
            priority=priority,
            silent=True,
            due_at=ctx.now + EDIT_INTERVAL if delayed else None,
            dedupe=f"doubts:{review_list.person_id}:{review_list.account}",
        ),
        ctx.now,
    )


async def page_facts(ctx: UseCaseContext, person_id: int, account: str, page_size: int) -> ReviewListFacts | None:
    """Return the open page of the person's list; ``None`` without a list or without the right to triage."""
    known = await ctx.uow.review_queue.find_review_list(person_id, account)
    person = ctx.municipality.staff.find_by_id(person_id)
    if known is None or person is None or not ctx.municipality.staff.has_right(person, Right.TRIAGE, None):
        return None
    waiting = await ctx.uow.review_queue.count_pending()
    pages = max(1, -(-waiting // page_size))
    page = min(known.page, pages - 1)
    found = await ctx.uow.review_queue.list_page(page * page_size, page_size)
    return ReviewListFacts(known, page, pages, waiting, [(one, message_facts(ctx, one)) for one in found])
