"""The check of texts for citizens: what the checker has to know, and what it found in what was published."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from hashlib import sha256

from bot.domain.answer_marks import Mark, MarkKind
from bot.domain.answers import Answer
from bot.domain.dialogs import Dialog, DialogFacts, DraftKind
from bot.domain.errors import OutdatedButton
from bot.domain.messages import MessageRole
from bot.domain.people import Person
from bot.domain.roles import Right
from bot.domain.rule_facts import facts_of
from bot.domain.sources import messenger_of
from bot.domain.tickets import State, Ticket
from bot.messengers.events import ChatKind
from bot.services.context import UseCaseContext
from bot.services.notifications import cards
from bot.services.tickets import workflow
from bot.understanding.answer_check.checker import AnswerFacts, EarlierAnswer
from bot.understanding.answer_check.terms import find_terms

PROMISES_KEPT_FOR = timedelta(days=90)
"""Time for which a published day binds later answers about the same place and topic."""

MAX_EARLIER_ANSWERS = 5


_ANSWERED_PARTS = (MessageRole.ROOT, MessageRole.COPY)


@dataclass(frozen=True, slots=True)
class _Lengths:
    longest: int
    recommended: int


_LENGTHS = {"vk": _Lengths(4096, 1000), "telegram": _Lengths(1024, 800), "max": _Lengths(4000, 1000)}
"""Characters of an answer. VK and Telegram: the standard of Yelizovo district (resolution 2129 of 19.12.2025, item on
length); MAX: the longest message (dev.max.ru, POST /messages), and the advice for VK."""


async def check(ctx: UseCaseContext, ticket: Ticket, text: str, kind: DraftKind = DraftKind.ANSWER) -> tuple[Mark, ...]:
    """Return the marks of *text* as an answer to *ticket*, the worst first."""
    messages = [one for one in await ctx.uow.messages.list_for_ticket(ticket.id) if one.part in _ANSWERED_PARTS]
    lengths = [known for one in messages if (known := _LENGTHS.get(messenger_of(one.account))) is not None]
    is_private = bool(messages) and all(one.chat_kind == ChatKind.PRIVATE.value for one in messages)
    facts = AnswerFacts(
        today=ctx.now.astimezone(ctx.municipality.zone).date(),
        to_many=ticket.is_problem_lead,
        max_length=min((one.longest for one in lengths), default=None),
        recommended_length=min((one.recommended for one in lengths), default=None),
        earlier=await _list_earlier(ctx, ticket),
        allowed=ticket.text if is_private and not ticket.is_problem_lead else "",
    )
    question = "" if kind is DraftKind.FOLLOW_UP else ticket.text
    marks = ctx.municipality.understanding.check_answer(text, question, facts)
    if kind is DraftKind.INTERIM:
        marks = (*_late_promises(ctx, ticket, text, facts.today), *marks)
    return tuple(one for one in marks if one.kind.asks_to_confirm) if kind is DraftKind.QUESTION else marks


def _late_promises(ctx: UseCaseContext, ticket: Ticket, text: str, today: date) -> list[Mark]:
    """Return a mark for the day that *text* promises, if it is after the term that the rules leave from now on."""
    term = ctx.municipality.terms_of(facts_of(ticket)).final
    named = [one for one in find_terms(text, today) if one.last is not None]
    if term is None or not named:
        return []
    promised = max(named, key=lambda one: one.last or today)
    final = ctx.municipality.calendar.add(ctx.now, term).astimezone(ctx.municipality.zone)
    if promised.last is None or promised.last <= final.date():
        return []
    return [Mark(MarkKind.LATE_PROMISE, promised.start, promised.end, f"{final:%d.%m.%Y}")]


async def _list_earlier(ctx: UseCaseContext, ticket: Ticket) -> list[EarlierAnswer]:
    since = ctx.now - PROMISES_KEPT_FOR
    rows = await ctx.uow.answer_marks.list_earlier_answers(ticket.id, since, MAX_EARLIER_ANSWERS)
    zone = ctx.municipality.zone
    return [EarlierAnswer(number, text, posted_at.astimezone(zone).date()) for number, text, posted_at in rows]


async def record(ctx: UseCaseContext, ticket: Ticket, answer: Answer, kind: DraftKind = DraftKind.ANSWER) -> None:
    """Keep the marks of an answer that goes out, for the reports."""
    await ctx.uow.answer_marks.add_all(answer, await check(ctx, ticket, answer.text, kind), ctx.now)


def is_warned(dialog: Dialog, marks: Sequence[Mark]) -> bool:
    """Return whether the writer of a text with *marks* that ask to confirm has been told so; a new text is another."""
    return any(mark.kind.asks_to_confirm for mark in marks) and dialog.facts.get("warned") == _digest(dialog.text)


async def find_warning(ctx: UseCaseContext, ticket: Ticket, dialog: Dialog) -> MarkKind | None:
    """Return the mark of which the writer has to be warned before the draft of *dialog* goes out."""
    marks = await check(ctx, ticket, dialog.text, dialog.step.draft_kind or DraftKind.ANSWER)
    asking = min((mark for mark in marks if mark.kind.asks_to_confirm), key=lambda mark: mark.order, default=None)
    return asking.kind if asking is not None and not is_warned(dialog, marks) else None


def warning(dialog: Dialog) -> DialogFacts:
    """Return the facts by which *dialog* remembers that the writer was warned of this very text."""
    return {"warned": _digest(dialog.text)}


def _digest(text: str) -> str:
    return sha256(text.encode()).hexdigest()[:16]


async def toggle_incomplete(ctx: UseCaseContext, ticket_id: int, person: Person) -> bool:
    """Put «Неполный» on the published answer, or take it away again; return whether it is there now.

    The right is one of those who watch over all blocks: a head does not judge the own answers.
    """
    ticket = await workflow.get(ctx, ticket_id)
    await workflow.check_right(ctx, person, Right.SET_TERMS, ticket)
    answer = await ctx.uow.answers.find_latest(ticket.id)
    if answer is None or ticket.state not in (State.ANSWERED, State.CLOSED):
        raise OutdatedButton(number=ticket.id, state=ticket.state.value)
    removed = await ctx.uow.answer_marks.remove(answer, MarkKind.INCOMPLETE)
    if not removed:
        await ctx.uow.answer_marks.add_all(answer, [Mark(MarkKind.INCOMPLETE)], ctx.now, person.id)
    action = "answer_unmarked" if removed else "answer_marked"
    facts = {"mark": MarkKind.INCOMPLETE.value, "answer": answer.id}
    await ctx.uow.audit_log.record(action, ctx.now, person_id=person.id, ticket_id=ticket.id, facts=facts)
    await cards.sync(ctx, ticket, actor=person)
    return not removed
