"""«Уточнить у жителя»: a question under the citizen's own words, for whose answer the clocks of the ticket wait."""

from collections.abc import Sequence

from bot.domain.drafts import Wording
from bot.domain.errors import AlreadyAsked, OutdatedButton, PartOfProblem, TextTooLong
from bot.domain.json_types import Json
from bot.domain.people import Person
from bot.domain.roles import Right
from bot.domain.tickets import State, Ticket
from bot.services.answers import early_texts
from bot.services.context import UseCaseContext
from bot.services.notifications import cards
from bot.services.tickets import waiting, workflow

MAX_CHARS = 1000
"""Characters of a question: it is read on a telephone, among other people's comments."""


async def check_can_ask(ctx: UseCaseContext, ticket_id: int, person: Person) -> Ticket:
    """Return the ticket if *person* may ask its author now. Of a problem, that is the author of its first ticket."""
    ticket = await workflow.get(ctx, ticket_id)
    await workflow.check_right(ctx, person, Right.REQUEST, ticket)
    await check_askable(ctx, ticket)
    return ticket


async def check_askable(ctx: UseCaseContext, ticket: Ticket) -> None:
    """Raise the refusal that says why the author of *ticket* cannot be asked now, if that is so."""
    if ticket.lead_id is not None:
        raise PartOfProblem(number=ticket.id, lead=ticket.lead_id)
    if not ticket.is_open or ticket.state is State.PUBLISHING:
        raise OutdatedButton(number=ticket.id, state=ticket.state.value)
    if await waiting.find_open(ctx, ticket) is not None:
        raise AlreadyAsked(number=ticket.id)
    await early_texts.check_readable(ctx, ticket)


def check_length(ticket_id: int, text: str) -> None:
    """Raise :class:`TextTooLong` for a question that nobody would read."""
    if len(text) > MAX_CHARS:
        raise TextTooLong(number=ticket_id)


async def publish_question(
    ctx: UseCaseContext, ticket: Ticket, owner: Person, publisher: Person, text: str, media: Sequence[Json]
) -> Ticket:
    """Publish a question and begin to wait; only the module ``approvals`` may call it."""
    await check_askable(ctx, ticket)
    answer = await early_texts.publish(ctx, ticket, owner, publisher, Wording.QUESTION, text, media, to_all=False)
    ticket = await waiting.begin(ctx, ticket, owner, publisher, answer)
    await cards.sync(ctx, ticket, actor=publisher)
    return ticket
