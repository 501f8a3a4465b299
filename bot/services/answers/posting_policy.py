"""Who may answer where, as it is configured: told to the administrator, and kept to when it changes."""

import hashlib
import json

from bot.domain.answers import PublicationState
from bot.domain.outbox import Priority
from bot.services.answers import answers
from bot.services.context import Work
from bot.services.manual_posting import handout
from bot.services.notifications import cards, notify
from bot.services.tickets import workflow


async def explain(work: Work) -> None:
    """At the first start, and whenever they have changed, tell the administrator what the written choices mean."""
    items = [[one.account, one.title, one.answers, one.invite] for one in work.centre.sources.values()]
    if items:
        digest = hashlib.sha256(json.dumps(items).encode()).hexdigest()[:32]
        await notify.tell_administrator(work, "choices", once=f"choices:{digest}", sources=items)


async def apply(work: Work) -> None:
    """What has been approved and is not posted yet follows the present choices: what the bot may not post any more is
    given to a person, what nobody may is kept. Nothing that waits for a person goes back to the bot."""
    for publication in await work.uow.answers.unposted():
        place = await work.uow.messages.get(publication.message_id)
        answer = await work.uow.answers.get(publication.answer_id)
        if place is None or answer is None:
            continue
        now = await handout.who_posts(work, place)
        if now in (publication.state, PublicationState.QUEUED):
            continue
        await work.uow.answers.set_publication(publication.id, now)
        ticket = await workflow.get(work, publication.ticket_id)
        facts = {"publication": publication.id, "was": publication.state.value, "now": now.value}
        await work.uow.chronicle.record("choice_changed", work.now, ticket_id=ticket.id, facts=facts)
        if now is PublicationState.BY_PERSON:
            giver = work.centre.staff.by_id(answer.person_id)
            people = (giver,) if giver is not None else cards.responsible(work, ticket)
            for person in people:
                await handout.hand_out(work, ticket, answer, [publication], person, Priority.NOTE)
        else:
            await handout.withdraw(work, ticket, publication)
            ticket = await answers.settle(work, ticket, answer)
        await handout.tell_fate(work, ticket, answer.id)
        await cards.show(work, ticket)
