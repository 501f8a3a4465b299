"""Short texts to officials and citizens. A note is a code and facts; views find the words when it is delivered."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from bot.domain.channels import Address, Purpose
from bot.domain.outbox import OutboxDraft, OutboxKind, Priority
from bot.domain.people import Person, Role
from bot.domain.tickets import Ticket
from bot.services.context import Work
from bot.services.notifications.routing import note_to, places

PRESS_LIFETIME = timedelta(minutes=2)
"""Nobody waits longer for a button; messengers forget the press, too."""


async def tell(
    work: Work,
    person: Person,
    code: str,
    *,
    ticket: Ticket | None = None,
    priority: Priority = Priority.NOTE,
    purpose: Purpose = Purpose.CARDS,
    at: Address | None = None,
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
    held = unasked and not (ticket is not None and ticket.rings_at_night)
    addresses = await _where(work, person, purpose, at)
    if purpose is not Purpose.CARDS:
        facts["purpose"] = purpose.value
    if len(addresses) > 1:
        facts["twin"] = f"{code}:{person.id}:{ticket.id if ticket else ''}:{work.now.timestamp():.6f}"
    for address in addresses:
        draft = note_to(
            address,
            person,
            code,
            facts,
            ticket_id=ticket.id if ticket else None,
            priority=priority,
            silent=silent or (held and work.centre.quiet.is_quiet(work.now)),
            due_at=due_at,
            dedupe=f"{dedupe}:{address.account}" if dedupe and len(addresses) > 1 else dedupe,
        )
        await work.uow.outbox.put(draft, work.now)


async def _where(work: Work, person: Person, purpose: Purpose, at: Address | None) -> tuple[Address, ...]:
    if at is not None:
        return (at,)
    if work.here is not None and work.actor == person:
        return (work.here,)
    return await places(work, person, purpose)


async def tell_all(work: Work, people: Iterable[Person], code: str, **how: Any) -> None:
    """:func:`tell` each of them."""
    for person in people:
        await tell(work, person, code, **how)


async def tell_administrator(work: Work, code: str, *, once: str | None = None, **facts: Any) -> None:
    """A note to whoever looks after the machine. *once*: only the first time ever for this key."""
    if once is not None and not await work.uow.chronicle.once(once, work.now):
        return
    people: tuple[Person, ...] = ()
    for role in (Role.ADMINISTRATOR, Role.MANAGER, Role.COORDINATOR):
        people = people or work.centre.staff.with_role(role)
    await tell_all(work, people, code, **facts)


async def bad_credentials(work: Work, account: str, title: str) -> None:
    """A messenger does not accept our token: the administrator is told once a day, by whoever notices first."""
    day = work.now.date().isoformat()
    await tell_administrator(work, "credentials", once=f"credentials:{account}:{day}", title=title)


async def answer_press(work: Work, account: str, press_id: str, code: str = "", **facts: Any) -> None:
    """Stop the spinner of a pressed button; *code* names a short word to show, if any."""
    await work.uow.outbox.put(
        OutboxDraft(
            OutboxKind.PRESS,
            account,
            "",
            facts={"press_id": press_id, "code": code, **facts},
            priority=Priority.PRESS,
            expires_at=work.now + PRESS_LIFETIME,
        ),
        work.now,
    )


async def tell_citizen(work: Work, account: str, chat_id: str, reply_to: str | None, code: str, **facts: Any) -> None:
    """A short text to a citizen in a private chat."""
    await work.uow.outbox.put(
        OutboxDraft(
            OutboxKind.CITIZEN_NOTE,
            account,
            chat_id,
            facts={"code": code, "reply_to": reply_to, **facts},
            priority=Priority.ANSWER,
        ),
        work.now,
    )


async def change_note(work: Work, account: str, chat_id: str, message_id: str, code: str, **facts: Any) -> None:
    """A note of ours reads otherwise now, and so does the same note in another messenger of its person; the buttons
    go."""
    places = [(account, chat_id, message_id), *await work.uow.letters.twins(account, chat_id, message_id)]
    for at_account, at_chat, at_message in places:
        await work.uow.outbox.put(
            OutboxDraft(
                OutboxKind.EDIT_NOTE,
                at_account,
                at_chat,
                facts={"code": code, "edits": at_message, **facts},
                priority=Priority.PRESS,
            ),
            work.now,
        )
