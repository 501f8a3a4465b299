"""What can be done to a ticket. Every change goes through :func:`move`: table, version, audit, terms, cards."""

from typing import Any

from bot.domain.audit import Remark
from bot.domain.channels import Address
from bot.domain.deadlines import Limit
from bot.domain.errors import MovedOn, NoSuchTicket, NotAllowed, NotYours, OutdatedButton, PartOfProblem, TakenByOther
from bot.domain.people import Person, Right
from bot.domain.tickets import TOGETHER, UNACCEPTED, DismissReason, State, Step, Ticket, follow
from bot.services.context import Work
from bot.services.deadlines import deadlines
from bot.services.dialogs import dialogs
from bot.services.manual_posting import staff_replies
from bot.services.notifications import cards, notify
from bot.services.tickets import problem_members

ANSWER_STEPS = ("answer", "answer_preview")
"""Dialog steps in which somebody is writing an answer."""

TICKET_STEPS = (
    *ANSWER_STEPS,
    "further",
    "further_preview",
    "correct",
    "correct_preview",
    "hand_over_reason",
    "dismiss_reason",
)
"""Dialog steps that are about one ticket."""


async def get(work: Work, ticket_id: int) -> Ticket:
    """The ticket, or :class:`NoSuchTicket`."""
    ticket = await work.uow.tickets.get(ticket_id, lock=True)
    if ticket is None:
        raise NoSuchTicket(number=ticket_id)
    return ticket


def permit(work: Work, person: Person, right: Right, ticket: Ticket) -> None:
    """:class:`NotAllowed` unless *person* holds *right* over *ticket*."""
    sector = None if ticket.state is State.TRIAGE else ticket.sector
    if not work.centre.staff.may(person, right, sector, ticket.district):
        refusal = NotYours if right is Right.SEE_TICKET else NotAllowed
        raise refusal(right=right.value, number=ticket.id)


async def move(work: Work, ticket: Ticket, step: Step, actor: Person | None, **values: Any) -> Ticket:
    """Take *step* and write down all that follows from it.

    Raises :class:`OutdatedButton` where the table does not know the step, :class:`TakenByOther` where somebody else has
    changed the ticket a moment ago, :class:`PartOfProblem` where the ticket that leads a problem is to be asked.
    """
    if actor is not None:
        check_stands_alone(ticket, step)
    state = follow(ticket.state, step)
    changed = await work.uow.tickets.change(ticket, state=state.value, **values)
    if changed is None:
        raise TakenByOther(number=ticket.id)
    facts = {"was": ticket.state.value, "now": state.value, "sector": changed.sector}
    if changed.dismiss_reason is not None:
        facts["reason"] = changed.dismiss_reason.value
    person_id = actor.id if actor else None
    await work.uow.chronicle.record(step.value, work.now, person_id=person_id, ticket_id=changed.id, facts=facts)
    await problem_members.follow(work, changed, step, actor, values)
    await deadlines.stop(work, ticket, changed)
    await work.uow.cards.close_menus(ticket.id)
    await cards.show(work, changed, actor=actor)
    if step is Step.CHOOSE_SECTOR:
        await staff_replies.offer_waiting(work, changed)
    return changed


def check_stands_alone(ticket: Ticket, step: Step) -> None:
    """Members of a problem are decided together: :class:`PartOfProblem`."""
    if ticket.lead_id is not None and step in TOGETHER:
        raise PartOfProblem(number=ticket.id, lead=ticket.lead_id)


async def accept(work: Work, ticket_id: int, person: Person) -> Ticket:
    """«Принять»: the person takes the ticket."""
    ticket = await get(work, ticket_id)
    permit(work, person, Right.ACCEPT, ticket)
    if ticket.state is State.ACCEPTED:
        if ticket.assignee_id == person.id:
            return ticket
        raise TakenByOther(number=ticket.id, name=await _name(work, ticket.assignee_id))
    first = ticket.accepted_at or work.now
    return await move(work, ticket, Step.ACCEPT, person, assignee_id=person.id, accepted_at=first)


async def hand_over(work: Work, ticket_id: int, person: Person, sector: str) -> Ticket:
    """«Передать», or the coordinator's choice: the ticket belongs to *sector* now. Its terms run on."""
    ticket = await get(work, ticket_id)
    triage = ticket.state is State.TRIAGE
    permit(work, person, Right.TRIAGE if triage else Right.HAND_OVER, ticket)
    if sector not in work.centre.sectors or ticket.sector == sector:
        raise OutdatedButton(sector=sector, state=ticket.state.value)
    step = Step.CHOOSE_SECTOR if triage else Step.HAND_OVER
    seen = {card.person_id for card in await work.uow.cards.of_ticket(ticket.id)}
    changed = await move(work, ticket, step, person, sector=sector, assignee_id=None)
    await _call_back(work, changed, person, seen, "handed_to_you")
    await void_dialogs(work, changed, TICKET_STEPS, person, "draft_void_handed")
    if ticket.state not in UNACCEPTED:
        # It was accepted; what is left of the term to accept runs for the next head.
        terms = deadlines.planned(work, ticket.urgency, ticket.registered_at, accept_due=ticket.accept_due)
        left = [due for due in terms.dues if due.limit is Limit.ACCEPT and due.at > work.now]
        await deadlines.remind(work, ticket, left)
    return changed


async def dismiss(work: Work, ticket_id: int, person: Person, reason: DismissReason, words: str = "") -> Ticket:
    """«Не требует ответа», with a reason."""
    ticket = await get(work, ticket_id)
    permit(work, person, Right.DISMISS, ticket)
    changed = await move(
        work, ticket, Step.DISMISS, person, dismiss_reason=reason.value, ended_at=work.now, assignee_id=person.id
    )
    await void_dialogs(work, changed, TICKET_STEPS, person, "draft_void_dismissed")
    if words:
        await work.uow.cards.add_remark(Remark(ticket.id, person.id, "dismiss", words, work.now))
    return changed


async def reopen(work: Work, ticket_id: int, person: Person, sector: str | None = None) -> Ticket:
    """«Вернуть в работу»: terms run anew, from now."""
    ticket = await get(work, ticket_id)
    permit(work, person, Right.REOPEN, ticket)
    return await again(work, ticket, Step.REOPEN, person, sector or ticket.sector)


async def again(work: Work, ticket: Ticket, step: Step, person: Person, sector: str | None = None) -> Ticket:
    """The ticket is in work again, for *sector* (``None``: its own); terms run anew, from now."""
    sector = sector or ticket.sector
    if sector is None or sector not in work.centre.sectors:
        raise OutdatedButton(state=ticket.state.value)
    terms = deadlines.planned(work, ticket.urgency, work.now)
    seen = {card.person_id for card in await work.uow.cards.of_ticket(ticket.id)}
    changed = await move(
        work,
        ticket,
        step,
        person,
        sector=sector,
        dismiss_reason=None,
        ended_at=None,
        assignee_id=None,
        accepted_at=None,
        accept_due=terms.accept_due,
        answer_due=terms.answer_due,
    )
    await deadlines.remind(work, ticket, terms.dues)
    await _call_back(work, changed, person, seen, "returned")
    return changed


async def lose_answer(work: Work, ticket: Ticket) -> Ticket:
    """What answered the ticket does not answer it any more: it is its head's again, with a new term."""
    terms = deadlines.planned(work, ticket.urgency, work.now)
    changed = await move(work, ticket, Step.LOSE, None, answered_at=None, answer_due=terms.answer_due)
    await deadlines.remind(work, ticket, [due for due in terms.dues if due.limit is Limit.ANSWER])
    return changed


async def _call_back(work: Work, ticket: Ticket, actor: Person, seen: set[int], code: str) -> None:
    """Whose turn it is again: those who have had the card see it change without a sound, so they are told."""
    for person in cards.responsible(work, ticket):
        if person.id in seen and person != actor:
            await notify.tell(work, person, code, ticket=ticket, number=ticket.id)


async def check_handed_over_by(work: Work, ticket: Ticket, person: Person) -> None:
    """Only who handed the ticket over last may say why."""
    steps = (Step.HAND_OVER.value, Step.CHOOSE_SECTOR.value)
    moves = [row for row in await work.uow.chronicle.of_ticket(ticket.id) if row.action in steps]
    if not moves or moves[-1].person_id != person.id:
        raise MovedOn(number=ticket.id)


async def explain_hand_over(work: Work, ticket_id: int, person: Person, words: str) -> Ticket:
    """A reason for colleagues, shown on the card and in the history; the citizen never sees it."""
    ticket = await get(work, ticket_id)
    await check_handed_over_by(work, ticket, person)
    await work.uow.cards.add_remark(Remark(ticket.id, person.id, "hand_over", words, work.now))
    await cards.show(work, ticket, actor=person)
    return ticket


async def void_dialogs(work: Work, ticket: Ticket, steps: tuple[str, ...], actor: Person | None, code: str) -> None:
    """What colleagues were writing about this ticket has lost its point: tell them."""
    for dialog in await dialogs.void(work, ticket, steps):
        writer = work.centre.person_at(dialog.account, dialog.user_id)
        if writer is not None and writer != actor:
            at = Address(dialog.account, dialog.user_id)
            await notify.tell(work, writer, code, ticket=ticket, at=at, number=ticket.id)


async def _name(work: Work, person_id: int | None) -> str | None:
    return await work.uow.people.name(person_id) if person_id is not None else None
