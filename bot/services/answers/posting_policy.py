"""The configured posting policy: who posts answers in which source; its announcement and its changes."""

import hashlib
import json

from bot.domain.answers import PublicationState
from bot.domain.notifications.administrator import PostingPolicies, SourcePolicy
from bot.domain.outbox import Priority
from bot.services.answers import answers
from bot.services.context import UseCaseContext, responsibility
from bot.services.manual_posting import handout
from bot.services.notifications import cards, notify
from bot.services.tickets import workflow


async def announce_policy(ctx: UseCaseContext) -> None:
    """Explain the posting policy to the administrator at the first start and after every change of it."""
    policies = tuple(
        SourcePolicy(one.account, one.title, one.answers, one.invite) for one in ctx.municipality.sources.values()
    )
    if policies:
        digest = hashlib.sha256(json.dumps(policies).encode()).hexdigest()[:32]
        await notify.notify_administrator(ctx, PostingPolicies(sources=policies), once_key=f"choices:{digest}")


async def apply_policy(ctx: UseCaseContext) -> None:
    """Apply a changed policy to approved answers that are not posted yet.

    Publications that the bot may no longer post are given to a person; those that nobody may post are kept. A
    publication that waits for a person never returns to the bot.
    """
    for publication in await ctx.uow.answers.list_unposted():
        message = await ctx.uow.messages.get(publication.message_id)
        answer = await ctx.uow.answers.get(publication.answer_id)
        if message is None or answer is None:
            continue
        state = await handout.decide_poster(ctx, message)
        if state in (publication.state, PublicationState.QUEUED):
            continue
        await ctx.uow.answers.update_publication(publication.id, state)
        ticket = await workflow.get(ctx, publication.ticket_id)
        facts = {"publication": publication.id, "was": publication.state.value, "now": state.value}
        await ctx.uow.audit_log.record("choice_changed", ctx.now, ticket_id=ticket.id, facts=facts)
        if state is PublicationState.BY_PERSON:
            author = ctx.municipality.staff.find_by_id(answer.person_id)
            people = (author,) if author is not None else await responsibility.acting_people(ctx, ticket)
            for person in people:
                await handout.ask_to_post(ctx, ticket, answer, [publication], person, Priority.NOTE)
        else:
            await handout.withdraw_request(ctx, ticket, publication)
            ticket = await answers.confirm_if_nothing_pending(ctx, ticket, answer)
        await handout.update_status_note(ctx, ticket, answer.id)
        await cards.sync(ctx, ticket)
