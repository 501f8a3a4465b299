"""Where an official is written to unasked: as chosen, and elsewhere while that does not work."""

from typing import Any

from bot.domain.channels import Address, Channel, Purpose, route
from bot.domain.outbox import OutboxDraft, OutboxKind, Priority
from bot.domain.people import Person
from bot.services.context import Work, account_of, messenger_of


async def places(work: Work, person: Person, purpose: Purpose) -> tuple[Address, ...]:
    """Where *person* gets what is for *purpose* now; empty for somebody without any account.

    Where something that the person asked for does not work, that is said once in the place that gets it.
    """
    channels = await work.channels(person)
    if not channels:
        return ()
    way = route(channels, purpose)
    for missed in way.missed:
        if not missed.diverted:
            await _divert(work, person, missed, way.to[0])
    return way.to


async def _divert(work: Work, person: Person, channel: Channel, to: Address) -> None:
    if not await work.uow.people.divert(account_of(channel.address), work.now):
        return
    work.forget()
    facts = {"from": channel.address.account, "to": to.account}
    await work.uow.chronicle.record("diverted", work.now, person_id=person.id, facts=facts)
    said = {"messenger": messenger_of(channel.address.account), "blocked": channel.blocked}
    await work.uow.outbox.put(note_to(to, person, "diverted", said), work.now)


def note_to(address: Address, person: Person, code: str, facts: dict[str, Any], **more: Any) -> OutboxDraft:
    """A note to *person* at *address*, to be queued."""
    return OutboxDraft(
        OutboxKind.NOTE,
        address.account,
        address.chat_id,
        person_id=person.id,
        facts={"code": code, **facts},
        **{"priority": Priority.NOTE, **more},
    )
