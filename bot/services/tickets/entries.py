"""Texts for the systems where the bot may not post: who enters them, what waits, and what is withdrawn.

An answer to a ticket of such a system is published when a person says «Внесено в …»
(:mod:`bot.services.answers.entered`). Until then the ticket is in publishing, as with a post that a person makes.
A message of a chat that such a system has, too, is answered in the chat; its answer is entered there afterwards.
"""

from collections.abc import Collection
from dataclasses import dataclass

from bot.domain.answers import Answer
from bot.domain.entries import EntryState, SystemEntry
from bot.domain.errors import NotAllowed
from bot.domain.notifications.base import Notification
from bot.domain.notifications.entries import EntryAsked, EntryWithdrawn
from bot.domain.notifications.envelope import NoteEnvelope
from bot.domain.notifications.manual_posting import AnswerText
from bot.domain.outbox import Priority
from bot.domain.people import Person
from bot.domain.roles import Right, Scope
from bot.domain.tickets import Step, Ticket
from bot.services.context import UseCaseContext, system_curators
from bot.services.notifications import notify

MAX_LISTED = 50

MAX_SENT_AT_ONCE = 3
"""Texts that are sent one by one; more of them are in the list alone."""

_WITHDRAWING_STEPS = frozenset(
    {
        Step.PUBLICATION_FAILED,
        Step.DISMISS,
        Step.ERASE,
        Step.NOT_SOLVED,
        Step.REOPEN,
        Step.CLOSE_WITHOUT_ANSWER,
        Step.ANSWER_REMOVED,
    }
)
"""Steps after which nobody is to read the text any more. Hand-overs are none: an interim answer is still true."""


@dataclass(frozen=True, slots=True)
class WaitingEntry:
    """A text that waits to be entered, with its ticket."""

    entry: SystemEntry
    ticket: Ticket


async def may_enter(ctx: UseCaseContext, person: Person, system: str) -> bool:
    """Return whether *person* may say «Внесено»: who enters its texts now, or types in for all systems or for this."""
    if person.systems and system not in person.systems:
        return person in await system_curators.list_people(ctx, system)
    types_in = Scope.ALL in ctx.municipality.staff.roles.scopes(person.roles, Right.TYPE_IN)
    return types_in or person in await system_curators.list_people(ctx, system)


async def request(
    ctx: UseCaseContext, ticket: Ticket, answer: Answer, *, is_correction: bool = False, in_list_only: bool = False
) -> None:
    """Let the text of *answer* wait to be entered in place of what waited before, and show it to who enters it.

    They are told without a sound: it is in their list. *in_list_only*: it is one of many.
    """
    system = await system_curators.find_system(ctx, ticket)
    if system is None:
        return
    await withdraw(ctx, ticket)
    entry = await ctx.uow.system_entries.add(ticket.id, answer.id, system, ctx.now, is_correction=is_correction)
    facts = {"entry": entry.id, "system": system, "kind": answer.kind.value}
    await ctx.uow.audit_log.record("entry_asked", ctx.now, ticket_id=ticket.id, facts=facts)
    if not in_list_only:
        for person in await system_curators.list_people(ctx, system):
            await send(ctx, ticket, entry, person)


async def request_copies(ctx: UseCaseContext, ticket_ids: Collection[int], *, in_list_only: bool = False) -> None:
    """Let the answers that these tickets of chats have got be entered into the systems that have them, too.

    What such a system calls finished has its answer there already.
    """
    joined = await ctx.uow.imports.list_joined(ticket_ids)
    for ticket in (await ctx.uow.tickets.get_many(joined)).values():
        answer = await ctx.uow.answers.find_latest(ticket.lead_id or ticket.id)
        if answer is not None:
            many = in_list_only or len(joined) > MAX_SENT_AT_ONCE
            await request(ctx, ticket, answer, in_list_only=many)


async def request_corrected_copy(ctx: UseCaseContext, ticket: Ticket, answer: Answer) -> None:
    """Let the corrected *answer* be entered, if *ticket* is one whose answer somebody enters."""
    if await ctx.uow.system_entries.find_latest(ticket.id) is not None:
        was_entered = await ctx.uow.system_entries.was_entered(answer.id, ticket.id)
        await request(ctx, ticket, answer, is_correction=was_entered)


async def send(
    ctx: UseCaseContext, ticket: Ticket, entry: SystemEntry, person: Person, priority: Priority = Priority.NOTE
) -> None:
    """Send *person* the button and, as a message of its own, the text letter for letter."""
    note = EntryAsked(
        ticket_id=ticket.id,
        entry_id=entry.id,
        answer_id=entry.answer_id,
        system=system_curators.title_of(ctx, entry.system),
        is_correction=entry.is_correction,
    )
    envelope = NoteEnvelope(sent_message_kind=_note_kind(entry))
    silent = priority is Priority.NOTE
    await notify.notify(ctx, person, note, ticket=ticket, priority=priority, envelope=envelope, silent=silent)
    text = AnswerText(ticket_id=ticket.id, answer_id=entry.answer_id)
    await notify.notify(ctx, person, text, ticket=ticket, priority=priority, silent=silent)


def _note_kind(entry: SystemEntry) -> str:
    return f"entry:{entry.id}"


async def end(
    ctx: UseCaseContext,
    ticket: Ticket,
    entry: SystemEntry,
    state: EntryState,
    person: Person | None,
    note: Notification,
) -> None:
    """End the waiting of *entry*, and let *note* take the place of all questions about it."""
    await ctx.uow.system_entries.end(entry.id, state, ctx.now, person.id if person is not None else None)
    await notify.edit_all(ctx, ticket.id, _note_kind(entry), note)


async def withdraw(ctx: UseCaseContext, ticket: Ticket) -> None:
    """Withdraw what waits to be entered for *ticket*, if anything does."""
    waiting = await ctx.uow.system_entries.find_waiting(ticket.id)
    if waiting is not None:
        note = EntryWithdrawn(ticket_id=ticket.id, system=system_curators.title_of(ctx, waiting.system))
        await end(ctx, ticket, waiting, EntryState.WITHDRAWN, None, note)


async def on_step(ctx: UseCaseContext, ticket: Ticket, step: Step) -> None:
    """Withdraw what waits once *ticket* has gone another way than to an answer."""
    if step in _WITHDRAWING_STEPS and await system_curators.find_system(ctx, ticket) is not None:
        await withdraw(ctx, ticket)


async def list_waiting(ctx: UseCaseContext, person: Person, limit: int = MAX_LISTED) -> list[WaitingEntry]:
    """Return what *person* may enter, the oldest first; raise :class:`NotAllowed` for who enters nothing."""
    systems = [one for one in await ctx.uow.system_entries.list_waiting_systems() if await may_enter(ctx, person, one)]
    if not systems and not enters_anything(ctx, person):
        raise NotAllowed(right=Right.TYPE_IN.value)
    return await _with_tickets(ctx, systems, limit)


async def list_own(ctx: UseCaseContext, person: Person, limit: int = MAX_LISTED) -> list[WaitingEntry]:
    """Return what waits for *person*: they are a curator of the system, or act for one who is not there."""
    known = await ctx.uow.system_entries.list_waiting_systems()
    own = [one for one in known if person in await system_curators.list_people(ctx, one)]
    return await _with_tickets(ctx, own, limit)


async def _with_tickets(ctx: UseCaseContext, systems: Collection[str], limit: int) -> list[WaitingEntry]:
    found = await ctx.uow.system_entries.list_waiting(limit, systems) if systems else []
    tickets = await ctx.uow.tickets.get_many({one.ticket_id for one in found})
    return [WaitingEntry(one, tickets[one.ticket_id]) for one in found if one.ticket_id in tickets]


def enters_anything(ctx: UseCaseContext, person: Person) -> bool:
    """Return whether *person* has the list of what waits to be entered among their commands."""
    return bool(person.systems) or ctx.municipality.has_right_anywhere(person, Right.TYPE_IN)
