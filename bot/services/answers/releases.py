"""The publication of an approved text, by its kind. A new kind of text is a line of the table."""

from collections.abc import Awaitable, Callable, Mapping, Sequence

from bot.domain.drafts import Draft, DraftVersion, Wording
from bot.domain.json_types import Json
from bot.domain.people import Person
from bot.domain.tickets import State, Ticket
from bot.services.answers import (
    answers,
    clarifications,
    corrections,
    extensions,
    interim_answers,
    referrals,
    staff_reply,
)
from bot.services.context import UseCaseContext

Release = Callable[[UseCaseContext, Ticket, Person, Person, str, Sequence[Json]], Awaitable[Ticket]]
"""The ticket, the person who answers for the text, the one whose press publishes it, the text and its files."""


async def _answer(
    ctx: UseCaseContext, ticket: Ticket, owner: Person, publisher: Person, text: str, media: Sequence[Json]
) -> Ticket:
    if ticket.state is not State.ANSWERING:
        ticket = await answers.start_answering(ctx, ticket, publisher, owner)
    ticket = await answers.approve(ctx, ticket, publisher)
    return await answers.publish(ctx, ticket, owner, publisher, text, media)


async def release_draft(
    ctx: UseCaseContext, draft: Draft, ticket: Ticket, owner: Person, publisher: Person, approved: DraftVersion
) -> Ticket:
    """Publish the *approved* version; a colleague's reply in the chat that reads the same is not posted twice."""
    reply = await staff_reply.find(ctx, ticket, approved.text) if draft.kind is Wording.ANSWER else None
    if reply is None:
        return await RELEASES[draft.kind](ctx, ticket, owner, publisher, approved.text, approved.media)
    if ticket.state is not State.ANSWERING:
        ticket = await answers.start_answering(ctx, ticket, publisher, owner)
    return await staff_reply.publish(ctx, await answers.approve(ctx, ticket, publisher), owner, reply, publisher)


async def _follow_up(
    ctx: UseCaseContext, ticket: Ticket, owner: Person, publisher: Person, text: str, media: Sequence[Json]
) -> Ticket:
    return await answers.send_further_answer(ctx, ticket.id, owner, publisher, text, media)


async def _correction(
    ctx: UseCaseContext, ticket: Ticket, owner: Person, publisher: Person, text: str, media: Sequence[Json]
) -> Ticket:
    return await corrections.correct_answer(ctx, ticket.id, publisher, text)


RELEASES: Mapping[Wording, Release] = {
    Wording.ANSWER: _answer,
    Wording.FOLLOW_UP: _follow_up,
    Wording.CORRECTION: _correction,
    Wording.QUESTION: clarifications.publish_question,
    Wording.INTERIM: interim_answers.publish_interim,
    Wording.REFERRAL: referrals.release,
    Wording.EXTENSION: extensions.release,
}
