"""``audit``: verify the chain over the history of all acts, and export it for a period."""

from pathlib import Path
from typing import Annotated

import typer

from bot.cli.command_line import (
    EXIT_BAD_CONFIG,
    ConfigFile,
    OutputFile,
    SinceDay,
    UntilDay,
    cli,
    load_settings,
    parse_period,
    print_error,
    record_action,
    run_async,
)
from bot.cli.faults import report_database_faults
from bot.cli.help_ru import RussianHelpCommand, RussianHelpGroup

EXIT_NOT_WHOLE = 1

audit = typer.Typer(
    no_args_is_help=True,
    cls=RussianHelpGroup,
    help="Журнал действий: проверить, что его не меняли, или выгрузить за период.",
)
cli.add_typer(audit, name="audit")


@audit.command("verify", cls=RussianHelpCommand)
def audit_verify(
    config: ConfigFile = Path("config.toml"),
    head: Annotated[
        str | None,
        typer.Option("--head", metavar="СТРОКА", help="Строка из сообщения бота: она должна быть в цепочке."),
    ] = None,
) -> None:
    """Проверить цепочку журнала действий: не меняли, не удаляли и не вставляли ли записей. Бот может работать."""
    settings = load_settings(config, tokens_needed=False)
    from bot.cli.audit import is_head, verify_chain
    from bot.views.audit import REMEDY, describe_counts, describe_misfit

    if head is not None and not is_head(head):
        print_error("--head: нужна строка из сообщения бота: 64 знака, цифры и латинские буквы a–f (или первые 16).")
        raise typer.Exit(EXIT_BAD_CONFIG)
    with report_database_faults():
        found = run_async(verify_chain(settings, head))
    for line in describe_counts(found.records, found.unsealed, found.backlog, found.erased):
        typer.echo(line)
    if found.head is not None:
        typer.echo(f"Конец цепочки: {found.head}")
    for misfit in found.misfits:
        print_error(describe_misfit(misfit, settings.zone))
    if found.misfit_count > len(found.misfits):
        print_error(f"… и ещё {found.misfit_count - len(found.misfits)}.")
    if not found.is_whole:
        print_error(REMEDY)
        raise typer.Exit(EXIT_NOT_WHOLE)
    typer.echo("Журнал действий цел." if found.head is not None else "Цепочки ещё нет: её начнёт запущенный бот.")


@audit.command("export", cls=RussianHelpCommand)
def audit_export(
    config: ConfigFile = Path("config.toml"),
    since: SinceDay = None,
    until: UntilDay = None,
    output: OutputFile = None,
) -> None:
    """Выгрузить журнал действий в CSV: кто, где, что было и стало. Слов и адресов жителей в нём нет."""
    settings = load_settings(config, tokens_needed=False)
    from bot.cli.audit import export_audit
    from bot.cli.output_files import OutputNotWritable

    first, last = parse_period(since, until, settings.zone)
    with report_database_faults():
        try:
            run_async(export_audit(settings, first, last, output))
        except OutputNotWritable as error:
            print_error(f"Файл не записан: {error}")
            raise typer.Exit(EXIT_BAD_CONFIG) from None
        from bot.domain.audit import JournalAction

        record_action(settings, JournalAction.AUDIT_EXPORTED, file=str(output or ""))
