"""The command line: it runs a command and turns its faults into words and exit codes."""

import errno
import sys

import typer
from typer.exceptions import TyperException

from bot import file_modes, logging_setup
from bot.cli import (
    audit_commands,
    data_commands,
    database_commands,
    import_commands,
    learning_commands,
    people_commands,
    report_commands,
    service_commands,
    topics_commands,
)
from bot.cli.command_line import EXIT_BAD_CONFIG, cli, print_error
from bot.cli.console import discard_output, prepare_streams
from bot.cli.faults import describe_system_error
from bot.cli.usage_errors import describe_usage_error
from bot.runtime import garbage

COMMAND_MODULES = (
    *(service_commands, learning_commands, database_commands, data_commands, people_commands),
    *(topics_commands, audit_commands, report_commands, import_commands),
)
"""Each adds its commands to the application when it is imported."""


def main() -> None:
    """Run the command line; usage errors and errors of the system become one Russian sentence."""
    garbage.collect_seldom()  # the commands import most of what they need when they begin
    try:
        _run_command()
    finally:
        garbage.skip_last_collections()


def _run_command() -> None:
    sys.excepthook = logging_setup.print_crash
    prepare_streams()
    file_modes.restrict_new_files()
    try:
        code = cli(standalone_mode=False)
        sys.stdout.flush()  # a full disk or a closed pipe is said below, not by Python at its exit
    except typer.Abort:
        print_error("Прервано.")
        raise SystemExit(1) from None
    except BrokenPipeError:
        discard_output()
        raise SystemExit(1) from None
    except OSError as error:
        if error.errno == errno.ENOSPC:
            discard_output()
        print_error(describe_system_error(error))
        raise SystemExit(EXIT_BAD_CONFIG) from None
    except MemoryError as error:
        print_error(describe_system_error(error))
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
        print_error(f"{words} Как пользоваться командой: {path} --help")
        raise SystemExit(EXIT_BAD_CONFIG) from None
    raise SystemExit(code if isinstance(code, int) else 0)
