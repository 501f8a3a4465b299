"""The command line: it parses arguments, calls the application and prints."""

import asyncio
import errno
import logging
import os
import re
import signal
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime, time
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo

import typer
from pydantic_core import PydanticCustomError
from typer.exceptions import TyperException

from bot import file_modes, logging_setup
from bot.cli.console import discard_output, prepare_streams
from bot.cli.help_ru import RussianHelpCommand, RussianHelpGroup
from bot.cli.usage_errors import describe_usage_error
from bot.config import Config, ConfigFaults, Fault, load_config, render_faults
from bot.config.errors import with_full_stop
from bot.config.fields import parse_database_url
from bot.domain.audit import JournalAction
from bot.domain.personal_data import Citizen
from bot.os_errors import describe_os_error, os_error_remedy

cli = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    help="mcu-bot: муниципальный центр управления в мессенджерах.",
    cls=RussianHelpGroup,
)

ConfigFile = Annotated[Path, typer.Option("--config", "-c", metavar="ФАЙЛ", help="Файл настроек (TOML).")]

EXIT_BAD_CONFIG = 2
EXIT_TRY_AGAIN = 1
"""A database server that does not answer may start later than the bot: systemd starts the bot again after this code."""

logger = logging.getLogger(__name__)


def main() -> None:
    """Run the command line; usage errors and errors of the system become one Russian sentence."""
    sys.excepthook = logging_setup.print_crash
    prepare_streams()
    file_modes.restrict_new_files()
    try:
        code = cli(standalone_mode=False)
        sys.stdout.flush()  # a full disk or a closed pipe is said below, not by Python at its exit
    except typer.Abort:
        _print_error("Прервано.")
        raise SystemExit(1) from None
    except BrokenPipeError:
        discard_output()
        raise SystemExit(1) from None
    except OSError as error:
        if error.errno == errno.ENOSPC:
            discard_output()
        _print_error(_describe_system_error(error))
        raise SystemExit(EXIT_BAD_CONFIG) from None
    except MemoryError as error:
        _print_error(_describe_system_error(error))
        raise SystemExit(EXIT_BAD_CONFIG) from None
    except TyperException as error:
        if type(error).__name__ == "NoArgsIsHelpError":
            typer.echo(str(error))
            raise SystemExit(EXIT_BAD_CONFIG) from None
        words = describe_usage_error(error)
        if words is None:
            raise
        context = getattr(error, "ctx", None)
        path = context.command_path if context is not None else "mcu-bot"
        _print_error(f"{words} Как пользоваться командой: {path} --help")
        raise SystemExit(EXIT_BAD_CONFIG) from None
    raise SystemExit(code if isinstance(code, int) else 0)


def _describe_system_error(error: OSError | MemoryError) -> str:
    if isinstance(error, MemoryError):
        return "Не хватило памяти. Проверьте, тот ли файл указан, или запустите команду там, где её больше."
    return f"Не получилось: {describe_os_error(error)}. {os_error_remedy(error)}."


def _load_config(path: Path, *, tokens_needed: bool = True) -> Config:
    try:
        return load_config(path, tokens_needed=tokens_needed)
    except ConfigFaults as faults:
        typer.echo(render_faults(faults.faults), err=True)
        raise typer.Exit(EXIT_BAD_CONFIG) from None


@cli.command(cls=RussianHelpCommand)
def run(config: ConfigFile = Path("config.toml")) -> None:
    """Запустить бота."""
    settings = _load_config(config)
    missing = settings.unsupported_faults()
    if missing:
        typer.echo(render_faults(missing), err=True)
        raise typer.Exit(EXIT_BAD_CONFIG)
    logging_setup.configure(known_secrets=settings.known_secrets())
    for note in settings.warnings():
        logger.warning("%s: %s. Что сделать: %s.", note.key, note.problem, note.remedy)
    from bot.cli.operations import list_data_paths

    if changed := file_modes.restrict(list_data_paths(settings)):
        logger.warning("Права исправлены, файлы были открыты другим пользователям сервера: %s", _name_paths(changed))
    from bot.app import AddressInUse, App, run_until_signal
    from bot.domain.sources import messenger_of
    from bot.inbox.receiver import TokenInUse
    from bot.runtime.service_manager import ServiceManager
    from storage.sqlite.file_lock import DatabaseInUse

    with _report_database_faults(EXIT_TRY_AGAIN if settings.uses_server else EXIT_BAD_CONFIG):
        try:
            manager = ServiceManager.from_environment(os.environ, os.getpid())
            asyncio.run(run_until_signal(App(settings), (signal.SIGTERM, signal.SIGINT), manager))
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
def check(config: ConfigFile = Path("config.toml")) -> None:
    """Проверить настройки, токены и права бота в чатах."""
    settings = _load_config(config)
    logging_setup.configure(logging.ERROR, settings.known_secrets())
    from bot.cli.operations import check_messengers
    from bot.views.notifications import posting_policy

    signs = {"ok": "✓", "note": "i", "fault": "✗"}
    findings = asyncio.run(check_messengers(settings))
    for note in settings.warnings():
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


@cli.command(cls=RussianHelpCommand)
def demo(
    port: Annotated[
        int, typer.Option(metavar="ПОРТ", min=0, max=65535, help="Порт страницы; 0 — любой свободный.")
    ] = 8080,
) -> None:
    """Показать весь город на одной странице, без настоящих мессенджеров."""
    logging_setup.configure(logging.WARNING)
    from bot.cli.demo import run_demo

    asyncio.run(run_demo(Path("var/demo"), port, lambda address: typer.echo(address)))


@cli.command(cls=RussianHelpCommand)
def classify(config: ConfigFile = Path("config.toml")) -> None:
    """Разобрать сообщения: строки JSON со стандартного ввода, строки JSON на стандартный вывод."""
    settings = _load_config(config, tokens_needed=False)
    from bot.cli.analysis import classify as classify_lines

    with _report_input_faults():
        good = classify_lines(settings, _print_error)
    if not good:
        raise typer.Exit(1)


@cli.command(cls=RussianHelpCommand)
def group(config: ConfigFile = Path("config.toml")) -> None:
    """Найти сообщения об одном событии: строки JSON по порядку времени, ответ — строки JSON с номером события."""
    settings = _load_config(config, tokens_needed=False)
    from bot.cli.analysis import group as group_lines

    with _report_input_faults():
        good = group_lines(settings, _print_error)
    if not good:
        raise typer.Exit(1)


@cli.command(cls=RussianHelpCommand)
def train(
    config: ConfigFile = Path("config.toml"),
    source: Annotated[
        Path | None, typer.Option("--from", metavar="ФАЙЛ", help="Прошлые сообщения с верным сектором: CSV или XLSX.")
    ] = None,
    own: Annotated[
        bool, typer.Option("--own", help="Только решения своих сотрудников; так бот учится сам каждую ночь.")
    ] = False,
    back: Annotated[bool, typer.Option("--back", help="Вернуть предыдущую модель.")] = False,
) -> None:
    """Обучить выбор сектора на решениях сотрудников и на прошлых сообщениях или вернуть предыдущую модель."""
    if (source is not None) + own + back != 1:
        _print_error(
            "Укажите одно: --from ФАЙЛ (обучить на таблице и на решениях сотрудников), --own (только на решениях "
            "сотрудников) или --back (вернуть предыдущую модель)."
        )
        raise typer.Exit(EXIT_BAD_CONFIG)
    settings = _load_config(config, tokens_needed=False)
    from bot.cli import train as training

    with _report_input_faults(), _report_database_faults(), _report_training_faults(nightly=own):
        if back:
            training.rollback(settings, typer.echo)
        else:
            training.train(settings, source, typer.echo)


@cli.command(cls=RussianHelpCommand)
def evaluate(
    file: Annotated[
        Path, typer.Argument(metavar="ФАЙЛ", help="Размеченные сообщения: CSV или XLSX; что измерить, решают столбцы.")
    ],
    config: ConfigFile = Path("config.toml"),
    misses: Annotated[int, typer.Option(metavar="ЧИСЛО", min=0, help="Сколько ошибок показать.")] = 0,
    only: Annotated[str, typer.Option(metavar="НАЧАЛО", help="Только строки, у которых dataset начинается так.")] = "",
    plot: Annotated[
        Path | None,
        typer.Option(metavar="ФАЙЛ", help="Картинка: насколько верны оценки и что с чем путает (PNG, SVG или PDF)."),
    ] = None,
) -> None:
    """Измерить, как бот понимает сообщения."""
    settings = _load_config(config, tokens_needed=False)
    from bot.cli.analysis import evaluate as measure

    with _report_input_faults():
        measure(settings, file, misses, only, plot, typer.echo)


@cli.command(cls=RussianHelpCommand)
def invite(config: ConfigFile = Path("config.toml")) -> None:
    """Показать коды, по которым сотрудники без указанного номера войдут в бота."""
    settings = _load_config(config, tokens_needed=False)
    from bot.cli.operations import invite_staff

    with _report_database_faults():
        invited = asyncio.run(invite_staff(settings))
    if not invited:
        typer.echo("У всех сотрудников из настроек уже есть доступ.")
        return
    typer.echo(
        "Перешлите каждому его строку: сотрудник открывает бота и отправляет команду целиком. Код одноразовый, "
        f"срок кода: {settings.tree.staff_invitations.valid.in_russian()}."
    )
    for name, code in invited:
        typer.echo(f"{name}: /start {code}")


@cli.command(cls=RussianHelpCommand)
def backup(
    file: Annotated[Path, typer.Argument(metavar="ФАЙЛ", help="Куда записать копию.")],
    config: ConfigFile = Path("config.toml"),
    force: Annotated[bool, typer.Option("--force", help="Заменить копию, если такой файл уже есть.")] = False,
) -> None:
    """Скопировать базу SQLite, не останавливая бота, и проверить копию."""
    settings = _load_config(config, tokens_needed=False)
    from bot.cli.output_files import describe_own_file
    from storage.errors import TransferFailed
    from storage.sqlite.backup import backup_sqlite

    if own := describe_own_file(settings, file):
        _print_error(f"Копия не сделана: {file} — это {own}. Укажите для копии другое место.")
        raise typer.Exit(1)
    typer.echo("Копирую базу. Бот в это время работает.")
    try:
        size = backup_sqlite(settings.database_url, file, _echo_progress, overwrite=force)
    except TransferFailed as error:
        _print_error(f"Копия не сделана: {error}.")
        raise typer.Exit(1) from None
    except OSError as error:
        _print_error(f"Копия не сделана: {describe_os_error(error)}. Укажите для копии другое место.")
        raise typer.Exit(1) from None
    _record_action(settings, JournalAction.COPIED, file=str(file.absolute()))
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
    settings = _load_config(config, tokens_needed=False)
    if (copy is None) is not after_pg_restore:
        _print_error("Укажите одно: файл копии или --after-pg-restore.")
        raise typer.Exit(EXIT_BAD_CONFIG)
    from bot.cli.operations import mark_restored, restore_database
    from bot.domain.clock import SystemClock
    from storage.errors import TransferFailed

    kept = None
    with _report_database_faults():
        try:
            if copy is None:
                asyncio.run(mark_restored(settings))
            else:
                kept = asyncio.run(
                    restore_database(settings, copy, _echo_progress, force=force, now=SystemClock().now())
                )
        except TransferFailed as error:
            _print_error(f"База не восстановлена, всё осталось как было: {error}.")
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
    settings = _load_config(config, tokens_needed=False)
    try:
        target = parse_database_url(to)
    except PydanticCustomError as error:
        fault = Fault("--to", str((error.context or {})["problem"]), str((error.context or {})["remedy"]))
        typer.echo(render_faults((fault,)), err=True)
        raise typer.Exit(EXIT_BAD_CONFIG) from None
    from storage.copy import copy_database
    from storage.errors import TransferFailed

    with _report_database_faults():
        try:
            moved = asyncio.run(
                copy_database(
                    settings.database_url, target, lambda one: typer.echo(f"{one.table}: {one.rows}, {one.checksum}")
                )
            )
        except TransferFailed as error:
            _print_error(f"Данные не перенесены, новая база не изменена: {error}.")
            raise typer.Exit(1) from None
    _record_action(settings, JournalAction.MOVED)
    total = sum(one.rows for one in moved)
    typer.echo(f"Перенесено записей: {total}, всё сверено. Теперь укажите новый адрес в [database] url.")


@cli.command(cls=RussianHelpCommand)
def export(
    config: ConfigFile = Path("config.toml"),
    format: Annotated[
        str | None,
        typer.Option(
            "--format", metavar="ФОРМАТ", help="csv, xlsx или json. Без него — по имени файла, а без файла csv."
        ),
    ] = None,
    since: Annotated[str | None, typer.Option(metavar="ДАТА", help="С какого дня: ГГГГ-ММ-ДД или ДД.ММ.ГГГГ.")] = None,
    until: Annotated[
        str | None, typer.Option(metavar="ДАТА", help="По какой день включительно: ГГГГ-ММ-ДД или ДД.ММ.ГГГГ.")
    ] = None,
    output: Annotated[Path | None, typer.Option(metavar="ФАЙЛ", help="Файл; без него — стандартный вывод.")] = None,
    public: Annotated[bool, typer.Option("--public", help="Без личных данных: чтобы передать другим.")] = False,
    codes: Annotated[
        bool, typer.Option("--codes", help="CSV для программ: запятые, английские названия столбцов и коды.")
    ] = False,
) -> None:
    """Выгрузить сообщения: одна строка на каждое."""
    form = _export_format(format, output, codes=codes)
    settings = _load_config(config, tokens_needed=False)
    from bot.cli.operations import OutputNotWritable, export_tickets

    first = _parse_moment(since, settings.zone, time.min)
    last = _parse_moment(until, settings.zone, time.max)
    with _report_database_faults():
        try:
            asyncio.run(export_tickets(settings, form, first, last, output, public=public, codes=codes))
            _record_action(settings, JournalAction.EXPORTED, public=public, file=str(output or ""))
        except OutputNotWritable as error:
            _print_error(f"Файл не записан: {error}")
            raise typer.Exit(EXIT_BAD_CONFIG) from None


_EXPORT_FORMATS = ("csv", "xlsx", "json")


def _export_format(asked: str | None, output: Path | None, *, codes: bool) -> str:
    """Return the format of an export: the one that is asked for must fit the extension of the file."""
    extension = output.suffix.casefold().lstrip(".") if output is not None else ""
    named = extension if extension in _EXPORT_FORMATS else None
    form = asked or named or ("xlsx" if extension.startswith("xls") else "csv")
    fault = ""
    if form not in _EXPORT_FORMATS:
        fault = f"Формат «{form}» неизвестен: csv, xlsx или json."
    elif extension == "xls":
        fault = "Старый формат .xls не поддерживается: назовите файл с расширением .xlsx."
    elif named is not None and named != form:
        fault = f"Формат {form} не подходит к имени файла .{named}: уберите --format или назовите файл .{form}."
    elif codes and form != "csv":
        fault = f"--codes бывает только у csv, а здесь {form} (в json коды есть и так): уберите --codes."
    if fault:
        _print_error(fault)
        raise typer.Exit(EXIT_BAD_CONFIG)
    return form


person = typer.Typer(
    no_args_is_help=True, cls=RussianHelpGroup, help="Данные одного жителя: выгрузить или стереть всё, что о нём есть."
)
cli.add_typer(person, name="person")

Account = Annotated[
    str | None, typer.Option("--account", metavar="АДРЕС", help="Чьи данные: telegram:123, vk:123 или max:123.")
]
TicketNumber = Annotated[
    int | None,
    typer.Option("--ticket", metavar="НОМЕР", help="Или номер сообщения: данные его автора, со всеми его сообщениями."),
]


@person.command("export", cls=RussianHelpCommand)
def person_export(
    account: Account = None,
    ticket: TicketNumber = None,
    config: ConfigFile = Path("config.toml"),
    output: Annotated[Path, typer.Option(metavar="ФАЙЛ", help="Куда записать (JSON).")] = Path("person.json"),
) -> None:
    """Выгрузить всё, что хранится о человеке: слова, вложения, ответы, историю. Файл прочтёт только его владелец."""
    settings = _load_config(config, tokens_needed=False)
    from bot.cli.operations import OutputNotWritable
    from bot.cli.personal_data import export_person

    with _report_database_faults():
        citizen = _find_citizen(settings, account, ticket)
        try:
            rows = asyncio.run(export_person(settings, citizen, output))
        except OutputNotWritable as error:
            _print_error(f"Файл не записан: {error}")
            raise typer.Exit(EXIT_BAD_CONFIG) from None
    typer.echo(f"Записей: {rows}. Файл: {output}" if rows else f"О человеке {citizen.key} ничего не хранится.")


@person.command("erase", cls=RussianHelpCommand)
def person_erase(
    account: Account = None,
    ticket: TicketNumber = None,
    config: ConfigFile = Path("config.toml"),
    yes: Annotated[bool, typer.Option("--yes", help="Не переспрашивать.")] = False,
    force: Annotated[
        bool,
        typer.Option(
            "--force", help="И незаконченное: закрыть без ответа. Без этого ключа сначала ответьте: человек ждёт."
        ),
    ] = False,
    output: Annotated[Path | None, typer.Option(metavar="ФАЙЛ", help="Куда записать и справку о стирании.")] = None,
) -> None:
    """Стереть всё, что хранится о человеке, и напечатать справку об этом. Бот может работать; вернуть нельзя."""
    settings = _load_config(config, tokens_needed=False)
    from bot.cli.operations import OutputNotWritable, check_output, open_output
    from bot.cli.personal_data import erase_person
    from bot.domain.personal_data import ErasureRefused
    from bot.views import personal_data as view

    with _report_database_faults():
        citizen = _find_citizen(settings, account, ticket)
        if not yes:
            typer.confirm(f"Стереть навсегда все данные {citizen.key}? (y — да)", abort=True, show_default=False)
        try:
            if output is not None:
                check_output(settings, output)
            erasure = asyncio.run(erase_person(settings, citizen, force=force))
            if erasure is None:
                typer.echo(f"О человеке {citizen.key} ничего не хранится.")
                return
            proof = view.render_proof(erasure, settings.zone)
            typer.echo(proof)
            if erasure.public_answers:
                typer.echo(view.describe_public_answers(erasure.public_answers))
            if output is not None:
                with open_output(output) as stream:
                    stream.write(proof.encode())
        except ErasureRefused as refusal:
            _print_error(f"Ничего не стёрто. {view.describe_refusal(refusal)}")
            raise typer.Exit(1) from None
        except OutputNotWritable as error:
            _print_error(f"Справка не записана: {error}")
            raise typer.Exit(EXIT_BAD_CONFIG) from None


def _find_citizen(settings: Config, account: str | None, ticket: int | None) -> Citizen:
    """Return the citizen that exactly one of both names; end with a message otherwise."""
    from bot.cli.personal_data import find_citizen, parse_account

    if (account is None) is (ticket is None):
        _print_error("Укажите одно: --account telegram:123 или --ticket НОМЕР.")
        raise typer.Exit(EXIT_BAD_CONFIG)
    found = parse_account(account) if account is not None else asyncio.run(find_citizen(settings, ticket or 0))
    if found is None:
        _print_error(
            f"Сообщения №{ticket} нет." if account is None else f"«{account}» — не адрес. Нужно так: telegram:123."
        )
        raise typer.Exit(EXIT_BAD_CONFIG)
    return found


@cli.command(cls=RussianHelpCommand)
def journal(
    config: ConfigFile = Path("config.toml"),
    since: Annotated[str | None, typer.Option(metavar="ДАТА", help="С какого дня: ГГГГ-ММ-ДД или ДД.ММ.ГГГГ.")] = None,
    until: Annotated[str | None, typer.Option(metavar="ДАТА", help="По какой день включительно.")] = None,
) -> None:
    """Показать, кто и когда выгружал, копировал, стирал и искал сообщения."""
    settings = _load_config(config, tokens_needed=False)
    from bot.cli.personal_data import list_journal

    first = _parse_moment(since, settings.zone, time.min)
    last = _parse_moment(until, settings.zone, time.max)
    with _report_database_faults():
        for line in asyncio.run(list_journal(settings, first, last)):
            typer.echo(line)


def _record_action(settings: Config, action: JournalAction, **facts: object) -> None:
    """Write a line of the journal; what was asked for is done already, so a fault is only said."""
    from bot.cli.personal_data import record_action
    from storage.database import DatabaseUnavailable
    from storage.errors import DATABASE_ERRORS

    try:
        asyncio.run(record_action(settings, action, facts))
    except (DatabaseUnavailable, *DATABASE_ERRORS):
        _print_error("В журнал (python -m bot journal) это не записано: база занята или не принимает записей.")


def _echo_progress(percent: int) -> None:
    typer.echo(f"Скопировано {percent} %")


def _paths_open_to_others(config: Config) -> list[Path]:
    """List the files with secrets that anybody on the server may read, and the data that the group may, too.

    Often the configuration is root's and the group of the bot's user reads it.
    """
    from bot.cli.operations import list_data_paths

    data = [path for path in list_data_paths(config) if file_modes.list_open([path])]
    return file_modes.list_open(config.secret_files(), file_modes.OTHERS) + data


def _name_paths(paths: Sequence[Path]) -> str:
    return f"{paths[0]}" + (f" и ещё {len(paths) - 1}" if len(paths) > 1 else "")


def _print_error(text: str) -> None:
    typer.echo(logging_setup.scrub(text), err=True)


@contextmanager
def _report_input_faults() -> Iterator[None]:
    """Turn an unusable table, model or folder into one message without a traceback."""
    from bot.cli.analysis import PlotFault
    from bot.understanding.model.model import ModelError
    from bot.understanding.model.training_data import TableError

    try:
        yield
    except (TableError, ModelError, PlotFault) as fault:
        _print_error(str(fault))
        raise typer.Exit(EXIT_BAD_CONFIG) from None
    except PermissionError as error:
        _print_error(f"Нет прав на запись: {error.filename}. Проверьте права на эту папку.")
        raise typer.Exit(EXIT_BAD_CONFIG) from None


@contextmanager
def _report_training_faults(*, nightly: bool) -> Iterator[None]:
    """Turn an error of the system into one message and an exit code by which the bot knows it at night."""
    from bot.domain.training import EXIT_CODES, TrainingFault

    try:
        yield
    except (OSError, MemoryError) as error:
        if not nightly:
            raise
        _print_error(_describe_system_error(error))
        raise typer.Exit(EXIT_CODES[TrainingFault.of_error(error)]) from None


@contextmanager
def _report_database_faults(exit_code: int = EXIT_BAD_CONFIG) -> Iterator[None]:
    """Turn an unreachable database into one message without a traceback."""
    from sqlalchemy.exc import DBAPIError

    from storage.database import DatabaseUnavailable

    try:
        yield
    except (DatabaseUnavailable, DBAPIError) as error:
        reason = str(error.orig if isinstance(error, DBAPIError) else error)
        problem, remedy = next(
            (words for english, words in _DATABASE_FAULTS.items() if english in reason.lower()),
            (logging_setup.scrub(reason), _USUAL_DATABASE_REMEDY),
        )
        typer.echo(render_faults((Fault("database.url", f"база данных не открывается: {problem}", remedy),)), err=True)
        raise typer.Exit(exit_code) from None


_USUAL_DATABASE_REMEDY = (
    "проверьте путь к файлу и права на его папку, а для PostgreSQL — что сервер запущен и адрес верен"
)
_RESTORE_REMEDY = "восстановите базу из копии (команда backup её делает), а этот файл сохраните для разбора"
_DATABASE_FAULTS = {
    "attempt to write a readonly database": (
        "нет права писать в файл базы или в его папку",
        _USUAL_DATABASE_REMEDY,
    ),
    "unable to open database file": (
        "файл базы не создать и не открыть: нет папки или права в ней писать",
        _USUAL_DATABASE_REMEDY,
    ),
    "file is not a database": ("это не база SQLite, или её начало повреждено", _RESTORE_REMEDY),
    "malformed": ("файл базы повреждён", _RESTORE_REMEDY),
    "disk i/o error": ("диск с базой не читается или не пишется", "проверьте диск и место на нём"),
    "disk is full": ("на диске с базой нет места", "освободите место"),
    "database is locked": ("база занята другой программой", "подождите или остановите её"),
    "can't locate revision": (
        "базу уже обновила более новая версия программы",
        "установите новую версию или восстановите копию, сделанную до обновления",
    ),
    "password authentication failed": ("пользователь или пароль не подходят", "проверьте их в адресе базы"),
    "does not exist": ("такой базы или таблицы на сервере нет", "создайте базу или проверьте её имя в адресе"),
}


def _parse_day(text: str) -> date:
    russian = re.fullmatch(r"(\d{1,2})\.(\d{1,2})\.(\d{4})", text.strip())
    return date(*(int(part) for part in russian.groups()[::-1])) if russian else date.fromisoformat(text.strip())


def _parse_moment(day: str | None, zone: ZoneInfo, clock: time) -> datetime | None:
    if day is None:
        return None
    try:
        return datetime.combine(_parse_day(day), clock, zone)
    except ValueError:
        typer.echo(f"Не похоже на дату: «{day}». Нужно так: 2026-11-20 или 20.11.2026.", err=True)
        raise typer.Exit(EXIT_BAD_CONFIG) from None
