"""Does the answer still stand? What a look has shown, or an event has told, and what follows for the ticket."""

from bot.domain.answers import Poster, Publication, PublicationState
from bot.domain.errors import OutdatedButton
from bot.domain.messages import Message, Part
from bot.domain.outbox import Priority
from bot.domain.people import Person, Right
from bot.domain.tickets import State, Step, Ticket
from bot.messengers.port import Placed, Seen, Standing
from bot.messengers.serialization import chat_of
from bot.services.context import Work
from bot.services.intake import create_ticket
from bot.services.manual_posting import handout
from bot.services.notifications import cards, notify
from bot.services.sources.messages import clean, text_key
from bot.services.tickets import workflow

CHANGED = "changed"
"""Why an answer does not answer any more, beside :class:`Standing`: the citizen has changed the words since."""


async def placed(work: Work, publication: Publication) -> Placed | None:
    """Where to look; ``None`` where there is nothing to look at."""
    message = await work.uow.messages.get(publication.message_id)
    if message is None:
        return None
    chat_id = await work.uow.chronicle.present_id(message.account, message.chat_id) or message.chat_id
    chat = chat_of(message.account, chat_id, message.chat_kind, message.root, message.thread)
    ours = publication.poster in (None, Poster.BOT)
    question = message.external_id if message.part is not Part.STAFF and message.deleted_at is None else None
    return Placed(chat, publication.external_ids, ours, question, publication.link)


async def judge(work: Work, publication_id: int, seen: Seen) -> None:
    """What a look has shown."""
    publication = await work.uow.answers.publication(publication_id)
    await work.uow.answers.checked(publication_id)
    if publication is None or publication.state is not PublicationState.POSTED:
        return
    message = await work.uow.messages.get(publication.message_id)
    if message is not None and seen.question is not None and message.part is not Part.STAFF:
        message = await _now_reads(work, message, seen.question)
    if seen.standing in (Standing.GONE, Standing.CLOSED):
        await _lost(work, publication, seen.standing.value)
    elif message is not None and message.part is Part.ROOT and _differs(publication, message):
        await _changed(work, publication)


async def vanished(work: Work, account: str, chat_id: str, message_id: str) -> None:
    """The messenger tells that a message is gone: was it an answer?"""
    letter = await work.uow.letters.subject(account, chat_id, message_id)
    known = await work.uow.messages.by_place(account, chat_id, message_id)
    ticket_id = letter[0] if letter is not None else known.ticket_id if known is not None else None
    if ticket_id is None:
        return
    for publication in await work.uow.answers.publications_of(ticket_id):
        place = await work.uow.messages.get(publication.message_id)
        if place is None or (place.account, place.chat_id) != (account, chat_id):
            continue
        if publication.state is PublicationState.POSTED and message_id in publication.external_ids:
            await _lost(work, publication, Standing.GONE.value)


async def settle(work: Work, ticket_id: int, person: Person, publication_id: int) -> Ticket:
    """«Закрыть»: what became of the answer needs no other."""
    ticket = await workflow.get(work, ticket_id)
    workflow.permit(work, person, Right.ANSWER, ticket)
    publication = await work.uow.answers.publication(publication_id)
    if publication is None or publication.ticket_id != ticket.id or ticket.state is not State.ACCEPTED:
        raise OutdatedButton(number=ticket.id, state=ticket.state.value)
    stands = publication.state is PublicationState.POSTED
    return await workflow.move(
        work, ticket, Step.SETTLE, person, ended_at=work.now, answered_at=publication.posted_at if stands else None
    )


def _differs(publication: Publication, message: Message) -> bool:
    """Whether the citizen's words are not those that were answered (case, punctuation and spaces apart)."""
    return publication.about is not None and text_key(message.text) != publication.about


async def _now_reads(work: Work, message: Message, text: str) -> Message:
    """The messenger shows the citizen's words; a change that we were not told of is taken over."""
    words = clean(text)
    if words == message.text or not words:
        return message
    await work.uow.messages.edit(message.id, words, message.media, work.now)
    if message.part is Part.ROOT and message.ticket_id is not None:
        ticket = await workflow.get(work, message.ticket_id)
        await create_ticket.reread(work, ticket, words, work.centre.understanding.read(words))
    return await work.uow.messages.get(message.id) or message


async def _lost(work: Work, publication: Publication, why: str) -> None:
    await work.uow.answers.set_publication(
        publication.id,
        PublicationState.REMOVED,
        external_ids=publication.external_ids,
        link=publication.link,
        error=why,
        posted_at=publication.posted_at,
        poster=publication.poster,
        poster_id=publication.poster_id,
    )
    others = await work.uow.answers.publications(publication.answer_id)
    alive = (PublicationState.POSTED, PublicationState.QUEUED, PublicationState.BY_PERSON)
    await _tell(work, publication, why, back=not any(one.state in alive for one in others))


async def _changed(work: Work, publication: Publication) -> None:
    await _tell(work, publication, CHANGED, back=True)


async def _tell(work: Work, publication: Publication, why: str, *, back: bool) -> None:
    """*back*: nothing answers the ticket any more, so it is not answered. Its head is told by a reply to the card."""
    ticket = await workflow.get(work, publication.ticket_id)
    facts = {"publication": publication.id, "why": why}
    await work.uow.chronicle.record("answer_lost", work.now, ticket_id=ticket.id, facts=facts)
    latest = await work.uow.answers.latest(ticket.id)
    back = back and ticket.state is State.ANSWERED and latest is not None and latest.id == publication.answer_id
    if back:
        ticket = await workflow.lose_answer(work, ticket)
    else:
        await cards.show(work, ticket)
    await handout.tell_fate(work, ticket, publication.answer_id)
    answer = await work.uow.answers.get(publication.answer_id)
    giver = work.centre.staff.by_id(answer.person_id) if answer else None
    there = giver is not None and await work.can_reach(giver)
    for person in (giver,) if giver is not None and there else cards.responsible(work, ticket):
        await notify.tell(
            work,
            person,
            "answer_lost",
            ticket=ticket,
            priority=Priority.NOTE,
            number=ticket.id,
            publication_id=publication.id,
            why=why,
            back=back,
        )
