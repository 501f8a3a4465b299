"""News of a problem that are no tickets: voices from other houses, and the word that it is over.

They change what new messages are compared with: the problem knows the houses of those who only said «у нас тоже», and
after «дали свет» it ends, so that the outage of the evening is another one.
"""

from bot.domain.messages import Message
from bot.domain.ticket_changes import TicketChange
from bot.domain.tickets import Ticket
from bot.services.context import UseCaseContext
from bot.services.tickets import problem_matching
from bot.understanding.events.matcher import OpenEvent
from bot.understanding.reading import Reading


async def add_voice(ctx: UseCaseContext, lead: Ticket, message: Message, reading: Reading) -> None:
    """Remember the place of *message*, which is a voice for the ticket or the problem of *lead*."""
    if ctx.municipality.problem_window is None or not message.text:
        return
    signature = ctx.signature(message.text, reading)
    if not signature.names and not signature.marks and signature.settlement is None:
        return
    event = await _load(ctx, lead)
    if event is not None:
        event.add_voice(problem_matching.build_post(ctx, message.text, message), signature)
        await _store(ctx, lead, event)


async def note_end(ctx: UseCaseContext, message: Message, reading: Reading) -> bool:
    """Note that the problem which *message* is about is over; return whether it says so."""
    if ctx.municipality.problem_window is None or not message.text or reading.noise is not None:
        return False
    if not ctx.signature(message.text, reading).says_over:
        return False
    candidate = (await problem_matching.match_event(ctx, message.text, reading, message)).candidate
    lead = await ctx.uow.tickets.get(candidate.lead_id) if candidate is not None else None
    event = await _load(ctx, lead) if lead is not None else None
    if lead is None or event is None:
        return False
    event.ended = ctx.now.timestamp()
    await _store(ctx, lead, event)
    return True


async def _load(ctx: UseCaseContext, lead: Ticket) -> OpenEvent | None:
    await ctx.uow.lock(problem_matching.LOCK_KEY)
    record = await ctx.uow.problems.get_fingerprint(lead)
    return OpenEvent.from_record(lead.id, record) if record is not None else None


async def _store(ctx: UseCaseContext, lead: Ticket, event: OpenEvent) -> None:
    record = event.to_record()
    if lead.problem_id is not None:
        ctx.uow.problems.add_members(lead.problem_id, members=0, people=0, fingerprint=record, heard_at=ctx.now)
    else:
        await ctx.uow.tickets.update(lead, TicketChange(fingerprint=record))
