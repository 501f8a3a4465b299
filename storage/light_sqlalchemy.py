"""Import of ``sqlalchemy.ext.asyncio`` without the object-relational mapper.

The package imports its sessions, and with them the forty modules of ``sqlalchemy.orm``, which the bot never uses: it
works with connections and statements. Here a light package takes its place: it imports a name when it is asked for.

It relies on where SQLAlchemy keeps these names, so it is limited to the versions of `TESTED_SQLALCHEMY`. Any other one,
a package imported before, and ``MCU_LIGHT_SQLALCHEMY=0`` in the environment give the plain import, which is only
heavier.
"""

import os
import sys
from importlib import import_module
from importlib.metadata import version
from importlib.util import find_spec, module_from_spec
from typing import Any

SWITCH = "MCU_LIGHT_SQLALCHEMY"
"""The environment variable; ``0`` turns the light package off."""

TESTED_SQLALCHEMY = ("2.1.",)
"""Prefixes of the versions with which ``tests/unit/test_light_sqlalchemy.py`` passed."""

_PACKAGE = "sqlalchemy.ext.asyncio"
_MODULES = ("engine", "result", "session", "scoping")
"""The modules from which the package takes its names; the last two import the mapper."""


def is_enabled() -> bool:
    return os.environ.get(SWITCH) != "0" and version("sqlalchemy").startswith(TESTED_SQLALCHEMY)


def import_sqlalchemy() -> None:
    """Put the light package in place, if the version allows that."""
    if _PACKAGE in sys.modules or not is_enabled():
        return
    spec = find_spec(_PACKAGE)
    if spec is None:
        return
    package = module_from_spec(spec)

    def import_name(wanted: str) -> Any:
        is_module = wanted.startswith("__") or find_spec(f"{_PACKAGE}.{wanted}") is not None  # then Python imports it
        for module in () if is_module else _MODULES:
            found = vars(import_module(f"{_PACKAGE}.{module}"))
            if wanted in found:
                setattr(package, wanted, found[wanted])
                return found[wanted]
        raise AttributeError(f"module {_PACKAGE!r} has no attribute {wanted!r}")

    package.__dict__["__getattr__"] = import_name
    sys.modules[_PACKAGE] = package
    import_module("sqlalchemy.ext").__dict__["asyncio"] = package
