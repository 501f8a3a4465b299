"""Where an official is written to unasked: as chosen, and elsewhere while that does not work."""

from typing import Any

from bot.domain.channels import Address, Channel, Purpose, choose_route
from bot.domain.outbox import OutboxDraft, OutboxKind, Priority
from bot.domain.people import Person
from bot.services.context import UseCaseContext, account_of, messenger_of


async def addresses_for(ctx: UseCaseContext, person: Person, purpose: Purpose) -> tuple[Address, ...]:
    """Where *person* gets what is for *purpose* now; empty for somebody without any account.

    Where something that the person asked for does not work, that is said once in the place that gets it.
    """
    channels = await ctx.channels(person)
    if not channels:
        return ()
    way = choose_route(channels, purpose)
    for missed in way.unavailable_channels:
        if not missed.diverted:
            await _record_diversion(ctx, person, missed, way.addresses[0])
    return way.addresses


async def _record_diversion(ctx: UseCaseContext, person: Person, channel: Channel, to: Address) -> None:
    if not await ctx.uow.staff.set_diverted_since(account_of(channel.address), ctx.now):
        return
    ctx.invalidate_reachability()
    facts = {"from": channel.address.account, "to": to.account}
    await ctx.uow.audit_log.record("diverted", ctx.now, person_id=person.id, facts=facts)
    said = {"messenger": messenger_of(channel.address.account), "blocked": channel.blocked}
    await ctx.uow.outbox.enqueue(notification_draft(to, person, "diverted", said), ctx.now)


def notification_draft(address: Address, person: Person, code: str, facts: dict[str, Any], **more: Any) -> OutboxDraft:
    """A note to *person* at *address*, to be queued."""
    return OutboxDraft(
        OutboxKind.NOTE,
        address.account,
        address.chat_id,
        person_id=person.id,
        facts={"code": code, **facts},
        **{"priority": Priority.NOTE, **more},
    )
