"""What cannot wait: the coordinator hears of it beside the head, and of some things the duty officer, too."""

from typing import Any

from bot.domain.messages import Part
from bot.domain.outbox import Priority
from bot.domain.people import Person, Role
from bot.domain.tickets import Ticket
from bot.services.context import Work
from bot.services.notifications import cards, notify


async def ring(work: Work, ticket: Ticket, by: int | None = None) -> None:
    """Tell those who watch and do not have the card. *by*: the number of the member that says so of a problem. At night
    it makes a sound only if people are in danger."""
    if ticket.urgency is None:
        return
    staff = work.centre.staff
    facts: dict[str, Any] = {"number": ticket.id, "sector": work.centre.sector_title(ticket.sector), "by": by}
    posts = await work.uow.messages.of_ticket(by or ticket.id)
    if root := next((post for post in posts if post.part is Part.ROOT), None):
        facts["message_id"] = root.id
    seen = {person.id for person in await cards.audience(work, ticket)}
    if ticket.urgency.needs_duty:
        # Whoever is on duty hears of it as such, with the card or without.
        duty = staff.with_role(Role.DUTY) or _leading(work)
        await notify.tell_all(work, duty, "duty", ticket=ticket, priority=Priority.URGENT, **facts)
        seen |= {person.id for person in duty}
    watchers = [person for person in staff.with_role(Role.COORDINATOR) if person.id not in seen]
    await notify.tell_all(work, watchers, "urgent_news", ticket=ticket, priority=Priority.URGENT, **facts)


async def became_urgent(work: Work, ticket: Ticket, by: int | None = None) -> None:
    """A changed card makes no sound; danger must. *by*: the number of the member that says so of a problem."""
    for person in await cards.audience(work, ticket):
        await notify.tell(
            work, person, "became_urgent", ticket=ticket, priority=Priority.URGENT, number=ticket.id, by=by
        )
    await ring(work, ticket, by)


def _leading(work: Work) -> tuple[Person, ...]:
    """Who answers for the centre where nobody is on duty."""
    for role in (Role.MANAGER, Role.COORDINATOR, Role.ADMINISTRATOR):
        if people := work.centre.staff.with_role(role):
            return people
    return ()
