"""Officials come, go, block the bot and come back."""

from bot.domain.channels import Address
from bot.domain.outbox import OutboxDraft, OutboxKind, Priority
from bot.domain.people import Person, Right
from bot.services.context import Work, account_of
from bot.services.notifications import cards, notify
from bot.services.tickets.search import tickets_of

RETURN_SHOWN = 30
"""Cards drawn anew for somebody who was away."""


async def is_here(work: Work, person: Person, account: str, user_id: str) -> None:
    """*person* has pressed or written something there: whatever was known of that account, it works."""
    work.actor, work.here = person, Address(account, user_id)
    reach = (await work.reaches()).get(account_of(work.here))
    if reach is not None and reach.via != account:
        await work.uow.people.speaks_via(account_of(work.here), account)
        work.forget()
    await came_back(work, account, user_id)


async def became_unreachable(work: Work, account: str, user_id: str) -> None:
    """A message did not get through: the person never started the bot, or has blocked it. If the person has no other
    account, colleagues are told once."""
    person = work.centre.person_at(account, user_id)
    if person is None:
        return
    if not await work.uow.people.set_reachable(account_of(Address(account, user_id)), work.now):
        return
    work.forget()
    await work.uow.chronicle.record("unreachable", work.now, person_id=person.id, facts={"account": account})
    if not await work.can_reach(person):
        for colleague in await cards.next_of(work, (person,)):
            await notify.tell(work, colleague, "unreachable", name=person.name)
    for ticket in await tickets_of(work, person, RETURN_SHOWN):
        await cards.show(work, ticket)  # what waited for this person waits where somebody sees it


async def came_back(work: Work, account: str, user_id: str) -> None:
    """The person can be reached there (again): the open tickets are shown anew, unless they were seen elsewhere."""
    person = work.centre.person_at(account, user_id)
    address = Address(account, user_id)
    if person is None:
        return
    elsewhere = await work.can_reach(person)
    if not await work.uow.people.set_reachable(account_of(address), None):
        return
    work.forget()
    await work.uow.chronicle.record("reachable", work.now, person_id=person.id, facts={"account": account})
    await show_menu(work, person, address)
    if elsewhere:  # what was meant for this account and went elsewhere is told by `fallback`
        await redraw_known(work, person, address)
        return
    for colleague in await cards.next_of(work, (person,)):
        await notify.tell(work, colleague, "reachable", name=person.name)
    await show_open_tickets(work, person, address)


async def redraw_known(work: Work, person: Person, address: Address) -> None:
    """The cards that stand there are brought up to date."""
    for known in await work.uow.cards.of_person(person.id, address.account, RETURN_SHOWN):
        ticket = await work.uow.tickets.get(known.ticket_id)
        if ticket is not None:
            await cards.redraw(work, ticket, known)


async def show_open_tickets(work: Work, person: Person, address: Address) -> None:
    """Cards of all that waits for *person*, who was not there when it came."""
    await redraw_known(work, person, address)
    for ticket in await tickets_of(work, person, RETURN_SHOWN):
        if person in cards.responsible(work, ticket):
            card = await work.uow.cards.get(person.id, ticket.id, address.account)
            if card is None:
                await cards.begin(work, ticket, person, address, at_once=True)
            else:
                await cards.redraw(work, ticket, card, at_once=True)
                await cards.queue_media_at(work, ticket, person, address)


async def show_menus(work: Work, person: Person) -> None:
    """Put the commands of this person's roles into every messenger's own menu."""
    for channel in await work.channels(person):
        await show_menu(work, person, channel.address)


async def show_menu(work: Work, person: Person, address: Address) -> None:
    """Put the commands of this person's roles into the menu that is seen at *address*."""
    await work.uow.outbox.put(
        OutboxDraft(
            OutboxKind.MENU,
            address.account,
            address.chat_id,
            person_id=person.id,
            facts={"commands": commands_of(work, person)},
            priority=Priority.BULK,
            dedupe=f"menu:{person.id}:{address.account}",
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
        ("stats", Right.DIGEST),
        ("invite", Right.INVITE),
    ]
    return [*(name for name, right in wanted if work.centre.may_ever(person, right)), "settings", "help"]
