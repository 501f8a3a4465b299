"""Answers: from an official's words to what stands under the citizen's message.

A ticket is *answered* when the first publication is confirmed, never before.
"""

from collections.abc import Collection, Iterable, Sequence

from bot.domain.answers import Answer, Poster, Publication, PublicationState
from bot.domain.errors import AnsweredByOther, EmptyAnswer, OutdatedButton
from bot.domain.json_types import Json
from bot.domain.messages import Message, MessageRole
from bot.domain.outbox import OutboxDraft, OutboxKind, Priority
from bot.domain.people import Person
from bot.domain.roles import Right
from bot.domain.sources import PRIVATE_SOURCE_ID
from bot.domain.ticket_changes import TicketChange
from bot.domain.tickets import State, Step, Ticket, is_allowed
from bot.services.answers import broadcast
from bot.services.context import UseCaseContext
from bot.services.manual_posting import handout
from bot.services.notifications import cards, notify
from bot.services.sources.messages import text_key
from bot.services.tickets import problem_members, workflow

_PENDING_STATES = (PublicationState.QUEUED, PublicationState.BY_PERSON)


async def check_can_answer(ctx: UseCaseContext, ticket_id: int, person: Person) -> Ticket:
    """The ticket, if *person* may answer it now; otherwise the refusal that says why not."""
    ticket = await workflow.get(ctx, ticket_id)
    workflow.check_right(ctx, person, Right.ANSWER, ticket)
    workflow.require_not_member(ticket, Step.ANSWER)
    if not is_allowed(ticket.state, Step.ANSWER):
        if ticket.state in (State.ANSWERING, State.PUBLISHING, State.ANSWERED) and ticket.assignee_id != person.id:
            name = await ctx.uow.staff.find_name(ticket.assignee_id) if ticket.assignee_id else None
            raise AnsweredByOther(number=ticket.id, name=name)
        raise OutdatedButton(number=ticket.id, state=ticket.state.value)
    return ticket


async def check_can_retry(
    ctx: UseCaseContext, ticket_id: int, person: Person, publication_id: int
) -> tuple[Ticket, Answer, Publication]:
    """What failed to be published, if *person* may answer that ticket and it is the ticket's latest answer."""
    ticket = await check_can_answer(ctx, ticket_id, person)
    answer = await ctx.uow.answers.find_latest(ticket.id)
    publication = await ctx.uow.answers.get_publication(publication_id)
    if answer is None or publication is None or publication.answer_id != answer.id:
        raise OutdatedButton(number=ticket.id, state=ticket.state.value)
    if publication.state not in (PublicationState.FAILED, PublicationState.REMOVED):
        raise OutdatedButton(number=ticket.id, state=ticket.state.value)
    return ticket, answer, publication


async def send_answer(ctx: UseCaseContext, ticket_id: int, person: Person, text: str, media: Sequence[Json]) -> Ticket:
    """«Отправить»: accept if nobody has, approve, and queue a publication under every message of the citizen's."""
    if not text.strip() and not media:
        raise EmptyAnswer()
    ticket = await start_publishing(ctx, ticket_id, person)
    if ticket.is_problem_lead:
        return await _send_to_all(ctx, ticket, person, text, media)
    answer = await ctx.uow.answers.add(ticket.id, person.id, text, media, ctx.now)
    places = await messages_to_answer(ctx, ticket)
    publications = await publish_answer(ctx, ticket, answer, places, person)
    if any(publication.state in _PENDING_STATES for publication in publications):
        return ticket
    if not places:
        await _notify_creator(ctx, ticket, answer)
    return await _mark_answered(ctx, ticket, person)


async def confirm_if_nothing_pending(ctx: UseCaseContext, ticket: Ticket, answer: Answer) -> Ticket:
    """The ticket after the choice of who answers has changed: where nobody posts *answer* any more, it is answered."""
    states = {publication.state for publication in await ctx.uow.answers.list_publications(answer.id)}
    if ticket.state is not State.PUBLISHING or states.intersection(_PENDING_STATES):
        return ticket
    return await _mark_answered(ctx, ticket, None)


async def _send_to_all(ctx: UseCaseContext, lead: Ticket, person: Person, text: str, media: Sequence[Json]) -> Ticket:
    """To everybody who wrote about the problem."""
    answer = await ctx.uow.answers.add(lead.id, person.id, text, media, ctx.now, problem_id=lead.problem_id)
    await broadcast.publish_to_all(ctx, lead, answer, person, (State.PUBLISHING,))
    await _notify_creators(ctx, lead, answer, (State.PUBLISHING,))
    own = await ctx.uow.answers.list_publications(answer.id, lead.id)
    if any(publication.state in _PENDING_STATES for publication in own):
        return lead
    return await _mark_answered(ctx, lead, person)


async def _notify_creators(ctx: UseCaseContext, lead: Ticket, answer: Answer, states: Collection[State]) -> None:
    """Whoever of a problem telephoned is told by whoever typed it in; that is as good as done."""
    silent = await ctx.uow.problems.list_without_messages(lead.problem_id or 0, states)
    for ticket in silent:
        await _notify_creator(ctx, ticket, answer)
    if others := [ticket.id for ticket in silent if ticket.id != lead.id]:
        await problem_members.mark_answered(ctx, lead.id, others)


async def send_further_answer(
    ctx: UseCaseContext, ticket_id: int, person: Person, text: str, media: Sequence[Json]
) -> Ticket:
    """Something more («воду дали») to everybody who has been answered about a problem; it goes the same ways."""
    if not text.strip() and not media:
        raise EmptyAnswer()
    lead = await check_can_send_further_answer(ctx, ticket_id, person)
    answer = await ctx.uow.answers.add(lead.id, person.id, text, media, ctx.now, problem_id=lead.problem_id)
    await ctx.uow.audit_log.record("follow_up", ctx.now, person_id=person.id, ticket_id=lead.id)
    await broadcast.publish_to_all(ctx, lead, answer, person, problem_members.ANSWERED_STATES)
    await _notify_creators(ctx, lead, answer, problem_members.ANSWERED_STATES)
    await cards.sync(ctx, lead, actor=person)
    return lead


async def check_can_send_further_answer(ctx: UseCaseContext, ticket_id: int, person: Person) -> Ticket:
    """The answered ticket that leads a problem, if *person* may write to everybody once more."""
    ticket = await workflow.get(ctx, ticket_id)
    workflow.check_right(ctx, person, Right.ANSWER, ticket)
    if not ticket.is_problem_lead or ticket.state is not State.ANSWERED:
        raise OutdatedButton(number=ticket.id, state=ticket.state.value)
    return ticket


async def resend_failed(ctx: UseCaseContext, ticket_id: int, person: Person, publication_id: int) -> Ticket:
    """The same words once more to those of a problem to whom they could not be published."""
    lead = await workflow.get(ctx, ticket_id)
    workflow.check_right(ctx, person, Right.ANSWER, lead)
    answer = await ctx.uow.answers.find_latest(lead.id)
    publication = await ctx.uow.answers.get_publication(publication_id)
    if answer is None or publication is None or publication.answer_id != answer.id:
        raise OutdatedButton(number=lead.id)
    if is_allowed(lead.state, Step.ANSWER):
        lead = await start_publishing(ctx, lead.id, person)
    if not await broadcast.retry_failed(ctx, lead, answer, person):
        raise OutdatedButton(number=lead.id)
    return lead


async def messages_to_answer(ctx: UseCaseContext, ticket: Ticket) -> list[Message]:
    """The citizen's messages that an answer goes under."""
    return [
        m for m in await ctx.uow.messages.list_for_ticket(ticket.id) if m.part in (MessageRole.ROOT, MessageRole.COPY)
    ]


async def start_publishing(ctx: UseCaseContext, ticket_id: int, person: Person) -> Ticket:
    """The ticket as one that *person* has just answered, whoever else was about to."""
    ticket = await check_can_answer(ctx, ticket_id, person)
    ticket = await workflow.transition(
        ctx,
        ticket,
        Step.ANSWER,
        person,
        TicketChange(assignee_id=person.id, accepted_at=ticket.accepted_at or ctx.now),
    )
    ticket = await workflow.transition(ctx, ticket, Step.APPROVE, person)
    await workflow.cancel_dialogs(ctx, ticket, workflow.ANSWER_DIALOG_STEPS, person, "draft_void_answered")
    return ticket


async def publish_answer(
    ctx: UseCaseContext, ticket: Ticket, answer: Answer, messages: Iterable[Message], person: Person
) -> list[Publication]:
    """Queue *answer* at *places*; what a person has to post is given to *person*."""
    publications = []
    for place in messages:
        state = await handout.decide_poster(ctx, place)
        about = text_key(place.text)
        publications.append(await ctx.uow.answers.add_publication(answer.id, ticket.id, place.id, state, about))
        if state is PublicationState.QUEUED:
            await queue_answer(ctx, OutboxKind.PUBLICATION, ticket, publications[-1], place)
    by_hand = [one for one in publications if one.state is PublicationState.BY_PERSON]
    if by_hand:
        await handout.ask_to_post(ctx, ticket, answer, by_hand, person)
    return publications


async def queue_answer(
    ctx: UseCaseContext, kind: OutboxKind, ticket: Ticket, publication: Publication, message: Message, **facts: str
) -> None:
    """Let the bot do *kind* about *publication* where *place* is."""
    await ctx.uow.outbox.enqueue(
        OutboxDraft(
            kind,
            message.account,
            await ctx.uow.chat_aliases.find_current_id(message.account, message.chat_id) or message.chat_id,
            chat_kind=message.chat_kind,
            thread=message.thread,
            source_id=message.root or PRIVATE_SOURCE_ID,
            ticket_id=ticket.id,
            subject_id=publication.id,
            facts=facts,
            priority=Priority.ANSWER,
            dedupe=f"{kind.value}:{publication.id}",
        ),
        ctx.now,
    )


async def _notify_creator(ctx: UseCaseContext, ticket: Ticket, answer: Answer) -> None:
    """A message that came by phone: whoever typed it in passes the answer on, or who does that work now."""
    typist = ctx.municipality.staff.find_by_id(ticket.created_by) if ticket.created_by else None
    there = typist is not None and await ctx.can_reach(typist)
    for person in (typist,) if typist is not None and there else ctx.municipality.staff.responsible_for(None):
        await notify.notify(ctx, person, "pass_answer_on", ticket=ticket, number=ticket.id, answer_id=answer.id)


async def _mark_answered(ctx: UseCaseContext, ticket: Ticket, person: Person | None) -> Ticket:
    return await workflow.transition(ctx, ticket, Step.PUBLICATION_CONFIRMED, person, TicketChange(answered_at=ctx.now))


async def on_published(
    ctx: UseCaseContext,
    publication_id: int,
    ids: Sequence[str] = (),
    link: str | None = None,
    poster: Poster = Poster.BOT,
    person: Person | None = None,
) -> None:
    """A publication stands: the messenger has confirmed it, or *person* (if we know who) has posted it by hand."""
    publication = await ctx.uow.answers.get_publication(publication_id)
    if publication is None or publication.state is PublicationState.POSTED:
        return
    person_id = person.id if person else None
    await ctx.uow.answers.update_publication(
        publication_id,
        PublicationState.POSTED,
        external_ids=ids,
        link=link,
        posted_at=ctx.now,
        poster=poster,
        poster_id=person_id,
        check_at=ctx.now + ctx.municipality.check_after,
    )
    ticket = await workflow.get(ctx, publication.ticket_id)
    await ctx.uow.audit_log.record(
        "posted",
        ctx.now,
        person_id=person_id,
        ticket_id=ticket.id,
        facts={"publication": publication_id, "by": poster.value},
    )
    if publication.spot is not None:
        await broadcast.on_published(ctx, publication, link)
    if ticket.lead_id is not None:
        await problem_members.mark_answered(ctx, ticket.lead_id, [ticket.id])
    elif ticket.state is State.PUBLISHING:
        ticket = await _mark_answered(ctx, ticket, None)
    else:
        await cards.sync(ctx, ticket)
    if publication.spot is None:
        await handout.on_posted(ctx, ticket, publication, poster)
    elif publication.state is PublicationState.BY_PERSON:
        await handout.on_posted(ctx, await workflow.get(ctx, ticket.lead_id or ticket.id), publication, poster)


async def on_publication_failed(ctx: UseCaseContext, publication_id: int, reason: str) -> None:
    """A publication cannot succeed. Without any other hope the ticket is back with its head, who is told."""
    publication = await ctx.uow.answers.get_publication(publication_id)
    if publication is None or publication.state is not PublicationState.QUEUED:
        return
    await ctx.uow.answers.update_publication(publication_id, PublicationState.FAILED, error=reason)
    ticket = await workflow.get(ctx, publication.ticket_id)
    await ctx.uow.audit_log.record(
        "publication_failed", ctx.now, ticket_id=ticket.id, facts={"publication": publication_id, "reason": reason}
    )
    others = await ctx.uow.answers.list_publications(publication.answer_id, ticket.id)
    lost = not any(one.state in (*_PENDING_STATES, PublicationState.POSTED, PublicationState.KEPT) for one in others)
    if lost and ticket.state is State.PUBLISHING:
        ticket = await workflow.transition(ctx, ticket, Step.PUBLICATION_FAILED, None)
    answer = await ctx.uow.answers.get(publication.answer_id)
    if answer is not None and publication.spot is not None:
        lead = await broadcast.on_failed(ctx, publication, answer, reason)
        for person in cards.answer_owners(ctx, lead, answer.person_id):
            await broadcast.notify_failures(ctx, person, lead, publication)
        return
    await handout.update_status_note(ctx, ticket, publication.answer_id)
    for person in cards.answer_owners(ctx, ticket, answer.person_id if answer else None):
        await notify.notify(
            ctx,
            person,
            "publication_failed",
            ticket=ticket,
            priority=Priority.ANSWER,
            number=ticket.id,
            publication_id=publication_id,
            reason=reason,
            back=lost,
        )


async def confirm_manual_post(ctx: UseCaseContext, ticket_id: int, person: Person, publication_id: int) -> Ticket:
    """«Опубликовано»: the person has posted the answer from an account of their own."""
    ticket = await workflow.get(ctx, ticket_id)
    workflow.check_right(ctx, person, Right.ANSWER, ticket)
    publication = await ctx.uow.answers.get_publication(publication_id)
    if publication is None or publication.state is not PublicationState.BY_PERSON:
        raise OutdatedButton(number=ticket.id)
    if ticket.id not in (publication.ticket_id, (await workflow.get(ctx, publication.ticket_id)).lead_id):
        raise OutdatedButton(number=ticket.id)
    await on_published(ctx, publication_id, poster=Poster.PERSON, person=person)
    return await workflow.get(ctx, ticket.id)
