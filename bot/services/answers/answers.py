"""Answers: from an official's words to what stands under the citizen's message.

A ticket is *answered* when the first publication is confirmed, never before.
"""

from collections.abc import Collection, Iterable, Sequence

from bot.domain.answers import Answer, Poster, Publication, PublicationState
from bot.domain.errors import AnsweredByOther, EmptyAnswer, OutdatedButton
from bot.domain.json_types import Json
from bot.domain.messages import Message, Part
from bot.domain.outbox import OutboxDraft, OutboxKind, Priority
from bot.domain.people import Person, Right
from bot.domain.sources import PRIVATE_ROOT
from bot.domain.tickets import State, Step, Ticket, allowed
from bot.services.answers import broadcast
from bot.services.context import Work
from bot.services.manual_posting import handout
from bot.services.notifications import cards, notify
from bot.services.sources.messages import text_key
from bot.services.tickets import problem_members, workflow

_HOPEFUL = (PublicationState.QUEUED, PublicationState.BY_PERSON)


async def check_can_answer(work: Work, ticket_id: int, person: Person) -> Ticket:
    """The ticket, if *person* may answer it now; otherwise the refusal that says why not."""
    ticket = await workflow.get(work, ticket_id)
    workflow.permit(work, person, Right.ANSWER, ticket)
    workflow.check_stands_alone(ticket, Step.ANSWER)
    if not allowed(ticket.state, Step.ANSWER):
        if ticket.state in (State.ANSWERING, State.PUBLISHING, State.ANSWERED) and ticket.assignee_id != person.id:
            name = await work.uow.people.name(ticket.assignee_id) if ticket.assignee_id else None
            raise AnsweredByOther(number=ticket.id, name=name)
        raise OutdatedButton(number=ticket.id, state=ticket.state.value)
    return ticket


async def check_can_retry(
    work: Work, ticket_id: int, person: Person, publication_id: int
) -> tuple[Ticket, Answer, Publication]:
    """What failed to be published, if *person* may answer that ticket and it is the ticket's latest answer."""
    ticket = await check_can_answer(work, ticket_id, person)
    answer = await work.uow.answers.latest(ticket.id)
    publication = await work.uow.answers.publication(publication_id)
    if answer is None or publication is None or publication.answer_id != answer.id:
        raise OutdatedButton(number=ticket.id, state=ticket.state.value)
    if publication.state not in (PublicationState.FAILED, PublicationState.REMOVED):
        raise OutdatedButton(number=ticket.id, state=ticket.state.value)
    return ticket, answer, publication


async def send(work: Work, ticket_id: int, person: Person, text: str, media: Sequence[Json]) -> Ticket:
    """«Отправить»: accept if nobody has, approve, and queue a publication under every message of the citizen's."""
    if not text.strip() and not media:
        raise EmptyAnswer()
    ticket = await take_up(work, ticket_id, person)
    if ticket.leads:
        return await _send_to_all(work, ticket, person, text, media)
    answer = await work.uow.answers.add(ticket.id, person.id, text, media, work.now)
    places = await places_of(work, ticket)
    publications = await publish(work, ticket, answer, places, person)
    if any(publication.state in _HOPEFUL for publication in publications):
        return ticket
    if not places:
        await _tell_typist(work, ticket, answer)
    return await _confirm(work, ticket, person)


async def settle(work: Work, ticket: Ticket, answer: Answer) -> Ticket:
    """The ticket after the choice of who answers has changed: where nobody posts *answer* any more, it is answered."""
    states = {publication.state for publication in await work.uow.answers.publications(answer.id)}
    if ticket.state is not State.PUBLISHING or states.intersection(_HOPEFUL):
        return ticket
    return await _confirm(work, ticket, None)


async def _send_to_all(work: Work, lead: Ticket, person: Person, text: str, media: Sequence[Json]) -> Ticket:
    """To everybody who wrote about the problem."""
    answer = await work.uow.answers.add(lead.id, person.id, text, media, work.now, problem_id=lead.problem_id)
    await broadcast.spread(work, lead, answer, person, (State.PUBLISHING,))
    await _tell_typists(work, lead, answer, (State.PUBLISHING,))
    own = await work.uow.answers.publications(answer.id, lead.id)
    if any(publication.state in _HOPEFUL for publication in own):
        return lead
    return await _confirm(work, lead, person)


async def _tell_typists(work: Work, lead: Ticket, answer: Answer, states: Collection[State]) -> None:
    """Whoever of a problem telephoned is told by whoever typed it in; that is as good as done."""
    silent = await work.uow.problems.placeless(lead.problem_id or 0, states)
    for ticket in silent:
        await _tell_typist(work, ticket, answer)
    if others := [ticket.id for ticket in silent if ticket.id != lead.id]:
        await problem_members.answered(work, lead.id, others)


async def follow_up(work: Work, ticket_id: int, person: Person, text: str, media: Sequence[Json]) -> Ticket:
    """Something more («воду дали») to everybody who has been answered about a problem; it goes the same ways."""
    if not text.strip() and not media:
        raise EmptyAnswer()
    lead = await check_can_follow_up(work, ticket_id, person)
    answer = await work.uow.answers.add(lead.id, person.id, text, media, work.now, problem_id=lead.problem_id)
    await work.uow.chronicle.record("follow_up", work.now, person_id=person.id, ticket_id=lead.id)
    await broadcast.spread(work, lead, answer, person, problem_members.ANSWERED_ALREADY)
    await _tell_typists(work, lead, answer, problem_members.ANSWERED_ALREADY)
    await cards.show(work, lead, actor=person)
    return lead


async def check_can_follow_up(work: Work, ticket_id: int, person: Person) -> Ticket:
    """The answered ticket that leads a problem, if *person* may write to everybody once more."""
    ticket = await workflow.get(work, ticket_id)
    workflow.permit(work, person, Right.ANSWER, ticket)
    if not ticket.leads or ticket.state is not State.ANSWERED:
        raise OutdatedButton(number=ticket.id, state=ticket.state.value)
    return ticket


async def send_again(work: Work, ticket_id: int, person: Person, publication_id: int) -> Ticket:
    """The same words once more to those of a problem to whom they could not be published."""
    lead = await workflow.get(work, ticket_id)
    workflow.permit(work, person, Right.ANSWER, lead)
    answer = await work.uow.answers.latest(lead.id)
    publication = await work.uow.answers.publication(publication_id)
    if answer is None or publication is None or publication.answer_id != answer.id:
        raise OutdatedButton(number=lead.id)
    if allowed(lead.state, Step.ANSWER):
        lead = await take_up(work, lead.id, person)
    if not await broadcast.repeat(work, lead, answer, person):
        raise OutdatedButton(number=lead.id)
    return lead


async def places_of(work: Work, ticket: Ticket) -> list[Message]:
    """The citizen's messages that an answer goes under."""
    return [m for m in await work.uow.messages.of_ticket(ticket.id) if m.part in (Part.ROOT, Part.COPY)]


async def take_up(work: Work, ticket_id: int, person: Person) -> Ticket:
    """The ticket as one that *person* has just answered, whoever else was about to."""
    ticket = await check_can_answer(work, ticket_id, person)
    ticket = await workflow.move(
        work,
        ticket,
        Step.ANSWER,
        person,
        assignee_id=person.id,
        accepted_at=ticket.accepted_at or work.now,
    )
    ticket = await workflow.move(work, ticket, Step.APPROVE, person)
    await workflow.void_dialogs(work, ticket, workflow.ANSWER_STEPS, person, "draft_void_answered")
    return ticket


async def publish(
    work: Work, ticket: Ticket, answer: Answer, places: Iterable[Message], person: Person
) -> list[Publication]:
    """Queue *answer* at *places*; what a person has to post is given to *person*."""
    publications = []
    for place in places:
        state = await handout.who_posts(work, place)
        about = text_key(place.text)
        publications.append(await work.uow.answers.publish(answer.id, ticket.id, place.id, state, about))
        if state is PublicationState.QUEUED:
            await queue(work, OutboxKind.PUBLICATION, ticket, publications[-1], place)
    by_hand = [one for one in publications if one.state is PublicationState.BY_PERSON]
    if by_hand:
        await handout.hand_out(work, ticket, answer, by_hand, person)
    return publications


async def queue(
    work: Work, kind: OutboxKind, ticket: Ticket, publication: Publication, place: Message, **facts: str
) -> None:
    """Let the bot do *kind* about *publication* where *place* is."""
    await work.uow.outbox.put(
        OutboxDraft(
            kind,
            place.account,
            await work.uow.chronicle.present_id(place.account, place.chat_id) or place.chat_id,
            chat_kind=place.chat_kind,
            thread=place.thread,
            root=place.root or PRIVATE_ROOT,
            ticket_id=ticket.id,
            subject_id=publication.id,
            facts=facts,
            priority=Priority.ANSWER,
            dedupe=f"{kind.value}:{publication.id}",
        ),
        work.now,
    )


async def _tell_typist(work: Work, ticket: Ticket, answer: Answer) -> None:
    """A message that came by phone: whoever typed it in passes the answer on, or who does that work now."""
    typist = work.centre.staff.by_id(ticket.created_by) if ticket.created_by else None
    there = typist is not None and await work.can_reach(typist)
    for person in (typist,) if typist is not None and there else work.centre.staff.responsible(None):
        await notify.tell(work, person, "pass_answer_on", ticket=ticket, number=ticket.id, answer_id=answer.id)


async def _confirm(work: Work, ticket: Ticket, person: Person | None) -> Ticket:
    return await workflow.move(work, ticket, Step.CONFIRM, person, answered_at=work.now)


async def posted(
    work: Work,
    publication_id: int,
    ids: Sequence[str] = (),
    link: str | None = None,
    poster: Poster = Poster.BOT,
    person: Person | None = None,
) -> None:
    """A publication stands: the messenger has confirmed it, or *person* (if we know who) has posted it by hand."""
    publication = await work.uow.answers.publication(publication_id)
    if publication is None or publication.state is PublicationState.POSTED:
        return
    person_id = person.id if person else None
    await work.uow.answers.set_publication(
        publication_id,
        PublicationState.POSTED,
        external_ids=ids,
        link=link,
        posted_at=work.now,
        poster=poster,
        poster_id=person_id,
        check_at=work.now + work.centre.check_after,
    )
    ticket = await workflow.get(work, publication.ticket_id)
    await work.uow.chronicle.record(
        "posted",
        work.now,
        person_id=person_id,
        ticket_id=ticket.id,
        facts={"publication": publication_id, "by": poster.value},
    )
    if publication.spot is not None:
        await broadcast.stands(work, publication, link)
    if ticket.lead_id is not None:
        await problem_members.answered(work, ticket.lead_id, [ticket.id])
    elif ticket.state is State.PUBLISHING:
        ticket = await _confirm(work, ticket, None)
    else:
        await cards.show(work, ticket)
    if publication.spot is None:
        await handout.stands(work, ticket, publication, poster)
    elif publication.state is PublicationState.BY_PERSON:
        await handout.stands(work, await workflow.get(work, ticket.lead_id or ticket.id), publication, poster)


async def failed(work: Work, publication_id: int, reason: str) -> None:
    """A publication cannot succeed. Without any other hope the ticket is back with its head, who is told."""
    publication = await work.uow.answers.publication(publication_id)
    if publication is None or publication.state is not PublicationState.QUEUED:
        return
    await work.uow.answers.set_publication(publication_id, PublicationState.FAILED, error=reason)
    ticket = await workflow.get(work, publication.ticket_id)
    await work.uow.chronicle.record(
        "publication_failed", work.now, ticket_id=ticket.id, facts={"publication": publication_id, "reason": reason}
    )
    others = await work.uow.answers.publications(publication.answer_id, ticket.id)
    lost = not any(one.state in (*_HOPEFUL, PublicationState.POSTED, PublicationState.KEPT) for one in others)
    if lost and ticket.state is State.PUBLISHING:
        ticket = await workflow.move(work, ticket, Step.FAIL, None)
    answer = await work.uow.answers.get(publication.answer_id)
    if answer is not None and publication.spot is not None:
        lead = await broadcast.fails(work, publication, answer, reason)
        for person in cards.who_answers(work, lead, answer.person_id):
            await broadcast.tell_of_failures(work, person, lead, publication)
        return
    await handout.tell_fate(work, ticket, publication.answer_id)
    for person in cards.who_answers(work, ticket, answer.person_id if answer else None):
        await notify.tell(
            work,
            person,
            "publication_failed",
            ticket=ticket,
            priority=Priority.ANSWER,
            number=ticket.id,
            publication_id=publication_id,
            reason=reason,
            back=lost,
        )


async def posted_by_hand(work: Work, ticket_id: int, person: Person, publication_id: int) -> Ticket:
    """«Опубликовано»: the person has posted the answer from an account of their own."""
    ticket = await workflow.get(work, ticket_id)
    workflow.permit(work, person, Right.ANSWER, ticket)
    publication = await work.uow.answers.publication(publication_id)
    if publication is None or publication.state is not PublicationState.BY_PERSON:
        raise OutdatedButton(number=ticket.id)
    if ticket.id not in (publication.ticket_id, (await workflow.get(work, publication.ticket_id)).lead_id):
        raise OutdatedButton(number=ticket.id)
    await posted(work, publication_id, poster=Poster.PERSON, person=person)
    return await workflow.get(work, ticket.id)
