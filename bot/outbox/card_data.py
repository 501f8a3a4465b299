"""The data of a card, as one person may see it."""

from collections.abc import Sequence
from dataclasses import replace

from bot.domain.answers import Answer, Publication, PublicationState
from bot.domain.audit import Remark
from bot.domain.cards import Card, CardExtras
from bot.domain.gist import gist
from bot.domain.importance import ImportanceReason
from bot.domain.messages import Message, MessageRole
from bot.domain.people import Person
from bot.domain.roles import Right
from bot.domain.sources import messenger_of, messenger_title
from bot.domain.ticket_data import DataField
from bot.domain.tickets import State, Ticket
from bot.domain.view_data import (
    CardFacts,
    EntryFacts,
    MessageFacts,
)
from bot.messengers.events import MediaKind
from bot.outbox import draft_data, inquiry_data, media_data, redaction
from bot.services.answers import approvers, corrections
from bot.services.context import UseCaseContext, responsibility, system_curators
from bot.services.context.messages import message_facts, text_key
from bot.services.intake import division
from bot.services.problems import merge_split
from bot.services.tickets import correction_requests, data_changes, entries
from bot.understanding.relevance.importance import find_reasons

MAX_ADDITIONS_SHOWN = 5


async def card_facts(ctx: UseCaseContext, ticket: Ticket, person: Person, card: Card | None) -> CardFacts:
    """Return the card of *ticket* as *person* may see it."""
    messages = await ctx.uow.messages.list_for_ticket(ticket.id)
    additions = [m.text for m in messages if _adds_text(m, ticket)]
    covers = card is not None and ctx.municipality.covers_applicants(card.account)
    if covers or not await redaction.may_see_personal_data(ctx, ticket, person):
        ticket, additions = (
            redaction.redact_ticket(ctx, ticket, covers=covers),
            [ctx.municipality.understanding.redact(text) for text in additions],
        )
    answer = await ctx.uow.answers.find_latest(ticket.lead_id or ticket.id)
    extras = await ctx.uow.cards.find_extras(ticket.id)
    facts = await _written_facts(ctx, ticket, person, messages, answer, extras)
    facts = replace(
        facts,
        additions=additions[-MAX_ADDITIONS_SHOWN:],
        menu=card.menu if card else "",
        applicant_shown_in=_applicant_shown_in(ctx, person) if covers else None,
        similar=await _list_merge_candidates(ctx, ticket, person) if card is not None and card.menu == "merge" else (),
        topics=_topics(ctx, ticket, card),
    )
    facts = await _with_past(ctx, facts, person, answer, extras)
    return await _with_choices(ctx, facts, person)


async def _written_facts(
    ctx: UseCaseContext,
    ticket: Ticket,
    person: Person,
    messages: Sequence[Message],
    answer: Answer | None,
    extras: CardExtras,
) -> CardFacts:
    """Return what was written about the ticket, who has it, and what *person* may do with it."""
    roots = _roots(messages)
    media = [item for m in messages if m.part is not MessageRole.STAFF for item in media_data.shown_media(m)]
    publications = await ctx.uow.answers.list_publications(answer.id, ticket.id) if answer else []
    standing = await responsibility.standing_of(ctx, ticket)
    return CardFacts(
        ticket=ticket,
        sector_title=ctx.municipality.title_of(ticket),
        theme=ctx.municipality.theme_title(ticket.theme) if ctx.municipality.sectors else None,
        messages=[message_facts(ctx, message) for message in roots],
        sent_at=roots[0].sent_at if roots else ticket.registered_at,
        forwarded_from=roots[0].forwarded_from if roots else None,
        additions=(),
        media_count=sum(1 for item in media if item.kind is not MediaKind.LOCATION),
        location=ticket.coordinates or next((item.point for item in media if item.point is not None), None),
        remarks=await _named_remarks(ctx, ticket) if extras.has_remarks else [],
        assignee=await ctx.uow.staff.find_name(ticket.assignee_id) if ticket.assignee_id else None,
        answer=answer.text if answer else None,
        publications=publications,
        rights=standing.rights_of(person),
        is_responsible=person in standing.acting,
        owners=[owner.name for owner in standing.acting],
        post=standing.responsibility.post.title,
        districts=ctx.municipality.districts(),
        stand_in=standing.stand_in,
        can_correct=answer is not None and await corrections.can_correct(ctx, answer, ticket),
        manual_publications=await _list_manual_posts(ctx, publications),
        menu="",
        sectors=[(sector.code, sector.title) for sector in ctx.municipality.sectors.values()],
        upvotes=extras.upvotes,
        created_by=await ctx.uow.staff.find_name(ticket.created_by) if ticket.created_by else None,
        forwarded_at=next((m.sent_at for m in messages if m.forwarded_from and not roots), None),
    )


async def _with_past(
    ctx: UseCaseContext, facts: CardFacts, person: Person, answer: Answer | None, extras: CardExtras
) -> CardFacts:
    """Add what has come of the ticket: its problem, questions, promises, and what another system says."""
    ticket = facts.ticket
    record = await ctx.uow.imports.find_record(ticket.id) if ticket.external_number is not None else None
    is_part = extras.is_divided or ticket.divided_from is not None
    related = await division.list_related(ctx, ticket) if is_part else ()
    asked = await ctx.uow.inquiries.list_for_ticket(ticket.id) if extras.has_inquiries else ()
    return replace(
        facts,
        problem=await merge_split.problem_facts(ctx, ticket, answer),
        solution=await ctx.uow.solutions.get(ticket.id) if ticket.answered_at is not None else None,
        previous=await ctx.uow.tickets.get(ticket.previous_id) if ticket.previous_id else None,
        divided=[(one.id, ctx.municipality.title_of(one)) for one in related],
        inquiries=await inquiry_data.inquiry_facts(ctx, asked),
        promise=await ctx.uow.promises.find_open(ticket.id) if extras.has_promise else None,
        approval=await draft_data.waiting_on_card(ctx, ticket, person),
        delegations=await draft_data.delegations_on_card(ctx, ticket),
        entry=await _entry_facts(ctx, ticket, person),
        system_facts=record.facts if record is not None else None,
        system_title=ctx.municipality.systems.title(record.system) if record is not None else "",
        publisher=await ctx.uow.staff.find_name(answer.publisher_id) if answer and answer.publisher_id else None,
    )


async def _with_choices(ctx: UseCaseContext, facts: CardFacts, person: Person) -> CardFacts:
    """Add what *person* may choose from."""
    ticket, rights = facts.ticket, facts.rights
    return replace(
        facts,
        matters=_matters(ctx, ticket),
        importance_reasons=_importance_reasons(ctx, ticket),
        data_fields=_list_data_fields(ticket, rights),
        may_draft=Right.ANSWER not in rights and await approvers.may_draft(ctx, ticket, person),
        delegates=await draft_data.list_delegates(ctx, ticket) if Right.DELEGATE in rights else (),
        asks_others=await approvers.asks_others(ctx, ticket, person),
        asks_corrections=correction_requests.oversees(ctx, person),
    )


def _roots(messages: Sequence[Message]) -> list[Message]:
    return [m for m in messages if m.part in (MessageRole.ROOT, MessageRole.COPY)]


async def _named_remarks(ctx: UseCaseContext, ticket: Ticket) -> list[tuple[str, Remark]]:
    found = await ctx.uow.cards.list_remarks(ticket.id)
    return [(await ctx.uow.staff.find_name(remark.person_id) or "", remark) for remark in found]


async def _entry_facts(ctx: UseCaseContext, ticket: Ticket, person: Person) -> EntryFacts | None:
    """Return what was to be entered into the system that has *ticket*; nothing is before somebody answers."""
    is_entered = ticket.account is None or ticket.state in (State.ANSWERED, State.CLOSED)
    is_entered = is_entered and await system_curators.find_system(ctx, ticket) is not None
    entry = await ctx.uow.system_entries.find_latest(ticket.id) if is_entered else None
    if entry is None:
        return None
    name = await ctx.uow.staff.find_name(entry.ended_by) if entry.ended_by is not None else None
    may_enter = await entries.may_enter(ctx, person, entry.system)
    return EntryFacts(entry, system_curators.title_of(ctx, entry.system), name, may_enter)


async def _list_merge_candidates(ctx: UseCaseContext, ticket: Ticket, person: Person) -> list[tuple[int, str]]:
    return [(one.id, one.text) for one in await merge_split.list_similar(ctx, ticket, person)]


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


def _matters(ctx: UseCaseContext, ticket: Ticket) -> list[tuple[str, str]]:
    """Return the matters of a text with several, until somebody has accepted it."""
    found = division.list_matters(ctx, ticket)
    return [(ctx.municipality.sector_title(one.reading.sector) or "", gist(one.text)) for one in found]


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
