"""Absences: planned by the person or who manages people, agreed by the stand-in, begun and ended by the clock."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta

from bot.domain.absences import REMINDER_DAYS, TIME_TO_CHOOSE, Absence, AbsenceGone
from bot.domain.errors import OwnPlace
from bot.domain.notifications.absences import (
    AbsenceBegins,
    AbsenceEnds,
    AbsenceNeedsStandIn,
    StandInAgreed,
    StandInAsked,
    StandInRefused,
)
from bot.domain.outbox import Priority
from bot.domain.people import Person
from bot.domain.roles import Right, Scope
from bot.services.answers import approval_requests, delegations
from bot.services.context import UseCaseContext, responsibility
from bot.services.notifications import notify
from bot.services.staff import changes, people

MAX_CANDIDATES = 8
"""People who are offered as stand-ins: the deputies and the own block come first."""


def check_may_plan(ctx: UseCaseContext, by: Person, person: Person) -> None:
    """Raise a refusal unless *by* plans own days, or manages *person*."""
    if by.id != person.id:
        people.check_manages(ctx, by)
        people.check_manages_person(ctx, by, person)


async def plan(ctx: UseCaseContext, by: Person, person: Person, first: date, last: date) -> Absence:
    """Record the absence of *person* from *first* to *last*; nobody stands in yet. One of today begins at once."""
    check_may_plan(ctx, by, person)
    known = await ctx.absence_plan()
    known.check_days(person.id, first, last, ctx.today)
    absence_id = await ctx.uow.absences.add(person.id, first, last, by.id, ctx.now)
    await _record(ctx, "absence_planned", by, person, first=first.isoformat(), last=last.isoformat())
    if first <= ctx.today:
        await _begin(ctx, await get(ctx, absence_id))
    return await get(ctx, absence_id)


async def get(ctx: UseCaseContext, absence_id: int) -> Absence:
    """Return an absence that is not over; raise :class:`AbsenceGone` otherwise."""
    found = (await ctx.absence_plan()).find(absence_id)
    if found is None or found.ended_at is not None:
        raise AbsenceGone()
    return found


def _person(ctx: UseCaseContext, person_id: int | None) -> Person:
    person = ctx.municipality.staff.find_by_id(person_id or 0)
    if person is None:
        raise AbsenceGone()
    return person


def _may_choose(ctx: UseCaseContext, by: Person, away: Person, stand_in: Person) -> bool:
    """Return whether *by* may name *stand_in*: nobody takes another's rights by an own word alone."""
    return stand_in.id != by.id or by.id == away.id or people.authority(ctx).may_act_as(by, away)


async def list_candidates(ctx: UseCaseContext, by: Person, absence: Absence) -> list[Person]:
    """List whom *by* may choose: those whom the configuration names, the deputies, the own block, those who sort."""
    away, staff = _person(ctx, absence.person_id), ctx.municipality.staff
    named = [one for one in staff.people if {away.title, away.name} & set(one.stands_in)]
    sectors: list[str | None] = [*sorted(away.sectors)] or [None]
    posts = [staff.responsibility_for(sector, min(away.districts, default=None)) for sector in sectors]
    deputies = [one for found in posts for one in found.post.members]
    block = [one for one in staff.people if away.sectors & one.sectors]
    sorting = await responsibility.sorting_people(ctx)
    others = [one for one in staff.people if ctx.municipality.has_right_anywhere(one, Right.ANSWER)]
    ordered = dict.fromkeys([*named, *deputies, *block, *sorting, *others])
    found = [one for one in ordered if one.id != away.id and one.accounts and _may_choose(ctx, by, away, one)]
    return found[:MAX_CANDIDATES]


async def choose_stand_in(ctx: UseCaseContext, by: Person, absence_id: int, stand_in_id: int) -> Absence:
    """Ask a colleague to stand in. An official who manages all people decides without asking."""
    absence = await get(ctx, absence_id)
    away, stand_in = _person(ctx, absence.person_id), _person(ctx, stand_in_id)
    check_may_plan(ctx, by, away)
    if not _may_choose(ctx, by, away, stand_in):
        raise OwnPlace()
    (await ctx.absence_plan()).check_stand_in(absence, stand_in.id)
    shown = await _list_concerned(ctx, absence)
    await ctx.uow.absences.choose_stand_in(absence.id, stand_in.id)
    await _record(ctx, "absence_stand_in", by, away, stand_in=stand_in.id)
    await _follow(ctx, absence, shown)
    decides = by.id != away.id and Scope.ALL in ctx.municipality.staff.roles.scopes(by.roles, Right.MANAGE_PEOPLE)
    if decides or by.id == stand_in.id:
        return await _agree(ctx, absence, by, stand_in)
    asked = StandInAsked(absence_id=absence.id, name=away.name, first_day=absence.first_day, last_day=absence.last_day)
    await notify.notify(ctx, stand_in, asked)
    return await get(ctx, absence.id)


async def agree(ctx: UseCaseContext, person: Person, absence_id: int) -> Absence:
    """Handle «Согласен» of the colleague who was asked."""
    absence = await get(ctx, absence_id)
    if absence.stand_in_id != person.id:
        raise AbsenceGone()
    if absence.agreed_at is not None:
        return absence
    (await ctx.absence_plan()).check_stand_in(absence, person.id)
    return await _agree(ctx, absence, person, person)


async def _agree(ctx: UseCaseContext, absence: Absence, by: Person, stand_in: Person) -> Absence:
    await ctx.uow.absences.agree(absence.id, ctx.now, by.id)
    away = _person(ctx, absence.person_id)
    await _record(ctx, "absence_agreed", by, away, stand_in=stand_in.id)
    told = StandInAgreed(name=stand_in.name, first_day=absence.first_day, last_day=absence.last_day)
    if by.id != away.id:
        await notify.notify(ctx, away, told)
    absence = await get(ctx, absence.id)
    if absence.started_at is None:
        return absence
    tickets = await changes.count_waiting_tickets(ctx, away)
    approvals = await _follow(ctx, absence, [])
    await delegations.follow_absence(ctx, away)
    await notify.notify(ctx, stand_in, _beginning(absence, away, stand_in, tickets, approvals))
    return absence


async def refuse(ctx: UseCaseContext, person: Person, absence_id: int) -> None:
    """Handle «Не могу»: the person who is away chooses somebody else."""
    absence = await get(ctx, absence_id)
    if absence.stand_in_id != person.id:
        raise AbsenceGone()
    away, shown = _person(ctx, absence.person_id), await _list_concerned(ctx, absence)
    await ctx.uow.absences.choose_stand_in(absence.id, None)
    await _record(ctx, "absence_refused", person, away)
    await notify.notify(ctx, away, StandInRefused(absence_id=absence.id, name=person.name))
    await _follow(ctx, absence, shown)


async def _list_concerned(ctx: UseCaseContext, absence: Absence) -> list[int]:
    """List the open tickets that the present stand-in has or should have."""
    stand_in = ctx.municipality.staff.find_by_id(absence.agreed_stand_in or 0)
    return await changes.list_tickets(ctx, stand_in) if stand_in is not None else []


async def _follow(ctx: UseCaseContext, absence: Absence, shown: Sequence[int]) -> int:
    """Let tickets, approvals and returned drafts follow a change of an absence that has begun; count the approvals.

    *shown*: the tickets that somebody had before the change.
    """
    away = ctx.municipality.staff.find_by_id(absence.person_id)
    if away is None or absence.started_at is None:
        return 0
    concerned = [*shown, *await changes.list_tickets(ctx, away)]
    await changes.follow_tickets(ctx, concerned)
    await approval_requests.follow_author(ctx, away, concerned)
    return await approval_requests.reassign(ctx)


async def cancel(ctx: UseCaseContext, by: Person, absence_id: int) -> None:
    """End an absence, before or after it began: untouched tickets come back at once."""
    absence = await get(ctx, absence_id)
    check_may_plan(ctx, by, _person(ctx, absence.person_id))
    await _record(ctx, "absence_cancelled", by, _person(ctx, absence.person_id))
    await _end(ctx, absence)


async def _end(ctx: UseCaseContext, absence: Absence) -> None:
    away = ctx.municipality.staff.find_by_id(absence.person_id)
    stand_in = ctx.municipality.staff.find_by_id(absence.agreed_stand_in or 0)
    shown = await _list_concerned(ctx, absence)
    await ctx.uow.absences.end(absence.id, ctx.now)
    if away is None:
        return
    await _follow(ctx, absence, shown)
    if absence.started_at is not None:
        for person in filter(None, (away, stand_in)):
            await notify.notify(ctx, person, AbsenceEnds(name=away.name, is_own=person is away))


async def has_due(ctx: UseCaseContext) -> bool:
    """Return whether an absence begins or ends, or a stand-in is missing."""
    known = (await ctx.absence_plan()).absences
    return any(_is_due(ctx, one) or _is_abandoned(ctx, one) for one in known if one.ended_at is None)


def _is_abandoned(ctx: UseCaseContext, absence: Absence) -> bool:
    """Return whether the stand-in does not work here any more."""
    return absence.stand_in_id is not None and ctx.municipality.staff.find_by_id(absence.stand_in_id) is None


def _is_due(ctx: UseCaseContext, absence: Absence) -> bool:
    begins = absence.started_at is None and absence.first_day <= ctx.today
    return begins or absence.last_day < ctx.today or _reminder(ctx, absence) is not None


def _reminder(ctx: UseCaseContext, absence: Absence) -> int | None:
    """Return the number of days whose reminder is due."""
    left = (absence.first_day - ctx.today).days
    is_new = absence.created_at is not None and ctx.now - absence.created_at < TIME_TO_CHOOSE
    if absence.agreed_stand_in is not None or left < 1 or is_new:
        return None
    passed = [days for days in REMINDER_DAYS if left <= days]
    days = min(passed, default=None)
    return days if days is not None and days != absence.reminded_days else None


async def run(ctx: UseCaseContext) -> None:
    """Begin and end absences, and mention missing stand-ins and those who have left, each once."""
    for absence in (await ctx.absence_plan()).absences:
        if absence.ended_at is not None:
            continue
        if absence.last_day < ctx.today:
            await _end(ctx, absence)
        elif _is_abandoned(ctx, absence):
            await _release(ctx, absence)
        elif absence.started_at is None and absence.first_day <= ctx.today:
            await _begin(ctx, absence)
        elif (days := _reminder(ctx, absence)) is not None:
            await _remind(ctx, absence, days)


async def _begin(ctx: UseCaseContext, absence: Absence) -> None:
    await ctx.uow.absences.start(absence.id, ctx.now)
    away = ctx.municipality.staff.find_by_id(absence.person_id)
    if away is None:
        return
    tickets = await changes.count_waiting_tickets(ctx, away)
    approvals = await _follow(ctx, await get(ctx, absence.id), await changes.list_tickets(ctx, away))
    stand_in = ctx.municipality.staff.find_by_id((await ctx.absence_plan()).stand_in_for(away.id, ctx.today) or 0)
    await delegations.follow_absence(ctx, away)
    successors = [] if stand_in else await responsibility.list_successors(ctx, away)
    note = _beginning(absence, away, stand_in, tickets, approvals)
    if stand_in is None:
        asked = ctx.municipality.staff.find_by_id(absence.stand_in_id or 0)
        note = replace(note, successors=tuple(one.name for one in successors), asked=asked.name if asked else None)
    for person in filter(None, (away, stand_in, *successors)):
        priority = Priority.INTERACTIVE if person == ctx.actor else Priority.NOTE  # before the question who stands in
        await notify.notify(ctx, person, note, priority=priority)


def _beginning(absence: Absence, away: Person, stand_in: Person | None, tickets: int, approvals: int) -> AbsenceBegins:
    return AbsenceBegins(
        name=away.name,
        stand_in=stand_in.name if stand_in else None,
        last_day=absence.last_day,
        tickets=tickets,
        approvals=approvals,
    )


async def _release(ctx: UseCaseContext, absence: Absence) -> None:
    """Let somebody else be chosen: the stand-in has left, and the work goes to who is responsible."""
    former_id, away = absence.stand_in_id or 0, ctx.municipality.staff.find_by_id(absence.person_id)
    await ctx.uow.absences.choose_stand_in(absence.id, None)
    await _follow(ctx, absence, [])
    if away is None:
        return
    await ctx.uow.audit_log.record("absence_stand_in_left", ctx.now, facts={"person": away.id, "stand_in": former_id})
    note = StandInRefused(absence_id=absence.id, name=await ctx.uow.staff.find_name(former_id) or "")
    await notify.notify(ctx, away, note)
    if absence.started_at is not None:
        await delegations.follow_absence(ctx, away)
        needed = AbsenceNeedsStandIn(absence_id=absence.id, name=away.name, first_day=absence.first_day)
        await notify.notify_administrator(ctx, needed)


async def _remind(ctx: UseCaseContext, absence: Absence, days: int) -> None:
    await ctx.uow.absences.remind(absence.id, days)
    away = ctx.municipality.staff.find_by_id(absence.person_id)
    if away is None:
        return
    note = AbsenceNeedsStandIn(absence_id=absence.id, name=away.name, first_day=absence.first_day)
    await notify.notify(ctx, away, note)
    if timedelta(days=days) <= timedelta(days=1):
        await notify.notify_administrator(ctx, note)


async def _record(ctx: UseCaseContext, action: str, by: Person, person: Person, **more: object) -> None:
    facts = {"person": person.id, **more}
    await ctx.uow.audit_log.record(action, ctx.now, person_id=by.id, facts=facts)
