"""Limits on answers: the next one over a limit is held, and the coordinator decides about it.

The counts are rows of the database and the lock is the database's, so that they are exact for several processes.
"""

import re
from collections.abc import Sequence
from datetime import datetime, time, timedelta
from hashlib import sha256

from bot.domain.answer_limits import SAME_ANSWER_WINDOW, HeldState, LimitedAnswer, LimitKind
from bot.domain.answers import Answer
from bot.domain.dialogs import DraftKind
from bot.domain.errors import NotAllowed, OutdatedButton
from bot.domain.json_types import Json
from bot.domain.messages import MessageRole
from bot.domain.notifications.answer_limits import AnswerDeclined, AnswerOverLimit, AnswerReleased
from bot.domain.people import Person
from bot.domain.roles import Right
from bot.domain.text_normal import fold
from bot.domain.tickets import Ticket
from bot.messengers.events import ChatKind
from bot.services.context import UseCaseContext, responsibility
from bot.services.notifications import notify
from bot.services.tickets import workflow

_LOCK = "answer limits"
_ANSWERED_PARTS = (MessageRole.ROOT, MessageRole.COPY)
_NAMED_GREETING = re.compile(r"^\s*(?:здравствуйте|добр(?:ый|ое|ой) \w+|уважаем\w+)[^.!?\n]{0,60}[.!?\n]+")


async def hold_if_over(
    ctx: UseCaseContext, ticket: Ticket, person: Person, kind: DraftKind, text: str, media: Sequence[Json]
) -> LimitedAnswer | None:
    """Hold an answer that is over a limit and ask the coordinator; ``None`` if it may go out.

    One answer to all who wrote about a problem is one. A correction changes an answer that has been counted.
    """
    limits = ctx.municipality.answer_limits
    if kind is DraftKind.CORRECTION or (limits.same_per_hour is None and limits.per_day is None):
        return None
    await ctx.uow.lock(_LOCK)
    reason = await _find_exceeded(ctx, ticket, text)
    if reason is None:
        return None
    held = await ctx.uow.answer_limits.hold(ticket.id, person.id, kind.value, text, media, reason, ctx.now)
    facts = {"limit": reason.value, "held": held.id}
    await ctx.uow.audit_log.record("answer_held", ctx.now, person_id=person.id, ticket_id=ticket.id, facts=facts)
    limit = limits.same_per_hour if reason is LimitKind.SAME_ANSWER else limits.per_day
    note = AnswerOverLimit(
        ticket_id=ticket.id, held_id=held.id, reason=reason, limit=limit or 0, author=person.name, text=text
    )
    await notify.notify_all(ctx, await responsibility.sorting_people(ctx), note, ticket=ticket)
    return held


async def _find_exceeded(ctx: UseCaseContext, ticket: Ticket, text: str) -> LimitKind | None:
    limits, counts = ctx.municipality.answer_limits, ctx.uow.answer_limits
    if limits.per_day is not None and await _is_public(ctx, ticket):
        midnight = datetime.combine(ctx.now.astimezone(ctx.municipality.zone), time(), ctx.municipality.zone)
        if await counts.count_public(midnight) >= limits.per_day:
            return LimitKind.PER_DAY
    if limits.same_per_hour is not None and text.strip():
        last = await counts.list_last_to_others(text_key(text), ticket.id, limits.same_per_hour)
        window = timedelta(hours=float(SAME_ANSWER_WINDOW.amount))
        if len(last) == limits.same_per_hour and _working_since(ctx, last[-1]) < window:
            return LimitKind.SAME_ANSWER
    return None


def _working_since(ctx: UseCaseContext, moment: datetime) -> timedelta:
    return ctx.municipality.calendar.working_between(moment, ctx.now)


async def _is_public(ctx: UseCaseContext, ticket: Ticket) -> bool:
    """Return whether an answer to *ticket*, or to the problem that it leads, can be read by others."""
    messages = [one for one in await ctx.uow.messages.list_for_ticket(ticket.id) if one.part in _ANSWERED_PARTS]
    return ticket.is_problem_lead or any(one.chat_kind != ChatKind.PRIVATE.value for one in messages)


async def count(ctx: UseCaseContext, ticket: Ticket, answer: Answer) -> None:
    """Count an answer that goes out, while a limit is set."""
    limits = ctx.municipality.answer_limits
    if limits.same_per_hour is None and limits.per_day is None:
        return
    await ctx.uow.lock(_LOCK)
    is_public = await _is_public(ctx, ticket)
    await ctx.uow.answer_limits.add_sent(answer, text_key(answer.text), is_public=is_public, now=ctx.now)


def text_key(text: str) -> str:
    """Return the key of an answer's words: a greeting by name and punctuation make no other answer."""
    words = re.findall(r"\w+", _NAMED_GREETING.sub("", fold(text)))
    return sha256(" ".join(words).encode()).hexdigest()[:32]


async def decide_held(ctx: UseCaseContext, person: Person, held_id: int, state: HeldState) -> LimitedAnswer:
    """Record the decision of *person*, who sorts messages, about a waiting answer; refuse if there is one already."""
    held = await ctx.uow.answer_limits.get_held(held_id)
    if held is None:
        raise OutdatedButton()
    if not ctx.municipality.staff.has_right(person, Right.TRIAGE, None, None):
        raise NotAllowed(number=held.ticket_id)
    await workflow.get(ctx, held.ticket_id)
    if not await ctx.uow.answer_limits.decide(held, state, person.id):
        raise OutdatedButton(number=held.ticket_id)
    facts = {"held": held.id, "state": state.value}
    await ctx.uow.audit_log.record(
        "answer_held_decided", ctx.now, person_id=person.id, ticket_id=held.ticket_id, facts=facts
    )
    author = ctx.municipality.staff.find_by_id(held.person_id)
    if author is not None and author != person:
        note: AnswerReleased | AnswerDeclined = AnswerReleased(ticket_id=held.ticket_id, name=person.name)
        if state is HeldState.DECLINED:
            note = AnswerDeclined(ticket_id=held.ticket_id, text=held.text)
        await notify.notify(ctx, author, note)
    return held
