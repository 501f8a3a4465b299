"""The application of the command line, and what its commands have in common.

The modules of commands import the configuration inside the commands: ``--help`` and a wrong option need none of it.
"""

import re
from collections.abc import Coroutine
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TypeVar
from zoneinfo import ZoneInfo

import typer

from bot import logging_setup
from bot.cli.help_ru import RussianHelpGroup

if TYPE_CHECKING:
    from bot.config import Config
    from bot.domain.audit import JournalAction

R = TypeVar("R")

cli = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    help="mcu-bot: муниципальный центр управления в мессенджерах.",
    cls=RussianHelpGroup,
)

ConfigFile = Annotated[Path, typer.Option("--config", "-c", metavar="ФАЙЛ", help="Файл настроек (TOML).")]
SinceDay = Annotated[str | None, typer.Option(metavar="ДАТА", help="С какого дня: ГГГГ-ММ-ДД или ДД.ММ.ГГГГ.")]
UntilDay = Annotated[str | None, typer.Option(metavar="ДАТА", help="По какой день включительно.")]
OutputFile = Annotated[Path | None, typer.Option(metavar="ФАЙЛ", help="Файл; без него — стандартный вывод.")]

MAX_TICKET_NUMBER = 999_999_999_999_999
"""The largest number that may be asked for: a database's integers hold it."""

EXIT_BAD_CONFIG = 2
EXIT_TRY_AGAIN = 1
"""A database server that does not answer may start later than the bot: systemd starts the bot again after this code."""


def load_settings(path: Path, *, tokens_needed: bool = True, offline: bool = False) -> "Config":
    """Return the configuration; end with all its faults and their remedies if it has any."""
    from bot.config import ConfigFaults, load_config, render_faults

    try:
        return load_config(path, tokens_needed=tokens_needed, offline=offline)
    except ConfigFaults as faults:
        typer.echo(render_faults(faults.faults), err=True)
        raise typer.Exit(EXIT_BAD_CONFIG) from None


def record_action(settings: "Config", action: "JournalAction", **facts: object) -> None:
    """Write a line of the journal; what was asked for is done already, so a fault is only said."""
    from bot.cli import journal
    from storage.errors import DATABASE_ERRORS, DatabaseUnavailable

    try:
        run_async(journal.record_action(settings, action, facts))
    except (DatabaseUnavailable, *DATABASE_ERRORS):
        print_error("В журнал (python -m bot journal) это не записано: база занята или не принимает записей.")


def run_async(work: Coroutine[Any, Any, R]) -> R:
    """Do *work* in an event loop of its own; ``--help`` and commands that wait for nothing do without the package."""
    import asyncio

    return asyncio.run(work)


def print_error(text: str) -> None:
    """Print *text* to the standard error, without secrets."""
    typer.echo(logging_setup.scrub(text), err=True)


def _parse_day(text: str) -> date:
    russian = re.fullmatch(r"(\d{1,2})\.(\d{1,2})\.(\d{4})", text.strip())
    return date(*(int(part) for part in russian.groups()[::-1])) if russian else date.fromisoformat(text.strip())


def parse_period(since: str | None, until: str | None, zone: ZoneInfo) -> tuple[datetime | None, datetime | None]:
    """Return the first and the last moment of a period of days (``2026-11-20`` or ``20.11.2026``) in *zone*.

    End with a message for anything that is no day, and for a period that ends before it begins.
    """
    first, last = _parse_moment(since, zone, time.min), _parse_moment(until, zone, time.max)
    if first is not None and last is not None and first > last:
        print_error(f"Период кончается раньше, чем начинается: с {since} по {until}. Поменяйте дни местами.")
        raise typer.Exit(EXIT_BAD_CONFIG)
    return first, last


def _parse_moment(day: str | None, zone: ZoneInfo, clock: time) -> datetime | None:
    if day is None:
        return None
    try:
        moment = datetime.combine(_parse_day(day), clock, zone)
        moment.astimezone(UTC)  # as the database compares it; the first day of the calendar has no such moment
    except (ValueError, OverflowError):
        typer.echo(f"Не похоже на дату: «{day}». Нужно так: 2026-11-20 или 20.11.2026.", err=True)
        raise typer.Exit(EXIT_BAD_CONFIG) from None
    return moment
