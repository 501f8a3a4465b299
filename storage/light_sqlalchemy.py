"""Import of ``sqlalchemy.ext.asyncio`` without the object-relational mapper.

The package imports its sessions, and with them the forty modules of ``sqlalchemy.orm``, which the bot never uses: it
works with connections and statements. Here a light package takes its place: it imports a name when it is asked for.

Nothing of SQLAlchemy is imported until a module asks for that package: a command that only compares the names of files
needs `storage`, and no database.

It relies on where SQLAlchemy keeps these names, so it is limited to the versions of `TESTED_SQLALCHEMY`. Any other one,
a package imported before, and ``MCU_LIGHT_SQLALCHEMY=0`` in the environment give the plain import, which is only
heavier.
"""

import os
import sys
from collections.abc import Sequence
from importlib import import_module
from importlib.abc import Loader
from importlib.machinery import ModuleSpec, PathFinder
from importlib.util import find_spec
from types import ModuleType
from typing import Any

SWITCH = "MCU_LIGHT_SQLALCHEMY"
"""The environment variable; ``0`` turns the light package off."""

TESTED_SQLALCHEMY = ("2.1.",)
"""Prefixes of the versions with which ``tests/unit/test_light_sqlalchemy.py`` passed."""

_PACKAGE = "sqlalchemy.ext.asyncio"
_MODULES = ("engine", "result", "session", "scoping")
"""The modules from which the package takes its names; the last two import the mapper."""


def is_enabled() -> bool:
    return os.environ.get(SWITCH) != "0" and sqlalchemy_version().startswith(TESTED_SQLALCHEMY)


def sqlalchemy_version() -> str:
    import sqlalchemy  # not before somebody asks for a part of it

    return sqlalchemy.__version__


def prepare_import() -> None:
    """Let the next import of SQLAlchemy's asyncio find the light package, if the version allows that then."""
    sys.meta_path.insert(0, _Finder())


class _Finder:
    """The finder of that one package; all others are found as usual."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None, /
    ) -> ModuleSpec | None:
        if fullname != _PACKAGE or not is_enabled():
            return None
        spec = PathFinder.find_spec(fullname, path, target)
        if spec is not None:
            spec.loader = _LightLoader()
        return spec


class _LightLoader(Loader):
    """The loader of a package that imports each name from its module when it is asked for."""

    def exec_module(self, module: ModuleType) -> None:
        def import_name(wanted: str) -> Any:
            is_module = wanted.startswith("__") or find_spec(f"{_PACKAGE}.{wanted}") is not None  # Python imports it
            for name in () if is_module else _MODULES:
                found = vars(import_module(f"{_PACKAGE}.{name}"))
                if wanted in found:
                    setattr(module, wanted, found[wanted])
                    return found[wanted]
            raise AttributeError(f"module {_PACKAGE!r} has no attribute {wanted!r}")

        module.__dict__["__getattr__"] = import_name
