"""Answers: from an official's text to the publication under the citizen's message.

A ticket is *answered* when the first publication is confirmed, never before.
"""

from collections.abc import Collection, Sequence

from bot.domain.answers import Answer, Poster, Publication, PublicationState
from bot.domain.dialogs import ANSWER_STEPS, DraftKind
from bot.domain.errors import AnsweredByOther, OutdatedButton
from bot.domain.json_types import Json
from bot.domain.notifications.answers import AnswerHeld, AnswerToPassOn, PublicationFailed
from bot.domain.notifications.dialogs import DraftVoidAnswered
from bot.domain.outbox import Priority
from bot.domain.people import Person
from bot.domain.roles import Right
from bot.domain.ticket_changes import TicketChange
from bot.domain.tickets import State, Step, Ticket, is_allowed
from bot.services.answers import answer_check, answer_limits, broadcast, early_texts, worded_promises
from bot.services.answers.publications import messages_to_answer, publish_answer
from bot.services.context import UseCaseContext, responsibility, system_curators
from bot.services.manual_posting import handout
from bot.services.notifications import cards, notify
from bot.services.tickets import entries, problem_members, workflow

HELD_REASON = "restored"
"""The reason of a publication that waits for a person's word after a restore; stored."""

_PENDING_STATES = (PublicationState.QUEUED, PublicationState.BY_PERSON)


async def check_can_answer(ctx: UseCaseContext, ticket_id: int, person: Person) -> Ticket:
    """Return the ticket if *person* may answer it now; otherwise raise the refusal that says why not."""
    ticket = await workflow.get(ctx, ticket_id)
    await workflow.check_right(ctx, person, Right.ANSWER, ticket)
    await check_answerable(ctx, ticket, person)
    return ticket


async def check_answerable(ctx: UseCaseContext, ticket: Ticket, person: Person) -> None:
    """Raise the refusal that says why *ticket* cannot be answered now, if it cannot."""
    workflow.require_not_member(ticket, Step.ANSWER)
    if not is_allowed(ticket.state, Step.ANSWER):
        if ticket.state in (State.ANSWERING, State.PUBLISHING, State.ANSWERED) and ticket.assignee_id != person.id:
            name = await ctx.uow.staff.find_name(ticket.assignee_id) if ticket.assignee_id else None
            raise AnsweredByOther(number=ticket.id, name=name)
        raise OutdatedButton(number=ticket.id, state=ticket.state.value)


async def check_can_retry(
    ctx: UseCaseContext, ticket_id: int, person: Person, publication_id: int
) -> tuple[Ticket, Answer, Publication]:
    """Return the failed publication if *person* may answer its ticket and it belongs to the latest answer."""
    ticket = await check_can_answer(ctx, ticket_id, person)
    answer = await ctx.uow.answers.find_latest(ticket.id)
    publication = await ctx.uow.answers.get_publication(publication_id)
    if answer is None or publication is None or publication.answer_id != answer.id:
        raise OutdatedButton(number=ticket.id, state=ticket.state.value)
    if publication.state not in (PublicationState.FAILED, PublicationState.REMOVED):
        raise OutdatedButton(number=ticket.id, state=ticket.state.value)
    return ticket, answer, publication


async def publish(
    ctx: UseCaseContext, ticket: Ticket, person: Person, publisher: Person, text: str, media: Sequence[Json]
) -> Ticket:
    """Queue the answer of *person*, which *publisher* has released, under each message of a ticket in publishing."""
    publisher_id = publisher.id if publisher != person else None
    answer = await ctx.uow.answers.add(
        *(ticket.id, person.id, text, media, ctx.now), problem_id=_problem_of(ticket), publisher_id=publisher_id
    )
    await answer_check.record(ctx, ticket, answer)
    await answer_limits.count(ctx, ticket, answer)
    await worded_promises.offer(ctx, ticket, answer, person)
    if ticket.is_problem_lead:
        return await _send_to_all(ctx, ticket, person, publisher, answer)
    if system_curators.system_of(ctx, ticket) is not None:
        await entries.request(ctx, ticket, answer)
        await cards.sync(ctx, ticket, actor=publisher)
        return ticket
    messages = await messages_to_answer(ctx, ticket)
    publications = await publish_answer(ctx, ticket, answer, messages, person)
    if any(publication.state in _PENDING_STATES for publication in publications):
        return ticket
    if not messages:
        await _notify_creator(ctx, ticket, answer)
    return await mark_answered(ctx, ticket, publisher)


def _problem_of(ticket: Ticket) -> int | None:
    return ticket.problem_id if ticket.is_problem_lead else None


async def confirm_if_nothing_pending(ctx: UseCaseContext, ticket: Ticket, answer: Answer) -> Ticket:
    """Confirm the ticket as answered if a changed posting policy has left no publication of *answer* pending."""
    states = {publication.state for publication in await ctx.uow.answers.list_publications(answer.id)}
    if not answer.is_final:
        if not states.intersection((*_PENDING_STATES, PublicationState.POSTED)):
            [*_, last] = await ctx.uow.answers.list_publications(answer.id)
            await early_texts.on_unpublished(ctx, ticket, answer, last, "off")
        return ticket
    if ticket.state is not State.PUBLISHING or states.intersection(_PENDING_STATES):
        return ticket
    if await ctx.uow.system_entries.find_waiting(ticket.id) is not None:
        return ticket
    return await mark_answered(ctx, ticket, None)


async def _send_to_all(ctx: UseCaseContext, lead: Ticket, person: Person, publisher: Person, answer: Answer) -> Ticket:
    """Send *answer* to everybody who wrote about the problem."""
    await broadcast.publish_to_all(ctx, lead, answer, person, (State.PUBLISHING,))
    await _notify_creators(ctx, lead, answer, (State.PUBLISHING,))
    own = await ctx.uow.answers.list_publications(answer.id, lead.id)
    is_pending = any(publication.state in _PENDING_STATES for publication in own)
    if is_pending or system_curators.system_of(ctx, lead) is not None:
        return lead
    return await mark_answered(ctx, lead, publisher)


async def _notify_creators(ctx: UseCaseContext, lead: Ticket, answer: Answer, states: Collection[State]) -> None:
    """Ask the creators of members without a message (phone calls) to pass the answer on; those count as answered.

    Those of other systems wait until somebody has entered the answer there.
    """
    without_messages = await ctx.uow.problems.list_without_messages(lead.problem_id or 0, states)
    foreign = [ticket for ticket in without_messages if system_curators.system_of(ctx, ticket) is not None]
    for ticket in foreign:
        many = len(foreign) > entries.MAX_SENT_AT_ONCE and ticket.id != lead.id
        await entries.request(ctx, ticket, answer, in_list_only=many)
    told = [ticket for ticket in without_messages if ticket not in foreign]
    for ticket in told:
        await _notify_creator(ctx, ticket, answer)
    if others := [ticket.id for ticket in told if ticket.id != lead.id]:
        await problem_members.mark_answered(ctx, lead.id, others)


async def send_further_answer(
    ctx: UseCaseContext, ticket_id: int, person: Person, publisher: Person, text: str, media: Sequence[Json]
) -> Ticket:
    """Send a further answer («воду дали») to everybody who has been answered about a problem, in the same chats.

    Only :mod:`bot.services.answers.approvals` may call it: it knows that *publisher* may release what *person* wrote.
    """
    lead = await workflow.get(ctx, ticket_id)
    _check_takes_further_answer(lead)
    publisher_id = publisher.id if publisher != person else None
    answer = await ctx.uow.answers.add(
        *(lead.id, person.id, text, media, ctx.now), problem_id=lead.problem_id, publisher_id=publisher_id
    )
    await answer_check.record(ctx, lead, answer, DraftKind.FOLLOW_UP)
    await answer_limits.count(ctx, lead, answer)
    await worded_promises.offer(ctx, lead, answer, person)
    await ctx.uow.audit_log.record("follow_up", ctx.now, person_id=publisher.id, ticket_id=lead.id)
    await broadcast.publish_to_all(ctx, lead, answer, person, problem_members.ANSWERED_STATES)
    await _notify_creators(ctx, lead, answer, problem_members.ANSWERED_STATES)
    await cards.sync(ctx, lead, actor=publisher)
    return lead


async def check_can_send_further_answer(ctx: UseCaseContext, ticket_id: int, person: Person) -> Ticket:
    """Return the answered ticket that leads a problem, if *person* may write to everybody once more."""
    ticket = await workflow.get(ctx, ticket_id)
    await workflow.check_right(ctx, person, Right.ANSWER, ticket)
    _check_takes_further_answer(ticket)
    return ticket


def _check_takes_further_answer(ticket: Ticket) -> None:
    if not ticket.is_problem_lead or ticket.state is not State.ANSWERED:
        raise OutdatedButton(number=ticket.id, state=ticket.state.value)


async def resend_failed(ctx: UseCaseContext, ticket_id: int, person: Person, publication_id: int) -> Ticket:
    """Retry the publications of a problem's answer that failed."""
    lead = await workflow.get(ctx, ticket_id)
    await workflow.check_right(ctx, person, Right.ANSWER, lead)
    answer = await ctx.uow.answers.find_latest(lead.id)
    publication = await ctx.uow.answers.get_publication(publication_id)
    if answer is None or publication is None or publication.answer_id != answer.id:
        raise OutdatedButton(number=lead.id)
    if is_allowed(lead.state, Step.ANSWER):
        lead = await start_publishing(ctx, lead.id, person)
    if not await broadcast.retry_failed(ctx, lead, answer, person):
        raise OutdatedButton(number=lead.id)
    return lead


async def start_publishing(ctx: UseCaseContext, ticket_id: int, person: Person) -> Ticket:
    """Move the ticket to publishing with *person* as its assignee; cancel the drafts of colleagues."""
    ticket = await start_answering(ctx, await check_can_answer(ctx, ticket_id, person), person, person)
    return await approve(ctx, ticket, person)


async def start_answering(ctx: UseCaseContext, ticket: Ticket, actor: Person, owner: Person) -> Ticket:
    """Move the ticket to answering with *owner* as its assignee."""
    change = TicketChange(assignee_id=owner.id, accepted_at=ticket.accepted_at or ctx.now)
    return await workflow.transition(ctx, ticket, Step.ANSWER, actor, change)


async def approve(ctx: UseCaseContext, ticket: Ticket, publisher: Person) -> Ticket:
    """Move the ticket from answering to publishing; cancel the drafts that colleagues have in hand."""
    ticket = await workflow.transition(ctx, ticket, Step.APPROVE, publisher)
    await workflow.cancel_dialogs(ctx, ticket, ANSWER_STEPS, publisher, DraftVoidAnswered(ticket_id=ticket.id))
    return ticket


async def _notify_creator(ctx: UseCaseContext, ticket: Ticket, answer: Answer) -> None:
    """Ask the creator of a ticket without a message (a phone call) to pass the answer on.

    If the creator cannot be reached, ask the people who triage.
    """
    creator = ctx.municipality.staff.find_by_id(ticket.created_by) if ticket.created_by else None
    is_reachable = creator is not None and await ctx.can_reach(creator)
    for person in (creator,) if creator is not None and is_reachable else await responsibility.sorting_people(ctx):
        await notify.notify(ctx, person, AnswerToPassOn(ticket_id=ticket.id, answer_id=answer.id), ticket=ticket)


async def mark_answered(ctx: UseCaseContext, ticket: Ticket, person: Person | None) -> Ticket:
    """Record that the citizen can read the answer; of a problem, at the ticket that leads it."""
    return await workflow.transition(ctx, ticket, Step.PUBLICATION_CONFIRMED, person, TicketChange(answered_at=ctx.now))


async def on_published(
    ctx: UseCaseContext,
    publication_id: int,
    ids: Sequence[str] = (),
    link: str | None = None,
    poster: Poster = Poster.BOT,
    person: Person | None = None,
) -> None:
    """Record that a publication is posted, by the bot or by *person* (``None`` if the poster is not known)."""
    publication = await ctx.uow.answers.get_publication(publication_id)
    if publication is None or publication.state is PublicationState.POSTED:
        return
    answer = await ctx.uow.answers.get(publication.answer_id)
    is_final = answer is None or answer.is_final
    person_id = person.id if person else None
    await ctx.uow.answers.update_publication(
        publication_id,
        PublicationState.POSTED,
        external_ids=ids,
        link=link,
        posted_at=ctx.now,
        poster=poster,
        poster_id=person_id,
        check_at=ctx.now + ctx.municipality.check_after if is_final else None,
    )
    ticket = await workflow.get(ctx, publication.ticket_id)
    await ctx.uow.audit_log.record(
        "posted",
        ctx.now,
        person_id=person_id,
        ticket_id=ticket.id,
        facts={"publication": publication_id, "by": poster.value} | ({} if answer is None else _kind_fact(answer)),
    )
    if answer is not None and not answer.is_final:
        await early_texts.on_published(ctx, ticket, publication, answer.kind, link)
        await handout.on_posted(ctx, ticket, publication, poster)
        return
    if publication.spot is not None:
        await broadcast.on_published(ctx, publication, link)
    if ticket.lead_id is not None:
        await problem_members.mark_answered(ctx, ticket.lead_id, [ticket.id])
    elif ticket.state is State.PUBLISHING:
        ticket = await mark_answered(ctx, ticket, None)
    else:
        await cards.sync(ctx, ticket)
    if publication.spot is None:
        await handout.on_posted(ctx, ticket, publication, poster)
    elif publication.state is PublicationState.BY_PERSON:
        await handout.on_posted(ctx, await workflow.get(ctx, ticket.lead_id or ticket.id), publication, poster)


def _kind_fact(answer: Answer) -> dict[str, str]:
    """Return the fact that tells the publication of an earlier text from that of an answer."""
    return {} if answer.is_final else {"kind": answer.kind.value}


async def on_publication_failed(ctx: UseCaseContext, publication_id: int, reason: str) -> None:
    """Record that a publication failed and notify the author of the answer.

    If no other publication of the answer is pending or posted, the ticket returns to work.
    """
    publication = await ctx.uow.answers.get_publication(publication_id)
    if publication is None or publication.state is not PublicationState.QUEUED:
        return
    await ctx.uow.answers.update_publication(publication_id, PublicationState.FAILED, error=reason)
    ticket = await workflow.get(ctx, publication.ticket_id)
    await ctx.uow.audit_log.record(
        "publication_failed", ctx.now, ticket_id=ticket.id, facts={"publication": publication_id, "reason": reason}
    )
    answer = await ctx.uow.answers.get(publication.answer_id)
    if answer is not None and not answer.is_final:
        await early_texts.on_unpublished(ctx, ticket, answer, publication, reason)
        await handout.update_status_note(ctx, ticket, answer.id)
        return
    others = await ctx.uow.answers.list_publications(publication.answer_id, ticket.id)
    lost = not any(one.state in (*_PENDING_STATES, PublicationState.POSTED, PublicationState.KEPT) for one in others)
    if lost and ticket.state is State.PUBLISHING:
        ticket = await workflow.transition(ctx, ticket, Step.PUBLICATION_FAILED, None)
    if answer is not None and publication.spot is not None:
        lead = await broadcast.on_failed(ctx, publication, answer, reason)
        for person in await cards.answer_owners(ctx, lead, answer.person_id):
            await broadcast.notify_failures(ctx, person, lead, publication)
        return
    await handout.update_status_note(ctx, ticket, publication.answer_id)
    note: AnswerHeld | PublicationFailed = PublicationFailed(
        ticket_id=ticket.id, publication_id=publication_id, reason=reason, returned_to_work=lost
    )
    dedupe = None
    if reason == HELD_REASON:  # one question about all places of an answer
        note, dedupe = AnswerHeld(ticket_id=ticket.id, publication_id=publication_id), f"held:{publication.answer_id}"
    for person in await cards.answer_owners(ctx, ticket, answer.person_id if answer else None):
        await notify.notify(
            ctx,
            person,
            note,
            ticket=ticket,
            priority=Priority.ANSWER,
            dedupe=f"{dedupe}:{person.id}" if dedupe else None,
        )


async def confirm_manual_post(ctx: UseCaseContext, ticket_id: int, person: Person, publication_id: int) -> Ticket:
    """Handle «Опубликовано»: the person has posted the answer from their own account."""
    ticket = await workflow.get(ctx, ticket_id)
    publication = await ctx.uow.answers.get_publication(publication_id)
    answer = await ctx.uow.answers.get(publication.answer_id) if publication is not None else None
    if answer is None or answer.is_final or answer.person_id != person.id:  # who asks may not be who answers
        await workflow.check_right(ctx, person, Right.ANSWER, ticket)
    if publication is None or publication.state is not PublicationState.BY_PERSON:
        raise OutdatedButton(number=ticket.id)
    if ticket.id not in (publication.ticket_id, (await workflow.get(ctx, publication.ticket_id)).lead_id):
        raise OutdatedButton(number=ticket.id)
    await on_published(ctx, publication_id, poster=Poster.PERSON, person=person)
    return await workflow.get(ctx, ticket.id)
