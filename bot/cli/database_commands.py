"""Commands about the database: copy it, restore it, move it."""

from pathlib import Path
from typing import Annotated

import typer

from bot.cli.command_line import EXIT_BAD_CONFIG, ConfigFile, cli, load_settings, print_error, record_action, run_async
from bot.cli.faults import report_database_faults
from bot.cli.help_ru import RussianHelpCommand
from bot.os_errors import describe_os_error


@cli.command(cls=RussianHelpCommand)
def backup(
    file: Annotated[Path, typer.Argument(metavar="ФАЙЛ", help="Куда записать копию.")],
    config: ConfigFile = Path("config.toml"),
    force: Annotated[bool, typer.Option("--force", help="Заменить копию, если такой файл уже есть.")] = False,
) -> None:
    """Скопировать базу SQLite, не останавливая бота, и проверить копию."""
    settings = load_settings(config, tokens_needed=False)
    from bot.cli.output_files import describe_own_file
    from storage.errors import TransferFailed
    from storage.sqlite.backup import backup_sqlite

    if own := describe_own_file(settings, file):
        print_error(f"Копия не сделана: {file} — это {own}. Укажите для копии другое место.")
        raise typer.Exit(1)
    typer.echo("Копирую базу. Бот в это время работает.")
    try:
        size = backup_sqlite(settings.database_url, file, _echo_progress, overwrite=force)
    except TransferFailed as error:
        print_error(f"Копия не сделана: {error}.")
        raise typer.Exit(1) from None
    except OSError as error:
        print_error(f"Копия не сделана: {describe_os_error(error)}. Укажите для копии другое место.")
        raise typer.Exit(1) from None
    from bot.domain.audit import JournalAction

    record_action(settings, JournalAction.COPIED, file=str(file.absolute()))
    typer.echo(f"Копия готова и проверена: {file}, {size / 1_048_576:.1f} МБ")


@cli.command(cls=RussianHelpCommand)
def restore(
    copy: Annotated[Path | None, typer.Argument(metavar="КОПИЯ", help="Файл, который сделала команда backup.")] = None,
    config: ConfigFile = Path("config.toml"),
    force: Annotated[bool, typer.Option("--force", help="Взять и повреждённую копию, если другой нет.")] = False,
    after_pg_restore: Annotated[
        bool,
        typer.Option("--after-pg-restore", help="Базу уже вернул pg_restore: без файла, только последующие шаги."),
    ] = False,
) -> None:
    """Вернуть базу из копии; прежняя сохраняется рядом. Бот в это время должен быть остановлен."""
    settings = load_settings(config, tokens_needed=False)
    if (copy is None) is not after_pg_restore:
        print_error("Укажите одно: файл копии или --after-pg-restore.")
        raise typer.Exit(EXIT_BAD_CONFIG)
    from bot.cli.restore import mark_restored, restore_database
    from bot.domain.clock import SystemClock
    from storage.errors import TransferFailed

    kept = None
    with report_database_faults():
        try:
            if copy is None:
                run_async(mark_restored(settings))
            else:
                kept = run_async(restore_database(settings, copy, _echo_progress, force=force, now=SystemClock().now()))
        except TransferFailed as error:
            print_error(f"База не восстановлена, всё осталось как было: {error}.")
            raise typer.Exit(1) from None
    if copy is not None:
        typer.echo(f"База восстановлена из {copy}." + (f" Прежняя сохранена: {kept}" if kept else ""))
    typer.echo("Если после этой копии стирали чьи-то данные (о каждом есть справка), сотрите их снова.")
    typer.echo("Запустите бота. О давних ответах, которые могли уже выйти, он сначала спросит ответственных.")


@cli.command("migrate-data", cls=RussianHelpCommand)
def migrate_data(
    to: Annotated[str, typer.Option("--to", metavar="АДРЕС", help="Адрес новой, пустой базы: postgresql+asyncpg://…")],
    config: ConfigFile = Path("config.toml"),
) -> None:
    """Перенести все данные из базы настроек в новую, пустую. Бот в это время должен быть остановлен."""
    settings = load_settings(config, tokens_needed=False)
    from pydantic_core import PydanticCustomError

    from bot.config import Fault, render_faults
    from bot.config.fields import parse_database_url

    try:
        target = parse_database_url(to)
    except PydanticCustomError as error:
        fault = Fault("--to", str((error.context or {})["problem"]), str((error.context or {})["remedy"]))
        typer.echo(render_faults((fault,)), err=True)
        raise typer.Exit(EXIT_BAD_CONFIG) from None
    from storage.copy import copy_database
    from storage.errors import TransferFailed

    with report_database_faults():
        try:
            moved = run_async(
                copy_database(
                    settings.database_url, target, lambda one: typer.echo(f"{one.table}: {one.rows}, {one.checksum}")
                )
            )
        except TransferFailed as error:
            print_error(f"Данные не перенесены, новая база не изменена: {error}.")
            raise typer.Exit(1) from None
    from bot.domain.audit import JournalAction

    record_action(settings, JournalAction.MOVED)
    total = sum(one.rows for one in moved)
    typer.echo(f"Перенесено записей: {total}, всё сверено. Теперь укажите новый адрес в [database] url.")


def _echo_progress(percent: int) -> None:
    typer.echo(f"Скопировано {percent} %")
