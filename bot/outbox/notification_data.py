"""The data that views need to render an outbox row."""

from collections.abc import Mapping
from dataclasses import replace

from bot.domain.answer_marks import Mark
from bot.domain.answers import Answer, PublicationState
from bot.domain.dialogs import Dialog
from bot.domain.drafts import Wording
from bot.domain.held_notes import HeldNote
from bot.domain.messages import Message, MessageRole
from bot.domain.notifications.administrator import ChatsUnknown
from bot.domain.notifications.approvals import AboutDraft
from bot.domain.notifications.base import AboutTicket, NamesAnswer, NamesMessage, NamesPublication, Notification
from bot.domain.notifications.dialogs import DraftPreview
from bot.domain.notifications.held_notes import HeldNotes
from bot.domain.notifications.limits import AboutFlood, HeldMessageList
from bot.domain.notifications.problems import AnswersFailed, MemberList
from bot.domain.notifications.regional import TicketEvidence
from bot.domain.notifications.registry import notification_of
from bot.domain.notifications.tickets import AdditionReceived, TicketHistory
from bot.domain.outbox import OutboxKind, OutboxRow
from bot.domain.people import Person
from bot.domain.tickets import Ticket
from bot.domain.view_data import (
    FloodFacts,
    MemberFacts,
    MessageFacts,
    NotificationData,
)
from bot.outbox import draft_data, history_data, inquiry_data, redaction, term_data
from bot.services.answers import answer_check, publications
from bot.services.context import UseCaseContext
from bot.services.context.messages import message_facts
from bot.services.intake import floods
from bot.services.manual_posting import handout
from bot.services.problems import merge_split
from bot.services.reports import evidence
from bot.services.sources import sources

MAX_FAILED_SHOWN = 5


async def notification_data(
    ctx: UseCaseContext,
    row: OutboxRow,
    note: Notification,
    dialog_user_id: str | None = None,
    *,
    without_buttons: bool = False,
) -> NotificationData:
    """Return the data that the text of *note* needs: tickets, the citizen's message, the answer, a dialog's draft."""
    reader = _reader(ctx, row)
    found, masks = await _mentioned_tickets(ctx, row, note, reader)
    facts = await _message_facts(ctx, row, note, masks=masks)
    facts = replace(facts, tickets=found, without_buttons=without_buttons)
    previewed = found.get(note.ticket_id) if isinstance(note, DraftPreview) else None
    draft = await ctx.uow.dialogs.get(row.account, dialog_user_id, ctx.now) if dialog_user_id is not None else None
    facts = replace(facts, draft=draft)
    if previewed is not None:
        facts = await _with_preview(ctx, facts, previewed, reader, draft)
    facts = await _with_problem(ctx, facts, note)
    past = found.get(note.ticket_id) if isinstance(note, TicketHistory) else None
    terms = await term_data.list_terms(ctx, note, found)
    return replace(
        facts,
        approval=await draft_data.named_draft(ctx, note, reader) if isinstance(note, AboutDraft) else None,
        history=await history_data.history_facts(ctx, past) if past else None,
        terms=terms,
        person_names=await term_data.names_of_steps(ctx, terms),
        unknown_chats=await sources.list_unknown_chats(ctx, note.since) if isinstance(note, ChatsUnknown) else (),
        held_notes=await _list_held_notes(ctx, row, note) if isinstance(note, HeldNotes) else (),
        sector_titles={one.code: one.title for one in ctx.municipality.sectors.values()},
        inquiries=await inquiry_data.list_inquiries(ctx, note),
        flood=await _flood_facts(ctx, note, reader) if isinstance(note, AboutFlood) else None,
        evidence=await evidence.collect_all(ctx, note.ticket_ids) if isinstance(note, TicketEvidence) else (),
    )


def _reader(ctx: UseCaseContext, row: OutboxRow) -> Person | None:
    """Return the official who reads the notification; an edit names the chat alone."""
    if row.kind is OutboxKind.EDIT_NOTE:
        return ctx.municipality.find_official(row.account, row.chat_id)
    return ctx.municipality.staff.find_by_id(row.person_id or 0)


async def _mentioned_tickets(
    ctx: UseCaseContext, row: OutboxRow, note: Notification, reader: Person | None
) -> tuple[dict[int, Ticket], bool]:
    """Return the tickets as the reader may see them, and whether quoted words are redacted, too."""
    covers = ctx.municipality.covers_applicants(row.account)
    found, masks = {}, covers and (reader is not None or bool(row.person_id))
    for number, ticket in (await ctx.uow.tickets.get_many(note.mentioned_ticket_ids())).items():
        is_stranger = reader is None and row.kind is OutboxKind.EDIT_NOTE  # an official who has gone
        may_see = not is_stranger and (reader is None or await redaction.may_see_personal_data(ctx, ticket, reader))
        may_see = may_see and not (covers and reader is not None)
        found[number] = ticket if may_see else redaction.redact_ticket(ctx, ticket, covers=covers)
        masks = masks or not may_see
    return found, masks


async def _message_facts(ctx: UseCaseContext, row: OutboxRow, note: Notification, *, masks: bool) -> NotificationData:
    """Return what the message and the answer that *note* names say."""
    message, answer = await _message_and_answer(ctx, note)
    text = message.text if message is not None else None
    if isinstance(note, AdditionReceived):
        text = "\n".join(await _gathered_texts(ctx, note)) or text
    if text is not None and masks:
        text = ctx.municipality.understanding.redact(text)
    covers = ctx.municipality.covers_applicants(row.account)
    return NotificationData(
        tickets={},
        message_text=text,
        message_link=message.link if message else None,
        message_source=message_facts(ctx, message).title if message else None,
        message_deleted=message is not None and message.deleted_at is not None,
        author_name=message.author_name if message and not (covers and masks) else None,
        answer_text=answer.text if answer else None,
        answer_media=answer.media if answer else (),
        answer_kind=answer.kind if answer else Wording.ANSWER,
        publications=await ctx.uow.answers.list_publications(answer.id, _single_ticket_id(answer)) if answer else (),
    )


async def _with_preview(
    ctx: UseCaseContext, facts: NotificationData, ticket: Ticket, reader: Person | None, draft: Dialog | None
) -> NotificationData:
    """Add what a draft for *ticket* would become."""
    facts = replace(facts, expected_states=await _expected_states(ctx, ticket))
    if draft is None:
        return facts
    marks = await _draft_marks(ctx, ticket, draft)
    return replace(
        facts,
        previewed_places=await draft_data.list_places(ctx, ticket, draft),
        submission=await draft_data.submission_facts(ctx, ticket, reader, draft),
        marks=marks,
        promise=await draft_data.find_promise(ctx, ticket, reader, draft),
        must_confirm=answer_check.is_warned(draft, marks),
    )


async def _with_problem(ctx: UseCaseContext, facts: NotificationData, note: Notification) -> NotificationData:
    """Add the problem that *note* is about, if it is about one."""
    lead = _find_lead(note, facts.tickets)
    if lead is None:
        return facts
    answer = await ctx.uow.answers.find_latest(lead.id)
    is_failure = answer is not None and isinstance(note, AnswersFailed)
    return replace(
        facts,
        problem=await merge_split.problem_facts(ctx, lead, answer),
        members=await _list_members(ctx, lead, note) if isinstance(note, MemberList) else (),
        failed_messages=await _list_failed_messages(ctx, answer) if answer is not None and is_failure else (),
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
    may_see = reader is not None and await redaction.may_see_personal_data(ctx, lead, reader)
    shown = await merge_split.list_members(ctx, lead, note.page)
    return [await _member_facts(ctx, ticket if may_see else redaction.redact_ticket(ctx, ticket)) for ticket in shown]


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
