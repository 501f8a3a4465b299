"""``report cur``: the figures of a month, or the evidence of single tickets, as a file for the regional centre."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

from bot.bootstrap.late_analyzer import build_late_understanding
from bot.bootstrap.municipality import build_municipality
from bot.cli.journal import server_user
from bot.cli.opened_database import opened_database
from bot.cli.output_files import check_output, open_output
from bot.config import Config
from bot.domain.audit import JournalAction
from bot.domain.clock import SystemClock
from bot.domain.regional_report import Month
from bot.services.context import UseCaseContext
from bot.services.reports import evidence, regional
from bot.services.staff import directory
from bot.views import regional_workbook
from bot.views.notifications.regional import page


async def write_month(config: Config, month: Month | None, output: Path) -> str:
    """Write the workbook of *month* (``None``: the last whole one) to *output*; return the page of text.

    Raises :class:`~bot.domain.errors.MonthNotBegun` and :class:`~bot.cli.output_files.OutputNotWritable`.
    """
    check_output(config, output)
    async with _open_town(config) as ctx:
        report = await regional.collect(ctx, month or Month.of(ctx.today).previous)
        workbook = regional_workbook.figures_workbook(report, config.zone)
        with open_output(output) as stream:
            stream.write(workbook)
        facts = regional.journal_facts(Month(report.year, report.month))
        await _record(ctx, JournalAction.REPORTED, facts, output)
        return page(report, config.zone).plain_text


async def write_evidence(config: Config, numbers: Sequence[int], output: Path) -> list[int]:
    """Write what was said about the tickets to *output*; return the numbers of those that there are.

    Raises :class:`~bot.cli.output_files.OutputNotWritable`.
    """
    check_output(config, output)
    async with _open_town(config) as ctx:
        found = await evidence.collect_all(ctx, numbers)
        written = [one.ticket.id for one in found]
        if written:
            from bot.views import evidence_workbook  # and with it the words of all acts

            titles = ctx.municipality.staff.roles.titles()
            workbook = evidence_workbook.evidence_workbook(found, config.zone, titles)
            with open_output(output) as stream:
                stream.write(workbook)
            await _record(ctx, JournalAction.EVIDENCE_EXPORTED, evidence.journal_facts(written), output)
        return written


async def _record(ctx: UseCaseContext, action: JournalAction, facts: Mapping[str, str], output: Path) -> None:
    by = {"by": server_user(), "file": str(output)}
    await ctx.uow.audit_log.record(action.value, ctx.now, facts={**facts, **by})


@asynccontextmanager
async def _open_town(config: Config) -> AsyncIterator[UseCaseContext]:
    """Open the database and its officials; the bot may be running."""
    async with opened_database(config) as database, database.begin() as uow:
        staff = await directory.open_staff(uow, config.staff)
        municipality = build_municipality(config, staff, build_late_understanding(config), {})
        yield UseCaseContext(municipality, uow, SystemClock().now())
