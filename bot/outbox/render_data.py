"""The data that views need to render an outbox row."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from bot.domain.answer_marks import Mark
from bot.domain.answers import Answer, Publication, PublicationState
from bot.domain.cards import Card
from bot.domain.dialogs import Dialog
from bot.domain.drafts import Wording
from bot.domain.held_notes import HeldNote
from bot.domain.importance import ImportanceReason
from bot.domain.inquiries import Inquiry, InquiryKind
from bot.domain.messages import Message, MessageRole, UnreadKind
from bot.domain.notifications.administrator import ChatsUnknown
from bot.domain.notifications.approvals import AboutDraft
from bot.domain.notifications.base import AboutTicket, NamesAnswer, NamesMessage, NamesPublication, Notification
from bot.domain.notifications.dialogs import DraftPreview
from bot.domain.notifications.held_notes import HeldNotes
from bot.domain.notifications.inquiries import InquiryRegister, NamesInquiry
from bot.domain.notifications.limits import AboutFlood, HeldMessageList
from bot.domain.notifications.problems import AnswersFailed, MemberList
from bot.domain.notifications.registry import notification_of
from bot.domain.notifications.tickets import AdditionReceived, TicketHistory
from bot.domain.outbox import OutboxKind, OutboxRow
from bot.domain.people import Person
from bot.domain.roles import SEE_PERSONAL_DATA, Right
from bot.domain.rule_facts import facts_of
from bot.domain.sources import messenger_of, messenger_title
from bot.domain.ticket_data import DataField
from bot.domain.tickets import State, Ticket
from bot.domain.view_data import (
    CardFacts,
    FloodFacts,
    HistoryFacts,
    InquiryFacts,
    MemberFacts,
    MessageFacts,
    NotificationData,
    PublicationFacts,
)
from bot.messengers.events import Attachment, MediaKind
from bot.messengers.serialization import unpack_media
from bot.outbox import draft_data, term_data
from bot.outbox.trouble_data import trouble_facts
from bot.services import responsibility
from bot.services.answers import answer_check, approval_requests, approvers, corrections, publications
from bot.services.context import UseCaseContext
from bot.services.intake import floods
from bot.services.manual_posting import handout
from bot.services.problems import merge_split
from bot.services.sources import sources
from bot.services.sources.messages import message_facts, text_key
from bot.services.tickets import correction_requests, data_changes, rules
from bot.understanding.relevance.importance import find_reasons
from bot.understanding.similarity import find_similar

_NEEDING_PERSONAL_DATA = frozenset({Right.ANSWER, Right.TRIAGE, Right.HAND_OVER})

MAX_ADDITIONS_SHOWN = 5
MAX_FAILED_SHOWN = 5

MAX_SIMILAR_DISTANCE, MAX_SIMILAR_COMPARED, MAX_SIMILAR_SHOWN = 20_000, 300, 3
"""Ticket numbers to look back, tickets to compare, tickets to show: a moment's work in a town of any size."""


async def card_facts(ctx: UseCaseContext, ticket: Ticket, person: Person, card: Card | None) -> CardFacts:
    """Return the card of *ticket* as *person* may see it."""
    messages = await ctx.uow.messages.list_for_ticket(ticket.id)
    roots = [m for m in messages if m.part in (MessageRole.ROOT, MessageRole.COPY)]
    additions = [m.text for m in messages if _adds_text(m, ticket)]
    covers = card is not None and ctx.municipality.covers_applicants(card.account)
    if covers or not await _may_see_personal_data(ctx, ticket, person):
        ticket, additions = (
            _redact_ticket(ctx, ticket, covers=covers),
            [ctx.municipality.understanding.redact(text) for text in additions],
        )
    media = [item for m in messages if m.part is not MessageRole.STAFF for item in shown_media(m)]
    remarks = []
    for remark in await ctx.uow.cards.list_remarks(ticket.id):
        remarks.append((await ctx.uow.staff.find_name(remark.person_id) or "", remark))
    answer = await ctx.uow.answers.find_latest(ticket.lead_id or ticket.id)
    publications = await ctx.uow.answers.list_publications(answer.id, ticket.id) if answer else []
    standing = await responsibility.standing_of(ctx, ticket)
    rights = standing.rights_of(person)
    return CardFacts(
        ticket=ticket,
        sector_title=ctx.municipality.title_of(ticket),
        theme=ctx.municipality.theme_title(ticket.theme) if ctx.municipality.sectors else None,
        messages=[message_facts(ctx, message) for message in roots],
        sent_at=roots[0].sent_at if roots else ticket.registered_at,
        forwarded_from=roots[0].forwarded_from if roots else None,
        additions=additions[-MAX_ADDITIONS_SHOWN:],
        media_count=sum(1 for item in media if item.kind is not MediaKind.LOCATION),
        location=ticket.coordinates or next((item.point for item in media if item.point is not None), None),
        remarks=remarks,
        assignee=await ctx.uow.staff.find_name(ticket.assignee_id) if ticket.assignee_id else None,
        answer=answer.text if answer else None,
        publications=publications,
        rights=rights,
        is_responsible=person in standing.acting,
        owners=[owner.name for owner in standing.acting],
        post=standing.responsibility.post.title,
        districts=ctx.municipality.districts(),
        stand_in=standing.stand_in,
        can_correct=bool(answer and await corrections.list_correctable(ctx, answer, ticket)),
        manual_publications=await _list_manual_posts(ctx, publications),
        menu=card.menu if card else "",
        sectors=[(sector.code, sector.title) for sector in ctx.municipality.sectors.values()],
        upvotes=await ctx.uow.upvotes.count(ticket.id),
        created_by=await ctx.uow.staff.find_name(ticket.created_by) if ticket.created_by else None,
        problem=await merge_split.problem_facts(ctx, ticket, answer),
        solution=await ctx.uow.solutions.get(ticket.id) if ticket.answered_at is not None else None,
        previous=await ctx.uow.tickets.get(ticket.previous_id) if ticket.previous_id else None,
        importance_reasons=_importance_reasons(ctx, ticket),
        data_fields=_list_data_fields(ticket, rights),
        topics=_topics(ctx, ticket, card),
        applicant_shown_in=_applicant_shown_in(ctx, person) if covers else None,
        inquiries=await inquiry_facts(ctx, await ctx.uow.inquiries.list_for_ticket(ticket.id)),
        promise=await ctx.uow.promises.find_open(ticket.id),
        similar=await _list_merge_candidates(ctx, ticket, person) if card is not None and card.menu == "merge" else (),
        approval=await draft_data.waiting_on_card(ctx, ticket, person),
        may_draft=Right.ANSWER not in rights and await approvers.may_draft(ctx, ticket, person),
        delegations=await draft_data.delegations_on_card(ctx, ticket),
        delegates=await draft_data.list_delegates(ctx, ticket) if Right.DELEGATE in rights else (),
        asks_others=await approvers.asks_others(ctx, ticket, person),
        asks_corrections=correction_requests.oversees(ctx, person),
        publisher=await ctx.uow.staff.find_name(answer.publisher_id) if answer and answer.publisher_id else None,
    )


async def _list_merge_candidates(ctx: UseCaseContext, ticket: Ticket, person: Person) -> list[tuple[int, str]]:
    return [(one.id, one.text) for one in await merge_split.list_similar(ctx, ticket, person)]


async def _may_see_personal_data(ctx: UseCaseContext, ticket: Ticket, person: Person) -> bool:
    """Return whether *person* needs the citizen's phone number and flat: observers do not.

    A colleague who has taken the ticket does not hide them from the others of the post. Where the applicant must be
    telephoned before the answer, those alone see the number who may do that.
    """
    if rules.outcome_for(ctx, ticket).call_before_answer:
        return await responsibility.has_right(ctx, person, Right.SEE_PERSON, ticket)
    staff, sector = ctx.municipality.staff, None if ticket.state is State.TRIAGE else ticket.sector
    if SEE_PERSONAL_DATA & person.bases:
        return True
    if any(staff.has_right(person, right, sector, ticket.district) for right in _NEEDING_PERSONAL_DATA):
        return True
    standing = await responsibility.standing_of(ctx, ticket)
    return any(standing.permits(person, right) for right in _NEEDING_PERSONAL_DATA)


def _redact_ticket(ctx: UseCaseContext, ticket: Ticket, *, covers: bool = False) -> Ticket:
    """Return *ticket* without telephones and flats; if the messenger *covers* applicants, without their names, too."""
    shown = replace(ticket, text=ctx.municipality.understanding.redact(ticket.text), phone=None)
    return replace(shown, author_name=None, applicant_name=None) if covers else shown


def _list_data_fields(ticket: Ticket, rights: frozenset[Right]) -> list[DataField]:
    """Return the fields of *ticket* that somebody with *rights* may mend now."""
    if ticket.anonymized_at is not None:
        return []
    return [field for field in DataField if field.right in rights and data_changes.is_changeable(ticket, field)]


def _importance_reasons(ctx: UseCaseContext, ticket: Ticket) -> tuple[ImportanceReason, ...]:
    """Return why *ticket* may be important, until a person has decided; nothing where no rule asks for importance."""
    is_decided = ticket.importance is not None or not ticket.is_open or ticket.lead_id is not None
    if is_decided or not ctx.municipality.rules.ask_for_importance:
        return ()
    return find_reasons(ticket.text, ticket.registered_at.astimezone(ctx.municipality.zone).month)


def _topics(ctx: UseCaseContext, ticket: Ticket, card: Card | None) -> list[tuple[str, str]]:
    is_open = card is not None and card.menu.startswith(f"data:{DataField.TOPIC.value}")
    return list(data_changes.topic_names(ctx, ticket.sector).items()) if is_open else []


def _applicant_shown_in(ctx: UseCaseContext, person: Person) -> tuple[str, ...]:
    """Return the messengers in which *person* sees the applicants' data."""
    messengers = dict.fromkeys(messenger_of(address.account) for address in ctx.municipality.addresses(person))
    return tuple(messenger_title(one) for one in messengers if not ctx.municipality.covers_applicants(one))


async def _list_manual_posts(
    ctx: UseCaseContext, publications: Sequence[Publication]
) -> list[tuple[int, MessageFacts]]:
    """Return the publications that a person should post, each with its place."""
    found = []
    for publication in publications:
        message = await ctx.uow.messages.get(publication.message_id)
        if message is not None and publication.state is PublicationState.BY_PERSON:
            found.append((publication.id, message_facts(ctx, message)))
    return found


def _adds_text(message: Message, ticket: Ticket) -> bool:
    """Return whether *message* adds text: an addition, a further caption of an album, or a copy that was edited."""
    if message.part not in (MessageRole.ADDITION, MessageRole.COPY, MessageRole.ALBUM) or not message.text:
        return False
    return text_key(message.text) != text_key(ticket.text)


async def list_new_media(ctx: UseCaseContext, ticket_id: int, shown_count: int) -> list[Attachment]:
    """Return the ticket's attachments after the first *shown_count*."""
    media = await list_ticket_media(ctx, ticket_id)
    return media[shown_count:]


async def list_ticket_media(ctx: UseCaseContext, ticket_id: int) -> list[Attachment]:
    """Return the attachments of the citizens' messages that people can look at, in order."""
    return [
        item
        for message in await ctx.uow.messages.list_for_ticket(ticket_id)
        if message.part is not MessageRole.STAFF
        for item in shown_media(message)
    ]


def shown_media(message: Message) -> list[Attachment]:
    """Return the attachments of *message* that can be shown, each with an address to open where one is known.

    A page whose address is in the text needs no second mention; a sticker says nothing.
    """
    shown = [
        item
        for item in unpack_media(message.media)
        if item.kind is not MediaKind.STICKER
        and (item.kind is not MediaKind.OTHER or (item.link is not None and item.link not in message.text))
    ]
    return [replace(item, link=item.link or message.link, name=_shown_name(item)) for item in shown]


def _shown_name(item: Attachment) -> str | None:
    """Return the attachment's name, unless it is the code of its kind."""
    return None if item.kind is MediaKind.OTHER and UnreadKind.of(item.name) is not UnreadKind.OTHER else item.name


async def notification_data(
    ctx: UseCaseContext,
    row: OutboxRow,
    note: Notification,
    dialog_user_id: str | None = None,
    *,
    without_buttons: bool = False,
) -> NotificationData:
    """Return the data that the text of *note* needs: tickets, the citizen's message, the answer, a dialog's draft."""
    found, covers = {}, ctx.municipality.covers_applicants(row.account)
    redact = ctx.municipality.understanding.redact
    reader = ctx.municipality.staff.find_by_id(row.person_id or 0)
    if row.kind is OutboxKind.EDIT_NOTE:  # an edit names the chat alone
        reader = ctx.municipality.find_official(row.account, row.chat_id)
    masks = covers and (reader is not None or bool(row.person_id))
    for number, ticket in (await ctx.uow.tickets.get_many(note.mentioned_ticket_ids())).items():
        is_stranger = reader is None and row.kind is OutboxKind.EDIT_NOTE  # an official who has gone
        may_see = not is_stranger and (reader is None or await _may_see_personal_data(ctx, ticket, reader))
        may_see = may_see and not (covers and reader is not None)
        found[number] = ticket if may_see else _redact_ticket(ctx, ticket, covers=covers)
        masks = masks or not may_see
    message, answer = await _message_and_answer(ctx, note)
    text = message.text if message is not None else None
    if isinstance(note, AdditionReceived):
        text = "\n".join(await _gathered_texts(ctx, note)) or text
    previewed = found.get(note.ticket_id) if isinstance(note, DraftPreview) else None
    past = found.get(note.ticket_id) if isinstance(note, TicketHistory) else None
    lead = _find_lead(note, found)
    lead_answer = await ctx.uow.answers.find_latest(lead.id) if lead else None
    draft = await ctx.uow.dialogs.get(row.account, dialog_user_id, ctx.now) if dialog_user_id is not None else None
    marks = await _draft_marks(ctx, previewed, draft) if previewed and draft else ()
    terms = await term_data.list_terms(ctx, note, found)
    return NotificationData(
        tickets=found,
        without_buttons=without_buttons,
        message_text=None if text is None else redact(text) if masks else text,
        message_link=message.link if message else None,
        message_source=message_facts(ctx, message).title if message else None,
        message_deleted=message is not None and message.deleted_at is not None,
        author_name=message.author_name if message and not (covers and masks) else None,
        answer_text=answer.text if answer else None,
        answer_media=answer.media if answer else (),
        answer_kind=answer.kind if answer else Wording.ANSWER,
        publications=await ctx.uow.answers.list_publications(answer.id, _single_ticket_id(answer)) if answer else (),
        expected_states=await _expected_states(ctx, previewed) if previewed else (),
        previewed_places=await draft_data.list_places(ctx, previewed, draft) if previewed and draft else (),
        submission=await draft_data.submission_facts(ctx, previewed, reader, draft) if previewed and draft else None,
        approval=await draft_data.named_draft(ctx, note, reader) if isinstance(note, AboutDraft) else None,
        draft=draft,
        marks=marks,
        must_confirm=draft is not None and answer_check.is_warned(draft, marks),
        history=await _history_facts(ctx, past) if past else None,
        terms=terms,
        person_names=await term_data.names_of_steps(ctx, terms),
        problem=await merge_split.problem_facts(ctx, lead, lead_answer) if lead else None,
        members=await _list_members(ctx, lead, note) if lead and isinstance(note, MemberList) else (),
        failed_messages=await _list_failed_messages(ctx, lead_answer)
        if lead_answer and isinstance(note, AnswersFailed)
        else (),
        unknown_chats=await sources.list_unknown_chats(ctx, note.since) if isinstance(note, ChatsUnknown) else (),
        held_notes=await _list_held_notes(ctx, row, note) if isinstance(note, HeldNotes) else (),
        sector_titles={one.code: one.title for one in ctx.municipality.sectors.values()},
        inquiries=await _list_inquiries(ctx, note),
        flood=await _flood_facts(ctx, note, reader) if isinstance(note, AboutFlood) else None,
    )


async def _list_held_notes(
    ctx: UseCaseContext, row: OutboxRow, note: HeldNotes
) -> list[tuple[HeldNote, Notification, NotificationData]]:
    found = []
    for held in await ctx.uow.held_notes.list_by_ids(note.note_ids):
        inner = notification_of(held.facts)
        found.append((held, inner, await notification_data(ctx, row, inner)))
    return found


async def _draft_marks(ctx: UseCaseContext, ticket: Ticket, draft: Dialog) -> tuple[Mark, ...]:
    kind = draft.step.draft_kind
    return await answer_check.check(ctx, ticket, draft.text, kind) if kind is not None and draft.text else ()


async def _list_inquiries(ctx: UseCaseContext, note: Notification) -> list[InquiryFacts]:
    ids = note.inquiry_ids if isinstance(note, InquiryRegister) else ()
    ids = (note.inquiry_id,) if isinstance(note, NamesInquiry) else ids
    found = [await ctx.uow.inquiries.get(one) for one in ids]
    return await inquiry_facts(ctx, [one for one in found if one is not None])


async def inquiry_facts(ctx: UseCaseContext, found: Sequence[Inquiry]) -> list[InquiryFacts]:
    """Return the questions with the names of their people and units."""
    facts = []
    for one in found:
        unit = ctx.municipality.sector_title(one.sector) if one.sector else one.unit
        if one.kind is InquiryKind.CORRECTION:
            ticket = await ctx.uow.tickets.get(one.ticket_id)
            unit = responsibility.responsibility_for(ctx, ticket).post.title if ticket is not None else unit
        asker = await ctx.uow.staff.find_name(one.asker_id) or ""
        answered_by = await ctx.uow.staff.find_name(one.answered_by) if one.answered_by else None
        facts.append(InquiryFacts(one, asker, unit or "руководитель центра", answered_by))
    return facts


async def _flood_facts(ctx: UseCaseContext, note: AboutFlood, reader: Person | None) -> FloodFacts | None:
    page = note.page if isinstance(note, HeldMessageList) else 0
    reader = reader or ctx.municipality.staff.find_by_id(note.reader_id)
    return await floods.flood_facts(ctx, reader, note.flood_id, page)


async def _message_and_answer(ctx: UseCaseContext, note: Notification) -> tuple[Message | None, Answer | None]:
    """Return the citizen's message and the answer that *note* names; a publication names both."""
    message_id = note.message_id if isinstance(note, NamesMessage) else None
    message = await _find_message(ctx, message_id) if message_id is not None else None
    answer_id = note.answer_id if isinstance(note, NamesAnswer) else None
    publication_id = note.publication_id if isinstance(note, NamesPublication) else None
    publication = await ctx.uow.answers.get_publication(publication_id) if publication_id is not None else None
    if publication is not None:
        answer_id = publication.answer_id
        message = await ctx.uow.messages.get(publication.message_id)
    return message, await ctx.uow.answers.get(answer_id) if answer_id else None


async def _expected_states(ctx: UseCaseContext, ticket: Ticket) -> list[PublicationState]:
    return [await handout.decide_poster(ctx, message) for message in await publications.messages_to_answer(ctx, ticket)]


def _single_ticket_id(answer: Answer) -> int | None:
    """Return the lead ticket of an answer to a problem: publications of the other tickets are only counted."""
    return answer.ticket_id if answer.problem_id is not None else None


def _find_lead(note: Notification, tickets: Mapping[int, Ticket]) -> Ticket | None:
    """Return the leading ticket of the problem that *note* is about."""
    ticket = tickets.get(note.ticket_id) if isinstance(note, AboutTicket) else None
    return ticket if ticket is not None and ticket.is_problem_lead else None


async def _list_members(ctx: UseCaseContext, lead: Ticket, note: MemberList) -> list[MemberFacts]:
    reader = ctx.municipality.staff.find_by_id(note.reader_id)
    may_see = reader is not None and await _may_see_personal_data(ctx, lead, reader)
    shown = await merge_split.list_members(ctx, lead, note.page)
    return [await _member_facts(ctx, ticket if may_see else _redact_ticket(ctx, ticket)) for ticket in shown]


async def _list_failed_messages(ctx: UseCaseContext, answer: Answer) -> list[MessageFacts]:
    failed = (await ctx.uow.answers.list_failed(answer.id))[:MAX_FAILED_SHOWN]
    messages = [await ctx.uow.messages.get(one.message_id) for one in failed]
    return [message_facts(ctx, message) for message in messages if message is not None]


async def _member_facts(ctx: UseCaseContext, ticket: Ticket) -> MemberFacts:
    roots = [m for m in await ctx.uow.messages.list_for_ticket(ticket.id) if m.part is MessageRole.ROOT]
    place = message_facts(ctx, roots[0]) if roots else None
    return MemberFacts(ticket.id, ticket.author_name, ticket.text, ticket.registered_at, place)


async def is_addition_moved(ctx: UseCaseContext, row: OutboxRow, note: Notification) -> bool:
    """Return whether *note* is about an addition that has turned out to belong to another ticket."""
    if not isinstance(note, AdditionReceived):
        return False
    message = await ctx.uow.messages.get(note.message_id)
    if message is None or message.ticket_id == row.ticket_id:
        return False
    return not await _gathered_texts(ctx, note)


async def _gathered_texts(ctx: UseCaseContext, note: AdditionReceived) -> list[str]:
    """Return the texts that the author has added to the ticket since the message of *note*."""
    first = await ctx.uow.messages.get(note.message_id)
    return [
        one.text
        for one in await ctx.uow.messages.list_for_ticket(note.ticket_id)
        if one.part is MessageRole.ADDITION and one.id >= note.message_id and one.text
        if first is None or one.author_id == first.author_id
    ]


async def _find_message(ctx: UseCaseContext, message_id: int) -> Message | None:
    """Return the message; of an album, the one with text."""
    message = await ctx.uow.messages.get(message_id)
    if message is None or message.album is None or message.text:
        return message
    album = await ctx.uow.messages.list_album(message.account, message.chat_id, message.album)
    return next((one for one in album if one.text), message)


async def _history_facts(ctx: UseCaseContext, ticket: Ticket) -> HistoryFacts:
    rows = await ctx.uow.audit_log.list_for_ticket(ticket.id)
    remarks = await ctx.uow.cards.list_remarks(ticket.id)
    ids = {row.person_id for row in rows if row.person_id is not None} | {one.person_id for one in remarks}
    names = {person_id: await ctx.uow.staff.find_name(person_id) for person_id in ids}
    replaced = {row.facts[approval_requests.INSTEAD_OF] for row in rows if approval_requests.INSTEAD_OF in row.facts}
    return HistoryFacts(
        rows=[(row, names.get(row.person_id) if row.person_id else None) for row in rows],
        remarks=[(remark, names.get(remark.person_id)) for remark in remarks],
        skipped=_list_excluded_days(ctx, ticket),
        sectors={code: sector.title for code, sector in ctx.municipality.sectors.items()},
        deciding_words=await ctx.uow.tickets.list_deciding_words(ticket.id),
        similar=await _list_similar_earlier(ctx, ticket),
        replaced={one: await ctx.uow.staff.find_name(one) or "" for one in replaced},
        trouble=await trouble_facts(ctx, ticket, rows),
    )


async def _list_similar_earlier(ctx: UseCaseContext, ticket: Ticket) -> list[int]:
    """Return earlier tickets of the same sector with similar text."""
    if ticket.sector is None or not ticket.text:
        return []
    return find_similar(
        ticket.text,
        await ctx.uow.tickets.list_earlier(ticket, MAX_SIMILAR_DISTANCE, MAX_SIMILAR_COMPARED),
        MAX_SIMILAR_SHOWN,
    )


def _list_excluded_days(ctx: UseCaseContext, ticket: Ticket) -> list[str]:
    """Return the days that do not count toward the deadline, such as «сб и вс 21 и 22 ноября», each once."""
    term = ctx.municipality.terms_of(facts_of(ticket)).answer
    if not term.is_working or ctx.municipality.calendar.add(ticket.registered_at, term) != ticket.answer_due:
        return []
    return list(
        dict.fromkeys(pause.text for pause in ctx.municipality.calendar.skipped_by_term(ticket.registered_at, term))
    )


async def find_publication(ctx: UseCaseContext, row: OutboxRow) -> tuple[Publication, Answer, Message] | None:
    """Return the publication of *row*, if it must still be posted or corrected."""
    publication = await ctx.uow.answers.get_publication(row.subject_id or 0)
    if publication is None or publication.state not in (PublicationState.QUEUED, PublicationState.POSTED):
        return None
    answer = await ctx.uow.answers.get(publication.answer_id)
    message = await ctx.uow.messages.get(publication.message_id)
    return (publication, answer, message) if answer and message else None


def publication_facts(answer: Answer, message: Message, *, by_name: bool) -> PublicationFacts:
    """Return the answer as the citizen will read it."""
    return PublicationFacts(answer.text, by_name, message.author_name, message.author_id)
