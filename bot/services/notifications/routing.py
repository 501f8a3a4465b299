"""The addresses at which an official gets what they have not asked for: the chosen ones, or others while those fail."""

from datetime import datetime

from bot.domain.channels import Address, Channel, Purpose, choose_route
from bot.domain.json_types import Json
from bot.domain.notifications.envelope import NoteEnvelope
from bot.domain.notifications.facts import to_facts
from bot.domain.notifications.staff import Diverted
from bot.domain.outbox import OutboxDraft, OutboxKind, Priority
from bot.domain.people import Person
from bot.domain.sources import messenger_of
from bot.services.context import UseCaseContext
from bot.services.context.municipality import account_of


async def addresses_for(ctx: UseCaseContext, person: Person, purpose: Purpose) -> tuple[Address, ...]:
    """Return the addresses for *purpose* now; empty for somebody without any account.

    If a chosen messenger does not work, the person is told so once at the address that replaces it.
    """
    channels = await ctx.channels(person)
    if not channels:
        return ()
    route = choose_route(channels, purpose)
    for missed in route.unavailable_channels:
        if not missed.diverted:
            await _record_diversion(ctx, person, missed, route.addresses[0])
    return route.addresses


async def _record_diversion(ctx: UseCaseContext, person: Person, channel: Channel, to: Address) -> None:
    if not await ctx.uow.staff.set_diverted_since(account_of(channel.address), ctx.now):
        return
    facts = {"from": channel.address.account, "to": to.account}
    await ctx.uow.audit_log.record("diverted", ctx.now, person_id=person.id, facts=facts)
    note = Diverted(messenger=messenger_of(channel.address.account), blocked=channel.blocked)
    await ctx.uow.outbox.enqueue(notification_draft(to, person, to_facts(note, NoteEnvelope())), ctx.now)


def notification_draft(
    address: Address,
    person: Person,
    facts: Json,
    *,
    ticket_id: int | None = None,
    priority: Priority = Priority.NOTE,
    silent: bool = False,
    due_at: datetime | None = None,
    dedupe: str | None = None,
) -> OutboxDraft:
    """Return the outbox row of a notification to *person* at *address*."""
    return OutboxDraft(
        OutboxKind.NOTE,
        address.account,
        address.chat_id,
        person_id=person.id,
        ticket_id=ticket_id,
        facts=facts,
        priority=priority,
        silent=silent,
        due_at=due_at,
        dedupe=dedupe,
    )
