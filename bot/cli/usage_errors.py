"""Usage errors of the command line, in Russian."""

import re
from typing import Any


def describe_usage_error(error: Exception) -> str | None:
    """Return the Russian sentence for one of Typer's usage errors; ``None`` for any other exception.

    Typer carries a copy of Click inside; its exceptions are known by their names, which both have kept for years.
    """
    words = _DESCRIPTIONS.get(type(error).__name__)
    return None if words is None else words(error)


def _parameter_names(error: Any) -> str:
    parameter = getattr(error, "param", None)
    hint = getattr(error, "param_hint", None)
    names = [hint] if isinstance(hint, str) else [*(hint or _parameter_labels(parameter))]
    return ", ".join(f"«{str(name).strip(chr(39))}»" for name in names)


def _parameter_labels(parameter: Any) -> list[str]:
    """Return an option's keys, or the word of a parameter in the help."""
    if getattr(parameter, "param_type_name", "") == "argument" and parameter.metavar:
        return [parameter.metavar]
    return [*(getattr(parameter, "opts", None) or ())]


def _unknown_command(error: Any) -> str:
    name = getattr(error, "command_name", None) or _quoted_name(error)
    return f"Команды «{name}» нет."


def _unknown_option(error: Any) -> str:
    near = getattr(error, "possibilities", None)
    hint = f" Возможно, нужно {' или '.join(sorted(near))}." if near else ""
    return f"Ключа «{getattr(error, 'option_name', '')}» нет.{hint}"


def _wrong_option_value(error: Any) -> str:
    name = getattr(error, "option_name", "")
    if "does not take" in _message(error):
        return f"Ключу «{name}» значение не нужно."
    return f"После ключа «{name}» нужно значение."


def _missing_parameter(error: Any) -> str:
    kind = getattr(getattr(error, "param", None), "param_type_name", "")
    return f"Не хватает {'ключа' if kind == 'option' else 'параметра'} {_parameter_names(error)}."


def _invalid_value(error: Any) -> str:
    bound = re.search(r"(less|greater) than or equal to (-?\d+)", _message(error))
    words = {"less": "Нужно число не больше", "greater": "Нужно число не меньше"}
    hint = f" {words[bound[1]]} {bound[2]}." if bound else ""
    return f"Значение {_parameter_names(error)} не подходит.{hint}"


def _unexpected_argument(error: Any) -> str:
    return "Лишние слова в команде."


def _message(error: Any) -> str:
    return str(getattr(error, "message", error))


def _quoted_name(error: Any) -> str:
    """Return the quoted part of Click's English sentence."""
    found = re.search(r"['(]([^'()]+)['\)]", _message(error))
    return found[1] if found else ""


def _other_usage_error(error: Any) -> str:
    """Translate the two errors for which Click has no class of their own."""
    name = _quoted_name(error)
    if "o such command" in _message(error):
        return f"Команды «{name}» нет."
    return f"Лишнее в команде: «{name}»." if name else _unexpected_argument(error)


_DESCRIPTIONS = {
    "NoSuchCommand": _unknown_command,
    "NoSuchOption": _unknown_option,
    "BadOptionUsage": _wrong_option_value,
    "BadArgumentUsage": _unexpected_argument,
    "MissingParameter": _missing_parameter,
    "BadParameter": _invalid_value,
    "UsageError": _other_usage_error,
}
