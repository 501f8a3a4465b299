"""Publication of texts that come before the answer: the first word, questions to the citizen, interim answers.

They are posted as answers are, and answer nothing: the state of their ticket does not follow them.
"""

from collections.abc import Sequence
from datetime import datetime

from bot.domain.answers import Answer, Publication, PublicationState
from bot.domain.deadlines import DeadlineKind
from bot.domain.drafts import Wording
from bot.domain.errors import CannotAsk
from bot.domain.inquiries import InquiryKind, InquiryState
from bot.domain.json_types import Json
from bot.domain.notifications.answers import AnswerToPassOn
from bot.domain.notifications.clarifications import WordsUnpublished
from bot.domain.outbox import Priority
from bot.domain.people import Person
from bot.domain.ticket_changes import TicketChange
from bot.domain.tickets import OPEN_TICKET_STATES, State, Ticket
from bot.services.answers import answer_limits, broadcast
from bot.services.answers.publications import messages_to_answer, publish_answer
from bot.services.context import UseCaseContext, system_curators
from bot.services.deadlines import deadlines, first_word_clock
from bot.services.manual_posting import handout
from bot.services.notifications import cards, notify
from bot.services.tickets import entries, promises, waiting, workflow

FIXED_TEXTS = frozenset({Wording.FIRST_WORD, Wording.EXTENSION})
"""Templates: they are alike, and no limit on answers is about them."""

_FIRST_WORDS = frozenset({Wording.FIRST_WORD, Wording.INTERIM})
"""Texts by which the citizen knows that the ticket is taken up."""

_READERS = tuple(state for state in OPEN_TICKET_STATES if state is not State.PUBLISHING)


async def keep_prepared(
    ctx: UseCaseContext,
    ticket: Ticket,
    kind: InquiryKind,
    person: Person,
    due_at: datetime,
    *,
    question: str = "",
    unit: str | None = None,
) -> None:
    """Keep the facts of a text until its words are approved; those of an earlier version are replaced."""
    known = await ctx.uow.inquiries.find_open(ticket.id, kind)
    if known is not None:
        await ctx.uow.inquiries.update(known.id, asker_id=person.id, question=question, unit=unit, due_at=due_at)
        return
    await ctx.uow.inquiries.add(
        *(ticket.id, kind, person.id, question, ctx.now, due_at),
        unit=unit,
        state=InquiryState.PREPARED,
        remind_at=None,
    )


async def check_readable(ctx: UseCaseContext, ticket: Ticket, *, by_telephone: bool = False) -> None:
    """Raise :class:`CannotAsk` if nothing is published under the citizen's words.

    *by_telephone*: a ticket without any message is fine, too, as who typed it in tells its author.
    """
    messages = await messages_to_answer(ctx, ticket)
    states = [await handout.decide_poster(ctx, message) for message in messages]
    if all(state is PublicationState.KEPT for state in states) and not (by_telephone and not messages):
        raise CannotAsk(number=ticket.id)


async def publish(
    ctx: UseCaseContext,
    ticket: Ticket,
    owner: Person,
    publisher: Person,
    kind: Wording,
    text: str,
    media: Sequence[Json],
    *,
    to_all: bool,
) -> Answer:
    """Queue the text of *owner*, which *publisher* has released, under each message of the ticket.

    *to_all*: everybody who wrote about its problem gets it.
    """
    publisher_id = publisher.id if publisher != owner else None
    to_all = to_all and ticket.is_problem_lead
    answer = await ctx.uow.answers.add(
        *(ticket.id, owner.id, text, media, ctx.now),
        problem_id=ticket.problem_id if to_all else None,
        publisher_id=publisher_id,
        kind=kind,
    )
    if kind not in FIXED_TEXTS:
        await answer_limits.count(ctx, ticket, answer)
    if to_all:
        await broadcast.publish_to_all(ctx, ticket, answer, owner, _READERS)
        return answer
    messages = await messages_to_answer(ctx, ticket)
    await publish_answer(ctx, ticket, answer, messages, owner)
    if system_curators.system_of(ctx, ticket) is not None:
        await entries.request(ctx, ticket, answer)
    elif not messages:
        note = AnswerToPassOn(ticket_id=ticket.id, answer_id=answer.id)
        for person in await cards.answer_owners(ctx, ticket, ticket.created_by):
            await notify.notify(ctx, person, note, ticket=ticket)
    return answer


async def on_published(
    ctx: UseCaseContext, ticket: Ticket, publication: Publication, kind: Wording, link: str | None
) -> None:
    """Record the publication of such a text: no ticket is answered by it."""
    if publication.spot is not None:
        await ctx.uow.answers.mark_covered_posted(publication.id, link, ctx.now)
    if kind in _FIRST_WORDS:
        await ctx.uow.problems.mark_first_word(publication.id, ctx.now)
        ticket = await workflow.get(ctx, ticket.id)
        await first_word_clock.stop(ctx, ticket)
    await cards.sync(ctx, ticket)


async def on_unpublished(
    ctx: UseCaseContext, ticket: Ticket, answer: Answer, publication: Publication, reason: str
) -> None:
    """Undo what a question or a promise has begun if no place is left where its citizen could read it."""
    if publication.spot is not None:
        await ctx.uow.answers.mark_covered_failed(publication.id, reason)
    reached = (PublicationState.QUEUED, PublicationState.BY_PERSON, PublicationState.POSTED)
    if any(one.state in reached for one in await ctx.uow.answers.list_publications(answer.id)):
        return
    lead = await workflow.get(ctx, answer.ticket_id)
    if answer.kind is Wording.QUESTION:
        lead = await waiting.stop(ctx, lead)
    elif answer.kind is Wording.FIRST_WORD:
        lead = await _withdraw_first_word(ctx, lead)
    elif answer.kind is Wording.INTERIM:
        lead = await promises.back_to_work(ctx, lead)
    note = WordsUnpublished(ticket_id=lead.id, publication_id=publication.id, reason=reason)
    for person in await cards.answer_owners(ctx, lead, answer.person_id):
        await notify.notify(ctx, person, note, ticket=lead, priority=Priority.ANSWER)
    await cards.sync(ctx, lead)


async def _withdraw_first_word(ctx: UseCaseContext, ticket: Ticket) -> Ticket:
    """Let the word be said once more, and its clock run on."""
    changed = await ctx.uow.tickets.update(ticket, TicketChange(first_word_sent_at=None)) or ticket
    await deadlines.reschedule(ctx, changed, await deadlines.compute_plan(ctx, changed), [DeadlineKind.FIRST_WORD])
    return changed
