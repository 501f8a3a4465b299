"""Import of the parts of aiogram that are used, with its types built on first use.

aiogram imports all its seven hundred modules and builds the validators of its four hundred types: seconds and a hundred
megabytes, of which the bot uses some thirty. Here light packages take the place of `LIGHT_PACKAGES`: they import a name
when it is asked for, and a type is built when it is first used.

It relies on how aiogram lists its names and rebuilds its models, so it is limited to the versions of `TESTED_AIOGRAM`.
Any other one, an aiogram imported before, and ``MCU_LAZY_AIOGRAM=0`` in the environment give the plain import, which is
only heavier.
"""

import ast
import importlib
import os
import re
import sys
from importlib.abc import InspectLoader
from importlib.metadata import version
from importlib.util import find_spec, module_from_spec
from typing import Any, ForwardRef, Literal, NamedTuple, Optional, Union, get_args

from pydantic import BaseModel

SWITCH = "MCU_LAZY_AIOGRAM"
"""The environment variable; ``0`` turns the light packages off."""

TESTED_AIOGRAM = ("3.31.",)
"""Prefixes of the versions with which ``tests/unit/test_lazy_aiogram.py`` passed."""

LIGHT_PACKAGES = ("aiogram", "aiogram.enums", "aiogram.types", "aiogram.methods")
"""The packages whose own code only imports names; the first contains the others."""

_WORD = re.compile(r"[A-Za-z_]\w*")
_original_rebuild = BaseModel.__dict__["model_rebuild"].__func__


class _Origin(NamedTuple):
    """The module that a name of a package comes from, and the name there."""

    module: str
    name: str


def is_enabled() -> bool:
    return os.environ.get(SWITCH) != "0" and version("aiogram").startswith(TESTED_AIOGRAM)


def import_aiogram() -> None:
    """Put the light packages in place, if the version allows that; else the bot's modules import aiogram as usual."""
    if "aiogram" in sys.modules or not is_enabled():
        return
    if all(_put_light_package(name) for name in LIGHT_PACKAGES):
        _build_on_first_use()


def _put_light_package(name: str) -> bool:
    """Return whether that is possible: it is not in an installation without sources, where the plain import follows."""
    spec = find_spec(name)
    if spec is None or not isinstance(spec.loader, InspectLoader):
        return False
    source = spec.loader.get_source(name)
    if source is None:
        return False
    origins, public_names = _read_names(ast.parse(source), name)
    package = module_from_spec(spec)

    def import_name(wanted: str) -> Any:
        if wanted not in origins:
            raise AttributeError(f"module {name!r} has no attribute {wanted!r}")
        value = _import_from(origins[wanted])
        setattr(package, wanted, value)
        return value

    package.__dict__.update(__getattr__=import_name, __all__=public_names)
    sys.modules[name] = package
    parent, _, last = name.rpartition(".")
    if parent:
        setattr(sys.modules[parent], last, package)
    return True


def _read_names(code: ast.Module, package: str) -> tuple[dict[str, _Origin], list[str]]:
    """Return where the names of a *package* come from, and those of its ``__all__`` that are imported at all."""
    origins: dict[str, _Origin] = {}
    listed: list[str] = []
    for statement in code.body:
        if isinstance(statement, ast.ImportFrom):
            origin = f"{package}.{statement.module or ''}".rstrip(".") if statement.level else statement.module or ""
            origins |= {alias.asname or alias.name: _Origin(origin, alias.name) for alias in statement.names}
        elif isinstance(statement, ast.Assign) and ast.unparse(statement.targets[0]) == "__all__":
            listed = list(ast.literal_eval(statement.value))
    return origins, [name for name in listed if name in origins]


def _import_from(origin: _Origin) -> Any:
    module = importlib.import_module(origin.module)
    try:
        return vars(module)[origin.name]
    except KeyError:  # the name of a module
        return importlib.import_module(f"{origin.module}.{origin.name}")


def _build_on_first_use() -> None:
    """Give pydantic the names in a type's annotations when it builds the type; aiogram itself passes all to all."""
    from aiogram.client.default import Default
    from aiogram.methods.base import Response, TelegramMethod
    from aiogram.types.base import TelegramObject

    # What aiogram/types/__init__.py adds to the names of the types.
    names = {"List": list, "Optional": Optional, "Union": Union, "Literal": Literal, "Default": Default}
    seen: set[type[BaseModel]] = set()

    def build(cls: type[BaseModel], /, *args: Any, _types_namespace: Any = None, **options: Any) -> bool | None:
        if not _types_namespace:
            _add_names(cls, names, seen)
        done: bool | None = _original_rebuild(cls, *args, _types_namespace=_types_namespace or names, **options)
        return done

    for base in (TelegramObject, TelegramMethod, Response):
        base.model_rebuild = classmethod(build)  # type: ignore[method-assign, assignment]
    TelegramMethod.model_config["defer_build"] = True  # its subclasses are not imported yet and inherit it


def _add_names(model: type[BaseModel], names: dict[str, Any], seen: set[type[BaseModel]]) -> None:
    """Import the types that *model* and the types of its fields name, to any depth, and add them to *names*."""
    types = sys.modules["aiogram.types"]
    known = frozenset(types.__all__)
    waiting: list[Any] = [model]
    while waiting:
        one = waiting.pop()
        if isinstance(one, ForwardRef):
            one = one.__forward_arg__
        if isinstance(one, str):
            found = {word: getattr(types, word) for word in _WORD.findall(one) if word in known}
            waiting += [value for word, value in found.items() if word not in names]
            names |= found
        elif isinstance(one, type) and issubclass(one, BaseModel):
            if one not in seen:
                seen.add(one)
                waiting += [field.annotation for field in one.model_fields.values()]
        else:
            waiting += get_args(one)
