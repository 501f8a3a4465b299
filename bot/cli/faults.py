"""Faults of the system, the database and the input, as one Russian sentence and an exit code."""

from collections.abc import Iterator
from contextlib import contextmanager

import typer

from bot import logging_setup
from bot.cli.command_line import EXIT_BAD_CONFIG, print_error
from bot.os_errors import describe_os_error, os_error_remedy


def describe_system_error(error: OSError | MemoryError) -> str:
    """Describe an error of the system with its remedy, in Russian."""
    if isinstance(error, MemoryError):
        return "Не хватило памяти. Проверьте, тот ли файл указан, или запустите команду там, где её больше."
    return f"Не получилось: {describe_os_error(error)}. {os_error_remedy(error)}."


@contextmanager
def report_input_faults() -> Iterator[None]:
    """Turn an unusable table, model or folder into one message without a traceback."""
    from bot.cli.analysis import PlotFault
    from bot.understanding.model.model import ModelError
    from bot.understanding.model.training_data import TableError

    try:
        yield
    except (TableError, ModelError, PlotFault) as fault:
        print_error(str(fault))
        raise typer.Exit(EXIT_BAD_CONFIG) from None
    except PermissionError as error:
        print_error(f"Нет прав на запись: {error.filename}. Проверьте права на эту папку.")
        raise typer.Exit(EXIT_BAD_CONFIG) from None


@contextmanager
def report_training_faults(*, nightly: bool) -> Iterator[None]:
    """Turn an error of the system into one message and an exit code by which the bot knows it at night."""
    from bot.domain.training import EXIT_CODES, TrainingFault

    try:
        yield
    except (OSError, MemoryError) as error:
        if not nightly:
            raise
        print_error(describe_system_error(error))
        raise typer.Exit(EXIT_CODES[TrainingFault.of_error(error)]) from None


@contextmanager
def report_database_faults(exit_code: int = EXIT_BAD_CONFIG) -> Iterator[None]:
    """Turn an unreachable database into one message without a traceback."""
    from sqlalchemy.exc import DBAPIError
    from sqlalchemy.exc import TimeoutError as NoConnectionFree

    from bot.config import Fault, render_faults
    from storage.errors import DatabaseUnavailable, DatabaseUnreachable

    try:
        yield
    except (DatabaseUnavailable, DatabaseUnreachable, NoConnectionFree, DBAPIError) as error:
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
_ALL_CONNECTIONS_TAKEN = (
    "на сервере базы заняты все соединения",
    "попробуйте позже, а если это повторяется — увеличьте max_connections или закройте лишние программы",
)
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
    "too many connections": _ALL_CONNECTIONS_TAKEN,  # of the role or the database
    "too many clients": _ALL_CONNECTIONS_TAKEN,
    "queuepool limit": _ALL_CONNECTIONS_TAKEN,  # of this process
    "connection slots are reserved": _ALL_CONNECTIONS_TAKEN,
    "password authentication failed": ("пользователь или пароль не подходят", "проверьте их в адресе базы"),
    "does not exist": ("такой базы или таблицы на сервере нет", "создайте базу или проверьте её имя в адресе"),
}
