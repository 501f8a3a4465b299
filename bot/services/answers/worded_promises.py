"""Promises in the words of answers: offered to who answers, reminded of on their morning, and followed up.

The bot does not know whether a promise is kept: a person says so, moves the day, or calls it broken. A person who is
silent is asked once more on the morning after the day.
"""

from datetime import date, datetime, time

from bot.domain.answers import Answer
from bot.domain.drafts import Wording
from bot.domain.errors import OutdatedButton, PromiseUnsuitable
from bot.domain.local_time import local_to_utc
from bot.domain.notifications.promises import PromiseOffered
from bot.domain.outbox import Priority
from bot.domain.people import Person
from bot.domain.promises import MAX_AHEAD, OfferedPromise, Promise, PromiseOrigin, PromiseOutcome
from bot.domain.roles import Right
from bot.domain.tickets import Ticket
from bot.services.context import UseCaseContext
from bot.services.notifications import cards, notify
from bot.services.tickets import promises, workflow
from bot.understanding.answer_check.promises import find_promise

_END_OF_DAY = time(23, 59)


PROMISING_KINDS = (Wording.ANSWER, Wording.FOLLOW_UP)
"""Kinds of texts whose words may promise a day; an interim answer names its own."""


def find_offer(ctx: UseCaseContext, text: str) -> OfferedPromise | None:
    """Return the day that *text*, read today, promises to a citizen; ``None`` if it promises nothing."""
    found = find_promise(text, ctx.today)
    if found is None or found.last > ctx.today + MAX_AHEAD:
        return None
    return OfferedPromise(found.last, found.words)


async def offer(ctx: UseCaseContext, ticket: Ticket, answer: Answer, person: Person) -> None:
    """Offer *person* to remember the day that their *answer* promises, if it promises any.

    Who has pressed «… и запомнить» is not asked again.
    """
    found = find_offer(ctx, answer.text)
    if found is None:
        return
    if ctx.remembers_promises:
        await _note(ctx, ticket, answer, person, _check_day(ctx, ticket.id, found.day), ctx.actor or person)
        return
    note = PromiseOffered(ticket_id=ticket.id, answer_id=answer.id, day=found.day.isoformat(), words=found.words)
    await notify.notify(ctx, person, note, ticket=ticket, priority=Priority.INTERACTIVE)


async def remember(ctx: UseCaseContext, ticket_id: int, person: Person, answer_id: int, day: date) -> datetime:
    """Keep the offered promise; return its end. A second press changes nothing."""
    ticket = await workflow.get(ctx, ticket_id)
    answer = await ctx.uow.answers.get(answer_id)
    if answer is None or answer.ticket_id != ticket.id:
        raise OutdatedButton(number=ticket.id)
    if answer.person_id != person.id:
        await workflow.check_right(ctx, person, Right.ANSWER, ticket)
    due_at = _check_day(ctx, ticket.id, day)
    known = await ctx.uow.promises.list_for_ticket(ticket.id)
    if not any(one.answer_id == answer.id and one.origin is PromiseOrigin.ANSWER for one in known):
        await _note(ctx, ticket, answer, person, due_at, person)
    return due_at


async def _note(
    ctx: UseCaseContext, ticket: Ticket, answer: Answer, owner: Person, due_at: datetime, by: Person
) -> None:
    """Keep the promise of *owner*, whom its morning asks; *by* has decided to remember it."""
    await _add(ctx, ticket, owner.id, answer.id, due_at)
    await _record(ctx, "promise_noted", ticket, by, due_at=due_at.isoformat())
    await cards.sync(ctx, ticket, actor=by)


def _check_day(ctx: UseCaseContext, ticket_id: int, day: date) -> datetime:
    if not ctx.today < day <= ctx.today + MAX_AHEAD:
        raise PromiseUnsuitable(number=ticket_id)
    return local_to_utc(day, _END_OF_DAY, ctx.municipality.zone)


async def _add(ctx: UseCaseContext, ticket: Ticket, person_id: int, answer_id: int, due_at: datetime) -> None:
    moments = (ctx.now, due_at, promises.morning_of(ctx, due_at))
    await ctx.uow.promises.add(ticket.id, person_id, answer_id, *moments, origin=PromiseOrigin.ANSWER)


async def get_open(ctx: UseCaseContext, ticket_id: int, person: Person, promise_id: int | None) -> Promise:
    """Return the promise that waits for a decision, if *person* may decide about it."""
    ticket = await workflow.get(ctx, ticket_id)
    promise = await ctx.uow.promises.get(promise_id or 0)
    if promise is None or promise.ticket_id != ticket.id or promise.ended_at is not None or promise.origin is None:
        raise OutdatedButton(number=ticket.id)
    if promise.person_id != person.id:
        await workflow.check_right(ctx, person, Right.ANSWER, ticket)
    return promise


async def decide(
    ctx: UseCaseContext, ticket_id: int, person: Person, promise_id: int | None, outcome: PromiseOutcome
) -> None:
    """Record that the promise is kept or broken."""
    promise = await get_open(ctx, ticket_id, person, promise_id)
    await ctx.uow.promises.decide(promise.id, outcome, ctx.now)
    ticket = await workflow.get(ctx, ticket_id)
    await _record(ctx, f"promise_{outcome.value}", ticket, person, due_at=promise.due_at.isoformat())
    await cards.sync(ctx, ticket, actor=person)


async def move(ctx: UseCaseContext, ticket_id: int, person: Person, promise_id: int | None, day: date) -> datetime:
    """Move the promise to a later *day*; return its end."""
    promise = await get_open(ctx, ticket_id, person, promise_id)
    due_at = _check_day(ctx, ticket_id, day)
    if due_at <= promise.due_at:
        raise PromiseUnsuitable(number=ticket_id)
    await ctx.uow.promises.decide(promise.id, PromiseOutcome.MOVED, ctx.now)
    ticket = await workflow.get(ctx, ticket_id)
    await _add(ctx, ticket, promise.person_id, promise.answer_id, due_at)
    dues = {"was": promise.due_at.isoformat(), "now": due_at.isoformat()}
    await _record(ctx, "promise_moved", ticket, person, **dues)
    await cards.sync(ctx, ticket, actor=person)
    return due_at


async def _record(ctx: UseCaseContext, action: str, ticket: Ticket, person: Person, **facts: str) -> None:
    await ctx.uow.audit_log.record(action, ctx.now, person_id=person.id, ticket_id=ticket.id, facts=facts)
