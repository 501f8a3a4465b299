"""Short messages to officials and citizens, queued as data: views find the words at delivery."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta

from bot.domain.channels import Address, Purpose
from bot.domain.held_notes import Reader
from bot.domain.notifications.administrator import CredentialsRejected
from bot.domain.notifications.base import CitizenNote, Notification
from bot.domain.notifications.envelope import CallbackEnvelope, CitizenEnvelope, EditEnvelope, NoteEnvelope
from bot.domain.notifications.facts import to_facts, toast_to_facts
from bot.domain.notifications.toasts import AnyToast, ToastCode
from bot.domain.outbox import OutboxDraft, OutboxKind, Priority
from bot.domain.people import Person
from bot.domain.recipients import Audience
from bot.domain.tickets import Ticket
from bot.messengers.events import Chat, ChatKind
from bot.services.context import UseCaseContext
from bot.services.notifications.routing import addresses_for, notification_draft

CALLBACK_LIFETIME = timedelta(minutes=2)
"""Nobody waits longer for a button, and messengers forget the press, too."""


async def notify(
    ctx: UseCaseContext,
    person: Person,
    notification: Notification,
    *,
    ticket: Ticket | None = None,
    priority: Priority = Priority.NOTE,
    envelope: NoteEnvelope | None = None,
    to_address: Address | None = None,
    silent: bool = False,
    due_at: datetime | None = None,
    dedupe: str | None = None,
) -> None:
    """Queue *notification* for *person*; with a *ticket* it is a reply to the ticket's card.

    It goes to *to_address*, or to the chat in which the person has just acted, or to the addresses that they have
    chosen for the envelope's purpose; for somebody without any account it is held, unless the ticket's card will tell
    it (:mod:`bot.services.notifications.held_notes`). In quiet hours and on a day off of the person a notification
    that nobody has asked for is silent, and so is one that the person has chosen not to hear, unless people are in
    danger.
    """
    envelope = envelope or NoteEnvelope()
    unasked = priority in (Priority.CARD, Priority.NOTE) or (priority is Priority.URGENT and ticket is not None)
    quiet_at_night = unasked and not (ticket is not None and ticket.may_notify_at_night)
    addresses = await _addresses_for(ctx, person, envelope.purpose, to_address)
    if not addresses and ticket is None and not envelope.is_prompt:
        await ctx.uow.held_notes.add(Reader(person_id=person.id), to_facts(notification, envelope), ctx.now, dedupe)
    if len(addresses) > 1:
        about = ticket.id if ticket else ""
        copy_group = f"{notification.code}:{person.id}:{about}:{ctx.now.timestamp():.6f}"
        envelope = replace(envelope, copy_group=copy_group)
    silent = silent or (quiet_at_night and await _comes_silently(ctx, person, notification))
    for address in addresses:
        draft = notification_draft(
            address,
            person,
            to_facts(notification, envelope),
            ticket_id=ticket.id if ticket else None,
            priority=priority,
            silent=silent,
            due_at=due_at,
            dedupe=f"{dedupe}:{address.account}" if dedupe and len(addresses) > 1 else dedupe,
        )
        await ctx.uow.outbox.enqueue(draft, ctx.now)


async def _comes_silently(ctx: UseCaseContext, person: Person, notification: Notification) -> bool:
    """Return whether it is quiet for *person*, or they have chosen to hear no sound of such a notification."""
    budget = await ctx.uow.staff.find_budget(person.id)
    is_muted = budget.silences(is_minor=notification.is_minor, is_summary=notification.is_summary)
    return is_muted or await ctx.is_quiet_for(person.id)


async def _addresses_for(
    ctx: UseCaseContext, person: Person, purpose: Purpose, to_address: Address | None
) -> tuple[Address, ...]:
    if to_address is not None:
        return (to_address,)
    if ctx.origin is not None and ctx.actor == person:
        return (ctx.origin,)
    return await addresses_for(ctx, person, purpose)


async def notify_all(
    ctx: UseCaseContext,
    people: Iterable[Person],
    notification: Notification,
    *,
    ticket: Ticket | None = None,
    priority: Priority = Priority.NOTE,
    envelope: NoteEnvelope | None = None,
) -> None:
    """Queue *notification* for each of *people*."""
    for person in people:
        await notify(ctx, person, notification, ticket=ticket, priority=priority, envelope=envelope)


async def notify_administrator(ctx: UseCaseContext, notification: Notification, *, once_key: str | None = None) -> None:
    """Queue *notification* for the people who operate the bot; with *once_key* only the first time for this key."""
    if once_key is not None and not await ctx.uow.once_keys.claim(once_key, ctx.now):
        return
    await notify_audience(ctx, Audience.OPERATION, notification)


async def notify_audience(
    ctx: UseCaseContext,
    audience: Audience,
    notification: Notification,
    *,
    silent: bool = False,
    due_at: datetime | None = None,
    dedupe: str | None = None,
) -> None:
    """Queue *notification* for the people of *audience*; while none of them has an account, it is held."""
    envelope = NoteEnvelope(audience=audience)
    people = [one for one in ctx.municipality.staff.recipients(audience) if ctx.municipality.addresses(one)]
    for person in people:
        own = f"{dedupe}:{person.id}" if dedupe else None
        await notify(ctx, person, notification, envelope=envelope, silent=silent, due_at=due_at, dedupe=own)
    if not people:
        await ctx.uow.held_notes.add(Reader(audience), to_facts(notification, envelope), ctx.now, dedupe)


async def notify_bad_credentials(ctx: UseCaseContext, account: str, title: str) -> None:
    """Tell the administrator, once a day, that a messenger does not accept the bot's token."""
    day = ctx.now.date().isoformat()
    await notify_administrator(ctx, CredentialsRejected(title=title), once_key=f"credentials:{account}:{day}")


async def answer_callback(
    ctx: UseCaseContext,
    account: str,
    callback_id: str,
    toast: AnyToast = ToastCode.NOTHING,
    *,
    alert: bool = False,
) -> None:
    """Release a pressed button and show *toast*, if it has words; an *alert* has to be confirmed."""
    await ctx.uow.outbox.enqueue(
        OutboxDraft(
            OutboxKind.CALLBACK_ANSWER,
            account,
            "",
            facts=toast_to_facts(toast, CallbackEnvelope(callback_id=callback_id, alert=alert)),
            priority=Priority.INTERACTIVE,
            expires_at=ctx.now + CALLBACK_LIFETIME,
        ),
        ctx.now,
    )


async def notify_citizen(
    ctx: UseCaseContext, account: str, chat_id: str, reply_to: str | None, note: CitizenNote
) -> None:
    """Queue *note* for a citizen in a private chat."""
    await notify_in_chat(ctx, Chat(account, chat_id, ChatKind.PRIVATE, ""), reply_to, note)


async def notify_in_chat(
    ctx: UseCaseContext,
    chat: Chat,
    reply_to: str | None,
    note: CitizenNote,
    priority: Priority = Priority.ANSWER,
    *,
    due_at: datetime | None = None,
    expires_at: datetime | None = None,
    dedupe: str | None = None,
    ticket_id: int | None = None,
) -> None:
    """Queue *note* for a citizen in any chat; with *ticket_id* the sent message is known to be about that ticket."""
    draft = OutboxDraft(
        OutboxKind.CITIZEN_NOTE,
        chat.account,
        chat.id,
        chat_kind=chat.kind.value,
        thread=chat.thread,
        source_id=chat.source_id,
        ticket_id=ticket_id,
        facts=to_facts(note, CitizenEnvelope(reply_to=reply_to)),
        priority=priority,
        due_at=due_at,
        expires_at=expires_at,
        dedupe=dedupe,
    )
    await ctx.uow.outbox.enqueue(draft, ctx.now)


async def edit_citizen_note(
    ctx: UseCaseContext, account: str, chat_id: str, message_id: str, note: CitizenNote
) -> None:
    """Replace a sent note to a citizen by *note*."""
    facts = to_facts(note, EditEnvelope(message_id=message_id))
    draft = OutboxDraft(OutboxKind.EDIT_NOTE, account, chat_id, facts=facts, priority=Priority.INTERACTIVE)
    await ctx.uow.outbox.enqueue(draft, ctx.now)


async def edit_notification(
    ctx: UseCaseContext,
    account: str,
    chat_id: str,
    message_id: str,
    notification: Notification,
    *,
    prompt_user_id: str | None = None,
    without_buttons: bool = False,
) -> None:
    """Replace a sent notification, and its copies in other messengers of the same person, by *notification*.

    *prompt_user_id*: the official whose dialog goes on with it.
    """
    sent = [(account, chat_id, message_id), *await ctx.uow.sent_messages.list_copies(account, chat_id, message_id)]
    for sent_account, sent_chat_id, sent_message_id in sent:
        envelope = EditEnvelope(message_id=sent_message_id, user_id=prompt_user_id, without_buttons=without_buttons)
        draft = OutboxDraft(
            OutboxKind.EDIT_NOTE,
            sent_account,
            sent_chat_id,
            facts=to_facts(notification, envelope),
            priority=Priority.INTERACTIVE,
        )
        await ctx.uow.outbox.enqueue(draft, ctx.now)


async def edit_all(ctx: UseCaseContext, ticket_id: int, kind: str, notification: Notification) -> None:
    """Replace all notifications about a ticket that were sent under the name *kind*, each with its copies once."""
    done: set[tuple[str, str, str]] = set()
    for account, chat_id, message_id in await ctx.uow.sent_messages.list_for_ticket(ticket_id, kind):
        if (account, chat_id, message_id) not in done:
            await edit_notification(ctx, account, chat_id, message_id, notification)
            done.update(await ctx.uow.sent_messages.list_copies(account, chat_id, message_id))
