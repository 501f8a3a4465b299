"""Lists at the end of an import: each post gets its new messages in one message, and who sorts what may be double."""

from collections import defaultdict
from collections.abc import Sequence
from typing import TypeVar

from bot.domain.errors import NotAllowed, OutdatedButton, TakenByOther
from bot.domain.import_files import LIST_PAGE_SIZE, ImportFile
from bot.domain.notifications.imports import ImportedAgain, ImportedList, ImportedWork, SimilarImported, SimilarPair
from bot.domain.people import Person
from bot.domain.roles import Right
from bot.domain.ticket_changes import TicketChange
from bot.domain.tickets import DismissReason, State, Step, Ticket
from bot.services.context import UseCaseContext, responsibility
from bot.services.imports import updating
from bot.services.notifications import notify
from bot.services.tickets import workflow

ListT = TypeVar("ListT", bound=ImportedList)

MAX_PAIRS = 3
"""Pairs that are shown at once; each has two buttons."""

MAX_COUNTED = 1000


async def send(ctx: UseCaseContext, file: ImportFile) -> None:
    """Send the lists of everything that *file*, or one whose end was never reached, has brought. None of them rings."""
    if file.system is None:
        return
    await ctx.uow.imports.list_unlisted(file.system, file.id)
    tickets = await ctx.uow.imports.list_listed(file.id)
    by_person: defaultdict[int, list[Ticket]] = defaultdict(list)
    for ticket in tickets:
        for person in await _acting(ctx, ticket):
            by_person[person.id].append(ticket)
    for person_id, own in by_person.items():
        reader = ctx.municipality.staff.find_by_id(person_id)
        if reader is not None:
            await notify.notify(ctx, reader, _page(ImportedWork, ctx, file, own, 0), silent=True)
    again = await ctx.uow.imports.list_again(file.id)
    for person in await responsibility.sorting_people(ctx) if again else ():
        await notify.notify(ctx, person, _page(ImportedAgain, ctx, file, again, 0), silent=True)
    await _send_similar(ctx)


async def _acting(ctx: UseCaseContext, ticket: Ticket) -> tuple[Person, ...]:
    return await responsibility.acting_people(ctx, ticket)


async def open_page(ctx: UseCaseContext, person: Person, file_id: int, page: int) -> ImportedWork:
    """Return a page of the list of *person*: what has been done since is not on it any more."""
    file = await ctx.uow.imports.get_file(file_id)
    if file is None:
        raise OutdatedButton()
    own = [one for one in await ctx.uow.imports.list_listed(file_id) if person in await _acting(ctx, one)]
    return _page(ImportedWork, ctx, file, own, page)


async def open_again_page(ctx: UseCaseContext, person: Person, file_id: int, page: int) -> ImportedAgain:
    """Return a page of what another system works on again; what was returned to work here is not on it any more."""
    if not ctx.municipality.has_right_anywhere(person, Right.TRIAGE):
        raise NotAllowed(right=Right.TRIAGE.value)
    file = await ctx.uow.imports.get_file(file_id)
    if file is None:
        raise OutdatedButton()
    return _page(ImportedAgain, ctx, file, await ctx.uow.imports.list_again(file_id), page)


def _page(kind: type[ListT], ctx: UseCaseContext, file: ImportFile, tickets: Sequence[Ticket], page: int) -> ListT:
    """Return *page* of a list of *tickets*, or its last one where there are fewer."""
    page = min(page, max(0, (len(tickets) - 1) // LIST_PAGE_SIZE))
    return kind(
        file_id=file.id,
        title=ctx.municipality.systems.title(file.system or ""),
        total=len(tickets),
        ticket_ids=tuple(one.id for one in tickets[page * LIST_PAGE_SIZE : (page + 1) * LIST_PAGE_SIZE]),
        page=page,
    )


async def _send_similar(ctx: UseCaseContext) -> None:
    note = await similar_note(ctx)
    if not note.pairs:
        return
    for person in await responsibility.sorting_people(ctx):
        await notify.notify(ctx, person, note, silent=True, dedupe=f"import_similar:{person.id}")


async def similar_note(ctx: UseCaseContext) -> SimilarImported:
    """Return the pairs that wait for a decision; one of which a ticket has ended meanwhile needs none."""
    waiting = await ctx.uow.imports.list_similar(MAX_COUNTED)
    tickets = await ctx.uow.tickets.get_many({one for pair in waiting for one in pair})
    pairs = [pair for pair in waiting if all(one in tickets for one in pair) and tickets[pair[0]].is_open]
    return SimilarImported(pairs=tuple(SimilarPair(*pair) for pair in pairs[:MAX_PAIRS]), total=len(pairs))


async def decide_similar(ctx: UseCaseContext, person: Person, imported_id: int, *, same: bool) -> SimilarImported:
    """Join the imported ticket to that of the chat, or keep both; return what is left to decide."""
    if not ctx.municipality.has_right_anywhere(person, Right.TRIAGE):
        raise NotAllowed(right=Right.TRIAGE.value)
    chat_ticket_id = await ctx.uow.imports.find_similar(imported_id)
    if chat_ticket_id is None:
        raise OutdatedButton()
    if same:
        await _join(ctx, person, await workflow.get(ctx, imported_id), await workflow.get(ctx, chat_ticket_id))
    else:
        await ctx.uow.imports.clear_similar(imported_id)
        await ctx.uow.audit_log.record("import_kept_apart", ctx.now, person_id=person.id, ticket_id=imported_id)
    return await similar_note(ctx)


async def _join(ctx: UseCaseContext, person: Person, imported: Ticket, chat_ticket: Ticket) -> None:
    """End the imported ticket as a duplicate; its number and its term go to the ticket of the chat."""
    number, record = imported.external_number, await ctx.uow.imports.find_record(imported.id)
    if number is None or record is None or record.facts is None or chat_ticket.external_number is not None:
        raise OutdatedButton()
    if imported.state not in (State.TRIAGE, State.ASSIGNED):
        raise TakenByOther(number=imported.id, name=await _assignee_name(ctx, imported))
    await ctx.uow.tickets.update(imported, TicketChange(external_number=None))
    fresh = await workflow.get(ctx, imported.id)
    change = TicketChange(dismiss_reason=DismissReason.DUPLICATE, ended_at=ctx.now)
    await workflow.transition(ctx, fresh, Step.DISMISS, person, change)
    await ctx.uow.imports.move_record(imported.id, chat_ticket.id)
    await updating.give_number(ctx, record.system, chat_ticket, number, record.facts, person)


async def _assignee_name(ctx: UseCaseContext, ticket: Ticket) -> str | None:
    return await ctx.uow.staff.find_name(ticket.assignee_id) if ticket.assignee_id else None
