"""Talk of neighbours that may be about a problem: gathered in one quiet list, where a person says what it is.

A list is renewed (sent anew at the bottom of the chat, without a sound) when enough new ones have come, or the first of
them has waited long enough; in between it changes in place. In quiet hours it rests.
"""

from dataclasses import replace
from datetime import timedelta

from bot.domain.cards import DoubtList
from bot.domain.channels import Address, Purpose
from bot.domain.errors import NotAllowed
from bot.domain.messages import Message, Verdict
from bot.domain.outbox import OutboxDraft, OutboxKind, Priority
from bot.domain.people import Person, Right
from bot.domain.sources import Source
from bot.domain.tickets import Ticket
from bot.domain.view_data import DoubtFacts
from bot.messengers.serialization import chat_of
from bot.outbox import render_data
from bot.services.context import Work
from bot.services.intake.create_ticket import make_ticket, understand
from bot.services.intake.follow_ups import join_ticket
from bot.services.notifications import notify
from bot.services.notifications.routing import places
from bot.services.sources.messages import is_private
from bot.services.tickets import workflow
from bot.understanding.reading import Reading

MANY = 10
"""New ones that are worth a new list at once."""

PATIENCE = timedelta(hours=2)
"""The first new one waits no longer (in the morning it has waited all night)."""

REST = timedelta(minutes=30)
"""Between two lists."""

REFRESH = timedelta(minutes=10)
"""A list that stands there shows what has come meanwhile after this time: an edit makes no sound."""

KEEP = timedelta(days=7)
"""Who has not been listened to for a week will not be by this list."""


async def gather(work: Work, message: Message, reading: Reading, source: Source) -> None:
    """Remember *message*, which is no ticket, if a person should have a look at it."""
    if source.kind != "chat" or is_private(message) or not message.text or not reading.doubtful:
        return
    if await work.uow.doubts.add(message.id, reading.appeal_score, work.now):
        for known in await work.uow.doubts.lists():
            if known.external_id is not None and work.now - known.posted_at < timedelta(days=1):
                await _draw(work, known, later=True)


async def is_due(work: Work) -> bool:
    """Whether the lists shall be renewed now."""
    if work.centre.quiet.is_quiet(work.now):
        return False
    count, oldest = await work.uow.doubts.news()
    if oldest is None or (count < MANY and work.now - oldest < PATIENCE):
        return False
    latest = max((known.posted_at for known in await work.uow.doubts.lists()), default=None)
    return latest is None or work.now - latest >= REST


async def publish(work: Work) -> None:
    """Put a new list before everybody who sorts."""
    if not await is_due(work):
        return
    await work.uow.doubts.mark_listed(work.now)
    for person in work.centre.staff.responsible(None):
        for address in await places(work, person, Purpose.CARDS):
            await _renew(work, person, address)


async def _renew(work: Work, person: Person, address: Address) -> None:
    above = await work.uow.doubts.list_of(person.id, address.account)
    if above is not None and above.external_id is not None:
        await notify.change_note(work, above.account, above.chat_id, above.external_id, "doubts_below")
    fresh = DoubtList(person.id, address.account, address.chat_id, None, None, 0, work.now)
    await work.uow.doubts.save_list(fresh)
    await _draw(work, fresh)


async def accept(work: Work, person: Person, message_id: int) -> Ticket | None:
    """«О проблеме»: it goes the way of every message; its term runs from now. ``None``: somebody was faster."""
    _permit(work, person)
    message = await work.uow.doubts.decide(message_id, Verdict.PROBLEM, person.id, work.now)
    ticket = await _take_in(work, message) if message is not None else None
    if ticket is not None:
        facts = {"message": message_id}
        await work.uow.chronicle.record("is_problem", work.now, person_id=person.id, ticket_id=ticket.id, facts=facts)
    await _draw_all(work, person)
    return ticket


async def _take_in(work: Work, message: Message) -> Ticket | None:
    """The ticket that *message* is now, or is a part of."""
    chat = chat_of(message.account, message.chat_id, message.chat_kind, message.root)
    source = work.centre.source(chat)
    if source is None:  # the chat was taken out of the configuration meanwhile
        return None
    reading = understand(work, message)
    if not await join_ticket(work, message, reading, source):
        await make_ticket(work, message, reading, source)
    known = await work.uow.messages.get(message.id)
    return await workflow.get(work, known.ticket_id) if known is not None and known.ticket_id is not None else None


async def set_aside(work: Work, person: Person, message_id: int) -> bool:
    """«Не требует ответа»; false: somebody was faster."""
    _permit(work, person)
    message = await work.uow.doubts.decide(message_id, Verdict.TALK, person.id, work.now)
    if message is not None:
        await work.uow.chronicle.record("is_talk", work.now, person_id=person.id, facts={"message": message_id})
    await _draw_all(work, person)
    return message is not None


async def turn(work: Work, person: Person, page: int) -> None:
    """Open another page of the person's own list."""
    _permit(work, person)
    desk = work.desk(person)
    known = await work.uow.doubts.list_of(person.id, desk.account) if desk is not None else None
    if known is not None:
        turned = replace(known, page=page)
        await work.uow.doubts.save_list(turned)
        await _draw(work, turned, priority=Priority.PRESS)


def _permit(work: Work, person: Person) -> None:
    if not work.centre.staff.may(person, Right.TRIAGE, None):
        raise NotAllowed(right=Right.TRIAGE.value)


async def _draw_all(work: Work, actor: Person) -> None:
    """Who has pressed sees it at once, colleagues soon."""
    for known in await work.uow.doubts.lists():
        if known.person_id == actor.id:
            await _draw(work, known, priority=Priority.PRESS)
        elif known.external_id is not None:
            await _draw(work, known, later=True)


async def _draw(work: Work, known: DoubtList, *, priority: Priority = Priority.BULK, later: bool = False) -> None:
    await work.uow.outbox.put(
        OutboxDraft(
            OutboxKind.DOUBTS,
            known.account,
            known.chat_id,
            person_id=known.person_id,
            priority=priority,
            silent=True,
            due_at=work.now + REFRESH if later else None,
            dedupe=f"doubts:{known.person_id}:{known.account}",
        ),
        work.now,
    )


async def facts(work: Work, person_id: int, account: str, size: int) -> DoubtFacts | None:
    """The page that stands open in the person's list; ``None``: there is no list, or it is not the person's to see."""
    known = await work.uow.doubts.list_of(person_id, account)
    person = work.centre.staff.by_id(person_id)
    if known is None or person is None or not work.centre.staff.may(person, Right.TRIAGE, None):
        return None
    waiting = await work.uow.doubts.waiting()
    pages = max(1, -(-waiting // size))
    page = min(known.page, pages - 1)
    found = await work.uow.doubts.page(page * size, size)
    return DoubtFacts(known, page, pages, waiting, [(one, render_data.place_of(work, one)) for one in found])
