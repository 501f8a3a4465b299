"""Corrections: other words than those that stand already under the citizen's message."""

from bot.domain.answers import Answer, Poster, Publication, PublicationState
from bot.domain.errors import CannotCorrect, EmptyAnswer, OutdatedButton
from bot.domain.messages import Message
from bot.domain.outbox import OutboxKind
from bot.domain.people import Person, Right
from bot.domain.tickets import Step, Ticket, allowed
from bot.messengers.events import ChatKind
from bot.services.answers import answers, broadcast
from bot.services.context import Work
from bot.services.notifications import cards, notify
from bot.services.tickets import workflow


async def check_can_correct(work: Work, ticket_id: int, person: Person) -> tuple[Ticket, Answer]:
    """The answered ticket and its answer, if *person* may change the words and some messenger lets us."""
    ticket = await workflow.get(work, ticket_id)
    workflow.permit(work, person, Right.CORRECT, ticket)
    answer = await work.uow.answers.latest(ticket.id)
    if not allowed(ticket.state, Step.CORRECT) or answer is None:
        raise OutdatedButton(number=ticket.id, state=ticket.state.value)
    if not await correctable(work, answer, ticket):
        raise CannotCorrect(number=ticket.id)
    return ticket, answer


async def correctable(work: Work, answer: Answer, ticket: Ticket | None = None) -> list[tuple[Publication, Message]]:
    """Where the published words of *answer* can be changed; with *ticket* only for that member of a problem."""
    places = []
    for publication in await work.uow.answers.publications(answer.id, ticket.id if ticket else None):
        place = await work.uow.messages.get(publication.message_id)
        office = work.centre.offices.get(place.account) if place else None
        if place is None or office is None or publication.state is not PublicationState.POSTED:
            continue
        ours = publication.external_ids and publication.poster in (None, Poster.BOT)
        if ours and ChatKind(place.chat_kind) in office.capabilities.edits_in:
            places.append((publication, place))
    return places


async def correct(work: Work, ticket_id: int, person: Person, text: str) -> Ticket:
    """«Исправить»: the published words change wherever the messenger allows it."""
    if not text.strip():
        raise EmptyAnswer()
    ticket, answer = await check_can_correct(work, ticket_id, person)
    stands = [one for one in await work.uow.answers.publications(answer.id) if one.state is PublicationState.POSTED]
    await work.uow.answers.words_stand([one.id for one in stands], answer.text, if_unknown=True)
    await work.uow.answers.correct(answer.id, text)
    if answer.problem_id is not None:
        if (fixed := await broadcast.correct(work, answer)) is not None:
            await correction_failed(work, ticket.id, fixed, "no_edits")
        return await workflow.move(work, ticket, Step.CORRECT, person)
    places = await correctable(work, answer)
    for publication, place in places:
        await answers.queue(
            work, OutboxKind.CORRECTION, ticket, publication, place, was=publication.text or answer.text
        )
    changing = {publication.id for publication, _ in places}
    for publication in stands:
        if publication.id not in changing:
            await correction_failed(work, ticket.id, publication.id, "no_edits")
    return await workflow.move(work, ticket, Step.CORRECT, person)


async def corrected(work: Work, publication_id: int, text: str) -> None:
    """The messenger has confirmed the new words of a publication."""
    await work.uow.answers.words_stand([publication_id], text)


async def correction_failed(work: Work, ticket_id: int, publication_id: int, reason: str) -> None:
    """The published words could not be changed somewhere: whoever corrected them is told. Where they could be changed
    nowhere, the answer is again what everybody reads."""
    ticket = await workflow.get(work, ticket_id)
    await _take_back(work, ticket, publication_id)
    for person in cards.who_answers(work, ticket, ticket.assignee_id):
        await notify.tell(
            work,
            person,
            "correction_failed",
            ticket=ticket,
            number=ticket.id,
            publication_id=publication_id,
            reason=reason,
        )


async def _take_back(work: Work, ticket: Ticket, publication_id: int) -> None:
    publication = await work.uow.answers.publication(publication_id)
    answer = await work.uow.answers.get(publication.answer_id) if publication is not None else None
    if answer is None:
        return
    stands = [one for one in await work.uow.answers.publications(answer.id) if one.state is PublicationState.POSTED]
    hopeful = await work.uow.outbox.any_waiting(OutboxKind.CORRECTION, [one.id for one in stands])
    words = [one.text for one in stands if one.text is not None]
    if hopeful or not words or answer.text in words:
        return
    await work.uow.answers.correct(answer.id, words[0])
    facts = {"answer": answer.id}
    await work.uow.chronicle.record("correction_failed", work.now, ticket_id=ticket.id, facts=facts)
    await cards.show(work, ticket)
