"""Answers that wait for a messenger that has failed for too long: their authors are told once.

An answer stays where it was asked for. It leaves when the messenger is back; nobody has to do anything.
"""

from datetime import timedelta

from bot.domain.notifications.answers import AnswerDelayed
from bot.domain.outbox import Priority
from bot.services.context import UseCaseContext
from bot.services.notifications import cards, notify
from bot.services.notifications.isolation import isolated

MIN_WAIT = timedelta(minutes=1)
"""Time after which an answer waits: it is tried once more before anybody is told."""


async def has_untold(ctx: UseCaseContext) -> bool:
    """Return whether :func:`tell` would tell anybody; writes nothing."""
    return bool(await _list_untold(ctx))


async def tell(ctx: UseCaseContext) -> None:
    """Tell the authors of waiting answers, each of an answer once."""
    for answer_id, (publication_id, account) in (await _list_untold(ctx)).items():
        async with isolated(ctx, "waiting answers"):
            await _tell_of(ctx, answer_id, publication_id, account)


async def _tell_of(ctx: UseCaseContext, answer_id: int, publication_id: int, account: str) -> None:
    publication = await ctx.uow.answers.get_publication(publication_id)
    answer = await ctx.uow.answers.get(answer_id)
    ticket = await ctx.uow.tickets.get(publication.ticket_id) if publication is not None else None
    if not await ctx.uow.once_keys.claim(_key(answer_id), ctx.now) or answer is None or ticket is None:
        return
    known = ctx.municipality.bot_accounts.get(account)
    note = AnswerDelayed(ticket_id=ticket.id, messenger=known.title if known is not None else account)
    for person in await cards.answer_owners(ctx, ticket, answer.person_id):
        await notify.notify(ctx, person, note, ticket=ticket, priority=Priority.ANSWER)


async def _list_untold(ctx: UseCaseContext) -> dict[int, tuple[int, str]]:
    """Return answer → one of its publications that wait, and the account that fails."""
    failing = await ctx.failing_accounts()
    if not failing:
        return {}
    before = ctx.now - MIN_WAIT
    rows = [row for row in await ctx.uow.outbox.pending_publications(before) if row.account in failing]
    accounts = {row.subject_id: row.account for row in rows if row.subject_id is not None}
    if not accounts:
        return {}
    told = set(await ctx.uow.once_keys.list_keys(_key("")))
    found = await ctx.uow.answers.list_answers_of(list(accounts))
    return {
        answer_id: (publication_id, accounts[publication_id])
        for publication_id, answer_id in found.items()
        if _key(answer_id) not in told
    }


def _key(answer_id: int | str) -> str:
    return f"answer_delayed:{answer_id}"
