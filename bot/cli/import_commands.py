"""The command that enters the messages of another system."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bot.cli.command_line import EXIT_BAD_CONFIG, ConfigFile, cli, load_settings, print_error, run_async
from bot.cli.faults import describe_system_error, report_database_faults
from bot.cli.help_ru import RussianHelpCommand

if TYPE_CHECKING:
    from bot.domain.import_files import ImportCounts
    from bot.domain.imports import RefusedRow

EXIT_SOME_REFUSED = 1


@cli.command("import", cls=RussianHelpCommand)
def import_command(
    file: Annotated[Path, typer.Argument(metavar="ФАЙЛ", help="Таблица, выгруженная из системы: XLSX, XLS или CSV.")],
    system: Annotated[str, typer.Option("--system", metavar="СИСТЕМА", help="Код системы, из которой таблица.")],
    config: ConfigFile = Path("config.toml"),
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Только показать, что изменится.")] = False,
) -> None:
    """Внести сообщения из таблицы другой системы. Номер вносится один раз, бот может работать."""
    settings = load_settings(config, tokens_needed=False)
    from bot.cli.imports import Reports, UnknownSystem, import_file
    from bot.domain.imports import FileFault, UnreadableFile
    from bot.services.imports.files import refused_line
    from bot.views.import_faults import file_fault_text
    from bot.views.imports import refusal_lines, result_lines

    def on_refused(row: "RefusedRow") -> None:
        _clear_progress()
        for line in refusal_lines([refused_line(row)], 1):
            typer.echo(line)

    with report_database_faults():
        try:
            reports = Reports(on_refused, _show_progress)
            counts = run_async(import_file(settings, file, system, reports, dry_run=dry_run))
        except UnknownSystem as error:
            known = ", ".join(error.known)
            print_error(f"Столбцы системы «{system}» неизвестны. Есть: {known}; другие опишите в [[systems]].")
            raise typer.Exit(EXIT_BAD_CONFIG) from None
        except UnreadableFile as error:
            cause = error.__cause__
            words = file_fault_text(error.fault, line=error.line, detail=error.detail, systems=settings.systems())
            if error.fault is FileFault.OTHER_SYSTEM:
                words = f"{words} Для неё вместо --system {system} укажите --system {error.detail}."
            if isinstance(cause, OSError):
                words = describe_system_error(cause)
            print_error(f"Ничего не внесено. {words}")
            raise typer.Exit(EXIT_BAD_CONFIG) from None
    _clear_progress()
    for line in result_lines(settings.systems().title(system), counts, dry_run=dry_run):
        typer.echo(line)
    raise typer.Exit(_exit_code(counts))


def _exit_code(counts: "ImportCounts") -> int:
    if not counts.refused:
        return 0
    return EXIT_SOME_REFUSED if counts.refused < counts.total else EXIT_BAD_CONFIG


_STAGES = {"preview": "Читаю", "enter": "Вношу"}


def _show_progress(stage: str, done: int, total: int) -> None:
    """Show on a terminal how far the command is, in one line; a file or a pipe gets the results alone."""
    if sys.stderr.isatty():
        sys.stderr.write(f"\r{_STAGES[stage]}: {done} из {total}")
        sys.stderr.flush()


def _clear_progress() -> None:
    if sys.stderr.isatty():
        sys.stderr.write("\r\x1b[K")
        sys.stderr.flush()
