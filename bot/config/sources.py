"""The sources of values: the TOML file, overridden by the environment (``MCU_TELEGRAM__TOKEN``)."""

import os
import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from bot.bounded_files import read_bounded
from bot.config.errors import ConfigFaults, Fault, did_you_mean
from bot.config.schema import ConfigTree
from bot.os_errors import describe_os_error, os_error_remedy

if TYPE_CHECKING:
    from pydantic_settings import BaseSettings

ENV_PREFIX = "MCU_"

MAX_FILE_BYTES = 1 << 20
"""Size limit of the configuration file; one of a large city has some tens of kilobytes."""

_KEY_CHAIN = re.compile(r"""(?<![\w"'-])(?:[\w"'-]+[ \t]*\.[ \t]*){16}""")
"""A key of many parts, for which the parser needs a time that grows with the square of their number."""

_TOML_POSITION = re.compile(r"at line (\d+), column (\d+)")


def read_file(path: Path) -> dict[str, Any]:
    """Read the file as plain values. Raises :class:`ConfigFaults` if it cannot be read or is not TOML."""
    try:
        text = read_bounded(path, MAX_FILE_BYTES).decode("utf-8-sig")  # Windows editors write a byte order mark
    except FileNotFoundError:
        raise _unreadable_file(
            path, "файла настроек нет", "создайте его из config.example.toml или укажите верный путь"
        ) from None
    except IsADirectoryError:
        raise _unreadable_file(path, "это папка, а нужен файл", "укажите путь к самому файлу настроек") from None
    except UnicodeDecodeError:
        raise _unreadable_file(
            path, "файл не в кодировке UTF-8", "сохраните его в редакторе с кодировкой UTF-8"
        ) from None
    except PermissionError:
        raise _unreadable_file(path, "файл не читается", "проверьте права на чтение файла и папки") from None
    except OSError as error:
        remedy = os_error_remedy(error)
        raise _unreadable_file(path, describe_os_error(error), remedy[:1].lower() + remedy[1:]) from None
    chain = _KEY_CHAIN.search(text)
    if chain is not None:
        where = f"строка {text.count(chr(10), 0, chain.start()) + 1}"
        raise _unreadable_file(path, f"{where}: слишком много частей через точку", "запишите раздел и ключ отдельно")
    try:
        return tomllib.loads(text)
    except ValueError as error:  # also for a number of thousands of digits
        raise _unreadable_file(path, *_explain_syntax(str(error))) from None
    except RecursionError:
        remedy = "уберите лишние скобки: раздел внутри раздела бывает не глубже трёх раз"
        raise _unreadable_file(path, "слишком много скобок друг в друге", remedy) from None


def _unreadable_file(path: Path, problem: str, remedy: str) -> ConfigFaults:
    return ConfigFaults(path, [Fault(str(path), problem, remedy)])


def _explain_syntax(message: str) -> tuple[str, str]:
    """Return the problem and the remedy in Russian, with the position from the library's English message."""
    place = _TOML_POSITION.search(message)
    where = f"строка {place[1]}, столбец {place[2]}" if place else "конец файла"
    if "overwrite" in message or "twice" in message or "declare" in message:
        return f"{where}: ключ или раздел записан второй раз", "оставьте одну запись"
    return (
        f"{where}: ошибка записи (TOML)",
        "проверьте кавычки, скобки и знак «=» в этой строке и в строке перед ней; текст и время пишутся в кавычках",
    )


def overlay_environment(values: dict[str, Any]) -> tuple[dict[str, Any], list[Fault]]:
    """Return *values* overridden by the environment, and the faults of its variables.

    A table of a list is named by its index: ``MCU_VK__COMMUNITIES__0__TOKEN``. Lists and tables may be given as JSON.
    Empty variables count as absent.
    """
    if not any(variable.upper().startswith(ENV_PREFIX) for variable in os.environ):
        return values, []
    from bot.config.environment import Environment  # a library for it; most commands are given no variables

    tree = cast("type[BaseSettings]", ConfigTree)  # the source asks for the fields alone
    overlay = Environment(tree, env_prefix=ENV_PREFIX, env_nested_delimiter="__", env_ignore_empty=True)()
    _drop_replaced_tokens(values, overlay)
    return _merge(values, overlay), _unknown_variables()


def _unknown_variables() -> list[Fault]:
    faults = []
    sections = list(ConfigTree.model_fields)
    for variable in sorted(os.environ):
        if not variable.upper().startswith(ENV_PREFIX) or "__" not in variable:
            continue
        section = variable[len(ENV_PREFIX) :].partition("__")[0].lower()
        if section not in sections:
            hint = did_you_mean(section, sections)
            faults.append(
                Fault(
                    variable,
                    "такого раздела настроек нет",
                    f"{hint or 'исправьте имя переменной окружения'} или удалите её",
                )
            )
    return faults


_REPLACED = (("token", "token_file"), ("token_file", "token"), ("proxy", "proxy_file"), ("proxy_file", "proxy"))


def _drop_replaced_tokens(below: Any, above: Any) -> None:
    """Let a token or proxy of the environment replace the file that was named, and the other way round."""
    if not isinstance(above, Mapping):
        return
    if isinstance(below, dict):
        for given, replaced in _REPLACED:
            if given in above and replaced not in above:
                below.pop(replaced, None)
    for key, value in above.items():
        if isinstance(below, dict):
            _drop_replaced_tokens(below.get(key), value)
        elif isinstance(below, list) and key.isdecimal() and int(key) < len(below):
            _drop_replaced_tokens(below[int(key)], value)


def _merge(below: Any, above: Any) -> Any:
    if not isinstance(above, Mapping):
        return above
    if _is_indexed(above) and (below is None or isinstance(below, list)):
        items = list(below or [])
        for index in sorted(map(int, above)):
            item = above[str(index)]
            if index < len(items):
                items[index] = _merge(items[index], item)
            else:
                items.append(_merge(None, item))
        return items
    base = dict(below) if isinstance(below, Mapping) else {}
    return base | {key: _merge(base.get(key), value) for key, value in above.items()}


def _is_indexed(values: Mapping[str, Any]) -> bool:
    return bool(values) and all(key.isdecimal() for key in values)
