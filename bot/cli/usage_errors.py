"""Usage errors of the command line, in Russian."""

import re
from typing import Any


def mistyped(error: Exception) -> str | None:
    """What is wrong with the command, for one of Typer's usage errors; ``None`` for any other exception.

    Typer carries a copy of Click inside; its exceptions are known by their names, which both have kept for years.
    """
    words = _WORDS.get(type(error).__name__)
    return None if words is None else words(error)


def _names(error: Any) -> str:
    parameter = getattr(error, "param", None)
    hint = getattr(error, "param_hint", None)
    names = [hint] if isinstance(hint, str) else [*(hint or _called(parameter))]
    return ", ".join(f"«{str(name).strip(chr(39))}»" for name in names)


def _called(parameter: Any) -> list[str]:
    """An option by its keys, a parameter by the word that stands for it in the help."""
    if getattr(parameter, "param_type_name", "") == "argument" and parameter.metavar:
        return [parameter.metavar]
    return [*(getattr(parameter, "opts", None) or ())]


def _command(error: Any) -> str:
    name = getattr(error, "command_name", None) or _quoted(error)
    return f"Команды «{name}» нет."


def _option(error: Any) -> str:
    near = getattr(error, "possibilities", None)
    hint = f" Возможно, нужно {' или '.join(sorted(near))}." if near else ""
    return f"Ключа «{getattr(error, 'option_name', '')}» нет.{hint}"


def _needs_value(error: Any) -> str:
    name = getattr(error, "option_name", "")
    if "does not take" in _message(error):
        return f"Ключу «{name}» значение не нужно."
    return f"После ключа «{name}» нужно значение."


def _missing(error: Any) -> str:
    kind = getattr(getattr(error, "param", None), "param_type_name", "")
    return f"Не хватает {'ключа' if kind == 'option' else 'параметра'} {_names(error)}."


def _unfit(error: Any) -> str:
    return f"Значение {_names(error)} не подходит."


def _unexpected(error: Any) -> str:
    return "Лишние слова в команде."


def _message(error: Any) -> str:
    return str(getattr(error, "message", error))


def _quoted(error: Any) -> str:
    """What Click's English sentence names, without its quotes."""
    found = re.search(r"['(]([^'()]+)['\)]", _message(error))
    return found[1] if found else ""


def _usage(error: Any) -> str:
    """Click says these two with the general class."""
    name = _quoted(error)
    if "o such command" in _message(error):
        return f"Команды «{name}» нет."
    return f"Лишнее в команде: «{name}»." if name else _unexpected(error)


_WORDS = {
    "NoSuchCommand": _command,
    "NoSuchOption": _option,
    "BadOptionUsage": _needs_value,
    "BadArgumentUsage": _unexpected,
    "MissingParameter": _missing,
    "BadParameter": _unfit,
    "UsageError": _usage,
}
