"""«Взять в работу и сообщить»: the ticket is accepted, and its author learns who has it and until when to wait.

The words are a fixed template, so that nobody approves them. They are said once, before the answer, and once in each
chat of a problem.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from bot.domain.answers import PublicationState
from bot.domain.drafts import Wording
from bot.domain.errors import FirstWordSaid, OutdatedButton
from bot.domain.people import Person
from bot.domain.roles import Right
from bot.domain.ticket_changes import TicketChange
from bot.domain.tickets import FIRST_WORD_STATES, UNACCEPTED_STATES, Step, Ticket
from bot.services.answers import early_texts
from bot.services.answers.publications import messages_to_answer
from bot.services.context import UseCaseContext, responsibility
from bot.services.deadlines import first_word_clock
from bot.services.manual_posting import handout
from bot.services.notifications import cards
from bot.services.tickets import workflow


@dataclass(frozen=True, slots=True)
class TakenUp:
    """A ticket whose author is to be told. ``post``: its title, never a person's name; ``due``: unless it is over."""

    ticket: Ticket
    post: str
    due: datetime | None
    can_tell: bool


async def accept(ctx: UseCaseContext, ticket_id: int, person: Person) -> TakenUp:
    """Accept the ticket for *person*, and return what its author may be told."""
    ticket = await workflow.get(ctx, ticket_id)
    await workflow.check_right(ctx, person, Right.ACCEPT, ticket)
    workflow.require_not_member(ticket, Step.ACCEPT)
    if ticket.first_word_sent_at is not None or ticket.first_word_at is not None:
        raise FirstWordSaid(number=ticket.id)
    if ticket.state not in FIRST_WORD_STATES:
        raise OutdatedButton(number=ticket.id, state=ticket.state.value)
    if ticket.state in UNACCEPTED_STATES:
        ticket = await workflow.accept(ctx, ticket.id, person)
    due = ticket.answer_due if ticket.answer_due > ctx.now else None
    return TakenUp(ticket, _post_title(ctx, ticket), due, await _can_tell(ctx, ticket))


def _post_title(ctx: UseCaseContext, ticket: Ticket) -> str:
    """Return the title of the responsible post; a post without one is known by its block."""
    post = responsibility.responsibility_for(ctx, ticket).post
    titles = [one.title for one in post.people if one.title]
    return titles[0] if titles else ctx.municipality.title_of(ticket)


async def _can_tell(ctx: UseCaseContext, ticket: Ticket) -> bool:
    """Return whether the town says anything where the citizen wrote; a caller is told by telephone."""
    messages = await messages_to_answer(ctx, ticket)
    states = [await handout.decide_poster(ctx, message) for message in messages]
    return any(state is not PublicationState.KEPT for state in states)


async def say(ctx: UseCaseContext, taken: TakenUp, person: Person, text: str) -> Mapping[PublicationState, int]:
    """Publish the first word, once in each chat of a problem; return its publications by state."""
    changed = await ctx.uow.tickets.update(taken.ticket, TicketChange(first_word_sent_at=ctx.now))
    if changed is None:
        raise OutdatedButton(number=taken.ticket.id)
    await first_word_clock.stop(ctx, changed)
    answer = await early_texts.publish(ctx, changed, person, person, Wording.FIRST_WORD, text, (), to_all=True)
    states = await ctx.uow.answers.count_by_state(answer.id)
    facts = {"answer": answer.id}
    await ctx.uow.audit_log.record("first_word", ctx.now, person_id=person.id, ticket_id=changed.id, facts=facts)
    await cards.sync(ctx, changed, actor=person)
    return states


async def skip(ctx: UseCaseContext, taken: TakenUp, person: Person) -> None:
    """Let the clock rest where nothing may be said: the ticket is only accepted."""
    await first_word_clock.stop(ctx, taken.ticket)
    await ctx.uow.audit_log.record("first_word_skipped", ctx.now, person_id=person.id, ticket_id=taken.ticket.id)
