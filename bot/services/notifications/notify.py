"""Short texts to officials and citizens. A note is a code and facts; views find the words when it is delivered."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from bot.domain.channels import Address, Purpose
from bot.domain.outbox import OutboxDraft, OutboxKind, Priority
from bot.domain.people import Person
from bot.domain.recipients import Audience
from bot.domain.tickets import Ticket
from bot.services.context import UseCaseContext
from bot.services.notifications.routing import addresses_for, notification_draft

CALLBACK_LIFETIME = timedelta(minutes=2)
"""Nobody waits longer for a button; messengers forget the press, too."""


async def notify(
    ctx: UseCaseContext,
    person: Person,
    code: str,
    *,
    ticket: Ticket | None = None,
    priority: Priority = Priority.NOTE,
    purpose: Purpose = Purpose.CARDS,
    to_address: Address | None = None,
    silent: bool = False,
    due_at: datetime | None = None,
    dedupe: str | None = None,
    **facts: Any,
) -> None:
    """Queue a note to *person*; with a *ticket* it is a reply to its card.

    What answers an act of the person is said where that was done, or *at* a place that is named; all else goes where
    the person wants what is for *purpose*. In quiet hours what nobody has asked for makes no sound, unless people are
    in danger.
    """
    unasked = priority in (Priority.CARD, Priority.NOTE) or (priority is Priority.URGENT and ticket is not None)
    held = unasked and not (ticket is not None and ticket.may_notify_at_night)
    addresses = await _addresses_for(ctx, person, purpose, to_address)
    if purpose is not Purpose.CARDS:
        facts["purpose"] = purpose.value
    if len(addresses) > 1:
        facts["twin"] = f"{code}:{person.id}:{ticket.id if ticket else ''}:{ctx.now.timestamp():.6f}"
    for address in addresses:
        draft = notification_draft(
            address,
            person,
            code,
            facts,
            ticket_id=ticket.id if ticket else None,
            priority=priority,
            silent=silent or (held and ctx.municipality.quiet_hours.is_quiet(ctx.now)),
            due_at=due_at,
            dedupe=f"{dedupe}:{address.account}" if dedupe and len(addresses) > 1 else dedupe,
        )
        await ctx.uow.outbox.enqueue(draft, ctx.now)


async def _addresses_for(
    ctx: UseCaseContext, person: Person, purpose: Purpose, to_address: Address | None
) -> tuple[Address, ...]:
    if to_address is not None:
        return (to_address,)
    if ctx.origin is not None and ctx.actor == person:
        return (ctx.origin,)
    return await addresses_for(ctx, person, purpose)


async def notify_all(ctx: UseCaseContext, people: Iterable[Person], code: str, **options: Any) -> None:
    """:func:`tell` each of them."""
    for person in people:
        await notify(ctx, person, code, **options)


async def notify_administrator(ctx: UseCaseContext, code: str, *, once_key: str | None = None, **facts: Any) -> None:
    """A note to whoever looks after the machine. *once*: only the first time ever for this key."""
    if once_key is not None and not await ctx.uow.once_keys.claim(once_key, ctx.now):
        return
    await notify_all(ctx, ctx.municipality.staff.recipients(Audience.OPERATION), code, **facts)


async def notify_bad_credentials(ctx: UseCaseContext, account: str, title: str) -> None:
    """A messenger does not accept our token: the administrator is told once a day, by whoever notices first."""
    day = ctx.now.date().isoformat()
    await notify_administrator(ctx, "credentials", once_key=f"credentials:{account}:{day}", title=title)


async def answer_callback(ctx: UseCaseContext, account: str, callback_id: str, code: str = "", **facts: Any) -> None:
    """Stop the spinner of a pressed button; *code* names a short word to show, if any."""
    await ctx.uow.outbox.enqueue(
        OutboxDraft(
            OutboxKind.CALLBACK_ANSWER,
            account,
            "",
            facts={"press_id": callback_id, "code": code, **facts},
            priority=Priority.INTERACTIVE,
            expires_at=ctx.now + CALLBACK_LIFETIME,
        ),
        ctx.now,
    )


async def notify_citizen(
    ctx: UseCaseContext, account: str, chat_id: str, reply_to: str | None, code: str, **facts: Any
) -> None:
    """A short text to a citizen in a private chat."""
    await ctx.uow.outbox.enqueue(
        OutboxDraft(
            OutboxKind.CITIZEN_NOTE,
            account,
            chat_id,
            facts={"code": code, "reply_to": reply_to, **facts},
            priority=Priority.ANSWER,
        ),
        ctx.now,
    )


async def edit_notification(
    ctx: UseCaseContext, account: str, chat_id: str, message_id: str, code: str, **facts: Any
) -> None:
    """A note of ours reads otherwise now, and so does the same note in another messenger of its person; the buttons
    go."""
    places = [(account, chat_id, message_id), *await ctx.uow.sent_messages.list_copies(account, chat_id, message_id)]
    for at_account, at_chat, at_message in places:
        await ctx.uow.outbox.enqueue(
            OutboxDraft(
                OutboxKind.EDIT_NOTE,
                at_account,
                at_chat,
                facts={"code": code, "edits": at_message, **facts},
                priority=Priority.INTERACTIVE,
            ),
            ctx.now,
        )
