"""Answers that a person posts: the text ready to copy, a link, and all that is told about them until they stand."""

from collections.abc import Sequence

from bot.domain.answers import Answer, Poster, Publication, PublicationState
from bot.domain.messages import Message
from bot.domain.outbox import Priority
from bot.domain.people import Person
from bot.domain.problems import Spot
from bot.domain.tickets import Ticket
from bot.messengers.serialization import chat_of
from bot.services.context import Work
from bot.services.notifications import notify
from bot.services.sources import sources

POSTING = "posting"
"""The limit of a due moment: an approved answer should have been posted by hand."""

REMINDER = "posting_reminder"
"""The notice that comes of it."""


async def who_posts(work: Work, place: Message | Spot) -> PublicationState:
    """What becomes of an answer at *place*: the bot posts it, a person does, or it is only kept."""
    chat = chat_of(place.account, place.chat_id, place.chat_kind, place.root)
    source = await sources.source_of(work, chat)
    office = work.centre.offices.get(place.account)
    rule = source.answers if source else "person"
    if rule == "off":
        return PublicationState.KEPT
    if rule == "person" or office is None or chat.kind not in office.capabilities.answers_in:
        return PublicationState.BY_PERSON
    return PublicationState.QUEUED


async def hand_out(
    work: Work,
    ticket: Ticket,
    answer: Answer,
    publications: Sequence[Publication],
    person: Person,
    priority: Priority = Priority.ANSWER,
) -> None:
    """Give *person* a link to each place and the text, as a message of its own; later remind of it."""
    for publication in publications:
        await notify.tell(
            work,
            person,
            "post_by_hand",
            ticket=ticket,
            priority=priority,
            number=ticket.id,
            publication_id=publication.id,
            letter=_letter(publication),
        )
    await notify.tell(
        work, person, "answer_text", ticket=ticket, priority=priority, number=ticket.id, answer_id=answer.id
    )
    at = work.centre.calendar.add(work.now, work.centre.posting)
    await work.uow.times.plan(ticket.id, [(POSTING, "reminder", 1.0, at)])


async def waiting(work: Work, ticket_id: int) -> list[Publication]:
    """Where the ticket's latest answer still waits to be posted by hand."""
    answer = await work.uow.answers.latest(ticket_id)
    return await work.uow.answers.waiting_for_people(answer.id) if answer else []


async def stands(work: Work, ticket: Ticket, publication: Publication, poster: Poster) -> None:
    """*publication* does not wait for a person any more (if it did): what was told about it says so."""
    if not await waiting(work, ticket.id):
        await work.uow.times.void(ticket.id, [POSTING])
    code = "hand_noticed" if poster is Poster.NOTICED else "hand_posted"
    await _change(work, ticket, _letter(publication), code, publication_id=publication.id)
    await tell_fate(work, ticket, publication.answer_id)


async def withdraw(work: Work, ticket: Ticket, publication: Publication) -> None:
    """Nobody is to post it any more."""
    await _change(work, ticket, _letter(publication), "hand_withdrawn", publication_id=publication.id)


async def remember_draft(work: Work, ticket: Ticket, answer: Answer, account: str, chat_id: str, letter: str) -> None:
    """The preview under which «Отправить» was pressed goes on to tell what becomes of the answer."""
    await work.uow.letters.remember(account, chat_id, [letter], ticket.id, f"draft:{answer.id}", work.now, anew=True)


async def tell_fate(work: Work, ticket: Ticket, answer_id: int) -> None:
    """Let the sent draft say where its answer stands now."""
    await _change(work, ticket, f"draft:{answer_id}", "draft_sent", answer_id=answer_id)


def _letter(publication: Publication) -> str:
    return f"hand:{publication.id}"


async def _change(work: Work, ticket: Ticket, kind: str, code: str, **facts: int) -> None:
    done: set[tuple[str, str, str]] = set()
    for account, chat_id, message_id in await work.uow.letters.about(ticket.id, kind):
        if (account, chat_id, message_id) not in done:
            await notify.change_note(work, account, chat_id, message_id, code, number=ticket.id, **facts)
            done.update(await work.uow.letters.twins(account, chat_id, message_id))
