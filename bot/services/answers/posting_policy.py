"""Who may answer where, as it is configured: told to the administrator, and kept to when it changes."""

import hashlib
import json

from bot.domain.answers import PublicationState
from bot.domain.outbox import Priority
from bot.services.answers import answers
from bot.services.context import UseCaseContext
from bot.services.manual_posting import handout
from bot.services.notifications import cards, notify
from bot.services.tickets import workflow


async def announce_policy(ctx: UseCaseContext) -> None:
    """At the first start, and whenever they have changed, tell the administrator what the written choices mean."""
    items = [[one.account, one.title, one.answers, one.invite] for one in ctx.municipality.sources.values()]
    if items:
        digest = hashlib.sha256(json.dumps(items).encode()).hexdigest()[:32]
        await notify.notify_administrator(ctx, "choices", once_key=f"choices:{digest}", sources=items)


async def apply_policy(ctx: UseCaseContext) -> None:
    """What has been approved and is not posted yet follows the present choices: what the bot may not post any more is
    given to a person, what nobody may is kept. Nothing that waits for a person goes back to the bot."""
    for publication in await ctx.uow.answers.list_unposted():
        place = await ctx.uow.messages.get(publication.message_id)
        answer = await ctx.uow.answers.get(publication.answer_id)
        if place is None or answer is None:
            continue
        now = await handout.decide_poster(ctx, place)
        if now in (publication.state, PublicationState.QUEUED):
            continue
        await ctx.uow.answers.update_publication(publication.id, now)
        ticket = await workflow.get(ctx, publication.ticket_id)
        facts = {"publication": publication.id, "was": publication.state.value, "now": now.value}
        await ctx.uow.audit_log.record("choice_changed", ctx.now, ticket_id=ticket.id, facts=facts)
        if now is PublicationState.BY_PERSON:
            giver = ctx.municipality.staff.find_by_id(answer.person_id)
            people = (giver,) if giver is not None else cards.responsible_people(ctx, ticket)
            for person in people:
                await handout.ask_to_post(ctx, ticket, answer, [publication], person, Priority.NOTE)
        else:
            await handout.withdraw_request(ctx, ticket, publication)
            ticket = await answers.confirm_if_nothing_pending(ctx, ticket, answer)
        await handout.update_status_note(ctx, ticket, answer.id)
        await cards.sync(ctx, ticket)
