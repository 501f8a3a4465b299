"""«Внесено в …»: a person has entered the text into the other system, or returns it with a remark."""

from bot.domain.answers import Answer
from bot.domain.audit import Remark
from bot.domain.drafts import RETURN_REMARK, Wording
from bot.domain.entries import EntryState, SystemEntry
from bot.domain.errors import EntryEnded, NotAllowed, OutdatedButton
from bot.domain.notifications.answers import AnswerToPassOn
from bot.domain.notifications.entries import EntryDone, EntryReturned
from bot.domain.people import Person
from bot.domain.roles import Right
from bot.domain.tickets import State, Step, Ticket
from bot.services.answers import answers
from bot.services.context import UseCaseContext, responsibility, system_curators
from bot.services.deadlines import first_word_clock
from bot.services.notifications import cards, notify
from bot.services.tickets import calls, entries, problem_members, workflow

_LATECOMER_TEXTS = {State.PUBLISHING: Wording.ANSWER, State.POSTPONED: Wording.INTERIM}
"""The text that a ticket has missed that joins a problem in this state."""


async def get_waiting(
    ctx: UseCaseContext, ticket_id: int, person: Person, entry_id: int | None = None
) -> tuple[Ticket, SystemEntry]:
    """Return what waits to be entered for the ticket, if *person* may say so; without *entry_id*, the only such text.

    Raise :class:`EntryEnded` with the name of who was faster.
    """
    ticket = await workflow.get(ctx, ticket_id)
    if entry_id is None:
        known = await ctx.uow.system_entries.find_latest(ticket.id)
        entry_id = known.id if known is not None else 0
    entry = await ctx.uow.system_entries.get(entry_id, lock=True)
    if entry is None or entry.ticket_id != ticket.id or entry.state is EntryState.WITHDRAWN:
        raise OutdatedButton(number=ticket.id, state=ticket.state.value)
    if not await entries.may_enter(ctx, person, entry.system):
        raise NotAllowed(number=ticket.id, right=Right.TYPE_IN.value)
    if entry.state is not EntryState.WAITING:
        name = await ctx.uow.staff.find_name(entry.ended_by) if entry.ended_by is not None else None
        raise EntryEnded(number=ticket.id, name=name)
    return ticket, entry


async def enter(ctx: UseCaseContext, ticket_id: int, person: Person, entry_id: int | None = None) -> Ticket:
    """Handle «Внесено в …»: the text is where the citizen reads it. The first press counts.

    A message of a chat has been answered there before, and nothing but the entry changes.
    Raise :class:`bot.domain.errors.CallMissing` where the rules want a call before an answer and none is noted.
    """
    ticket, entry = await get_waiting(ctx, ticket_id, person, entry_id)
    answer = await ctx.uow.answers.get(entry.answer_id)
    is_answer, is_copy = answer is not None and answer.is_final, ticket.account is not None
    if is_answer and not entry.is_correction and not is_copy:
        await calls.check_called(ctx, ticket)
    system = system_curators.title_of(ctx, entry.system)
    note = EntryDone(ticket_id=ticket.id, system=system, name=person.name, at=ctx.now)
    await entries.end(ctx, ticket, entry, EntryState.ENTERED, person, note)
    facts = {"entry": entry.id, "system": entry.system, "correction": entry.is_correction}
    facts |= {} if is_answer or answer is None else {"kind": answer.kind.value}
    await ctx.uow.audit_log.record("entered", ctx.now, person_id=person.id, ticket_id=ticket.id, facts=facts)
    if answer is not None and not answer.is_final:
        await _on_early_text(ctx, ticket, answer)
    elif is_copy:
        pass
    elif ticket.state is State.PUBLISHING and ticket.lead_id is None:
        ticket = await answers.mark_answered(ctx, ticket, person)
    elif ticket.state is State.PUBLISHING and ticket.lead_id is not None:
        await problem_members.mark_answered(ctx, ticket.lead_id, [ticket.id])
    ticket = await workflow.get(ctx, ticket.id)
    await cards.sync(ctx, ticket, actor=person)
    return ticket


async def _on_early_text(ctx: UseCaseContext, ticket: Ticket, answer: Answer) -> None:
    """Let the clock of the first word rest where the text says that the matter is taken up."""
    if answer.kind in (Wording.FIRST_WORD, Wording.INTERIM):
        await first_word_clock.stop(ctx, ticket)


async def return_text(ctx: UseCaseContext, ticket_id: int, person: Person, entry_id: int, remark: str) -> Ticket:
    """Handle «Вернуть с замечанием»: the text does not fit the system, or the applicant has said something else.

    An answer goes back to who has worked on it; what is already answered stays so, without the correction.
    """
    ticket, entry = await get_waiting(ctx, ticket_id, person, entry_id)
    note = EntryReturned(
        ticket_id=ticket.id, system=system_curators.title_of(ctx, entry.system), name=person.name, remark=remark
    )
    await entries.end(ctx, ticket, entry, EntryState.RETURNED, person, note)
    await ctx.uow.cards.add_remark(Remark(ticket.id, person.id, RETURN_REMARK, remark, ctx.now))
    facts = {"entry": entry.id, "system": entry.system}
    await ctx.uow.audit_log.record("entry_returned", ctx.now, person_id=person.id, ticket_id=ticket.id, facts=facts)
    answer = await ctx.uow.answers.get(entry.answer_id)
    if ticket.state is State.PUBLISHING and ticket.lead_id is None and ticket.account is None:
        ticket = await workflow.transition(ctx, ticket, Step.PUBLICATION_FAILED, person)
    else:
        await cards.sync(ctx, ticket, actor=person)
    for reader in await cards.answer_owners(ctx, ticket, answer.person_id if answer is not None else None):
        if reader != person:
            await notify.notify(ctx, reader, note, ticket=ticket)
    return ticket


async def answer_latecomer(ctx: UseCaseContext, member: Ticket) -> None:
    """Pass on what a ticket without a message has missed that joins an answered problem."""
    kind = _LATECOMER_TEXTS.get(member.state)
    answer = await ctx.uow.answers.find_latest(member.lead_id or 0, kind) if kind is not None else None
    if answer is None:
        return
    if system_curators.system_of(ctx, member) is not None:
        await entries.request(ctx, member, answer)
        return
    creator = ctx.municipality.staff.find_by_id(member.created_by) if member.created_by is not None else None
    people = (creator,) if creator is not None else await responsibility.sorting_people(ctx)
    await notify.notify_all(ctx, people, AnswerToPassOn(ticket_id=member.id, answer_id=answer.id), ticket=member)
    if kind is Wording.ANSWER:
        await problem_members.mark_answered(ctx, member.lead_id or 0, [member.id])
