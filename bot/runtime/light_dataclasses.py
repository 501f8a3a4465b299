"""Dataclasses whose rarely called methods are compiled when they are first called.

Python up to 3.12 compiles the text of up to six methods of each dataclass, one after another, while its module is
imported (3.13 compiles them together). Four hundred classes make that a seventh of a command's processor time, and most
of them are never compared, hashed or shown. Here the standard library makes the same methods from the same text, later;
the constructor is made at once as always.

It relies on how `dataclasses` is written, so it is limited to the versions of `TESTED_PYTHON`. Any other one, and
``MCU_LIGHT_DATACLASSES=0`` in the environment, leave it as it is, which is only slower.
"""

import dataclasses
import os
import sys
from collections.abc import Callable
from functools import partial
from types import FunctionType

SWITCH = "MCU_LIGHT_DATACLASSES"
"""The environment variable; ``0`` leaves `dataclasses` as it is."""

TESTED_PYTHON = ((3, 11),)
"""Versions with which ``tests/unit/test_light_dataclasses.py`` passed."""

_Method = Callable[..., object]


def is_enabled() -> bool:
    return os.environ.get(SWITCH) != "0" and python_version() in TESTED_PYTHON


def python_version() -> tuple[int, int]:
    return sys.version_info[:2]


def install() -> None:
    """Let the dataclasses that are defined from now on compile these methods late; a second call changes nothing."""
    library = vars(dataclasses)
    if not is_enabled() or isinstance(library["_repr_fn"], partial):
        return
    library["_repr_fn"] = partial(_make_late, library["_repr_fn"], "__repr__")
    library["_hash_fn"] = partial(_make_late, library["_hash_fn"], "__hash__")
    library["_cmp_fn"] = partial(_make_comparison_late, library["_cmp_fn"])
    library["_frozen_get_del_attr"] = partial(_make_refusals_late, library["_frozen_get_del_attr"])


def _make_late(make: Callable[..., FunctionType], name: str, *args: object, **named: object) -> _Method:
    return _late_method(name, lambda: make(*args, **named))


def _make_comparison_late(make: Callable[..., FunctionType], name: str, *args: object, **named: object) -> _Method:
    return _late_method(name, lambda: make(name, *args, **named))


def _make_refusals_late(
    make: Callable[..., tuple[FunctionType, FunctionType]], *args: object, **named: object
) -> tuple[_Method, _Method]:
    """Return ``__setattr__`` and ``__delattr__`` of a frozen dataclass."""
    return (
        _late_method("__setattr__", lambda: make(*args, **named)[0]),
        _late_method("__delattr__", lambda: make(*args, **named)[1]),
    )


def _late_method(name: str, make: Callable[[], FunctionType]) -> _Method:
    """Return a method *name* that at its first call makes the real one, leaves its place to it, and calls it."""

    def late(self: object, *args: object) -> object:
        made = make()
        made.__qualname__ = late.__qualname__
        for owner in type(self).__mro__:
            if owner.__dict__.get(name) is late:
                setattr(owner, name, made)
        return made(self, *args)

    late.__name__ = name
    return late
