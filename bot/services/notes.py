"""Short texts to officials and citizens. A note is a code and facts; views find the words when it is delivered."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from bot.domain.people import Person, Role
from bot.domain.records import OutboxDraft, OutboxKind, Priority
from bot.domain.tickets import Ticket
from bot.services.centre import Work

PRESS_LIFETIME = timedelta(minutes=2)
"""Nobody waits longer for a button; messengers forget the press, too."""


async def tell(
    work: Work,
    person: Person,
    code: str,
    *,
    ticket: Ticket | None = None,
    priority: Priority = Priority.NOTE,
    silent: bool = False,
    due_at: datetime | None = None,
    dedupe: str | None = None,
    **facts: Any,
) -> None:
    """Queue a note to *person*; with a *ticket* it is a reply to its card.

    In quiet hours what nobody has asked for makes no sound, unless people are in danger.
    """
    address = work.centre.address(person)
    if address is None:
        return
    unasked = priority in (Priority.CARD, Priority.NOTE) and not (ticket is not None and ticket.urgent)
    await work.uow.outbox.put(
        OutboxDraft(
            OutboxKind.NOTE,
            address.account,
            address.chat_id,
            person_id=person.id,
            ticket_id=ticket.id if ticket else None,
            facts={"code": code, **facts},
            priority=priority,
            silent=silent or (unasked and work.centre.quiet.is_quiet(work.now)),
            due_at=due_at,
            dedupe=dedupe,
        ),
        work.now,
    )


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
    """A note of ours reads otherwise now; its buttons go."""
    await work.uow.outbox.put(
        OutboxDraft(
            OutboxKind.EDIT_NOTE,
            account,
            chat_id,
            facts={"code": code, "edits": message_id, **facts},
            priority=Priority.PRESS,
        ),
        work.now,
    )
