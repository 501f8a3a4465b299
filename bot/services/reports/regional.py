"""The report of a month for the regional centre (ЦУР): in the chat, and for the command line."""

from collections.abc import Callable, Mapping
from datetime import datetime

from bot.domain.audit import JournalAction
from bot.domain.errors import MonthNotBegun, NotAllowed
from bot.domain.notifications.regional import RegionalReport, ReportHelp
from bot.domain.outbox import Priority
from bot.domain.people import Person
from bot.domain.regional_report import Breakdown, GroupFigures, Month, ReportedTicket, Tally, TicketFacts
from bot.domain.roles import Right
from bot.services.context import Municipality, UseCaseContext
from bot.services.notifications import notify
from bot.services.reports import evidence
from bot.views.applicants import applicant_kind_title
from bot.views.export import source_title

REGIONAL_CENTRE = "цур"
"""The word after ``/report`` that asks for the regional centre's report."""


async def send(ctx: UseCaseContext, person: Person, argument: str) -> None:
    """Handle ``/report цур 11.2026`` and ``/report цур №142 №143``; anything else is answered with examples."""
    require_right(ctx, person)
    word, _, rest = argument.strip().partition(" ")
    asked = rest.strip()
    tickets = evidence.parse_numbers(asked)
    month = Month.parse(asked) if asked else Month.of(ctx.today).previous
    if word.casefold() != REGIONAL_CENTRE or (month is None and not tickets):
        await notify.notify(ctx, person, ReportHelp(), priority=Priority.INTERACTIVE)
    elif tickets:
        await evidence.send(ctx, person, tickets)
    elif month is not None:
        await notify.notify(ctx, person, await collect(ctx, month), priority=Priority.INTERACTIVE)
        facts = journal_facts(month)
        await ctx.uow.audit_log.record(JournalAction.REPORTED.value, ctx.now, person_id=person.id, facts=facts)


def journal_facts(month: Month) -> dict[str, str]:
    """Return what the journal keeps of a report."""
    return {"month": f"{month.month:02}.{month.year}"}


def require_right(ctx: UseCaseContext, person: Person) -> None:
    """Refuse a person who may not see the figures of the whole town."""
    if not ctx.municipality.has_right_everywhere(person, Right.STATISTICS):
        raise NotAllowed(right=Right.STATISTICS.value)


async def collect(ctx: UseCaseContext, month: Month) -> RegionalReport:
    """Return the figures of *month*, and the totals of the month before.

    Raises :class:`~bot.domain.errors.MonthNotBegun`.
    """
    since, until = month.bounds(ctx.municipality.zone)
    if since > ctx.now:
        raise MonthNotBegun()
    groups = await _collect_groups(ctx, since, until)
    before = await _collect_total(ctx, month.previous)
    counts = await ctx.uow.reports.count_by_sector(since, min(until, ctx.now), now=ctx.now)
    return RegionalReport(
        municipality=ctx.municipality.name,
        year=month.year,
        month=month.month,
        made_at=ctx.now,
        is_complete=until <= ctx.now,
        total=groups[None][0],
        before=before,
        answered_of_any_month=sum(one.answered for one in counts),
        open_now=sum(one.in_work for one in counts),
        overdue_now=sum(one.overdue for one in counts),
        **{f"by_{one.value}": tuple(groups[one]) for one in Breakdown},
    )


async def _collect_groups(
    ctx: UseCaseContext, since: datetime, until: datetime
) -> Mapping[Breakdown | None, list[GroupFigures]]:
    """Return the groups of each breakdown, the largest first; under ``None`` the total alone."""
    titles, calendar = _title_functions(ctx.municipality), ctx.municipality.calendar
    total, tallies = Tally(), {one: dict[str, Tally]() for one in Breakdown}
    async for ticket in ctx.uow.regional_reports.iterate(since, until):
        facts = TicketFacts.of(ticket, ctx.now, calendar)
        total.add(facts)
        for breakdown, title_of in titles.items():
            title = title_of(ticket)
            tallies[breakdown].setdefault(title, Tally(title)).add(facts)
    groups: dict[Breakdown | None, list[GroupFigures]] = {
        breakdown: sorted((one.figures() for one in found.values()), key=lambda group: (-group.came, group.title))
        for breakdown, found in tallies.items()
    }
    return groups | {None: [total.figures()]}


async def _collect_total(ctx: UseCaseContext, month: Month) -> GroupFigures:
    total = Tally()
    async for ticket in ctx.uow.regional_reports.iterate(*month.bounds(ctx.municipality.zone)):
        total.add(TicketFacts.of(ticket, ctx.now, ctx.municipality.calendar))
    return total.figures()


def _title_functions(municipality: Municipality) -> Mapping[Breakdown, Callable[[ReportedTicket], str]]:
    return {
        Breakdown.SECTOR: lambda ticket: municipality.sector_title(ticket.sector) or "",
        Breakdown.SOURCE: lambda ticket: source_title(municipality.systems.title(ticket.source)),
        Breakdown.TOPIC: lambda ticket: municipality.theme_title(ticket.theme) or ticket.topic or "",
        Breakdown.DISTRICT: lambda ticket: ticket.district or "",
        Breakdown.APPLICANT: lambda ticket: applicant_kind_title(ticket.applicant_kind),
    }
