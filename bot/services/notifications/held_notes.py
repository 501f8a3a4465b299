"""Notes without a ticket that nobody could be told: held, and told to the first of their audience who can be reached.

Tickets need none of this: their cards are sent again (:mod:`bot.services.staff.reachability`).
"""

from collections import defaultdict

from bot.domain.held_notes import HeldNote, Reader
from bot.domain.notifications.codec import decode
from bot.domain.notifications.envelope import NoteEnvelope
from bot.domain.notifications.held_notes import HeldNotes
from bot.domain.notifications.registry import notification_of
from bot.domain.outbox import OutboxKind, OutboxRow, Priority
from bot.domain.people import Person
from bot.services.context import UseCaseContext
from bot.services.notifications import notify

MAX_TOLD = 10
"""Notes in one message: about a page; a person reads no more at once."""

_LOCK = "held notes"

_ASKED_FOR = (Priority.INTERACTIVE, Priority.ANSWER)


async def on_unreachable(ctx: UseCaseContext, row: OutboxRow) -> None:
    """Hold the note of *row*, which its reader did not let in, unless another of its audience has it."""
    envelope = decode(NoteEnvelope, row.facts) if row.kind is OutboxKind.NOTE else None
    if envelope is None or envelope.is_prompt or row.ticket_id is not None or row.priority in _ASKED_FOR:
        return
    await ctx.uow.lock(_LOCK)  # two readers may be found unreachable at once
    note = notification_of(row.facts)
    if isinstance(note, HeldNotes):
        known = await ctx.uow.held_notes.list_by_ids(note.note_ids)
        missed = [one.id for one in known if one.reader.person_id or not await _list_reachable(ctx, one.reader)]
        await ctx.uow.held_notes.hold_again(missed)
        return
    reader = Reader(envelope.audience, None if envelope.audience else row.person_id)
    if envelope.audience is None or not await _list_reachable(ctx, reader):
        await ctx.uow.held_notes.add(reader, row.facts, row.created_at)


async def has_deliverable(ctx: UseCaseContext) -> bool:
    """Return whether :func:`deliver` would tell anything; writes nothing."""
    return any([await _list_reachable(ctx, reader) for reader in await ctx.uow.held_notes.list_readers()])


async def deliver(ctx: UseCaseContext) -> None:
    """Tell what is held to those who can be reached now: to each of them once, in one message."""
    await ctx.uow.lock(_LOCK)
    held: dict[Person, list[HeldNote]] = defaultdict(list)
    for reader in await ctx.uow.held_notes.list_readers():
        people = await _list_reachable(ctx, reader)
        notes = await ctx.uow.held_notes.list_waiting(reader) if people else []
        for person in people:
            held[person] += notes
        await ctx.uow.held_notes.give([one.id for one in notes], ctx.now)
    for person, notes in held.items():
        notes.sort(key=lambda one: (one.until, one.id))
        told = tuple(one.id for one in notes[-MAX_TOLD:])
        await notify.notify(ctx, person, HeldNotes(note_ids=told, earlier=len(notes) - len(told)))


async def _list_reachable(ctx: UseCaseContext, reader: Reader) -> list[Person]:
    staff = ctx.municipality.staff
    one = staff.find_by_id(reader.person_id) if reader.person_id is not None else None
    people = staff.recipients(reader.audience) if reader.audience is not None else (one,)
    return [person for person in people if person is not None and await ctx.can_reach(person)]
