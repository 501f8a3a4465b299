"""«Промежуточный ответ»: the citizen learns until which day to wait, and the ticket stays with its head."""

from collections.abc import Sequence
from datetime import date, datetime, time

from bot.domain.drafts import Wording
from bot.domain.errors import OutdatedButton, PromiseMissing, PromiseUnsuitable
from bot.domain.json_types import Json
from bot.domain.local_time import local_to_utc
from bot.domain.people import Person
from bot.domain.promises import MAX_AHEAD
from bot.domain.tickets import Step, Ticket, is_allowed
from bot.services.answers import early_texts
from bot.services.context import UseCaseContext
from bot.services.tickets import promises, workflow
from bot.understanding.answer_check.terms import find_terms

_END_OF_DAY = time(23, 59)


async def check_possible(ctx: UseCaseContext, ticket: Ticket) -> None:
    """Raise the refusal that says why *ticket* cannot get an interim answer now, if that is so."""
    workflow.require_not_member(ticket, Step.POSTPONE)
    if not is_allowed(ticket.state, Step.POSTPONE):
        raise OutdatedButton(number=ticket.id, state=ticket.state.value)
    await early_texts.check_readable(ctx, ticket, by_telephone=True)


def read_promise(ctx: UseCaseContext, ticket_id: int, text: str) -> datetime:
    """Return the end of the last day that *text* names; raise a refusal if it names none that is to come."""
    today = ctx.now.astimezone(ctx.municipality.zone).date()
    named = [term.last for term in find_terms(text, today) if term.last is not None]
    if not named:
        raise PromiseMissing(number=ticket_id)
    last: date = max(named)
    if not today < last <= today + MAX_AHEAD:
        raise PromiseUnsuitable(number=ticket_id)
    return local_to_utc(last, _END_OF_DAY, ctx.municipality.zone)


async def publish_interim(
    ctx: UseCaseContext, ticket: Ticket, owner: Person, publisher: Person, text: str, media: Sequence[Json]
) -> Ticket:
    """Publish an interim answer; the ticket is postponed until the promised day. Only ``approvals`` may call it."""
    await check_possible(ctx, ticket)
    due_at = read_promise(ctx, ticket.id, text)
    answer = await early_texts.publish(ctx, ticket, owner, publisher, Wording.INTERIM, text, media, to_all=True)
    return await promises.postpone(ctx, ticket, owner, publisher, answer, due_at)
