"""What an outbox row means at the moment it leaves: the facts for the views, and what follows from the outcome."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from bot.domain.answers import Answer, Publication, PublicationState
from bot.domain.cards import Card
from bot.domain.json_types import Json
from bot.domain.messages import Message, Part
from bot.domain.outbox import OutboxRow
from bot.domain.people import Person, Right, Role
from bot.domain.privacy import covered
from bot.domain.sources import messenger_title
from bot.domain.tickets import State, Ticket
from bot.domain.view_data import CardFacts, HistoryFacts, MemberFacts, NoteFacts, PlaceFacts, PublicationFacts
from bot.messengers.events import Attachment, ChatKind, MediaKind
from bot.messengers.serialization import chat_of, unpack_media
from bot.services.answers import answers, corrections
from bot.services.context import Work
from bot.services.manual_posting import handout
from bot.services.notifications import cards
from bot.services.problems import merge_split
from bot.services.sources.messages import text_key
from bot.understanding.similarity import most_alike

ADDITIONS_SHOWN = 5
FAILED_SHOWN = 5

ALIKE_REACH, ALIKE_READ, ALIKE_SHOWN = 20_000, 300, 3
"""Numbers to look back, messages to compare with, the likest to show: a moment's work in a town of any size."""


async def card_facts(work: Work, ticket: Ticket, person: Person, card: Card | None) -> CardFacts:
    """The ticket as *person* shall see it."""
    messages = await work.uow.messages.of_ticket(ticket.id)
    roots = [m for m in messages if m.part in (Part.ROOT, Part.COPY)]
    additions = [m.text for m in messages if _adds(m, ticket)]
    if not _works_with(work, ticket, person):
        ticket, additions = _covered(ticket), [covered(text) for text in additions]
    media = [item for m in messages if m.part is not Part.STAFF for item in unpack_media(m.media)]
    remarks = []
    for remark in await work.uow.cards.remarks(ticket.id):
        remarks.append((await work.uow.people.name(remark.person_id) or "", remark))
    answer = await work.uow.answers.latest(ticket.lead_id or ticket.id)
    publications = await work.uow.answers.publications(answer.id, ticket.id) if answer else []
    owners = cards.responsible(work, ticket)
    return CardFacts(
        ticket=ticket,
        sector_title=work.centre.sector_title(ticket.sector),
        places=[place_of(work, message) for message in roots],
        sent_at=roots[0].sent_at if roots else ticket.registered_at,
        forwarded_from=roots[0].forwarded_from if roots else None,
        additions=additions[-ADDITIONS_SHOWN:],
        media_count=sum(1 for item in media if item.kind is not MediaKind.LOCATION),
        location=ticket.point or next((item.point for item in media if item.point is not None), None),
        remarks=remarks,
        assignee=await work.uow.people.name(ticket.assignee_id) if ticket.assignee_id else None,
        answer=answer.text if answer else None,
        publications=publications,
        rights=_rights(work, ticket, person),
        is_responsible=person in owners,
        owners=[owner.name for owner in owners],
        can_correct=bool(answer and await corrections.correctable(work, answer, ticket)),
        by_hand=await _by_hand(work, publications),
        menu=card.menu if card else "",
        sectors=[(sector.code, sector.title) for sector in work.centre.sectors.values()],
        voices=await work.uow.voices.count(ticket.id),
        created_by=await work.uow.people.name(ticket.created_by) if ticket.created_by else None,
        problem=await merge_split.facts(work, ticket, answer),
        similar=await _similar(work, ticket, person) if card is not None and card.menu == "merge" else (),
    )


async def _similar(work: Work, ticket: Ticket, person: Person) -> list[tuple[int, str]]:
    return [(one.id, one.text) for one in await merge_split.similar(work, ticket, person)]


def _works_with(work: Work, ticket: Ticket, person: Person) -> bool:
    """Whether *person* needs the citizen's telephone and flat to do something about it. Who only watches does not."""
    return bool({Right.ANSWER, Right.TRIAGE, Right.HAND_OVER} & _rights(work, ticket, person)) or (
        Role.DUTY in person.roles or Role.EMPLOYEE in person.roles
    )


def _covered(ticket: Ticket) -> Ticket:
    return replace(ticket, text=covered(ticket.text))


async def _by_hand(work: Work, publications: Sequence[Publication]) -> list[tuple[int, PlaceFacts]]:
    """What a person is to post, and where."""
    found = []
    for publication in publications:
        message = await work.uow.messages.get(publication.message_id)
        if message is not None and publication.state is PublicationState.BY_PERSON:
            found.append((publication.id, place_of(work, message)))
    return found


def _adds(message: Message, ticket: Ticket) -> bool:
    """Whether the post says something beside the ticket's own words: an addition, or a copy that was changed since."""
    if message.part not in (Part.ADDITION, Part.COPY) or not message.text:
        return False
    return text_key(message.text) != text_key(ticket.text)


def _rights(work: Work, ticket: Ticket, person: Person) -> frozenset[Right]:
    sector = None if ticket.state is State.TRIAGE else ticket.sector
    staff = work.centre.staff
    return frozenset(right for right in Right if staff.may(person, right, sector, ticket.district))


def place_of(work: Work, message: Message) -> PlaceFacts:
    """Where *message* stands, for officials."""
    chat = chat_of(message.account, message.chat_id, message.chat_kind, message.root)
    source = work.centre.source(chat)
    office = work.centre.offices.get(message.account)
    if chat.kind is ChatKind.PRIVATE:
        title = f"{office.title if office else message.account}, личное сообщение"
    else:
        name = source.title if source else message.chat_title or message.root
        title = f"{messenger_title(message.account)} «{name}»"
    return PlaceFacts(title, message.link, message.deleted_at is not None)


async def new_media(work: Work, ticket_id: int, shown: int) -> list[Attachment]:
    """The ticket's attachments that a card has not shown yet, without what is no file."""
    media = await ticket_media(work, ticket_id)
    return media[shown:]


async def ticket_media(work: Work, ticket_id: int) -> list[Attachment]:
    """All attachments of the citizen's posts, in their order."""
    return [
        item
        for message in await work.uow.messages.of_ticket(ticket_id)
        if message.part is not Part.STAFF
        for item in unpack_media(message.media)
        if item.kind not in (MediaKind.STICKER, MediaKind.OTHER)
    ]


async def note_facts(work: Work, row: OutboxRow) -> NoteFacts:
    """What a note needs beside its own facts: tickets by number, the citizen's words, the answer, the draft."""
    facts = row.facts
    numbers = [item[1] for item in facts.get("items", ())]
    numbers += [facts[name] for name in ("number", "by") if isinstance(facts.get(name), int)]
    found = {}
    reader = work.centre.staff.by_id(row.person_id or 0)
    for number, ticket in (await work.uow.tickets.some(numbers)).items():
        open_to = reader is None or _works_with(work, ticket, reader)
        found[number] = ticket if open_to else _covered(ticket)
    message = await _message_of(work, facts["message_id"]) if "message_id" in facts else None
    answer_id = facts.get("answer_id")
    if "publication_id" in facts:
        publication = await work.uow.answers.publication(facts["publication_id"])
        if publication is not None:
            answer_id = publication.answer_id
            message = await work.uow.messages.get(publication.message_id)
    answer = await work.uow.answers.get(answer_id) if answer_id else None
    asked = found.get(facts["number"]) if facts["code"] == "preview" else None
    return NoteFacts(
        code=facts["code"],
        facts=facts,
        tickets=found,
        message_text=message.text if message else None,
        message_link=message.link if message else None,
        place=place_of(work, message).title if message else None,
        author_name=message.author_name if message else None,
        answer_text=answer.text if answer else None,
        answer_media=answer.media if answer else (),
        publications=await work.uow.answers.publications(answer.id, _only(answer)) if answer else (),
        ways=[await handout.who_posts(work, place) for place in await answers.places_of(work, asked)] if asked else (),
        draft=await work.uow.dialogs.get(row.account, facts["user_id"], work.now) if "user_id" in facts else None,
        history=await _history(work, found[facts["number"]]) if facts["code"] == "history" and found else None,
        **await _of_problem(work, facts, found),
    )


def _only(answer: Answer) -> int | None:
    """Of an answer to many, the places of the one that leads are enough: the others are counted."""
    return answer.ticket_id if answer.problem_id is not None else None


async def _of_problem(work: Work, facts: Json, found: Mapping[int, Ticket]) -> dict[str, Any]:
    """What notes about a whole problem tell."""
    lead = found.get(facts.get("number", 0))
    if lead is None or not lead.leads:
        return {}
    answer = await work.uow.answers.latest(lead.id)
    told: dict[str, Any] = {"problem": await merge_split.facts(work, lead, answer)}
    if facts["code"] == "members":
        reader = work.centre.staff.by_id(facts.get("reader", 0))
        works = reader is not None and _works_with(work, lead, reader)
        shown = await merge_split.page(work, lead, facts["page"])
        told["members"] = [await _member(work, ticket if works else _covered(ticket)) for ticket in shown]
    if facts["code"] == "answers_failed" and answer is not None:
        lost = (await work.uow.answers.failed(answer.id))[:FAILED_SHOWN]
        places = [await work.uow.messages.get(one.message_id) for one in lost]
        told["failed"] = [place_of(work, message) for message in places if message is not None]
    return told


async def _member(work: Work, ticket: Ticket) -> MemberFacts:
    roots = [m for m in await work.uow.messages.of_ticket(ticket.id) if m.part is Part.ROOT]
    place = place_of(work, roots[0]) if roots else None
    return MemberFacts(ticket.id, ticket.author_name, ticket.text, ticket.registered_at, place)


async def is_moved(work: Work, row: OutboxRow) -> bool:
    """Whether *row* tells of an addition that has turned out to belong to another ticket."""
    if row.facts.get("code") != "addition":
        return False
    message = await work.uow.messages.get(row.facts["message_id"])
    return message is not None and message.ticket_id != row.ticket_id


async def _message_of(work: Work, message_id: int) -> Message | None:
    """The post; of an album the one with the words."""
    message = await work.uow.messages.get(message_id)
    if message is None or message.album is None or message.text:
        return message
    album = await work.uow.messages.album(message.account, message.chat_id, message.album)
    return next((one for one in album if one.text), message)


async def _history(work: Work, ticket: Ticket) -> HistoryFacts:
    rows = await work.uow.chronicle.of_ticket(ticket.id)
    remarks = await work.uow.cards.remarks(ticket.id)
    ids = {row.person_id for row in rows if row.person_id is not None} | {one.person_id for one in remarks}
    names = {person_id: await work.uow.people.name(person_id) for person_id in ids}
    return HistoryFacts(
        rows=[(row, names.get(row.person_id) if row.person_id else None) for row in rows],
        remarks=[(remark, names.get(remark.person_id)) for remark in remarks],
        skipped=_not_counted(work, ticket),
        sectors={code: sector.title for code, sector in work.centre.sectors.items()},
        why=await work.uow.tickets.why(ticket.id),
        alike=await _alike(work, ticket),
    )


async def _alike(work: Work, ticket: Ticket) -> list[int]:
    """Earlier tickets of the same sector that read much the same."""
    if ticket.sector is None or not ticket.text:
        return []
    return most_alike(ticket.text, await work.uow.tickets.before(ticket, ALIKE_REACH, ALIKE_READ), ALIKE_SHOWN)


def _not_counted(work: Work, ticket: Ticket) -> list[str]:
    """Why the term is so long: «сб и вс 21 и 22 ноября …»; a reason is named once."""
    term = work.centre.terms.answer
    if not term.is_working or work.centre.calendar.add(ticket.registered_at, term) != ticket.answer_due:
        return []
    return list(dict.fromkeys(pause.text for pause in work.centre.calendar.explain(ticket.registered_at, term)))


async def publication_of(work: Work, row: OutboxRow) -> tuple[Publication, Answer, Message] | None:
    """The publication that *row* names, if it still shall be posted (or corrected)."""
    publication = await work.uow.answers.publication(row.subject_id or 0)
    if publication is None or publication.state not in (PublicationState.QUEUED, PublicationState.POSTED):
        return None
    answer = await work.uow.answers.get(publication.answer_id)
    message = await work.uow.messages.get(publication.message_id)
    return (publication, answer, message) if answer and message else None


def publication_facts(answer: Answer, message: Message, *, quoting: bool) -> PublicationFacts:
    """The words as the citizen will read them."""
    return PublicationFacts(answer.text, message.text if quoting else None, message.author_name)
