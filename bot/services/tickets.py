"""What can be done to a ticket. Every change goes through :func:`move`: table, version, audit, terms, cards."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.domain.channels import Address
from bot.domain.deadlines import Due, DueKind, Limit, Plan, plan
from bot.domain.errors import MovedOn, NoSuchTicket, NotAllowed, NotYours, OutdatedButton, PartOfProblem, TakenByOther
from bot.domain.people import Person, Right
from bot.domain.records.incoming import Message
from bot.domain.records.past import Remark
from bot.domain.tickets import OPEN, TOGETHER, UNACCEPTED, DismissReason, State, Step, Ticket, follow
from bot.domain.urgency import Urgency
from bot.services import cards, colleagues, dialogs, likeness, members, notes
from bot.services.centre import Work, author_key
from bot.services.likeness import Likeness
from bot.understanding.base import Reading

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


@dataclass(frozen=True, slots=True)
class NewTicket:
    """What a ticket is made of. ``answer_due`` replaces our own term (another system's deadline)."""

    text: str
    reading: Reading
    source: str
    account: str | None = None
    author_id: str | None = None
    author_name: str | None = None
    place: str | None = None
    district: str | None = None
    point: tuple[float, float] | None = None  # where the citizen says it is, on the map
    text_key: str | None = None
    sector: str | None = None
    external_number: str | None = None
    answer_due: datetime | None = None
    created_by: Person | None = None
    message: Message | None = None
    answered: Ticket | None = None  # what the author has had an answer to
    hold: bool = False  # its first card waits for the rest of an album


async def register(work: Work, new: NewTicket) -> Ticket:
    """Make a ticket and route it: to its sector when that is sure, else to the coordinator."""
    reading = new.reading
    sector = new.sector or (reading.sector if reading.sure else None)
    found, lead = await _find_lead(work, new, sector)
    if found is not None and lead is not None:
        return await _join(work, new, sector, found, lead)
    terms = _plan(work, reading.urgency, work.now, answer_due=new.answer_due)
    ticket = await work.uow.tickets.add(
        _values(new, terms, work.now)
        | {
            "state": follow(State.NEW, Step.ROUTE if sector else Step.UNSURE).value,
            "sector": sector,
            "why": list(reading.evidence) if sector in (None, reading.sector) else None,
            "matter": found.matter if found is not None else None,
            "sketch": found.event.as_record() if found is not None else None,
        }
    )
    await work.uow.times.plan(ticket.id, _rows(terms.dues))
    await _record(work, ticket, "registered", new.created_by, sector=sector, state=ticket.state.value)
    await cards.show(work, ticket, hold=new.hold)
    return ticket


async def _find_lead(work: Work, new: NewTicket, sector: str | None) -> tuple[Likeness | None, Ticket | None]:
    """What *new* resembles, and the ticket that it joins."""
    while True:
        found = await likeness.look(work, new.text, new.reading, new.message, sector, _had(new))
        if found is None or found.candidate is None:
            return found, None
        lead = await members.lead_for(work, found)
        if lead is not None:
            return found, lead
        work.uow.problems.forget_candidates()  # they were fetched before another process changed this one


def _had(new: NewTicket) -> int | None:
    """The problem whose answer the author has had: who writes again is not satisfied with it."""
    return new.answered.problem_id if new.answered is not None else None


async def _join(work: Work, new: NewTicket, sector: str | None, found: Likeness, lead: Ticket) -> Ticket:
    """A ticket about what *lead* is about: no card and no reminders of its own."""
    values = _values(new, _plan(work, new.reading.urgency, work.now, answer_due=new.answer_due), work.now)
    await members.count_in(work, lead, values["author_key"], found)
    ticket = await work.uow.tickets.add(values | members.state_beside(lead))
    facts = {"sector": lead.sector, "state": ticket.state.value, "with": lead.id}
    await _record(work, ticket, "registered", new.created_by, **facts)
    if lead.state is State.TRIAGE and sector is not None:
        await move(work, lead, Step.CHOOSE_SECTOR, None, sector=sector)
        return await get(work, ticket.id)
    await cards.show(work, lead, crowd=True)
    return ticket


def _values(new: NewTicket, terms: Plan, now: datetime) -> dict[str, Any]:
    """A ticket's columns, but for whose it is."""
    reading = new.reading
    latitude, longitude = new.point or (reading.place.point if reading.place else None) or (None, None)
    place = new.place or (reading.place.text if reading.place else None)
    return {
        "topic": reading.topic,
        "likely": list(reading.likeliest),
        "source": new.source[:64],
        "text": new.text,
        "search": search_text(new.text, place, new.external_number, new.author_name),
        "text_key": new.text_key,
        "place": place,
        "street": reading.place.street if reading.place else None,
        "house": reading.place.house if reading.place else None,
        "district": new.district or (reading.place.district if reading.place else None),
        "latitude": latitude,
        "longitude": longitude,
        "urgent": reading.urgent,
        "urgency": reading.urgency.value if reading.urgency else None,
        "account": new.account,
        "author_key": author_key(new.account, new.author_id) if new.account and new.author_id else None,
        "author_id": new.author_id,
        "author_name": new.author_name,
        "registered_at": now,
        "touched_at": now,
        "accept_due": terms.accept_due,
        "answer_due": terms.answer_due,
        "previous_id": new.answered.id if new.answered else None,
        "external_number": new.external_number,
        "created_by": new.created_by.id if new.created_by else None,
    }


def _plan(work: Work, urgency: Urgency | None, since: datetime, **given: datetime | None) -> Plan:
    """The terms of a ticket. Short ones do not run while nobody may be woken for it."""
    from_now = since == work.now and not any(given.values())
    if from_now and urgency in work.plans:
        return work.plans[urgency]
    if urgency is not None and not urgency.rings_at_night:
        since = work.centre.quiet.ends(since)
    found = plan(since, work.centre.terms_of(urgency), work.centre.calendar, **given)
    if from_now:
        work.plans[urgency] = found
    return found


async def hurry(work: Work, ticket: Ticket) -> Ticket:
    """The ticket has turned out to be urgent: from now on the short terms run, where they are the shorter ones."""
    short = _plan(work, ticket.urgency, work.now)
    return await hasten(work, ticket, short.accept_due, short.answer_due)


async def hasten(work: Work, ticket: Ticket, accept_due: datetime, answer_due: datetime) -> Ticket:
    """From now on these terms run, where they are the earlier ones."""
    accept_due, answer_due = min(ticket.accept_due, accept_due), min(ticket.answer_due, answer_due)
    changed = await work.uow.tickets.change(ticket, accept_due=accept_due, answer_due=answer_due)
    if changed is None:
        raise TakenByOther(number=ticket.id)
    await run_terms(work, changed, work.now)
    return changed


async def run_terms(work: Work, ticket: Ticket, since: datetime) -> None:
    """People are reminded of the terms that *ticket* has; *since*: what the shares of the time are reckoned from."""
    running = [Limit.ACCEPT, Limit.ANSWER] if ticket.state in UNACCEPTED else [Limit.ANSWER]
    terms = _plan(work, ticket.urgency, since, accept_due=ticket.accept_due, answer_due=ticket.answer_due)
    wanted = [due for due in terms.dues if due.limit in running]
    await work.uow.times.void(ticket.id, [limit.value for limit in running])
    past = [due for due in wanted if due.kind is DueKind.REMINDER and due.at < work.now]
    await work.uow.times.plan(ticket.id, _rows([due for due in wanted if due not in past]))


def search_text(*pieces: str | None) -> str:
    """What ``/find`` looks through: case-folded, «ё» as «е» (SQLite folds Latin letters alone)."""
    return " ".join(piece.casefold().replace("ё", "е") for piece in pieces if piece)


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
    await _record(work, changed, step.value, actor, **facts)
    await members.follow(work, changed, step, actor, values)
    await _stop_terms(work, ticket, changed)
    await work.uow.cards.close_menus(ticket.id)
    await cards.show(work, changed, actor=actor)
    if step is Step.CHOOSE_SECTOR:
        await colleagues.offer_waiting(work, changed)
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
        terms = _plan(work, ticket.urgency, ticket.registered_at, accept_due=ticket.accept_due)
        left = [due for due in terms.dues if due.limit is Limit.ACCEPT and due.at > work.now]
        await work.uow.times.plan(ticket.id, _rows(left))
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
    terms = _plan(work, ticket.urgency, work.now)
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
    await work.uow.times.plan(ticket.id, _rows(terms.dues))
    await _call_back(work, changed, person, seen, "returned")
    return changed


async def lose_answer(work: Work, ticket: Ticket) -> Ticket:
    """What answered the ticket does not answer it any more: it is its head's again, with a new term."""
    terms = _plan(work, ticket.urgency, work.now)
    changed = await move(work, ticket, Step.LOSE, None, answered_at=None, answer_due=terms.answer_due)
    await work.uow.times.plan(ticket.id, _rows([due for due in terms.dues if due.limit is Limit.ANSWER]))
    return changed


async def _call_back(work: Work, ticket: Ticket, actor: Person, seen: set[int], code: str) -> None:
    """Whose turn it is again: those who have had the card see it change without a sound, so they are told."""
    for person in cards.responsible(work, ticket):
        if person.id in seen and person != actor:
            await notes.tell(work, person, code, ticket=ticket, number=ticket.id)


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
            await notes.tell(work, writer, code, ticket=ticket, at=at, number=ticket.id)


async def _stop_terms(work: Work, before: Ticket, after: Ticket) -> None:
    stopped = []
    if before.state in UNACCEPTED and after.state not in UNACCEPTED:
        stopped.append(Limit.ACCEPT.value)
    if before.state in OPEN and after.state not in OPEN:
        stopped = [Limit.ACCEPT.value, Limit.ANSWER.value]
    if stopped:
        await work.uow.times.void(after.id, stopped)


async def _record(work: Work, ticket: Ticket, action: str, actor: Person | None, **facts: Any) -> None:
    await work.uow.chronicle.record(
        action, work.now, person_id=actor.id if actor else None, ticket_id=ticket.id, facts=facts
    )


async def _name(work: Work, person_id: int | None) -> str | None:
    return await work.uow.people.name(person_id) if person_id is not None else None


def _rows(dues: "tuple[Due, ...] | list[Due]") -> list[tuple[str, str, float, datetime]]:
    return [(due.limit.value, due.kind.value, due.share, due.at) for due in dues]
