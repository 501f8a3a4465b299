"""Commands that make files for other offices."""

from pathlib import Path
from typing import Annotated

import typer

from bot.cli.command_line import (
    EXIT_BAD_CONFIG,
    MAX_TICKET_NUMBER,
    ConfigFile,
    cli,
    load_settings,
    print_error,
    run_async,
)
from bot.cli.faults import report_database_faults
from bot.cli.help_ru import RussianHelpCommand, RussianHelpGroup

report = typer.Typer(
    no_args_is_help=True, cls=RussianHelpGroup, help="Отчёты для других: показатели месяца для регионального центра."
)
cli.add_typer(report, name="report")


@report.callback()
def _group() -> None:
    """Keep ``cur`` a command of its own: a group of one command would run it without its name."""


@report.command("cur", cls=RussianHelpCommand)
def report_cur(
    output: Annotated[Path, typer.Option(metavar="ФАЙЛ", help="Куда записать таблицу (XLSX).")],
    month: Annotated[
        str | None, typer.Option(metavar="МЕСЯЦ", help="ГГГГ-ММ или ММ.ГГГГ. Без него — прошлый месяц.")
    ] = None,
    ticket: Annotated[
        list[int] | None,
        typer.Option(
            "--ticket",
            metavar="НОМЕР",
            min=1,
            max=MAX_TICKET_NUMBER,
            help="Вместо показателей: что и когда сказано по сообщению.",
        ),
    ] = None,
    config: ConfigFile = Path("config.toml"),
) -> None:
    """Показатели месяца для ЦУР без личных данных: таблица в файл, страница текста на экран."""
    from bot.domain.errors import MonthNotBegun
    from bot.domain.regional_report import Month

    asked = Month.parse(month) if month is not None else None
    if month is not None and asked is None:
        _refuse(f"Месяц «{month}» не понят. Укажите так: --month 2026-11.")
    settings = load_settings(config, tokens_needed=False)
    from bot.cli import regional
    from bot.cli.output_files import OutputNotWritable

    with report_database_faults():
        try:
            if ticket:
                _print_evidence(run_async(regional.write_evidence(settings, ticket, output)), ticket, output)
            else:
                typer.echo(run_async(regional.write_month(settings, asked, output)))
        except MonthNotBegun:
            _refuse(f"Месяц {month} ещё не начался. Укажите другой, например --month 2026-10.")
        except OutputNotWritable as error:
            _refuse(f"Файл не записан: {error}")


def _print_evidence(written: list[int], asked: list[int], output: Path) -> None:
    missing = [number for number in asked if number not in written]
    if missing:
        print_error(f"Нет сообщений с номерами: {', '.join(map(str, missing))}.")
    if not written:
        raise typer.Exit(EXIT_BAD_CONFIG)
    typer.echo(f"Сообщений: {len(written)}. Файл: {output}")


def _refuse(words: str) -> None:
    print_error(words)
    raise typer.Exit(EXIT_BAD_CONFIG)
