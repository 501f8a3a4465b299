"""The terms of a ticket: until when it must be accepted and answered, and who is reminded when."""

from collections.abc import Iterable
from datetime import datetime

from bot.domain.deadlines import Due, DueKind, Limit, Plan, plan
from bot.domain.errors import TakenByOther
from bot.domain.tickets import OPEN, UNACCEPTED, Ticket
from bot.domain.urgency import Urgency
from bot.services.context import Work


def planned(work: Work, urgency: Urgency | None, since: datetime, **given: datetime | None) -> Plan:
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
    short = planned(work, ticket.urgency, work.now)
    return await hasten(work, ticket, short.accept_due, short.answer_due)


async def hasten(work: Work, ticket: Ticket, accept_due: datetime, answer_due: datetime) -> Ticket:
    """From now on these terms run, where they are the earlier ones."""
    accept_due, answer_due = min(ticket.accept_due, accept_due), min(ticket.answer_due, answer_due)
    changed = await work.uow.tickets.change(ticket, accept_due=accept_due, answer_due=answer_due)
    if changed is None:
        raise TakenByOther(number=ticket.id)
    await run(work, changed, work.now)
    return changed


async def run(work: Work, ticket: Ticket, since: datetime) -> None:
    """People are reminded of the terms that *ticket* has; *since*: what the shares of the time are reckoned from."""
    running = [Limit.ACCEPT, Limit.ANSWER] if ticket.state in UNACCEPTED else [Limit.ANSWER]
    terms = planned(work, ticket.urgency, since, accept_due=ticket.accept_due, answer_due=ticket.answer_due)
    wanted = [due for due in terms.dues if due.limit in running]
    await work.uow.times.void(ticket.id, [limit.value for limit in running])
    past = [due for due in wanted if due.kind is DueKind.REMINDER and due.at < work.now]
    await remind(work, ticket, [due for due in wanted if due not in past])


async def stop(work: Work, before: Ticket, after: Ticket) -> None:
    """What the ticket's change has done with reminds nobody any more."""
    stopped = []
    if before.state in UNACCEPTED and after.state not in UNACCEPTED:
        stopped.append(Limit.ACCEPT.value)
    if before.state in OPEN and after.state not in OPEN:
        stopped = [Limit.ACCEPT.value, Limit.ANSWER.value]
    if stopped:
        await work.uow.times.void(after.id, stopped)


async def remind(work: Work, ticket: Ticket, dues: Iterable[Due]) -> None:
    """People are told at these moments, too."""
    moments = [(due.limit.value, due.kind.value, due.share, due.at) for due in dues]
    await work.uow.times.plan(ticket.id, moments)
