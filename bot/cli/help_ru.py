"""The pages of ``--help``, in Russian: Typer's own come with English headings that no setting changes."""

from collections.abc import Iterator
from typing import Any

from typer.core import TyperCommand, TyperGroup, TyperOption

Rows = list[tuple[str, str]]

FIRST_COMMANDS = ("run", "check", "demo", "invite")
"""The commands that everybody needs: the help page lists them before the others."""


class RussianHelpCommand(TyperCommand):
    """A command with a Russian help page."""

    def format_help(self, ctx: Any, formatter: Any) -> None:
        """See :meth:`click.Command.format_help`."""
        _write_help(self, ctx, formatter)


class RussianHelpGroup(TyperGroup):
    """The program's help page: its commands, one line each."""

    def format_help(self, ctx: Any, formatter: Any) -> None:
        """See :meth:`click.Command.format_help`."""
        _write_help(self, ctx, formatter)
        first = [name for name in FIRST_COMMANDS if name in self.commands]
        names = [*first, *(name for name in self.commands if name not in first)]
        _write_list(formatter, "Команды", [(name, self.commands[name].help or "") for name in names])


def _write_help(command: TyperCommand | TyperGroup, ctx: Any, formatter: Any) -> None:
    params = command.get_params(ctx)
    arguments = [one for one in params if not isinstance(one, TyperOption)]
    options = [one for one in params if isinstance(one, TyperOption)]
    words = [*(["КОМАНДА"] if isinstance(command, TyperGroup) else []), *(_argument_label(one) for one in arguments)]
    formatter.write_usage(ctx.command_path, " ".join((*words, "[КЛЮЧИ]")), prefix="Вызов: ")
    formatter.write_paragraph()
    with formatter.indentation():
        formatter.write_text(command.help or "")
    _write_list(formatter, "Параметры", [(_argument_label(one), _description(one)) for one in arguments])
    _write_list(formatter, "Ключи", [(_option_label(one), _description(one)) for one in options])


def _write_list(formatter: Any, heading: str, rows: Rows) -> None:
    if rows:
        with formatter.section(heading):
            formatter.write_dl(rows)


def _argument_label(argument: Any) -> str:
    return str(argument.metavar or argument.name)


def _option_label(option: Any) -> str:
    return " ".join((", ".join(option.opts), *([option.metavar] if option.metavar else ())))


def _description(parameter: Any) -> str:
    return " ".join(_sentences(parameter))


def _sentences(parameter: Any) -> Iterator[str]:
    if parameter.name == "help":
        yield "Показать эту справку."
        return
    yield parameter.help or ""
    if parameter.required and isinstance(parameter, TyperOption):
        yield "Обязательный ключ."
    if parameter.default not in (None, False, ""):
        yield f"Если не указать: {parameter.default}."
