"""Commands of the running bot: run, check, demo."""

import logging
import os
import signal
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bot import file_modes, logging_setup
from bot.cli.command_line import EXIT_BAD_CONFIG, EXIT_TRY_AGAIN, ConfigFile, cli, load_settings, run_async
from bot.cli.faults import report_database_faults
from bot.cli.help_ru import RussianHelpCommand

if TYPE_CHECKING:
    from bot.config import Config
    from bot.messengers.port import Finding

logger = logging.getLogger(__name__)


@cli.command(cls=RussianHelpCommand)
def run(config: ConfigFile = Path("config.toml")) -> None:
    """Запустить бота."""
    from bot.runtime.garbage import pause_collection

    pause_collection()  # before everything that is imported below
    from bot.config import Fault, render_faults
    from bot.config.warnings import list_unsupported, list_warnings

    settings = load_settings(config)
    missing = list_unsupported(settings)
    if missing:
        typer.echo(render_faults(missing), err=True)
        raise typer.Exit(EXIT_BAD_CONFIG)
    logging_setup.configure(known_secrets=settings.known_secrets())
    for note in list_warnings(settings):
        logger.warning("%s: %s. Что сделать: %s.", note.key, note.problem, note.remedy)
    from bot.cli.output_files import list_data_paths

    if changed := file_modes.restrict(list_data_paths(settings)):
        logger.warning("Права исправлены, файлы были открыты другим пользователям сервера: %s", _name_paths(changed))
    from bot.app import AddressInUse, App, run_until_signal
    from bot.domain.sources import messenger_of
    from bot.inbox.receiver import TokenInUse
    from bot.runtime.service_manager import ServiceManager
    from storage.sqlite.file_lock import DatabaseInUse

    with report_database_faults(EXIT_TRY_AGAIN if settings.uses_server else EXIT_BAD_CONFIG):
        try:
            manager = ServiceManager.from_environment(os.environ, os.getpid())
            run_async(run_until_signal(App(settings), (signal.SIGTERM, signal.SIGINT), manager))
        except AddressInUse as error:
            fault = Fault("http.listen", f"адрес {error} занят или недоступен", "укажите свободный порт")
            typer.echo(render_faults((fault,)), err=True)
            raise typer.Exit(EXIT_BAD_CONFIG) from None
        except TokenInUse as error:
            problem = "с этим токеном уже работает другая программа, сообщения жителей делились бы между ними"
            remedy = "остановите её, а если вы её не запускали, выпустите новый токен"
            typer.echo(render_faults((Fault(f"{messenger_of(str(error))}.token", problem, remedy),)), err=True)
            raise typer.Exit(EXIT_BAD_CONFIG) from None
        except DatabaseInUse as error:
            problem = f"с базой {error} уже работает запущенный бот, второй ответил бы всем дважды"
            typer.echo(render_faults((Fault("database.url", problem, "остановите первого"),)), err=True)
            raise typer.Exit(EXIT_BAD_CONFIG) from None


@cli.command(cls=RussianHelpCommand)
def check(
    config: ConfigFile = Path("config.toml"),
    offline: Annotated[
        bool, typer.Option("--offline", help="Только настройки: без сети, токены могут быть ещё не вписаны.")
    ] = False,
) -> None:
    """Проверить настройки, токены и права бота в чатах."""
    from bot.config import render_faults
    from bot.config.errors import with_full_stop
    from bot.config.warnings import list_personal_data_notes, list_unsupported, list_warnings

    settings = load_settings(config, offline=offline)
    if missing := list_unsupported(settings):
        typer.echo(render_faults(missing), err=True)
        raise typer.Exit(EXIT_BAD_CONFIG)
    logging_setup.configure(logging.ERROR, settings.known_secrets())
    from bot.views.notifications import posting_policy

    signs = {"ok": "✓", "note": "i", "fault": "✗"}
    findings = [] if offline else _check_messengers(settings)
    for note in (*list_warnings(settings), *list_personal_data_notes(settings)):
        typer.echo(
            f"i {note.key}: {with_full_stop(note.problem)} {with_full_stop(note.remedy[:1].upper() + note.remedy[1:])}"
        )
    for path in _paths_open_to_others(settings):
        typer.echo(f"i {path}: читать могут и другие пользователи сервера. Выполните: chmod -R go-rwx {path}")
    for source in settings.sources():
        said = posting_policy.describe_policy(source.answers, source.invite)
        typer.echo(
            f"i {posting_policy.describe_source(source.account, source.title)}, ответы «{source.answers}»: {said}."
        )
    for finding in findings:
        typer.echo(f"{signs[finding.severity.value]} {finding.subject}: {finding.text}")
    if any(finding.severity.value == "fault" for finding in findings):
        raise typer.Exit(1)
    if offline:
        typer.echo("✓ Настройки в порядке. Токены и права в чатах проверит команда check без --offline.")


@cli.command(cls=RussianHelpCommand)
def demo(
    port: Annotated[
        int, typer.Option(metavar="ПОРТ", min=0, max=65535, help="Порт страницы; 0 — любой свободный.")
    ] = 8080,
    town: Annotated[
        str | None, typer.Option(metavar="КОД", help="Город из примеров; на незнакомый код бот назовёт все.")
    ] = None,
) -> None:
    """Показать весь город на одной странице, без настоящих мессенджеров."""
    logging_setup.configure(logging.WARNING)
    from bot.cli.demo import run_demo
    from bot.cli.demo_town import list_towns, read_town

    try:
        shown = read_town(town if town is None else town.lower())
    except LookupError:
        typer.echo(f"Города «{town}» в показе нет. Есть: {', '.join(list_towns())}.", err=True)
        raise typer.Exit(EXIT_BAD_CONFIG) from None
    run_async(run_demo(Path("var/demo"), port, lambda address: typer.echo(address), shown))


def _check_messengers(config: "Config") -> "list[Finding]":
    from bot.cli.messenger_check import check_messengers  # and with it the database and the messengers' packages

    return run_async(check_messengers(config))


def _paths_open_to_others(config: "Config") -> list[Path]:
    """List the files with secrets that anybody on the server may read, and the data that the group may, too.

    Often the configuration is root's and the group of the bot's user reads it.
    """
    from bot.cli.output_files import list_data_paths

    data = [path for path in list_data_paths(config) if file_modes.list_open([path])]
    return file_modes.list_open(config.secret_files(), file_modes.OTHERS) + data


def _name_paths(paths: Sequence[Path]) -> str:
    return f"{paths[0]}" + (f" и ещё {len(paths) - 1}" if len(paths) > 1 else "")
