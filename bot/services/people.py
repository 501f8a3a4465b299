"""Officials come, go, block the bot and come back."""

from bot.domain.people import Person, Right
from bot.domain.records import OutboxDraft, OutboxKind, Priority
from bot.services import cards, notes
from bot.services.centre import Work, messenger_of
from bot.services.search import tickets_of

RETURN_SHOWN = 30
"""Cards drawn anew for somebody who was away."""


async def became_unreachable(work: Work, account: str, user_id: str) -> None:
    """A message did not get through: the person never started the bot, or has blocked it. Colleagues are told once."""
    person = work.centre.person_at(account, user_id)
    if person is None:
        return
    if not await work.uow.people.set_reachable(messenger_of(account), user_id, work.now):
        return
    work.unreachable = None
    await work.uow.chronicle.record("unreachable", work.now, person_id=person.id)
    for colleague in await cards.next_of(work, (person,)):
        await notes.tell(work, colleague, "unreachable", name=person.name)
    for ticket in await tickets_of(work, person, RETURN_SHOWN):
        await cards.show(work, ticket)  # what waited for this person waits where somebody sees it


async def came_back(work: Work, account: str, user_id: str) -> None:
    """The person can be reached (again): the open tickets are shown anew."""
    person = work.centre.person_at(account, user_id)
    if person is None or not await work.uow.people.set_reachable(messenger_of(account), user_id, None):
        return
    work.unreachable = None
    await work.uow.chronicle.record("reachable", work.now, person_id=person.id)
    for colleague in await cards.next_of(work, (person,)):
        await notes.tell(work, colleague, "reachable", name=person.name)
    await show_open_tickets(work, person)
    await show_menu(work, person)


async def show_open_tickets(work: Work, person: Person) -> None:
    """Cards of all that waits for *person*, who was not here when it came."""
    address = work.centre.address(person)
    if address is None:
        return
    for known in await work.uow.cards.of_person(person.id, address.account, RETURN_SHOWN):
        ticket = await work.uow.tickets.get(known.ticket_id)
        if ticket is not None and not ticket.is_open:  # it went on without this person
            await cards.queue(work, ticket, person, known)
    for ticket in await tickets_of(work, person, RETURN_SHOWN):
        if person in cards.responsible(work, ticket):
            card = await work.uow.cards.get(person.id, ticket.id, address.account)
            await cards.queue(work, ticket, person, card, at_once=True)
            await cards.queue_media_for(work, ticket, person)


async def show_menu(work: Work, person: Person) -> None:
    """Put the commands of this person's roles into the messenger's own menu."""
    address = work.centre.address(person)
    if address is None:
        return
    await work.uow.outbox.put(
        OutboxDraft(
            OutboxKind.MENU,
            address.account,
            address.chat_id,
            person_id=person.id,
            facts={"commands": commands_of(work, person)},
            priority=Priority.BULK,
            dedupe=f"menu:{person.id}",
        ),
        work.now,
    )


def commands_of(work: Work, person: Person) -> list[str]:
    """The commands that this person's roles allow."""
    wanted = [
        ("my", Right.LIST_OWN),
        ("find", Right.FIND),
        ("new", Right.TYPE_IN),
        ("digest", Right.DIGEST),
        ("invite", Right.INVITE),
    ]
    return [*(name for name, right in wanted if work.centre.may_ever(person, right)), "help"]
